//! Table `sessions`: who is signed in. The key is the hash of what the browser keeps.

use diesel::prelude::*;

use super::connection::{MultiBackend, moment};
use super::schema::sessions;
use super::{Connection, StorageError};
use crate::calendar::Instant;
use crate::directory::PersonId;

/// A session.
#[derive(Clone, PartialEq, Eq, Queryable, Selectable)]
#[diesel(table_name = sessions, check_for_backend(MultiBackend))]
pub struct Session {
    /// The hash of the session's secret, in hex.
    pub id_hash: String,
    /// Whose.
    pub person_id: PersonId,
    /// What forms must bring along.
    pub csrf: String,
    /// Since when.
    pub created_at: Instant,
    /// When it was last used.
    pub seen_at: Instant,
    /// When it ends, used or not.
    pub expires_at: Instant,
    /// Where it came from.
    pub source: String,
}

// The CSRF value is a secret, so it is not written here.
impl std::fmt::Debug for Session {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Session")
            .field("person_id", &self.person_id)
            .field("expires_at", &self.expires_at)
            .finish_non_exhaustive()
    }
}

/// Keeps a session.
///
/// # Errors
/// The database's own failure.
pub fn insert(conn: &mut Connection, session: &Session) -> Result<(), StorageError> {
    diesel::insert_into(sessions::table)
        .values((
            sessions::id_hash.eq(&session.id_hash),
            sessions::person_id.eq(session.person_id),
            sessions::csrf.eq(&session.csrf),
            sessions::created_at.eq(moment(session.created_at)),
            sessions::seen_at.eq(moment(session.seen_at)),
            sessions::expires_at.eq(moment(session.expires_at)),
            sessions::source.eq(&session.source),
        ))
        .execute(conn)?;
    Ok(())
}

/// Notes that the session was used.
///
/// # Errors
/// The database's own failure.
pub fn touch(conn: &mut Connection, id_hash: &str, at: Instant) -> Result<(), StorageError> {
    diesel::update(sessions::table.find(id_hash))
        .set(sessions::seen_at.eq(moment(at)))
        .execute(conn)?;
    Ok(())
}

/// Ends a session.
///
/// # Errors
/// The database's own failure.
pub fn remove(conn: &mut Connection, id_hash: &str) -> Result<(), StorageError> {
    diesel::delete(sessions::table.find(id_hash)).execute(conn)?;
    Ok(())
}

/// Ends all sessions of a person, and answers how many there were.
///
/// # Errors
/// The database's own failure.
pub fn remove_of(conn: &mut Connection, person: PersonId) -> Result<usize, StorageError> {
    Ok(diesel::delete(sessions::table.filter(sessions::person_id.eq(person))).execute(conn)?)
}

/// Clears away sessions that ended before `now`, and answers how many there were.
///
/// # Errors
/// The database's own failure.
pub fn remove_expired(conn: &mut Connection, now: Instant) -> Result<usize, StorageError> {
    Ok(
        diesel::delete(sessions::table.filter(sessions::expires_at.le(moment(now))))
            .execute(conn)?,
    )
}
