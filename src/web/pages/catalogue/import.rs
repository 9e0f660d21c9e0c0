//! `/catalogue/import`: a file is looked at first, with what it would do or what is wrong with it, and then confirmed.

use std::io::Read;

use actix_web::http::StatusCode;

use super::{names, resource::difference};
use crate::messages::{Language, text};
use crate::services::Error;
use crate::services::catalogue::import::{self, Plan, Step};
use crate::web::pages::answer::Answer;
use crate::web::pages::failure::Failure;
use crate::web::pages::posted::{Body, Fault, Posted};
use crate::web::session::{Reader, Visit};
use crate::web::views::{ImportPlan, ImportRow, ImportView, Nav, Tag, Tone};

/// More resources than these are not shown one by one.
const MOST_SHOWN: usize = 200;

/// `GET /catalogue/import`
pub async fn look(visit: Visit) -> Answer {
    visit
        .show(|visit| {
            let reader = visit.reader()?;
            let plan = import::waiting(&visit.app, &reader.viewer)?;
            let view = ImportView {
                faults: Vec::new(),
                plan: plan.map(|plan| plan_view(visit, &reader, &plan)),
            };
            visit.page(&reader, Nav::Catalogue, &view)
        })
        .await
}

/// `POST /catalogue/import`
pub async fn upload(visit: Visit, body: Body) -> Answer {
    visit
        .take(body, |visit, posted| {
            let (reader, posted) = visit.short_form(posted)?;
            let Some((name, bytes)) = file(visit, posted)? else {
                let none = text(visit.language, "catalogue.import.none", &[]);
                return refused(visit, &reader, vec![none]);
            };
            match import::look(&visit.app, &reader.viewer, &name, bytes)? {
                Ok(_) => Ok(Answer::see_other("/catalogue/import")),
                Err(faults) => {
                    let faults = faults.iter().map(|fault| match visit.language {
                        Language::Zh => fault.to_string(),
                        Language::En => fault.english(),
                    });
                    refused(visit, &reader, faults.collect())
                }
            }
        })
        .await
}

fn refused(visit: &Visit, reader: &Reader, faults: Vec<String>) -> Result<Answer, Failure> {
    let view = ImportView { faults, plan: None };
    visit.page_as(
        StatusCode::UNPROCESSABLE_ENTITY,
        reader,
        Nav::Catalogue,
        &view,
    )
}

/// The file that came with the form, whole.
fn file(visit: &Visit, mut posted: Posted) -> Result<Option<(String, Vec<u8>)>, Failure> {
    let Some(mut file) = posted.files.pop() else {
        return Ok(None);
    };
    let most = visit.app.settings.limits.attachment_bytes;
    let mut bytes = Vec::new();
    let read = file.content.read_to_end(&mut bytes);
    if read.is_err() {
        return Err(Failure::Form(Fault::Unreadable, Vec::new()));
    }
    if most < bytes.len() as u64 {
        return Err(Failure::Form(Fault::TooLarge, Vec::new()));
    }
    Ok(Some((file.file_name, bytes)))
}

/// `POST /catalogue/import/confirm`
pub async fn confirm(visit: Visit, body: Body) -> Answer {
    visit
        .take(body, |visit, posted| {
            let (reader, posted) = visit.short_form(posted)?;
            let digest = posted.get("digest").unwrap_or_default();
            match import::confirm(&visit.app, &reader.viewer, digest) {
                Ok(_) => Ok(visit.said("/catalogue", "imported")),
                Err(Error::Stale) => Err(Failure::MovedOn {
                    detail: text(visit.language, "catalogue.import.moved", &[]),
                    kept: Vec::new(),
                    href: "/catalogue/import".to_owned(),
                }),
                Err(error) => Err(error.into()),
            }
        })
        .await
}

/// `POST /catalogue/import/forget`
pub async fn forget(visit: Visit, body: Body) -> Answer {
    visit
        .take(body, |visit, posted| {
            let (reader, _) = visit.short_form(posted)?;
            import::forget(&visit.app, &reader.viewer)?;
            Ok(Answer::see_other("/catalogue/import"))
        })
        .await
}

fn plan_view(visit: &Visit, reader: &Reader, plan: &Plan) -> ImportPlan {
    let added = plan
        .steps
        .iter()
        .filter(|step| matches!(step, Step::Add(_)));
    let added = added.count();
    ImportPlan {
        summary: text(
            visit.language,
            "catalogue.import.summary",
            &[
                ("name", &plan.name),
                ("added", &added.to_string()),
                ("changed", &(plan.steps.len() - added).to_string()),
                ("unchanged", &plan.unchanged.to_string()),
            ],
        ),
        digest: plan.digest.clone(),
        does: !plan.steps.is_empty(),
        rows: plan
            .steps
            .iter()
            .take(MOST_SHOWN)
            .map(|step| row(visit, reader, step))
            .collect(),
    }
}

fn row(visit: &Visit, reader: &Reader, step: &Step) -> ImportRow {
    let (resource, tone, key, changes) = match step {
        Step::Add(resource) => (resource, Tone::Ok, "added", &[][..]),
        Step::Change(resource, found) => (resource, Tone::Warn, "changed", found.as_slice()),
    };
    let names = names(visit, reader);
    let words = text(visit.language, &format!("catalogue.took.{key}"), &[]);
    ImportRow {
        code: resource.code.clone(),
        title: resource.title.clone(),
        what: Tag::plain(tone, words),
        changes: changes.iter().map(|one| difference(names, one)).collect(),
    }
}
