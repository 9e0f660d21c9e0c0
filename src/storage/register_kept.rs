//! What registers hold of a case, with all that it is found by: for holding it to the events that wrote it.

use std::ops::RangeInclusive;

use chrono::NaiveDate;
use diesel::dsl::{exists, not};
use diesel::prelude::*;

use super::register_search::{Step, StoredEntry};
use super::schema::{
    cases, register_dates as dates, register_departments as departments,
    register_entries as entries, register_history as history, register_values as values,
};
use super::{Connection, StorageError, register_search};
use crate::directory::DepartmentCode;

/// An entry as it is kept.
#[derive(Debug, Clone, PartialEq)]
pub struct Kept {
    /// Its key within its case.
    pub key: String,
    /// The entry.
    pub entry: StoredEntry,
    /// The statuses that it took, the first one first.
    pub steps: Vec<Step>,
    /// The texts by which guards find it, each with register and department.
    pub values: Vec<(String, DepartmentCode, String)>,
    /// The departments that may see it, each with the register.
    pub departments: Vec<(String, DepartmentCode)>,
    /// The days in it, each with register and field.
    pub dates: Vec<(String, String, NaiveDate)>,
}

/// The entries of the cases with these keys, each with its case.
///
/// # Errors
/// The database's own failure.
pub fn between(
    conn: &mut Connection,
    cases: &RangeInclusive<i64>,
) -> Result<Vec<(i64, Kept)>, StorageError> {
    let rows: Vec<(String, StoredEntry)> = entries::table
        .filter(entries::case_id.between(cases.start(), cases.end()))
        .order((entries::case_id, entries::entry))
        .select((entries::entry, StoredEntry::as_select()))
        .load(conn)?;
    rows.into_iter()
        .map(|(key, entry)| {
            let id = entry.id;
            let case = entry.case_id;
            let kept = Kept {
                key,
                entry,
                steps: register_search::history(conn, id)?,
                values: values::table
                    .filter(values::entry_id.eq(id))
                    .select((values::register, values::department, values::value))
                    .load(conn)?,
                departments: departments::table
                    .filter(departments::entry_id.eq(id))
                    .select((departments::register, departments::department))
                    .load(conn)?,
                dates: dates::table
                    .filter(dates::entry_id.eq(id))
                    .select((dates::register, dates::field, dates::day))
                    .load(conn)?,
            };
            Ok((case, kept))
        })
        .collect()
}

/// How many rows of registers belong to no case.
///
/// # Errors
/// The database's own failure.
pub fn strays(conn: &mut Connection) -> Result<i64, StorageError> {
    let without_case = entries::table
        .filter(not(exists(
            cases::table.filter(cases::id.eq(entries::case_id)),
        )))
        .count()
        .get_result::<i64>(conn)?;
    macro_rules! without_entry {
        ($table:ident) => {
            $table::table
                .filter(not(exists(
                    entries::table.filter(entries::id.eq($table::entry_id)),
                )))
                .count()
                .get_result::<i64>(conn)?
        };
    }
    Ok(without_case
        + without_entry!(values)
        + without_entry!(departments)
        + without_entry!(dates)
        + without_entry!(history))
}
