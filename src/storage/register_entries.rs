//! Tables `register_entries`, `register_values` and their like: what cases leave in registers, and what it is found by.

use std::collections::BTreeSet;

use chrono::NaiveDate;
use diesel::prelude::*;
use serde_json::Value;
use ulid::Ulid;

use super::connection::{OnConflict, json, moment, on_backend, ulid_text};
use super::schema::{
    register_dates as dates, register_departments as departments, register_entries as entries,
    register_history as history, register_terms as terms, register_values as values,
};
use super::{Connection, StorageError, search_terms};
use crate::calendar::Instant;
use crate::directory::{DepartmentCode, PersonId};

/// An entry as its case has it now.
#[derive(Debug, Clone, PartialEq)]
pub struct EntryRow<'a> {
    /// Of which case.
    pub case_id: i64,
    /// Its key within the case.
    pub entry: &'a str,
    /// Which register.
    pub register: &'a str,
    /// The applicant's department.
    pub department: &'a DepartmentCode,
    /// Its status.
    pub status: Option<&'a str>,
    /// By that it is out of force, and counts as none for `registered(…)`.
    pub over: bool,
    /// Its values, with branch and element.
    pub document: &'a Value,
    /// The departments that stand in it, the applicant's among them.
    pub departments: BTreeSet<DepartmentCode>,
    /// The days in it, by field.
    pub dates: Vec<(&'a str, NaiveDate)>,
    /// What else it is found by: numbers, titles.
    pub texts: Vec<&'a str>,
    /// When it was opened.
    pub opened_at: Instant,
    /// When it was changed last.
    pub updated_at: Instant,
}

/// A status that an entry took.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Taken<'a> {
    /// The event that says so, by its place in the case's history.
    pub event: i64,
    /// The status.
    pub status: &'a str,
    /// Who acted; `None`: time did.
    pub person: Option<PersonId>,
    /// When.
    pub at: Instant,
}

/// Opens the entry or brings it up to date. Answers with its key.
///
/// # Errors
/// The database's own failure.
pub fn save(conn: &mut Connection, row: &EntryRow<'_>) -> Result<i64, StorageError> {
    let insert = diesel::insert_into(entries::table).values((
        entries::ulid.eq(ulid_text(Ulid::new())),
        entries::register.eq(row.register),
        entries::case_id.eq(row.case_id),
        entries::entry.eq(row.entry),
        entries::department.eq(row.department),
        entries::status.eq(row.status),
        entries::document.eq(json(row.document)),
        entries::opened_at.eq(moment(row.opened_at)),
        entries::updated_at.eq(moment(row.updated_at)),
    ));
    let update = "(case_id, entry) DO UPDATE SET status = excluded.status, document = excluded.document, \
                  updated_at = excluded.updated_at";
    OnConflict(insert, update).execute(conn)?;
    let id: i64 = entries::table
        .filter(entries::case_id.eq(row.case_id))
        .filter(entries::entry.eq(row.entry))
        .select(entries::id)
        .first(conn)?;
    let texts = texts(row.document);
    save_departments(conn, id, row)?;
    save_dates(conn, id, row)?;
    save_terms(conn, id, texts.iter().chain(&row.texts).copied())?;
    save_values(conn, id, row, texts)?;
    Ok(id)
}

/// The key of an entry that others see.
///
/// # Errors
/// The database's own failure.
pub fn ulid(conn: &mut Connection, id: i64) -> Result<Ulid, StorageError> {
    Ok(entries::table.find(id).select(entries::ulid).first(conn)?)
}

/// Gives an entry another key within its case.
///
/// # Errors
/// The database's own failure.
pub fn rename(
    conn: &mut Connection,
    case: i64,
    entry: &str,
    now: &str,
) -> Result<(), StorageError> {
    let known = entries::table
        .filter(entries::case_id.eq(case))
        .filter(entries::entry.eq(entry));
    diesel::update(known)
        .set(entries::entry.eq(now))
        .execute(conn)?;
    Ok(())
}

/// Keeps that an entry took a status.
///
/// # Errors
/// The database's own failure.
pub fn took(conn: &mut Connection, entry: i64, taken: &Taken<'_>) -> Result<(), StorageError> {
    diesel::insert_into(history::table)
        .values((
            history::entry_id.eq(entry),
            history::event.eq(taken.event),
            history::status.eq(taken.status),
            history::person_id.eq(taken.person),
            history::at.eq(moment(taken.at)),
        ))
        .execute(conn)?;
    Ok(())
}

fn save_departments(
    conn: &mut Connection,
    id: i64,
    row: &EntryRow<'_>,
) -> Result<(), StorageError> {
    diesel::delete(departments::table.filter(departments::entry_id.eq(id))).execute(conn)?;
    let rows: Vec<_> = row
        .departments
        .iter()
        .map(|department| {
            (
                departments::entry_id.eq(id),
                departments::register.eq(row.register),
                departments::department.eq(department),
            )
        })
        .collect();
    on_backend!(conn, |conn| diesel::insert_into(departments::table)
        .values(&rows)
        .execute(conn))?;
    Ok(())
}

fn save_dates(conn: &mut Connection, id: i64, row: &EntryRow<'_>) -> Result<(), StorageError> {
    diesel::delete(dates::table.filter(dates::entry_id.eq(id))).execute(conn)?;
    let rows: Vec<_> = row
        .dates
        .iter()
        .map(|(field, day)| {
            (
                dates::entry_id.eq(id),
                dates::field.eq(*field),
                dates::register.eq(row.register),
                dates::day.eq(*day),
            )
        })
        .collect();
    on_backend!(conn, |conn| diesel::insert_into(dates::table)
        .values(&rows)
        .execute(conn))?;
    Ok(())
}

fn save_terms<'a>(
    conn: &mut Connection,
    id: i64,
    texts: impl Iterator<Item = &'a str>,
) -> Result<(), StorageError> {
    diesel::delete(terms::table.filter(terms::entry_id.eq(id))).execute(conn)?;
    let rows: Vec<_> = search_terms::of(texts)
        .into_iter()
        .map(|term| (terms::term.eq(term), terms::entry_id.eq(id)))
        .collect();
    // PostgreSQL takes 65,535 values in one statement.
    for some in rows.chunks(1000) {
        on_backend!(conn, |conn| diesel::insert_into(terms::table)
            .values(some)
            .execute(conn))?;
    }
    Ok(())
}

fn save_values(
    conn: &mut Connection,
    id: i64,
    row: &EntryRow<'_>,
    texts: BTreeSet<&str>,
) -> Result<(), StorageError> {
    diesel::delete(values::table.filter(values::entry_id.eq(id))).execute(conn)?;
    if row.over {
        return Ok(());
    }
    let rows: Vec<_> = texts
        .into_iter()
        .map(|text| {
            (
                values::entry_id.eq(id),
                values::register.eq(row.register),
                values::department.eq(row.department),
                values::value.eq(text),
            )
        })
        .collect();
    for some in rows.chunks(1000) {
        on_backend!(conn, |conn| diesel::insert_into(values::table)
            .values(some)
            .execute(conn))?;
    }
    Ok(())
}

/// Which of these texts stand in an entry in force of the department's cases, by register.
///
/// # Errors
/// The database's own failure.
pub fn known(
    conn: &mut Connection,
    department: &DepartmentCode,
    texts: &[String],
) -> Result<Vec<(String, String)>, StorageError> {
    let mut found = Vec::new();
    for some in texts.chunks(1000) {
        let rows: Vec<(String, String)> = values::table
            .filter(values::department.eq(department))
            .filter(values::value.eq_any(some.to_vec()))
            .select((values::register, values::value))
            .distinct()
            .load(conn)?;
        found.extend(rows);
    }
    Ok(found)
}

/// The texts in an entry that are short enough to be names and codes; what is longer is prose that nobody asks by.
#[must_use]
pub fn texts(document: &Value) -> BTreeSet<&str> {
    let mut texts = BTreeSet::new();
    collect(document, &mut texts);
    texts
}

fn collect<'v>(document: &'v Value, texts: &mut BTreeSet<&'v str>) {
    match document {
        Value::String(text) if text.len() <= 200 => {
            texts.insert(text);
        }
        Value::Array(list) => list.iter().for_each(|value| collect(value, texts)),
        Value::Object(parts) => parts.values().for_each(|value| collect(value, texts)),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}
