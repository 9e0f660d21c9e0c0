//! Table `personal_values`: personal and private answers, each in an envelope of its own, so that they can be erased
//! while events and snapshots keep pointing to them.

use std::ops::RangeInclusive;

use diesel::prelude::*;
use ulid::Ulid;

use super::connection::{MultiBackend, moment, moment_or_null, text_enum, ulid_text};
use super::schema::personal_values as values;
use super::{Connection, StorageError};
use crate::calendar::Instant;

text_enum! {
    /// What a value belongs to.
    Owner {
        /// A case.
        Case = "case",
        /// A draft.
        Draft = "draft",
    }
}

/// A value as it is kept.
#[derive(Debug, Clone, PartialEq, Eq, Queryable, Selectable)]
#[diesel(table_name = values, check_for_backend(MultiBackend))]
pub struct StoredValue {
    /// The key.
    pub id: i64,
    /// The key that events and snapshots point to.
    pub ulid: Ulid,
    /// The case, once there is one.
    pub case_id: Option<i64>,
    /// The draft that it was typed in.
    pub draft_id: Option<i64>,
    /// Which field's.
    pub field: String,
    /// What the digest is salted with; `None` once erased.
    pub salt: Option<Vec<u8>>,
    /// The value, encrypted; `None` once erased.
    pub envelope: Option<Vec<u8>>,
    /// The key that it is encrypted with.
    pub key_id: String,
    /// The salted digest that the log holds.
    pub digest: String,
    /// Since when.
    pub created_at: Instant,
    /// When it was erased.
    pub erased_at: Option<Instant>,
}

/// A value to be kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewValue {
    /// The key that events and snapshots point to.
    pub ulid: Ulid,
    /// Whose it is, with that one's key.
    pub owner: (Owner, i64),
    /// Which field's.
    pub field: String,
    /// What the digest is salted with.
    pub salt: Vec<u8>,
    /// The value, encrypted.
    pub envelope: Vec<u8>,
    /// The key that it is encrypted with.
    pub key_id: String,
    /// The salted digest that the log holds.
    pub digest: String,
    /// When.
    pub created_at: Instant,
}

/// Keeps a value and answers with its key.
///
/// # Errors
/// The database's own failure.
pub fn insert(conn: &mut Connection, new: &NewValue) -> Result<i64, StorageError> {
    let (owner, id) = new.owner;
    Ok(diesel::insert_into(values::table)
        .values((
            values::ulid.eq(ulid_text(new.ulid)),
            values::owner.eq(owner),
            values::case_id.eq((owner == Owner::Case).then_some(id)),
            values::draft_id.eq((owner == Owner::Draft).then_some(id)),
            values::field.eq(&new.field),
            values::salt.eq(Some(&new.salt)),
            values::envelope.eq(Some(&new.envelope)),
            values::key_id.eq(&new.key_id),
            values::digest.eq(&new.digest),
            values::created_at.eq(moment(new.created_at)),
        ))
        .returning(values::id)
        .get_result(conn)?)
}

/// The value with this key, erased or not.
///
/// # Errors
/// The database's own failure.
pub fn get(conn: &mut Connection, ulid: Ulid) -> Result<Option<StoredValue>, StorageError> {
    Ok(values::table
        .filter(values::ulid.eq(ulid_text(ulid)))
        .select(StoredValue::as_select())
        .first(conn)
        .optional()?)
}

/// The values of a case.
///
/// # Errors
/// The database's own failure.
pub fn of_case(conn: &mut Connection, case: i64) -> Result<Vec<StoredValue>, StorageError> {
    Ok(values::table
        .filter(values::case_id.eq(Some(case)))
        .order(values::id)
        .select(StoredValue::as_select())
        .load(conn)?)
}

/// The values of the cases with these keys, each with its case.
///
/// # Errors
/// The database's own failure.
pub fn between(
    conn: &mut Connection,
    cases: &RangeInclusive<i64>,
) -> Result<Vec<(i64, StoredValue)>, StorageError> {
    let of_them = values::case_id.between(Some(*cases.start()), Some(*cases.end()));
    Ok(values::table
        .filter(of_them)
        .order(values::id)
        .select((values::case_id.assume_not_null(), StoredValue::as_select()))
        .load(conn)?)
}

/// Gives a draft's values to the case that it became.
///
/// # Errors
/// The database's own failure.
pub fn adopt(conn: &mut Connection, draft: i64, case: i64) -> Result<usize, StorageError> {
    let of_draft = values::table
        .filter(values::draft_id.eq(Some(draft)))
        .filter(values::owner.eq(Owner::Draft));
    Ok(diesel::update(of_draft)
        .set((
            values::owner.eq(Owner::Case),
            values::case_id.eq(Some(case)),
            values::draft_id.eq(None::<i64>),
        ))
        .execute(conn)?)
}

/// Erases a value; its digest stays, and nobody can tell any more what of. Answers whether there was one.
///
/// # Errors
/// The database's own failure.
pub fn erase(conn: &mut Connection, ulid: Ulid, at: Instant) -> Result<bool, StorageError> {
    let kept = values::table
        .filter(values::ulid.eq(ulid_text(ulid)))
        .filter(values::erased_at.is_null());
    let touched = diesel::update(kept)
        .set((
            values::salt.eq(None::<Vec<u8>>),
            values::envelope.eq(None::<Vec<u8>>),
            values::erased_at.eq(moment_or_null(Some(at))),
        ))
        .execute(conn)?;
    Ok(touched == 1)
}

/// Removes a draft's values, with the draft.
///
/// # Errors
/// The database's own failure.
pub fn remove_of_draft(conn: &mut Connection, draft: i64) -> Result<usize, StorageError> {
    let of_draft = values::table
        .filter(values::draft_id.eq(Some(draft)))
        .filter(values::owner.eq(Owner::Draft));
    Ok(diesel::delete(of_draft).execute(conn)?)
}
