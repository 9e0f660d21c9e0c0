//! Table `departments`.

use diesel::prelude::*;

use super::connection::{MultiBackend, OnConflict};
use super::schema::departments;
use super::{Connection, StorageError};
use crate::directory::{Department, DepartmentCode, Level};

#[derive(Queryable, Selectable)]
#[diesel(table_name = departments, check_for_backend(MultiBackend))]
struct Row {
    code: DepartmentCode,
    name: String,
    short_name: String,
    parent: Option<DepartmentCode>,
    region: String,
    level: String,
    authority: Option<DepartmentCode>,
    active: bool,
}

/// All departments, the inactive ones too.
///
/// # Errors
/// The database's own failure.
pub fn all(conn: &mut Connection) -> Result<Vec<Department>, StorageError> {
    let rows: Vec<Row> = departments::table.select(Row::as_select()).load(conn)?;
    rows.into_iter().map(Department::try_from).collect()
}

/// Adds the department, or brings it up to date. A parent may follow later in the same transaction.
///
/// # Errors
/// The database's own failure.
pub fn save(conn: &mut Connection, department: &Department) -> Result<(), StorageError> {
    let insert = diesel::insert_into(departments::table).values((
        departments::code.eq(&department.code),
        departments::name.eq(&department.name),
        departments::short_name.eq(&department.short_name),
        departments::parent.eq(department.parent.as_ref()),
        departments::region.eq(&department.region),
        departments::level.eq(word(department.level)),
        departments::authority.eq(department.authority.as_ref()),
        departments::active.eq(department.active),
    ));
    let update = "(code) DO UPDATE SET name = excluded.name, short_name = excluded.short_name, \
                  parent = excluded.parent, region = excluded.region, level = excluded.level, \
                  authority = excluded.authority, active = excluded.active";
    OnConflict(insert, update).execute(conn)?;
    Ok(())
}

/// Takes the department out of use, or back into it. Answers whether there is such a department.
///
/// # Errors
/// The database's own failure.
pub fn set_active(
    conn: &mut Connection,
    code: &DepartmentCode,
    active: bool,
) -> Result<bool, StorageError> {
    let touched = diesel::update(departments::table.filter(departments::code.eq(code)))
        .set(departments::active.eq(active))
        .execute(conn)?;
    Ok(touched == 1)
}

fn word(level: Level) -> &'static str {
    match level {
        Level::Province => "province",
        Level::City => "city",
        Level::County => "county",
    }
}

impl TryFrom<Row> for Department {
    type Error = StorageError;

    fn try_from(row: Row) -> Result<Self, StorageError> {
        let level = [Level::Province, Level::City, Level::County]
            .into_iter()
            .find(|level| word(*level) == row.level);
        let Some(level) = level else {
            return Err(StorageError::Corrupt {
                what: format!("department {}: level `{}`", row.code, row.level),
            });
        };
        Ok(Self {
            code: row.code,
            name: row.name,
            short_name: row.short_name,
            parent: row.parent,
            region: row.region,
            level,
            authority: row.authority,
            active: row.active,
        })
    }
}
