//! Moving running cases to the version in force along a stage map: tried out first, then done, one transaction a case. A
//! case that cannot move stays as it was and is listed.

use std::collections::BTreeMap;
use std::sync::Arc;

use ulid::Ulid;

use super::cases::{self, By, NoFacts, Running};
use super::projection;
use super::titles::Titles;
use super::viewer::Wish;
use super::{App, Error, Viewer};
use crate::calendar::Calendar;
use crate::engine::{self, Actor, Case, Context, NoWorkload, Obstacle, PlainVault, Rejection};
use crate::messages::Language;
use crate::storage::cases::StoredCase;
use crate::storage::workflows::{VersionStatus, WorkflowVersion};
use crate::storage::{self, Connection};
use crate::workflow::{Id, Misfit, Place, StageMap, Text, Workflow, place};

/// Cases that are looked up at once.
const AT_ONCE: usize = 200;

/// What somebody wants to be moved.
#[derive(Debug, Clone)]
pub struct Order {
    /// The workflow's key.
    pub key: String,
    /// From which version to which, and what is called how.
    pub map: StageMap,
    /// Who wants it.
    pub by: By,
}

/// Why nothing is moved at all.
#[derive(Debug, thiserror::Error)]
pub enum Refused {
    /// The map does not fit the versions.
    #[error("the stage map does not fit")]
    Map(Vec<Misfit>),
    /// There is no such version, or it never was in force.
    #[error("there is no version {0}")]
    NoVersion(u32),
    /// Cases move to the version in force only.
    #[error("version {asked} is not in force, version {current} is")]
    NotInForce {
        /// What the map says.
        asked: u32,
        /// What is so.
        current: u32,
    },
    /// The reason will not do.
    #[error(transparent)]
    Reason(Rejection),
    /// The use case's own failure.
    #[error(transparent)]
    Service(#[from] Error),
}

impl From<storage::StorageError> for Refused {
    fn from(error: storage::StorageError) -> Self {
        Self::Service(error.into())
    }
}

/// The two versions of a migration.
#[derive(Clone)]
pub struct Versions {
    /// The row of the version that cases run on.
    pub from: WorkflowVersion,
    /// Its workflow.
    pub old: Arc<Workflow>,
    /// The row of the version in force.
    pub to: WorkflowVersion,
    /// Its workflow.
    pub new: Arc<Workflow>,
    calendar: Arc<Calendar>,
}

/// What would come of an order.
pub struct Trial {
    /// The versions.
    pub versions: Versions,
    /// Every running case on the old version, oldest first.
    pub cases: Vec<Outlook>,
}

/// What would become, or has become, of a case.
#[derive(Debug, Clone, PartialEq)]
pub struct Outlook {
    /// The inner key.
    pub id: i64,
    /// The public id.
    pub ulid: Ulid,
    /// Its number, or its public id.
    pub number: String,
    /// Whether whoever asks may see it.
    pub visible: bool,
    /// The stages that are open in it, under their old names.
    pub at: Vec<Place>,
    /// What its branches are called, by the keys in their places: `[hn-police]`; of a case that may be seen.
    pub branches: BTreeMap<String, Text>,
    /// What comes of it.
    pub fate: Fate,
}

/// What comes of a case.
#[derive(Debug, Clone, PartialEq)]
pub enum Fate {
    /// It moves.
    Moves {
        /// The stages that are open in it then.
        to: Vec<Place>,
        /// Stages of the new version that it will not come by any more.
        past: Vec<Id>,
    },
    /// It stays where it is.
    Stays(Vec<Obstacle>),
}

/// What has come of an order.
pub struct Outcome {
    /// The versions.
    pub versions: Versions,
    /// How many have moved.
    pub moved: usize,
    /// Those that have not.
    pub stayed: Vec<Outlook>,
    /// Where to go on, when there are more.
    pub next: Option<i64>,
}

/// Tries out on paper what would come of an order; nothing is changed.
///
/// # Errors
/// [`Refused`], when nothing can be moved at all.
pub fn try_out(app: &Arc<App>, order: &Order) -> Result<Trial, Refused> {
    let (versions, viewer) = app.db.read(|conn| prepare(app, conn, order))?;
    let mut found = Vec::new();
    let mut after = Some(0);
    while let Some(from) = after {
        after = app.db.read(|conn| {
            let page = storage::cases::running_on(conn, versions.from.id, from, AT_ONCE)?;
            for id in &page.rows {
                if let Some(stored) = storage::cases::get_by_id(conn, *id)? {
                    found.push(look(app, conn, order, &versions, &viewer, stored)?);
                }
            }
            Ok::<_, Error>(page.next)
        })?;
    }
    Ok(Trial {
        versions,
        cases: found,
    })
}

/// Moves up to `most` running cases, those behind the key `after`, each in a transaction of its own; `moved` is called
/// behind each.
///
/// # Errors
/// [`Refused`], before anything is moved; what has been moved stays so when a later case fails.
pub fn carry_out(
    app: &Arc<App>,
    order: &Order,
    reason: &str,
    after: i64,
    most: usize,
    mut moved: impl FnMut(&Outcome),
) -> Result<Outcome, Refused> {
    let reason = engine::reason_given(reason).map_err(Refused::Reason)?;
    let (versions, _) = app.db.read(|conn| prepare(app, conn, order))?;
    let page = app.db.read(|conn| {
        let page = storage::cases::running_on(conn, versions.from.id, after, most)?;
        Ok::<_, Error>(page)
    })?;
    let mut outcome = Outcome {
        versions,
        moved: 0,
        stayed: Vec::new(),
        next: page.next,
    };
    for id in page.rows {
        match move_one(app, order, &reason, id)? {
            None => {}
            Some(Outlook {
                fate: Fate::Moves { .. },
                ..
            }) => outcome.moved += 1,
            Some(stays) => outcome.stayed.push(stays),
        }
        moved(&outcome);
    }
    Ok(outcome)
}

/// Moves one case; `None` when it has ended or moved meanwhile.
fn move_one(
    app: &Arc<App>,
    order: &Order,
    reason: &str,
    id: i64,
) -> Result<Option<Outlook>, Refused> {
    let (shared, order, reason) = (Arc::clone(app), order.clone(), reason.to_owned());
    app.db.write(move |conn| {
        let stored = storage::cases::lock_by_id(conn, id)?;
        // Read again in the transaction that acts: the version in force, the post and the case may have changed.
        let (versions, viewer) = prepare(&shared, conn, &order)?;
        let Some(stored) = stored.filter(|stored| {
            stored.summary.version_id == versions.from.id && stored.summary.ended_at.is_none()
        }) else {
            return Ok(None);
        };
        let running = cases::running(&shared, conn, stored)?;
        let context = context(&shared, &order, &versions, &running);
        let Versions { old, new, .. } = &versions;
        let decision = match engine::migrate(old, new, &order.map, &running.case, &reason, &context)
        {
            Ok(decision) => decision,
            Err(obstacles) => {
                let fate = Fate::Stays(obstacles);
                return Ok(Some(outlook(&running, &viewer, fate)));
            }
        };
        let moved = outlook(&running, &viewer, moves(&decision.case, Vec::new()));
        let there = Running {
            version: versions.to.id,
            version_number: versions.to.version,
            workflow: Arc::clone(new),
            calendar: Arc::clone(&versions.calendar),
            case: running.case.clone(),
            directory: Arc::clone(&running.directory),
            former: running.former.clone(),
            end: running.end.clone(),
            ..running
        };
        projection::write(&shared, conn, (&there, &decision, &context), |_| {})?;
        Ok::<_, Refused>(Some(moved))
    })
}

/// What would become of a case.
fn look(
    app: &App,
    conn: &mut Connection,
    order: &Order,
    versions: &Versions,
    viewer: &Viewer,
    stored: StoredCase,
) -> Result<Outlook, Error> {
    let running = cases::running(app, conn, stored)?;
    let context = context(app, order, versions, &running);
    let Versions { old, new, .. } = versions;
    // What is not recorded needs no reason.
    let fate = match engine::migrate(old, new, &order.map, &running.case, "", &context) {
        Ok(decision) => {
            let past = engine::gone_past(old, new, &order.map, &running.case, &context);
            moves(&decision.case, past)
        }
        Err(obstacles) => Fate::Stays(obstacles),
    };
    Ok(outlook(&running, viewer, fate))
}

fn moves(case: &Case, past: Vec<Id>) -> Fate {
    Fate::Moves {
        to: open_stages(case),
        past,
    }
}

fn outlook(running: &Running, viewer: &Viewer, fate: Fate) -> Outlook {
    let number = running.case.number.clone();
    let visible = viewer.authorize(Wish::SeeCase(&running.case)).is_ok();
    Outlook {
        id: running.id,
        ulid: running.ulid,
        number: number.unwrap_or_else(|| running.ulid.to_string()),
        visible,
        at: open_stages(&running.case),
        branches: match visible {
            true => branches(running),
            false => BTreeMap::new(),
        },
        fate,
    }
}

fn branches(running: &Running) -> BTreeMap<String, Text> {
    let [zh, en] = [Language::Zh, Language::En].map(|language| Titles::of(running, language));
    let places = running.case.branches.keys();
    places
        .map(|place| {
            let title = Text {
                zh: zh.branches(place),
                en: Some(en.branches(place)),
            };
            (place::keys_in(place).to_owned(), title)
        })
        .collect()
}

/// What is open, without the blocks around it.
fn open_stages(case: &Case) -> Vec<Place> {
    let all = case.region().map(|region| region.all());
    all.into_iter()
        .flatten()
        .filter(|position| position.inside().is_none())
        .map(|position| position.id.clone())
        .collect()
}

fn context<'a>(
    app: &App,
    order: &Order,
    versions: &'a Versions,
    running: &'a Running,
) -> Context<'a> {
    Context {
        actor: Actor::Person(order.by.person),
        channel: order.by.channel,
        now: app.now(),
        directory: &running.directory,
        calendar: &versions.calendar,
        lookup: &NoFacts,
        vault: &PlainVault,
        registered: &[],
        children: &[],
        earlier: None,
        workload: &NoWorkload,
        number: None,
    }
}

/// The versions of an order, when it may be carried out.
fn prepare(app: &App, conn: &mut Connection, order: &Order) -> Result<(Versions, Viewer), Refused> {
    let directory = app.directory(conn)?;
    let viewer =
        Viewer::of(&directory, order.by.person, app.now()).ok_or(Error::Unauthenticated)?;
    viewer
        .authorize(Wish::Publish)
        .map_err(|_| Error::Forbidden("publish"))?;
    let to = storage::workflows::current(conn, &order.key)?.ok_or(Error::NotFound)?;
    let map = &order.map;
    if map.to != to.version {
        return Err(Refused::NotInForce {
            asked: map.to,
            current: to.version,
        });
    }
    let from = storage::workflows::numbered(conn, &order.key, map.from)?
        .filter(|from| from.status == VersionStatus::Retired && from.confirmed_at.is_some())
        .ok_or(Refused::NoVersion(map.from))?;
    let (old, new) = (app.workflow(conn, from.id)?, app.workflow(conn, to.id)?);
    let misfits = map.misfits(&old, &new);
    if !misfits.is_empty() {
        return Err(Refused::Map(misfits));
    }
    let calendar = app.calendar(conn, &new.calendar)?;
    let versions = Versions {
        from,
        old,
        to,
        new,
        calendar,
    };
    Ok((versions, viewer))
}
