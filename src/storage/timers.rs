//! Table `timers`: for each case the next instant at which something of it is due. A timer may run twice, never not.

use diesel::expression::SqlLiteral;
use diesel::prelude::*;
use diesel::sql_types::Integer;
use ulid::Ulid;

use super::columns::{one_row, unclaimed};
use super::connection::{MultiBackend, OnConflict, SkipLocked, moment, moment_or_null, ulid_text};
use super::schema::{started_cases, timers};
use super::{Connection, Lease, StorageError, Writes, at_once};
use crate::calendar::Instant;

/// A timer.
#[derive(Debug, Clone, PartialEq, Eq, Queryable, Selectable)]
#[diesel(table_name = timers, check_for_backend(MultiBackend))]
pub struct Timer {
    /// Of which case.
    pub case_id: i64,
    /// When something is due.
    pub fire_at: Instant,
    /// When it may be tried next.
    pub available_at: Instant,
    /// How often it was tried in vain since it was set.
    #[diesel(deserialize_as = i32)]
    pub attempts: u32,
    /// What went wrong last.
    pub last_error: Option<String>,
}

/// Sets the case's timer, or takes it away. Whoever was working on the old one has lost it.
///
/// # Errors
/// The database's own failure.
pub fn set(conn: &mut Connection, case: i64, fire_at: Option<Instant>) -> Result<(), StorageError> {
    at_once(conn, |writes| put(writes, case, fire_at))
}

/// Like [`set`], with other writes.
pub fn put(writes: &mut Writes, case: i64, fire_at: Option<Instant>) {
    let Some(fire_at) = fire_at else {
        writes.add(diesel::delete(timers::table.find(case)));
        return;
    };
    let insert = diesel::insert_into(timers::table).values((
        timers::case_id.eq(case),
        timers::fire_at.eq(moment(fire_at)),
        timers::available_at.eq(moment(fire_at)),
        timers::attempts.eq(0),
    ));
    writes.add(OnConflict(insert, SET_ANEW));
}

const SET_ANEW: &str = "(case_id) DO UPDATE SET fire_at = excluded.fire_at, available_at = excluded.available_at, \
                        attempts = 0, lease_owner = NULL, lease_until = NULL, last_error = NULL";

/// Sets the timer of the case that started this one, if one did.
pub fn wake_parent(writes: &mut Writes, started: Ulid, at: Instant) {
    let parent = started_cases::table
        .filter(started_cases::ulid.eq(ulid_text(started)))
        .select((
            started_cases::parent_id,
            moment(at),
            moment(at),
            0.into_sql::<Integer>(),
        ));
    let insert = parent.insert_into(timers::table).into_columns((
        timers::case_id,
        timers::fire_at,
        timers::available_at,
        timers::attempts,
    ));
    writes.add(OnConflict(insert, SET_ANEW));
}

/// The case's timer.
///
/// # Errors
/// The database's own failure.
pub fn get(conn: &mut Connection, case: i64) -> Result<Option<Timer>, StorageError> {
    Ok(timers::table
        .find(case)
        .select(Timer::as_select())
        .first(conn)
        .optional()?)
}

/// Claims up to `limit` timers that are due, longest waiting first; those tried `max_attempts` times before are left for
/// [`stuck`].
///
/// One that somebody has claimed and neither settled nor released may be what ended their process. It is claimed alone,
/// which counts as a try already: of those that are claimed together nobody could tell which one it was.
///
/// # Errors
/// The database's own failure.
pub fn claim(
    conn: &mut Connection,
    lease: &Lease,
    now: Instant,
    max_attempts: u32,
    limit: u32,
) -> Result<Vec<Timer>, StorageError> {
    let due = timers::table
        .filter(timers::available_at.le(moment(now)))
        .filter(timers::attempts.lt(i32::try_from(max_attempts).unwrap_or(i32::MAX)))
        .filter(unclaimed!(timers, now))
        .order((timers::available_at, timers::case_id))
        .limit(i64::from(limit))
        .select((Timer::as_select(), timers::lease_owner.is_not_null()));
    let mut due: Vec<(Timer, bool)> = SkipLocked(due).load(conn)?;
    if due.is_empty() {
        return Ok(Vec::new());
    }
    let left_behind = due.iter().position(|(_, is_claimed)| *is_claimed);
    if let Some(place) = left_behind {
        due = vec![due.swap_remove(place)];
    }
    let claimed: Vec<Timer> = due.into_iter().map(|(timer, _)| timer).collect();
    let cases: Vec<i64> = claimed.iter().map(|timer| timer.case_id).collect();
    diesel::update(timers::table.filter(timers::case_id.eq_any(cases)))
        .set((
            timers::lease_owner.eq(Some(&lease.owner)),
            timers::lease_until.eq(moment_or_null(Some(lease.until))),
            timers::attempts.eq(timers::attempts + i32::from(left_behind.is_some())),
        ))
        .execute(conn)?;
    Ok(claimed)
}

/// Makes sure, inside the transaction that acts on it, that the timer is still this owner's.
///
/// # Errors
/// [`StorageError::Conflict`] when it was set anew or claimed by another.
pub fn hold(conn: &mut Connection, case: i64, owner: &str) -> Result<(), StorageError> {
    let touched = diesel::update(leased(case, owner))
        .set(timers::lease_owner.eq(Some(owner)))
        .execute(conn)?;
    one_row(touched)
}

/// Ends the owner's claim with the case's next instant, if there is one.
///
/// # Errors
/// [`StorageError::Conflict`] when the timer is not the owner's any more.
pub fn settle(
    conn: &mut Connection,
    case: i64,
    owner: &str,
    next: Option<Instant>,
) -> Result<(), StorageError> {
    hold(conn, case, owner)?;
    set(conn, case, next)
}

/// Ends the owner's claim after a try that failed, to be tried again at `retry_at`.
///
/// # Errors
/// [`StorageError::Conflict`] when the timer is not the owner's any more.
pub fn release(
    conn: &mut Connection,
    timer: &Timer,
    owner: &str,
    retry_at: Instant,
    error: &str,
) -> Result<(), StorageError> {
    let tries = timer.attempts.saturating_add(1);
    let touched = diesel::update(leased(timer.case_id, owner))
        .set((
            timers::available_at.eq(moment(retry_at)),
            timers::attempts.eq(i32::try_from(tries).unwrap_or(i32::MAX)),
            timers::lease_owner.eq(None::<String>),
            timers::lease_until.eq(moment_or_null(None)),
            timers::last_error.eq(Some(error)),
        ))
        .execute(conn)?;
    one_row(touched)
}

/// Ends the owner's claim as if it had not been: what kept it from being tried has nothing to do with the timer.
///
/// # Errors
/// [`StorageError::Conflict`] when the timer is not the owner's any more.
pub fn put_back(
    conn: &mut Connection,
    timer: &Timer,
    owner: &str,
    retry_at: Instant,
) -> Result<(), StorageError> {
    let touched = diesel::update(leased(timer.case_id, owner))
        .set((
            timers::available_at.eq(moment(retry_at)),
            timers::attempts.eq(i32::try_from(timer.attempts).unwrap_or(i32::MAX)),
            timers::lease_owner.eq(None::<String>),
            timers::lease_until.eq(moment_or_null(None)),
        ))
        .execute(conn)?;
    one_row(touched)
}

/// Lets timers be tried when they are due that would wait for another try until after `latest`, and answers how many
/// there were: no pause is that long, so a clock that was ahead has made it.
///
/// # Errors
/// The database's own failure.
pub fn set_right(conn: &mut Connection, latest: Instant) -> Result<usize, StorageError> {
    let late = timers::table
        .filter(timers::available_at.ne(timers::fire_at))
        .filter(timers::available_at.gt(moment(latest)))
        .select(timers::case_id);
    let cases: Vec<i64> = SkipLocked(late).load(conn)?;
    Ok(
        diesel::update(timers::table.filter(timers::case_id.eq_any(cases)))
            .set(timers::available_at.eq(timers::fire_at))
            .execute(conn)?,
    )
}

/// Timers that were tried `max_attempts` times in vain, for administrators. Setting one anew starts it again.
///
/// # Errors
/// The database's own failure.
pub fn stuck(conn: &mut Connection, max_attempts: u32) -> Result<Vec<Timer>, StorageError> {
    Ok(timers::table
        .filter(timers::attempts.gt(none()))
        .filter(timers::attempts.ge(i32::try_from(max_attempts).unwrap_or(i32::MAX)))
        .order((timers::available_at, timers::case_id))
        .select(Timer::as_select())
        .load(conn)?)
}

/// How many are due. What is still to come is not counted: there is something of nearly every open case.
///
/// # Errors
/// The database's own failure.
pub fn due_count(conn: &mut Connection, now: Instant) -> Result<i64, StorageError> {
    Ok(timers::table
        .filter(timers::available_at.le(moment(now)))
        .count()
        .get_result(conn)?)
}

/// How many were claimed `max_attempts` times in vain and are due: looked for among those that were claimed alone.
///
/// # Errors
/// The database's own failure.
pub fn stuck_count(
    conn: &mut Connection,
    max_attempts: u32,
    now: Instant,
) -> Result<i64, StorageError> {
    Ok(timers::table
        .filter(timers::attempts.gt(none()))
        .filter(timers::available_at.le(moment(now)))
        .filter(timers::attempts.ge(i32::try_from(max_attempts).unwrap_or(i32::MAX)))
        .count()
        .get_result(conn)?)
}

/// When the timer may be tried that comes first, those left to administrators apart.
///
/// # Errors
/// The database's own failure.
pub fn longest_waiting(
    conn: &mut Connection,
    max_attempts: u32,
) -> Result<Option<Instant>, StorageError> {
    Ok(timers::table
        .filter(timers::attempts.lt(i32::try_from(max_attempts).unwrap_or(i32::MAX)))
        .order((timers::available_at, timers::case_id))
        .select(timers::available_at)
        .first(conn)
        .optional()?)
}

/// As a literal, so that the database sees that the index of those that were tried will do.
fn none() -> SqlLiteral<Integer> {
    diesel::dsl::sql("0")
}

#[diesel::dsl::auto_type(no_type_alias)]
fn leased<'a>(case: i64, owner: &'a str) -> _ {
    timers::table
        .filter(timers::case_id.eq(case))
        .filter(timers::lease_owner.eq(owner))
}
