//! Table `task_offers`: the inbox. One row for each addressee of an open task, in the order of deadlines.

use std::collections::BTreeSet;

use chrono::{DateTime, Utc};
use diesel::dsl::count;
use diesel::prelude::*;
use diesel::sql_types::{BigInt, Text};

use super::columns::one_more;
use super::connection::{MultiBackend, Writes, at_once, moment};
use super::schema::task_offers as offers;
use super::{Addressee, Connection, Cursor, StorageError};
use crate::calendar::Instant;

/// Where tasks without a deadline are sorted: the last second of the year 9999.
const NEVER_DUE: Instant = match DateTime::<Utc>::from_timestamp(253_402_300_799, 0) {
    Some(at) => at,
    None => DateTime::<Utc>::MAX_UTC,
};

/// Offers the task to these and nobody else.
pub(super) fn replace(
    conn: &mut Connection,
    task: i64,
    to: &[Addressee],
    due_at: Option<Instant>,
) -> Result<(), StorageError> {
    at_once(conn, |writes| remove(writes, task))?;
    at_once(conn, |writes| add(writes, task, to, due_at))
}

/// Offers the task to nobody any more.
pub(super) fn remove(writes: &mut Writes, task: i64) {
    writes.add(diesel::delete(
        offers::table.filter(offers::task_id.eq(task)),
    ));
}

/// Offers a task that was offered to nobody yet.
pub(super) fn add(writes: &mut Writes, task: i64, to: &[Addressee], due_at: Option<Instant>) {
    let keys: BTreeSet<String> = to.iter().map(Addressee::to_string).collect();
    let rows = keys.into_iter().map(|key| {
        (
            task.into_sql::<BigInt>(),
            key.into_sql::<Text>(),
            moment(due_at.unwrap_or(NEVER_DUE)),
        )
    });
    writes.add_rows("task_offers (task_id, addressee, due_sort)", rows, "");
}

pub(super) fn set_due(
    conn: &mut Connection,
    task: i64,
    due_at: Option<Instant>,
) -> Result<(), StorageError> {
    diesel::update(offers::table.filter(offers::task_id.eq(task)))
        .set(offers::due_sort.eq(moment(due_at.unwrap_or(NEVER_DUE))))
        .execute(conn)?;
    Ok(())
}

pub(super) fn of_task(conn: &mut Connection, task: i64) -> Result<Vec<Addressee>, StorageError> {
    let keys: Vec<String> = offers::table
        .filter(offers::task_id.eq(task))
        .order(offers::addressee)
        .select(offers::addressee)
        .load(conn)?;
    keys.into_iter()
        .map(|key| {
            key.parse().map_err(|bad| StorageError::Corrupt {
                what: format!("offers of task {task}: {bad}"),
            })
        })
        .collect()
}

/// Everybody to whom something is offered, each once.
pub(super) fn addressees(conn: &mut Connection) -> Result<Vec<Addressee>, StorageError> {
    let keys: Vec<String> = offers::table
        .select(offers::addressee)
        .distinct()
        .order(offers::addressee)
        .load(conn)?;
    keys.into_iter()
        .map(|key| {
            key.parse().map_err(|bad| StorageError::Corrupt {
                what: format!("offers: {bad}"),
            })
        })
        .collect()
}

/// The soonest tasks of all addressees together, each once: the first rows of each, merged. It holds one place more
/// than `limit` when there are more.
pub(super) fn soonest(
    conn: &mut Connection,
    of: &[Addressee],
    after: Option<Cursor>,
    limit: usize,
) -> Result<Vec<Cursor>, StorageError> {
    let mut places: BTreeSet<Cursor> = BTreeSet::new();
    for addressee in of {
        let mut query = offers::table
            .filter(offers::addressee.eq(addressee.to_string()))
            .into_boxed::<MultiBackend>();
        if let Some(Cursor { at, id }) = after {
            // Said twice, so that the index finds where to begin.
            query = query
                .filter(offers::due_sort.ge(moment(at)))
                .filter(offers::due_sort.gt(moment(at)).or(offers::task_id.gt(id)));
        }
        let first: Vec<(Instant, i64)> = query
            .order((offers::due_sort, offers::task_id))
            .limit(one_more(limit))
            .select((offers::due_sort, offers::task_id))
            .load(conn)?;
        places.extend(first.into_iter().map(|(at, id)| Cursor { at, id }));
    }
    Ok(places.into_iter().take(limit.saturating_add(1)).collect())
}

/// How many tasks wait for each of these; those for whom none does are left out.
pub(super) fn open_of(
    conn: &mut Connection,
    of: &[Addressee],
) -> Result<Vec<(Addressee, i64)>, StorageError> {
    let keys: Vec<String> = of.iter().map(Addressee::to_string).collect();
    let counted: Vec<(String, i64)> = offers::table
        .filter(offers::addressee.eq_any(&keys))
        .group_by(offers::addressee)
        .select((offers::addressee, count(offers::task_id)))
        .load(conn)?;
    let read = |(key, count): (String, i64)| match key.parse() {
        Ok(of) => Ok((of, count)),
        Err(bad) => Err(StorageError::Corrupt {
            what: format!("offers: {bad}"),
        }),
    };
    counted.into_iter().map(read).collect()
}

/// How many tasks wait for any of these, and how many of them were due before `now`.
pub(super) fn counts(
    conn: &mut Connection,
    of: &[Addressee],
    now: Instant,
) -> Result<(i64, i64), StorageError> {
    let keys: Vec<String> = of.iter().map(Addressee::to_string).collect();
    let open = offers::table
        .filter(offers::addressee.eq_any(&keys))
        .select(count(offers::task_id).aggregate_distinct())
        .first(conn)?;
    let overdue = offers::table
        .filter(offers::addressee.eq_any(&keys))
        .filter(offers::due_sort.lt(moment(now)))
        .select(count(offers::task_id).aggregate_distinct())
        .first(conn)?;
    Ok((open, overdue))
}
