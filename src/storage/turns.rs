//! Table `turns`: who was given the last task of a line, where tasks are given out in turn.

use diesel::prelude::*;

use super::connection::{ForUpdate, OnConflict};
use super::schema::turns;
use super::{Connection, StorageError};
use crate::directory::PersonId;

/// Who was given the last task of each line of a workflow. Whoever else wants to know waits until this transaction is
/// done, so that two tasks at once are not given to the same person.
///
/// # Errors
/// The database's own failure.
pub fn hold(
    conn: &mut Connection,
    workflow: &str,
) -> Result<Vec<(String, PersonId)>, StorageError> {
    let query = turns::table
        .filter(turns::workflow_key.eq(workflow))
        .order(turns::line)
        .select((turns::line, turns::person_id));
    Ok(ForUpdate(query).load(conn)?)
}

/// Notes who was given a task.
///
/// # Errors
/// The database's own failure.
pub fn gave(
    conn: &mut Connection,
    workflow: &str,
    line: &str,
    person: PersonId,
) -> Result<(), StorageError> {
    let insert = diesel::insert_into(turns::table).values((
        turns::workflow_key.eq(workflow),
        turns::line.eq(line),
        turns::person_id.eq(person),
    ));
    let update = "(workflow_key, line) DO UPDATE SET person_id = excluded.person_id";
    OnConflict(insert, update).execute(conn)?;
    Ok(())
}
