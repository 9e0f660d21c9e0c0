//! Table `substitutes`: who acts for the holder of a post, and when. A row stays when it has ended.

use chrono::NaiveDate;
use diesel::prelude::*;
use ulid::Ulid;

use super::connection::{MultiBackend, moment, moment_or_null, ulid_text};
use super::schema::substitutes;
use super::{Connection, StorageError};
use crate::calendar::Instant;
use crate::directory::{DepartmentCode, PersonId, Post, RoleCode, Substitution};

#[derive(Queryable, Selectable)]
#[diesel(table_name = substitutes, check_for_backend(MultiBackend))]
struct Row {
    ulid: Ulid,
    person_id: PersonId,
    substitute_id: PersonId,
    role: RoleCode,
    department: DepartmentCode,
    valid_from: NaiveDate,
    valid_until: NaiveDate,
    named_by: PersonId,
    named_at: Instant,
    ended_by: Option<PersonId>,
    ended_at: Option<Instant>,
}

/// A substitution with who named the substitute, and who ended it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoredSubstitution {
    /// The key that others see.
    pub ulid: Ulid,
    /// Who acts for whom, and when.
    pub substitution: Substitution,
    /// Who named the substitute.
    pub named_by: PersonId,
    /// When.
    pub named_at: Instant,
    /// Who ended it, and when; from then on it does not hold.
    pub ended: Option<(PersonId, Instant)>,
}

/// Keeps a substitution that holds from now on.
///
/// # Errors
/// The database's own failure.
pub fn insert(conn: &mut Connection, new: &StoredSubstitution) -> Result<(), StorageError> {
    let substitution = &new.substitution;
    diesel::insert_into(substitutes::table)
        .values((
            substitutes::ulid.eq(ulid_text(new.ulid)),
            substitutes::person_id.eq(substitution.holder),
            substitutes::substitute_id.eq(substitution.substitute),
            substitutes::role.eq(&substitution.post.role),
            substitutes::department.eq(&substitution.post.department),
            substitutes::valid_from.eq(substitution.from),
            substitutes::valid_until.eq(substitution.until),
            substitutes::named_by.eq(new.named_by),
            substitutes::named_at.eq(moment(new.named_at)),
        ))
        .execute(conn)?;
    Ok(())
}

/// Ends a substitution. Answers whether it had not been ended before.
///
/// # Errors
/// The database's own failure.
pub fn end(
    conn: &mut Connection,
    ulid: Ulid,
    by: PersonId,
    at: Instant,
) -> Result<bool, StorageError> {
    let lasting = substitutes::table
        .filter(substitutes::ulid.eq(ulid_text(ulid)))
        .filter(substitutes::ended_by.is_null());
    let touched = diesel::update(lasting)
        .set((
            substitutes::ended_by.eq(Some(by)),
            substitutes::ended_at.eq(moment_or_null(Some(at))),
        ))
        .execute(conn)?;
    Ok(touched == 1)
}

/// The substitution with this key.
///
/// # Errors
/// The database's own failure.
pub fn get(conn: &mut Connection, ulid: Ulid) -> Result<Option<StoredSubstitution>, StorageError> {
    let row: Option<Row> = substitutes::table
        .filter(substitutes::ulid.eq(ulid_text(ulid)))
        .select(Row::as_select())
        .first(conn)
        .optional()?;
    Ok(row.map(stored))
}

/// Every substitution that nobody has ended, past ones too.
///
/// # Errors
/// The database's own failure.
pub fn in_force(conn: &mut Connection) -> Result<Vec<Substitution>, StorageError> {
    let rows: Vec<Row> = substitutes::table
        .filter(substitutes::ended_by.is_null())
        .order(substitutes::id)
        .select(Row::as_select())
        .load(conn)?;
    Ok(rows
        .into_iter()
        .map(|row| stored(row).substitution)
        .collect())
}

/// The newest substitutions, ended ones too, at most `limit`: of one person on either side, or of everybody.
///
/// # Errors
/// The database's own failure.
pub fn newest(
    conn: &mut Connection,
    of: Option<PersonId>,
    limit: i64,
) -> Result<Vec<StoredSubstitution>, StorageError> {
    let mut query = substitutes::table.into_boxed::<MultiBackend>();
    if let Some(person) = of {
        query = query.filter(
            substitutes::person_id
                .eq(person)
                .or(substitutes::substitute_id.eq(person)),
        );
    }
    let rows: Vec<Row> = query
        .order(substitutes::id.desc())
        .limit(limit)
        .select(Row::as_select())
        .load(conn)?;
    Ok(rows.into_iter().map(stored).collect())
}

fn stored(row: Row) -> StoredSubstitution {
    StoredSubstitution {
        ulid: row.ulid,
        substitution: Substitution {
            post: Post {
                role: row.role,
                department: row.department,
            },
            holder: row.person_id,
            substitute: row.substitute_id,
            from: row.valid_from,
            until: row.valid_until,
        },
        named_by: row.named_by,
        named_at: row.named_at,
        ended: row.ended_by.zip(row.ended_at),
    }
}
