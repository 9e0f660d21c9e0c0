//! One look at what tells whether what is kept in memory is still true, and at the end of a case's chain.

use std::collections::BTreeMap;

use diesel::QueryResult;
use diesel::dsl::sql;
use diesel::expression::SqlLiteral;
use diesel::prelude::*;
use diesel::query_builder::{AstPass, Query, QueryFragment, QueryId};
use diesel::sql_types::{BigInt, Nullable, Text};

use super::connection::MultiBackend;
use super::events::ChainEnd;
use super::{Connection, StorageError};

/// What stands in the database at this moment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Revisions {
    /// The directory's revision.
    pub directory: i64,
    /// The versions in force of all that is published, by its key.
    pub in_force: BTreeMap<String, i64>,
    /// The imported calendars' revisions, by name.
    pub calendars: BTreeMap<String, i64>,
    /// The end of the case's chain; `None` before its first event.
    pub end: Option<ChainEnd>,
}

/// What a look reads, beside the chain of a case.
type Columns = (BigInt, Nullable<Text>, Nullable<Text>);
/// The values of [`Columns`].
pub(super) type Values = (i64, Option<String>, Option<String>);

/// What a look reads, as SQL for statements that read something else as well.
pub(super) fn columns() -> SqlLiteral<Columns> {
    sql(LOOK)
}

const LOOK: &str = "(SELECT revision FROM directory_state WHERE id = 1), \
                    (SELECT string_agg(CAST(id AS TEXT) || ' ' || key, '\n') FROM workflow_versions WHERE status = 'current'), \
                    (SELECT string_agg(CAST(revision AS TEXT) || ' ' || name, '\n') FROM calendars)";

impl Revisions {
    /// From what [`columns`] reads.
    pub(super) fn read((directory, in_force, calendars): Values) -> Result<Self, StorageError> {
        Ok(Self {
            directory,
            in_force: named(in_force)?,
            calendars: named(calendars)?,
            end: None,
        })
    }
}

/// Looks once. The end of the chain is that of `case`.
///
/// # Errors
/// The database's own failure.
pub fn look(conn: &mut Connection, case: Option<i64>) -> Result<Revisions, StorageError> {
    let (values, seq, hash): (Values, Option<i64>, Option<String>) =
        Look { case }.get_result(conn)?;
    Ok(Revisions {
        end: seq.zip(hash).map(|(seq, hash)| ChainEnd { seq, hash }),
        ..Revisions::read(values)?
    })
}

/// Numbers by name, a line each: `12 data-sharing`.
fn named(lines: Option<String>) -> Result<BTreeMap<String, i64>, StorageError> {
    let lines = lines.unwrap_or_default();
    let pairs = lines.lines().filter_map(|line| line.split_once(' '));
    pairs
        .map(|(number, name)| {
            let number = number.parse().map_err(|_| StorageError::Corrupt {
                what: format!("`{number}` among the revisions"),
            })?;
            Ok((name.to_owned(), number))
        })
        .collect()
}

struct Look {
    case: Option<i64>,
}

impl Query for Look {
    type SqlType = (Columns, Nullable<BigInt>, Nullable<Text>);
}

impl QueryId for Look {
    type QueryId = ();
    const HAS_STATIC_QUERY_ID: bool = false;
}

impl RunQueryDsl<Connection> for Look {}

impl QueryFragment<MultiBackend> for Look {
    fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, MultiBackend>) -> QueryResult<()> {
        out.push_sql("SELECT ");
        out.push_sql(LOOK);
        let Some(case) = &self.case else {
            out.push_sql(", CAST(NULL AS BIGINT), CAST(NULL AS TEXT)");
            return Ok(());
        };
        for column in ["seq", "hash"] {
            out.push_sql(&format!(", (SELECT {column} FROM events WHERE case_id = "));
            out.push_bind_param::<BigInt, _>(case)?;
            out.push_sql(" ORDER BY seq DESC LIMIT 1)");
        }
        Ok(())
    }
}
