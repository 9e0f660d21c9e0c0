//! Writing in turn on SQLite, which has one writer at a time: whoever has the turn also does what waits behind them, all
//! in one transaction, and everybody is answered after its commit. So the disk is waited for once and not once each.
//!
//! Each piece of work has a savepoint of its own and fails by itself. Only a commit that fails, fails for all of them;
//! then nothing was written.

use std::any::Any;
use std::collections::VecDeque;
use std::ops::DerefMut;
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::sync::mpsc::{Receiver, TryRecvError, sync_channel};
use std::sync::{Mutex, MutexGuard, PoisonError};

use diesel::connection::TransactionManager;

use super::{Begin, Connection, start};
use crate::storage::StorageError;

/// So many pieces of work are done together at most, so that the first of them does not wait for long.
const TOGETHER: usize = 64;

type Manager = <Connection as diesel::Connection>::TransactionManager;
/// Work that waits: it runs in the transaction that is open. Dropped without having run, it tells its owner so.
type Work = Box<dyn FnOnce(&mut Connection) -> Answer + Send>;
/// Answers whoever waits, once it is known whether the transaction was committed.
type Answer = Box<dyn FnOnce(&Committed) + Send>;
/// What the commit came to.
type Committed = Result<(), NotCommitted>;
/// What a waiting thread is told: an answer, or what the work panicked with.
type Told<T, E> = Result<Result<T, E>, Box<dyn Any + Send>>;

/// The transaction that a piece of work was to be part of was not committed.
#[derive(Debug, Clone, thiserror::Error)]
#[error("the transaction was not committed: {0}")]
struct NotCommitted(String);

/// The line of those who wait.
#[derive(Default)]
pub(super) struct Turns {
    waiting: Mutex<VecDeque<Work>>,
    turn: Mutex<()>,
}

impl Turns {
    /// Does `f` in a transaction, together with what waits. `connect` gives a connection to whoever has the turn.
    pub fn write<T, E, C>(
        &self,
        connect: impl FnOnce() -> Result<C, StorageError>,
        f: impl FnOnce(&mut Connection) -> Result<T, E> + Send + 'static,
    ) -> Result<T, E>
    where
        T: Send + 'static,
        E: From<StorageError> + Send + 'static,
        C: DerefMut<Target = Connection>,
    {
        let (work, told) = work(f);
        lock(&self.waiting).push_back(work);
        let turn = lock(&self.turn);
        if let Some(answer) = answered(&told) {
            return answer;
        }
        let mut conn = match connect() {
            Ok(conn) => conn,
            Err(error) => {
                // Whoever waits behind would wait for a connection in vain as well.
                lock(&self.waiting).clear();
                return Err(error.into());
            }
        };
        // Only who has the turn takes from the line, so this thread's own work is in it still.
        loop {
            together(&mut conn, self.batch());
            if let Some(answer) = answered(&told) {
                drop(turn);
                return answer;
            }
        }
    }

    fn batch(&self) -> Vec<Work> {
        let mut waiting = lock(&self.waiting);
        let count = waiting.len().min(TOGETHER);
        waiting.drain(..count).collect()
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// The work as it waits in line, and where its owner hears of it.
fn work<T, E>(
    f: impl FnOnce(&mut Connection) -> Result<T, E> + Send + 'static,
) -> (Work, Receiver<Told<T, E>>)
where
    T: Send + 'static,
    E: From<StorageError> + Send + 'static,
{
    let (tell, told) = sync_channel(1);
    // What is logged belongs to the request that asked, whoever's thread does the work.
    let span = tracing::Span::current();
    let work = move |conn: &mut Connection| -> Answer {
        let result = span.in_scope(|| by_itself(conn, f));
        Box::new(move |committed: &Committed| {
            let answer = match (result, committed) {
                (Ok(Ok(_)), Err(cause)) => Ok(Err(unavailable(cause.clone()).into())),
                (result, _) => result,
            };
            // Its owner waits for nothing else.
            tell.send(answer).ok();
        })
    };
    (Box::new(work), told)
}

/// Does work in a savepoint: it stays when it succeeds, and is undone when it fails or panics.
fn by_itself<T, E: From<StorageError>>(
    conn: &mut Connection,
    f: impl FnOnce(&mut Connection) -> Result<T, E>,
) -> Told<T, E> {
    if let Err(error) = Manager::begin_transaction(conn) {
        return Ok(Err(StorageError::from(error).into()));
    }
    let result = catch_unwind(AssertUnwindSafe(|| f(conn)));
    let ended = match &result {
        Ok(Ok(_)) => Manager::commit_transaction(conn),
        Ok(Err(_)) | Err(_) => Manager::rollback_transaction(conn),
    };
    match (result, ended) {
        (Ok(Ok(_)), Err(error)) => Ok(Err(StorageError::from(error).into())),
        // What could not be undone fails the commit as well.
        (result, _) => result,
    }
}

/// Does all of it in one transaction and answers after its end.
fn together(conn: &mut Connection, batch: Vec<Work>) {
    if let Err(error) = start(conn, Begin::Write) {
        tracing::warn!(%error, "a transaction could not be begun");
        // The work is dropped, which tells its owners.
        return;
    }
    let answers: Vec<Answer> = batch.into_iter().map(|work| work(conn)).collect();
    let committed = Manager::commit_transaction(conn).map_err(|error| {
        // SQLite has undone it already where the disk was full.
        if let Err(rollback) = Manager::rollback_transaction(conn) {
            tracing::debug!(%rollback, "nothing was left to be undone");
        }
        NotCommitted(error.to_string())
    });
    for answer in answers {
        answer(&committed);
    }
}

/// What a thread was told, if anything yet.
fn answered<T, E: From<StorageError>>(told: &Receiver<Told<T, E>>) -> Option<Result<T, E>> {
    match told.try_recv() {
        Ok(Ok(answer)) => Some(answer),
        Ok(Err(panic)) => resume_unwind(panic),
        Err(TryRecvError::Empty) => None,
        Err(TryRecvError::Disconnected) => {
            let cause = NotCommitted("it was not begun".to_owned());
            Some(Err(unavailable(cause).into()))
        }
    }
}

fn unavailable(cause: NotCommitted) -> StorageError {
    StorageError::Unavailable(Box::new(cause))
}

#[cfg(test)]
mod tests {
    use std::sync::{Arc, Barrier};
    use std::thread;

    use diesel::connection::SimpleConnection;
    use diesel::prelude::*;
    use diesel::sql_types::BigInt;

    use crate::storage::{Connection, Db, StorageError};

    #[derive(QueryableByName)]
    struct Count {
        #[diesel(sql_type = BigInt)]
        count: i64,
    }

    fn database() -> (tempfile::TempDir, Db) {
        let folder = tempfile::tempdir().expect("a folder");
        let url = format!("sqlite:{}", folder.path().join("test.db").display());
        let db = Db::open(&url, 4).expect("opens");
        db.write(|conn| {
            Ok::<_, StorageError>(conn.batch_execute("CREATE TABLE t (n INTEGER PRIMARY KEY)")?)
        })
        .expect("made");
        (folder, db)
    }

    fn insert(conn: &mut Connection, number: i64) -> Result<usize, StorageError> {
        Ok(diesel::sql_query("INSERT INTO t VALUES ($1)")
            .bind::<BigInt, _>(number)
            .execute(conn)?)
    }

    fn count(db: &Db) -> i64 {
        db.read(|conn| {
            let count: Count =
                diesel::sql_query("SELECT COUNT(*) AS count FROM t").get_result(conn)?;
            Ok::<_, StorageError>(count.count)
        })
        .expect("counted")
    }

    #[test]
    fn work_that_fails_or_panics_fails_by_itself() {
        let (_folder, db) = database();
        let threads = 24;
        let barrier = Arc::new(Barrier::new(threads));
        let workers: Vec<_> = (0..24i64)
            .map(|number| {
                let (db, barrier) = (db.clone(), Arc::clone(&barrier));
                thread::spawn(move || {
                    barrier.wait();
                    db.write(move |conn| {
                        insert(conn, number)?;
                        match number % 3 {
                            0 => Ok(number),
                            1 => Err(StorageError::Conflict),
                            _ => panic!("for the test"),
                        }
                    })
                })
            })
            .collect();

        for (number, worker) in (0..).zip(workers) {
            let answer = worker.join();
            match number % 3 {
                0 => assert_eq!(answer.expect("no panic").expect("written"), number),
                1 => assert!(matches!(
                    answer.expect("no panic"),
                    Err(StorageError::Conflict)
                )),
                _ => assert!(answer.is_err(), "the panic comes to its own thread"),
            }
        }
        assert_eq!(count(&db), 8);
    }

    #[test]
    fn a_commit_that_fails_is_told_to_everybody_and_the_next_one_goes_on() {
        let (_folder, db) = database();
        let late = "PRAGMA defer_foreign_keys = ON";
        db.write(|conn| {
            Ok::<_, StorageError>(
                conn.batch_execute("CREATE TABLE child (n INTEGER REFERENCES t (n))")?,
            )
        })
        .expect("made");

        let answer = db.write(move |conn| {
            conn.batch_execute(late)?;
            insert(conn, 1)?;
            Ok::<_, StorageError>(conn.batch_execute("INSERT INTO child VALUES (99)")?)
        });

        assert!(
            matches!(answer, Err(StorageError::Unavailable(_))),
            "{answer:?}"
        );
        assert_eq!(count(&db), 0);
        db.write(|conn| insert(conn, 2)).expect("written");
        assert_eq!(count(&db), 1);
    }
}
