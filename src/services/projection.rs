//! A decision written down: events in their chain, the case, its tasks, timer, participants and notices.

use std::collections::BTreeSet;

use chrono::{Datelike, NaiveDate};
use serde::{Deserialize, Serialize};
use ulid::Ulid;

use super::cases::Running;
use super::titles::Titles;
use super::viewer::{address, concerned, held_through};
use super::words::{answer_word, asks_word, channel, outcome_of, outcome_word, status_word};
use super::{App, Error, links, notices, registers, started};
use crate::audit::{Algorithm, GENESIS, Link};
use crate::calendar::{Instant, day_of};
use crate::directory::{DepartmentCode, PersonId};
use crate::engine::{
    self, Actor, Case, Context, Decision, Event, Party, Stamp, Status, Task, TaskState,
};
use crate::messages::Language;
use crate::storage::cases::{CaseState, NewCase};
use crate::storage::copies::Copy;
use crate::storage::events::{self, EventRow};
use crate::storage::tasks::{self, Holder, NewTask, StoredTask};
use crate::storage::{self, Addressee, Connection};
use crate::workflow::{Offer, Workflow};

/// An event as its row holds it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Body {
    /// The case's revision that the command made.
    pub revision: i64,
    /// What happened.
    pub event: Event,
}

/// Whether the case is in the database before this decision.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Before {
    /// It is.
    Stored,
    /// It was filed by this decision just now.
    Filed,
}

/// Files a new case and writes its first decision. Answers with its inner key.
pub(super) fn file(
    app: &App,
    conn: &mut Connection,
    running: &Running,
    decision: &Decision,
    context: &Context<'_>,
    authority: &DepartmentCode,
) -> Result<i64, Error> {
    let new = NewCase {
        ulid: running.ulid,
        number: decision.case.number.clone(),
        workflow_key: running.workflow.key.clone(),
        applicant_id: decision.case.applicant,
        department: decision.case.department.clone(),
        authority: authority.clone(),
        submitted_at: context.now,
        state: state(running, &decision.case, context)?,
    };
    let id = storage::cases::insert(conn, &new)?;
    let filed = Running {
        id,
        revision: 1,
        case: running.case.clone(),
        workflow: running.workflow.clone(),
        calendar: running.calendar.clone(),
        directory: running.directory.clone(),
        former: running.former.clone(),
        ..*running
    };
    write(app, conn, &filed, decision, context, Before::Filed)?;
    Ok(id)
}

/// Writes a decision.
pub(super) fn write(
    app: &App,
    conn: &mut Connection,
    running: &Running,
    decision: &Decision,
    context: &Context<'_>,
    before: Before,
) -> Result<(), Error> {
    let case = &decision.case;
    if before == Before::Stored {
        storage::cases::save(
            conn,
            running.id,
            running.revision,
            &state(running, case, context)?,
        )?;
    }
    let first = append(
        conn,
        app.settings.audit.algorithm,
        running,
        decision,
        context,
    )?;
    registers::write(app, conn, running, decision, context, first)?;
    started::tell_parent(app, conn, running.ulid, decision)?;
    super::renaming::follow(conn, running, decision)?;
    let stored = sync_tasks(conn, running, case, context)?;
    if context.actor != Actor::System {
        // A timer's own claim is settled by whoever holds it.
        storage::timers::set(
            conn,
            running.id,
            engine::next_wake(&running.workflow, case, &running.calendar),
        )?;
    }
    involve(conn, running, decision, context)?;
    note_turns(conn, running, decision)?;
    if before == Before::Filed || found_otherwise(decision) {
        storage::search_terms::replace(
            conn,
            running.id,
            search_texts(running, case).iter().map(String::as_str),
        )?;
    }
    name_resources(conn, running, decision, context, before)?;
    notices::enqueue(app, conn, running, decision, context, &stored)
}

/// Keeps which resources the case names. One whose data was just chosen is looked at once more behind this: the directory
/// may have been changed between reading it and now.
fn name_resources(
    conn: &mut Connection,
    running: &Running,
    decision: &Decision,
    context: &Context<'_>,
    before: Before,
) -> Result<(), Error> {
    if before == Before::Stored && !found_otherwise(decision) {
        return Ok(());
    }
    let named = super::rechecks::named(&decision.case);
    if storage::case_resources::replace(conn, running.id, &named)? {
        storage::case_resources::ask(conn, running.id, context.now)?;
    }
    Ok(())
}

/// Whoever was given a task in turn has had their turn.
fn note_turns(conn: &mut Connection, running: &Running, decision: &Decision) -> Result<(), Error> {
    for event in &decision.events {
        let Event::Allotted {
            task,
            person,
            how: Offer::Turn,
        } = event
        else {
            continue;
        };
        if let Some(task) = decision.case.task(*task) {
            let line = engine::line_of(task);
            storage::turns::gave(conn, &running.workflow.key, &line, *person)?;
        }
    }
    Ok(())
}

/// Whether the words may have changed by which the case is found.
fn found_otherwise(decision: &Decision) -> bool {
    decision.events.iter().any(|event| {
        matches!(
            event,
            Event::AnswersChanged { .. } | Event::BranchOpened { .. } | Event::Migrated { .. }
        )
    })
}

/// Appends the events to the case's hash chain.
/// Answers with the place of the first of the events in the case's history.
fn append(
    conn: &mut Connection,
    algorithm: Algorithm,
    running: &Running,
    decision: &Decision,
    context: &Context<'_>,
) -> Result<i64, Error> {
    let end = events::last(conn, running.id)?;
    let (mut seq, mut previous) = end.map_or((0, GENESIS.to_owned()), |end| (end.seq, end.hash));
    let first = seq + 1;
    let case = running.ulid.to_string();
    let stamp = decision.stamp(context);
    let mut rows = Vec::with_capacity(decision.events.len());
    for event in &decision.events {
        seq += 1;
        let body = serde_json::to_string(&Body {
            revision: stamp.revision,
            event: event.clone(),
        })?;
        let actor = person_of(&stamp);
        let link = Link {
            algorithm,
            case: &case,
            seq,
            previous: &previous,
            body: &body,
            actor,
            on_behalf: stamp.on_behalf.map(|person| person.0),
            channel: channel(stamp.channel),
            at: stamp.at,
            version: running.version,
        };
        let hash = link.hash();
        rows.push(EventRow {
            seq,
            kind: event.kind().to_owned(),
            body,
            actor_id: actor.map(crate::directory::PersonId),
            on_behalf_id: stamp.on_behalf,
            channel: channel(stamp.channel).to_owned(),
            at: stamp.at,
            version_id: running.version,
            algorithm: algorithm.name().to_owned(),
            previous_hash: previous,
            hash: hash.clone(),
        });
        previous = hash;
    }
    events::append(conn, running.id, &rows)?;
    Ok(first)
}

fn person_of(stamp: &Stamp) -> Option<i64> {
    match stamp.actor {
        Actor::Person(person) => Some(person.0),
        Actor::System => None,
    }
}

/// The columns that lists search on, beside the snapshot.
fn state(running: &Running, case: &Case, context: &Context<'_>) -> Result<CaseState, Error> {
    let end = match &case.status {
        Status::Ended { end, at, .. } => Some((end.clone(), *at)),
        Status::Draft | Status::Open { .. } | Status::Suspended { .. } => None,
    };
    let outcome = end
        .as_ref()
        .map(|(end, _)| outcome_of(&running.workflow, end));
    Ok(CaseState {
        version_id: running.version,
        status: status_word(case).to_owned(),
        outcome: outcome.map(|outcome| outcome_word(outcome).to_owned()),
        end_id: end.as_ref().map(|(end, _)| end.clone()),
        title: title(&running.workflow, case),
        snapshot: serde_json::to_value(case)?,
        level: case.level(),
        due_at: case
            .open_tasks()
            .filter_map(|task| due(running, case, task).0)
            .min(),
        awaiting: awaiting(case),
        updated_at: context.now,
        ended_at: end.as_ref().map(|(_, at)| *at),
        keep_until: end.and_then(|(_, at)| keep_until(&running.workflow, at)),
    })
}

/// A case's title: the answer to `subject`, else to the first text that must be answered, else the workflow's name.
/// Never a private one.
#[must_use]
pub fn title(workflow: &Workflow, case: &Case) -> String {
    let text = |id: &str| {
        case.answers
            .get(id)
            .and_then(serde_json::Value::as_str)
            .map(str::to_owned)
    };
    let first = || {
        let fields = workflow
            .form
            .fields()
            .filter(|field| !field.private && field.kind.0.name() == "text");
        fields
            .filter(|field| field.required == crate::forms::Required::Yes)
            .find_map(|field| text(&field.id))
    };
    text("subject")
        .or_else(first)
        .unwrap_or_else(|| workflow.title.zh.clone())
}

/// Whom an open case waits for, as `place address address`.
fn awaiting(case: &Case) -> Option<String> {
    let waits: Vec<String> = case
        .open_tasks()
        .map(|task| {
            let whom: Vec<String> = match task.holder {
                Some(person) => vec![Addressee::Person(person).to_string()],
                None => task
                    .offered
                    .iter()
                    .map(|party| address(party).to_string())
                    .collect(),
            };
            // What a branch stands for may have blanks in it.
            let place: Vec<&str> = task.stage.split_whitespace().collect();
            std::iter::once(place.join("%20"))
                .chain(whom)
                .collect::<Vec<_>>()
                .join(" ")
        })
        .collect();
    (!waits.is_empty()).then(|| waits.join("\n"))
}

/// The last day on which the records must be kept.
fn keep_until(workflow: &Workflow, ended: Instant) -> Option<NaiveDate> {
    use crate::calendar::Unit;
    let day = day_of(ended);
    match workflow.keep.span.unit {
        Unit::Y => day
            .with_year(day.year() + i32::try_from(workflow.keep.span.count).ok()?)
            .or_else(|| {
                day.checked_add_days(chrono::Days::new(365 * u64::from(workflow.keep.span.count)))
            }),
        Unit::Mo => day.checked_add_months(chrono::Months::new(workflow.keep.span.count)),
        Unit::D | Unit::Wd => {
            day.checked_add_days(chrono::Days::new(u64::from(workflow.keep.span.count)))
        }
        Unit::Wh | Unit::H | Unit::Min => Some(day),
    }
}

/// A task's deadline, the earliest of its clocks, and whether a law sets it.
pub(super) fn due(running: &Running, case: &Case, task: &Task) -> (Option<Instant>, bool) {
    let readings = engine::readings(&running.workflow, case, task, &running.calendar);
    let first = readings
        .iter()
        .filter_map(|reading| Some((reading.deadline?, reading.clock.law)))
        .min();
    first.map_or((None, false), |(at, law)| (Some(at), law))
}

/// Makes the tables of tasks say what the case says. Answers with the rows, by the tasks' numbers.
fn sync_tasks(
    conn: &mut Connection,
    running: &Running,
    case: &Case,
    context: &Context<'_>,
) -> Result<Vec<StoredTask>, Error> {
    let known: Vec<StoredTask> = tasks::of_case(conn, running.id)?;
    let find = |task: &Task| known.iter().find(|row| row.number == task.id.0);
    for task in &case.tasks {
        match (&task.state, find(task)) {
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
                close(conn, row.id, links::OTHERS_FIRST, context)?;
            }
            (TaskState::Waiting, _) => {}
            (TaskState::Open, Some(row)) if row.state != tasks::TaskState::Open => {
                tasks::reopen(conn, row.id, &holder(task))?;
                tasks::set_due(conn, row.id, due(running, case, task).0)?;
            }
            (TaskState::Open, None) => {
                tasks::insert(conn, running.id, &new_task(running, case, task, context))?;
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
                tasks::settle(conn, row.id, Some(*by), answer_word(answer), *at)?;
                close(conn, row.id, links::SETTLED, context)?;
            }
            (TaskState::Cancelled { at, .. }, Some(row)) if row.state == tasks::TaskState::Open => {
                tasks::cancel(conn, row.id, *at)?;
                close(conn, row.id, links::CANCELLED, context)?;
            }
            // Opened and settled in one command: history has it, no inbox ever did.
            (TaskState::Settled { .. } | TaskState::Cancelled { .. }, _) => {}
        }
    }
    Ok(tasks::of_case(conn, running.id)?)
}

/// A closed task's links die, and mails about it that have not gone out yet stay here.
fn close(conn: &mut Connection, task: i64, why: &str, context: &Context<'_>) -> Result<(), Error> {
    storage::action_links::revoke_for_task(conn, task, why, context.now)?;
    storage::outbox::cancel_for_task(conn, task)?;
    Ok(())
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
pub(super) fn titles<'a>(running: &'a Running, case: &'a Case) -> Titles<'a> {
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

fn involve(
    conn: &mut Connection,
    running: &Running,
    decision: &Decision,
    context: &Context<'_>,
) -> Result<(), Error> {
    let now = concerned(&decision.case, &running.directory);
    let before = if running.case.status == Status::Draft {
        BTreeSet::new()
    } else {
        concerned(&running.case, &running.directory)
    };
    for (address, reason) in now.difference(&before) {
        storage::participants::add(conn, running.id, address, reason, context.now)?;
    }
    for event in &decision.events {
        let (to, reason) = match (event, context.actor) {
            (Event::Copied { id, to }, _) => (to, id.clone()),
            (Event::CopySent { to, .. }, Actor::Person(by)) => (to, Copy::from_person(by)),
            _ => continue,
        };
        for person in notices::people_of(running, to, context) {
            storage::copies::add(conn, running.id, person, &reason, context.now)?;
        }
    }
    Ok(())
}

/// What a case is found by: number, title, departments, chosen data, what its branches stand for. What is answered in a
/// branch is not for everyone who sees the case, and nobody is to find out by searching.
fn search_texts(running: &Running, case: &Case) -> Vec<String> {
    let mut texts = vec![
        title(&running.workflow, case),
        running.workflow.title.zh.clone(),
    ];
    texts.extend(case.number.clone());
    let department = |code: &DepartmentCode| {
        running
            .directory
            .department(code)
            .map(|department| [department.name.clone(), department.short_name.clone()])
    };
    texts.extend(department(&case.department).into_iter().flatten());
    let titles = titles(running, case);
    let branches = case.branches.keys().filter(|place| place.contains('['));
    texts.extend(branches.flat_map(|branch| titles.words(branch)));
    for row in case
        .answers
        .values()
        .filter_map(serde_json::Value::as_array)
        .flatten()
    {
        let text = |name: &str| {
            row.get(name)
                .and_then(serde_json::Value::as_str)
                .map(str::to_owned)
        };
        if row.get("resource").is_some() {
            texts.extend(
                ["title", "item_title", "resource"]
                    .iter()
                    .filter_map(|name| text(name)),
            );
            texts.extend(
                text("provider")
                    .and_then(|code| department(&DepartmentCode(code)))
                    .into_iter()
                    .flatten(),
            );
        }
    }
    texts
}

/// The event of a row.
pub(super) fn read_body(row: &EventRow) -> Result<Body, Error> {
    serde_json::from_str(&row.body)
        .map_err(|error| Error::Corrupt(format!("event {}: {error}", row.seq)))
}
