//! The versions of a workflow: who published them, what they say, what differs between them.

use actix_web::HttpRequest;
use actix_web::http::StatusCode;

use super::sheet::{Side, lines};
use super::{Sheet, key_of, number_of, picture};
use crate::forms::Words;
use crate::services::definitions::Version;
use crate::services::workflows;
use crate::storage::workflow_drafts::WorkflowDraft;
use crate::storage::workflows::{VersionStatus, WorkflowVersion};
use crate::web::pages::answer::Answer;
use crate::web::pages::failure::Failure;
use crate::web::session::Visit;
use crate::web::views::{
    Checks, Choice, Comparison, DiffView, Fact, Link, Problem, VersionRow, VersionView,
    VersionsView,
};
use crate::workflow::{Checked, Severity};

/// What stands for one's draft where a version can be chosen.
const DRAFT: &str = "draft";

/// `GET /admin/workflows/{key}/versions`
pub async fn list(visit: Visit, request: HttpRequest) -> Answer {
    let key = key_of(&request);
    visit
        .show(move |visit| {
            let reader = visit.reader()?;
            let sheet = Sheet::open_any(visit, &reader, &key)?;
            let versions = sheet.found.versions.iter();
            let view = VersionsView {
                crumb: sheet.crumb(),
                rows: versions.map(|version| row(&sheet, version)).collect(),
            };
            sheet.page(StatusCode::OK, &view)
        })
        .await
}

fn row(sheet: &Sheet<'_>, version: &Version) -> VersionRow {
    let (row, base) = (&version.row, sheet.base());
    let mut links: Vec<Link> = compare(sheet, row).into_iter().collect();
    let moves = row.status == VersionStatus::Retired && 0 < version.running && sheet.writes();
    if moves {
        let words = sheet.say("workflows.versions.migrate", &[]);
        links.push(Link::new(
            format!("{base}/migrate?from={}", row.version),
            words,
        ));
    }
    VersionRow {
        href: format!("{base}/versions/{}", row.version),
        name: sheet.version(row.version),
        state: sheet.state(row),
        proposed: sheet.deed(row.proposed_by, row.proposed_at),
        settled: sheet.settled(row),
        running: pieces(sheet, version.running),
        links,
    }
}

fn pieces(sheet: &Sheet<'_>, running: i64) -> String {
    sheet.say("workflows.pieces", &[("n", &running.to_string())])
}

/// The way to what differs from the version before, or, while it waits, from the one in force.
fn compare(sheet: &Sheet<'_>, row: &WorkflowVersion) -> Option<Link> {
    let other = match row.status {
        VersionStatus::Proposed => sheet.found.current()?.row.version,
        VersionStatus::Current | VersionStatus::Retired => before(sheet, row.version)?,
    };
    let (from, to) = (other.to_string(), row.version.to_string());
    let words = sheet.say("workflows.versions.compare", &[("n", &from)]);
    let address = format!("{}/diff?from={from}&to={to}", sheet.base());
    Some(Link::new(address, words))
}

/// The last version before this one that was ever in force.
fn before(sheet: &Sheet<'_>, version: u32) -> Option<u32> {
    let mut versions = sheet.found.versions.iter().map(|version| &version.row);
    versions
        .find(|row| row.version < version && row.confirmed_at.is_some())
        .map(|row| row.version)
}

/// `GET /admin/workflows/{key}/versions/{number}`
pub async fn show(visit: Visit, request: HttpRequest) -> Answer {
    let (key, number) = (key_of(&request), number_of(&request));
    visit
        .show(move |visit| {
            let reader = visit.reader()?;
            let sheet = Sheet::open_any(visit, &reader, &key)?;
            let version = sheet.found.numbered(number?).ok_or(Problem::NotFound)?;
            let view = match version.row.status {
                VersionStatus::Proposed => proposal(&sheet, version)?,
                VersionStatus::Current | VersionStatus::Retired => plain(&sheet, version)?,
            };
            sheet.page(StatusCode::OK, &view)
        })
        .await
}

/// A version that was decided about. One that was given up may not be readable, and then it has no diagram.
fn plain(sheet: &Sheet<'_>, version: &Version) -> Result<VersionView, Failure> {
    let row = &version.row;
    Ok(VersionView {
        crumb: sheet.crumb(),
        heading: sheet.version(row.version),
        state: Some(sheet.state(row)),
        facts: facts(sheet, version),
        links: compare(sheet, row).into_iter().collect(),
        version: row.version,
        lines: lines(&row.source, &Checks::default()),
        picture: sheet
            .workflow(row)?
            .map(|workflow| picture::draw(sheet, &workflow))
            .transpose()?,
        ..VersionView::default()
    })
}

/// The version that waits: what it changes, what the check says today, and what the reader can do about it.
fn proposal(sheet: &Sheet<'_>, version: &Version) -> Result<VersionView, Failure> {
    let row = &version.row;
    let checked = sheet.check(&row.source)?;
    let checks = sheet.checks(&checked);
    let own = row.proposed_by == sheet.reader.viewer.person.id;
    let (writes, sound) = (sheet.writes(), is_sound(&checked));
    let notes = match (writes, own, sound) {
        (false, ..) => vec![sheet.say("workflows.version.reads", &[])],
        (true, _, false) => vec![sheet.say("workflows.version.broken", &[])],
        (true, true, true) => vec![sheet.say("workflows.version.own", &[])],
        (true, false, true) => vec![effect(sheet, row.version)],
    };
    let comparison = match sheet.found.current() {
        None => None,
        Some(current) => {
            let before = sheet.workflow(&current.row)?;
            let old = Side {
                name: sheet.version(current.row.version),
                source: &current.row.source,
                workflow: before.as_deref(),
            };
            let new = Side {
                name: sheet.version(row.version),
                source: &row.source,
                workflow: checked.workflow.as_ref(),
            };
            Some(sheet.comparison(&old, &new))
        }
    };
    let picture = match sheet.is_ours() {
        true => None,
        false => picture::of_text(sheet, &checked, &checks)?,
    };
    let escapes = workflows::escapes(&sheet.visit.app.db, &row.key)?;
    let escapes: Vec<&str> = escapes
        .iter()
        .map(|title| sheet.visit.language.pick(title))
        .collect();
    Ok(VersionView {
        unbound: match escapes.is_empty() {
            true => String::new(),
            false => sheet.say(
                "workflows.version.unbound",
                &[("policies", &escapes.join("、"))],
            ),
        },
        confirms: writes && !own && sound,
        withdraws: writes,
        notes,
        lines: lines(&row.source, &checks),
        checks: Some(checks),
        comparison,
        picture,
        ..plain(sheet, version)?
    })
}

fn is_sound(checked: &Checked) -> bool {
    let mut findings = checked.findings.iter();
    findings.all(|finding| finding.severity == Severity::Warning)
}

/// What happens when it is confirmed.
fn effect(sheet: &Sheet<'_>, version: u32) -> String {
    if sheet.is_ours() {
        return sheet.say(
            "workflows.version.effect_at_once",
            &[("n", &version.to_string())],
        );
    }
    let (n, cases) = (version.to_string(), sheet.running().to_string());
    match sheet.running() {
        0 => sheet.say("workflows.version.effect_none", &[("n", &n)]),
        _ => sheet.say("workflows.version.effect", &[("n", &n), ("cases", &cases)]),
    }
}

fn facts(sheet: &Sheet<'_>, version: &Version) -> Vec<Fact> {
    let row = &version.row;
    let say = |key: &str| sheet.say(key, &[]);
    let mut facts = vec![Fact::new(
        say("workflows.version.proposed"),
        sheet.by(&sheet.deed(row.proposed_by, row.proposed_at)),
    )];
    let settled = match row.confirmed_by {
        Some(_) => "workflows.version.confirmed",
        None => "workflows.version.withdrawn",
    };
    if let Some(deed) = sheet.settled(row) {
        facts.push(Fact::new(say(settled), sheet.by(&deed)));
    }
    if row.confirmed_at.is_some() && !sheet.is_ours() {
        facts.push(Fact::new(
            say("workflows.version.running"),
            pieces(sheet, version.running),
        ));
    }
    facts.push(Fact {
        mono: true,
        ..Fact::new(say("workflows.version.digest"), row.digest.clone())
    });
    facts
}

/// `GET /admin/workflows/{key}/diff?from=3&to=4`; `to=draft` is what the reader is writing.
pub async fn diff(visit: Visit, request: HttpRequest) -> Answer {
    let key = key_of(&request);
    visit
        .show(move |visit| {
            let reader = visit.reader()?;
            let sheet = Sheet::open_any(visit, &reader, &key)?;
            let draft = sheet.draft()?;
            let (from, to) = wanted(&sheet);
            let view = DiffView {
                crumb: sheet.crumb(),
                from: choices(&sheet, from.as_deref(), None),
                to: choices(&sheet, to.as_deref(), draft.as_ref()),
                comparison: match (from, to) {
                    (Some(from), Some(to)) => Some(between(&sheet, draft.as_ref(), &from, &to)?),
                    _ => None,
                },
            };
            sheet.page(StatusCode::OK, &view)
        })
        .await
}

/// The two that are compared: as the address says, else the one that waits with the one in force, else the last two that
/// were in force.
fn wanted(sheet: &Sheet<'_>) -> (Option<String>, Option<String>) {
    let param = |name: &str| sheet.visit.param(name).map(str::to_owned);
    let current = sheet.found.current().map(|version| version.row.version);
    let proposed = sheet.found.proposed().map(|version| version.row.version);
    let to = proposed.or(current);
    let from = match proposed {
        Some(_) => current,
        None => current.and_then(|current| before(sheet, current)),
    };
    let number = |number: Option<u32>| number.map(|number| number.to_string());
    (
        param("from").or_else(|| number(from)),
        param("to").or_else(|| number(to)),
    )
}

fn choices(sheet: &Sheet<'_>, chosen: Option<&str>, draft: Option<&WorkflowDraft>) -> Vec<Choice> {
    let is_chosen = |value: &str| chosen == Some(value);
    let draft = draft.map(|_| Choice::new(DRAFT, sheet.draft_name(), is_chosen(DRAFT)));
    let versions = sheet.found.versions.iter().map(|version| {
        let value = version.row.version.to_string();
        let words = sheet.version(version.row.version);
        let chosen = is_chosen(&value);
        Choice::new(value, words, chosen)
    });
    draft.into_iter().chain(versions).collect()
}

fn between(
    sheet: &Sheet<'_>,
    draft: Option<&WorkflowDraft>,
    from: &str,
    to: &str,
) -> Result<Comparison, Failure> {
    let find = |name: &str| -> Result<&WorkflowVersion, Failure> {
        let number = name.parse().map_err(|_| Problem::NotFound)?;
        let version = sheet.found.numbered(number).ok_or(Problem::NotFound)?;
        Ok(&version.row)
    };
    let old = find(from)?;
    let before = sheet.workflow(old)?;
    let old = Side {
        name: sheet.version(old.version),
        source: &old.source,
        workflow: before.as_deref(),
    };
    if let (DRAFT, Some(draft)) = (to, draft) {
        let checked = sheet.check(&draft.source)?;
        let new = Side {
            name: sheet.draft_name(),
            source: &draft.source,
            workflow: checked.workflow.as_ref(),
        };
        return Ok(sheet.comparison(&old, &new));
    }
    let new = find(to)?;
    let after = sheet.workflow(new)?;
    let new = Side {
        name: sheet.version(new.version),
        source: &new.source,
        workflow: after.as_deref(),
    };
    Ok(sheet.comparison(&old, &new))
}
