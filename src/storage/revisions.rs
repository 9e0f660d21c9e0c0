//! One look at what tells whether what is kept in memory is still true, and at the end of a case's chain.

use std::collections::BTreeMap;

use diesel::QueryResult;
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

/// Looks once. The end of the chain is that of `case`.
///
/// # Errors
/// The database's own failure.
pub fn look(conn: &mut Connection, case: Option<i64>) -> Result<Revisions, StorageError> {
    let (directory, in_force, calendars, seq, hash): Row = Look { case }.get_result(conn)?;
    Ok(Revisions {
        directory,
        in_force: named(in_force)?,
        calendars: named(calendars)?,
        end: seq.zip(hash).map(|(seq, hash)| ChainEnd { seq, hash }),
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

type Row = (
    i64,
    Option<String>,
    Option<String>,
    Option<i64>,
    Option<String>,
);

struct Look {
    case: Option<i64>,
}

impl Query for Look {
    type SqlType = (
        BigInt,
        Nullable<Text>,
        Nullable<Text>,
        Nullable<BigInt>,
        Nullable<Text>,
    );
}

impl QueryId for Look {
    type QueryId = ();
    const HAS_STATIC_QUERY_ID: bool = false;
}

impl RunQueryDsl<Connection> for Look {}

impl QueryFragment<MultiBackend> for Look {
    fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, MultiBackend>) -> QueryResult<()> {
        out.push_sql(
            "SELECT (SELECT revision FROM directory_state WHERE id = 1), \
             (SELECT string_agg(CAST(id AS TEXT) || ' ' || key, '\n') FROM workflow_versions WHERE status = 'current'), \
             (SELECT string_agg(CAST(revision AS TEXT) || ' ' || name, '\n') FROM calendars), ",
        );
        let Some(case) = &self.case else {
            out.push_sql("CAST(NULL AS BIGINT), CAST(NULL AS TEXT)");
            return Ok(());
        };
        for (column, next) in [("seq", ", "), ("hash", "")] {
            out.push_sql(&format!("(SELECT {column} FROM events WHERE case_id = "));
            out.push_bind_param::<BigInt, _>(case)?;
            out.push_sql(" ORDER BY seq DESC LIMIT 1)");
            out.push_sql(next);
        }
        Ok(())
    }
}
