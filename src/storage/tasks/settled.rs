//! How long answers took: the newest settled tasks of a workflow.

use diesel::prelude::*;

use super::TaskState;
use crate::calendar::Instant;
use crate::storage::connection::MultiBackend;
use crate::storage::schema::{cases, tasks};
use crate::storage::{Connection, StorageError};

/// A task that was answered.
#[derive(Debug, Clone, PartialEq, Eq, Queryable, Selectable)]
#[diesel(table_name = tasks, check_for_backend(MultiBackend))]
pub struct Settled {
    /// In which stage.
    pub stage: String,
    /// What was asked, in the engine's words.
    pub asks: String,
    /// The answer, in the engine's words.
    pub answer: Option<String>,
    /// When it was asked.
    pub created_at: Instant,
    /// When it was answered.
    pub settled_at: Option<Instant>,
}

/// The settled tasks of a workflow, whatever their version, newest first, at most so many.
///
/// # Errors
/// The database's own failure.
pub fn settled(
    conn: &mut Connection,
    workflow: &str,
    most: i64,
) -> Result<Vec<Settled>, StorageError> {
    Ok(tasks::table
        .inner_join(cases::table)
        .filter(cases::workflow_key.eq(workflow))
        .filter(tasks::state.eq(TaskState::Settled))
        .order(tasks::id.desc())
        .limit(most)
        .select(Settled::as_select())
        .load(conn)?)
}
