//! One look at what tells whether what is kept in memory is still true, and at the end of a case's chain.

use std::collections::BTreeMap;

use diesel::QueryResult;
use diesel::prelude::*;
use diesel::query_builder::{AstPass, Query, QueryFragment, QueryId};
use diesel::sql_types::{BigInt, Nullable, Text};

use super::connection::MultiBackend;
use super::events::ChainEnd;
use super::{Connection, StorageError, workflows};

/// What stands in the database at this moment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Revisions {
    /// The directory's revision.
    pub directory: i64,
    /// The keys of the versions in force of what is published under a prefix, in ascending order.
    pub versions: Vec<i64>,
    /// The imported calendars' revisions, by name.
    pub calendars: BTreeMap<String, i64>,
    /// The end of the case's chain; `None` before its first event.
    pub end: Option<ChainEnd>,
}

/// Looks once. `prefix` tells whose versions are meant: `register:`.
///
/// # Errors
/// The database's own failure.
pub fn look(conn: &mut Connection, prefix: &str, case: i64) -> Result<Revisions, StorageError> {
    let look = Look {
        prefix: prefix.to_owned(),
        past: workflows::past(prefix),
        case,
    };
    let (directory, versions, calendars, seq, hash): Row = look.get_result(conn)?;
    let versions = versions.unwrap_or_default();
    let mut versions: Vec<i64> = versions
        .split_whitespace()
        .map(number)
        .collect::<Result<_, _>>()?;
    versions.sort_unstable();
    let calendars = calendars.unwrap_or_default();
    let calendars = calendars.lines().filter_map(|line| line.split_once(' '));
    Ok(Revisions {
        directory,
        versions,
        calendars: calendars
            .map(|(revision, name)| Ok((name.to_owned(), number(revision)?)))
            .collect::<Result<_, StorageError>>()?,
        end: seq.zip(hash).map(|(seq, hash)| ChainEnd { seq, hash }),
    })
}

type Row = (
    i64,
    Option<String>,
    Option<String>,
    Option<i64>,
    Option<String>,
);

fn number(text: &str) -> Result<i64, StorageError> {
    text.parse().map_err(|_| StorageError::Corrupt {
        what: format!("`{text}` among the revisions"),
    })
}

struct Look {
    prefix: String,
    past: String,
    case: i64,
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
             (SELECT string_agg(CAST(id AS TEXT), ' ') FROM workflow_versions WHERE key > ",
        );
        out.push_bind_param::<Text, _>(&self.prefix)?;
        out.push_sql(" AND key < ");
        out.push_bind_param::<Text, _>(&self.past)?;
        out.push_sql(
            " AND status = 'current'), \
             (SELECT string_agg(CAST(revision AS TEXT) || ' ' || name, '\n') FROM calendars), ",
        );
        for (column, next) in [("seq", ", "), ("hash", "")] {
            out.push_sql(&format!("(SELECT {column} FROM events WHERE case_id = "));
            out.push_bind_param::<BigInt, _>(&self.case)?;
            out.push_sql(" ORDER BY seq DESC LIMIT 1)");
            out.push_sql(next);
        }
        Ok(())
    }
}
