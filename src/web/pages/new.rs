//! `/new`: choosing what to apply for; a draft begins with a click and nothing is sent to anybody.

use actix_web::web;

use super::answer::Answer;
use super::failure::Failure;
use super::posted::{Body, Posted};
use super::words;
use crate::engine::{self, Channel};
use crate::forms::{Answers, Required, Words};
use crate::messages::text;
use crate::services::cases::By;
use crate::services::{drafts, lists};
use crate::storage::drafts::Draft;
use crate::web::format;
use crate::web::session::{Reader, Visit, storable};
use crate::web::views::{Choice, Link, Nav, NewView, Problem, WorkflowCard};
use crate::workflow::Workflow;

/// `GET /new`
pub async fn choose(visit: Visit) -> Answer {
    visit
        .show(|visit| {
            let reader = visit.reader()?;
            let drafts = lists::my_drafts(&visit.app, reader.viewer.person.id, 100)?;
            let known = lists::workflows(&visit.app, &reader.viewer)?;
            let view = NewView {
                workflows: known
                    .iter()
                    .filter(|(_, _, may)| *may)
                    .map(|(_, workflow, _)| card(visit, &reader, workflow, &drafts))
                    .collect(),
                ask_whom: text(visit.language, "pages.new.ask_whom", &[]),
            };
            visit.page(&reader, Nav::New, &view)
        })
        .await
}

fn card(visit: &Visit, reader: &Reader, workflow: &Workflow, drafts: &[Draft]) -> WorkflowCard {
    let names = words::Names {
        directory: &reader.viewer.directory,
        language: visit.language,
    };
    let department = &reader.viewer.person.department;
    let draft = drafts
        .iter()
        .find(|draft| draft.workflow_key == workflow.key && draft.from_case.is_none())
        .map(|draft| {
            let when = format::moment(draft.updated_at, visit.app.now(), visit.language);
            let words = text(visit.language, "pages.new.go_on", &[("when", &when)]);
            Link::new(format!("/c/{}/edit", draft.ulid), words)
        });
    let sections = engine::asked_at_start(workflow)
        .sections()
        .len()
        .to_string();
    WorkflowCard {
        key: workflow.key.clone(),
        title: words::pick(visit, &workflow.title),
        about: workflow
            .about
            .as_ref()
            .map(|about| words::pick(visit, about))
            .unwrap_or_default(),
        basis: workflow
            .basis
            .as_ref()
            .map(|basis| words::pick(visit, basis))
            .unwrap_or_default(),
        needs: needs(visit, workflow),
        takes: text(visit.language, "pages.new.takes", &[("n", &sections)]),
        departments: vec![Choice::new(
            department.0.clone(),
            names.department(department),
            true,
        )],
        several: false,
        draft,
    }
}

/// The files that may be asked for, and when.
fn needs(visit: &Visit, workflow: &Workflow) -> Vec<String> {
    engine::asked_at_start(workflow)
        .fields
        .iter()
        .map(|(_, field)| *field)
        .filter(|field| matches!(field.kind.0.name(), "file" | "files"))
        .map(|field| {
            let label = visit.language.pick(&field.label);
            let key = match (&field.required, &field.show_when) {
                (Required::No, _) => "pages.new.need_may",
                (Required::When(_), _) | (Required::Yes, Some(_)) => "pages.new.need_if",
                (Required::Yes, None) => "pages.new.need",
            };
            text(visit.language, key, &[("what", label)])
        })
        .collect()
}

/// `POST /new`
pub async fn start(visit: Visit, body: Body) -> Answer {
    visit
        .take(body, |visit, posted| {
            let key = posted.get("workflow").unwrap_or_default().to_owned();
            begin(visit, posted, &key)
        })
        .await
}

/// `POST /new/{workflow}`
pub async fn start_this(visit: Visit, path: web::Path<String>, body: Body) -> Answer {
    visit
        .take(body, move |visit, posted| {
            begin(visit, posted, &storable(path.into_inner()))
        })
        .await
}

fn begin(visit: &Visit, posted: Posted, key: &str) -> Result<Answer, Failure> {
    let (reader, _) = visit.short_form(posted)?;
    let by = By::person(reader.viewer.person.id, Channel::Page);
    let open = drafts::start(&visit.app, &by, key, Answers::new())?;
    let part = engine::asked_at_start(&open.workflow);
    let Some((section, _)) = part.sections().into_iter().next() else {
        return Err(Problem::Internal.into());
    };
    Ok(Answer::see_other(&format!(
        "/c/{}/edit/{}",
        open.draft.ulid, section.id
    )))
}
