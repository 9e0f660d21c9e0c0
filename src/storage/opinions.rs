//! Table `opinions`: what people have typed on their tasks and not given yet. Each row is its writer's alone.

use diesel::prelude::*;
use serde_json::Value;

use super::connection::{MultiBackend, OnConflict, json, json_or_null, moment};
use super::schema::opinions;
use super::{Connection, StorageError, Writes};
use crate::calendar::Instant;
use crate::directory::PersonId;

/// An opinion that was saved.
#[derive(Debug, Clone, PartialEq, Queryable, Selectable)]
#[diesel(table_name = opinions, check_for_backend(MultiBackend))]
pub struct Opinion {
    /// On which stage of the case, in which branch.
    pub stage: String,
    /// What the task asked for, in the engine's words.
    pub asks: String,
    /// The words.
    pub comment: Option<String>,
    /// What was filled in.
    pub answers: Value,
    /// The private answers, encrypted.
    pub sealed: Option<Value>,
    /// When.
    pub saved_at: Instant,
}

/// Whose opinion, and on what. The round does not count: what was typed is offered again in the next one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Desk<'a> {
    /// The case.
    pub case: i64,
    /// The writer.
    pub person: PersonId,
    /// The stage.
    pub stage: &'a str,
    /// What the task asks for, in the engine's words.
    pub asks: &'a str,
}

/// What an opinion consists of.
#[derive(Debug, Clone, PartialEq)]
pub struct Content {
    /// The words.
    pub comment: Option<String>,
    /// What was filled in.
    pub answers: Value,
    /// The private answers, encrypted.
    pub sealed: Option<Value>,
    /// When.
    pub at: Instant,
}

/// Keeps an opinion instead of the one that was there.
///
/// # Errors
/// The database's own failure.
pub fn save(conn: &mut Connection, of: Desk<'_>, content: &Content) -> Result<(), StorageError> {
    let insert = diesel::insert_into(opinions::table).values((
        opinions::case_id.eq(of.case),
        opinions::person_id.eq(of.person),
        opinions::stage.eq(of.stage),
        opinions::asks.eq(of.asks),
        opinions::comment.eq(content.comment.as_ref()),
        opinions::answers.eq(json(&content.answers)),
        opinions::sealed.eq(json_or_null(content.sealed.as_ref())),
        opinions::saved_at.eq(moment(content.at)),
    ));
    let update = "(case_id, person_id, stage, asks) DO UPDATE SET comment = excluded.comment, \
                  answers = excluded.answers, sealed = excluded.sealed, saved_at = excluded.saved_at";
    OnConflict(insert, update).execute(conn)?;
    Ok(())
}

/// The opinions that a person has saved on a case.
///
/// # Errors
/// The database's own failure.
pub fn of(
    conn: &mut Connection,
    case: i64,
    person: PersonId,
) -> Result<Vec<Opinion>, StorageError> {
    Ok(opinions::table
        .filter(opinions::case_id.eq(case))
        .filter(opinions::person_id.eq(person))
        .order((opinions::stage, opinions::asks))
        .select(Opinion::as_select())
        .load(conn)?)
}

/// The opinions that anybody has saved on a case, with their writers.
///
/// # Errors
/// The database's own failure.
pub fn of_case(conn: &mut Connection, case: i64) -> Result<Vec<(PersonId, Opinion)>, StorageError> {
    Ok(opinions::table
        .filter(opinions::case_id.eq(case))
        .order((opinions::person_id, opinions::stage, opinions::asks))
        .select((opinions::person_id, Opinion::as_select()))
        .load(conn)?)
}

/// What was saved there, if anything.
///
/// # Errors
/// The database's own failure.
pub fn on(conn: &mut Connection, of: Desk<'_>) -> Result<Option<Opinion>, StorageError> {
    Ok(opinions::table
        .filter(opinions::case_id.eq(of.case))
        .filter(opinions::person_id.eq(of.person))
        .filter(opinions::stage.eq(of.stage))
        .filter(opinions::asks.eq(of.asks))
        .select(Opinion::as_select())
        .first(conn)
        .optional()?)
}

/// Forgets an opinion: it was given, or is empty.
pub fn remove(writes: &mut Writes, of: Desk<'_>) {
    let mine = opinions::table
        .filter(opinions::case_id.eq(of.case))
        .filter(opinions::person_id.eq(of.person))
        .filter(opinions::stage.eq(of.stage.to_owned()))
        .filter(opinions::asks.eq(of.asks.to_owned()));
    writes.add(diesel::delete(mine));
}
