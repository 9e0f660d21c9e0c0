//! Table `webhook_messages`: what other programs are told. Written with the change that it tells, claimed with a lease,
//! sent outside any transaction, settled afterwards.

use std::collections::{BTreeMap, BTreeSet};

use diesel::prelude::*;
use ulid::Ulid;

use super::columns::{one_more, one_row, unclaimed};
use super::connection::{MultiBackend, SkipLocked, cols, moment, moment_or_null, ulid_text};
use super::outbox::{OutboxCounts, OutboxState};
use super::schema::webhook_messages as messages;
use super::{Connection, Lease, Page, StorageError};
use crate::calendar::Instant;

/// A message as it is kept.
#[derive(Debug, Clone, PartialEq, Eq, Queryable, Selectable)]
#[diesel(table_name = messages, check_for_backend(MultiBackend))]
pub struct StoredMessage {
    /// The key.
    pub id: i64,
    /// The change's key, that the receiver sees: the same for every target and every try.
    pub ulid: Ulid,
    /// To whom.
    pub target: String,
    /// Of which register.
    pub register: String,
    /// Of which entry.
    pub entry_id: i64,
    /// Which change of the entry.
    pub sequence: i64,
    /// What it tells, byte by byte.
    pub body: String,
    /// Where it stands.
    pub state: OutboxState,
    /// When it may be tried next.
    pub available_at: Instant,
    /// How often it was claimed.
    #[diesel(deserialize_as = i32)]
    pub attempts: u32,
    /// What went wrong last.
    pub last_error: Option<String>,
    /// When it was written.
    pub created_at: Instant,
    /// When it was sent.
    pub sent_at: Option<Instant>,
    /// When it is given up.
    pub deliver_until: Instant,
}

/// A message to be sent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewMessage {
    /// The change's key.
    pub ulid: Ulid,
    /// To whom.
    pub target: String,
    /// Of which register.
    pub register: String,
    /// Of which entry.
    pub entry_id: i64,
    /// Which change of the entry.
    pub sequence: i64,
    /// What it tells.
    pub body: String,
    /// When it is written, and may be sent.
    pub at: Instant,
    /// When it is given up.
    pub deliver_until: Instant,
}

/// Writes a message.
///
/// # Errors
/// [`StorageError::Duplicate`] when the target is told of this change already.
pub fn enqueue(conn: &mut Connection, new: &NewMessage) -> Result<(), StorageError> {
    diesel::insert_into(messages::table)
        .values((
            messages::ulid.eq(ulid_text(new.ulid)),
            messages::target.eq(&new.target),
            messages::register.eq(&new.register),
            messages::entry_id.eq(new.entry_id),
            messages::sequence.eq(new.sequence),
            messages::body.eq(&new.body),
            messages::state.eq(OutboxState::Waiting),
            messages::available_at.eq(moment(new.at)),
            messages::attempts.eq(0),
            messages::created_at.eq(moment(new.at)),
            messages::deliver_until.eq(moment(new.deliver_until)),
        ))
        .execute(conn)?;
    Ok(())
}

/// Claims up to `limit` messages to a target that may be sent now, longest waiting first. Of an entry the oldest goes
/// first, and the others wait for it, until it was tried `patience` times.
///
/// # Errors
/// The database's own failure.
pub fn claim(
    conn: &mut Connection,
    target: &str,
    lease: &Lease,
    now: Instant,
    patience: u32,
    limit: u32,
) -> Result<Vec<StoredMessage>, StorageError> {
    let ready = messages::table
        .filter(messages::target.eq(target.to_owned()))
        .filter(messages::state.eq(OutboxState::Waiting.literal()))
        .filter(messages::available_at.le(moment(now)))
        .filter(unclaimed!(messages, now))
        .order((messages::available_at, messages::id))
        .limit(5 * i64::from(limit))
        .select((messages::id, messages::entry_id));
    let ready: Vec<(i64, i64)> = SkipLocked(ready).load(conn)?;
    if ready.is_empty() {
        return Ok(Vec::new());
    }
    let before = oldest(conn, target, &ready, now, patience)?;
    let mut entries = BTreeSet::new();
    let ids: Vec<i64> = ready
        .iter()
        .filter(|(id, entry)| before.get(entry).is_none_or(|oldest| id <= oldest))
        .filter(|(_, entry)| entries.insert(*entry))
        .map(|(id, _)| *id)
        .take(limit as usize)
        .collect();
    let mut claimed: Vec<StoredMessage> =
        diesel::update(messages::table.filter(messages::id.eq_any(ids)))
            .set((
                messages::lease_owner.eq(Some(&lease.owner)),
                messages::lease_until.eq(moment_or_null(Some(lease.until))),
                messages::attempts.eq(messages::attempts + 1),
            ))
            .returning(cols::<StoredMessage>())
            .get_results(conn)?;
    claimed.sort_by_key(|message| message.id);
    Ok(claimed)
}

/// By entry the oldest message for which later ones wait.
fn oldest(
    conn: &mut Connection,
    target: &str,
    ready: &[(i64, i64)],
    now: Instant,
    patience: u32,
) -> Result<BTreeMap<i64, i64>, StorageError> {
    let entries: Vec<i64> = ready.iter().map(|(_, entry)| *entry).collect();
    let waiting: Vec<(i64, i64)> = messages::table
        .filter(messages::target.eq(target))
        .filter(messages::state.eq(OutboxState::Waiting.literal()))
        .filter(messages::entry_id.eq_any(entries))
        .filter(
            messages::attempts
                .lt(i32::try_from(patience).unwrap_or(i32::MAX))
                .or(messages::lease_until.gt(moment_or_null(Some(now)))),
        )
        .select((messages::entry_id, messages::id))
        .load(conn)?;
    let mut oldest = BTreeMap::new();
    for (entry, id) in waiting {
        let known = oldest.entry(entry).or_insert(id);
        *known = id.min(*known);
    }
    Ok(oldest)
}

/// Keeps what the owner has claimed, and has not settled yet, until the lease's new end.
///
/// # Errors
/// The database's own failure.
pub fn extend(conn: &mut Connection, target: &str, lease: &Lease) -> Result<(), StorageError> {
    let held = messages::table
        .filter(messages::target.eq(target))
        .filter(messages::state.eq(OutboxState::Waiting.literal()))
        .filter(messages::lease_owner.eq(&lease.owner));
    diesel::update(held)
        .set(messages::lease_until.eq(moment_or_null(Some(lease.until))))
        .execute(conn)?;
    Ok(())
}

/// Whether the message is still the owner's to send.
///
/// # Errors
/// The database's own failure.
pub fn is_held(
    conn: &mut Connection,
    id: i64,
    owner: &str,
    now: Instant,
) -> Result<bool, StorageError> {
    let held = leased(id, owner)
        .filter(messages::lease_until.gt(moment_or_null(Some(now))))
        .select(messages::id)
        .first::<i64>(conn)
        .optional()?;
    Ok(held.is_some())
}

/// Settles a claimed message as sent.
///
/// # Errors
/// [`StorageError::Conflict`] when the owner has lost it.
pub fn sent(conn: &mut Connection, id: i64, owner: &str, at: Instant) -> Result<(), StorageError> {
    let touched = diesel::update(leased(id, owner))
        .set((
            messages::state.eq(OutboxState::Sent),
            messages::sent_at.eq(moment_or_null(Some(at))),
            messages::last_error.eq(None::<String>),
            messages::lease_owner.eq(None::<String>),
            messages::lease_until.eq(moment_or_null(None)),
        ))
        .execute(conn)?;
    one_row(touched)
}

/// Puts a claimed message back, to be tried again at `retry_at`.
///
/// # Errors
/// [`StorageError::Conflict`] when the owner has lost it.
pub fn retry(
    conn: &mut Connection,
    id: i64,
    owner: &str,
    retry_at: Instant,
    error: Option<&str>,
) -> Result<(), StorageError> {
    let touched = diesel::update(leased(id, owner))
        .set((
            messages::available_at.eq(moment(retry_at)),
            messages::last_error.eq(error),
            messages::lease_owner.eq(None::<String>),
            messages::lease_until.eq(moment_or_null(None)),
        ))
        .execute(conn)?;
    one_row(touched)
}

/// Settles a claimed message as given up.
///
/// # Errors
/// [`StorageError::Conflict`] when the owner has lost it.
pub fn failed(
    conn: &mut Connection,
    id: i64,
    owner: &str,
    error: &str,
) -> Result<(), StorageError> {
    let touched = diesel::update(leased(id, owner))
        .set((
            messages::state.eq(OutboxState::Failed),
            messages::last_error.eq(Some(error)),
            messages::lease_owner.eq(None::<String>),
            messages::lease_until.eq(moment_or_null(None)),
        ))
        .execute(conn)?;
    one_row(touched)
}

/// Lets what waits for a target be sent now, and answers how much that is: what kept it waiting is over.
///
/// # Errors
/// The database's own failure.
pub fn bring_forward(
    conn: &mut Connection,
    target: &str,
    now: Instant,
) -> Result<usize, StorageError> {
    let waiting = messages::table
        .filter(messages::target.eq(target))
        .filter(messages::state.eq(OutboxState::Waiting.literal()))
        .filter(messages::available_at.gt(moment(now)))
        .filter(messages::lease_owner.is_null());
    Ok(diesel::update(waiting)
        .set(messages::available_at.eq(moment(now)))
        .execute(conn)?)
}

/// Lets messages be sent now that would wait until after `latest`, and answers how many there were: no pause is that
/// long, so a clock that was ahead has made it.
///
/// # Errors
/// The database's own failure.
pub fn set_right(
    conn: &mut Connection,
    latest: Instant,
    now: Instant,
) -> Result<usize, StorageError> {
    let late = messages::table
        .filter(messages::state.eq(OutboxState::Waiting.literal()))
        .filter(messages::available_at.gt(moment(latest)));
    Ok(diesel::update(late)
        .set(messages::available_at.eq(moment(now)))
        .execute(conn)?)
}

/// Gives up what nobody sends: it is older than it may be, and its target is stopped, or is none any more. To those that
/// are `served` it is sent at least once more, however long nobody was there. Answers how much that was.
///
/// # Errors
/// The database's own failure.
pub fn give_up_old(
    conn: &mut Connection,
    served: &[String],
    now: Instant,
) -> Result<usize, StorageError> {
    let old = messages::table
        .filter(messages::state.eq(OutboxState::Waiting.literal()))
        .filter(messages::deliver_until.lt(moment(now)))
        .filter(messages::target.ne_all(served.to_vec()))
        .filter(messages::lease_owner.is_null());
    Ok(diesel::update(old)
        .set((
            messages::state.eq(OutboxState::Failed),
            messages::last_error.eq(Some("unsent")),
        ))
        .execute(conn)?)
}

/// Forgets at most `limit` messages that were sent, and written before `before`: the receiver has them, and the entry its
/// history. Answers how many there were.
///
/// # Errors
/// The database's own failure.
pub fn forget(conn: &mut Connection, before: Instant, limit: u32) -> Result<usize, StorageError> {
    let sent = messages::table
        .filter(messages::state.eq(OutboxState::Sent.literal()))
        .filter(messages::created_at.lt(moment(before)))
        .order(messages::created_at)
        .limit(i64::from(limit))
        .select(messages::id);
    let ids: Vec<i64> = SkipLocked(sent).load(conn)?;
    Ok(diesel::delete(messages::table.filter(messages::id.eq_any(ids))).execute(conn)?)
}

/// Lets a message that was given up, or waits, be sent now. Answers with the key that others see.
///
/// # Errors
/// [`StorageError::Conflict`] when it was sent, is being sent, or there is none.
pub fn resend(
    conn: &mut Connection,
    id: i64,
    now: Instant,
    deliver_until: Instant,
) -> Result<Ulid, StorageError> {
    let unsent = messages::table
        .filter(messages::id.eq(id))
        .filter(messages::state.eq_any([OutboxState::Waiting, OutboxState::Failed]))
        .filter(
            messages::lease_until
                .is_null()
                .or(messages::lease_until.le(moment_or_null(Some(now)))),
        );
    let key: Option<Ulid> = diesel::update(unsent)
        .set((
            messages::state.eq(OutboxState::Waiting),
            messages::available_at.eq(moment(now)),
            messages::attempts.eq(0),
            messages::deliver_until.eq(moment(deliver_until)),
            messages::lease_owner.eq(None::<String>),
            messages::lease_until.eq(moment_or_null(None)),
        ))
        .returning(messages::ulid)
        .get_result(conn)
        .optional()?;
    key.ok_or(StorageError::Conflict)
}

/// What the targets are told of an entry, oldest first.
///
/// # Errors
/// The database's own failure.
pub fn of_target(conn: &mut Connection, target: &str) -> Result<Vec<StoredMessage>, StorageError> {
    Ok(messages::table
        .filter(messages::target.eq(target))
        .order(messages::id)
        .select(StoredMessage::as_select())
        .load(conn)?)
}

/// Messages that were given up, newest first, before the key `before`.
///
/// # Errors
/// The database's own failure.
pub fn given_up(
    conn: &mut Connection,
    before: Option<i64>,
    limit: usize,
) -> Result<Page<StoredMessage, i64>, StorageError> {
    let rows = messages::table
        .filter(messages::state.eq(OutboxState::Failed.literal()))
        .filter(messages::id.lt(before.unwrap_or(i64::MAX)))
        .order(messages::id.desc())
        .limit(one_more(limit))
        .select(StoredMessage::as_select())
        .load(conn)?;
    Ok(Page::cut(rows, limit, |row: &StoredMessage| row.id))
}

/// The newest messages that wait for another try.
///
/// # Errors
/// The database's own failure.
pub fn late(conn: &mut Connection, limit: usize) -> Result<Vec<StoredMessage>, StorageError> {
    Ok(messages::table
        .filter(messages::state.eq(OutboxState::Waiting.literal()))
        .filter(messages::last_error.is_not_null())
        .order(messages::id.desc())
        .limit(i64::try_from(limit).unwrap_or(i64::MAX))
        .select(StoredMessage::as_select())
        .load(conn)?)
}

/// How many messages wait, and how many were given up.
///
/// # Errors
/// The database's own failure.
pub fn counts(conn: &mut Connection) -> Result<OutboxCounts, StorageError> {
    let mut standing = |state: OutboxState| {
        messages::table
            .filter(messages::state.eq(state.literal()))
            .count()
            .get_result(conn)
    };
    Ok(OutboxCounts {
        waiting: standing(OutboxState::Waiting)?,
        failed: standing(OutboxState::Failed)?,
    })
}

/// When the message was written that waits the longest, whatever its target.
///
/// # Errors
/// The database's own failure.
pub fn longest_waiting(conn: &mut Connection) -> Result<Option<Instant>, StorageError> {
    Ok(messages::table
        .filter(messages::state.eq(OutboxState::Waiting.literal()))
        .order(messages::deliver_until)
        .select(messages::created_at)
        .first(conn)
        .optional()?)
}

/// Gives up nothing that waits before `until`.
///
/// # Errors
/// The database's own failure.
pub fn give_longer(conn: &mut Connection, until: Instant) -> Result<usize, StorageError> {
    let waiting = messages::table
        .filter(messages::state.eq(OutboxState::Waiting.literal()))
        .filter(messages::deliver_until.lt(moment(until)));
    Ok(diesel::update(waiting)
        .set(messages::deliver_until.eq(moment(until)))
        .execute(conn)?)
}

/// How many messages wait for a target.
///
/// # Errors
/// The database's own failure.
pub fn waiting_for(conn: &mut Connection, target: &str) -> Result<i64, StorageError> {
    Ok(messages::table
        .filter(messages::target.eq(target))
        .filter(messages::state.eq(OutboxState::Waiting.literal()))
        .count()
        .get_result(conn)?)
}

/// A claimed message that is not settled yet.
#[diesel::dsl::auto_type(no_type_alias)]
fn leased<'a>(id: i64, owner: &'a str) -> _ {
    messages::table
        .filter(messages::id.eq(id))
        .filter(messages::lease_owner.eq(owner))
        .filter(messages::state.eq("waiting"))
}
