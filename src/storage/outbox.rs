//! Table `outbox`: what is to leave the process. Written with what causes it, claimed with a lease, sent outside any
//! transaction, settled afterwards.

use diesel::prelude::*;
use serde_json::Value;
use ulid::Ulid;

use super::columns::{one_more, one_row, unclaimed};
use super::connection::{
    Kept, MultiBackend, SkipLocked, cols, json, moment, moment_or_null, text_enum, ulid_text,
};
use super::keys::{self, Table};
use super::schema::outbox;
use super::{Connection, Lease, Page, StorageError, Writes, at_once, outbox_archive};
use crate::calendar::Instant;
use crate::directory::PersonId;

text_enum! {
    /// Where a message stands.
    OutboxState {
        /// To be sent.
        Waiting = "waiting",
        /// Accepted by the other side.
        Sent = "sent",
        /// Given up.
        Failed = "failed",
        /// Not needed any more.
        Cancelled = "cancelled",
    }
}

/// A message as it is kept.
#[derive(Debug, Clone, PartialEq, Queryable, Selectable)]
#[diesel(table_name = outbox, check_for_backend(MultiBackend))]
pub struct StoredMessage {
    /// The key.
    pub id: i64,
    /// The key that others see.
    pub ulid: Ulid,
    /// By what way: `mail`.
    pub kind: String,
    /// What it tells.
    pub notice: String,
    /// About which case.
    pub case_id: Option<i64>,
    /// About which task.
    pub task_id: Option<i64>,
    /// To whom.
    pub recipient_id: PersonId,
    /// What it tells it with: ids and codes, no names, no texts.
    pub params: Value,
    /// The Message-ID, for ever the same.
    pub message_id: String,
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
#[derive(Debug, Clone, PartialEq)]
pub struct NewMessage {
    /// The key that others see.
    pub ulid: Ulid,
    /// By what way: `mail`.
    pub kind: String,
    /// What it tells.
    pub notice: String,
    /// About which case.
    pub case_id: Option<i64>,
    /// About which task.
    pub task_id: Option<i64>,
    /// To whom.
    pub recipient_id: PersonId,
    /// What it tells it with.
    pub params: Value,
    /// The Message-ID.
    pub message_id: String,
    /// When it may be sent.
    pub available_at: Instant,
    /// When it is given up.
    pub deliver_until: Instant,
    /// When it is written.
    pub created_at: Instant,
}

/// How many messages stand where.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct OutboxCounts {
    /// To be sent.
    pub waiting: i64,
    /// Given up.
    pub failed: i64,
}

/// Writes a message and answers with its key.
///
/// # Errors
/// [`StorageError::Duplicate`] when there is one with this Message-ID.
pub fn enqueue(conn: &mut Connection, new: NewMessage) -> Result<i64, StorageError> {
    let [mut keys] = keys::draw(conn, [(Table::Outbox, 1)])?;
    let id = keys.take()?;
    at_once(conn, |writes| put(writes, id, new))?;
    Ok(id)
}

/// Writes a message, whose key was drawn, with other writes.
pub fn put(writes: &mut Writes, id: i64, new: NewMessage) {
    writes.add(diesel::insert_into(outbox::table).values((
        outbox::id.eq(id),
        outbox::ulid.eq(ulid_text(new.ulid)),
        outbox::kind.eq(new.kind),
        outbox::notice.eq(new.notice),
        outbox::case_id.eq(new.case_id),
        outbox::task_id.eq(new.task_id),
        outbox::recipient_id.eq(new.recipient_id),
        outbox::params.eq(json(new.params)),
        outbox::message_id.eq(new.message_id),
        outbox::state.eq(OutboxState::Waiting),
        outbox::available_at.eq(moment(new.available_at)),
        outbox::attempts.eq(0),
        outbox::created_at.eq(moment(new.created_at)),
        outbox::deliver_until.eq(moment(new.deliver_until)),
    )));
}

/// Claims up to `limit` messages that may be sent now, longest waiting first.
///
/// # Errors
/// The database's own failure.
pub fn claim(
    conn: &mut Connection,
    lease: &Lease,
    now: Instant,
    limit: u32,
) -> Result<Vec<StoredMessage>, StorageError> {
    let ready = outbox::table
        .filter(outbox::state.eq(OutboxState::Waiting.literal()))
        .filter(outbox::available_at.le(moment(now)))
        .filter(unclaimed!(outbox, now))
        .order((outbox::available_at, outbox::id))
        .limit(i64::from(limit))
        .select(outbox::id);
    let ids: Vec<i64> = SkipLocked(ready).load(conn)?;
    if ids.is_empty() {
        return Ok(Vec::new());
    }
    let mut claimed: Vec<StoredMessage> =
        diesel::update(outbox::table.filter(outbox::id.eq_any(ids)))
            .set((
                outbox::lease_owner.eq(Some(&lease.owner)),
                outbox::lease_until.eq(moment_or_null(Some(lease.until))),
                outbox::attempts.eq(outbox::attempts + 1),
            ))
            .returning(cols::<StoredMessage>())
            .get_results(conn)?;
    claimed.sort_by_key(|message| (message.available_at, message.id));
    Ok(claimed)
}

/// Keeps what the owner has claimed, and has not settled yet, until the lease's new end.
///
/// # Errors
/// The database's own failure.
pub fn extend(conn: &mut Connection, lease: &Lease) -> Result<(), StorageError> {
    let held = outbox::table
        .filter(outbox::state.eq(OutboxState::Waiting.literal()))
        .filter(outbox::lease_owner.eq(&lease.owner))
        .select(outbox::id);
    // A row that a command holds is skipped, and extended the next time: nobody waits for two rows here.
    let ids: Vec<i64> = SkipLocked(held).load(conn)?;
    diesel::update(outbox::table.filter(outbox::id.eq_any(ids)))
        .set(outbox::lease_until.eq(moment_or_null(Some(lease.until))))
        .execute(conn)?;
    Ok(())
}

/// The message, if it is still the owner's to send.
///
/// # Errors
/// The database's own failure.
pub fn held(
    conn: &mut Connection,
    id: i64,
    owner: &str,
    now: Instant,
) -> Result<Option<StoredMessage>, StorageError> {
    Ok(leased(id, owner)
        .filter(outbox::state.eq(OutboxState::Waiting))
        .filter(outbox::lease_until.gt(moment_or_null(Some(now))))
        .select(StoredMessage::as_select())
        .first(conn)
        .optional()?)
}

/// Settles a claimed message as sent, even if it was cancelled while it was under way: it has left.
///
/// # Errors
/// [`StorageError::Conflict`] when the owner has lost it.
pub fn sent(conn: &mut Connection, id: i64, owner: &str, at: Instant) -> Result<(), StorageError> {
    let update = diesel::update(leased(id, owner)).set((
        outbox::state.eq(OutboxState::Sent),
        outbox::sent_at.eq(moment_or_null(Some(at))),
        outbox::last_error.eq(None::<String>),
        outbox::lease_owner.eq(None::<String>),
        outbox::lease_until.eq(moment_or_null(None)),
    ));
    one_row(Kept(update).execute(conn)?)
}

/// Settles a claimed message as given up.
///
/// # Errors
/// [`StorageError::Conflict`] when the owner has lost it, or it was cancelled meanwhile.
pub fn failed(
    conn: &mut Connection,
    id: i64,
    owner: &str,
    error: &str,
) -> Result<(), StorageError> {
    let touched = diesel::update(leased(id, owner).filter(outbox::state.eq(OutboxState::Waiting)))
        .set((
            outbox::state.eq(OutboxState::Failed),
            outbox::last_error.eq(Some(error)),
            outbox::lease_owner.eq(None::<String>),
            outbox::lease_until.eq(moment_or_null(None)),
        ))
        .execute(conn)?;
    one_row(touched)
}

/// Puts a claimed message back, to be tried again at `retry_at`.
///
/// # Errors
/// [`StorageError::Conflict`] when the owner has lost it, or it was cancelled meanwhile.
pub fn retry(
    conn: &mut Connection,
    id: i64,
    owner: &str,
    retry_at: Instant,
    error: &str,
) -> Result<(), StorageError> {
    let touched = diesel::update(leased(id, owner).filter(outbox::state.eq(OutboxState::Waiting)))
        .set((
            outbox::available_at.eq(moment(retry_at)),
            outbox::last_error.eq(Some(error)),
            outbox::lease_owner.eq(None::<String>),
            outbox::lease_until.eq(moment_or_null(None)),
        ))
        .execute(conn)?;
    one_row(touched)
}

/// Settles a claimed message as not needed any more.
///
/// # Errors
/// [`StorageError::Conflict`] when the owner has lost it, or it was cancelled meanwhile.
pub fn cancelled(conn: &mut Connection, id: i64, owner: &str) -> Result<(), StorageError> {
    let touched = diesel::update(leased(id, owner).filter(outbox::state.eq(OutboxState::Waiting)))
        .set((
            outbox::state.eq(OutboxState::Cancelled),
            outbox::lease_owner.eq(None::<String>),
            outbox::lease_until.eq(moment_or_null(None)),
        ))
        .execute(conn)?;
    one_row(touched)
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
    let late = outbox::table
        .filter(outbox::state.eq(OutboxState::Waiting.literal()))
        .filter(outbox::available_at.gt(moment(latest)))
        .select(outbox::id);
    let ids: Vec<i64> = SkipLocked(late).load(conn)?;
    send_now(conn, &ids, now)
}

/// Lets messages that failed last for one of these reasons be sent now, and answers how many there were: what kept them
/// waiting is over.
///
/// # Errors
/// The database's own failure.
pub fn bring_forward(
    conn: &mut Connection,
    errors: &[String],
    now: Instant,
) -> Result<usize, StorageError> {
    let waiting = outbox::table
        .filter(outbox::state.eq(OutboxState::Waiting.literal()))
        .filter(outbox::available_at.gt(moment(now)))
        .filter(outbox::last_error.eq_any(errors.to_vec()))
        .select(outbox::id);
    // Rows that a command holds are skipped: whoever waits for them here could be waited for there.
    let ids: Vec<i64> = SkipLocked(waiting).load(conn)?;
    send_now(conn, &ids, now)
}

fn send_now(conn: &mut Connection, ids: &[i64], now: Instant) -> Result<usize, StorageError> {
    let mut moved = 0;
    for some in ids.chunks(500) {
        moved += diesel::update(outbox::table.filter(outbox::id.eq_any(some.to_vec())))
            .set(outbox::available_at.eq(moment(now)))
            .execute(conn)?;
    }
    Ok(moved)
}

/// Cancels what waits to be sent about a task.
pub fn cancel_for_task(writes: &mut Writes, task: i64) {
    let waiting = outbox::table
        .filter(outbox::task_id.eq(Some(task)))
        .filter(outbox::state.eq(OutboxState::Waiting.literal()));
    writes.add(diesel::update(waiting).set(outbox::state.eq(OutboxState::Cancelled)));
}

/// Tells a message that waits with other parameters: what it names is called otherwise now.
///
/// # Errors
/// The database's own failure.
pub fn retell(conn: &mut Connection, id: i64, params: &Value) -> Result<(), StorageError> {
    let waiting = outbox::table
        .find(id)
        .filter(outbox::state.eq(OutboxState::Waiting.literal()));
    diesel::update(waiting)
        .set(outbox::params.eq(json(params)))
        .execute(conn)?;
    Ok(())
}

/// The message with this key.
///
/// # Errors
/// The database's own failure.
pub fn get(conn: &mut Connection, id: i64) -> Result<Option<StoredMessage>, StorageError> {
    Ok(outbox::table
        .find(id)
        .select(StoredMessage::as_select())
        .first(conn)
        .optional()?)
}

/// The messages about a case, oldest first, those in the archive too.
///
/// # Errors
/// The database's own failure.
pub fn of_case(conn: &mut Connection, case: i64) -> Result<Vec<StoredMessage>, StorageError> {
    let mut all = outbox_archive::of_case(conn, case)?;
    let here: Vec<StoredMessage> = outbox::table
        .filter(outbox::case_id.eq(Some(case)))
        .order(outbox::id)
        .select(StoredMessage::as_select())
        .load(conn)?;
    all.extend(here);
    all.sort_by_key(|message| message.id);
    Ok(all)
}

/// The messages that were given up, newest first, before the key `before`.
///
/// # Errors
/// The database's own failure.
pub fn given_up(
    conn: &mut Connection,
    before: Option<i64>,
    limit: usize,
) -> Result<Page<StoredMessage, i64>, StorageError> {
    let rows = outbox::table
        .filter(outbox::state.eq(OutboxState::Failed.literal()))
        .filter(outbox::id.lt(before.unwrap_or(i64::MAX)))
        .order(outbox::id.desc())
        .limit(one_more(limit))
        .select(StoredMessage::as_select())
        .load(conn)?;
    Ok(Page::cut(rows, limit, |row: &StoredMessage| row.id))
}

/// Lets a message that was given up be sent now, and tried until `deliver_until`.
///
/// # Errors
/// [`StorageError::Conflict`] when it was not given up.
pub fn resend(
    conn: &mut Connection,
    id: i64,
    now: Instant,
    deliver_until: Instant,
) -> Result<(), StorageError> {
    let given_up = outbox::table
        .filter(outbox::id.eq(id))
        .filter(outbox::state.eq(OutboxState::Failed.literal()));
    let touched = diesel::update(given_up)
        .set((
            outbox::state.eq(OutboxState::Waiting),
            outbox::available_at.eq(moment(now)),
            outbox::attempts.eq(0),
            outbox::deliver_until.eq(moment(deliver_until)),
        ))
        .execute(conn)?;
    one_row(touched)
}

/// How many messages wait, and how many were given up.
///
/// # Errors
/// The database's own failure.
pub fn counts(conn: &mut Connection) -> Result<OutboxCounts, StorageError> {
    let mut standing = |state: OutboxState| {
        outbox::table
            .filter(outbox::state.eq(state.literal()))
            .count()
            .get_result(conn)
    };
    Ok(OutboxCounts {
        waiting: standing(OutboxState::Waiting)?,
        failed: standing(OutboxState::Failed)?,
    })
}

/// Since when the longest waiting message might have gone out.
///
/// # Errors
/// The database's own failure.
pub fn longest_waiting(conn: &mut Connection) -> Result<Option<Instant>, StorageError> {
    Ok(outbox::table
        .filter(outbox::state.eq(OutboxState::Waiting.literal()))
        .order((outbox::available_at, outbox::id))
        .select(outbox::available_at)
        .first(conn)
        .optional()?)
}

#[diesel::dsl::auto_type(no_type_alias)]
fn leased<'a>(id: i64, owner: &'a str) -> _ {
    outbox::table
        .filter(outbox::id.eq(id))
        .filter(outbox::lease_owner.eq(owner))
}
