//! Table `outbox_archive`: mails that were settled long ago. What a claim, a vacuum or a backup of what is under way has to
//! look at stays small, and what somebody was told, and when, is known for as long as the case is kept.

use diesel::prelude::*;

use super::connection::{SkipLocked, moment};
use super::outbox::{OutboxState, StoredMessage};
use super::schema::{action_links, outbox, outbox_archive as archive};
use super::{Connection, StorageError};
use crate::calendar::Instant;

/// Moves at most `limit` mails here that were settled and written before `before`. Answers how many there were.
///
/// # Errors
/// The database's own failure.
pub fn take(conn: &mut Connection, before: Instant, limit: u32) -> Result<usize, StorageError> {
    let settled = outbox::table
        .filter(outbox::state.ne(OutboxState::Waiting.literal()))
        .filter(outbox::created_at.lt(moment(before)))
        .order(outbox::created_at)
        .limit(i64::from(limit))
        .select(outbox::id);
    // Another server may be at it too.
    let ids: Vec<i64> = SkipLocked(settled).load(conn)?;
    if ids.is_empty() {
        return Ok(0);
    }
    let moved = outbox::table
        .filter(outbox::id.eq_any(ids.clone()))
        .select((
            outbox::id,
            outbox::ulid,
            outbox::kind,
            outbox::notice,
            outbox::case_id,
            outbox::task_id,
            outbox::recipient_id,
            outbox::params,
            outbox::message_id,
            outbox::state,
            outbox::available_at,
            outbox::attempts,
            outbox::last_error,
            outbox::created_at,
            outbox::sent_at,
            outbox::deliver_until,
        ));
    moved
        .insert_into(archive::table)
        .into_columns(archive::all_columns)
        .execute(conn)?;
    // A mail's link was looked up for writing the mail alone.
    diesel::update(action_links::table.filter(action_links::mail_id.eq_any(ids.clone())))
        .set(action_links::mail_id.eq(None::<i64>))
        .execute(conn)?;
    Ok(diesel::delete(outbox::table.filter(outbox::id.eq_any(ids))).execute(conn)?)
}

/// The mails about a case that are here, oldest first.
///
/// # Errors
/// The database's own failure.
pub fn of_case(conn: &mut Connection, case: i64) -> Result<Vec<StoredMessage>, StorageError> {
    Ok(archive::table
        .filter(archive::case_id.eq(Some(case)))
        .order(archive::id)
        .load(conn)?)
}
