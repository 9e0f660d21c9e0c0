//! Table `idempotency_keys`: requests that were answered, so that a repeat is not done twice.

use diesel::prelude::*;
use diesel::query_builder::{AstPass, QueryFragment, QueryId};
use ulid::Ulid;

use super::connection::{Moment, MultiBackend, OnConflict, moment};
use super::schema::idempotency_keys as keys;
use super::{Connection, StorageError, Writes};
use crate::calendar::Instant;
use crate::directory::PersonId;

/// What is known of a request's key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Earlier {
    /// Nothing: this request is the first.
    None,
    /// The same request was answered like this.
    Answered(Answer),
    /// Another request came with this key.
    Other,
}

/// What a request was answered with.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Answer {
    /// The HTTP status.
    pub status: u16,
    /// The case that it was about.
    pub case_id: Option<i64>,
    /// The case, draft or attachment that it made or changed, by the key that others see.
    pub ulid: Option<Ulid>,
    /// That case's revision after it.
    pub revision: Option<i64>,
}

#[derive(Queryable, Selectable)]
#[diesel(table_name = keys, check_for_backend(MultiBackend))]
struct Row {
    digest: String,
    status: Option<i32>,
    case_id: Option<i64>,
    ulid: Option<String>,
    revision: Option<i64>,
}

/// What was asked and answered under a key.
#[derive(Debug, Clone)]
pub struct NewKey {
    /// Whose request it was.
    pub person: PersonId,
    /// The key that came with it.
    pub key: String,
    /// The digest of its body.
    pub digest: String,
    /// What it was answered with.
    pub answer: Answer,
    /// When.
    pub at: Instant,
}

/// Keeps the answer to a request under its key, with the writes that do its work. They all end in
/// [`StorageError::Conflict`] where another request was answered under the key since `valid_since`, which [`look`] tells
/// of. Two at once: the second waits here until the first has committed, and is in its way then.
pub fn keep(writes: &mut Writes, new: NewKey, valid_since: Instant) {
    let insert = diesel::insert_into(keys::table).values((
        keys::person_id.eq(new.person),
        keys::key.eq(new.key),
        keys::digest.eq(new.digest),
        keys::status.eq(Some(i32::from(new.answer.status))),
        keys::case_id.eq(new.answer.case_id),
        keys::ulid.eq(new.answer.ulid.map(|ulid| ulid.to_string())),
        keys::revision.eq(new.answer.revision),
        keys::created_at.eq(moment(new.at)),
    ));
    writes.must_touch(Replacing {
        insert: OnConflict(
            insert,
            "(person_id, key) DO UPDATE SET digest = excluded.digest, status = excluded.status, case_id = excluded.case_id, \
             ulid = excluded.ulid, revision = excluded.revision, created_at = excluded.created_at \
             WHERE idempotency_keys.created_at < ",
        ),
        before: valid_since,
    });
}

/// An insert in place of a row that is older.
struct Replacing<I> {
    insert: I,
    before: Instant,
}

impl<I> QueryId for Replacing<I> {
    type QueryId = ();
    const HAS_STATIC_QUERY_ID: bool = false;
}

impl<I: QueryFragment<MultiBackend>> QueryFragment<MultiBackend> for Replacing<I> {
    fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, MultiBackend>) -> QueryResult<()> {
        self.insert.walk_ast(out.reborrow())?;
        out.push_bind_param::<Moment, _>(&self.before)
    }
}

/// What is known of a request's key.
///
/// # Errors
/// The database's own failure.
pub fn look(
    conn: &mut Connection,
    person: PersonId,
    key: &str,
    digest: &str,
    valid_since: Instant,
) -> Result<Earlier, StorageError> {
    let row: Option<Row> = keys::table
        .find((person, key))
        .filter(keys::created_at.ge(moment(valid_since)))
        .select(Row::as_select())
        .first(conn)
        .optional()?;
    row.map_or(Ok(Earlier::None), |row| told(row, person, digest))
}

fn told(row: Row, person: PersonId, digest: &str) -> Result<Earlier, StorageError> {
    if row.digest != digest {
        return Ok(Earlier::Other);
    }
    let corrupt = |what: &str| StorageError::Corrupt {
        what: format!("idempotency key of person {person} {what}"),
    };
    let status = row.status.and_then(|status| u16::try_from(status).ok());
    let status = status.ok_or_else(|| corrupt("without an answer"))?;
    let ulid = row.ulid.map(|text| Ulid::from_string(&text)).transpose();
    Ok(Earlier::Answered(Answer {
        status,
        case_id: row.case_id,
        ulid: ulid.map_err(|_| corrupt("with an answer about nothing"))?,
        revision: row.revision,
    }))
}

/// Forgets what the requests about a case or draft said, of which a digest is kept: somebody could guess at it. Their keys
/// stay taken, so that a repeat is refused and not done twice.
///
/// # Errors
/// The database's own failure.
pub fn forget_bodies(conn: &mut Connection, about: Ulid) -> Result<usize, StorageError> {
    let of_it = keys::table.filter(keys::ulid.eq(about.to_string()));
    Ok(diesel::update(of_it)
        .set(keys::digest.eq(""))
        .execute(conn)?)
}

/// Forgets the keys from before `valid_since`, and answers how many there were.
///
/// # Errors
/// The database's own failure.
pub fn remove_old(conn: &mut Connection, valid_since: Instant) -> Result<usize, StorageError> {
    Ok(
        diesel::delete(keys::table.filter(keys::created_at.lt(moment(valid_since))))
            .execute(conn)?,
    )
}
