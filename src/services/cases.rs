//! One command, one transaction: every door's actions pass through [`perform`], time's through [`tick`].

use std::collections::BTreeMap;
use std::sync::Arc;

use chrono::{Datelike, TimeDelta};
use serde_json::Value;
use ulid::Ulid;

use super::facts::{Facts, Owner};
use super::opinions;
use super::projection::{self, Before};
use super::vault::{self, SealingVault};
use super::viewer::Wish;
use super::workload::Workload;
use super::{App, Error, Viewer, registers, resubmit, started};
use crate::calendar::{Calendar, Instant, beijing};
use crate::directory::{Directory, PersonId};
use crate::engine::{self, Actor, Case, Channel, Command, Context, Decision, PlainVault};
use crate::forms::{self, Answers};
use crate::storage::drafts::Draft;
use crate::storage::idempotency_keys::{self, Answer, Earlier};
use crate::storage::{self, Connection, Lease};
use crate::workflow::stage_map::retired;
use crate::workflow::{Place, Text, Workflow};

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

/// A case with what it runs on.
pub struct Running {
    /// The inner key.
    pub id: i64,
    /// The public id.
    pub ulid: Ulid,
    /// The key of the definition's version.
    pub version: i64,
    /// The row's revision.
    pub revision: i64,
    /// The case.
    pub case: Case,
    /// Its definition.
    pub workflow: Arc<Workflow>,
    /// Its calendar.
    pub calendar: Arc<Calendar>,
    /// The directory of now.
    pub directory: Arc<Directory>,
    /// The titles of stages that only earlier versions have, by the names that the case keeps them under: `review@3`.
    pub former: BTreeMap<Place, Text>,
}

impl Running {
    /// The title of a stage, block or end, also of one that only an earlier version has.
    #[must_use]
    pub fn title(&self, place: &str) -> Option<&Text> {
        let node = self.workflow.node(place).map(|node| &node.title);
        node.or_else(|| self.workflow.end(place).map(|end| &end.title))
            .or_else(|| self.former.get(place))
    }

    /// The circumstances for looking at the case as somebody; nothing is decided in them.
    pub(super) fn as_seen_by(&self, actor: Actor, channel: Channel, now: Instant) -> Context<'_> {
        Context {
            actor,
            channel,
            now,
            directory: &self.directory,
            calendar: &self.calendar,
            lookup: &NoFacts,
            vault: &PlainVault,
            registered: &[],
            children: &[],
            earlier: None,
            workload: &engine::NoWorkload,
            number: None,
        }
    }

    /// Whether a task is for this person to act on at this moment, or to name a holder for.
    #[must_use]
    pub fn concerns(&self, task: &engine::Task, person: PersonId, now: Instant) -> bool {
        let context = self.as_seen_by(Actor::System, Channel::Timer, now);
        let situation = engine::Situation::new(&self.workflow, &self.case, &context);
        let names = |party| situation.people_for(party).contains(&person);
        situation.able(task).contains(&person)
            || (situation.is_unheld(task) && task.nobody.iter().any(names))
    }

    /// Who may act on a task at this moment, for somebody else too.
    #[must_use]
    pub fn able(&self, task: &engine::Task, now: Instant) -> Vec<PersonId> {
        let context = self.as_seen_by(Actor::System, Channel::Timer, now);
        engine::Situation::new(&self.workflow, &self.case, &context).able(task)
    }

    /// For whom a person may act on a task at this moment, who is not asked for it themselves.
    #[must_use]
    pub fn acts_for(
        &self,
        task: &engine::Task,
        person: PersonId,
        now: Instant,
    ) -> Option<PersonId> {
        let context = self.as_seen_by(Actor::Person(person), Channel::Page, now);
        engine::Situation::new(&self.workflow, &self.case, &context).acts_for(task)
    }

    /// Who may act on a task in their own right at this moment.
    #[must_use]
    pub fn eligible(&self, task: &engine::Task, now: Instant) -> Vec<PersonId> {
        let context = self.as_seen_by(Actor::System, Channel::Timer, now);
        engine::Situation::new(&self.workflow, &self.case, &context).eligible(task)
    }
}

/// Takes one action on a case, or submits a draft.
pub fn perform(app: &Arc<App>, by: &By, ulid: Ulid, command: Command) -> Result<Done, Error> {
    // Files are copied before anybody has to wait for the transaction.
    if command.action == "resubmit" {
        return resubmit::resubmit(app, by, ulid, &command);
    }
    let (shared, by) = (Arc::clone(app), by.clone());
    app.db
        .write(move |conn| perform_in(&shared, conn, &by, ulid, command))
}

/// As [`perform`], within a transaction that does more.
pub(super) fn perform_in(
    app: &Arc<App>,
    conn: &mut Connection,
    by: &By,
    ulid: Ulid,
    command: Command,
) -> Result<Done, Error> {
    let directory = app.directory(conn)?;
    let viewer = Viewer::of(&directory, by.person, app.now()).ok_or(Error::Unauthenticated)?;
    let action = command.action.clone();
    let done = once(app, conn, by, |conn| {
        match storage::cases::lock(conn, ulid)? {
            Some(stored) => act(app, conn, by, &viewer, stored, command),
            None => submit_draft(app, conn, by, &viewer, ulid, command),
        }
    });
    app.counters.acted(&action, done.is_ok());
    done
}

/// Does the work unless the same request was answered before.
pub(super) fn once(
    app: &App,
    conn: &mut Connection,
    by: &By,
    work: impl FnOnce(&mut Connection) -> Result<Done, Error>,
) -> Result<Done, Error> {
    let Some((key, digest)) = &by.key else {
        return work(conn);
    };
    let now = app.now();
    match idempotency_keys::begin(
        conn,
        by.person,
        key,
        digest,
        now,
        now - TimeDelta::hours(24),
    )? {
        Earlier::Other => return Err(Error::KeyReused),
        Earlier::Answered(answer) => return repeated(answer),
        Earlier::None => {}
    }
    let done = work(conn)?;
    let answer = Answer {
        status: 200,
        case_id: done.case_id,
        ulid: Some(done.ulid),
        revision: Some(done.revision),
    };
    idempotency_keys::answered(conn, by.person, key, &answer)?;
    Ok(done)
}

/// What the same request was answered before, when there was one; for work that must not even begin a second time.
pub(super) fn answered(app: &App, conn: &mut Connection, by: &By) -> Result<Option<Done>, Error> {
    let Some((key, digest)) = &by.key else {
        return Ok(None);
    };
    let valid_since = app.now() - TimeDelta::hours(24);
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
    viewer: &Viewer,
    stored: storage::cases::StoredCase,
    mut command: Command,
) -> Result<Done, Error> {
    let running = running(app, conn, stored)?;
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
        viewer,
        (&running.workflow, &running.case),
        Some(Owner::Case(running.id)),
        &[&posted],
    )?
    .at(&place, &posted);
    let answers: Vec<&Answers> = running.case.all_answers().chain([&posted]).collect();
    let vault = SealingVault::new(app, running.ulid);
    let department = &running.case.department;
    let registered = registers::asked(conn, &running.workflow, department, &answers)?;
    let children = started::children(conn, running.id)?;
    let earlier = match command.action.as_str() {
        "take_back" => earlier(conn, &running, by.person)?,
        _ => None,
    };
    let workload = Workload::read(conn, &running.workflow, &running.directory)?;
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
    let (id, ulid) = (running.id, running.ulid);
    let revision = match decision.events.is_empty() {
        true => running.revision,
        false => save(app, conn, &running, &decision, &context)?,
    };
    vault.store(conn, id, app.now())?;
    match command.action.as_str() {
        "save_draft" => opinions::save(app, conn, &running, by.person, &command.input)?,
        _ => opinions::forget_given(conn, id, &decision.case, by.person, command.input.task)?,
    }
    started::submit_started(app, conn, &running, &decision)?;
    if let Some(draft) = revised {
        storage::drafts::remove(conn, draft.id, draft.revision)?;
    }
    Ok(Done {
        case_id: Some(id),
        ulid,
        revision,
        repeated: false,
    })
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
            &vault::open_case(app, conn, running.ulid, &running.case)?.case,
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
    let version = storage::workflows::current(conn, &draft.workflow_key)?.ok_or(Error::NotFound)?;
    let workflow = app.workflow(conn, version.id)?;
    let calendar = app.calendar(conn, &workflow.calendar)?;
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
    let workload = Workload::read(conn, &workflow, directory)?;
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
        version: version.id,
        revision: 0,
        case,
        workflow: Arc::clone(&workflow),
        calendar: Arc::clone(&calendar),
        directory: Arc::clone(directory),
        former: BTreeMap::new(),
    };
    let id = projection::file(app, conn, &running, &decision, &context, &authority)?;
    vault.store(conn, id, app.now())?;
    storage::attachments::adopt(conn, draft.id, id)?;
    storage::drafts::remove(conn, draft.id, draft.revision)?;
    started::submit_started(app, conn, &Running { id, ..running }, &decision)?;
    Ok(Done {
        case_id: Some(id),
        ulid,
        revision: decision.case.revision,
        repeated: false,
    })
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
        let children = started::children(conn, running.id)?;
        let workload = Workload::read(conn, &running.workflow, &running.directory)?;
        let context = Context {
            registered: &registered,
            children: &children,
            workload: &workload,
            ..running.as_seen_by(Actor::System, Channel::Timer, shared.now())
        };
        let decision = engine::tick(&running.workflow, &running.case, &context)?;
        if let Some(decision) = &decision {
            save(&shared, conn, &running, decision, &context)?;
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

/// Loads what a stored case runs on.
pub(super) fn running(
    app: &App,
    conn: &mut Connection,
    stored: storage::cases::StoredCase,
) -> Result<Running, Error> {
    let workflow = app.workflow(conn, stored.summary.version_id)?;
    let case: Case = serde_json::from_value(stored.snapshot)?;
    Ok(Running {
        former: former(app, conn, &workflow.key, &case)?,
        id: stored.summary.id,
        ulid: stored.summary.ulid,
        version: stored.summary.version_id,
        revision: stored.revision,
        case,
        calendar: app.calendar(conn, &workflow.calendar)?,
        directory: app.directory(conn)?,
        workflow,
    })
}

/// The titles of stages that the case went through under earlier versions and that its own does not have.
fn former(
    app: &App,
    conn: &mut Connection,
    key: &str,
    case: &Case,
) -> Result<BTreeMap<Place, Text>, Error> {
    let mut titles = BTreeMap::new();
    for place in case.stages.keys() {
        let Some((id, version)) = retired(place) else {
            continue;
        };
        let Some(version) = storage::workflows::numbered(conn, key, version)? else {
            continue;
        };
        let workflow = app.workflow(conn, version.id)?;
        if let Some(node) = workflow.node(id) {
            titles.insert(place.clone(), node.title.clone());
        }
    }
    Ok(titles)
}

fn save(
    app: &App,
    conn: &mut Connection,
    running: &Running,
    decision: &Decision,
    context: &Context<'_>,
) -> Result<i64, Error> {
    projection::write(app, conn, running, decision, context, Before::Stored)?;
    Ok(decision.case.revision)
}

/// Time fills in no answers.
pub(super) struct NoFacts;

impl forms::Lookup for NoFacts {
    fn person(&self, _: &str) -> Option<forms::PersonFacts> {
        None
    }
    fn may_choose(&self, _: &str, _: &crate::workflow::Who) -> bool {
        false
    }
    fn people(&self, _: Option<&crate::workflow::Who>) -> Vec<forms::PersonFacts> {
        Vec::new()
    }
    fn department(&self, _: &str) -> Option<forms::DepartmentFacts> {
        None
    }
    fn departments(&self) -> Vec<forms::DepartmentFacts> {
        Vec::new()
    }
    fn resource(&self, _: &str, _: Option<&str>) -> Option<forms::ChosenResource> {
        None
    }
    fn search(&self, _: &str, _: forms::Pick) -> Vec<forms::ChosenResource> {
        Vec::new()
    }
    fn attachment(&self, _: &str) -> Option<forms::FileFacts> {
        None
    }
    fn case(&self, _: &str) -> Option<forms::CaseFacts> {
        None
    }
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
