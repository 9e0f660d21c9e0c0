//! Several writes at once: what of a command needs no answer goes to PostgreSQL as one statement, since each is a round trip.

use diesel::QueryResult;
use diesel::connection::Connection as _;
use diesel::prelude::*;
use diesel::query_builder::{AstPass, Query, QueryFragment, QueryId};
use diesel::sql_types::BigInt;

use super::{Connection, MultiBackend};
use crate::storage::StorageError;

/// So many writes go into one statement at most.
const TOGETHER: usize = 40;
/// Statements of so many writes are planned once and kept. Longer ones come in too many lengths.
const KEPT: usize = 16;

/// So many rows go into one insert at most: PostgreSQL takes 65,535 values in a statement, and [`TOGETHER`] inserts of these
/// may be one.
const IN_ONE_INSERT: usize = 100;

/// Writes that wait. None of them may read what another writes: on PostgreSQL all see the tables as they were before, and a
/// row is written by one of them at most. A row may point to one that is added before it: SQLite does them in their order,
/// PostgreSQL looks for what rows point to at the end of the statement.
#[derive(Default)]
pub struct Writes(Vec<Write>);

struct Write {
    statement: Box<dyn QueryFragment<MultiBackend>>,
    /// Whether a row must be there.
    must_touch: bool,
}

impl Writes {
    /// Several rows as one more, if there are any; many as some more.
    pub(crate) fn add_rows<R: QueryFragment<MultiBackend> + 'static>(
        &mut self,
        into: &'static str,
        rows: impl IntoIterator<Item = R>,
        end: &'static str,
    ) {
        let mut rows = rows.into_iter();
        loop {
            let rows: Vec<R> = rows.by_ref().take(IN_ONE_INSERT).collect();
            if rows.is_empty() {
                return;
            }
            self.add(Rows { into, rows, end });
        }
    }

    /// One more, which may find nothing to do.
    pub(crate) fn add(&mut self, statement: impl QueryFragment<MultiBackend> + 'static) {
        self.0.push(Write {
            statement: Box::new(statement),
            must_touch: false,
        });
    }

    /// One more that must find its row; else all end in [`StorageError::Conflict`].
    pub(crate) fn must_touch(&mut self, statement: impl QueryFragment<MultiBackend> + 'static) {
        self.0.push(Write {
            statement: Box::new(statement),
            must_touch: true,
        });
    }

    /// Does all of it.
    ///
    /// # Errors
    /// [`StorageError::Conflict`] when a row is not there that must be, else the database's own failure.
    pub fn run(self, conn: &mut Connection) -> Result<(), StorageError> {
        for some in self.0.chunks(TOGETHER) {
            let touched = match (&mut *conn, some) {
                (Connection::Sqlite(_), _) => one_by_one(conn, some)?,
                #[cfg(feature = "postgres")]
                (Connection::Pg(_), [one]) => by_itself(conn, one)?,
                #[cfg(feature = "postgres")]
                (Connection::Pg(_), _) => Together(some).get_result(conn)?,
            };
            if touched == 0 {
                return Err(StorageError::Conflict);
            }
        }
        Ok(())
    }
}

/// Rows of one table that are added together. Diesel's own insert of several rows cannot be said for both databases.
struct Rows<R> {
    /// The table with its columns: `table (column, …)`.
    into: &'static str,
    /// The values, in the order of the columns. Without any row there is no such statement.
    rows: Vec<R>,
    /// What to do where one is there already, if that may be.
    end: &'static str,
}

impl<R> QueryId for Rows<R> {
    type QueryId = ();
    const HAS_STATIC_QUERY_ID: bool = false;
}

impl<R: QueryFragment<MultiBackend>> QueryFragment<MultiBackend> for Rows<R> {
    fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, MultiBackend>) -> QueryResult<()> {
        out.push_sql("INSERT INTO ");
        out.push_sql(self.into);
        for (number, row) in self.rows.iter().enumerate() {
            out.push_sql(if number == 0 { " VALUES (" } else { "), (" });
            row.walk_ast(out.reborrow())?;
        }
        out.push_sql(") ");
        out.push_sql(self.end);
        Ok(())
    }
}

/// Does some writes at once.
///
/// # Errors
/// As [`Writes::run`].
pub fn at_once(
    conn: &mut Connection,
    collect: impl FnOnce(&mut Writes),
) -> Result<(), StorageError> {
    let mut writes = Writes::default();
    collect(&mut writes);
    writes.run(conn)
}

/// Answers 0 where a row was missing.
fn one_by_one(conn: &mut Connection, writes: &[Write]) -> QueryResult<i64> {
    for write in writes {
        if by_itself(conn, write)? == 0 {
            return Ok(0);
        }
    }
    Ok(1)
}

fn by_itself(conn: &mut Connection, write: &Write) -> QueryResult<i64> {
    let touched = conn.execute_returning_count(&Single(write))?;
    Ok(i64::from(!write.must_touch || touched != 0))
}

struct Single<'w>(&'w Write);

impl QueryId for Single<'_> {
    type QueryId = ();
    const HAS_STATIC_QUERY_ID: bool = false;
}

impl QueryFragment<MultiBackend> for Single<'_> {
    fn walk_ast<'b>(&'b self, out: AstPass<'_, 'b, MultiBackend>) -> QueryResult<()> {
        self.0.statement.walk_ast(out)
    }

    fn is_safe_to_cache_prepared(&self, _: &MultiBackend) -> QueryResult<bool> {
        Ok(true)
    }
}

/// All in one statement, which answers 0 where a row was missing.
struct Together<'w>(&'w [Write]);

impl Query for Together<'_> {
    type SqlType = BigInt;
}

impl QueryId for Together<'_> {
    type QueryId = ();
    const HAS_STATIC_QUERY_ID: bool = false;
}

impl RunQueryDsl<Connection> for Together<'_> {}

impl QueryFragment<MultiBackend> for Together<'_> {
    fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, MultiBackend>) -> QueryResult<()> {
        for (number, write) in self.0.iter().enumerate() {
            out.push_sql(if number == 0 { "WITH " } else { ", " });
            out.push_sql(&format!("w{number} AS ("));
            write.statement.walk_ast(out.reborrow())?;
            if write.must_touch {
                out.push_sql(" RETURNING 1");
            }
            out.push_sql(")");
        }
        out.push_sql(" SELECT LEAST(1");
        let checked = (0..).zip(self.0).filter(|(_, write)| write.must_touch);
        for (number, _) in checked {
            let number: usize = number;
            out.push_sql(&format!(", (SELECT COUNT(*) FROM w{number})"));
        }
        out.push_sql(")::bigint");
        Ok(())
    }

    fn is_safe_to_cache_prepared(&self, _: &MultiBackend) -> QueryResult<bool> {
        Ok(self.0.len() <= KEPT)
    }
}
