//! Proposing what was written, and what a second person does about it.

use actix_web::HttpRequest;
use actix_web::http::StatusCode;

use super::editor::misplaced;
use super::sheet::{Side, lines};
use super::{Sheet, base, home, key_of, number_of};
use crate::services::workflows::{self, Proposed};
use crate::services::{Error, definitions};
use crate::storage::workflow_drafts::WorkflowDraft;
use crate::web::pages::answer::Answer;
use crate::web::pages::failure::Failure;
use crate::web::pages::posted::Body;
use crate::web::session::{Reader, Visit};
use crate::web::views::{Comparison, ProposeView};
use crate::workflow::Workflow;

/// `GET /admin/workflows/{key}/propose`
pub async fn show(visit: Visit, request: HttpRequest) -> Answer {
    let key = key_of(&request);
    visit
        .show(move |visit| {
            let reader = visit.reader()?;
            definitions::may_write(&reader.viewer)?;
            let sheet = Sheet::open(visit, &reader, &key)?;
            let draft = sheet.draft()?;
            let Some(draft) = draft else {
                return Ok(Answer::see_other(&sheet.base()));
            };
            let checked = sheet.check(&draft.source)?;
            let checks = sheet.checks(&checked);
            let Some(workflow) = sound(&sheet, checked.workflow)? else {
                return Ok(Answer::see_other(&format!("{}?check=1", sheet.base())));
            };
            let view = ProposeView {
                crumb: sheet.crumb(),
                heading: heading(&sheet),
                comparison: comparison(&sheet, &draft, &workflow)?,
                lines: match checks.rows.is_empty() {
                    true => Vec::new(),
                    false => lines(&draft.source, &checks),
                },
                checks,
                notes: notes(&sheet),
                revision: draft.revision,
            };
            sheet.page(StatusCode::OK, &view)
        })
        .await
}

/// The workflow, when it has no error and belongs here.
fn sound(sheet: &Sheet<'_>, workflow: Option<Workflow>) -> Result<Option<Workflow>, Failure> {
    let Some(workflow) = workflow else {
        return Ok(None);
    };
    Ok(match misplaced(sheet, &workflow)? {
        Some(_) => None,
        None => Some(workflow),
    })
}

fn heading(sheet: &Sheet<'_>) -> String {
    if sheet.is_new() {
        return sheet.say("workflows.propose.heading_new", &[]);
    }
    let next = sheet.found.next_number().to_string();
    sheet.say("workflows.propose.heading", &[("n", &next)])
}

fn comparison(
    sheet: &Sheet<'_>,
    draft: &WorkflowDraft,
    workflow: &Workflow,
) -> Result<Option<Comparison>, Failure> {
    let Some(current) = sheet.found.current() else {
        return Ok(None);
    };
    let before = sheet.workflow(&current.row)?;
    Ok(Some(sheet.comparison(
        &Side {
            name: sheet.version(current.row.version),
            source: &current.row.source,
            workflow: before.as_deref(),
        },
        &Side {
            name: sheet.version(sheet.found.next_number()),
            source: &draft.source,
            workflow: Some(workflow),
        },
    )))
}

fn notes(sheet: &Sheet<'_>) -> Vec<String> {
    let mut notes = vec![sheet.say("workflows.propose.lead", &[])];
    if sheet.found.current().is_none() {
        notes.push(sheet.say("workflows.propose.first", &[]));
    } else {
        let running = sheet.running().to_string();
        notes.push(match sheet.running() {
            0 => sheet.say("workflows.propose.effect_none", &[]),
            _ => sheet.say("workflows.propose.effect", &[("n", &running)]),
        });
    }
    if let Some(waiting) = sheet.found.proposed() {
        let n = waiting.row.version.to_string();
        notes.push(sheet.say("workflows.propose.replaces", &[("n", &n)]));
    }
    notes
}

/// `POST /admin/workflows/{key}/propose`
pub async fn propose(visit: Visit, request: HttpRequest, body: Body) -> Answer {
    let key = key_of(&request);
    visit
        .take(body, move |visit, posted| {
            let (reader, posted) = visit.short_form(posted)?;
            definitions::may_write(&reader.viewer)?;
            let sheet = Sheet::open(visit, &reader, &key)?;
            let Some(draft) = sheet.draft()? else {
                return Ok(Answer::see_other(&sheet.base()));
            };
            if posted.number("revision") != Some(draft.revision) {
                return Err(Failure::MovedOn {
                    detail: sheet.say("workflows.gone.changed", &[]),
                    kept: Vec::new(),
                    href: format!("{}/propose", sheet.base()),
                });
            }
            let checked = sheet.check(&draft.source)?;
            let Some(workflow) = sound(&sheet, checked.workflow)? else {
                return Ok(Answer::see_other(&format!("{}?check=1", sheet.base())));
            };
            hand_in(&sheet, &workflow.key, &draft.source)
        })
        .await
}

fn hand_in(sheet: &Sheet<'_>, key: &str, source: &str) -> Result<Answer, Failure> {
    let (app, viewer) = (&sheet.visit.app, &sheet.reader.viewer);
    let (login, file) = (viewer.person.login.as_str(), format!("{key}.yaml"));
    let proposed = workflows::propose(&app.db, &*app.clock, login, &file, source)?;
    definitions::discard_draft(app, viewer, &sheet.found.key)?;
    Ok(match proposed {
        Proposed::Waiting(version) => {
            let address = format!("{}/versions/{}", base(key), version.version);
            sheet.visit.said(&address, "proposed")
        }
        Proposed::InForce(_) => Answer::see_other(&base(key)),
    })
}

/// `POST /admin/workflows/{key}/versions/{number}/confirm`
pub async fn confirm(visit: Visit, request: HttpRequest, body: Body) -> Answer {
    let (key, number) = (key_of(&request), number_of(&request));
    visit
        .take(body, move |visit, posted| {
            let (reader, posted) = visit.short_form(posted)?;
            let number = number?;
            let (app, login) = (&visit.app, &reader.viewer.person.login);
            let confirm = match posted.get("unbound") {
                Some("1") => workflows::confirm_unbound,
                Some(_) | None => workflows::confirm,
            };
            match confirm(&app.db, &*app.clock, &key, login, Some(number)) {
                Ok(_) => Ok(visit.said(&home(&key), "confirmed")),
                // The findings, and the policies that it escapes, stand on the version's page.
                Err(Error::Import(_) | Error::Unbound(_)) => Ok(Answer::see_other(&format!(
                    "{}/versions/{number}",
                    base(&key)
                ))),
                Err(error) => Err(gone(visit, &reader, (&key, number), error)?),
            }
        })
        .await
}

/// `POST /admin/workflows/{key}/versions/{number}/withdraw`
pub async fn withdraw(visit: Visit, request: HttpRequest, body: Body) -> Answer {
    let (key, number) = (key_of(&request), number_of(&request));
    visit
        .take(body, move |visit, posted| {
            let (reader, _) = visit.short_form(posted)?;
            let number = number?;
            let (app, login) = (&visit.app, &reader.viewer.person.login);
            match workflows::withdraw(&app.db, &*app.clock, &key, login, Some(number)) {
                Ok(_) => Ok(visit.said(&home(&key), "proposal_withdrawn")),
                Err(error) => Err(gone(visit, &reader, (&key, number), error)?),
            }
        })
        .await
}

/// Why nothing came of a decision: somebody else decided first, or it was not for them.
fn gone(
    visit: &Visit,
    reader: &Reader,
    (key, number): (&str, u32),
    error: Error,
) -> Result<Failure, Failure> {
    if !matches!(error, Error::Stale | Error::NotFound) {
        return Ok(error.into());
    }
    let sheet = Sheet::open_any(visit, reader, key)?;
    let n = number.to_string();
    Ok(Failure::MovedOn {
        detail: sheet.say("workflows.gone.detail", &[("n", &n)]),
        kept: Vec::new(),
        href: format!("{}/versions", sheet.base()),
    })
}
