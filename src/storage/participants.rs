//! Table `participants`: who sees a case and why, written with its events; the only source of lists and searches.

use diesel::prelude::*;

use super::connection::{MultiBackend, OnConflict, moment};
use super::schema::participants;
use super::{Addressee, Connection, StorageError};
use crate::calendar::Instant;

/// Somebody who sees a case.
#[derive(Debug, Clone, PartialEq, Eq, Queryable, Selectable)]
#[diesel(table_name = participants, check_for_backend(MultiBackend))]
pub struct Participant {
    /// Who.
    #[diesel(deserialize_as = String)]
    pub addressee: Addressee,
    /// Why: applicant, signed, asked, copied, department, oversight …
    pub reason: String,
    /// Since when.
    pub since: Instant,
}

/// Adds somebody; once they are there for this reason, they stay as they are.
///
/// # Errors
/// The database's own failure.
pub fn add(
    conn: &mut Connection,
    case: i64,
    addressee: &Addressee,
    reason: &str,
    since: Instant,
) -> Result<(), StorageError> {
    let insert = diesel::insert_into(participants::table).values((
        participants::case_id.eq(case),
        participants::addressee.eq(addressee.to_string()),
        participants::reason.eq(reason),
        participants::since.eq(moment(since)),
    ));
    OnConflict(insert, "DO NOTHING").execute(conn)?;
    Ok(())
}

/// Who sees the case, and why.
///
/// # Errors
/// The database's own failure.
pub fn of_case(conn: &mut Connection, case: i64) -> Result<Vec<Participant>, StorageError> {
    Ok(participants::table
        .filter(participants::case_id.eq(case))
        .order((participants::addressee, participants::reason))
        .select(Participant::as_select())
        .load(conn)?)
}
