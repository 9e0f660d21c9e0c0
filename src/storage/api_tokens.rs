//! Table `api_tokens`: what other programs sign in with. The key is the hash of the token.

use diesel::prelude::*;

use super::connection::{MultiBackend, moment, moment_or_null};
use super::schema::api_tokens;
use super::{Connection, StorageError};
use crate::calendar::Instant;
use crate::directory::PersonId;

/// A token.
#[derive(Debug, Clone, PartialEq, Eq, Queryable, Selectable)]
#[diesel(table_name = api_tokens, check_for_backend(MultiBackend))]
pub struct ApiToken {
    /// The hash of the token, in hex.
    pub hash: String,
    /// For whom it acts.
    pub person_id: PersonId,
    /// What it is called.
    pub name: String,
    /// Since when.
    pub created_at: Instant,
    /// Until when.
    pub expires_at: Instant,
    /// When it was taken back.
    pub revoked_at: Option<Instant>,
    /// When it was last used.
    pub last_used: Option<Instant>,
}

/// Keeps a new token; `revoked_at` and `last_used` are not looked at.
///
/// # Errors
/// The database's own failure.
pub fn insert(conn: &mut Connection, token: &ApiToken) -> Result<(), StorageError> {
    diesel::insert_into(api_tokens::table)
        .values((
            api_tokens::hash.eq(&token.hash),
            api_tokens::person_id.eq(token.person_id),
            api_tokens::name.eq(&token.name),
            api_tokens::created_at.eq(moment(token.created_at)),
            api_tokens::expires_at.eq(moment(token.expires_at)),
        ))
        .execute(conn)?;
    Ok(())
}

/// The person's tokens, newest first.
///
/// # Errors
/// The database's own failure.
pub fn of_person(conn: &mut Connection, person: PersonId) -> Result<Vec<ApiToken>, StorageError> {
    Ok(api_tokens::table
        .filter(api_tokens::person_id.eq(person))
        .order(api_tokens::created_at.desc())
        .select(ApiToken::as_select())
        .load(conn)?)
}

/// Notes that the token was used.
///
/// # Errors
/// The database's own failure.
pub fn touch(conn: &mut Connection, hash: &str, at: Instant) -> Result<(), StorageError> {
    diesel::update(api_tokens::table.find(hash))
        .set(api_tokens::last_used.eq(moment_or_null(Some(at))))
        .execute(conn)?;
    Ok(())
}

/// Takes a person's token back. Answers whether it was valid until now.
///
/// # Errors
/// The database's own failure.
pub fn revoke(
    conn: &mut Connection,
    person: PersonId,
    hash: &str,
    at: Instant,
) -> Result<bool, StorageError> {
    let valid = api_tokens::table
        .filter(api_tokens::hash.eq(hash))
        .filter(api_tokens::person_id.eq(person))
        .filter(api_tokens::revoked_at.is_null());
    let touched = diesel::update(valid)
        .set(api_tokens::revoked_at.eq(moment_or_null(Some(at))))
        .execute(conn)?;
    Ok(touched == 1)
}

/// Takes all of a person's tokens back.
///
/// # Errors
/// The database's own failure.
pub fn revoke_of(
    conn: &mut Connection,
    person: PersonId,
    at: Instant,
) -> Result<usize, StorageError> {
    let valid = api_tokens::table
        .filter(api_tokens::person_id.eq(person))
        .filter(api_tokens::revoked_at.is_null());
    Ok(diesel::update(valid)
        .set(api_tokens::revoked_at.eq(moment_or_null(Some(at))))
        .execute(conn)?)
}
