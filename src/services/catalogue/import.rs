//! Importing the data directory: all of a file or nothing. On the page it is looked at first, and confirmed as it was seen.

use std::sync::Arc;

use serde::Serialize;
use sha2::{Digest, Sha256};

use super::{Kept, Put, get, put_all};
use crate::attachments;
use crate::catalogue::{self, Difference, Fault, Resource, between};
use crate::clock::Clock;
use crate::services::viewer::Wish;
use crate::services::{App, Error, Viewer};
use crate::storage::resource_versions::{self, Change, Import, Source};
use crate::storage::{self, Connection, Db};
use crate::workflow::Text;

/// A workbook that says it unpacks to more is none.
const MOST_UNPACKED: u64 = 256 * 1024 * 1024;

/// What an import did.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Report {
    /// New resources.
    pub added: usize,
    /// Resources that were changed.
    pub changed: usize,
    /// Resources that were as the file says already.
    pub unchanged: usize,
}

/// What an import would do with a resource.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Step {
    /// It is new, or comes back.
    Add(Resource),
    /// It is otherwise now.
    Change(Resource, Vec<Difference>),
}

/// What an import would do.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Plan {
    /// The file.
    pub name: String,
    /// What tells the file and what it would do from others.
    pub digest: String,
    /// What it would add and change, in the order of the file.
    pub steps: Vec<Step>,
    /// So many resources stay as they are.
    pub unchanged: usize,
}

/// Imports a file in the usual columns, CSV or a workbook; `name` is how it is called in faults.
///
/// # Errors
/// [`Error::Import`] with every fault of the file.
pub fn import(db: &Db, clock: &dyn Clock, name: &str, bytes: Vec<u8>) -> Result<Report, Error> {
    let resources = read(db, &bytes)?.map_err(|faults| {
        let lines = faults
            .iter()
            .map(|fault| format!("{name}：{fault}\n  {}", fault.english()));
        Error::Import(lines.collect())
    })?;
    let change = Change {
        source: Source::File,
        person: None,
        case: None,
        at: clock.now(),
    };
    db.write(move |conn| put_read(conn, resources, &change))
}

/// What the file says. Reading a large one takes seconds, in which nobody else must wait.
fn read(db: &Db, bytes: &[u8]) -> Result<Result<Vec<Resource>, Vec<Fault>>, Error> {
    if bytes.starts_with(b"PK") && !attachments::unpacks_within(bytes, MOST_UNPACKED) {
        let message = Text {
            zh: "这个工作簿太大或者已损坏，请分成几个文件导入".to_owned(),
            en: Some("this workbook is too large or damaged; import several files".to_owned()),
        };
        return Ok(Err(vec![Fault {
            line: 1,
            column: "",
            message,
        }]));
    }
    let directory = db.read(|conn| Ok::<_, Error>(storage::directory::load(conn)?))?;
    Ok(catalogue::from_bytes(bytes, Some(&directory)))
}

fn put_read(
    conn: &mut Connection,
    resources: Vec<Resource>,
    change: &Change,
) -> Result<Report, Error> {
    let wanted = resources.into_iter().map(|resource| Kept {
        resource,
        active: true,
    });
    let mut report = Report::default();
    for put in put_all(conn, wanted.collect(), change)? {
        match put {
            Put::Added => report.added += 1,
            Put::Changed => report.changed += 1,
            Put::Unchanged => report.unchanged += 1,
        }
    }
    Ok(report)
}

/// Looks at a file and keeps it until its reader confirms; every fault of a file that will not do.
pub fn look(
    app: &Arc<App>,
    viewer: &Viewer,
    name: &str,
    bytes: Vec<u8>,
) -> Result<Result<Plan, Vec<Fault>>, Error> {
    may(viewer)?;
    let (person, name, now) = (viewer.person.id, name.to_owned(), app.now());
    let resources = match read(&app.db, &bytes)? {
        Ok(resources) => resources,
        Err(faults) => return Ok(Err(faults)),
    };
    let plan = app.db.read(|conn| plan(conn, &name, &resources))?;
    let import = Import {
        digest: plan.digest.clone(),
        name,
        document: serde_json::to_value(resources)?,
    };
    app.db
        .write(move |conn| Ok::<_, Error>(resource_versions::keep(conn, person, &import, now)?))?;
    Ok(Ok(plan))
}

/// What the file would do that the viewer has looked at; `None`: there is none.
pub fn waiting(app: &Arc<App>, viewer: &Viewer) -> Result<Option<Plan>, Error> {
    may(viewer)?;
    let person = viewer.person.id;
    app.db.read(move |conn| {
        let Some(import) = resource_versions::kept(conn, person)? else {
            return Ok(None);
        };
        let resources: Vec<Resource> = serde_json::from_value(import.document)?;
        Ok::<_, Error>(Some(plan(conn, &import.name, &resources)?))
    })
}

/// Imports the file that the viewer has looked at.
///
/// # Errors
/// [`Error::Stale`] where it would not do any more what was shown.
pub fn confirm(app: &Arc<App>, viewer: &Viewer, digest: &str) -> Result<Report, Error> {
    may(viewer)?;
    let (person, digest, now) = (viewer.person.id, digest.to_owned(), app.now());
    let report = app.db.write(move |conn| {
        let import = resource_versions::kept(conn, person)?.ok_or(Error::Stale)?;
        let resources: Vec<Resource> = serde_json::from_value(import.document)?;
        if plan(conn, &import.name, &resources)?.digest != digest {
            return Err(Error::Stale);
        }
        let change = Change {
            source: Source::Page,
            person: Some(person),
            case: None,
            at: now,
        };
        let report = put_read(conn, resources, &change)?;
        resource_versions::forget(conn, person)?;
        Ok(report)
    })?;
    tracing::info!(
        by = viewer.person.id.0,
        ?report,
        "the directory is imported"
    );
    Ok(report)
}

/// Forgets the file that the viewer has looked at.
pub fn forget(app: &Arc<App>, viewer: &Viewer) -> Result<(), Error> {
    may(viewer)?;
    let person = viewer.person.id;
    app.db
        .write(move |conn| Ok::<_, Error>(resource_versions::forget(conn, person)?))
}

/// Whether the viewer may import.
fn may(viewer: &Viewer) -> Result<(), Error> {
    viewer
        .authorize(Wish::Administer)
        .map_err(|_| Error::Forbidden("catalogue"))
}

fn plan(conn: &mut Connection, name: &str, resources: &[Resource]) -> Result<Plan, Error> {
    let (mut steps, mut unchanged, mut seen) = (Vec::new(), 0, Vec::new());
    for resource in resources {
        let was = get(conn, &resource.code)?;
        seen.push(was.clone());
        match was.filter(|was| was.active) {
            None => steps.push(Step::Add(resource.clone())),
            Some(was) => match between(&was.resource, resource) {
                found if was.resource == *resource && found.is_empty() => unchanged += 1,
                found => steps.push(Step::Change(resource.clone(), found)),
            },
        }
    }
    Ok(Plan {
        name: name.to_owned(),
        digest: digest(&(resources, &seen))?,
        steps,
        unchanged,
    })
}

fn digest(of: &impl Serialize) -> Result<String, Error> {
    Ok(hex::encode(Sha256::digest(serde_json::to_vec(of)?)))
}
