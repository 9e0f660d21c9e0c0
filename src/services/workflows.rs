//! Publishing definitions: one workflow administrator proposes a version, a second one puts it in force.

use std::sync::Arc;

use sha2::{Digest, Sha256};

use super::viewer::Wish;
use super::{Error, Viewer};
use crate::calendar::Instant;
use crate::clock::Clock;
use crate::directory::Directory;
use crate::storage::workflows::{NewVersion, WorkflowVersion};
use crate::storage::{self, Connection, Db};
use crate::workflow::{self, Checked, Severity, Surroundings, Workflow};

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
    db.write(move |conn| {
        let viewer = publisher(conn, &by, now)?;
        let workflow = sound(conn, &viewer.directory, &file, &text)?;
        let digest = digest(&text);
        if let Some(current) = storage::workflows::current(conn, &workflow.key)?
            && current.digest == digest
        {
            return Ok(Proposed::InForce(current));
        }
        if let Some(waiting) = storage::workflows::proposed(conn, &workflow.key)?
            && waiting.digest == digest
        {
            return Ok(Proposed::Waiting(waiting));
        }
        let new = NewVersion {
            key: workflow.key,
            digest,
            title: workflow.title.zh,
            source: text,
            by: viewer.person.id,
            at: now,
        };
        Ok(Proposed::Waiting(storage::workflows::propose(conn, &new)?))
    })
}

/// Puts the waiting proposal of a workflow in force.
///
/// # Errors
/// [`Error::NotFound`] when nothing waits, [`Error::Forbidden`] without the post or for the one who proposed it.
pub fn confirm(db: &Db, clock: &dyn Clock, key: &str, by: &str) -> Result<WorkflowVersion, Error> {
    let now = clock.now();
    let (key, by) = (key.to_owned(), by.to_owned());
    db.write(move |conn| {
        let viewer = publisher(conn, &by, now)?;
        let waiting = storage::workflows::proposed(conn, &key)?.ok_or(Error::NotFound)?;
        if waiting.proposed_by == viewer.person.id {
            return Err(Error::Forbidden("second_person"));
        }
        // The directory may have changed since the proposal was checked.
        sound(conn, &viewer.directory, &key, &waiting.source)?;
        storage::workflows::confirm(conn, waiting.id, viewer.person.id, now)?;
        storage::workflows::get(conn, waiting.id)?.ok_or(Error::NotFound)
    })
}

/// The versions in force, by workflow.
///
/// # Errors
/// The database's own failure.
pub fn current(db: &Db) -> Result<Vec<WorkflowVersion>, Error> {
    db.read(|conn| Ok(storage::workflows::all_current(conn)?))
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
    Ok(surroundings)
}

/// The workflow of a stored version.
pub(super) fn version(conn: &mut Connection, id: i64) -> Result<Workflow, Error> {
    let stored = storage::workflows::get(conn, id)?.ok_or(Error::NotFound)?;
    let directory = storage::directory::load(conn)?;
    let surroundings = surroundings(conn, &directory)?;
    workflow::pinned(&stored.source, &surroundings).ok_or_else(|| {
        Error::Corrupt(format!(
            "version {} of workflow {} cannot be read",
            stored.version, stored.key
        ))
    })
}

/// The person with this login, when they may publish.
fn publisher(conn: &mut Connection, login: &str, now: Instant) -> Result<Viewer, Error> {
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

fn sound(
    conn: &mut Connection,
    directory: &Directory,
    file: &str,
    text: &str,
) -> Result<Workflow, Error> {
    let Checked { workflow, findings } =
        workflow::read(file, text, &surroundings(conn, directory)?);
    workflow.ok_or_else(|| {
        let errors = findings
            .iter()
            .filter(|finding| finding.severity == Severity::Error);
        Error::Import(errors.map(|finding| finding.show(text)).collect())
    })
}
