//! Reading registers: a page of entries that fit, one entry with its history, entries by a value in them.

use std::collections::BTreeSet;

use chrono::NaiveDate;
use diesel::dsl::exists;
use diesel::prelude::*;
use serde_json::Value;
use ulid::Ulid;

use super::columns::one_more;
use super::connection::{MultiBackend, ulid_text};
use super::schema::{
    cases, register_dates as dates, register_departments as departments,
    register_entries as entries, register_history as history, register_terms as terms,
    register_values as values,
};
use super::search_terms::{self, Range};
use super::{Connection, Page, StorageError};
use crate::calendar::Instant;
use crate::directory::{DepartmentCode, PersonId};

/// An entry of a register.
#[derive(Debug, Clone, PartialEq, Queryable, Selectable)]
#[diesel(table_name = entries, check_for_backend(MultiBackend))]
pub struct StoredEntry {
    /// The key.
    pub id: i64,
    /// The key that others see.
    pub ulid: Ulid,
    /// Which register.
    pub register: String,
    /// Of which case.
    pub case_id: i64,
    /// The applicant's department.
    pub department: DepartmentCode,
    /// Its status.
    pub status: Option<String>,
    /// Its values, with branch and element.
    pub document: Value,
    /// When it was opened.
    pub opened_at: Instant,
    /// When it was changed last.
    pub updated_at: Instant,
}

/// What is shown of an entry's case.
#[derive(Debug, Clone, PartialEq, Queryable, Selectable)]
#[diesel(table_name = cases, check_for_backend(MultiBackend))]
pub struct CaseOf {
    /// The key that others see.
    pub ulid: Ulid,
    /// The number for people.
    pub number: Option<String>,
    /// Its title.
    pub title: String,
    /// The highest data level in it.
    #[diesel(deserialize_as = i32)]
    pub level: u8,
}

/// An entry with its case.
pub type Found = (StoredEntry, CaseOf);

/// A status that an entry took.
#[derive(Debug, Clone, PartialEq, Queryable, Selectable)]
#[diesel(table_name = history, check_for_backend(MultiBackend))]
pub struct Step {
    /// The event that says so, by its place in the case's history.
    pub event: i64,
    /// The status.
    pub status: String,
    /// Who acted; `None`: time did.
    pub person_id: Option<PersonId>,
    /// When.
    pub at: Instant,
}

/// Whose entries somebody sees.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Within {
    /// Everybody's.
    All,
    /// Those that one of these departments stands in, of cases with no data above a level.
    Departments(Vec<DepartmentCode>, u8),
}

/// Which entries are wanted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Wanted {
    /// Of this register.
    pub register: String,
    /// Whose.
    pub within: Within,
    /// With this status only.
    pub status: Option<String>,
    /// With this department in it only.
    pub department: Option<DepartmentCode>,
    /// With all of these words in it.
    pub text: String,
    /// With a day between these in a field, both included.
    pub dates: Option<(String, NaiveDate, NaiveDate)>,
}

/// Narrows a query in which `entries` and `cases` take part; a macro, because its two users have types of their own.
macro_rules! narrowed {
    ($query:expr, $others:expr, $wanted:expr, $few:expr) => {{
        let mut query = $query;
        if let Some(department) = &$wanted.department {
            query = query.filter(exists(
                $others
                    .filter($others.field(departments::entry_id).eq(entries::id))
                    .filter(
                        $others
                            .field(departments::department)
                            .eq(department.clone()),
                    ),
            ));
        }
        if let Some(status) = &$wanted.status {
            query = query.filter(entries::status.eq(status.clone()));
        }
        if let Some(few) = $few {
            query = query.filter(entries::id.eq_any(few.to_vec()));
        }
        for Range { from, to } in search_terms::wanted(&$wanted.text) {
            query = query.filter(exists(
                terms::table
                    .filter(terms::entry_id.eq(entries::id))
                    .filter(terms::term.between(from, to)),
            ));
        }
        if let Some((field, from, until)) = &$wanted.dates {
            query = query.filter(
                entries::id.eq_any(
                    dates::table
                        .filter(dates::register.eq($wanted.register.clone()))
                        .filter(dates::field.eq(field.clone()))
                        .filter(dates::day.between(*from, *until))
                        .select(dates::entry_id),
                ),
            );
        }
        query
    }};
}

/// A page of the entries that fit, newest first, before the key `before`.
///
/// # Errors
/// The database's own failure.
pub fn search(
    conn: &mut Connection,
    wanted: &Wanted,
    before: Option<i64>,
    limit: usize,
) -> Result<Page<Found, i64>, StorageError> {
    let before = before.unwrap_or(i64::MAX);
    let few = search_terms::fewest(&search_terms::wanted(&wanted.text), |range, most| {
        terms::table
            .filter(terms::term.between(&range.from, &range.to))
            .order((terms::term, terms::entry_id))
            .limit(most)
            .select(terms::entry_id)
            .load(conn)
    })?;
    let few = few.as_deref();
    // Beside the row by which an entry is found.
    let others = diesel::alias!(departments as others);
    let newest: Vec<i64> = match &wanted.within {
        Within::All => {
            let query = entries::table
                .inner_join(cases::table)
                .filter(entries::register.eq(wanted.register.clone()))
                .filter(entries::id.lt(before))
                .into_boxed::<MultiBackend>();
            narrowed!(query, others, wanted, few)
                .order(entries::id.desc())
                .limit(one_more(limit))
                .select(entries::id)
                .load(conn)?
        }
        // The first rows of each, merged: every part is read in the order of its index, and no more of it than a page can
        // show.
        Within::Departments(all, level) => {
            let mut ids: BTreeSet<i64> = BTreeSet::new();
            for department in all {
                let query = departments::table
                    .inner_join(entries::table.on(entries::id.eq(departments::entry_id)))
                    .inner_join(cases::table.on(cases::id.eq(entries::case_id)))
                    .filter(departments::register.eq(wanted.register.clone()))
                    .filter(departments::department.eq(department.clone()))
                    .filter(departments::entry_id.lt(before))
                    .filter(cases::level.le(i32::from(*level)))
                    .into_boxed::<MultiBackend>();
                let first: Vec<i64> = narrowed!(query, others, wanted, few)
                    .order(departments::entry_id.desc())
                    .limit(one_more(limit))
                    .select(departments::entry_id)
                    .load(conn)?;
                ids.extend(first);
            }
            let newest = ids.into_iter().rev();
            newest.take(limit.saturating_add(1)).collect()
        }
    };
    let rows = entries::table
        .inner_join(cases::table)
        .filter(entries::id.eq_any(newest))
        .order(entries::id.desc())
        .select((StoredEntry::as_select(), CaseOf::as_select()))
        .load(conn)?;
    Ok(Page::cut(rows, limit, |(entry, _): &Found| entry.id))
}

/// An entry of a register by the key that others see.
///
/// # Errors
/// The database's own failure.
pub fn get(conn: &mut Connection, ulid: Ulid) -> Result<Option<Found>, StorageError> {
    Ok(entries::table
        .inner_join(cases::table)
        .filter(entries::ulid.eq(ulid_text(ulid)))
        .select((StoredEntry::as_select(), CaseOf::as_select()))
        .first(conn)
        .optional()?)
}

/// The statuses that entries of a register have. Each is looked for behind the last one: there are few, of many entries.
///
/// # Errors
/// The database's own failure.
pub fn statuses(conn: &mut Connection, register: &str) -> Result<Vec<String>, StorageError> {
    let mut found: Vec<String> = Vec::new();
    loop {
        let next: Option<Option<String>> = entries::table
            .filter(entries::register.eq(register))
            .filter(entries::status.gt(found.last().map_or("", String::as_str)))
            .order(entries::status)
            .select(entries::status)
            .first(conn)
            .optional()?;
        match next.flatten() {
            Some(status) => found.push(status),
            None => return Ok(found),
        }
    }
}

/// The departments that stand in an entry.
///
/// # Errors
/// The database's own failure.
pub fn departments_of(
    conn: &mut Connection,
    entry: i64,
) -> Result<Vec<DepartmentCode>, StorageError> {
    Ok(departments::table
        .filter(departments::entry_id.eq(entry))
        .order(departments::department)
        .select(departments::department)
        .load(conn)?)
}

/// The statuses that an entry took, the first one first.
///
/// # Errors
/// The database's own failure.
pub fn history(conn: &mut Connection, entry: i64) -> Result<Vec<Step>, StorageError> {
    Ok(history::table
        .filter(history::entry_id.eq(entry))
        .order(history::event)
        .select(Step::as_select())
        .load(conn)?)
}

/// The entries of a register that a department's cases left, in force or suspended, with a text in them, newest first.
///
/// # Errors
/// The database's own failure.
pub fn with_value(
    conn: &mut Connection,
    register: &str,
    department: &DepartmentCode,
    value: &str,
) -> Result<Vec<Found>, StorageError> {
    Ok(entries::table
        .inner_join(cases::table)
        .filter(
            entries::id.eq_any(
                values::table
                    .filter(values::register.eq(register.to_owned()))
                    .filter(values::department.eq(department.clone()))
                    .filter(values::value.eq(value.to_owned()))
                    .select(values::entry_id),
            ),
        )
        .order(entries::id.desc())
        .select((StoredEntry::as_select(), CaseOf::as_select()))
        .load(conn)?)
}
