//! Looking things up in the data directory: a page of it, and all about one resource as far as its reader may see it.

use std::sync::Arc;

use ulid::Ulid;

use super::{Kept, get, kept};
use crate::calendar::Instant;
use crate::catalogue::{Difference, Resource, between};
use crate::directory::PersonId;
use crate::services::ledger::{self, Narrowing};
use crate::services::{App, Error, Viewer};
use crate::storage::cases::{self, CaseFilter, CaseSummary, Whose};
use crate::storage::catalogue::{self as stored, Search};
use crate::storage::resource_versions::{self, Source};
use crate::storage::{Page, register_search};

/// So many cases of a resource are shown; the list of cases finds the rest.
const MOST_CASES: usize = 10;
/// So many changes are shown.
const MOST_VERSIONS: i64 = 50;
/// More grants than these are not counted.
const MOST_GRANTS: usize = 100;

/// All about a resource.
#[derive(Debug, Clone)]
pub struct Seen {
    /// The resource as it is.
    pub kept: Kept,
    /// What became of it, the last change first.
    pub history: Vec<Step>,
    /// The open cases that name it and that the reader sees, newest first.
    pub cases: Page<CaseSummary, i64>,
    /// The grants in force that the reader sees; `None`: the register is not for them. More than a hundred count as that.
    pub grants: Option<usize>,
}

/// A change of a resource.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Step {
    /// By which way.
    pub source: Source,
    /// Who; `None`: whoever worked on the machine.
    pub person: Option<PersonId>,
    /// Which case, with its number.
    pub case: Option<(Ulid, String)>,
    /// When.
    pub at: Instant,
    /// Whether it could be asked for before and after; before it was there, not.
    pub active: (bool, bool),
    /// What was changed.
    pub differences: Vec<Difference>,
}

/// A page of the resources that fit, by code, after the code `after`.
pub fn page(
    app: &Arc<App>,
    wanted: &Search,
    after: Option<&str>,
    limit: usize,
) -> Result<Page<Resource, String>, Error> {
    app.db.read(|conn| {
        let page = stored::search(conn, wanted, after, limit)?;
        let rows = page.rows.into_iter().map(|row| Ok(kept(row)?.resource));
        Ok(Page {
            rows: rows.collect::<Result<_, Error>>()?,
            next: page.next,
        })
    })
}

/// All about a resource, as far as the viewer may see it.
pub fn one(app: &Arc<App>, viewer: &Viewer, code: &str) -> Result<Seen, Error> {
    let mut filter = CaseFilter::of(Whose::VisibleTo(viewer.addresses()));
    filter.status = Some("open".to_owned());
    filter.resource = Some(code.to_owned());
    filter.cleared = Some((viewer.person.id, viewer.person.clearance));
    let grants = ledger::of(app, viewer, "grants").ok();
    let narrowing = Narrowing {
        status: Some("in_force".to_owned()),
        text: code.to_owned(),
        ..Narrowing::default()
    };
    let granted = grants.map(|readable| ledger::wanted(&readable, &narrowing));
    app.db.read(|conn| {
        let kept = get(conn, code)?.ok_or(Error::NotFound)?;
        let versions = resource_versions::of(conn, code, MOST_VERSIONS)?;
        let history = versions.into_iter().map(step).collect::<Result<_, _>>()?;
        let granted = granted
            .map(|wanted| register_search::search(conn, &wanted, None, MOST_GRANTS))
            .transpose()?;
        Ok(Seen {
            kept,
            history,
            cases: cases::list(conn, &filter, None, MOST_CASES)?,
            grants: granted.map(|page| page.rows.len()),
        })
    })
}

fn step((version, case): resource_versions::Found) -> Result<Step, Error> {
    let now: Kept = serde_json::from_value(version.document)?;
    let was: Option<Kept> = version.was.map(serde_json::from_value).transpose()?;
    let differences = was
        .as_ref()
        .map(|was| between(&was.resource, &now.resource));
    Ok(Step {
        source: version.source,
        person: version.person_id,
        case: case.map(|(ulid, number)| (ulid, number.unwrap_or_default())),
        at: version.at,
        active: (was.is_some_and(|was| was.active), now.active),
        differences: differences.unwrap_or_default(),
    })
}
