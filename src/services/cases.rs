//! One command, one transaction: every door's actions pass through [`perform`], time's through [`tick`].

use std::collections::BTreeMap;
use std::sync::Arc;

use chrono::{Datelike, TimeDelta};
use serde_json::Value;
use ulid::Ulid;

use super::app::Ground;
use super::facts::{Facts, Owner};
use super::opinions;
use super::projection::{self, Filing};
pub use super::running::Running;
pub(super) use super::running::{NoFacts, running, running_on};
use super::vault::{self, SealingVault};
use super::viewer::Wish;
use super::workload::Workload;
use super::{App, Error, Viewer, erasure, registers, resubmit, started};
use crate::calendar::beijing;
use crate::directory::PersonId;
use crate::engine::{self, Actor, Case, Channel, Command, Context};
use crate::forms::{self, Answers};
use crate::storage::drafts::Draft;
use crate::storage::idempotency_keys::{self, Answer, Earlier, NewKey};
use crate::storage::{self, Connection, Lease, Writes};
use crate::workflow::Place;

/// So long a request is known by its key.
pub(super) const KEY_HOURS: i64 = 24;

/// Who asks, by which way, and whether the request may be repeated.
#[derive(Debug, Clone)]
pub struct By {
    /// The person.
    pub person: PersonId,
    /// The way.
    pub channel: Channel,
    /// The idempotency key with the digest of the request's body.
    pub key: Option<(String, String)>,
}

impl By {
    /// A person by some way, without an idempotency key.
    #[must_use]
    pub fn person(person: PersonId, channel: Channel) -> Self {
        Self {
            person,
            channel,
            key: None,
        }
    }
}

/// What became of a command.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Done {
    /// The case's inner key; `None` for a draft.
    pub case_id: Option<i64>,
    /// The case's public id.
    pub ulid: Ulid,
    /// Its revision.
    pub revision: i64,
    /// Whether an earlier answer was given again.
    pub repeated: bool,
}

/// Takes one action on a case, or submits a draft.
pub fn perform(app: &Arc<App>, by: &By, ulid: Ulid, command: Command) -> Result<Done, Error> {
    // Files are copied before anybody has to wait for the transaction.
    if command.action == "resubmit" {
        return resubmit::resubmit(app, by, ulid, &command);
    }
    let action = command.action.clone();
    let (shared, asked) = (Arc::clone(app), by.clone());
    let done = keeping(app, by, move |conn| {
        perform_in(&shared, conn, &asked, ulid, command)
    });
    app.counters.acted(&action, done.is_ok());
    done
}

/// As [`perform`], within a transaction that does more. What it is answered is kept with it.
pub(super) fn perform_in(
    app: &Arc<App>,
    conn: &mut Connection,
    by: &By,
    ulid: Ulid,
    command: Command,
) -> Result<Done, Error> {
    if let Some(stored) = storage::cases::lock(conn, ulid)? {
        return act(app, conn, by, stored, command);
    }
    let ground = app.ground(conn, None)?;
    let viewer =
        Viewer::of(&ground.directory, by.person, app.now()).ok_or(Error::Unauthenticated)?;
    submit_draft(app, conn, &ground, by, &viewer, ulid, command)
}

/// Does work in a transaction of its own, unless the same request was answered before.
pub(super) fn once(
    app: &Arc<App>,
    by: &By,
    work: impl FnOnce(&mut Connection) -> Result<Done, Error> + Send + 'static,
) -> Result<Done, Error> {
    let (shared, asked) = (Arc::clone(app), by.clone());
    keeping(app, by, move |conn| {
        let done = work(conn)?;
        keep_alone(&shared, conn, &asked, done)
    })
}

/// Keeps what a request is answered, and answers it.
pub(super) fn keep_alone(
    app: &App,
    conn: &mut Connection,
    by: &By,
    done: Done,
) -> Result<Done, Error> {
    storage::at_once(conn, |writes| keep(app, writes, by, done))?;
    Ok(done)
}

/// Keeps what a request is answered, with the work that it asks for.
fn keep(app: &App, writes: &mut Writes, by: &By, done: Done) {
    let Some((key, digest)) = by.key.clone() else {
        return;
    };
    let now = app.now();
    let new = NewKey {
        person: by.person,
        key,
        digest,
        answer: Answer {
            status: 200,
            case_id: done.case_id,
            ulid: Some(done.ulid),
            revision: Some(done.revision),
        },
        at: now,
    };
    idempotency_keys::keep(writes, new, now - TimeDelta::hours(KEY_HOURS));
}

/// Does work in a transaction of its own, which keeps its answer: a repeat that can do it again finds the key taken and
/// is undone, any other one has failed already, and both are told what the first one was.
pub(super) fn keeping(
    app: &Arc<App>,
    by: &By,
    work: impl FnOnce(&mut Connection) -> Result<Done, Error> + Send + 'static,
) -> Result<Done, Error> {
    let written = app.db.write(work);
    if by.key.is_none() {
        return written;
    }
    let error = match written {
        Err(Error::Storage(error)) if error.is_before_everything() => return Err(error.into()),
        Err(error) => error,
        done => return done,
    };
    // Also where the commit has succeeded and only its answer was lost.
    match app.db.read(|conn| answered(app, conn, by)) {
        Ok(Some(earlier)) => Ok(earlier),
        Err(Error::KeyReused) => Err(Error::KeyReused),
        // What is known of the key does not matter to what went wrong.
        Ok(None) | Err(_) => Err(error),
    }
}

/// What the same request was answered before, when there was one; for work that must not even begin a second time.
pub(super) fn answered(app: &App, conn: &mut Connection, by: &By) -> Result<Option<Done>, Error> {
    let Some((key, digest)) = &by.key else {
        return Ok(None);
    };
    let valid_since = app.now() - TimeDelta::hours(KEY_HOURS);
    match idempotency_keys::look(conn, by.person, key, digest, valid_since)? {
        Earlier::Other => Err(Error::KeyReused),
        Earlier::Answered(answer) => repeated(answer).map(Some),
        Earlier::None => Ok(None),
    }
}

fn repeated(answer: Answer) -> Result<Done, Error> {
    let (Some(ulid), Some(revision)) = (answer.ulid, answer.revision) else {
        return Err(Error::Corrupt("an answer about nothing".to_owned()));
    };
    Ok(Done {
        case_id: answer.case_id,
        ulid,
        revision,
        repeated: true,
    })
}

fn act(
    app: &Arc<App>,
    conn: &mut Connection,
    by: &By,
    stored: storage::cases::StoredCase,
    mut command: Command,
) -> Result<Done, Error> {
    // Looked at behind the lock: whoever had the case until now may have changed anything.
    let running = running(app, conn, stored)?;
    let viewer = Viewer::of(&running.directory, by.person, app.now());
    let viewer = viewer.ok_or(Error::Unauthenticated)?;
    viewer
        .authorize(Wish::SeeCase(&running.case))
        .map_err(|_| Error::NotFound)?;
    let mut revised = None;
    if command.action == "submit" {
        revised = storage::drafts::get(conn, running.ulid)?;
        complete_revision(app, conn, &running, revised.as_ref(), &mut command)?;
    }
    let posted = command.input.answers.clone().unwrap_or_default();
    let (actor, now) = (Actor::Person(by.person), app.now());
    let place = {
        let context = running.as_seen_by(actor, by.channel, now);
        let situation = engine::Situation::new(&running.workflow, &running.case, &context);
        place_of(&situation, &command)
    };
    let facts = Facts::read(
        app,
        conn,
        &viewer,
        (&running.workflow, &running.case),
        Some(Owner::Case(running.id)),
        &[&posted],
    )?
    .at(&place, &posted);
    let answers: Vec<&Answers> = running.case.all_answers().chain([&posted]).collect();
    let erasable = match command.action.as_str() {
        "erase" => vault::values(conn, running.id)?,
        _ => vault::Values::new(),
    };
    let vault = SealingVault::new(app, running.ulid).listing(&erasable);
    let department = &running.case.department;
    let registered = registers::asked(conn, &running.workflow, department, &answers)?;
    let children = started::children(conn, &running.workflow, running.id)?;
    let earlier = match command.action.as_str() {
        "take_back" => earlier(conn, &running, by.person)?,
        _ => None,
    };
    let workload = Workload::read(conn, &running.workflow, &running.directory, app.now())?;
    let context = Context {
        actor,
        channel: by.channel,
        now,
        directory: &running.directory,
        calendar: &running.calendar,
        lookup: &facts,
        vault: &vault,
        registered: &registered,
        children: &children,
        earlier: earlier.as_ref(),
        workload: &workload,
        number: None,
    };
    let decision = engine::handle(&running.workflow, &running.case, &command, &context)?;
    let id = running.id;
    let done = Done {
        case_id: Some(id),
        ulid: running.ulid,
        revision: match decision.events.is_empty() {
            true => running.revision,
            false => decision.case.revision,
        },
        repeated: false,
    };
    if command.action == "erase" {
        // Before this request is kept itself: what the requests about the case said is forgotten, and this one says nothing.
        erasure::carry_out(app, conn, &running, &decision, &erasable)?;
    }
    let kept = |writes: &mut Writes| keep(app, writes, by, done);
    match decision.events.is_empty() {
        true => storage::at_once(conn, kept)?,
        false => projection::write(app, conn, (&running, &decision, &context), kept)?,
    }
    vault.store(conn, id, app.now())?;
    match command.action.as_str() {
        "save_draft" => opinions::save(app, conn, &running, by.person, &command.input)?,
        "transfer" => opinions::hand_over(conn, id, &decision, by.person)?,
        _ => {}
    }
    started::submit_started(app, conn, &running, &decision)?;
    if let Some(draft) = revised {
        storage::drafts::remove(conn, draft.id, draft.revision)?;
    }
    Ok(done)
}

/// Where what a command fills in stands: at its task's stage, or where the signal is given.
fn place_of(at: &engine::Situation<'_>, command: &Command) -> Place {
    let input = &command.input;
    if let Some(task) = input.task.and_then(|task| at.case.task(task)) {
        return task.stage.clone();
    }
    let Some(name) = &input.signal else {
        return Place::new();
    };
    let offers = engine::signals(at);
    let offer = offers.into_iter().find(|offer| {
        let here = input.stage.as_ref();
        offer.signal.name == *name && here.is_none_or(|stage| *stage == offer.place)
    });
    offer.map_or_else(Place::new, |offer| offer.place)
}

/// The case as it was before the verdict that a person may take back.
fn earlier(
    conn: &mut Connection,
    running: &Running,
    person: PersonId,
) -> Result<Option<Case>, Error> {
    match engine::taken_back_from(&running.case, person) {
        Some(revision) => Ok(Some(super::audit::before(conn, running, revision)?)),
        None => Ok(None),
    }
}

/// A revision submits what its draft holds; answers sent with the command stand over it, and private answers that were
/// not sent again stay as they are.
fn complete_revision(
    app: &App,
    conn: &mut Connection,
    running: &Running,
    draft: Option<&Draft>,
    command: &mut Command,
) -> Result<(), Error> {
    let form = &running.workflow.form;
    let stored = match draft {
        Some(draft) => super::drafts::answers_of(app, form, draft)?,
        None => forms::join_private(
            form,
            &running.case.answers,
            &vault::open_case(app, conn, running.ulid, (running.id, &running.case))?.case,
        ),
    };
    let asked = engine::asked_at_start(&running.workflow);
    let mut all: Answers = stored
        .into_iter()
        .filter(|(field, _)| asked.asks(field))
        .collect();
    all.extend(command.input.answers.take().unwrap_or_default());
    command.input.answers = Some(all);
    Ok(())
}

pub(super) fn submit_draft(
    app: &Arc<App>,
    conn: &mut Connection,
    ground: &Ground,
    by: &By,
    viewer: &Viewer,
    ulid: Ulid,
    mut command: Command,
) -> Result<Done, Error> {
    let draft = storage::drafts::get(conn, ulid)?
        .filter(|draft| draft.author_id == by.person && draft.submitted_case.is_none())
        .ok_or(Error::NotFound)?;
    if command.action != "submit" {
        return Err(engine::Rejection::NotOffered { action: "draft" }.into());
    }
    if command.seen.is_some_and(|seen| seen != draft.revision) {
        return Err(Error::Stale);
    }
    let version = ground
        .in_force(&draft.workflow_key)
        .ok_or(Error::NotFound)?;
    let published = ground.published(app, conn, version)?;
    let workflow = published.workflow;
    let calendar = ground.calendar(app, conn, &workflow.calendar)?;
    let mut answers = super::drafts::answers_of(app, &workflow.form, &draft)?;
    answers.extend(command.input.answers.take().unwrap_or_default());
    let case = Case::draft(&workflow.key, by.person, draft.department.clone());
    let facts = Facts::read(
        app,
        conn,
        viewer,
        (&workflow, &case),
        Some(Owner::Draft(draft.id)),
        &[&answers],
    )?
    .at("", &answers);
    let registered = registers::asked(conn, &workflow, &draft.department, &[&answers])?;
    command.input.answers = Some(answers);
    command.seen = None;

    let directory = &viewer.directory;
    let authority = directory
        .authority_of(&draft.department)
        .unwrap_or_else(|| draft.department.clone());
    let year = beijing(app.now()).year();
    let seq = storage::numbers::next(conn, &workflow.key, &authority, year)?;
    let number = workflow
        .number
        .replace("{year}", &year.to_string())
        .replace("{seq}", &seq.to_string());

    let vault = SealingVault::new(app, ulid);
    let workload = Workload::read(conn, &workflow, directory, app.now())?;
    let context = Context {
        actor: Actor::Person(by.person),
        channel: by.channel,
        now: app.now(),
        directory,
        calendar: &calendar,
        lookup: &facts,
        vault: &vault,
        registered: &registered,
        children: &[],
        earlier: None,
        workload: &workload,
        number: Some(&number),
    };
    let decision = engine::handle(&workflow, &case, &command, &context)?;
    let running = Running {
        id: 0,
        ulid,
        version,
        version_number: published.number,
        revision: 0,
        case,
        workflow: Arc::clone(&workflow),
        calendar: Arc::clone(&calendar),
        directory: Arc::clone(directory),
        former: BTreeMap::new(),
        end: None,
    };
    let done = |id| Done {
        case_id: Some(id),
        ulid,
        revision: decision.case.revision,
        repeated: false,
    };
    let filing = Filing {
        draft: draft.id,
        revision: draft.revision,
        authority: &authority,
    };
    let decided = (&running, &decision, &context);
    let id = projection::file(app, conn, decided, filing, |writes, id| {
        keep(app, writes, by, done(id));
    })?;
    vault.store(conn, id, app.now())?;
    started::submit_started(app, conn, &Running { id, ..running }, &decision)?;
    Ok(done(id))
}

/// Lets time act on a case whose timer is leased. Answers whether anything came.
pub fn tick(app: &Arc<App>, case_id: i64, lease: &Lease) -> Result<bool, Error> {
    let (shared, owner) = (Arc::clone(app), lease.owner.clone());
    app.db.write(move |conn| {
        // A lease that was lost meanwhile belongs to somebody else: their work is not done again.
        storage::timers::hold(conn, case_id, &owner)?;
        let Some(stored) = storage::cases::lock_by_id(conn, case_id)? else {
            return Err(Error::NotFound);
        };
        let running = running(&shared, conn, stored)?;
        let department = &running.case.department;
        let answers: Vec<&Answers> = running.case.all_answers().collect();
        let registered = registers::asked(conn, &running.workflow, department, &answers)?;
        let children = started::children(conn, &running.workflow, running.id)?;
        let workload = Workload::read(conn, &running.workflow, &running.directory, shared.now())?;
        let context = Context {
            registered: &registered,
            children: &children,
            workload: &workload,
            ..running.as_seen_by(Actor::System, Channel::Timer, shared.now())
        };
        let decision = engine::tick(&running.workflow, &running.case, &context)?;
        if let Some(decision) = &decision {
            projection::write(&shared, conn, (&running, decision, &context), |_| {})?;
            started::submit_started(&shared, conn, &running, decision)?;
        }
        let case = decision
            .as_ref()
            .map_or(&running.case, |decision| &decision.case);
        storage::timers::settle(
            conn,
            case_id,
            &owner,
            engine::next_wake(&running.workflow, case, &running.calendar),
        )?;
        Ok::<bool, Error>(decision.is_some())
    })
}

/// A case's answers as JSON for doors that show them whole.
#[must_use]
pub fn as_json(answers: &Answers) -> Value {
    Value::Object(
        answers
            .iter()
            .map(|(field, value)| (field.clone(), value.clone()))
            .collect(),
    )
}
