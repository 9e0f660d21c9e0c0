//! Table `copies`: read-only copies (抄送) and their receipts.

use diesel::prelude::*;

use super::columns::one_more;
use super::connection::{MultiBackend, OnConflict, moment, moment_or_null};
use super::schema::copies;
use super::{Addressee, Connection, Cursor, Page, StorageError, Writes};
use crate::calendar::Instant;
use crate::directory::PersonId;

/// A copy.
#[derive(Debug, Clone, PartialEq, Eq, Queryable, Selectable)]
#[diesel(table_name = copies, check_for_backend(MultiBackend))]
pub struct Copy {
    /// Of which case.
    pub case_id: i64,
    /// For whom.
    pub person_id: PersonId,
    /// Why: the stage or end that gave it, or who sent it.
    pub reason: String,
    /// When it was sent.
    pub at: Instant,
    /// When it was first read.
    pub read_at: Option<Instant>,
}

impl Copy {
    /// The reason of a copy that somebody sent.
    #[must_use]
    pub fn from_person(person: PersonId) -> String {
        Addressee::Person(person).to_string()
    }

    /// Who sent it; `None` where a stage or an end of the definition gave it.
    #[must_use]
    pub fn sent_by(&self) -> Option<PersonId> {
        match self.reason.parse() {
            Ok(Addressee::Person(person)) => Some(person),
            Ok(Addressee::Post(_) | Addressee::Held(..) | Addressee::Department(_)) | Err(_) => {
                None
            }
        }
    }
}

/// Sends a copy; the same one for the same reason is sent once.
pub fn add(writes: &mut Writes, case: i64, person: PersonId, reason: String, at: Instant) {
    let insert = diesel::insert_into(copies::table).values((
        copies::case_id.eq(case),
        copies::person_id.eq(person),
        copies::reason.eq(reason),
        copies::at.eq(moment(at)),
    ));
    writes.add(OnConflict(insert, "DO NOTHING"));
}

/// Notes that the person has read their copies of the case; the first time stands.
///
/// # Errors
/// The database's own failure.
pub fn read(
    conn: &mut Connection,
    case: i64,
    person: PersonId,
    at: Instant,
) -> Result<(), StorageError> {
    let unread = copies::table
        .filter(copies::case_id.eq(case))
        .filter(copies::person_id.eq(person))
        .filter(copies::read_at.is_null());
    diesel::update(unread)
        .set(copies::read_at.eq(moment_or_null(Some(at))))
        .execute(conn)?;
    Ok(())
}

/// The copies of a case, with their receipts.
///
/// # Errors
/// The database's own failure.
pub fn of_case(conn: &mut Connection, case: i64) -> Result<Vec<Copy>, StorageError> {
    Ok(copies::table
        .filter(copies::case_id.eq(case))
        .order((copies::at, copies::person_id))
        .select(Copy::as_select())
        .load(conn)?)
}

/// How many cases the person has unread copies of.
///
/// # Errors
/// The database's own failure.
pub fn unread(conn: &mut Connection, person: PersonId) -> Result<i64, StorageError> {
    Ok(copies::table
        .filter(copies::person_id.eq(person))
        .filter(copies::read_at.is_null())
        .select(diesel::dsl::count(copies::case_id).aggregate_distinct())
        .first(conn)?)
}

/// A page of the person's copies, newest first, before the place `before`.
///
/// # Errors
/// The database's own failure.
pub fn of_person(
    conn: &mut Connection,
    person: PersonId,
    before: Option<Cursor>,
    limit: usize,
) -> Result<Page<Copy>, StorageError> {
    let mut query = copies::table
        .filter(copies::person_id.eq(person))
        .into_boxed::<MultiBackend>();
    if let Some(Cursor { at, id }) = before {
        query = query
            .filter(copies::at.le(moment(at)))
            .filter(copies::at.lt(moment(at)).or(copies::case_id.lt(id)));
    }
    let rows = query
        .order((copies::at.desc(), copies::case_id.desc()))
        .limit(one_more(limit))
        .select(Copy::as_select())
        .load(conn)?;
    Ok(Page::cut(rows, limit, |copy: &Copy| Cursor {
        at: copy.at,
        id: copy.case_id,
    }))
}
