//! Table `checkpoints`: signed statements of what the whole log was, and whether they were written outside as well.

use diesel::prelude::*;

use super::connection::{MultiBackend, OnConflict, moment, moment_or_null};
use super::schema::checkpoints;
use super::{Connection, StorageError};
use crate::calendar::Instant;

/// A checkpoint as it is kept.
#[derive(Debug, Clone, PartialEq, Eq, Queryable, Selectable)]
#[diesel(table_name = checkpoints, check_for_backend(MultiBackend))]
pub struct StoredCheckpoint {
    /// Over how many events.
    pub size: i64,
    /// The signed text.
    pub note: String,
    /// When it was made.
    pub at: Instant,
    /// When it was written outside the database.
    pub anchored_at: Option<Instant>,
}

/// The latest one.
///
/// # Errors
/// The database's own failure.
pub fn last(conn: &mut Connection) -> Result<Option<StoredCheckpoint>, StorageError> {
    Ok(checkpoints::table
        .order(checkpoints::size.desc())
        .select(StoredCheckpoint::as_select())
        .first(conn)
        .optional()?)
}

/// The first one over more than this many events.
///
/// # Errors
/// The database's own failure.
pub fn over(conn: &mut Connection, size: i64) -> Result<Option<StoredCheckpoint>, StorageError> {
    Ok(checkpoints::table
        .filter(checkpoints::size.gt(size))
        .order(checkpoints::size)
        .select(StoredCheckpoint::as_select())
        .first(conn)
        .optional()?)
}

/// All of them, the smallest first.
///
/// # Errors
/// The database's own failure.
pub fn all(conn: &mut Connection) -> Result<Vec<StoredCheckpoint>, StorageError> {
    Ok(checkpoints::table
        .order(checkpoints::size)
        .select(StoredCheckpoint::as_select())
        .load(conn)?)
}

/// Keeps one; where there is one over as many events, that one stays.
///
/// # Errors
/// The database's own failure.
pub fn insert(
    conn: &mut Connection,
    size: i64,
    note: &str,
    at: Instant,
) -> Result<(), StorageError> {
    let insert = diesel::insert_into(checkpoints::table).values((
        checkpoints::size.eq(size),
        checkpoints::note.eq(note),
        checkpoints::at.eq(moment(at)),
    ));
    OnConflict(insert, "(size) DO NOTHING").execute(conn)?;
    Ok(())
}

/// Those that were not written outside yet, the smallest first.
///
/// # Errors
/// The database's own failure.
pub fn to_anchor(conn: &mut Connection, limit: u32) -> Result<Vec<StoredCheckpoint>, StorageError> {
    Ok(checkpoints::table
        .filter(checkpoints::anchored_at.is_null())
        .order(checkpoints::size)
        .limit(i64::from(limit))
        .select(StoredCheckpoint::as_select())
        .load(conn)?)
}

/// How many were not written outside yet.
///
/// # Errors
/// The database's own failure.
pub fn unanchored(conn: &mut Connection) -> Result<i64, StorageError> {
    Ok(checkpoints::table
        .filter(checkpoints::anchored_at.is_null())
        .count()
        .get_result(conn)?)
}

/// This one was written outside.
///
/// # Errors
/// The database's own failure.
pub fn anchored(conn: &mut Connection, size: i64, at: Instant) -> Result<(), StorageError> {
    diesel::update(checkpoints::table.find(size))
        .set(checkpoints::anchored_at.eq(moment_or_null(Some(at))))
        .execute(conn)?;
    Ok(())
}
