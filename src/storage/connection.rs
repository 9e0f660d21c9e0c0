//! The database behind everything: opening it, reading and writing in transactions. What differs between SQLite and
//! PostgreSQL is here and in the folder beside; the table files know neither.

pub mod copying;
mod either;
mod exclusive;
mod grants;
mod manager;
mod migrations;
mod statement;
mod turns;
mod types;
mod writes;

use std::sync::Arc;
use std::time::Duration;

use diesel::connection::{AnsiTransactionManager, TransactionManager};
use diesel::r2d2::{Builder, ManageConnection, Pool, PooledConnection};

use super::StorageError;
use manager::{Manager, ReadsOnly};
use turns::Turns;

pub use either::AnyConnection as Connection;
pub(crate) use either::MultiBackend;
pub use exclusive::{ExclusiveError, Lock};
pub use grants::GrantError;
pub use manager::OpenError;
pub use migrations::{MigrateError, SchemaState};
pub(crate) use statement::{ForUpdate, Kept, OnConflict, SkipLocked, cols};
pub(crate) use types::{
    JsonDoc, MaybeMoment, Moment, UlidText, as_column, json, json_or_null, moment, moment_or_null,
    newtype_column, text_enum, ulid_text,
};
pub use writes::{Writes, at_once};

/// Runs one body against the concrete connection, for the few statements that cannot be said for both at once.
macro_rules! on_backend {
    ($conn:expr, |$concrete:ident| $body:expr) => {
        match $conn {
            #[cfg(feature = "postgres")]
            $crate::storage::connection::Connection::Pg($concrete) => $body,
            $crate::storage::connection::Connection::Sqlite($concrete) => $body,
        }
    };
}

pub(crate) use on_backend;

/// The database: a pool of connections. Clones share it.
#[derive(Clone)]
pub struct Db(Arc<Inner>);

/// How the pool stands.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct PoolState {
    /// Connections that are open.
    pub open: u32,
    /// Those of them that wait for work.
    pub idle: u32,
    /// The most there may be.
    pub most: u32,
}

struct Inner {
    pool: Pool<Manager>,
    // Of SQLite, which has one writer at a time. Its connection is its own: whether a connection may write is a setting
    // of it, and to change that makes SQLite forget every plan that it has made there.
    writer: Option<Pool<Manager>>,
    manager: Manager,
    // SQLite has one writer at a time and lets the others poll for the lock. Waiting in turn here wastes no time and
    // cannot run into the busy timeout.
    turns: Turns,
}

impl Db {
    /// Opens the database at `url`: `sqlite:PATH` or `postgres://…`, with at most `pool_size` connections.
    ///
    /// # Errors
    /// A sentence for the person who wrote the address, without the password in it.
    pub fn open(url: &str, pool_size: u32) -> Result<Self, OpenError> {
        let manager = Manager::new(url)?;
        // One connection by hand first: the pool would answer a wrong address with a time-out.
        drop(manager.open()?);
        let pool = |size: u32| {
            Pool::builder()
                .max_size(size)
                .min_idle(Some(1))
                .connection_timeout(Duration::from_secs(5))
                // Beginning a transaction tells as much, see `begun`.
                .test_on_check_out(false)
                .error_handler(Box::new(manager::LogFailures))
        };
        let built = |pool: Builder<Manager>| {
            pool.build(manager.clone())
                .map_err(|error| manager.refused(&error.to_string()))
        };
        let (pool, writer) = match manager.has_many_writers() {
            true => (built(pool(pool_size.max(1)))?, None),
            false => {
                let readers = pool(pool_size.max(1)).connection_customizer(Box::new(ReadsOnly));
                (built(readers)?, Some(built(pool(1))?))
            }
        };
        Ok(Self(Arc::new(Inner {
            pool,
            writer,
            manager,
            turns: Turns::default(),
        })))
    }

    /// Runs `f` on one unchanging view of the database; writing in it fails.
    ///
    /// # Errors
    /// What `f` answers, or the database's own failure.
    pub fn read<T, E>(&self, f: impl FnOnce(&mut Connection) -> Result<T, E>) -> Result<T, E>
    where
        E: From<StorageError>,
    {
        ended(&mut *self.begun(Begin::Read)?, f)
    }

    /// Runs `f`, which is one statement that only reads, and so needs no transaction.
    ///
    /// # Errors
    /// What `f` answers. Where the server went away while the connection waited in the pool, another one is asked first.
    pub fn ask<T>(
        &self,
        f: impl Fn(&mut Connection) -> Result<T, StorageError>,
    ) -> Result<T, StorageError> {
        let mut others = self.0.pool.max_size();
        loop {
            let mut conn = self.connection(Begin::Read)?;
            match f(&mut conn) {
                Err(StorageError::Unavailable(_))
                    if 0 < others && self.0.manager.may_be_cut_off() =>
                {
                    // The pool gives it up when it comes back.
                    Transactions::transaction_manager_status_mut(&mut *conn).set_in_error();
                    others -= 1;
                }
                answer => return answer,
            }
        }
    }

    /// Runs `f`, which is one statement that writes, and so is a transaction by itself. Where its connection breaks
    /// nobody knows whether it was done: it must be one that can be asked for again.
    ///
    /// # Errors
    /// What `f` answers.
    pub fn change<T>(
        &self,
        f: impl FnOnce(&mut Connection) -> Result<T, StorageError> + Send + 'static,
    ) -> Result<T, StorageError>
    where
        T: Send + 'static,
    {
        match self.0.manager.has_many_writers() {
            true => f(&mut *self.connection(Begin::Write)?),
            false => self.write(f),
        }
    }

    /// Runs `f` in a transaction: all of it or nothing. Never to be called inside another `write`: on SQLite it would
    /// wait for itself.
    ///
    /// # Errors
    /// What `f` answers, or the database's own failure; nothing was written then.
    pub fn write<T, E>(
        &self,
        f: impl FnOnce(&mut Connection) -> Result<T, E> + Send + 'static,
    ) -> Result<T, E>
    where
        T: Send + 'static,
        E: From<StorageError> + Send + 'static,
    {
        if !self.0.manager.has_many_writers() {
            // Another request's thread may do it; what it logs is about this one.
            let span = tracing::Span::current();
            let f = move |conn: &mut Connection| span.in_scope(|| f(conn));
            return self.0.turns.write(|| self.connection(Begin::Write), f);
        }
        ended(&mut *self.begun(Begin::Write)?, f)
    }

    /// Brings the tables up to date and answers with the versions that were added.
    ///
    /// # Errors
    /// The failing migration; those before it stay.
    pub fn migrate(&self) -> Result<Vec<String>, MigrateError> {
        // A connection of its own: it waits for another migration as long as that takes, and its session ends with it.
        let mut conn = self.0.manager.connect().map_err(MigrateError::Connection)?;
        migrations::run(&mut conn)
    }

    /// Gives a role of PostgreSQL what the server needs: it may add to the log, and never change it. To be called by the
    /// owner of the tables, after [`Self::migrate`].
    ///
    /// # Errors
    /// On SQLite, which has no roles; where there is no such role; the database's own failure.
    pub fn grant(&self, role: &str) -> Result<(), GrantError> {
        ended(&mut *self.begun(Begin::Write)?, |conn| {
            grants::grant(conn, role)
        })
    }

    /// Whether the tables are those that this program knows.
    ///
    /// # Errors
    /// The database's own failure.
    pub fn schema_state(&self) -> Result<SchemaState, StorageError> {
        self.read(migrations::state)
    }

    /// The newest migration that has run; empty where none has.
    ///
    /// # Errors
    /// The database's own failure.
    pub fn newest_migration(&self) -> Result<String, StorageError> {
        self.read(migrations::newest)
    }

    /// The newest migration that this program knows for the database at `url`.
    ///
    /// # Errors
    /// An address that cannot be read.
    pub fn newest_known(url: &str) -> Result<Result<String, StorageError>, OpenError> {
        Ok(migrations::newest_known(
            Manager::new(url)?.file().is_some(),
        ))
    }

    /// Claims the database for the one process that serves it; the claim ends when the lock is dropped. PostgreSQL may
    /// have several, so there it always succeeds.
    ///
    /// # Errors
    /// When another process holds it.
    pub fn exclusive(&self) -> Result<Lock, ExclusiveError> {
        exclusive::lock(self.0.manager.file())
    }

    /// How many connections are open, and how many of them wait for work.
    #[must_use]
    pub fn pool_state(&self) -> PoolState {
        let state = self.0.pool.state();
        PoolState {
            open: state.connections,
            idle: state.idle_connections,
            most: self.0.pool.max_size(),
        }
    }

    /// A connection with a transaction on it. The server can go away while connections wait in the pool: then another one is
    /// taken, for nothing was done yet.
    fn begun(&self, begin: Begin) -> Result<PooledConnection<Manager>, StorageError> {
        let mut others = self.0.pool.max_size();
        loop {
            let mut conn = self.connection(begin)?;
            let Err(error) = start(&mut conn, begin) else {
                return Ok(conn);
            };
            // The pool gives it up when it comes back.
            Transactions::transaction_manager_status_mut(&mut *conn).set_in_error();
            if others == 0 || !self.0.manager.may_be_cut_off() {
                return Err(error.into());
            }
            others -= 1;
        }
    }

    fn connection(&self, begin: Begin) -> Result<PooledConnection<Manager>, StorageError> {
        let writer = self.0.writer.as_ref().filter(|_| begin == Begin::Write);
        writer
            .unwrap_or(&self.0.pool)
            .get()
            .map_err(|error| StorageError::Unavailable(Box::new(error)))
    }
}

impl std::fmt::Debug for Db {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_tuple("Db").field(&self.0.manager).finish()
    }
}

/// Who keeps account of a connection's transactions.
type Transactions = <Connection as diesel::Connection>::TransactionManager;

/// Does work within a transaction that may fail by itself: then only what it did is undone.
pub fn attempt<T, E>(
    conn: &mut Connection,
    f: impl FnOnce(&mut Connection) -> Result<T, E>,
) -> Result<T, E>
where
    E: From<StorageError>,
{
    Transactions::begin_transaction(conn).map_err(StorageError::from)?;
    match f(conn) {
        Ok(value) => {
            Transactions::commit_transaction(conn).map_err(StorageError::from)?;
            Ok(value)
        }
        Err(error) => {
            Transactions::rollback_transaction(conn).map_err(StorageError::from)?;
            Err(error)
        }
    }
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Begin {
    Read,
    Write,
}

fn in_transaction<T, E>(
    conn: &mut Connection,
    begin: Begin,
    f: impl FnOnce(&mut Connection) -> Result<T, E>,
) -> Result<T, E>
where
    E: From<StorageError>,
{
    start(conn, begin).map_err(StorageError::from)?;
    ended(conn, f)
}

/// Does the work of a transaction that is begun, and ends it.
fn ended<T, E>(
    conn: &mut Connection,
    f: impl FnOnce(&mut Connection) -> Result<T, E>,
) -> Result<T, E>
where
    E: From<StorageError>,
{
    match f(conn) {
        Ok(value) => {
            Transactions::commit_transaction(conn).map_err(StorageError::from)?;
            Ok(value)
        }
        Err(error) => match Transactions::rollback_transaction(conn) {
            // A connection that broke has rolled back by itself; the first failure is the one to tell.
            Ok(()) | Err(diesel::result::Error::BrokenTransactionManager) => Err(error),
            Err(rollback) => {
                tracing::error!(%rollback, "a transaction could not be rolled back; its connection is given up");
                Err(error)
            }
        },
    }
}

fn start(conn: &mut Connection, begin: Begin) -> diesel::QueryResult<()> {
    match conn {
        Connection::Sqlite(conn) => {
            // SQLite must lock at the start of a write: a transaction that reads first cannot wait for another
            // writer, it fails at once. Measured: 678 of 800 failed, with BEGIN IMMEDIATE none.
            let sql = match begin {
                Begin::Read => "BEGIN",
                Begin::Write => "BEGIN IMMEDIATE",
            };
            AnsiTransactionManager::begin_transaction_sql(conn, sql)
        }
        #[cfg(feature = "postgres")]
        Connection::Pg(conn) => AnsiTransactionManager::begin_transaction_sql(
            conn,
            match begin {
                Begin::Read => "BEGIN TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY",
                // Enough, because every command takes the row of its case first.
                Begin::Write => "BEGIN TRANSACTION ISOLATION LEVEL READ COMMITTED",
            },
        ),
    }
}
