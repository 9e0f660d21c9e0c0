//! A decision written down: events in their chain, the case, its tasks, timer, participants and notices.

use std::collections::BTreeSet;

use super::cases::Running;
use super::notices::{self, Mail};
use super::viewer::{address, concerned};
use super::words::{channel, outcome_of, outcome_word, status_word};
use super::{App, Error, registers, started};
use crate::audit::{Algorithm, GENESIS, Link};
use crate::calendar::{Instant, day_of};
use crate::directory::DepartmentCode;
use crate::engine::{self, Actor, Case, Context, Decision, Event, Stamp, Status};
use crate::storage::cases::{CaseState, NewCase};
use crate::storage::copies::Copy;
use crate::storage::events::{self, EventRow};
use crate::storage::keys::Table::{Cases, Outbox, Tasks};
use crate::storage::keys::{self, Keys};
use crate::storage::tasks::StoredTask;
use crate::storage::{self, Addressee, Connection, Writes};
use crate::workflow::{Offer, Workflow};
use chrono::{Datelike, NaiveDate};
use serde::{Deserialize, Serialize};

mod tasks;

pub(super) use tasks::{Row, Rows, due, titles};

/// An event as its row holds it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Body {
    /// The case's revision that the command made.
    pub revision: i64,
    /// What happened.
    pub event: Event,
}

/// A decision with the case before it and the circumstances.
pub(super) type Decided<'d> = (&'d Running, &'d Decision, &'d Context<'d>);

/// A case that is filed from a draft.
#[derive(Debug, Clone, Copy)]
pub(super) struct Filing<'f> {
    /// The draft's key.
    pub draft: i64,
    /// The draft's revision, as it was read.
    pub revision: i64,
    /// The authority over the case's department.
    pub authority: &'f DepartmentCode,
}

/// What the case was in the database before this decision.
#[derive(Debug, Clone, Copy)]
enum Before<'f> {
    /// It is there.
    Stored,
    /// It is filed by this decision.
    Filed(Filing<'f>),
}

impl Before<'_> {
    fn is_stored(self) -> bool {
        matches!(self, Self::Stored)
    }
}

/// Files a new case and writes its first decision, with what `also` adds for the case's inner key. Answers with that key.
pub(super) fn file(
    app: &App,
    conn: &mut Connection,
    (running, decision, context): Decided<'_>,
    filing: Filing<'_>,
    also: impl FnOnce(&mut Writes, i64),
) -> Result<i64, Error> {
    let owed = notices::owed(running, decision, context);
    let opened = tasks::opened(&[], &decision.case);
    let wanted = [(Cases, 1), (Tasks, opened), (Outbox, owed.len())];
    let [mut cases, tasks, mails] = keys::draw(conn, wanted)?;
    let id = cases.take()?;
    let filed = Running {
        id,
        revision: 1,
        case: running.case.clone(),
        workflow: running.workflow.clone(),
        calendar: running.calendar.clone(),
        directory: running.directory.clone(),
        former: running.former.clone(),
        end: None,
        ..*running
    };
    let mut writes = Writes::default();
    let case = &decision.case;
    let new = NewCase {
        ulid: running.ulid,
        number: case.number.clone(),
        workflow_key: running.workflow.key.clone(),
        applicant_id: case.applicant,
        department: case.department.clone(),
        authority: filing.authority.clone(),
        submitted_at: context.now,
        state: state(running, case, context)?,
    };
    storage::cases::insert(&mut writes, id, new);
    let at = (&filed, decision, context);
    write_all(
        app,
        conn,
        &mut writes,
        at,
        Before::Filed(filing),
        &owed,
        (&[], tasks, mails),
    )?;
    also(&mut writes, id);
    writes.run(conn)?;
    Ok(id)
}

/// Writes a decision, with what `also` adds.
pub(super) fn write(
    app: &App,
    conn: &mut Connection,
    (running, decision, context): Decided<'_>,
    also: impl FnOnce(&mut Writes),
) -> Result<(), Error> {
    let owed = notices::owed(running, decision, context);
    let known = storage::tasks::of_case(conn, running.id)?;
    let opened = tasks::opened(&known, &decision.case);
    let [tasks, mails] = keys::draw(conn, [(Tasks, opened), (Outbox, owed.len())])?;
    let mut writes = Writes::default();
    let state = state(running, &decision.case, context)?;
    storage::cases::put(&mut writes, running.id, running.revision, state);
    let at = (running, decision, context);
    write_all(
        app,
        conn,
        &mut writes,
        at,
        Before::Stored,
        &owed,
        (&known, tasks, mails),
    )?;
    also(&mut writes);
    Ok(writes.run(conn)?)
}

/// Adds everything that a decision writes beside the case's own row.
fn write_all(
    app: &App,
    conn: &mut Connection,
    writes: &mut Writes,
    (running, decision, context): Decided<'_>,
    before: Before<'_>,
    owed: &[Mail<'_>],
    (known, mut tasks, mut mails): (&[StoredTask], Keys, Keys),
) -> Result<(), Error> {
    let case = &decision.case;
    let algorithm = app.settings.audit.algorithm;
    let first = append(writes, algorithm, running, decision, context)?;
    if registers::concerned(decision) {
        // An entry points to its case.
        std::mem::take(writes).run(conn)?;
    }
    registers::write(app, conn, running, decision, context, first)?;
    super::renaming::follow(conn, running, decision)?;
    started::tell_parent(app, writes, running.ulid, decision);
    let rows = tasks::sync(conn, writes, (running, case, context), known, &mut tasks)?;
    // A timer's own claim is settled by whoever holds it.
    if context.actor != Actor::System {
        let wake = |case| engine::next_wake(&running.workflow, case, &running.calendar);
        let (old, new) = (wake(&running.case), wake(case));
        // One that is due may have been tried in vain, and deserves another try.
        let stays = old == new && new.is_none_or(|at| context.now < at);
        if !before.is_stored() || !stays {
            storage::timers::put(writes, running.id, new);
        }
    }
    involve(writes, running, decision, context);
    note_turns(conn, running, decision)?;
    match before {
        Before::Filed(filing) => {
            let texts = search_texts(running, case);
            let texts = texts.iter().map(String::as_str);
            storage::search_terms::add(writes, running.id, texts);
            storage::attachments::adopt(writes, filing.draft, running.id);
            storage::drafts::put_away(writes, filing.draft, filing.revision);
        }
        Before::Stored if found_otherwise(decision) => {
            let texts = search_texts(running, case);
            let texts = texts.iter().map(String::as_str);
            storage::search_terms::replace(conn, running.id, texts)?;
        }
        Before::Stored => {}
    }
    name_resources(conn, writes, (running, decision, context), before)?;
    notices::enqueue(
        app,
        conn,
        writes,
        (running, decision, context),
        (owed, &rows, &mut mails),
    )
}

/// Keeps which resources the case names. One whose data was just chosen is looked at once more behind this: the directory
/// may have been changed between reading it and now.
fn name_resources(
    conn: &mut Connection,
    writes: &mut Writes,
    (running, decision, context): Decided<'_>,
    before: Before<'_>,
) -> Result<(), Error> {
    if before.is_stored() && !found_otherwise(decision) {
        return Ok(());
    }
    let named = super::rechecks::named(&decision.case);
    let known = match before {
        Before::Stored => storage::case_resources::of(conn, running.id)?,
        Before::Filed(_) => BTreeSet::new(),
    };
    if storage::case_resources::replace(writes, running.id, &known, &named) {
        storage::case_resources::ask(writes, running.id, context.now);
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
    writes: &mut Writes,
    algorithm: Algorithm,
    running: &Running,
    decision: &Decision,
    context: &Context<'_>,
) -> Result<i64, Error> {
    let (mut seq, mut previous) = match &running.end {
        Some(end) => (end.seq, end.hash.clone()),
        None => (0, GENESIS.to_owned()),
    };
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
    events::append(writes, running.id, rows);
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

fn involve(writes: &mut Writes, running: &Running, decision: &Decision, context: &Context<'_>) {
    let now = concerned(&decision.case, &running.directory);
    let before = if running.case.status == Status::Draft {
        BTreeSet::new()
    } else {
        concerned(&running.case, &running.directory)
    };
    let new: Vec<_> = now.difference(&before).collect();
    storage::participants::add(writes, running.id, &new, context.now);
    for event in &decision.events {
        let (to, reason) = match (event, context.actor) {
            (Event::Copied { id, to }, _) => (to, id.clone()),
            (Event::CopySent { to, .. }, Actor::Person(by)) => (to, Copy::from_person(by)),
            _ => continue,
        };
        for person in notices::people_of(running, to, context) {
            storage::copies::add(writes, running.id, person, reason.clone(), context.now);
        }
    }
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
