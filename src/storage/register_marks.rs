//! Tables `register_marks` and `register_rounds`: what was done about the days in entries, and up to which day they were
//! looked through.

use std::collections::BTreeMap;

use chrono::NaiveDate;
use diesel::dsl::exists;
use diesel::prelude::*;
use ulid::Ulid;

use super::connection::{MultiBackend, OnConflict, moment};
use super::schema::{
    register_dates as dates, register_entries as entries, register_marks as marks,
    register_rounds as rounds,
};
use super::{Connection, StorageError};
use crate::calendar::Instant;

/// A rule about a field of a register: `grants`, `until`, `30d`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct RuleKey {
    /// The register.
    pub register: String,
    /// The field that holds the day.
    pub field: String,
    /// What is done: the reminder's length, or `start`.
    pub mark: String,
}

/// An entry whose day something is to be done about.
#[derive(Debug, Clone, PartialEq, Eq, Queryable)]
pub struct Due {
    /// The entry.
    pub entry: i64,
    /// The key that others see.
    pub ulid: Ulid,
    /// Its key within its case.
    pub key: String,
    /// Its case.
    pub case_id: i64,
    /// The day.
    pub day: NaiveDate,
}

/// Which days are looked through.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Span {
    /// After this day.
    pub after: NaiveDate,
    /// Up to this day.
    pub upto: NaiveDate,
    /// In entries with one of these statuses.
    pub statuses: Vec<String>,
}

/// What was done about a day in an entry.
#[derive(Debug, Clone, PartialEq, Eq, Queryable, Selectable)]
#[diesel(table_name = marks, check_for_backend(MultiBackend))]
pub struct Mark {
    /// The entry.
    pub entry_id: i64,
    /// The field that holds the day.
    pub field: String,
    /// The day.
    pub day: NaiveDate,
    /// What was done: the reminder's length, or `start`.
    pub mark: String,
    /// When.
    pub at: Instant,
    /// How many people were told.
    #[diesel(deserialize_as = i64)]
    pub people: u32,
    /// The draft or case that was started.
    pub started: Option<String>,
}

/// Up to which day each rule was applied.
///
/// # Errors
/// The database's own failure.
pub fn rounds(conn: &mut Connection) -> Result<BTreeMap<RuleKey, NaiveDate>, StorageError> {
    let rows: Vec<(String, String, String, NaiveDate)> = rounds::table
        .order((rounds::register, rounds::field, rounds::mark))
        .select((rounds::register, rounds::field, rounds::mark, rounds::upto))
        .load(conn)?;
    let keyed = rows.into_iter().map(|(register, field, mark, upto)| {
        let rule = RuleKey {
            register,
            field,
            mark,
        };
        (rule, upto)
    });
    Ok(keyed.collect())
}

/// Keeps that a rule was applied up to a day.
///
/// # Errors
/// The database's own failure.
pub fn went(conn: &mut Connection, rule: &RuleKey, upto: NaiveDate) -> Result<(), StorageError> {
    let insert = diesel::insert_into(rounds::table).values((
        rounds::register.eq(&rule.register),
        rounds::field.eq(&rule.field),
        rounds::mark.eq(&rule.mark),
        rounds::upto.eq(upto),
    ));
    OnConflict(
        insert,
        "(register, field, mark) DO UPDATE SET upto = excluded.upto",
    )
    .execute(conn)?;
    Ok(())
}

/// Entries whose day lies in the span and about which nothing was done yet, by day and key, after a day and key.
///
/// # Errors
/// The database's own failure.
pub fn due(
    conn: &mut Connection,
    rule: &RuleKey,
    span: &Span,
    seen: (NaiveDate, i64),
    limit: u32,
) -> Result<Vec<Due>, StorageError> {
    let done = marks::table
        .filter(marks::entry_id.eq(dates::entry_id))
        .filter(marks::field.eq(dates::field))
        .filter(marks::day.eq(dates::day))
        .filter(marks::mark.eq(&rule.mark));
    Ok(dates::table
        .inner_join(entries::table.on(entries::id.eq(dates::entry_id)))
        .filter(dates::register.eq(&rule.register))
        .filter(dates::field.eq(&rule.field))
        .filter(dates::day.gt(span.after))
        .filter(dates::day.le(span.upto))
        .filter(
            dates::day
                .gt(seen.0)
                .or(dates::day.eq(seen.0).and(dates::entry_id.gt(seen.1))),
        )
        .filter(entries::status.eq_any(some(&span.statuses)))
        .filter(diesel::dsl::not(exists(done)))
        .order((dates::day, dates::entry_id))
        .limit(i64::from(limit))
        .select((
            entries::id,
            entries::ulid,
            entries::entry,
            entries::case_id,
            dates::day,
        ))
        .load(conn)?)
}

fn some(statuses: &[String]) -> Vec<Option<String>> {
    statuses.iter().cloned().map(Some).collect()
}

/// Whether an entry still holds this day, with one of these statuses.
///
/// # Errors
/// The database's own failure.
pub fn holds(
    conn: &mut Connection,
    entry: i64,
    field: &str,
    day: NaiveDate,
    statuses: &[String],
) -> Result<bool, StorageError> {
    let found = dates::table
        .inner_join(entries::table.on(entries::id.eq(dates::entry_id)))
        .filter(dates::entry_id.eq(entry))
        .filter(dates::field.eq(field))
        .filter(dates::day.eq(day))
        .filter(entries::status.eq_any(some(statuses)))
        .select(dates::entry_id)
        .first::<i64>(conn)
        .optional()?;
    Ok(found.is_some())
}

/// Marks that something is done about a day. Answers whether it was not marked before: whoever marks it does it.
///
/// # Errors
/// The database's own failure.
pub fn put(conn: &mut Connection, mark: &Mark) -> Result<bool, StorageError> {
    let insert = diesel::insert_into(marks::table).values((
        marks::entry_id.eq(mark.entry_id),
        marks::field.eq(&mark.field),
        marks::day.eq(mark.day),
        marks::mark.eq(&mark.mark),
        marks::at.eq(moment(mark.at)),
        marks::people.eq(i64::from(mark.people)),
        marks::started.eq(mark.started.as_deref()),
    ));
    Ok(OnConflict(insert, "DO NOTHING").execute(conn)? == 1)
}

/// Keeps the case that a mark without one has started at last.
///
/// # Errors
/// The database's own failure.
pub fn started(conn: &mut Connection, mark: &Mark) -> Result<(), StorageError> {
    diesel::update(marks::table.find((mark.entry_id, &mark.field, mark.day, &mark.mark)))
        .set((
            marks::started.eq(mark.started.as_deref()),
            marks::people.eq(i64::from(mark.people)),
            marks::at.eq(moment(mark.at)),
        ))
        .execute(conn)?;
    Ok(())
}

/// Takes a mark away: its day does not matter any more.
///
/// # Errors
/// The database's own failure.
pub fn remove(conn: &mut Connection, mark: &Mark) -> Result<(), StorageError> {
    diesel::delete(marks::table.find((mark.entry_id, &mark.field, mark.day, &mark.mark)))
        .execute(conn)?;
    Ok(())
}

/// What was done about the days of an entry, the first first.
///
/// # Errors
/// The database's own failure.
pub fn of_entry(conn: &mut Connection, entry: i64) -> Result<Vec<Mark>, StorageError> {
    let mut found: Vec<Mark> = marks::table
        .filter(marks::entry_id.eq(entry))
        .select(Mark::as_select())
        .load(conn)?;
    found.sort_by_key(|mark| mark.at);
    Ok(found)
}

/// Marks of cases that could not be started because nobody was there to file them, with the entry's register, after an
/// entry.
///
/// # Errors
/// The database's own failure.
pub fn unstarted(
    conn: &mut Connection,
    after: i64,
    limit: u32,
) -> Result<Vec<(Mark, String)>, StorageError> {
    Ok(marks::table
        .inner_join(entries::table.on(entries::id.eq(marks::entry_id)))
        .filter(marks::started.is_null())
        .filter(marks::mark.eq(crate::workflow::RegisterDate::START))
        .filter(marks::entry_id.gt(after))
        .order(marks::entry_id)
        .limit(i64::from(limit))
        .select((Mark::as_select(), entries::register))
        .load(conn)?)
}

/// A marked entry as [`due`] gave it.
///
/// # Errors
/// The database's own failure.
pub fn due_of(conn: &mut Connection, mark: &Mark) -> Result<Option<Due>, StorageError> {
    let found: Option<(i64, Ulid, String, i64)> = entries::table
        .find(mark.entry_id)
        .select((entries::id, entries::ulid, entries::entry, entries::case_id))
        .first(conn)
        .optional()?;
    Ok(found.map(|(entry, ulid, key, case_id)| Due {
        entry,
        ulid,
        key,
        case_id,
        day: mark.day,
    }))
}
