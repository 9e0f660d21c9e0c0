//! The tables of tasks say what the case says: who is asked, until when, and whose links and mails are over.

use std::collections::{BTreeMap, BTreeSet};

use ulid::Ulid;

use crate::calendar::Instant;
use crate::directory::PersonId;
use crate::engine::{self, Case, Context, Party, Task, TaskState};
use crate::messages::Language;
use crate::services::cases::Running;
use crate::services::titles::Titles;
use crate::services::viewer::{address, held_through};
use crate::services::words::{answer_word, asks_word};
use crate::services::{Error, links, opinions};
use crate::storage::keys::Keys;
use crate::storage::tasks::{self, Holder, NewTask, StoredTask};
use crate::storage::{self, Addressee, Connection, Writes};

/// A task's deadline, the earliest of its clocks, and whether a law sets it.
pub(in crate::services) fn due(
    running: &Running,
    case: &Case,
    task: &Task,
) -> (Option<Instant>, bool) {
    let readings = engine::readings(&running.workflow, case, task, &running.calendar);
    let first = readings
        .iter()
        .filter_map(|reading| Some((reading.deadline?, reading.clock.law)))
        .min();
    first.map_or((None, false), |(at, law)| (Some(at), law))
}

/// The row of a task.
#[derive(Debug, Clone, Copy)]
pub(in crate::services) struct Row {
    /// Its key.
    pub id: i64,
    /// Whether it was not there before this command.
    pub is_new: bool,
}

/// The rows of a case's tasks, by the tasks' numbers.
pub(in crate::services) type Rows = BTreeMap<u32, Row>;

/// How many tasks a case has that have no row yet and need one.
pub(super) fn opened(known: &[StoredTask], case: &Case) -> usize {
    case.tasks
        .iter()
        .filter(|task| task.state == TaskState::Open && row_of(known, task).is_none())
        .count()
}

fn row_of<'k>(known: &'k [StoredTask], task: &Task) -> Option<&'k StoredTask> {
    known.iter().find(|row| row.number == task.id.0)
}

/// Makes the tables of tasks say what the case says, now and with the writes; `known` is what they say, and `keys` are for
/// those that come. Answers with the rows.
pub(super) fn sync(
    conn: &mut Connection,
    writes: &mut Writes,
    (running, case, context): (&Running, &Case, &Context<'_>),
    known: &[StoredTask],
    keys: &mut Keys,
) -> Result<Rows, Error> {
    let row = |row: &StoredTask| {
        let (id, is_new) = (row.id, false);
        (row.number, Row { id, is_new })
    };
    let mut rows: Rows = known.iter().map(row).collect();
    for task in &case.tasks {
        match (&task.state, row_of(known, task)) {
            (TaskState::Waiting, Some(row))
                if row.state == tasks::TaskState::Open && task.changed == case.revision =>
            {
                // Asked already, and now others sign first, or a verdict by which its turn had come was taken back: in
                // nobody's inbox until then.
                let waiting = Holder {
                    inboxes: Vec::new(),
                    ..holder(task)
                };
                tasks::hand_over(conn, row.id, &waiting)?;
                close(writes, row.id, links::OTHERS_FIRST, context);
            }
            (TaskState::Waiting, _) => {}
            (TaskState::Open, Some(row)) if row.state != tasks::TaskState::Open => {
                tasks::reopen(conn, row.id, &holder(task))?;
                tasks::set_due(conn, row.id, due(running, case, task).0)?;
            }
            (TaskState::Open, None) => {
                let id = keys.take()?;
                tasks::insert(
                    writes,
                    id,
                    running.id,
                    new_task(running, case, task, context),
                );
                rows.insert(task.id.0, Row { id, is_new: true });
            }
            (TaskState::Open, Some(row)) => {
                if task.changed == case.revision {
                    let before = tasks::inboxes_of(conn, row.id)?;
                    let now = holder(task);
                    tasks::hand_over(conn, row.id, &now)?;
                    let stays = row.person_id == now.person && is_among(&before, &now.inboxes);
                    let entitled = match stays || now.person.is_some() {
                        true => able(running, case, task, context),
                        false => BTreeSet::new(),
                    };
                    end_links(conn, row, task, &entitled, context)?;
                }
                let (due_at, _) = due(running, case, task);
                if due_at != row.due_at {
                    tasks::set_due(conn, row.id, due_at)?;
                }
            }
            (TaskState::Settled { answer, by, at, .. }, Some(row))
                if row.state == tasks::TaskState::Open =>
            {
                tasks::settle(writes, row.id, Some(*by), answer_word(answer), *at);
                close(writes, row.id, links::SETTLED, context);
                opinions::forget_given(writes, running.id, task, *by);
            }
            (TaskState::Cancelled { at, .. }, Some(row)) if row.state == tasks::TaskState::Open => {
                tasks::cancel(writes, row.id, *at);
                close(writes, row.id, links::CANCELLED, context);
            }
            // Opened and settled in one command: history has it, no inbox ever did.
            (TaskState::Settled { .. } | TaskState::Cancelled { .. }, _) => {}
        }
    }
    Ok(rows)
}

/// A closed task's links die, and mails about it that have not gone out yet stay here.
fn close(writes: &mut Writes, task: i64, why: &'static str, context: &Context<'_>) {
    storage::action_links::revoke_for_task(writes, task, why, context.now);
    storage::outbox::cancel_for_task(writes, task);
}

/// A task in new hands: the links of all but those who are still entitled to it die.
fn end_links(
    conn: &mut Connection,
    row: &StoredTask,
    task: &Task,
    entitled: &BTreeSet<PersonId>,
    context: &Context<'_>,
) -> Result<(), Error> {
    let why = match task.holder {
        Some(_) => links::CLAIMED,
        None => links::HANDED_OVER,
    };
    let others: BTreeSet<_> = storage::action_links::live_of_task(conn, row.id)?
        .into_iter()
        .map(|link| link.link.person_id)
        .filter(|person| !entitled.contains(person))
        .collect();
    for person in others {
        storage::action_links::revoke_siblings(conn, row.id, person, why, context.now)?;
    }
    Ok(())
}

/// The names of a case's places, as lists keep them.
pub(in crate::services) fn titles<'a>(running: &'a Running, case: &'a Case) -> Titles<'a> {
    Titles {
        workflow: &running.workflow,
        case,
        directory: &running.directory,
        language: Language::Zh,
        former: Some(&running.former),
    }
}

fn is_among(before: &[Addressee], now: &[Addressee]) -> bool {
    before.iter().all(|known| now.contains(known))
}

fn able(running: &Running, case: &Case, task: &Task, context: &Context<'_>) -> BTreeSet<PersonId> {
    let situation = engine::Situation::new(&running.workflow, case, context);
    situation.able(task).into_iter().collect()
}

fn new_task(running: &Running, case: &Case, task: &Task, context: &Context<'_>) -> NewTask {
    let (due_at, law) = due(running, case, task);
    NewTask {
        ulid: Ulid::new(),
        number: task.id.0,
        stage: task.stage.clone(),
        stage_title: titles(running, case).task(task),
        round: task.round,
        seat: task.seat.clone(),
        asks: asks_word(task.asks).to_owned(),
        holder: holder(task),
        due_at,
        law,
        level: case.level(),
        created_at: context.now,
    }
}

fn holder(task: &Task) -> Holder {
    let posts = task.offered.iter().filter_map(|party| match party {
        Party::Post(post) => Some(post),
        Party::Person(_) | Party::Department(_) => None,
    });
    let mut inboxes: Vec<Addressee> = match task.holder {
        Some(person) => std::iter::once(Addressee::Person(person))
            .chain(
                posts
                    .clone()
                    .map(|post| Addressee::Held(person, post.clone())),
            )
            .collect(),
        None => {
            let parties = task.offered.iter().chain(&task.nobody);
            parties.map(address).collect()
        }
    };
    inboxes.extend(held_through(task));
    Holder {
        person: task.holder,
        post: posts.clone().next().map(ToString::to_string),
        inboxes,
    }
}
