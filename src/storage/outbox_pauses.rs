//! Table `outbox_pauses`: one row while nothing may leave, because the database was restored from a backup.

use diesel::prelude::*;

use super::connection::MultiBackend;
use super::schema::outbox_pauses as pauses;
use super::{Connection, StorageError};
use crate::calendar::Instant;

/// Nothing leaves while there is one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Queryable, Selectable)]
#[diesel(table_name = pauses, check_for_backend(MultiBackend))]
pub struct Pause {
    /// When the backup was restored.
    pub since: Instant,
    /// When it was made.
    pub backup_at: Instant,
}

/// The pause, if there is one.
///
/// # Errors
/// The database's own failure.
pub fn current(conn: &mut Connection) -> Result<Option<Pause>, StorageError> {
    Ok(pauses::table
        .select(Pause::as_select())
        .first(conn)
        .optional()?)
}

/// Ends the pause. Answers whether there was one.
///
/// # Errors
/// The database's own failure.
pub fn end(conn: &mut Connection) -> Result<bool, StorageError> {
    Ok(0 < diesel::delete(pauses::table).execute(conn)?)
}
