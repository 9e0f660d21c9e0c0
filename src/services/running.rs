//! A stored case with what it runs on: its definition, its calendar, the directory of now.

use std::collections::BTreeMap;
use std::sync::Arc;

use ulid::Ulid;

use super::app::Ground;
use super::{App, Error};
use crate::calendar::{Calendar, Instant};
use crate::directory::{Directory, PersonId};
use crate::engine::{self, Actor, Case, Channel, Context, PlainVault};
use crate::forms;
use crate::storage::cases::StoredCase;
use crate::storage::events::ChainEnd;
use crate::storage::{self, Connection};
use crate::workflow::stage_map::retired;
use crate::workflow::{Place, Text, Workflow};

/// A case with what it runs on.
pub struct Running {
    /// The inner key.
    pub id: i64,
    /// The public id.
    pub ulid: Ulid,
    /// The key of the definition's version.
    pub version: i64,
    /// The version, as people count it.
    pub version_number: u32,
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
    /// The end of its chain when it was read.
    pub end: Option<ChainEnd>,
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

/// Loads what a stored case runs on, with the end of its chain.
pub(super) fn running(
    app: &App,
    conn: &mut Connection,
    stored: StoredCase,
) -> Result<Running, Error> {
    let ground = app.ground(conn, Some(stored.summary.id))?;
    Ok(Running {
        end: ground.end.clone(),
        ..running_on(app, conn, &ground, stored)?
    })
}

/// As [`running`], for reading: on what was looked at before, and without the chain.
pub(super) fn running_on(
    app: &App,
    conn: &mut Connection,
    ground: &Ground,
    stored: StoredCase,
) -> Result<Running, Error> {
    let published = ground.published(app, conn, stored.summary.version_id)?;
    let workflow = published.workflow;
    let case: Case = serde_json::from_value(stored.snapshot)?;
    Ok(Running {
        former: former(app, conn, ground, &workflow.key, &case)?,
        id: stored.summary.id,
        ulid: stored.summary.ulid,
        version: stored.summary.version_id,
        version_number: published.number,
        revision: stored.revision,
        case,
        calendar: ground.calendar(app, conn, &workflow.calendar)?,
        directory: Arc::clone(&ground.directory),
        workflow,
        end: None,
    })
}

/// The titles of stages that the case went through under earlier versions and that its own does not have.
fn former(
    app: &App,
    conn: &mut Connection,
    ground: &Ground,
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
        let workflow = ground.published(app, conn, version.id)?.workflow;
        if let Some(node) = workflow.node(id) {
            titles.insert(place.clone(), node.title.clone());
        }
    }
    Ok(titles)
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
