//! Table `webhook_stops`: targets that said they are gone. Nothing is sent to them until an administrator says so.

use diesel::prelude::*;

use super::connection::{OnConflict, moment};
use super::schema::webhook_stops as stops;
use super::{Connection, StorageError};
use crate::calendar::Instant;

/// Stops sending to a target; it may be stopped already.
///
/// # Errors
/// The database's own failure.
pub fn stop(conn: &mut Connection, target: &str, at: Instant) -> Result<(), StorageError> {
    let insert = diesel::insert_into(stops::table)
        .values((stops::target.eq(target), stops::at.eq(moment(at))));
    OnConflict(insert, "(target) DO NOTHING").execute(conn)?;
    Ok(())
}

/// Lets it be sent to again.
///
/// # Errors
/// The database's own failure.
pub fn resume(conn: &mut Connection, target: &str) -> Result<(), StorageError> {
    diesel::delete(stops::table.find(target)).execute(conn)?;
    Ok(())
}

/// Since when the target is stopped.
///
/// # Errors
/// The database's own failure.
pub fn of(conn: &mut Connection, target: &str) -> Result<Option<Instant>, StorageError> {
    Ok(stops::table
        .find(target)
        .select(stops::at)
        .first(conn)
        .optional()?)
}

/// How many targets are stopped.
///
/// # Errors
/// The database's own failure.
pub fn count(conn: &mut Connection) -> Result<i64, StorageError> {
    Ok(stops::table.count().get_result(conn)?)
}
