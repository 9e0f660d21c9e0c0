//! Tables `case_resources` and `rechecks`: which cases name which resources, and which of them are to be looked at again.

use std::collections::BTreeSet;

use diesel::prelude::*;
use diesel::sql_types::{BigInt, Text};

use super::connection::{OnConflict, moment};
use super::schema::{case_resources as named, cases, rechecks};
use super::{Connection, StorageError, Writes};
use crate::calendar::Instant;

/// The resources that the case names.
///
/// # Errors
/// The database's own failure.
pub fn of(conn: &mut Connection, case: i64) -> Result<BTreeSet<String>, StorageError> {
    let all: Vec<String> = named::table
        .filter(named::case_id.eq(case))
        .select(named::resource)
        .load(conn)?;
    Ok(all.into_iter().collect())
}

/// Makes these the resources that the case names, in place of those that are known. Answers whether another one comes.
pub fn replace(
    writes: &mut Writes,
    case: i64,
    known: &BTreeSet<String>,
    resources: &BTreeSet<String>,
) -> bool {
    let gone: Vec<String> = known.difference(resources).cloned().collect();
    if !gone.is_empty() {
        writes.add(diesel::delete(
            named::table
                .filter(named::case_id.eq(case))
                .filter(named::resource.eq_any(gone)),
        ));
    }
    let coming: Vec<_> = resources.difference(known).cloned().collect();
    let comes = !coming.is_empty();
    let row = |code: String| (code.into_sql::<Text>(), case.into_sql::<BigInt>());
    writes.add_rows(
        "case_resources (resource, case_id)",
        coming.into_iter().map(row),
        "",
    );
    comes
}

/// The cases that have not ended and name a resource.
///
/// # Errors
/// The database's own failure.
pub fn open_with(conn: &mut Connection, resource: &str) -> Result<Vec<i64>, StorageError> {
    Ok(named::table
        .inner_join(cases::table.on(cases::id.eq(named::case_id)))
        .filter(named::resource.eq(resource))
        .filter(cases::ended_at.is_null())
        .order(named::case_id)
        .select(named::case_id)
        .load(conn)?)
}

/// Has a case looked at again. A mark that is there already is written too: whoever is taking it away waits until this
/// change can be seen, or this one until they are through.
pub fn ask(writes: &mut Writes, case: i64, at: Instant) {
    let insert = diesel::insert_into(rechecks::table)
        .values((rechecks::case_id.eq(case), rechecks::since.eq(moment(at))));
    writes.add(OnConflict(
        insert,
        "(case_id) DO UPDATE SET since = excluded.since",
    ));
}

/// Some of the cases that are to be looked at again, after the one with the key `after`.
///
/// # Errors
/// The database's own failure.
pub fn asked(conn: &mut Connection, after: i64, limit: i64) -> Result<Vec<i64>, StorageError> {
    Ok(rechecks::table
        .filter(rechecks::case_id.gt(after))
        .order(rechecks::case_id)
        .limit(limit)
        .select(rechecks::case_id)
        .load(conn)?)
}

/// A case was looked at.
///
/// # Errors
/// The database's own failure.
pub fn done(conn: &mut Connection, case: i64) -> Result<(), StorageError> {
    diesel::delete(rechecks::table.find(case)).execute(conn)?;
    Ok(())
}
