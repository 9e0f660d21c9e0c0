//! Publishing definitions: one workflow administrator proposes a version, a second one puts it in force. Who did what and
//! when stands in the version's row, which nobody changes afterwards.

use std::collections::BTreeMap;
use std::sync::Arc;

use sha2::{Digest, Sha256};

use super::app::{Ground, Published};
use super::rulebook::{self, Named};
use super::viewer::Wish;
use super::{App, Error, Viewer};
use crate::calendar::Instant;
use crate::clock::Clock;
use crate::directory::{Directory, PersonId};
use crate::storage::workflows::{NewVersion, WorkflowVersion};
use crate::storage::{self, Connection, Db};
use crate::workflow::{self, Checked, Kind, Severity, Surroundings, Text, Workflow, policy};

/// What became of a proposal.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Proposed {
    /// It waits for a second person.
    Waiting(WorkflowVersion),
    /// The version in force has the same content.
    InForce(WorkflowVersion),
}

/// Proposes a definition as a new version; `file` is how it is called in findings.
///
/// # Errors
/// [`Error::Import`] with the findings, when one of them is an error; [`Error::Forbidden`] without the post.
pub fn propose(
    db: &Db,
    clock: &dyn Clock,
    by: &str,
    file: &str,
    text: &str,
) -> Result<Proposed, Error> {
    let (now, by) = (clock.now(), by.to_owned());
    let (file, text) = (file.to_owned(), text.to_owned());
    db.write(move |conn| proposed(conn, now, &by, (&file, text), true))
}

fn proposed(
    conn: &mut Connection,
    now: Instant,
    by: &str,
    (file, text): (&str, String),
    waiting: bool,
) -> Result<Proposed, Error> {
    let viewer = publisher(conn, by, now)?;
    let named = sound(conn, &viewer.directory, file, &text, waiting)?;
    let digest = digest(&text);
    if let Some(current) = storage::workflows::current(conn, &named.key)?
        && current.digest == digest
    {
        return Ok(Proposed::InForce(current));
    }
    if let Some(waiting) = storage::workflows::proposed(conn, &named.key)?
        && waiting.digest == digest
    {
        return Ok(Proposed::Waiting(waiting));
    }
    let by = viewer.person.id;
    tracing::info!(
        workflow = named.key,
        by = by.0,
        digest,
        "a version is proposed"
    );
    let new = NewVersion {
        key: named.key,
        digest,
        title: named.title,
        source: text,
        by,
        at: now,
    };
    Ok(Proposed::Waiting(storage::workflows::propose(conn, &new)?))
}

/// Proposes a definition and puts it in force at once, in the names of two workflow administrators: for an installation
/// that begins with it. Nothing changes between the two, so it is checked once.
///
/// # Errors
/// As [`propose`] and [`confirm`].
pub fn publish(
    db: &Db,
    clock: &dyn Clock,
    by: [&str; 2],
    file: &str,
    text: &str,
) -> Result<WorkflowVersion, Error> {
    let (now, [first, second]) = (clock.now(), by.map(str::to_owned));
    let (file, text) = (file.to_owned(), text.to_owned());
    db.write(move |conn| {
        let waiting = match proposed(conn, now, &first, (&file, text), false)? {
            Proposed::InForce(version) => return Ok(version),
            Proposed::Waiting(version) => version,
        };
        let viewer = publisher(conn, &second, now)?;
        put_in_force(conn, &viewer, &waiting, now)
    })
}

/// Puts the waiting proposal of a workflow in force; `seen` is the version that the second person has looked at.
///
/// # Errors
/// [`Error::NotFound`] when nothing waits, [`Error::Forbidden`] without the post or for the one who proposed it,
/// [`Error::Stale`] when another version waits than was seen, [`Error::Unbound`] when policies bind the version in force
/// that do not bind this one.
pub fn confirm(
    db: &Db,
    clock: &dyn Clock,
    key: &str,
    by: &str,
    seen: Option<u32>,
) -> Result<WorkflowVersion, Error> {
    confirmed(db, clock.now(), (key, by), seen, false)
}

/// As [`confirm`], by somebody who was told which policies do not bind it any more: another `kind` takes a definition out
/// of their reach.
///
/// # Errors
/// As [`confirm`], but for [`Error::Unbound`].
pub fn confirm_unbound(
    db: &Db,
    clock: &dyn Clock,
    key: &str,
    by: &str,
    seen: Option<u32>,
) -> Result<WorkflowVersion, Error> {
    confirmed(db, clock.now(), (key, by), seen, true)
}

fn confirmed(
    db: &Db,
    now: Instant,
    (key, by): (&str, &str),
    seen: Option<u32>,
    unbound: bool,
) -> Result<WorkflowVersion, Error> {
    let (key, by) = (key.to_owned(), by.to_owned());
    db.write(move |conn| {
        let viewer = publisher(conn, &by, now)?;
        let waiting = waiting(conn, &key, seen)?;
        // The directory may have changed since the proposal was checked.
        sound(conn, &viewer.directory, &key, &waiting.source, false)?;
        let escaped = escaped(conn, &viewer.directory, &waiting)?;
        if !unbound && !escaped.is_empty() {
            let titles = escaped.into_iter().map(|title| title.zh);
            return Err(Error::Unbound(titles.collect()));
        }
        put_in_force(conn, &viewer, &waiting, now)
    })
}

/// The titles of the policies that bind the version in force and would not bind the one that waits.
///
/// # Errors
/// The database's own failure.
pub fn escapes(db: &Db, key: &str) -> Result<Vec<Text>, Error> {
    db.read(|conn| {
        let directory = storage::directory::load(conn)?;
        match storage::workflows::proposed(conn, key)? {
            Some(waiting) => escaped(conn, &directory, &waiting),
            None => Ok(Vec::new()),
        }
    })
}

fn escaped(
    conn: &mut Connection,
    directory: &Directory,
    waiting: &WorkflowVersion,
) -> Result<Vec<Text>, Error> {
    let current = storage::workflows::current(conn, &waiting.key)?;
    let Some(current) = current.filter(|_| !rulebook::is_ours(&waiting.key)) else {
        return Ok(Vec::new());
    };
    let around = surroundings(conn, directory)?;
    let read = |source: &str| workflow::pinned(source, &around);
    let (Some(old), Some(new)) = (read(&current.source), read(&waiting.source)) else {
        return Ok(Vec::new());
    };
    let escaped = policy::escaped(&around.policies, &old, &new).into_iter();
    Ok(escaped.map(|policy| policy.title.clone()).collect())
}

fn put_in_force(
    conn: &mut Connection,
    viewer: &Viewer,
    waiting: &WorkflowVersion,
    now: Instant,
) -> Result<WorkflowVersion, Error> {
    let (by, version) = (viewer.person.id, waiting.version);
    if waiting.proposed_by == by {
        return Err(Error::Forbidden("second_person"));
    }
    storage::workflows::confirm(conn, waiting.id, by, now)?;
    tracing::info!(
        workflow = waiting.key,
        version,
        by = by.0,
        "a version is put in force"
    );
    storage::workflows::get(conn, waiting.id)?.ok_or(Error::NotFound)
}

/// Gives up the waiting proposal of a workflow; every workflow administrator may.
///
/// # Errors
/// As [`confirm`], but for the second person.
pub fn withdraw(
    db: &Db,
    clock: &dyn Clock,
    key: &str,
    by: &str,
    seen: Option<u32>,
) -> Result<WorkflowVersion, Error> {
    let now = clock.now();
    let (key, by) = (key.to_owned(), by.to_owned());
    db.write(move |conn| {
        let viewer = publisher(conn, &by, now)?;
        let waiting = waiting(conn, &key, seen)?;
        let (by, version) = (viewer.person.id, waiting.version);
        storage::workflows::give_up(conn, &key, by, now)?;
        tracing::info!(
            workflow = key,
            version,
            by = by.0,
            "a proposal is withdrawn"
        );
        Ok(waiting)
    })
}

fn waiting(conn: &mut Connection, key: &str, seen: Option<u32>) -> Result<WorkflowVersion, Error> {
    let waiting = storage::workflows::proposed(conn, key)?.ok_or(Error::NotFound)?;
    match seen {
        Some(seen) if seen != waiting.version => Err(Error::Stale),
        Some(_) | None => Ok(waiting),
    }
}

/// The versions in force, by workflow.
///
/// # Errors
/// The database's own failure.
pub fn current(db: &Db) -> Result<Vec<WorkflowVersion>, Error> {
    db.read(|conn| Ok(storage::workflows::all_current(conn)?))
}

/// Two versions of a workflow, with what they mean.
pub struct Pair {
    /// The older one.
    pub old: (WorkflowVersion, Arc<Workflow>),
    /// The newer one.
    pub new: (WorkflowVersion, Arc<Workflow>),
}

/// The versions with these numbers; without numbers the version in force and the proposal that waits, else the version
/// before and the one in force. `None` when there are no two.
///
/// # Errors
/// The database's own failure.
pub fn pair(db: &Db, key: &str, numbers: Option<(u32, u32)>) -> Result<Option<Pair>, Error> {
    db.read(|conn| {
        let (old, new) = match numbers {
            Some((old, new)) => (
                storage::workflows::numbered(conn, key, old)?,
                storage::workflows::numbered(conn, key, new)?,
            ),
            None => {
                let current = storage::workflows::current(conn, key)?;
                match storage::workflows::proposed(conn, key)? {
                    Some(waiting) => (current, Some(waiting)),
                    None => (before(conn, key, current.as_ref())?, current),
                }
            }
        };
        let (Some(old), Some(new)) = (old, new) else {
            return Ok(None);
        };
        let workflows = (version(conn, old.id)?, version(conn, new.id)?);
        Ok(Some(Pair {
            old: (old, workflows.0.workflow),
            new: (new, workflows.1.workflow),
        }))
    })
}

/// The version that was in force before this one.
fn before(
    conn: &mut Connection,
    key: &str,
    current: Option<&WorkflowVersion>,
) -> Result<Option<WorkflowVersion>, Error> {
    let versions = storage::workflows::versions(conn, key)?;
    Ok(versions.into_iter().find(|version| {
        version.confirmed_at.is_some()
            && current.is_some_and(|current| version.version < current.version)
    }))
}

/// Every version of a workflow, newest first, with how many cases run on it.
type Versions = Vec<(WorkflowVersion, i64)>;

/// Every version of a workflow, newest first, with how many cases run on it; and the directory that names people.
///
/// # Errors
/// The database's own failure.
pub fn history(db: &Db, key: &str) -> Result<(Versions, Directory), Error> {
    db.read(|conn| {
        let running = storage::cases::running_by_version(conn)?;
        let versions = storage::workflows::versions(conn, key)?;
        let counted = versions.into_iter().map(|version| {
            let running = running.get(&version.id).copied().unwrap_or(0);
            (version, running)
        });
        Ok((counted.collect(), storage::directory::load(conn)?))
    })
}

/// The person with this login.
///
/// # Errors
/// A sentence when there is nobody.
pub fn person(db: &Db, login: &str) -> Result<PersonId, Error> {
    db.read(|conn| {
        let directory = storage::directory::load(conn)?;
        let person = directory.by_login(login).map(|person| person.id);
        person.ok_or_else(|| super::people::unknown(login))
    })
}

/// Names the content of a definition.
#[must_use]
pub fn digest(text: &str) -> String {
    hex::encode(Sha256::digest(text.as_bytes()))
}

/// What definitions may refer to: the standard names, the roles of the directory, imported calendars, other workflows.
pub(super) fn surroundings(
    conn: &mut Connection,
    directory: &Directory,
) -> Result<Surroundings, Error> {
    let mut surroundings = Surroundings::standard();
    let roles = directory.roles.keys().map(|role| role.0.clone());
    surroundings.roles.extend(roles);
    let calendars = storage::calendars::all(conn)?;
    let names = calendars.into_iter().map(|calendar| calendar.name);
    surroundings.calendars.extend(names);
    for version in storage::workflows::all_current(conn)? {
        surroundings.learn(&version.source);
    }
    rulebook::add(conn, &mut surroundings)?;
    Ok(surroundings)
}

/// What the workflows are called whose cases this one can start, by their keys.
pub(super) fn started_by(
    app: &App,
    conn: &mut Connection,
    ground: &Ground,
    workflow: &Workflow,
) -> Result<BTreeMap<String, Text>, Error> {
    let mut titles = BTreeMap::new();
    for node in workflow.nodes() {
        let Kind::Start(start) = &node.kind else {
            continue;
        };
        if let Some(version) = ground.in_force(&start.workflow) {
            let started = ground.published(app, conn, version)?.workflow;
            let title = started.title.clone();
            titles.insert(start.workflow.clone(), title);
        }
    }
    Ok(titles)
}

/// The workflow of a stored version.
pub(super) fn version(conn: &mut Connection, id: i64) -> Result<Published, Error> {
    let stored = storage::workflows::get(conn, id)?.ok_or(Error::NotFound)?;
    let directory = storage::directory::load(conn)?;
    let surroundings = surroundings(conn, &directory)?;
    let workflow = workflow::pinned(&stored.source, &surroundings).ok_or_else(|| {
        Error::Corrupt(format!(
            "version {} of workflow {} cannot be read",
            stored.version, stored.key
        ))
    })?;
    Ok(Published {
        number: stored.version,
        workflow: Arc::new(workflow),
    })
}

/// The person with this login, when they may publish.
pub(super) fn publisher(conn: &mut Connection, login: &str, now: Instant) -> Result<Viewer, Error> {
    let directory = Arc::new(storage::directory::load(conn)?);
    let person = directory
        .by_login(login)
        .map(|person| person.id)
        .ok_or_else(|| super::people::unknown(login))?;
    let viewer = Viewer::of(&directory, person, now).ok_or(Error::Forbidden("deactivated"))?;
    viewer
        .authorize(Wish::Publish)
        .map_err(|_| Error::Forbidden("publish"))?;
    Ok(viewer)
}

/// Its key and title, when nothing is wrong with it. What is only proposed may refer to registers that wait as well; what
/// is put in force may not.
fn sound(
    conn: &mut Connection,
    directory: &Directory,
    file: &str,
    text: &str,
    waiting: bool,
) -> Result<Named, Error> {
    let mut around = surroundings(conn, directory)?;
    if waiting {
        rulebook::add_waiting(conn, &mut around)?;
    }
    if let Some(named) = rulebook::sound(conn, &around, file, text)? {
        return Ok(named);
    }
    let Checked {
        workflow, findings, ..
    } = workflow::read(file, text, &around);
    let workflow = workflow.ok_or_else(|| {
        let errors = findings
            .iter()
            .filter(|finding| finding.severity == Severity::Error);
        Error::Import(errors.map(|finding| finding.show(text)).collect())
    })?;
    Ok(Named {
        key: workflow.key,
        title: workflow.title.zh,
    })
}
