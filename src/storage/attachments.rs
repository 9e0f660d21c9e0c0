//! Table `attachments`: files beside drafts and cases. The bytes are elsewhere, under a random name.

use diesel::prelude::*;
use ulid::Ulid;

use super::columns::one_row;
use super::connection::{MultiBackend, cols, moment, ulid_text};
use super::schema::attachments;
use super::{Connection, StorageError, Writes};
use crate::calendar::Instant;
use crate::directory::PersonId;

/// An attachment.
#[derive(Debug, Clone, PartialEq, Eq, Queryable, Selectable)]
#[diesel(table_name = attachments, check_for_backend(MultiBackend))]
pub struct Attachment {
    /// The key.
    pub id: i64,
    /// The key that others see.
    pub ulid: Ulid,
    /// The case, once there is one.
    pub case_id: Option<i64>,
    /// The draft that it was added to.
    pub draft_id: Option<i64>,
    /// Who added it.
    pub uploader_id: PersonId,
    /// What they call it.
    pub file_name: String,
    /// What it is.
    pub media_type: String,
    /// How many bytes.
    pub size: i64,
    /// The digest of its content.
    pub digest: String,
    /// The random name that it is kept under.
    pub stored_as: String,
    /// When.
    pub created_at: Instant,
}

/// What an attachment is added to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AttachedTo {
    /// A case.
    Case(i64),
    /// A draft.
    Draft(i64),
}

/// A file to be added.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewAttachment {
    /// The key that others see.
    pub ulid: Ulid,
    /// To what.
    pub to: AttachedTo,
    /// Who adds it.
    pub uploader_id: PersonId,
    /// What they call it.
    pub file_name: String,
    /// What it is.
    pub media_type: String,
    /// How many bytes.
    pub size: i64,
    /// The digest of its content.
    pub digest: String,
    /// The random name that it is kept under.
    pub stored_as: String,
    /// When.
    pub created_at: Instant,
}

/// Adds a file.
///
/// # Errors
/// The database's own failure.
pub fn insert(conn: &mut Connection, new: &NewAttachment) -> Result<Attachment, StorageError> {
    let (case, draft) = match new.to {
        AttachedTo::Case(id) => (Some(id), None),
        AttachedTo::Draft(id) => (None, Some(id)),
    };
    Ok(diesel::insert_into(attachments::table)
        .values((
            attachments::ulid.eq(ulid_text(new.ulid)),
            attachments::case_id.eq(case),
            attachments::draft_id.eq(draft),
            attachments::uploader_id.eq(new.uploader_id),
            attachments::file_name.eq(&new.file_name),
            attachments::media_type.eq(&new.media_type),
            attachments::size.eq(new.size),
            attachments::digest.eq(&new.digest),
            attachments::stored_as.eq(&new.stored_as),
            attachments::created_at.eq(moment(new.created_at)),
        ))
        .returning(cols::<Attachment>())
        .get_result(conn)?)
}

/// The attachment with this key.
///
/// # Errors
/// The database's own failure.
pub fn get(conn: &mut Connection, ulid: Ulid) -> Result<Option<Attachment>, StorageError> {
    Ok(attachments::table
        .filter(attachments::ulid.eq(ulid_text(ulid)))
        .select(Attachment::as_select())
        .first(conn)
        .optional()?)
}

/// What is attached to a case or a draft, oldest first. What a case took over from its draft is the case's.
///
/// # Errors
/// The database's own failure.
pub fn of(conn: &mut Connection, to: AttachedTo) -> Result<Vec<Attachment>, StorageError> {
    let mut query = attachments::table.into_boxed::<MultiBackend>();
    query = match to {
        AttachedTo::Case(id) => query.filter(attachments::case_id.eq(Some(id))),
        AttachedTo::Draft(id) => query
            .filter(attachments::draft_id.eq(Some(id)))
            .filter(attachments::case_id.is_null()),
    };
    Ok(query
        .order(attachments::id)
        .select(Attachment::as_select())
        .load(conn)?)
}

/// The random name and the digest of every file.
///
/// # Errors
/// The database's own failure.
pub fn files(conn: &mut Connection) -> Result<Vec<(String, String)>, StorageError> {
    Ok(attachments::table
        .order(attachments::stored_as)
        .select((attachments::stored_as, attachments::digest))
        .load(conn)?)
}

/// Whether there is a file under this random name.
///
/// # Errors
/// The database's own failure.
pub fn is_kept(conn: &mut Connection, stored_as: &str) -> Result<bool, StorageError> {
    let found = attachments::table
        .filter(attachments::stored_as.eq(stored_as))
        .select(attachments::id)
        .first::<i64>(conn)
        .optional()?;
    Ok(found.is_some())
}

/// Gives a draft's files to the case that it became.
pub fn adopt(writes: &mut Writes, draft: i64, case: i64) {
    let of_draft = attachments::table
        .filter(attachments::draft_id.eq(Some(draft)))
        .filter(attachments::case_id.is_null());
    // The draft goes when it has become a case; a file that still pointed to it would hold it.
    writes.add(diesel::update(of_draft).set((
        attachments::case_id.eq(Some(case)),
        attachments::draft_id.eq(None::<i64>),
    )));
}

/// Removes a file from its draft; what a case has stays.
///
/// # Errors
/// [`StorageError::Conflict`] when it is a case's, or gone.
pub fn remove(conn: &mut Connection, id: i64) -> Result<(), StorageError> {
    let of_draft = attachments::table
        .filter(attachments::id.eq(id))
        .filter(attachments::case_id.is_null());
    one_row(diesel::delete(of_draft).execute(conn)?)
}
