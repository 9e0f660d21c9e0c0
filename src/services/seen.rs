//! A case as somebody sees it: everything that a page or the API shows of it, with the rights already applied.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use ulid::Ulid;

use super::cases::Running;
use super::facts::{Facts, Owner};
use super::opinions::{self, Opinion};
use super::projection::{self, Body};
use super::rulebook::Registers;
use super::vault::Opened;
use super::viewer::Wish;
use super::visible::Visible;
use super::{App, Error, Viewer, cases, ledger, vault, workflows};
use crate::calendar::Instant;
use crate::directory::PersonId;
use crate::engine::{
    self, Actor, CalledAs, Channel, ClockReading, Coming, Context, Event, JumpTarget, MoreTime,
    Offered, Party, SignalOffer, Situation, Task, TaskId,
};
use crate::expression::Scope;
use crate::forms::{self, Answers};
use crate::storage::attachments::{self, AttachedTo, Attachment};
use crate::storage::cases::CaseSummary;
use crate::storage::copies::Copy;
use crate::storage::events::ChainEnd;
use crate::storage::register_search::StoredEntry;
use crate::storage::tasks::{self, StoredTask};
use crate::storage::{self, events};
use crate::workflow::stage_map::renamed;
use crate::workflow::{Id, Place, Register, Text, Who};

/// A case and what its reader may know and do.
pub struct Seen {
    /// The columns of its lists.
    pub summary: CaseSummary,
    /// The version of its definition, as people count it.
    pub version: u32,
    /// The case and what it runs on, without what the reader does not see of it.
    pub running: Arc<Running>,
    /// The same with all that there is, for what is worked out and not shown.
    whole: Arc<Running>,
    /// The reader.
    pub viewer: Viewer,
    /// How much of the case the reader sees.
    pub visible: Visible,
    /// The actions that the reader may take now, from the code that will accept or refuse them.
    pub offered: Vec<Offered>,
    /// Until when the reader, who may urge, has to wait with it: somebody urged not long ago.
    pub urged_until: Option<Instant>,
    /// The tasks' rows: their public ids and deadlines.
    pub rows: Vec<StoredTask>,
    /// What happened, oldest first.
    pub history: Vec<Happened>,
    /// The whole chain, oldest first; a hash tells nothing of what happened.
    pub chain: Vec<ChainEnd>,
    /// The private answers, for those who handle the case.
    pub private: Option<Opened>,
    /// The private answers that can be erased.
    kept: vault::Listed,
    /// What the reader has typed on their tasks and not given yet.
    pub opinions: Vec<Opinion>,
    /// The files.
    pub files: Vec<Attachment>,
    /// The copies that were given, with their receipts.
    pub copies: Vec<Copy>,
    /// What the workflows are called whose cases this one can start, by their keys.
    pub starts: BTreeMap<String, Text>,
    /// The registers that its entries are in.
    pub registers: Arc<Registers>,
    /// The entry whose date has started it, with its register.
    pub origin: Option<(Arc<Register>, StoredEntry)>,
    /// Facts behind the answers.
    pub facts: Facts,
    /// When it was read.
    pub now: Instant,
}

/// An event with its stamp and its link in the chain.
#[derive(Debug, Clone)]
pub struct Happened {
    /// Its place, from 1.
    pub seq: i64,
    /// What happened, and at which revision.
    pub body: Body,
    /// Who did it; `None`: a timer.
    pub actor: Option<PersonId>,
    /// For whom.
    pub on_behalf: Option<PersonId>,
    /// By which way.
    pub channel: String,
    /// When.
    pub at: Instant,
    /// Its hash in the chain.
    pub hash: String,
}

/// Reads a case for a person. One that they may not see does not exist for them.
pub fn see(app: &Arc<App>, viewer: &Viewer, ulid: Ulid) -> Result<Seen, Error> {
    let (shared, viewer) = (Arc::clone(app), viewer.clone());
    app.db.read(move |conn| {
        let look = storage::cases::look(conn, ulid)?.ok_or(Error::NotFound)?;
        let (stored, summary) = (look.case.clone(), look.case.summary);
        let ground = shared.ground_at(conn, look.revisions)?;
        let whole = Arc::new(cases::running_on(&shared, conn, &ground, stored)?);
        viewer
            .authorize(Wish::SeeCase(&whole.case))
            .map_err(|_| Error::NotFound)?;
        let now = shared.now();
        let visible = Visible::of(&viewer, &whole);
        let running = visible.of_case(&whole);
        let values = match forms::has_private(&whole.workflow.form) {
            true => vault::values(conn, whole.id)?,
            false => vault::Values::new(),
        };
        let private = match viewer.authorize(Wish::SeePrivate(&running.case)) {
            Ok(()) => Some(vault::open_all(&shared, ulid, &values, &running.case)?),
            Err(_) => None,
        };
        let kept = vault::Listed(vault::kept(&values));
        let opinions = match may_type(&whole, viewer.person.id, now) {
            true => opinions::of(&shared, conn, &running, viewer.person.id)?,
            false => Vec::new(),
        };
        let typed: Vec<&Answers> = opinions.iter().map(|opinion| &opinion.answers).collect();
        let mut files = match look.has_files {
            true => attachments::of(conn, AttachedTo::Case(whole.id))?,
            false => Vec::new(),
        };
        let facts = Facts::read(
            &shared,
            conn,
            &viewer,
            (&whole.workflow, &whole.case),
            Some(Owner::Of(&files)),
            &typed,
        )?;
        files.retain(|file| visible.file(&whole, file, &viewer));
        let (mut history, mut chain) = (Vec::new(), Vec::new());
        for row in events::of_case(conn, running.id)? {
            let body = projection::read_body(&row.event)?;
            let event = row.event;
            chain.push(ChainEnd {
                seq: event.seq,
                hash: event.hash.clone(),
            });
            history.push(Happened {
                seq: event.seq,
                body,
                actor: event.actor_id,
                on_behalf: event.on_behalf_id,
                channel: event.channel,
                at: event.at,
                hash: event.hash,
            });
        }
        let mut copies = match history.iter().any(gives_copies) {
            true => storage::copies::of_case(conn, whole.id)?,
            false => Vec::new(),
        };
        copies.retain(|copy| visible.copy(&whole, copy, &viewer));
        let history = visible.history(&whole, history, &viewer);
        let context = context(&whole, viewer.person.id, (&facts, &kept), now);
        let situation = Situation::new(&whole.workflow, &whole.case, &context);
        let (offered, urged_until) = (situation.offered(), situation.urged_until());
        let registers = ground.registers();
        Ok::<_, Error>(Seen {
            summary,
            version: running.version_number,
            offered,
            urged_until,
            rows: tasks::of_case(conn, running.id)?,
            history,
            chain,
            private,
            kept,
            opinions,
            files,
            copies,
            starts: workflows::started_by(&shared, conn, &ground, &whole.workflow)?,
            origin: match look.origin {
                Some(entry) => ledger::origin(conn, &registers, &viewer, entry)?,
                None => None,
            },
            registers,
            facts,
            now,
            viewer,
            visible,
            whole,
            running,
        })
    })
}

/// Whether there is a task that this person may be writing an opinion on.
fn may_type(running: &Running, person: PersonId, now: Instant) -> bool {
    let mut tasks = running.case.open_tasks();
    tasks.any(|task| running.able(task, now).contains(&person))
}

/// Whether somebody was given a copy.
fn gives_copies(happened: &Happened) -> bool {
    matches!(
        happened.body.event,
        Event::Copied { .. } | Event::CopySent { .. }
    )
}

/// The number of the task with this public id; `None` when the case has none, or has not come to it yet.
pub fn task_number(
    app: &Arc<App>,
    viewer: &Viewer,
    ulid: Ulid,
    task: Ulid,
) -> Result<Option<TaskId>, Error> {
    let (shared, viewer) = (Arc::clone(app), viewer.clone());
    app.db.read(move |conn| {
        let stored = storage::cases::get(conn, ulid)?.ok_or(Error::NotFound)?;
        let ground = shared.ground(conn, None)?;
        let running = cases::running_on(&shared, conn, &ground, stored)?;
        viewer
            .authorize(Wish::SeeCase(&running.case))
            .map_err(|_| Error::NotFound)?;
        let rows = tasks::of_case(conn, running.id)?;
        let found = rows.iter().find(|row| row.ulid == task);
        Ok::<_, Error>(found.map(|row| TaskId(row.number)))
    })
}

fn context<'a>(
    running: &'a Running,
    person: PersonId,
    (facts, kept): (&'a Facts, &'a vault::Listed),
    now: Instant,
) -> Context<'a> {
    Context {
        actor: Actor::Person(person),
        channel: Channel::Page,
        now,
        directory: &running.directory,
        calendar: &running.calendar,
        lookup: facts,
        vault: kept,
        registered: &[],
        children: &[],
        earlier: None,
        workload: &engine::NoWorkload,
        number: None,
    }
}

/// What a stage that an event of a case's history names is called now.
pub(super) fn called_now(history: &[Happened], happened: &Happened, place: &str) -> Place {
    let since = history.iter().filter(|past| happened.seq < past.seq);
    since.fold(place.to_owned(), |place, past| match &past.body.event {
        Event::Migrated { stages, .. } => renamed(&place, stages),
        _ => place,
    })
}

impl Seen {
    /// What a stage that an event names is called now: the case may have moved to other versions since.
    #[must_use]
    pub fn called_now(&self, happened: &Happened, place: &str) -> Place {
        called_now(&self.history, happened, place)
    }

    /// The record hash: the last of the chain, which covers everything that happened so far.
    #[must_use]
    pub fn record_hash(&self) -> &str {
        self.chain.last().map_or("", |end| &end.hash)
    }

    /// The clocks that bear on a task.
    #[must_use]
    pub fn clocks(&self, task: &Task) -> Vec<ClockReading<'_>> {
        engine::readings(
            &self.running.workflow,
            &self.running.case,
            task,
            &self.running.calendar,
        )
    }

    /// Whether the reader sees every branch.
    #[must_use]
    pub fn sees_all(&self) -> bool {
        self.visible == Visible::Whole
    }

    /// What guards outside every branch may read.
    #[must_use]
    pub fn scope(&self) -> Scope {
        self.scope_at("", None)
    }

    /// What guards may read at a place, and of a form on a task.
    #[must_use]
    pub fn scope_at(&self, place: &str, task: Option<&Task>) -> Scope {
        self.situated(|at| engine::scope_at(at.workflow, at.case, at.context, place, task))
    }

    /// The answers as they are read at a place, and on a task; private ones among them where the reader handles the case.
    #[must_use]
    pub fn answers_at(&self, place: &str, task: Option<&Task>) -> Answers {
        let Running { workflow, case, .. } = &*self.running;
        let answers = engine::answers_at(workflow, case, place, task);
        let Some(opened) = &self.private else {
            return answers;
        };
        let mut private = opened.case.clone();
        let around = workflow.around(place).into_iter();
        for branch in around.chain([place.to_owned()]) {
            private.extend(opened.branches.get(&branch).cloned().unwrap_or_default());
        }
        let on_task = task.and_then(|task| opened.tasks.get(&task.id));
        private.extend(on_task.cloned().unwrap_or_default());
        forms::join_private(&workflow.form, &answers, &private)
    }

    /// The paths of private answers that are kept though nothing stands there, or in their column, any more.
    #[must_use]
    pub fn left_behind(&self) -> Vec<String> {
        let standing = self.whole.case.standing();
        let columns: Vec<_> = standing
            .iter()
            .map(|one| engine::column_of(&one.path))
            .collect();
        let kept = self.kept.0.iter().map(|one| one.path.clone());
        let left: BTreeSet<String> = kept
            .filter(|path| !columns.contains(&engine::column_of(path)))
            .collect();
        left.into_iter().collect()
    }

    /// The signals that the reader may give now.
    #[must_use]
    pub fn signals(&self) -> Vec<SignalOffer<'_>> {
        let named: Vec<(Place, Id)> = self.situated(|at| {
            let offers = engine::signals(at).into_iter();
            offers
                .map(|offer| (offer.place, offer.signal.name.clone()))
                .collect()
        });
        let offers = named.into_iter().filter_map(|(place, name)| {
            let signals = &self.running.workflow.node(&place)?.signals;
            let signal = signals.iter().find(|signal| signal.name == name)?;
            Some(SignalOffer { place, signal })
        });
        offers.collect()
    }

    /// Where the reader, who manages the case, may move its run to.
    #[must_use]
    pub fn jump_targets(&self) -> Vec<JumpTarget> {
        self.situated(engine::jump_targets)
    }

    /// The clocks of a task for which the reader may ask for more time now.
    #[must_use]
    pub fn more_time(&self, task: TaskId) -> Vec<MoreTime> {
        self.situated(|at| at.more_time(task))
    }

    /// For whom the reader may act on a task now, who is not asked for it themselves.
    #[must_use]
    pub fn acts_for(&self, task: &Task) -> Option<PersonId> {
        self.situated(|at| at.acts_for(task))
    }

    /// Who may act on a task now for those who are asked.
    #[must_use]
    pub fn stand_ins(&self, task: &Task) -> Vec<PersonId> {
        self.situated(|at| {
            let eligible = at.eligible(task);
            let mut able = at.able(task);
            able.retain(|person| !eligible.contains(person));
            able
        })
    }

    /// Who may act on a task in their own right now.
    #[must_use]
    pub fn eligible(&self, task: &Task) -> Vec<PersonId> {
        self.situated(|at| at.eligible(task))
    }

    /// The parties that a `who` means at a place, as far as that can be told now.
    #[must_use]
    pub fn meant(&self, who: &Who, place: &str) -> Vec<Party> {
        self.situated(|at| at.meant(who, place))
    }

    /// The branches that a foreach at a place is to have for the answers as they are.
    #[must_use]
    pub fn coming(&self, block: &str) -> Vec<Coming> {
        self.situated(|at| engine::coming(at.workflow, at.case, at.context, block))
    }

    /// Asks the engine about the whole case, as the reader finds it.
    fn situated<T>(&self, ask: impl FnOnce(&Situation<'_>) -> T) -> T {
        let context = context(
            &self.whole,
            self.viewer.person.id,
            (&self.facts, &self.kept),
            self.now,
        );
        ask(&Situation::new(
            &self.whole.workflow,
            &self.whole.case,
            &context,
        ))
    }

    /// How the reader can add signers to a task.
    #[must_use]
    pub fn ways_to_add(&self, task: &Task) -> &'static [CalledAs] {
        self.situated(|at| engine::ways_to_add(at, task))
    }

    /// What the reader has typed on a task and not given yet.
    #[must_use]
    pub fn opinion(&self, task: &Task) -> Option<&Opinion> {
        self.opinions.iter().find(|opinion| opinion.is_on(task))
    }

    /// The row of a task; a task that waits for its turn has none yet.
    #[must_use]
    pub fn row(&self, task: TaskId) -> Option<&StoredTask> {
        self.rows.iter().find(|row| row.number == task.0)
    }

    /// Whether the reader may take this action on this task.
    #[must_use]
    pub fn may(&self, action: &str, task: Option<TaskId>) -> bool {
        self.offered
            .iter()
            .any(|offered| offered.action == action && offered.task == task)
    }
}
