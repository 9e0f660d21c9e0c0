//! Table `action_links`: the links in mails. The row decides whether a link still works, whatever its token says.

use diesel::prelude::*;
use serde_json::Value;
use ulid::Ulid;

use super::columns::one_row;
use super::connection::{MaybeMoment, MultiBackend, json, moment, moment_or_null, text_enum};
use super::schema::{action_links as links, tasks};
use super::{Connection, StorageError, Writes};
use crate::calendar::Instant;
use crate::directory::PersonId;

text_enum! {
    /// Where a link stands.
    LinkState {
        /// It works until it expires.
        Live = "live",
        /// It was used.
        Used = "used",
        /// It was taken back.
        Revoked = "revoked",
    }
}

/// A link as it is kept.
#[derive(Debug, Clone, PartialEq, Queryable, Selectable)]
#[diesel(table_name = links, check_for_backend(MultiBackend))]
pub struct StoredLink {
    /// The key.
    pub id: i64,
    /// What it says.
    #[diesel(embed)]
    pub link: Link,
    /// Where it stands.
    pub state: LinkState,
    /// When it was used.
    pub used_at: Option<Instant>,
    /// When it was taken back.
    pub revoked_at: Option<Instant>,
    /// Why.
    pub revoked_why: Option<String>,
}

/// What a link allows.
#[derive(Debug, Clone, PartialEq, Queryable, Selectable)]
#[diesel(table_name = links, check_for_backend(MultiBackend))]
pub struct Link {
    /// The hash of the token's id, in hex.
    pub token_hash: String,
    /// To whom.
    pub person_id: PersonId,
    /// On which case.
    pub case_id: i64,
    /// On which task.
    pub task_id: i64,
    /// In which round.
    #[diesel(deserialize_as = i64)]
    pub round: u32,
    /// Which actions, as a list of words.
    pub actions: Value,
    /// The mail that it is in.
    pub mail_id: Option<i64>,
    /// The key that signed the token.
    pub key_id: String,
    /// Until when.
    pub expires_at: Instant,
    /// Since when.
    pub created_at: Instant,
}

/// Keeps a link.
pub fn insert(writes: &mut Writes, link: &Link) {
    writes.add(diesel::insert_into(links::table).values((
        links::token_hash.eq(link.token_hash.clone()),
        links::person_id.eq(link.person_id),
        links::case_id.eq(link.case_id),
        links::task_id.eq(link.task_id),
        links::round.eq(i64::from(link.round)),
        links::actions.eq(json(link.actions.clone())),
        links::mail_id.eq(link.mail_id),
        links::key_id.eq(link.key_id.clone()),
        links::expires_at.eq(moment(link.expires_at)),
        links::state.eq(LinkState::Live),
        links::created_at.eq(moment(link.created_at)),
    )));
}

/// The link whose token has this hash, live or not.
///
/// # Errors
/// The database's own failure.
pub fn by_hash(conn: &mut Connection, hash: &str) -> Result<Option<StoredLink>, StorageError> {
    Ok(links::table
        .filter(links::token_hash.eq(hash))
        .select(StoredLink::as_select())
        .first(conn)
        .optional()?)
}

/// The link that a mail carries, live or not, with the key of its task that others see.
///
/// # Errors
/// The database's own failure.
pub fn of_mail(
    conn: &mut Connection,
    mail: i64,
) -> Result<Option<(StoredLink, Ulid)>, StorageError> {
    Ok(links::table
        .inner_join(tasks::table.on(tasks::id.eq(links::task_id)))
        .filter(links::mail_id.eq(Some(mail)))
        .select((StoredLink::as_select(), tasks::ulid))
        .first(conn)
        .optional()?)
}

/// The live links to a task.
///
/// # Errors
/// The database's own failure.
pub fn live_of_task(conn: &mut Connection, task: i64) -> Result<Vec<StoredLink>, StorageError> {
    Ok(links::table
        .filter(links::task_id.eq(task))
        .filter(links::state.eq(LinkState::Live))
        .select(StoredLink::as_select())
        .load(conn)?)
}

/// Uses a link up.
///
/// # Errors
/// [`StorageError::Conflict`] when it is used, revoked or past its time.
pub fn use_up(conn: &mut Connection, id: i64, at: Instant) -> Result<(), StorageError> {
    let live = links::table
        .filter(links::id.eq(id))
        .filter(links::state.eq(LinkState::Live.literal()))
        .filter(links::expires_at.gt(moment(at)));
    let touched = diesel::update(live)
        .set((
            links::state.eq(LinkState::Used),
            links::used_at.eq(moment_or_null(Some(at))),
        ))
        .execute(conn)?;
    one_row(touched)
}

/// Takes back the live links to a task, everybody's.
pub fn revoke_for_task(writes: &mut Writes, task: i64, why: &'static str, at: Instant) {
    let live = links::table
        .filter(links::task_id.eq(task))
        .filter(links::state.eq(LinkState::Live.literal()));
    writes.add(diesel::update(live).set(revoked(why, at)));
}

/// Takes back a person's live links to a task: a newer mail replaces them, or one of them was used.
///
/// # Errors
/// The database's own failure.
pub fn revoke_siblings(
    conn: &mut Connection,
    task: i64,
    person: PersonId,
    why: &str,
    at: Instant,
) -> Result<usize, StorageError> {
    let live = links::table
        .filter(links::task_id.eq(task))
        .filter(links::person_id.eq(person))
        .filter(links::state.eq(LinkState::Live.literal()));
    Ok(diesel::update(live).set(revoked(why, at)).execute(conn)?)
}

/// Takes back all live links of a person.
///
/// # Errors
/// The database's own failure.
pub fn revoke_for_person(
    conn: &mut Connection,
    person: PersonId,
    why: &str,
    at: Instant,
) -> Result<usize, StorageError> {
    let live = links::table
        .filter(links::person_id.eq(person))
        .filter(links::state.eq(LinkState::Live.literal()));
    Ok(diesel::update(live).set(revoked(why, at)).execute(conn)?)
}

#[diesel::dsl::auto_type(no_type_alias)]
fn revoked<'a>(why: &'a str, at: Instant) -> _ {
    let revoked: LinkState = LinkState::Revoked;
    let at: MaybeMoment = moment_or_null(Some(at));
    (
        links::state.eq(revoked),
        links::revoked_at.eq(at),
        links::revoked_why.eq(why),
    )
}
