//! Table `drafts`: requests that are being written.

use diesel::prelude::*;
use serde_json::Value;
use ulid::Ulid;

use super::columns::{one_more, one_row};
use super::connection::{MultiBackend, cols, json, json_or_null, moment, ulid_text};
use super::schema::drafts;
use super::{Connection, Page, StorageError, Writes, at_once};
use crate::calendar::Instant;
use crate::directory::{DepartmentCode, PersonId};

/// A draft.
#[derive(Debug, Clone, PartialEq, Queryable, Selectable)]
#[diesel(table_name = drafts, check_for_backend(MultiBackend))]
pub struct Draft {
    /// The key.
    pub id: i64,
    /// The key that others see.
    pub ulid: Ulid,
    /// Of which workflow.
    pub workflow_key: String,
    /// Who writes it.
    pub author_id: PersonId,
    /// For which department.
    pub department: DepartmentCode,
    /// Its title, as far as it has one.
    pub title: String,
    /// What has been answered.
    pub answers: Value,
    /// The private answers, encrypted.
    pub sealed: Option<Value>,
    /// The returned case that it revises.
    pub from_case: Option<i64>,
    /// Counts up with every save.
    pub revision: i64,
    /// When it was begun.
    pub created_at: Instant,
    /// When it was last saved.
    pub updated_at: Instant,
    /// The case that it became.
    pub submitted_case: Option<i64>,
}

/// A draft to be begun.
#[derive(Debug, Clone, PartialEq)]
pub struct NewDraft {
    /// The key that others see.
    pub ulid: Ulid,
    /// Of which workflow.
    pub workflow_key: String,
    /// Who writes it.
    pub author_id: PersonId,
    /// For which department.
    pub department: DepartmentCode,
    /// The case that it is filled from.
    pub from_case: Option<i64>,
    /// What is in it, and when.
    pub content: DraftContent,
}

/// What a save changes.
#[derive(Debug, Clone, PartialEq)]
pub struct DraftContent {
    /// Its title.
    pub title: String,
    /// What has been answered.
    pub answers: Value,
    /// The private answers, encrypted.
    pub sealed: Option<Value>,
    /// When.
    pub at: Instant,
}

/// Begins a draft.
///
/// # Errors
/// The database's own failure.
pub fn insert(conn: &mut Connection, new: &NewDraft) -> Result<Draft, StorageError> {
    Ok(diesel::insert_into(drafts::table)
        .values((
            drafts::ulid.eq(ulid_text(new.ulid)),
            drafts::workflow_key.eq(&new.workflow_key),
            drafts::author_id.eq(new.author_id),
            drafts::department.eq(&new.department),
            drafts::title.eq(&new.content.title),
            drafts::answers.eq(json(&new.content.answers)),
            drafts::sealed.eq(json_or_null(new.content.sealed.as_ref())),
            drafts::from_case.eq(new.from_case),
            drafts::revision.eq(1),
            drafts::created_at.eq(moment(new.content.at)),
            drafts::updated_at.eq(moment(new.content.at)),
        ))
        .returning(cols::<Draft>())
        .get_result(conn)?)
}

/// The draft with this key, submitted or not.
///
/// # Errors
/// The database's own failure.
pub fn get(conn: &mut Connection, ulid: Ulid) -> Result<Option<Draft>, StorageError> {
    Ok(drafts::table
        .filter(drafts::ulid.eq(ulid_text(ulid)))
        .select(Draft::as_select())
        .first(conn)
        .optional()?)
}

/// The author's unsubmitted drafts, newest first, before the key `before`.
///
/// # Errors
/// The database's own failure.
pub fn by_author(
    conn: &mut Connection,
    author: PersonId,
    before: Option<i64>,
    limit: usize,
) -> Result<Page<Draft, i64>, StorageError> {
    let rows = drafts::table
        .filter(drafts::author_id.eq(author))
        .filter(drafts::submitted_case.is_null())
        .filter(drafts::id.lt(before.unwrap_or(i64::MAX)))
        .order(drafts::id.desc())
        .limit(one_more(limit))
        .select(Draft::as_select())
        .load(conn)?;
    Ok(Page::cut(rows, limit, |draft: &Draft| draft.id))
}

/// Saves the draft if nobody else has since `seen`, and answers with its new revision.
///
/// # Errors
/// [`StorageError::Conflict`] when it has changed or was submitted.
pub fn save(
    conn: &mut Connection,
    id: i64,
    seen: i64,
    content: &DraftContent,
) -> Result<i64, StorageError> {
    let touched = diesel::update(unsubmitted(id, seen))
        .set((
            drafts::title.eq(&content.title),
            drafts::answers.eq(json(&content.answers)),
            drafts::sealed.eq(json_or_null(content.sealed.as_ref())),
            drafts::revision.eq(seen + 1),
            drafts::updated_at.eq(moment(content.at)),
        ))
        .execute(conn)?;
    one_row(touched)?;
    Ok(seen + 1)
}

/// Records which case the draft became; it can be saved no more.
///
/// # Errors
/// [`StorageError::Conflict`] when it has changed or was submitted.
pub fn submitted(
    conn: &mut Connection,
    id: i64,
    seen: i64,
    case: i64,
    at: Instant,
) -> Result<(), StorageError> {
    let touched = diesel::update(unsubmitted(id, seen))
        .set((
            drafts::submitted_case.eq(Some(case)),
            drafts::revision.eq(seen + 1),
            drafts::updated_at.eq(moment(at)),
        ))
        .execute(conn)?;
    one_row(touched)
}

/// Removes a draft; its attachments and personal values have to be gone before.
///
/// # Errors
/// [`StorageError::Conflict`] when it has changed or was submitted.
pub fn remove(conn: &mut Connection, id: i64, seen: i64) -> Result<(), StorageError> {
    at_once(conn, |writes| put_away(writes, id, seen))
}

/// Like [`remove`], with other writes.
pub fn put_away(writes: &mut Writes, id: i64, seen: i64) {
    writes.must_touch(diesel::delete(unsubmitted(id, seen)));
}

#[diesel::dsl::auto_type(no_type_alias)]
fn unsubmitted(id: i64, seen: i64) -> _ {
    drafts::table
        .filter(drafts::id.eq(id))
        .filter(drafts::revision.eq(seen))
        .filter(drafts::submitted_case.is_null())
}
