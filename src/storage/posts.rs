//! Table `posts`: who holds which role in which department, and when.

use chrono::NaiveDate;
use diesel::prelude::*;

use super::connection::MultiBackend;
use super::schema::posts;
use super::{Connection, StorageError};
use crate::directory::{DepartmentCode, Holding, PersonId, Post, RoleCode};

#[derive(Queryable, Selectable)]
#[diesel(table_name = posts, check_for_backend(MultiBackend))]
struct Row {
    person_id: PersonId,
    role: RoleCode,
    department: DepartmentCode,
    valid_from: Option<NaiveDate>,
    valid_until: Option<NaiveDate>,
}

/// Everybody's posts, past ones too.
///
/// # Errors
/// The database's own failure.
pub fn all(conn: &mut Connection) -> Result<Vec<(Post, Holding)>, StorageError> {
    let rows: Vec<Row> = posts::table
        .order(posts::id)
        .select(Row::as_select())
        .load(conn)?;
    Ok(rows
        .into_iter()
        .map(|row| {
            let holding = Holding {
                person: row.person_id,
                from: row.valid_from,
                until: row.valid_until,
            };
            (
                Post {
                    role: row.role,
                    department: row.department,
                },
                holding,
            )
        })
        .collect())
}

/// Makes these the person's posts, instead of those they had. The holdings' own `person` is not looked at.
///
/// # Errors
/// The database's own failure.
pub fn replace(
    conn: &mut Connection,
    person: PersonId,
    held: &[(Post, Holding)],
) -> Result<(), StorageError> {
    diesel::delete(posts::table.filter(posts::person_id.eq(person))).execute(conn)?;
    for (post, holding) in held {
        diesel::insert_into(posts::table)
            .values((
                posts::person_id.eq(person),
                posts::role.eq(&post.role),
                posts::department.eq(&post.department),
                posts::valid_from.eq(holding.from),
                posts::valid_until.eq(holding.until),
            ))
            .execute(conn)?;
    }
    Ok(())
}
