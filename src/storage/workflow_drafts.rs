//! Table `workflow_drafts`: definitions that are being written, one for each workflow and writer.

use diesel::prelude::*;

use super::columns::one_row;
use super::connection::{MultiBackend, OnConflict, moment};
use super::schema::workflow_drafts as drafts;
use super::{Connection, StorageError};
use crate::calendar::Instant;
use crate::directory::PersonId;

/// The key under which a definition is kept whose workflow has no version yet.
pub const NEW: &str = "";

/// A definition that is being written.
#[derive(Debug, Clone, PartialEq, Eq, Queryable, Selectable)]
#[diesel(table_name = drafts, check_for_backend(MultiBackend))]
pub struct WorkflowDraft {
    /// Of which workflow.
    pub key: String,
    /// Who writes it.
    pub author_id: PersonId,
    /// The YAML, as far as it is written.
    pub source: String,
    /// Counts up with every save.
    pub revision: i64,
    /// When it was last saved.
    pub saved_at: Instant,
}

/// The writer's draft of a workflow.
///
/// # Errors
/// The database's own failure.
pub fn get(
    conn: &mut Connection,
    key: &str,
    author: PersonId,
) -> Result<Option<WorkflowDraft>, StorageError> {
    Ok(drafts::table
        .find((key, author))
        .select(WorkflowDraft::as_select())
        .first(conn)
        .optional()?)
}

/// Everything that somebody is writing, by workflow.
///
/// # Errors
/// The database's own failure.
pub fn of(conn: &mut Connection, author: PersonId) -> Result<Vec<WorkflowDraft>, StorageError> {
    Ok(drafts::table
        .filter(drafts::author_id.eq(author))
        .order(drafts::key)
        .select(WorkflowDraft::as_select())
        .load(conn)?)
}

/// Saves a draft; `seen` is the revision that the writer's page shows, 0 when there was none.
///
/// # Errors
/// [`StorageError::Conflict`] when the same person saved it elsewhere meanwhile.
pub fn save(
    conn: &mut Connection,
    key: &str,
    author: PersonId,
    seen: i64,
    source: &str,
    at: Instant,
) -> Result<(), StorageError> {
    if seen == 0 {
        let insert = diesel::insert_into(drafts::table).values((
            drafts::key.eq(key),
            drafts::author_id.eq(author),
            drafts::source.eq(source),
            drafts::revision.eq(1),
            drafts::saved_at.eq(moment(at)),
        ));
        return one_row(OnConflict(insert, "DO NOTHING").execute(conn)?);
    }
    let touched = diesel::update(
        drafts::table
            .find((key, author))
            .filter(drafts::revision.eq(seen)),
    )
    .set((
        drafts::source.eq(source),
        drafts::revision.eq(seen + 1),
        drafts::saved_at.eq(moment(at)),
    ))
    .execute(conn)?;
    one_row(touched)
}

/// Removes a draft: it was proposed or thrown away.
///
/// # Errors
/// The database's own failure.
pub fn remove(conn: &mut Connection, key: &str, author: PersonId) -> Result<(), StorageError> {
    diesel::delete(drafts::table.find((key, author))).execute(conn)?;
    Ok(())
}
