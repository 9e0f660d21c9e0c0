//! A case as somebody sees it: everything that a page or the API shows of it, with the rights already applied.

use std::sync::Arc;

use ulid::Ulid;

use super::cases::Running;
use super::facts::{Facts, Owner};
use super::opinions::{self, Opinion};
use super::projection::{self, Body};
use super::viewer::Wish;
use super::{App, Error, Viewer, cases, vault};
use crate::calendar::Instant;
use crate::directory::PersonId;
use crate::engine::{
    self, Actor, CalledAs, Channel, ClockReading, Context, Event, MoreTime, Offered, PlainVault,
    Situation, Task, TaskId,
};
use crate::forms::Answers;
use crate::storage::attachments::{self, AttachedTo, Attachment};
use crate::storage::cases::CaseSummary;
use crate::storage::copies::Copy;
use crate::storage::tasks::{self, StoredTask};
use crate::storage::{self, events};
use crate::workflow::Place;
use crate::workflow::stage_map::renamed;

/// A case and what its reader may know and do.
pub struct Seen {
    /// The columns of its lists.
    pub summary: CaseSummary,
    /// The version of its definition, as people count it.
    pub version: u32,
    /// The case and what it runs on.
    pub running: Arc<Running>,
    /// The reader.
    pub viewer: Viewer,
    /// The actions that the reader may take now, from the code that will accept or refuse them.
    pub offered: Vec<Offered>,
    /// Until when the reader, who may urge, has to wait with it: somebody urged not long ago.
    pub urged_until: Option<Instant>,
    /// The tasks' rows: their public ids and deadlines.
    pub rows: Vec<StoredTask>,
    /// What happened, oldest first.
    pub history: Vec<Happened>,
    /// The private answers, for those who handle the case.
    pub private: Option<Answers>,
    /// What the reader has typed on their tasks and not given yet.
    pub opinions: Vec<Opinion>,
    /// The files.
    pub files: Vec<Attachment>,
    /// The copies that were given, with their receipts.
    pub copies: Vec<Copy>,
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
        let stored = storage::cases::get(conn, ulid)?.ok_or(Error::NotFound)?;
        let summary = stored.summary.clone();
        let running = Arc::new(cases::running(&shared, conn, stored)?);
        viewer
            .authorize(Wish::SeeCase(&running.case))
            .map_err(|_| Error::NotFound)?;
        let private = match viewer.authorize(Wish::SeePrivate(&running.case)) {
            Ok(()) => Some(vault::open_case(&shared, conn, ulid, &running.case)?),
            Err(_) => None,
        };
        let opinions = opinions::of(&shared, conn, &running, viewer.person.id)?;
        let typed = opinions.iter().map(|opinion| &opinion.answers);
        let named: Vec<&Answers> = [&running.case.answers].into_iter().chain(typed).collect();
        let facts = Facts::read(
            &shared,
            conn,
            &viewer,
            (&running.workflow, &running.case),
            Some(Owner::Case(running.id)),
            &named,
        )?;
        let version = storage::workflows::get(conn, running.version)?
            .ok_or(Error::NotFound)?
            .version;
        let mut history = Vec::new();
        for row in events::of_case(conn, running.id)? {
            let body = projection::read_body(&row.event)?;
            let event = row.event;
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
        let now = shared.now();
        let context = context(&running, viewer.person.id, &facts, now);
        let situation = Situation::new(&running.workflow, &running.case, &context);
        let (offered, urged_until) = (situation.offered(), situation.urged_until());
        Ok::<_, Error>(Seen {
            summary,
            version,
            offered,
            urged_until,
            rows: tasks::of_case(conn, running.id)?,
            history,
            private,
            opinions,
            files: attachments::of(conn, AttachedTo::Case(running.id))?,
            copies: storage::copies::of_case(conn, running.id)?,
            facts,
            now,
            viewer,
            running,
        })
    })
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
        let running = cases::running(&shared, conn, stored)?;
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
    facts: &'a Facts,
    now: Instant,
) -> Context<'a> {
    Context {
        actor: Actor::Person(person),
        channel: Channel::Page,
        now,
        directory: &running.directory,
        calendar: &running.calendar,
        lookup: facts,
        vault: &PlainVault,
        registered: &[],
        children: &[],
        earlier: None,
        workload: &engine::NoWorkload,
        number: None,
    }
}

impl Seen {
    /// What a stage that an event names is called now: the case may have moved to other versions since.
    #[must_use]
    pub fn called_now(&self, happened: &Happened, place: &str) -> Place {
        let since = self.history.iter().filter(|past| happened.seq < past.seq);
        since.fold(place.to_owned(), |place, past| match &past.body.event {
            Event::Migrated { stages, .. } => renamed(&place, stages),
            _ => place,
        })
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

    /// What the guards of the case's form may read.
    #[must_use]
    pub fn scope(&self) -> crate::expression::Scope {
        let context = context(&self.running, self.viewer.person.id, &self.facts, self.now);
        engine::scope(&self.running.workflow, &self.running.case, &context)
    }

    /// The clocks of a task for which the reader may ask for more time now.
    #[must_use]
    pub fn more_time(&self, task: TaskId) -> Vec<MoreTime> {
        let context = context(&self.running, self.viewer.person.id, &self.facts, self.now);
        Situation::new(&self.running.workflow, &self.running.case, &context).more_time(task)
    }

    /// Who may act on a task now.
    #[must_use]
    pub fn eligible(&self, task: &Task) -> Vec<PersonId> {
        let context = context(&self.running, self.viewer.person.id, &self.facts, self.now);
        Situation::new(&self.running.workflow, &self.running.case, &context).eligible(task)
    }

    /// How the reader can add signers to a task.
    #[must_use]
    pub fn ways_to_add(&self, task: &Task) -> &'static [CalledAs] {
        let context = context(&self.running, self.viewer.person.id, &self.facts, self.now);
        let situation = Situation::new(&self.running.workflow, &self.running.case, &context);
        engine::ways_to_add(&situation, task)
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
