//! Table `participants`: who sees a case and why, written with its events; the only source of lists and searches.

use diesel::prelude::*;
use diesel::sql_types::{BigInt, Text};

use super::connection::{MultiBackend, moment};
use super::schema::participants;
use super::{Addressee, Connection, StorageError, Writes};
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

/// Adds people with their reasons; who is there for the same reason stays as they are.
pub fn add(writes: &mut Writes, case: i64, whom: &[&(Addressee, &'static str)], since: Instant) {
    let rows = whom.iter().map(|(addressee, reason)| {
        (
            case.into_sql::<BigInt>(),
            addressee.to_string().into_sql::<Text>(),
            (*reason).into_sql::<Text>(),
            moment(since),
        )
    });
    writes.add_rows(
        "participants (case_id, addressee, reason, since)",
        rows,
        "ON CONFLICT DO NOTHING",
    );
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
