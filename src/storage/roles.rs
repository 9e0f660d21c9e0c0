//! Table `roles`.

use diesel::prelude::*;

use super::connection::{MultiBackend, OnConflict};
use super::schema::roles;
use super::{Connection, StorageError};
use crate::directory::{Role, RoleCode};

#[derive(Queryable, Selectable)]
#[diesel(table_name = roles, check_for_backend(MultiBackend))]
struct Row {
    code: RoleCode,
    title: String,
    title_en: String,
    leads: bool,
    region: bool,
}

/// All roles.
///
/// # Errors
/// The database's own failure.
pub fn all(conn: &mut Connection) -> Result<Vec<Role>, StorageError> {
    let rows: Vec<Row> = roles::table.select(Row::as_select()).load(conn)?;
    Ok(rows
        .into_iter()
        .map(|row| Role {
            code: row.code,
            title: row.title,
            title_en: row.title_en,
            leads: row.leads,
            region: row.region,
        })
        .collect())
}

/// Adds the role, or brings it up to date.
///
/// # Errors
/// The database's own failure.
pub fn save(conn: &mut Connection, role: &Role) -> Result<(), StorageError> {
    let insert = diesel::insert_into(roles::table).values((
        roles::code.eq(&role.code),
        roles::title.eq(&role.title),
        roles::title_en.eq(&role.title_en),
        roles::leads.eq(role.leads),
        roles::region.eq(role.region),
    ));
    let update = "(code) DO UPDATE SET title = excluded.title, title_en = excluded.title_en, leads = excluded.leads, \
                  region = excluded.region";
    OnConflict(insert, update).execute(conn)?;
    Ok(())
}
