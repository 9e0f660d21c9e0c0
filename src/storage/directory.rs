//! The directory as one value, and table `directory_state`: the revision that tells a copy in memory from a stale one.

use diesel::prelude::*;

use super::schema::directory_state;
use super::{Connection, StorageError, departments, people, posts, roles, substitutes};
use crate::directory::Directory;

/// The whole directory.
///
/// # Errors
/// The database's own failure.
pub fn load(conn: &mut Connection) -> Result<Directory, StorageError> {
    Ok(Directory::new(
        revision(conn)?,
        departments::all(conn)?,
        people::all(conn)?,
        roles::all(conn)?,
        posts::all(conn)?,
    )
    .with_substitutions(substitutes::in_force(conn)?))
}

/// The revision of what is stored now.
///
/// # Errors
/// The database's own failure.
pub fn revision(conn: &mut Connection) -> Result<i64, StorageError> {
    Ok(directory_state::table
        .find(1)
        .select(directory_state::revision)
        .first(conn)?)
}

/// Raises the revision; every change of departments, people, posts, roles or substitutes ends with it.
///
/// # Errors
/// The database's own failure.
pub fn changed(conn: &mut Connection) -> Result<i64, StorageError> {
    diesel::update(directory_state::table.find(1))
        .set(directory_state::revision.eq(directory_state::revision + 1))
        .execute(conn)?;
    revision(conn)
}
