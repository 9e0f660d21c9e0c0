//! Table `number_counters`: case numbers without gaps, per workflow, authority and Beijing year.

use diesel::prelude::*;

use super::connection::OnConflict;
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
    let insert = diesel::insert_into(counters::table).values((
        counters::workflow_key.eq(workflow),
        counters::authority.eq(authority),
        counters::year.eq(year),
        counters::next.eq(2),
    ));
    let update = "(workflow_key, authority, year) DO UPDATE SET next = number_counters.next + 1";
    OnConflict(insert, update).execute(conn)?;
    let after: i64 = counters::table
        .find((workflow, authority, year))
        .select(counters::next)
        .first(conn)?;
    Ok(after - 1)
}
