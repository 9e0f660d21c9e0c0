//! Cases that another one starts: the draft that its task asks for, and word of what became of it.

use std::sync::Arc;

use ulid::Ulid;

use super::cases::{self, By, Done, Running};
use super::viewer::Wish;
use super::{App, Error, Viewer, drafts};
use crate::engine::{
    self, Actor, Case, Channel, Child, Command, Decision, Event, PositionState, Rejection, Task,
    TaskAsks, TaskId,
};
use crate::forms::Answers;
use crate::storage::{self, Connection, Writes, started_cases};
use crate::workflow::{Kind, Outcome, Workflow};

/// Opens the draft that a task asks for; whoever opens it first writes it, as long as they are asked. Answers with the
/// draft's public id, which the case keeps.
pub fn open(app: &Arc<App>, by: &By, ulid: Ulid, task: TaskId) -> Result<Ulid, Error> {
    let (shared, asked) = (Arc::clone(app), by.clone());
    let done = cases::once(app, by, move |conn| {
        Ok(Done {
            case_id: None,
            ulid: open_in(&shared, conn, &asked, ulid, task)?,
            revision: 0,
            repeated: false,
        })
    })?;
    Ok(done.ulid)
}

fn open_in(
    app: &Arc<App>,
    conn: &mut Connection,
    by: &By,
    ulid: Ulid,
    task: TaskId,
) -> Result<Ulid, Error> {
    let stored = storage::cases::lock(conn, ulid)?.ok_or(Error::NotFound)?;
    let running = cases::running(app, conn, stored)?;
    let viewer = Viewer::of(&running.directory, by.person, app.now());
    let viewer = viewer.ok_or(Error::Unauthenticated)?;
    viewer
        .authorize(Wish::SeeCase(&running.case))
        .map_err(|_| Error::NotFound)?;
    let asked = running
        .case
        .task(task)
        .ok_or(Rejection::UnknownTask(task))?;
    if asked.asks != TaskAsks::File {
        return Err(Rejection::NotOffered { action: "draft" }.into());
    }
    if !asked.is_open() || !running.case.is_open() {
        return Err(Rejection::TaskClosed(task).into());
    }
    let eligible = running.eligible(asked, app.now());
    if !eligible.contains(&by.person) {
        return Err(Rejection::NotAsked("somebody else".into()).into());
    }
    if let Some(known) = started_cases::of_task(conn, running.id, task.0)?
        && let Some(draft) = storage::drafts::get(conn, known)?
    {
        match draft.author_id {
            author if author == by.person => return Ok(known),
            author if eligible.contains(&author) => {
                return Err(Rejection::TakenBy { task, by: author }.into());
            }
            // Whoever began it is not asked any more.
            _ => {}
        }
    }
    begin(app, conn, &viewer, &running, asked)
}

/// Begins a draft from what the starting case hands over. What the other form does not ask for is left out.
fn begin(
    app: &App,
    conn: &mut Connection,
    viewer: &Viewer,
    running: &Running,
    task: &Task,
) -> Result<Ulid, Error> {
    let (key, with) = wanted(running, &running.case, task).ok_or(Error::NotFound)?;
    let opened = drafts::start_from(app, conn, viewer, &key, with)?;
    started_cases::set(conn, running.id, task.id.0, opened)?;
    Ok(opened)
}

/// Of which workflow the case is to be, and what it begins with.
fn wanted(running: &Running, case: &Case, task: &Task) -> Option<(String, Answers)> {
    let node = running.workflow.node(&task.stage)?;
    let crate::workflow::Kind::Start(start) = &node.kind else {
        return None;
    };
    match &case.position(&task.stage)?.state {
        PositionState::Started { with } => Some((start.workflow.clone(), with.clone())),
        _ => None,
    }
}

/// The cases that a case has started, as far as they were filed.
pub(super) fn children(
    conn: &mut Connection,
    workflow: &Workflow,
    case_id: i64,
) -> Result<Vec<Child>, Error> {
    if !workflow
        .nodes()
        .any(|node| matches!(node.kind, Kind::Start(_)))
    {
        return Ok(Vec::new());
    }
    let filed = started_cases::filed(conn, case_id)?;
    Ok(filed
        .into_iter()
        .map(|filed| Child {
            task: TaskId(filed.task),
            number: filed.number,
            by: filed.by,
            outcome: filed.outcome.as_deref().and_then(Outcome::of_word),
        })
        .collect())
}

/// Wakes the case that started this one, when it was filed or has ended: it takes note at its next tick.
pub(super) fn tell_parent(app: &App, writes: &mut Writes, ulid: Ulid, decision: &Decision) {
    let news = decision
        .events
        .iter()
        .any(|event| matches!(event, Event::Submitted { .. } | Event::Ended { .. }));
    if news {
        storage::timers::wake_parent(writes, ulid, app.now());
    }
}

/// Files the cases that a decision starts and that are to be submitted at once, each by the first who is asked. One that
/// the other workflow refuses, because something is still to be filled in, stays a draft with its task.
pub(super) fn submit_started(
    app: &Arc<App>,
    conn: &mut Connection,
    running: &Running,
    decision: &Decision,
) -> Result<(), Error> {
    for event in &decision.events {
        let Event::CaseStarted {
            id, submit: true, ..
        } = event
        else {
            continue;
        };
        let task = decision
            .case
            .open_tasks()
            .find(|task| task.asks == TaskAsks::File && task.stage == *id);
        let Some(task) = task else {
            continue;
        };
        let now = app.now();
        let context = running.as_seen_by(Actor::System, Channel::Timer, now);
        let situation = engine::Situation::new(&running.workflow, &decision.case, &context);
        let Some(person) = situation.eligible(task).into_iter().next() else {
            continue;
        };
        let Some(viewer) = Viewer::of(&running.directory, person, now) else {
            continue;
        };
        let Some((key, with)) = wanted(running, &decision.case, task) else {
            continue;
        };
        let opened = drafts::start_from(app, conn, &viewer, &key, with)?;
        started_cases::set(conn, running.id, task.id.0, opened)?;
        submit(app, conn, &viewer, opened)?;
    }
    Ok(())
}

/// Submits a draft that time has begun for somebody; one that the workflow refuses stays a draft.
pub(super) fn submit(
    app: &Arc<App>,
    conn: &mut Connection,
    viewer: &Viewer,
    draft: Ulid,
) -> Result<(), Error> {
    let by = By::person(viewer.person.id, Channel::Timer);
    let command = Command {
        action: "submit".into(),
        ..Command::default()
    };
    let filed = storage::connection::attempt(conn, |conn| {
        let ground = app.ground(conn, None)?;
        cases::submit_draft(app, conn, &ground, &by, viewer, draft, command)
    });
    match filed {
        Ok(_) => Ok(()),
        Err(Error::Rejected(rejection)) => {
            tracing::info!(code = rejection.code(), "a started case stays a draft");
            Ok(())
        }
        Err(error) => Err(error),
    }
}
