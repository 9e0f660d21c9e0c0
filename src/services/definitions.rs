//! Definitions as their administrators see them: what is in force, what waits for a second person, who published what, how
//! many cases run on each version, and the drafts that are being written.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::viewer::Wish;
use super::{App, Error, Viewer, rulebook, workflows};
use crate::storage::workflow_drafts::{self, WorkflowDraft};
use crate::storage::workflows::{VersionStatus, WorkflowVersion};
use crate::storage::{self, Connection};
use crate::workflow::{self, Checked, Text, Workflow, policy};

pub use crate::storage::workflow_drafts::NEW;

/// A workflow with its versions, newest first.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Definition {
    /// Its key.
    pub key: String,
    /// Every version that was ever proposed, newest first.
    pub versions: Vec<Version>,
}

/// A version and what runs on it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Version {
    /// The version.
    pub row: WorkflowVersion,
    /// How many cases run on it now.
    pub running: i64,
}

impl Definition {
    /// The version in force.
    #[must_use]
    pub fn current(&self) -> Option<&Version> {
        self.with_status(VersionStatus::Current)
    }

    /// The version that waits for a second person.
    #[must_use]
    pub fn proposed(&self) -> Option<&Version> {
        self.with_status(VersionStatus::Proposed)
    }

    /// The version with this number.
    #[must_use]
    pub fn numbered(&self, number: u32) -> Option<&Version> {
        let mut versions = self.versions.iter();
        versions.find(|version| version.row.version == number)
    }

    /// What it is called: as the version in force says, else the newest.
    #[must_use]
    pub fn title(&self) -> &str {
        let named = self.current().or(self.versions.first());
        named.map_or(&self.key, |version| &version.row.title)
    }

    /// The number that the next proposal gets.
    #[must_use]
    pub fn next_number(&self) -> u32 {
        let last = self.versions.first();
        last.map_or(1, |version| version.row.version + 1)
    }

    fn with_status(&self, status: VersionStatus) -> Option<&Version> {
        let mut versions = self.versions.iter();
        versions.find(|version| version.row.status == status)
    }
}

/// Every workflow, by key, and what the reader is writing.
pub struct Overview {
    /// The workflows.
    pub definitions: Vec<Definition>,
    /// Registers and policies of an administrator's own.
    pub others: Vec<Definition>,
    /// The reader's drafts by the workflow's key; under [`NEW`], of a workflow that is new.
    pub drafts: BTreeMap<String, WorkflowDraft>,
}

/// Every workflow that there is.
///
/// # Errors
/// [`Error::Forbidden`] for those who have nothing to do with definitions.
pub fn overview(app: &Arc<App>, viewer: &Viewer) -> Result<Overview, Error> {
    may_see(viewer)?;
    app.db.read(|conn| {
        let running = running(conn)?;
        let mut definitions = Vec::new();
        for key in storage::workflows::keys(conn)? {
            definitions.push(definition(conn, key, &running)?);
        }
        let mut others = Vec::new();
        for prefix in [rulebook::REGISTER, rulebook::POLICY] {
            for key in storage::workflows::keys_with(conn, prefix)? {
                others.push(definition(conn, key, &running)?);
            }
        }
        let drafts = workflow_drafts::of(conn, viewer.person.id)?;
        Ok::<_, Error>(Overview {
            definitions,
            others,
            drafts: drafts
                .into_iter()
                .map(|draft| (draft.key.clone(), draft))
                .collect(),
        })
    })
}

/// One workflow.
///
/// # Errors
/// [`Error::NotFound`] when it has no version, [`Error::Forbidden`] as [`overview`].
pub fn one(app: &Arc<App>, viewer: &Viewer, key: &str) -> Result<Definition, Error> {
    may_see(viewer)?;
    app.db.read(|conn| {
        let running = running(conn)?;
        let found = definition(conn, key.to_owned(), &running)?;
        match found.versions.is_empty() {
            true => Err(Error::NotFound),
            false => Ok(found),
        }
    })
}

fn running(conn: &mut Connection) -> Result<BTreeMap<i64, i64>, Error> {
    Ok(storage::cases::running_by_version(conn)?)
}

fn definition(
    conn: &mut Connection,
    key: String,
    running: &BTreeMap<i64, i64>,
) -> Result<Definition, Error> {
    let versions = storage::workflows::versions(conn, &key)?;
    Ok(Definition {
        key,
        versions: versions
            .into_iter()
            .map(|row| Version {
                running: running.get(&row.id).copied().unwrap_or(0),
                row,
            })
            .collect(),
    })
}

/// Whether somebody may look at definitions.
///
/// # Errors
/// [`Error::Forbidden`] for those who may not.
pub fn may_see(viewer: &Viewer) -> Result<(), Error> {
    viewer
        .authorize(Wish::SeeDefinitions)
        .map_err(|_| Error::Forbidden("definitions"))
}

/// Whether somebody may write definitions at all.
///
/// # Errors
/// [`Error::Forbidden`] for those who may not publish.
pub fn may_write(viewer: &Viewer) -> Result<(), Error> {
    viewer
        .authorize(Wish::Publish)
        .map_err(|_| Error::Forbidden("publish"))
}

/// The workflow of a version, as cases run on it.
///
/// # Errors
/// [`Error::Corrupt`] when it cannot be read any more.
pub fn workflow_of(app: &Arc<App>, version: &WorkflowVersion) -> Result<Arc<Workflow>, Error> {
    app.db.read(|conn| app.workflow(conn, version.id))
}

/// What the workflows are called whose cases a definition can start, by their keys.
pub fn started_by(app: &App, workflow: &Workflow) -> Result<BTreeMap<String, Text>, Error> {
    app.db.read(|conn| {
        let ground = app.ground(conn, None)?;
        workflows::started_by(app, conn, &ground, workflow)
    })
}

/// Reads and checks a definition, a register or a policy among the roles, calendars and workflows that there are.
///
/// # Errors
/// The database's own failure; what is wrong with the text is among the findings.
pub fn check(app: &Arc<App>, name: &str, text: &str) -> Result<Checked, Error> {
    let mut surroundings = app.db.read(|conn| app.surroundings(conn))?;
    let alone = |findings| Checked {
        workflow: None,
        unsound: None,
        findings,
    };
    if policy::is_policy(text) {
        return Ok(alone(surroundings.demand(name, text)));
    }
    if workflow::is_register(text) {
        let read = workflow::read_register(name, text, &surroundings);
        return Ok(alone(read.findings));
    }
    Ok(workflow::read(name, text, &surroundings))
}

/// What is demanded of definitions: the shipped policies, and those that were published.
///
/// # Errors
/// The database's own failure.
pub fn policies(app: &Arc<App>) -> Result<Arc<[policy::Policy]>, Error> {
    app.db.read(|conn| Ok(app.surroundings(conn)?.policies))
}

/// What the reader is writing of a workflow.
///
/// # Errors
/// The database's own failure.
pub fn draft(app: &Arc<App>, viewer: &Viewer, key: &str) -> Result<Option<WorkflowDraft>, Error> {
    app.db
        .read(|conn| Ok(workflow_drafts::get(conn, key, viewer.person.id)?))
}

/// Keeps what the reader is writing; `seen` is the revision that their page shows, 0 when there was none.
///
/// # Errors
/// [`Error::Stale`] when they saved it elsewhere meanwhile, [`Error::Forbidden`] for those who may not publish.
pub fn save_draft(
    app: &Arc<App>,
    viewer: &Viewer,
    key: &str,
    text: &str,
    seen: i64,
) -> Result<(), Error> {
    may_write(viewer)?;
    let (key, text) = (key.to_owned(), text.to_owned());
    let (author, now) = (viewer.person.id, app.now());
    app.db.write(move |conn| {
        let stored = workflow_drafts::get(conn, &key, author)?;
        if stored.as_ref().is_some_and(|draft| draft.source == text) {
            return Ok(());
        }
        Ok(workflow_drafts::save(conn, &key, author, seen, &text, now)?)
    })
}

/// Throws away what the reader is writing.
///
/// # Errors
/// [`Error::Forbidden`] for those who may not publish.
pub fn discard_draft(app: &Arc<App>, viewer: &Viewer, key: &str) -> Result<(), Error> {
    may_write(viewer)?;
    let (key, author) = (key.to_owned(), viewer.person.id);
    app.db
        .write(move |conn| Ok(workflow_drafts::remove(conn, &key, author)?))
}
