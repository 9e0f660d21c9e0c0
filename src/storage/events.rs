//! Table `events`: what happened, in a chain for each case. Rows are added and read; the database refuses the rest.

use std::ops::RangeInclusive;

use diesel::prelude::*;
use diesel::sql_types::{BigInt, Nullable, Text};

use super::columns::one_more;
use super::connection::{MultiBackend, moment};
use super::schema::events;
use super::{Connection, Page, StorageError, Writes};
use crate::calendar::Instant;
use crate::directory::PersonId;

/// An event as it is kept.
#[derive(Debug, Clone, PartialEq, Eq, Queryable, Selectable)]
#[diesel(table_name = events, check_for_backend(MultiBackend))]
pub struct StoredEvent {
    /// The key.
    pub id: i64,
    /// Of which case.
    pub case_id: i64,
    /// What it says.
    #[diesel(embed)]
    pub event: EventRow,
}

/// An event and its link in the case's chain.
#[derive(Debug, Clone, PartialEq, Eq, Queryable, Selectable)]
#[diesel(table_name = events, check_for_backend(MultiBackend))]
pub struct EventRow {
    /// Counts from 1 for each case.
    pub seq: i64,
    /// What happened.
    pub kind: String,
    /// The event as canonical JSON. It is text, so that the very bytes that were hashed come back.
    pub body: String,
    /// Who did it; `None`: the clock.
    pub actor_id: Option<PersonId>,
    /// For whom they stood in.
    pub on_behalf_id: Option<PersonId>,
    /// How it came: web, link, api, timer, cli.
    pub channel: String,
    /// When.
    pub at: Instant,
    /// The version of the workflow that decided it.
    pub version_id: i64,
    /// How it was hashed.
    pub algorithm: String,
    /// The hash of the event before, in hex; empty for the first.
    pub previous_hash: String,
    /// Its own hash, in hex.
    pub hash: String,
}

/// The end of a case's chain.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ChainEnd {
    /// The last event's place.
    pub seq: i64,
    /// Its hash.
    pub hash: String,
}

/// Adds events to the case's chain.
pub fn append(writes: &mut Writes, case: i64, new: Vec<EventRow>) {
    let rows = new.into_iter().map(|event| {
        let of = |person: Option<PersonId>| person.map(|person| person.0);
        (
            case.into_sql::<BigInt>(),
            event.seq.into_sql::<BigInt>(),
            event.kind.into_sql::<Text>(),
            event.body.into_sql::<Text>(),
            of(event.actor_id).into_sql::<Nullable<BigInt>>(),
            of(event.on_behalf_id).into_sql::<Nullable<BigInt>>(),
            event.channel.into_sql::<Text>(),
            moment(event.at),
            event.version_id.into_sql::<BigInt>(),
            event.algorithm.into_sql::<Text>(),
            event.previous_hash.into_sql::<Text>(),
            event.hash.into_sql::<Text>(),
        )
    });
    writes.add_rows(
        "events (case_id, seq, kind, body, actor_id, on_behalf_id, channel, at, version_id, algorithm, previous_hash, hash)",
        rows,
        "",
    );
}

/// The case's events, oldest first.
///
/// # Errors
/// The database's own failure.
pub fn of_case(conn: &mut Connection, case: i64) -> Result<Vec<StoredEvent>, StorageError> {
    Ok(events::table
        .filter(events::case_id.eq(case))
        .order(events::seq)
        .select(StoredEvent::as_select())
        .load(conn)?)
}

/// The events of the cases with these keys: one case after another, each in order.
///
/// # Errors
/// The database's own failure.
pub fn between(
    conn: &mut Connection,
    cases: &RangeInclusive<i64>,
) -> Result<Vec<StoredEvent>, StorageError> {
    Ok(events::table
        .filter(events::case_id.between(cases.start(), cases.end()))
        .order((events::case_id, events::seq))
        .select(StoredEvent::as_select())
        .load(conn)?)
}

/// A page of everybody's events in the order in which they were written, after the key `after`.
///
/// # Errors
/// The database's own failure.
pub fn all(
    conn: &mut Connection,
    after: Option<i64>,
    limit: usize,
) -> Result<Page<StoredEvent, i64>, StorageError> {
    let rows = events::table
        .filter(events::id.gt(after.unwrap_or(0)))
        .order(events::id)
        .limit(one_more(limit))
        .select(StoredEvent::as_select())
        .load(conn)?;
    Ok(Page::cut(rows, limit, |event: &StoredEvent| event.id))
}

/// The end of the case's chain; `None` before the first event.
///
/// # Errors
/// The database's own failure.
pub fn last(conn: &mut Connection, case: i64) -> Result<Option<ChainEnd>, StorageError> {
    let end: Option<(i64, String)> = events::table
        .filter(events::case_id.eq(case))
        .order(events::seq.desc())
        .select((events::seq, events::hash))
        .first(conn)
        .optional()?;
    Ok(end.map(|(seq, hash)| ChainEnd { seq, hash }))
}

/// How many events there are.
///
/// # Errors
/// The database's own failure.
pub fn count(conn: &mut Connection) -> Result<i64, StorageError> {
    Ok(events::table.count().get_result(conn)?)
}
