//! What was answered in a workflow: how long it took, and who has done how much of it.

use diesel::dsl::count_star;
use diesel::prelude::*;

use super::TaskState;
use crate::calendar::Instant;
use crate::directory::PersonId;
use crate::storage::connection::{MultiBackend, moment_or_null};
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

/// How many tasks of a stage somebody has answered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AnsweredBy {
    /// Who.
    pub person: PersonId,
    /// In which stage, as its case knew it.
    pub stage: String,
    /// How many.
    pub count: usize,
}

/// How many tasks of each stage of a workflow these people have answered since `since`; where none, nothing.
///
/// # Errors
/// The database's own failure.
pub fn answered_by(
    conn: &mut Connection,
    workflow: &str,
    people: &[PersonId],
    since: Instant,
) -> Result<Vec<AnsweredBy>, StorageError> {
    let people: Vec<Option<PersonId>> = people.iter().copied().map(Some).collect();
    let counted: Vec<(Option<PersonId>, String, i64)> = tasks::table
        .inner_join(cases::table)
        .filter(cases::workflow_key.eq(workflow))
        .filter(tasks::settled_by.eq_any(people))
        .filter(tasks::settled_at.ge(moment_or_null(Some(since))))
        .group_by((tasks::settled_by, tasks::stage))
        .select((tasks::settled_by, tasks::stage, count_star()))
        .load(conn)?;
    let row = |(person, stage, count): (Option<PersonId>, String, i64)| {
        Some(AnsweredBy {
            person: person?,
            stage,
            count: usize::try_from(count).ok()?,
        })
    };
    Ok(counted.into_iter().filter_map(row).collect())
}
