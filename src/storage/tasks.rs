//! Table `tasks`: what is asked of whom, open and done. Inbox rows follow along in `task_offers`.

use std::collections::HashMap;

use diesel::prelude::*;
use ulid::Ulid;

use super::cases::CaseSummary;
use super::columns::{one_more, one_row};
use super::connection::{MultiBackend, moment, moment_or_null, text_enum, ulid_text};
use super::schema::{cases, tasks};
use super::{Addressee, Connection, Cursor, Page, StorageError, Writes, task_offers};
use crate::calendar::Instant;
use crate::directory::PersonId;

mod settled;

pub use settled::{AnsweredBy, Settled, answered_by, settled};

text_enum! {
    /// Where a task stands.
    TaskState {
        /// Somebody is asked.
        Open = "open",
        /// Somebody has answered.
        Settled = "settled",
        /// It is not needed any more.
        Cancelled = "cancelled",
    }
}

/// A task as it is kept.
#[derive(Debug, Clone, PartialEq, Eq, Queryable, Selectable)]
#[diesel(table_name = tasks, check_for_backend(MultiBackend))]
pub struct StoredTask {
    /// The key.
    pub id: i64,
    /// The key that others see.
    pub ulid: Ulid,
    /// Of which case.
    pub case_id: i64,
    /// The engine's number for it within the case.
    #[diesel(deserialize_as = i64)]
    pub number: u32,
    /// In which stage.
    pub stage: String,
    /// That stage's title.
    pub stage_title: String,
    /// In which round of it.
    #[diesel(deserialize_as = i64)]
    pub round: u32,
    /// For which seat.
    pub seat: Option<String>,
    /// What is asked, in the engine's words.
    pub asks: String,
    /// Where it stands.
    pub state: TaskState,
    /// Who holds it; `None` while it is offered.
    pub person_id: Option<PersonId>,
    /// The post for which it is asked.
    pub post: Option<String>,
    /// By when.
    pub due_at: Option<Instant>,
    /// Whether the law asks for it.
    pub law: bool,
    /// The data level that its holder must be cleared for.
    #[diesel(deserialize_as = i32)]
    pub level: u8,
    /// When it was asked.
    pub created_at: Instant,
    /// When it was answered or cancelled.
    pub settled_at: Option<Instant>,
    /// Who answered.
    pub settled_by: Option<PersonId>,
    /// The answer, in the engine's words.
    pub answer: Option<String>,
    /// Counts up with every change.
    pub revision: i64,
}

/// A task to be asked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewTask {
    /// The key that others see.
    pub ulid: Ulid,
    /// The engine's number for it within the case.
    pub number: u32,
    /// In which stage.
    pub stage: String,
    /// That stage's title.
    pub stage_title: String,
    /// In which round of it.
    pub round: u32,
    /// For which seat.
    pub seat: Option<String>,
    /// What is asked, in the engine's words.
    pub asks: String,
    /// Whom.
    pub holder: Holder,
    /// By when.
    pub due_at: Option<Instant>,
    /// Whether the law asks for it.
    pub law: bool,
    /// The data level that its holder must be cleared for.
    pub level: u8,
    /// When.
    pub created_at: Instant,
}

/// Who has a task, and in whose inboxes it is.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Holder {
    /// Who holds it; `None` while it is offered.
    pub person: Option<PersonId>,
    /// The post for which it is asked.
    pub post: Option<String>,
    /// In whose inboxes it is: the holder's only, or those of all to whom it is offered; and where who acts for a holder
    /// looks.
    pub inboxes: Vec<Addressee>,
}

/// A task and its case, as an inbox shows them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct InboxRow {
    /// The task.
    pub task: StoredTask,
    /// Its case.
    pub case: CaseSummary,
}

/// How full an inbox is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct InboxCounts {
    /// All that waits.
    pub open: i64,
    /// What of it is overdue.
    pub overdue: i64,
}

/// Asks for a new task, whose key was drawn.
pub fn insert(writes: &mut Writes, id: i64, case: i64, new: NewTask) {
    let (inboxes, due_at) = (new.holder.inboxes, new.due_at);
    writes.add(diesel::insert_into(tasks::table).values((
        tasks::id.eq(id),
        tasks::ulid.eq(ulid_text(new.ulid)),
        tasks::case_id.eq(case),
        tasks::number.eq(i64::from(new.number)),
        tasks::stage.eq(new.stage),
        tasks::stage_title.eq(new.stage_title),
        tasks::round.eq(i64::from(new.round)),
        tasks::seat.eq(new.seat),
        tasks::asks.eq(new.asks),
        tasks::state.eq(TaskState::Open),
        tasks::person_id.eq(new.holder.person),
        tasks::post.eq(new.holder.post),
        tasks::due_at.eq(moment_or_null(new.due_at)),
        tasks::law.eq(new.law),
        tasks::level.eq(i32::from(new.level)),
        tasks::created_at.eq(moment(new.created_at)),
        tasks::revision.eq(1),
    )));
    task_offers::add(writes, id, &inboxes, due_at);
}

/// Gives an open task to somebody else: claimed, released, transferred, reassigned.
///
/// # Errors
/// [`StorageError::Conflict`] when it is not open.
pub fn hand_over(conn: &mut Connection, id: i64, to: &Holder) -> Result<(), StorageError> {
    let due_at: Option<Option<Instant>> = diesel::update(open(id))
        .set((
            tasks::person_id.eq(to.person),
            tasks::post.eq(to.post.as_ref()),
            tasks::revision.eq(tasks::revision + 1),
        ))
        .returning(tasks::due_at)
        .get_result(conn)
        .optional()?;
    task_offers::replace(conn, id, &to.inboxes, due_at.ok_or(StorageError::Conflict)?)
}

/// Moves an open task's deadline.
///
/// # Errors
/// [`StorageError::Conflict`] when it is not open.
pub fn set_due(
    conn: &mut Connection,
    id: i64,
    due_at: Option<Instant>,
) -> Result<(), StorageError> {
    let touched = diesel::update(open(id))
        .set((
            tasks::due_at.eq(moment_or_null(due_at)),
            tasks::revision.eq(tasks::revision + 1),
        ))
        .execute(conn)?;
    one_row(touched)?;
    task_offers::set_due(conn, id, due_at)
}

/// Calls a task's stage otherwise: its case runs on another version of the definition now.
///
/// # Errors
/// The database's own failure.
pub fn rename_stage(
    conn: &mut Connection,
    id: i64,
    stage: &str,
    title: &str,
) -> Result<(), StorageError> {
    diesel::update(tasks::table.find(id))
        .set((
            tasks::stage.eq(stage),
            tasks::stage_title.eq(title),
            tasks::revision.eq(tasks::revision + 1),
        ))
        .execute(conn)?;
    Ok(())
}

/// Closes a task with its answer; it must be open when the writes are done.
pub fn settle(writes: &mut Writes, id: i64, by: Option<PersonId>, answer: &str, at: Instant) {
    close(writes, id, TaskState::Settled, (by, Some(answer)), at);
}

/// Closes a task that is not needed any more; it must be open when the writes are done.
pub fn cancel(writes: &mut Writes, id: i64, at: Instant) {
    close(writes, id, TaskState::Cancelled, (None, None), at);
}

/// Opens a settled or cancelled task again, as it was asked first: its verdict was taken back.
///
/// # Errors
/// [`StorageError::Conflict`] when it is open.
pub fn reopen(conn: &mut Connection, id: i64, holder: &Holder) -> Result<(), StorageError> {
    let due_at: Option<Option<Instant>> = diesel::update(
        tasks::table
            .filter(tasks::id.eq(id))
            .filter(tasks::state.ne(TaskState::Open)),
    )
    .set((
        tasks::state.eq(TaskState::Open),
        tasks::person_id.eq(holder.person),
        tasks::post.eq(holder.post.as_ref()),
        tasks::settled_at.eq(moment_or_null(None)),
        tasks::settled_by.eq(None::<PersonId>),
        tasks::answer.eq(None::<String>),
        tasks::revision.eq(tasks::revision + 1),
    ))
    .returning(tasks::due_at)
    .get_result(conn)
    .optional()?;
    task_offers::replace(
        conn,
        id,
        &holder.inboxes,
        due_at.ok_or(StorageError::Conflict)?,
    )
}

/// The task with this key.
///
/// # Errors
/// The database's own failure.
pub fn get(conn: &mut Connection, ulid: Ulid) -> Result<Option<StoredTask>, StorageError> {
    Ok(tasks::table
        .filter(tasks::ulid.eq(ulid_text(ulid)))
        .select(StoredTask::as_select())
        .first(conn)
        .optional()?)
}

/// The task with this inner key.
///
/// # Errors
/// The database's own failure.
pub fn get_by_id(conn: &mut Connection, id: i64) -> Result<Option<StoredTask>, StorageError> {
    Ok(tasks::table
        .find(id)
        .select(StoredTask::as_select())
        .first(conn)
        .optional()?)
}

/// The case's task with the engine's number.
///
/// # Errors
/// The database's own failure.
pub fn by_number(
    conn: &mut Connection,
    case: i64,
    number: u32,
) -> Result<Option<StoredTask>, StorageError> {
    Ok(tasks::table
        .filter(tasks::case_id.eq(case))
        .filter(tasks::number.eq(i64::from(number)))
        .select(StoredTask::as_select())
        .first(conn)
        .optional()?)
}

/// All tasks of a case, in the order in which they were asked.
///
/// # Errors
/// The database's own failure.
pub fn of_case(conn: &mut Connection, case: i64) -> Result<Vec<StoredTask>, StorageError> {
    Ok(tasks::table
        .filter(tasks::case_id.eq(case))
        .order(tasks::number)
        .select(StoredTask::as_select())
        .load(conn)?)
}

/// The open tasks of a case, in the order in which they were asked.
///
/// # Errors
/// The database's own failure.
pub fn open_of_case(conn: &mut Connection, case: i64) -> Result<Vec<StoredTask>, StorageError> {
    Ok(tasks::table
        .filter(tasks::case_id.eq(case))
        .filter(tasks::state.eq(TaskState::Open))
        .order(tasks::number)
        .select(StoredTask::as_select())
        .load(conn)?)
}

/// In whose inboxes the task is; nobody's when it is closed.
///
/// # Errors
/// The database's own failure.
pub fn inboxes_of(conn: &mut Connection, id: i64) -> Result<Vec<Addressee>, StorageError> {
    task_offers::of_task(conn, id)
}

/// Everybody to whom something is offered.
///
/// # Errors
/// The database's own failure.
pub fn addressees(conn: &mut Connection) -> Result<Vec<Addressee>, StorageError> {
    task_offers::addressees(conn)
}

/// A page of what waits for a person and their posts, soonest deadline first, after the place `after`.
///
/// # Errors
/// The database's own failure.
pub fn inbox(
    conn: &mut Connection,
    of: &[Addressee],
    after: Option<Cursor>,
    limit: usize,
) -> Result<Page<InboxRow>, StorageError> {
    let places = Page::cut(
        task_offers::soonest(conn, of, after, limit)?,
        limit,
        |place| *place,
    );
    let ids: Vec<i64> = places.rows.iter().map(|place| place.id).collect();
    let found: Vec<(StoredTask, CaseSummary)> = tasks::table
        .inner_join(cases::table)
        .filter(tasks::id.eq_any(&ids))
        .select((StoredTask::as_select(), CaseSummary::as_select()))
        .load(conn)?;
    let mut by_id: HashMap<i64, InboxRow> = found
        .into_iter()
        .map(|(task, case)| (task.id, InboxRow { task, case }))
        .collect();
    let rows = ids.iter().filter_map(|id| by_id.remove(id)).collect();
    Ok(Page {
        rows,
        next: places.next,
    })
}

/// How much waits for a person and their posts.
///
/// # Errors
/// The database's own failure.
pub fn inbox_counts(
    conn: &mut Connection,
    of: &[Addressee],
    now: Instant,
) -> Result<InboxCounts, StorageError> {
    let (open, overdue) = task_offers::counts(conn, of, now)?;
    Ok(InboxCounts { open, overdue })
}

/// How many open tasks each of these people has: what they have taken, and what is theirs alone.
///
/// # Errors
/// The database's own failure.
pub fn open_of(
    conn: &mut Connection,
    people: &[PersonId],
) -> Result<HashMap<PersonId, usize>, StorageError> {
    let keys: Vec<Addressee> = people.iter().copied().map(Addressee::Person).collect();
    let counted = task_offers::open_of(conn, &keys)?;
    let open = counted.into_iter().filter_map(|(of, count)| match of {
        Addressee::Person(person) => Some((person, usize::try_from(count).ok()?)),
        Addressee::Post(_) | Addressee::Held(..) | Addressee::Department(_) => None,
    });
    Ok(open.collect())
}

/// A page of what the person has answered (已办), newest first, before the place `before`.
///
/// # Errors
/// The database's own failure.
pub fn done_by(
    conn: &mut Connection,
    person: PersonId,
    before: Option<Cursor>,
    limit: usize,
) -> Result<Page<InboxRow>, StorageError> {
    let mut query = tasks::table
        .inner_join(cases::table)
        .filter(tasks::settled_by.eq(Some(person)))
        .filter(tasks::settled_at.is_not_null())
        .into_boxed::<MultiBackend>();
    if let Some(Cursor { at, id }) = before {
        let at = Some(at);
        query = query
            .filter(tasks::settled_at.le(moment_or_null(at)))
            .filter(
                tasks::settled_at
                    .lt(moment_or_null(at))
                    .or(tasks::id.lt(id).nullable()),
            );
    }
    let found: Vec<(StoredTask, CaseSummary)> = query
        .order((tasks::settled_at.desc(), tasks::id.desc()))
        .limit(one_more(limit))
        .select((StoredTask::as_select(), CaseSummary::as_select()))
        .load(conn)?;
    let rows = found
        .into_iter()
        .map(|(task, case)| InboxRow { task, case })
        .collect();
    Ok(Page::cut(rows, limit, |row: &InboxRow| Cursor {
        at: row.task.settled_at.unwrap_or(row.task.created_at),
        id: row.task.id,
    }))
}

fn close(
    writes: &mut Writes,
    id: i64,
    state: TaskState,
    (by, answer): (Option<PersonId>, Option<&str>),
    at: Instant,
) {
    writes.must_touch(diesel::update(open(id)).set((
        tasks::state.eq(state),
        tasks::settled_by.eq(by),
        tasks::answer.eq(answer.map(str::to_owned)),
        tasks::settled_at.eq(moment_or_null(Some(at))),
        tasks::revision.eq(tasks::revision + 1),
    )));
    task_offers::remove(writes, id);
}

#[diesel::dsl::auto_type(no_type_alias)]
fn open(id: i64) -> _ {
    let open: TaskState = TaskState::Open;
    tasks::table
        .filter(tasks::id.eq(id))
        .filter(tasks::state.eq(open))
}
