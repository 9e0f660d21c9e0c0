//! Table `resendings`: who let a message that was given up be sent again. Rows are only added.

use diesel::prelude::*;
use ulid::Ulid;

use super::connection::{MultiBackend, moment, text_enum, ulid_text};
use super::schema::resendings;
use super::{Connection, StorageError};
use crate::calendar::Instant;
use crate::directory::PersonId;

text_enum! {
    /// By what way a message goes.
    Queue {
        /// To a person.
        Mail = "mail",
        /// To another program.
        Webhook = "webhook",
    }
}

/// A message that was sent again.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Queryable, Selectable)]
#[diesel(table_name = resendings, check_for_backend(MultiBackend))]
pub struct Resending {
    /// By what way.
    pub queue: Queue,
    /// The message's key that others see.
    pub message: Ulid,
    /// Who wanted it.
    pub person_id: PersonId,
    /// When.
    pub at: Instant,
}

/// Writes down that a message is sent again.
///
/// # Errors
/// The database's own failure.
pub fn add(conn: &mut Connection, new: &Resending) -> Result<(), StorageError> {
    diesel::insert_into(resendings::table)
        .values((
            resendings::queue.eq(new.queue),
            resendings::message.eq(ulid_text(new.message)),
            resendings::person_id.eq(new.person_id),
            resendings::at.eq(moment(new.at)),
        ))
        .execute(conn)?;
    Ok(())
}

/// The latest, newest first.
///
/// # Errors
/// The database's own failure.
pub fn latest(conn: &mut Connection, limit: usize) -> Result<Vec<Resending>, StorageError> {
    Ok(resendings::table
        .order(resendings::id.desc())
        .limit(i64::try_from(limit).unwrap_or(i64::MAX))
        .select(Resending::as_select())
        .load(conn)?)
}
