//! Table `login_attempts`: how often signing in failed, per account and per source.

use chrono::NaiveDate;
use diesel::prelude::*;

use super::connection::{MultiBackend, OnConflict, moment, moment_or_null};
use super::schema::login_attempts as attempts;
use super::{Connection, StorageError};
use crate::calendar::Instant;

/// The failures under one key.
#[derive(Debug, Clone, PartialEq, Eq, Queryable, Selectable)]
#[diesel(table_name = attempts, check_for_backend(MultiBackend))]
pub struct LoginAttempts {
    /// Whose: `login:…` or `source:…`.
    pub key: String,
    /// How many on this day.
    #[diesel(deserialize_as = i32)]
    pub failures: u32,
    /// Which day.
    pub day: NaiveDate,
    /// When the last one was.
    pub last_at: Instant,
    /// Until when no attempt is evaluated.
    pub blocked_until: Option<Instant>,
}

/// What is known under the key.
///
/// # Errors
/// The database's own failure.
pub fn get(conn: &mut Connection, key: &str) -> Result<Option<LoginAttempts>, StorageError> {
    Ok(attempts::table
        .filter(attempts::key.eq(key))
        .select(LoginAttempts::as_select())
        .first(conn)
        .optional()?)
}

/// Counts a failure and answers how many there were on this day. A new day begins at one.
///
/// # Errors
/// The database's own failure.
pub fn failed(
    conn: &mut Connection,
    key: &str,
    day: NaiveDate,
    at: Instant,
) -> Result<u32, StorageError> {
    let insert = diesel::insert_into(attempts::table).values((
        attempts::key.eq(key),
        attempts::failures.eq(1),
        attempts::day.eq(day),
        attempts::last_at.eq(moment(at)),
    ));
    let update = "(key) DO UPDATE SET failures = CASE WHEN login_attempts.day = excluded.day \
                  THEN login_attempts.failures + 1 ELSE 1 END, day = excluded.day, last_at = excluded.last_at";
    OnConflict(insert, update).execute(conn)?;
    Ok(get(conn, key)?.map_or(0, |found| found.failures))
}

/// Evaluates no attempt under the key before `until`.
///
/// # Errors
/// The database's own failure.
pub fn block(conn: &mut Connection, key: &str, until: Instant) -> Result<(), StorageError> {
    diesel::update(attempts::table.filter(attempts::key.eq(key)))
        .set(attempts::blocked_until.eq(moment_or_null(Some(until))))
        .execute(conn)?;
    Ok(())
}

/// Forgets the failures under the key: signing in succeeded.
///
/// # Errors
/// The database's own failure.
pub fn clear(conn: &mut Connection, key: &str) -> Result<(), StorageError> {
    diesel::delete(attempts::table.filter(attempts::key.eq(key))).execute(conn)?;
    Ok(())
}

/// Forgets what last happened before `before`, and answers how much that was.
///
/// # Errors
/// The database's own failure.
pub fn remove_old(conn: &mut Connection, before: Instant) -> Result<usize, StorageError> {
    Ok(
        diesel::delete(attempts::table.filter(attempts::last_at.lt(moment(before))))
            .execute(conn)?,
    )
}
