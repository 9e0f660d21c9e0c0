//! Table `started_cases`: the case, or its draft, that a task of another case asked for.

use diesel::prelude::*;
use ulid::Ulid;

use super::connection::{OnConflict, ulid_text};
use super::schema::{cases, started_cases as started};
use super::{Connection, StorageError};
use crate::directory::PersonId;

/// A case that was started and filed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Filed {
    /// The task of the starting case.
    pub task: u32,
    /// Its number.
    pub number: Option<String>,
    /// Who filed it.
    pub by: PersonId,
    /// Its outcome's word, once it has ended.
    pub outcome: Option<String>,
}

/// Notes which draft is written for a task, in place of an earlier one.
///
/// # Errors
/// The database's own failure.
pub fn set(conn: &mut Connection, parent: i64, task: u32, ulid: Ulid) -> Result<(), StorageError> {
    let insert = diesel::insert_into(started::table).values((
        started::parent_id.eq(parent),
        started::task.eq(i64::from(task)),
        started::ulid.eq(ulid_text(ulid)),
    ));
    OnConflict(
        insert,
        "(parent_id, task) DO UPDATE SET ulid = excluded.ulid",
    )
    .execute(conn)?;
    Ok(())
}

/// The public id of the draft or case for a task.
///
/// # Errors
/// The database's own failure.
pub fn of_task(
    conn: &mut Connection,
    parent: i64,
    task: u32,
) -> Result<Option<Ulid>, StorageError> {
    Ok(started::table
        .find((parent, i64::from(task)))
        .select(started::ulid)
        .first(conn)
        .optional()?)
}

/// The cases that this one started, as far as they were filed.
///
/// # Errors
/// The database's own failure.
pub fn filed(conn: &mut Connection, parent: i64) -> Result<Vec<Filed>, StorageError> {
    let rows: Vec<(i64, Option<String>, PersonId, Option<String>)> = started::table
        .inner_join(cases::table.on(cases::ulid.eq(started::ulid)))
        .filter(started::parent_id.eq(parent))
        .order(started::task)
        .select((
            started::task,
            cases::number,
            cases::applicant_id,
            cases::outcome,
        ))
        .load::<(i64, Option<String>, PersonId, Option<String>)>(conn)?;
    Ok(rows
        .into_iter()
        .map(|(task, number, by, outcome)| Filed {
            // Task numbers are ours, from 1 up.
            task: u32::try_from(task).unwrap_or(0),
            number,
            by,
            outcome,
        })
        .collect())
}
