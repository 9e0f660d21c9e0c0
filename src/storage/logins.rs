//! One look at what a secret opens: a session or a token, with the revision of the directory that says what its owner may.

use diesel::prelude::*;

use super::api_tokens::ApiToken;
use super::schema::{api_tokens, directory_state, sessions};
use super::sessions::Session;
use super::{Connection, StorageError};

/// What was found.
#[derive(Debug)]
pub struct Found {
    /// The directory's revision.
    pub directory: i64,
    /// The session with this hash, ended or not.
    pub session: Option<Session>,
    /// The token with this hash, valid or not.
    pub token: Option<ApiToken>,
}

/// Looks once.
///
/// # Errors
/// The database's own failure.
pub fn look(conn: &mut Connection, hash: &str) -> Result<Found, StorageError> {
    let (directory, session, token) = directory_state::table
        .left_join(sessions::table.on(sessions::id_hash.eq(hash.to_owned())))
        .left_join(api_tokens::table.on(api_tokens::hash.eq(hash.to_owned())))
        .filter(directory_state::id.eq(1))
        .select((
            directory_state::revision,
            Option::<Session>::as_select(),
            Option::<ApiToken>::as_select(),
        ))
        .first(conn)?;
    Ok(Found {
        directory,
        session,
        token,
    })
}
