//! Table `cases`: each case as it stands, and the columns that lists search on. Its row is the only lock.

mod lists;

use std::collections::{BTreeMap, BTreeSet};
use std::ops::RangeInclusive;

use chrono::NaiveDate;
use diesel::dsl::{count_star, sql};
use diesel::prelude::*;
use diesel::sql_types::{Bool, Nullable};
use serde_json::Value;
use ulid::Ulid;

use super::columns::{one_more, one_row};
use super::connection::{
    ForUpdate, Kept, MultiBackend, UlidText, json, moment, moment_or_null, ulid_text,
};
use super::revisions::{self, Revisions};
use super::schema::{cases, participants};
use super::{Addressee, Connection, Page, StorageError, Writes, at_once};
use crate::calendar::Instant;
use crate::directory::{DepartmentCode, PersonId};

pub use lists::{CaseFilter, Whose, list};

/// A case with its snapshot.
#[derive(Debug, Clone, PartialEq, Queryable, Selectable)]
#[diesel(table_name = cases, check_for_backend(MultiBackend))]
pub struct StoredCase {
    /// What lists show.
    #[diesel(embed)]
    pub summary: CaseSummary,
    /// The case as the engine keeps it.
    pub snapshot: Value,
    /// Counts up with every save.
    pub revision: i64,
    /// Nothing is deleted while held.
    pub hold: bool,
    /// The last day on which it must be kept; `None` while it runs.
    pub keep_until: Option<NaiveDate>,
}

/// What lists show of a case.
#[derive(Debug, Clone, PartialEq, Eq, Queryable, Selectable)]
#[diesel(table_name = cases, check_for_backend(MultiBackend))]
pub struct CaseSummary {
    /// The key.
    pub id: i64,
    /// The key that others see.
    pub ulid: Ulid,
    /// The number for people.
    pub number: Option<String>,
    /// Of which workflow.
    pub workflow_key: String,
    /// The version that it runs on.
    pub version_id: i64,
    /// The engine's word for how it stands.
    pub status: String,
    /// How it ended, to other systems.
    pub outcome: Option<String>,
    /// The end that it reached.
    pub end_id: Option<String>,
    /// Its title.
    pub title: String,
    /// Who filed it.
    pub applicant_id: PersonId,
    /// For which department.
    pub department: DepartmentCode,
    /// That department's authority.
    pub authority: DepartmentCode,
    /// The highest data level in it.
    #[diesel(deserialize_as = i32)]
    pub level: u8,
    /// The nearest deadline.
    pub due_at: Option<Instant>,
    /// What it waits for, in the engine's words.
    pub awaiting: Option<String>,
    /// When it was filed.
    pub submitted_at: Instant,
    /// When it last changed.
    pub updated_at: Instant,
    /// When it ended.
    pub ended_at: Option<Instant>,
}

/// A case to be filed.
#[derive(Debug, Clone, PartialEq)]
pub struct NewCase {
    /// The key that others see.
    pub ulid: Ulid,
    /// The number for people.
    pub number: Option<String>,
    /// Of which workflow.
    pub workflow_key: String,
    /// Who files it.
    pub applicant_id: PersonId,
    /// For which department.
    pub department: DepartmentCode,
    /// That department's authority.
    pub authority: DepartmentCode,
    /// When.
    pub submitted_at: Instant,
    /// How it stands.
    pub state: CaseState,
}

/// What a command changes of a case.
#[derive(Debug, Clone, PartialEq)]
pub struct CaseState {
    /// The version that it runs on.
    pub version_id: i64,
    /// The engine's word for how it stands.
    pub status: String,
    /// How it ended, to other systems.
    pub outcome: Option<String>,
    /// The end that it reached.
    pub end_id: Option<String>,
    /// Its title.
    pub title: String,
    /// The case as the engine keeps it.
    pub snapshot: Value,
    /// The highest data level in it.
    pub level: u8,
    /// The nearest deadline.
    pub due_at: Option<Instant>,
    /// What it waits for, in the engine's words.
    pub awaiting: Option<String>,
    /// When this was decided.
    pub updated_at: Instant,
    /// When it ended.
    pub ended_at: Option<Instant>,
    /// The last day on which it must be kept.
    pub keep_until: Option<NaiveDate>,
}

/// The columns that a command changes.
macro_rules! state_columns {
    ($state:expr) => {
        (
            cases::version_id.eq($state.version_id),
            cases::status.eq($state.status),
            cases::outcome.eq($state.outcome),
            cases::end_id.eq($state.end_id),
            cases::title.eq($state.title),
            cases::snapshot.eq(json($state.snapshot)),
            cases::level.eq(i32::from($state.level)),
            cases::due_at.eq(moment_or_null($state.due_at)),
            cases::awaiting.eq($state.awaiting),
            cases::updated_at.eq(moment($state.updated_at)),
            cases::ended_at.eq(moment_or_null($state.ended_at)),
            cases::keep_until.eq($state.keep_until),
        )
    };
}

/// Files a case, whose key was drawn, at revision 1.
pub fn insert(writes: &mut Writes, id: i64, new: NewCase) {
    let state = new.state;
    writes.add(diesel::insert_into(cases::table).values((
        cases::id.eq(id),
        cases::ulid.eq(ulid_text(new.ulid)),
        cases::number.eq(new.number),
        cases::workflow_key.eq(new.workflow_key),
        cases::applicant_id.eq(new.applicant_id),
        cases::department.eq(new.department),
        cases::authority.eq(new.authority),
        cases::submitted_at.eq(moment(new.submitted_at)),
        cases::revision.eq(1),
        cases::hold.eq(false),
        state_columns!(state),
    )));
}

/// Takes the case for this transaction: whoever comes next waits until it is done.
///
/// # Errors
/// The database's own failure.
pub fn lock(conn: &mut Connection, ulid: Ulid) -> Result<Option<StoredCase>, StorageError> {
    let query = cases::table
        .filter(cases::ulid.eq(ulid_text(ulid)))
        .select(StoredCase::as_select());
    Ok(ForUpdate(query).get_result(conn).optional()?)
}

/// Like [`lock`], for those who know the case by its inner key.
///
/// # Errors
/// The database's own failure.
pub fn lock_by_id(conn: &mut Connection, id: i64) -> Result<Option<StoredCase>, StorageError> {
    let query = cases::table
        .filter(cases::id.eq(id))
        .select(StoredCase::as_select());
    Ok(ForUpdate(query).get_result(conn).optional()?)
}

/// The case with this key.
///
/// # Errors
/// The database's own failure.
pub fn get(conn: &mut Connection, ulid: Ulid) -> Result<Option<StoredCase>, StorageError> {
    Ok(cases::table
        .filter(cases::ulid.eq(ulid_text(ulid)))
        .select(StoredCase::as_select())
        .first(conn)
        .optional()?)
}

/// What [`look`] reads of a case.
macro_rules! look_columns {
    () => {
        (
            StoredCase::as_select(),
            revisions::columns(),
            sql::<Nullable<UlidText>>(
                "(SELECT register_entries.ulid FROM register_marks \
                 JOIN register_entries ON register_entries.id = register_marks.entry_id \
                 WHERE register_marks.started = cases.ulid AND register_marks.mark = 'start' \
                 ORDER BY register_marks.entry_id LIMIT 1)",
            ),
            sql::<Bool>("EXISTS (SELECT 1 FROM attachments WHERE attachments.case_id = cases.id)"),
        )
    };
}

/// A case that somebody reads, with all that one statement tells of it.
#[derive(Debug, Clone, PartialEq)]
pub struct Look {
    /// The case.
    pub case: StoredCase,
    /// What everything stands on.
    pub revisions: Revisions,
    /// The entry of a register whose date started it.
    pub origin: Option<Ulid>,
    /// Whether it has files.
    pub has_files: bool,
}

/// Reads the case with this key, and looks at what it stands on.
///
/// # Errors
/// The database's own failure.
pub fn look(conn: &mut Connection, ulid: Ulid) -> Result<Option<Look>, StorageError> {
    let which = cases::table.filter(cases::ulid.eq(ulid_text(ulid)));
    let query = Kept(which.select(look_columns!()));
    looked(query.get_result(conn).optional()?)
}

/// Like [`look`], for those who know the case by its inner key.
///
/// # Errors
/// The database's own failure.
pub fn look_by_id(conn: &mut Connection, id: i64) -> Result<Option<Look>, StorageError> {
    let query = Kept(cases::table.find(id).select(look_columns!()));
    looked(query.get_result(conn).optional()?)
}

fn looked(
    found: Option<(StoredCase, revisions::Values, Option<Ulid>, bool)>,
) -> Result<Option<Look>, StorageError> {
    let look = |(case, values, origin, has_files)| {
        Ok(Look {
            case,
            revisions: Revisions::read(values)?,
            origin,
            has_files,
        })
    };
    found.map(look).transpose()
}

/// The case with this inner key.
///
/// # Errors
/// The database's own failure.
pub fn get_by_id(conn: &mut Connection, id: i64) -> Result<Option<StoredCase>, StorageError> {
    Ok(cases::table
        .find(id)
        .select(StoredCase::as_select())
        .first(conn)
        .optional()?)
}

/// The cases with these inner keys, in no order.
///
/// # Errors
/// The database's own failure.
pub fn of_ids(conn: &mut Connection, ids: &BTreeSet<i64>) -> Result<Vec<StoredCase>, StorageError> {
    Ok(cases::table
        .filter(cases::id.eq_any(ids.iter().copied()))
        .select(StoredCase::as_select())
        .load(conn)?)
}

/// Saves the case if nobody else has since `seen`, and answers with its new revision.
///
/// # Errors
/// [`StorageError::Conflict`] when it has changed.
pub fn save(
    conn: &mut Connection,
    id: i64,
    seen: i64,
    state: CaseState,
) -> Result<i64, StorageError> {
    at_once(conn, |writes| put(writes, id, seen, state))?;
    Ok(seen + 1)
}

/// Like [`save`], with other writes.
pub fn put(writes: &mut Writes, id: i64, seen: i64, state: CaseState) {
    let update = diesel::update(
        cases::table
            .filter(cases::id.eq(id))
            .filter(cases::revision.eq(seen)),
    )
    .set((cases::revision.eq(seen + 1), state_columns!(state)));
    writes.must_touch(update);
}

/// Moves the nearest deadline that lists show, and nothing else: a calendar has changed, the case has not.
///
/// # Errors
/// The database's own failure.
pub fn set_due(
    conn: &mut Connection,
    id: i64,
    due_at: Option<Instant>,
) -> Result<(), StorageError> {
    let touched = diesel::update(cases::table.find(id))
        .set(cases::due_at.eq(moment_or_null(due_at)))
        .execute(conn)?;
    one_row(touched)
}

/// Holds the case beyond its keeping, or lets it go. Answers whether there is such a case.
///
/// # Errors
/// The database's own failure.
pub fn set_hold(conn: &mut Connection, id: i64, hold: bool) -> Result<bool, StorageError> {
    Ok(diesel::update(cases::table.find(id))
        .set(cases::hold.eq(hold))
        .execute(conn)?
        == 1)
}

/// How many cases that have not ended run on each version of a definition.
///
/// # Errors
/// The database's own failure.
pub fn running_by_version(conn: &mut Connection) -> Result<BTreeMap<i64, i64>, StorageError> {
    let counts: Vec<(i64, i64)> = cases::table
        .filter(cases::ended_at.is_null())
        .group_by(cases::version_id)
        .select((cases::version_id, count_star()))
        .load(conn)?;
    Ok(counts.into_iter().collect())
}

/// The keys of the cases on a version that have not ended, oldest first, after the key `after`.
///
/// # Errors
/// The database's own failure.
pub fn running_on(
    conn: &mut Connection,
    version: i64,
    after: i64,
    limit: usize,
) -> Result<Page<i64, i64>, StorageError> {
    let rows: Vec<i64> = cases::table
        .filter(cases::version_id.eq(version))
        .filter(cases::ended_at.is_null())
        .filter(cases::id.gt(after))
        .order(cases::id)
        .limit(one_more(limit))
        .select(cases::id)
        .load(conn)?;
    Ok(Page::cut(rows, limit, |id: &i64| *id))
}

/// Whether any of these is among the case's participants.
///
/// # Errors
/// The database's own failure.
pub fn is_visible(conn: &mut Connection, id: i64, to: &[Addressee]) -> Result<bool, StorageError> {
    let keys: Vec<String> = to.iter().map(Addressee::to_string).collect();
    let found = participants::table
        .filter(participants::case_id.eq(id))
        .filter(participants::addressee.eq_any(keys))
        .select(participants::case_id)
        .first::<i64>(conn)
        .optional()?;
    Ok(found.is_some())
}

/// The highest key of a case; 0 where there is none.
///
/// # Errors
/// The database's own failure.
pub fn last(conn: &mut Connection) -> Result<i64, StorageError> {
    let last: Option<i64> = cases::table
        .order(cases::id.desc())
        .select(cases::id)
        .first(conn)
        .optional()?;
    Ok(last.unwrap_or(0))
}

/// The cases with these keys, in their order.
///
/// # Errors
/// The database's own failure.
pub fn between(
    conn: &mut Connection,
    ids: &RangeInclusive<i64>,
) -> Result<Vec<StoredCase>, StorageError> {
    Ok(cases::table
        .filter(cases::id.between(ids.start(), ids.end()))
        .order(cases::id)
        .select(StoredCase::as_select())
        .load(conn)?)
}

/// How many cases there are.
///
/// # Errors
/// The database's own failure.
pub fn count(conn: &mut Connection) -> Result<i64, StorageError> {
    Ok(cases::table.count().get_result(conn)?)
}
