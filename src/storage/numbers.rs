//! Table `number_counters`: case numbers without gaps, per workflow, authority and Beijing year.

use diesel::prelude::*;

use super::connection::{Kept, OnConflict};
use super::schema::number_counters as counters;
use super::{Connection, StorageError};
use crate::directory::DepartmentCode;

/// Takes the next number, from 1. Whoever comes next waits until this transaction is done; if it fails, the number is
/// given again.
///
/// # Errors
/// The database's own failure.
pub fn next(
    conn: &mut Connection,
    workflow: &str,
    authority: &DepartmentCode,
    year: i32,
) -> Result<i64, StorageError> {
    if let Some(number) = take(conn, workflow, authority, year)? {
        return Ok(number);
    }
    let insert = diesel::insert_into(counters::table).values((
        counters::workflow_key.eq(workflow),
        counters::authority.eq(authority),
        counters::year.eq(year),
        counters::next.eq(1),
    ));
    // Another one may begin the year at the same moment.
    OnConflict(insert, "DO NOTHING").execute(conn)?;
    let number = take(conn, workflow, authority, year)?;
    number.ok_or_else(|| StorageError::Corrupt {
        what: format!("no counter of {workflow} for {authority} in {year}"),
    })
}

fn take(
    conn: &mut Connection,
    workflow: &str,
    authority: &DepartmentCode,
    year: i32,
) -> Result<Option<i64>, StorageError> {
    let counter = counters::table.find((workflow, authority, year));
    let update = diesel::update(counter)
        .set(counters::next.eq(counters::next + 1))
        .returning(counters::next);
    let after: Option<i64> = Kept(update).get_result(conn).optional()?;
    Ok(after.map(|after| after - 1))
}
