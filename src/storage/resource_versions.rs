//! Tables `resource_versions` and `resource_imports`: what became of the data directory's resources, and files that wait for
//! a yes.

use diesel::dsl::max;
use diesel::prelude::*;
use serde_json::Value;
use ulid::Ulid;

use super::connection::{MultiBackend, OnConflict, json, json_or_null, moment, text_enum};
use super::schema::{cases, resource_imports as imports, resource_versions as versions, resources};
use super::{Connection, StorageError};
use crate::calendar::Instant;
use crate::directory::PersonId;

text_enum! {
    /// By which way the directory was changed.
    Source {
        /// A file that was imported on the machine.
        File = "file",
        /// A file that was imported on the page.
        Page = "page",
        /// A case that proposed it.
        Case = "case",
    }
}

/// A change, as it is written down.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Change {
    /// By which way.
    pub source: Source,
    /// Who; `None`: whoever works on the machine.
    pub person: Option<PersonId>,
    /// Which case.
    pub case: Option<i64>,
    /// When.
    pub at: Instant,
}

/// A change that was written down.
#[derive(Debug, Clone, PartialEq, Queryable, Selectable)]
#[diesel(table_name = versions, check_for_backend(MultiBackend))]
pub struct Version {
    /// Its number, from 1.
    pub version: i64,
    /// By which way.
    pub source: Source,
    /// Who.
    pub person_id: Option<PersonId>,
    /// Which case.
    pub case_id: Option<i64>,
    /// When.
    pub at: Instant,
    /// The resource before; `None`: there was none.
    pub was: Option<Value>,
    /// The resource after.
    pub document: Value,
}

/// A change with its case: the key that others see, and the number.
pub type Found = (Version, Option<(Ulid, Option<String>)>);

/// A file that somebody has looked at.
#[derive(Debug, Clone, PartialEq, Queryable, Selectable)]
#[diesel(table_name = imports, check_for_backend(MultiBackend))]
pub struct Import {
    /// What tells it, and what it would do, from others.
    pub digest: String,
    /// The file's name.
    pub name: String,
    /// What it holds.
    pub document: Value,
}

/// Writes a change down.
///
/// # Errors
/// The database's own failure.
pub fn add(
    conn: &mut Connection,
    resource: &str,
    change: &Change,
    was: Option<&Value>,
    document: &Value,
) -> Result<(), StorageError> {
    let id: i64 = resources::table
        .filter(resources::code.eq(resource))
        .select(resources::id)
        .first(conn)?;
    let last: Option<i64> = versions::table
        .filter(versions::resource_id.eq(id))
        .select(max(versions::version))
        .first(conn)?;
    diesel::insert_into(versions::table)
        .values((
            versions::resource_id.eq(id),
            versions::version.eq(last.unwrap_or(0) + 1),
            versions::source.eq(change.source),
            versions::person_id.eq(change.person),
            versions::case_id.eq(change.case),
            versions::at.eq(moment(change.at)),
            versions::was.eq(json_or_null(was)),
            versions::document.eq(json(document)),
        ))
        .execute(conn)?;
    Ok(())
}

/// The latest changes of a resource, the last one first, each with its case.
///
/// # Errors
/// The database's own failure.
pub fn of(conn: &mut Connection, resource: &str, limit: i64) -> Result<Vec<Found>, StorageError> {
    let found: Option<i64> = resources::table
        .filter(resources::code.eq(resource))
        .select(resources::id)
        .first(conn)
        .optional()?;
    let rows: Vec<Version> = versions::table
        .filter(versions::resource_id.eq(found.unwrap_or_default()))
        .order(versions::version.desc())
        .limit(limit)
        .select(Version::as_select())
        .load(conn)?;
    let ids: Vec<i64> = rows.iter().filter_map(|row| row.case_id).collect();
    let named: Vec<CaseName> = cases::table
        .filter(cases::id.eq_any(ids))
        .select(CaseName::as_select())
        .load(conn)?;
    let name = |id: Option<i64>| named.iter().find(|case| Some(case.id) == id);
    Ok(rows
        .into_iter()
        .map(|row| {
            let case = name(row.case_id).map(|case| (case.ulid, case.number.clone()));
            (row, case)
        })
        .collect())
}

#[derive(Queryable, Selectable)]
#[diesel(table_name = cases, check_for_backend(MultiBackend))]
struct CaseName {
    id: i64,
    ulid: Ulid,
    number: Option<String>,
}

/// The resources that a case changed last, each with its state before.
///
/// # Errors
/// The database's own failure.
pub fn left_by(
    conn: &mut Connection,
    case: i64,
) -> Result<Vec<(String, Option<Value>)>, StorageError> {
    let changed: Vec<(i64, i64)> = versions::table
        .filter(versions::case_id.eq(case))
        .order((versions::resource_id, versions::version))
        .select((versions::resource_id, versions::version))
        .load(conn)?;
    let mut left = Vec::new();
    for (resource, version) in changed {
        let (last, code, was): (i64, String, Version) = versions::table
            .inner_join(resources::table.on(resources::id.eq(versions::resource_id)))
            .filter(versions::resource_id.eq(resource))
            .order(versions::version.desc())
            .select((versions::version, resources::code, Version::as_select()))
            .first(conn)?;
        if last == version {
            left.push((code, was.was));
        }
    }
    Ok(left)
}

/// Keeps a file until its reader says yes, in place of the one before it.
///
/// # Errors
/// The database's own failure.
pub fn keep(
    conn: &mut Connection,
    person: PersonId,
    import: &Import,
    at: Instant,
) -> Result<(), StorageError> {
    let insert = diesel::insert_into(imports::table).values((
        imports::person_id.eq(person),
        imports::digest.eq(&import.digest),
        imports::name.eq(&import.name),
        imports::document.eq(json(&import.document)),
        imports::at.eq(moment(at)),
    ));
    let update = "(person_id) DO UPDATE SET digest = excluded.digest, name = excluded.name, \
                  document = excluded.document, at = excluded.at";
    OnConflict(insert, update).execute(conn)?;
    Ok(())
}

/// The file that a person has looked at.
///
/// # Errors
/// The database's own failure.
pub fn kept(conn: &mut Connection, person: PersonId) -> Result<Option<Import>, StorageError> {
    Ok(imports::table
        .find(person)
        .select(Import::as_select())
        .first(conn)
        .optional()?)
}

/// Forgets it.
///
/// # Errors
/// The database's own failure.
pub fn forget(conn: &mut Connection, person: PersonId) -> Result<(), StorageError> {
    diesel::delete(imports::table.find(person)).execute(conn)?;
    Ok(())
}
