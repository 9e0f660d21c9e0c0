//! Tables `calendars` and `calendar_days`: holidays and make-up working days.

use chrono::NaiveDate;
use diesel::prelude::*;

use super::connection::{MultiBackend, OnConflict, moment};
use super::schema::{calendar_days as days, calendars};
use super::{Connection, StorageError};
use crate::calendar::{Calendar, DayKind, Instant};

#[derive(Queryable, Selectable)]
#[diesel(table_name = days, check_for_backend(MultiBackend))]
struct Row {
    calendar: String,
    day: NaiveDate,
    kind: String,
    name: String,
}

/// All calendars, by name.
///
/// # Errors
/// The database's own failure.
pub fn all(conn: &mut Connection) -> Result<Vec<Calendar>, StorageError> {
    let names: Vec<String> = calendars::table
        .order(calendars::name)
        .select(calendars::name)
        .load(conn)?;
    let mut found: Vec<Calendar> = names
        .into_iter()
        .map(|name| Calendar {
            name,
            ..Calendar::default()
        })
        .collect();
    let rows: Vec<Row> = days::table.select(Row::as_select()).load(conn)?;
    for row in rows {
        let kind = kind(&row)?;
        if let Some(calendar) = found
            .iter_mut()
            .find(|calendar| calendar.name == row.calendar)
        {
            calendar.exceptions.insert(row.day, (kind, row.name));
        }
    }
    Ok(found)
}

/// The calendar with this name.
///
/// # Errors
/// The database's own failure.
pub fn get(conn: &mut Connection, name: &str) -> Result<Option<Calendar>, StorageError> {
    if revision(conn, name)?.is_none() {
        return Ok(None);
    }
    let mut calendar = Calendar {
        name: name.to_owned(),
        ..Calendar::default()
    };
    let rows: Vec<Row> = days::table
        .filter(days::calendar.eq(name))
        .select(Row::as_select())
        .load(conn)?;
    for row in rows {
        calendar.exceptions.insert(row.day, (kind(&row)?, row.name));
    }
    Ok(Some(calendar))
}

/// How often the calendar was imported; `None` when there is none of this name.
///
/// # Errors
/// The database's own failure.
pub fn revision(conn: &mut Connection, name: &str) -> Result<Option<i64>, StorageError> {
    Ok(calendars::table
        .find(name)
        .select(calendars::revision)
        .first(conn)
        .optional()?)
}

/// Adds the calendar's days; days that are there already take the new kind and name. Answers with the new revision.
///
/// # Errors
/// The database's own failure.
pub fn import(
    conn: &mut Connection,
    calendar: &Calendar,
    at: Instant,
) -> Result<i64, StorageError> {
    let insert = diesel::insert_into(calendars::table).values((
        calendars::name.eq(&calendar.name),
        calendars::revision.eq(1),
        calendars::imported_at.eq(moment(at)),
    ));
    let update = "(name) DO UPDATE SET revision = calendars.revision + 1, imported_at = excluded.imported_at";
    OnConflict(insert, update).execute(conn)?;
    for (day, (kind, name)) in &calendar.exceptions {
        let insert = diesel::insert_into(days::table).values((
            days::calendar.eq(&calendar.name),
            days::day.eq(*day),
            days::kind.eq(word(*kind)),
            days::name.eq(name),
        ));
        let update = "(calendar, day) DO UPDATE SET kind = excluded.kind, name = excluded.name";
        OnConflict(insert, update).execute(conn)?;
    }
    Ok(calendars::table
        .find(&calendar.name)
        .select(calendars::revision)
        .first(conn)?)
}

fn word(kind: DayKind) -> &'static str {
    match kind {
        DayKind::Work => "work",
        DayKind::Off => "off",
    }
}

fn kind(row: &Row) -> Result<DayKind, StorageError> {
    [DayKind::Work, DayKind::Off]
        .into_iter()
        .find(|kind| word(*kind) == row.kind)
        .ok_or_else(|| StorageError::Corrupt {
            what: format!(
                "calendar {}, day {}: kind `{}`",
                row.calendar, row.day, row.kind
            ),
        })
}
