//! Table `participants`: who sees a case and why, written with its events; the only source of lists and searches.

use diesel::prelude::*;

use super::connection::{MultiBackend, moment};
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

/// Adds people with their reasons; who is there for the same reason stays as they are.
///
/// # Errors
/// The database's own failure.
pub fn add(
    conn: &mut Connection,
    case: i64,
    whom: &[&(Addressee, &'static str)],
    since: Instant,
) -> Result<(), StorageError> {
    let row = |(addressee, reason): &(Addressee, &'static str)| {
        (
            participants::case_id.eq(case),
            participants::addressee.eq(addressee.to_string()),
            participants::reason.eq(*reason),
            participants::since.eq(moment(since)),
        )
    };
    match conn {
        Connection::Sqlite(conn) => {
            for one in whom {
                diesel::insert_or_ignore_into(participants::table)
                    .values(row(one))
                    .execute(conn)?;
            }
        }
        #[cfg(feature = "postgres")]
        Connection::Pg(conn) => {
            let rows: Vec<_> = whom.iter().map(|one| row(one)).collect();
            diesel::insert_into(participants::table)
                .values(rows)
                .on_conflict_do_nothing()
                .execute(conn)?;
        }
    }
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
