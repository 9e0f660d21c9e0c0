//! `/c/{id}/check`: everything once more, who will be asked, and the button that sends it off.

use std::collections::BTreeMap;

use actix_web::http::StatusCode;
use actix_web::web;
use ulid::Ulid;

use super::answer::Answer;
use super::failure::Failure;
use super::files::id;
use super::posted::Body;
use super::words::{self, Names};
use super::{case, clocks, edit};
use crate::calendar::day_of;
use crate::engine::{self, Channel, Command, Input, Party, Rejection};
use crate::expression::{Scope, Value};
use crate::forms::{self, Answers};
use crate::messages::text;
use crate::services::cases::{self, By};
use crate::services::desk::{self, Desk};
use crate::services::preview::Preview;
use crate::services::titles::Titles;
use crate::services::{Error, seen};
use crate::web::format;
pub(super) use crate::web::format::span;
use crate::web::session::{Reader, Visit};
use crate::web::views::{
    CheckSection, CheckView, EditView, ErrorLink, Nav, PreviewStep, SubmittedView, Tag, Tone,
    WarningRow,
};
use crate::workflow::{Budget, CheckLevel, ClockRule, Kind, Node, Who};

/// `GET /c/{id}/check`
pub async fn show(visit: Visit, path: web::Path<String>) -> Answer {
    visit
        .show(move |visit| {
            let reader = visit.reader()?;
            let desk = lay_out(visit, &reader, id(&path)?)?;
            page(visit, &reader, StatusCode::OK, &desk, &Tried::default())
        })
        .await
}

/// What was tried with the last post of the page.
#[derive(Default)]
struct Tried {
    /// It was sent off, and came back.
    sent: bool,
    /// The warnings that were confirmed.
    confirmed: Vec<String>,
    /// What the engine said.
    said: Option<String>,
}

fn by(reader: &Reader) -> By {
    By::person(reader.viewer.person.id, Channel::Page)
}

fn lay_out(visit: &Visit, reader: &Reader, id: Ulid) -> Result<Desk, Failure> {
    match desk::lay_out(
        &visit.app,
        &by(reader),
        id,
        Answers::new(),
        &BTreeMap::new(),
    ) {
        Err(Error::NotFound) => {
            seen::see(&visit.app, &reader.viewer, id)?;
            Err(Answer::see_other(&format!("/c/{id}")).into())
        }
        other => Ok(other?),
    }
}

fn page(
    visit: &Visit,
    reader: &Reader,
    status: StatusCode,
    desk: &Desk,
    tried: &Tried,
) -> Result<Answer, Failure> {
    let language = visit.language;
    let draft = &desk.open.draft;
    let errors = errors(visit, desk, tried);
    let steps = edit::steps(visit, desk, None);
    let view = CheckView {
        id: draft.ulid.to_string(),
        heading: draft.title.clone(),
        saved: edit::saved(visit, desk),
        progress: EditView::progress(&steps, language),
        steps,
        error_heading: EditView::count_errors(errors.len(), language),
        ready: blocking(desk).next().is_none() && desk.problems.is_empty(),
        errors,
        sections: sections(visit, desk),
        warnings: warnings(visit, desk, tried),
        stages: Ahead::of(visit, desk).steps(),
        expected: String::new(),
        declaration: text(language, "pages.check.declaration", &[]),
        revision: draft.revision,
        again: desk.open.case.is_some(),
    };
    visit.page_as(status, reader, Nav::Mine, &view)
}

fn blocking(desk: &Desk) -> impl Iterator<Item = &desk::Held> {
    desk.held
        .iter()
        .filter(|held| held.level != CheckLevel::Warning)
}

fn warned(desk: &Desk) -> impl Iterator<Item = &desk::Held> {
    desk.held
        .iter()
        .filter(|held| held.level == CheckLevel::Warning)
}

/// What stands in the way: gaps and mistakes by section, then rules over all of it.
fn errors(visit: &Visit, desk: &Desk, tried: &Tried) -> Vec<ErrorLink> {
    let draft = desk.open.draft.ulid;
    let part = desk.part();
    let of_fields = part.sections().into_iter().flat_map(|(section, _)| {
        desk.problems_of(&section.id)
            .map(|problem| {
                let href = format!(
                    "/c/{draft}/edit/{}?check=1#{}",
                    section.id,
                    problem.element()
                );
                ErrorLink::new(href, problem.message(&visit.language))
            })
            .collect::<Vec<_>>()
    });
    let of_rules = blocking(desk).map(|held| {
        let section = part
            .sections()
            .first()
            .map(|(section, _)| section.id.clone());
        let href = format!("/c/{draft}/edit/{}", section.unwrap_or_default());
        ErrorLink::new(href, words::pick(visit, &held.message))
    });
    let of_warnings = warned(desk)
        .enumerate()
        .filter(|(index, _)| tried.sent && !tried.confirmed.contains(&index.to_string()))
        .map(|(index, held)| {
            ErrorLink::new(
                format!("#warning-{index}"),
                words::pick(visit, &held.message),
            )
        });
    let mut all: Vec<ErrorLink> = of_fields.chain(of_rules).chain(of_warnings).collect();
    if let Some(said) = tried.said.as_ref().filter(|_| all.is_empty()) {
        all.push(ErrorLink::new("#check-stages", said.clone()));
    }
    all
}

fn sections(visit: &Visit, desk: &Desk) -> Vec<CheckSection> {
    let form = &desk.open.workflow.form;
    let opened = Answers::new();
    let shown = forms::display(
        form,
        &desk.canonical,
        &desk.facts,
        &visit.language,
        Some(&opened),
    );
    let draft = desk.open.draft.ulid;
    desk.part()
        .sections()
        .into_iter()
        .map(|(section, _)| {
            let lines = shown
                .iter()
                .find(|shown| shown.id == section.id)
                .map(|shown| shown.lines.clone())
                .unwrap_or_default();
            let problems = desk.problems_of(&section.id).count();
            let n = problems.to_string();
            let (tone, key) = match (problems, lines.is_empty()) {
                (0, _) => (Tone::Ok, "pages.edit.step_done"),
                (_, true) => (Tone::Hold, "pages.edit.step_todo"),
                (_, false) => (Tone::Bad, "pages.edit.step_bad"),
            };
            CheckSection {
                id: section.id.clone(),
                title: words::pick(visit, &section.title),
                edit_href: format!("/c/{draft}/edit/{}", section.id),
                state: Tag::new(tone, text(visit.language, key, &[("n", &n)])),
                lines,
            }
        })
        .collect()
}

fn warnings(visit: &Visit, desk: &Desk, tried: &Tried) -> Vec<WarningRow> {
    warned(desk)
        .enumerate()
        .map(|(index, held)| {
            let value = index.to_string();
            let confirmed = tried.confirmed.contains(&value);
            let error = if tried.sent && !confirmed {
                text(visit.language, "pages.check.confirm_missing", &[])
            } else {
                String::new()
            };
            WarningRow {
                value,
                text: words::pick(visit, &held.message),
                confirmed,
                error,
            }
        })
        .collect()
}

/// The stages to come, as far as the answers tell.
struct Ahead<'a> {
    visit: &'a Visit,
    desk: &'a Desk,
    preview: Preview,
}

impl<'a> Ahead<'a> {
    fn of(visit: &'a Visit, desk: &'a Desk) -> Self {
        Self {
            visit,
            desk,
            preview: desk.preview(),
        }
    }

    fn steps(&self) -> Vec<PreviewStep> {
        let places = self.preview.places.iter();
        places.filter_map(|place| self.step(place)).collect()
    }

    fn step(&self, place: &str) -> Option<PreviewStep> {
        let node = self.desk.open.workflow.node(place)?;
        let scope = self.scope(place);
        Some(PreviewStep {
            title: self.titles().place(place),
            who: match &node.kind {
                Kind::Stage(stage) => self
                    .names()
                    .asked(stage, &scope, |who| self.meant(who, place)),
                Kind::Start(start) => self.names().parties(&self.meant(&start.applicant, place)),
                _ => String::new(),
            },
            takes: match &node.kind {
                Kind::Wait(wait) => self.until(wait.until.as_ref(), &scope),
                _ => self.takes(node, place, &scope),
            },
        })
    }

    fn titles(&self) -> Titles<'_> {
        Titles {
            workflow: &self.desk.open.workflow,
            case: &self.preview.case,
            directory: &self.desk.open.viewer.directory,
            language: self.visit.language,
            former: None,
        }
    }

    fn names(&self) -> Names<'_> {
        Names {
            directory: &self.desk.open.viewer.directory,
            language: self.visit.language,
        }
    }

    fn scope(&self, place: &str) -> Scope {
        self.desk.situated(&self.preview.case, |at| {
            engine::scope_at(at.workflow, at.case, at.context, place, None)
        })
    }

    fn meant(&self, who: &Who, place: &str) -> Vec<Party> {
        self.desk
            .situated(&self.preview.case, |at| at.meant(who, place))
    }

    /// The date until which something stands, where the answers tell.
    fn until(&self, rule: Option<&ClockRule>, scope: &Scope) -> String {
        let Some(Budget::At(at)) = rule.map(|rule| &rule.budget) else {
            return String::new();
        };
        match at.value(scope) {
            Ok(Value::Time(at)) => {
                let language = self.visit.language;
                let date = format::day(day_of(at), self.desk.now, language);
                text(language, "branch.until", &[("date", &date)])
            }
            _ => String::new(),
        }
    }

    /// The stage's own time, else what it shares with the stages around it.
    fn takes(&self, node: &Node, place: &str, scope: &Scope) -> String {
        if let Some(rule) = node.due.first() {
            return self.budget(rule, scope).unwrap_or_default();
        }
        let workflow = &self.desk.open.workflow;
        let around = workflow.around(place);
        let shared = around.iter().rev().find_map(|block| {
            let rule = workflow.node(block)?.due.first()?;
            Some((block, self.budget(rule, scope)?))
        });
        match shared {
            Some((block, takes)) => {
                let block = self.titles().bare(block);
                let values = [("block", &*block), ("takes", &*takes)];
                text(self.visit.language, "pages.check.takes_together", &values)
            }
            None => String::new(),
        }
    }

    fn budget(&self, rule: &ClockRule, scope: &Scope) -> Option<String> {
        let Budget::In(alternatives) = &rule.budget else {
            return None;
        };
        let (_, duration) = alternatives.iter().find(|(when, _)| {
            when.as_ref()
                .is_none_or(|when| when.guard(scope) == Ok(true))
        })?;
        let span = span(*duration, self.visit.language);
        let key = if rule.law.is_some() {
            "pages.check.takes_by_law"
        } else {
            "pages.check.takes_inside"
        };
        Some(text(self.visit.language, key, &[("span", &span)]))
    }
}

/// `POST /c/{id}/check` and `/c/{id}/submit`
pub async fn submit(visit: Visit, path: web::Path<String>, body: Body) -> Answer {
    visit
        .take(body, move |visit, posted| {
            let (reader, posted) = visit.short_form(posted)?;
            let id = id(&path)?;
            let tried = Tried {
                sent: true,
                confirmed: posted.all("confirmed"),
                said: None,
            };
            let desk = match lay_out(visit, &reader, id) {
                // The same form once more: it was sent off with the first click.
                Err(Failure::Answer(_)) => {
                    return Ok(Answer::see_other(&format!("/c/{id}/submitted")));
                }
                other => other?,
            };
            send(visit, &reader, &desk, posted.number("revision"), tried)
        })
        .await
}

fn send(
    visit: &Visit,
    reader: &Reader,
    desk: &Desk,
    seen: Option<i64>,
    mut tried: Tried,
) -> Result<Answer, Failure> {
    let id = desk.open.draft.ulid;
    if seen.is_some_and(|seen| seen != desk.open.draft.revision) {
        tried.said = Some(text(visit.language, "pages.check.changed", &[]));
        tried.sent = false;
        return page(visit, reader, StatusCode::CONFLICT, desk, &tried);
    }
    let confirmed =
        (0..warned(desk).count()).all(|index| tried.confirmed.contains(&index.to_string()));
    let command = Command {
        action: "submit".into(),
        input: Input {
            confirmed,
            ..Input::default()
        },
        // A revision's row counts its own changes, not those of the case.
        seen: desk.open.case.is_none().then_some(desk.open.draft.revision),
    };
    match cases::perform(&visit.app, &by(reader), id, command) {
        Ok(_) => Ok(Answer::see_other(&format!("/c/{id}/submitted"))),
        Err(Error::Rejected(rejection)) => refused(visit, reader, id, &rejection, tried),
        Err(other) => Err(other.into()),
    }
}

fn refused(
    visit: &Visit,
    reader: &Reader,
    id: Ulid,
    rejection: &Rejection,
    mut tried: Tried,
) -> Result<Answer, Failure> {
    if let Rejection::Check {
        level: CheckLevel::Stop,
        message,
    } = rejection
    {
        crate::services::drafts::discard(&visit.app, &by(reader), id)?;
        return Err(Error::Stopped(message.clone()).into());
    }
    tried.said = Some(words::rejection(
        visit.language,
        rejection,
        Some(&reader.viewer.directory),
    ));
    let desk = lay_out(visit, reader, id)?;
    page(
        visit,
        reader,
        StatusCode::UNPROCESSABLE_ENTITY,
        &desk,
        &tried,
    )
}

/// `GET /c/{id}/submitted`
pub async fn submitted(visit: Visit, path: web::Path<String>) -> Answer {
    visit
        .show(move |visit| {
            let reader = visit.reader()?;
            let seen = seen::see(&visit.app, &reader.viewer, id(&path)?)?;
            let case = &seen.running.case;
            if case.applicant != reader.viewer.person.id {
                return Err(Error::NotFound.into());
            }
            let (next, due) = next(visit, &seen);
            let submitted = seen.summary.submitted_at;
            let view = SubmittedView {
                id: seen.summary.ulid.to_string(),
                heading: seen.summary.title.clone(),
                number: case.number.clone().unwrap_or_default(),
                when: format::full(submitted, visit.language),
                next,
                due,
                address: reader.viewer.person.email.clone(),
                again: case::was_resubmitted(&seen),
            };
            visit.page(&reader, Nav::Mine, &view)
        })
        .await
}

/// Whom it waits for now, and by when.
fn next(visit: &Visit, seen: &seen::Seen) -> (String, String) {
    let sight = case::Sight::new(visit, seen);
    let waits: Vec<String> = seen
        .running
        .case
        .awaited()
        .map(|task| sight.waiting_at(task))
        .collect();
    let reckoning = clocks::Reckoning::of(seen, visit.language);
    let due = seen
        .running
        .case
        .open_tasks()
        .flat_map(|task| seen.clocks(task))
        .filter(|reading| reading.deadline.is_some())
        .min_by_key(|reading| reading.deadline)
        .map(|reading| reckoning.due(&reading).before)
        .unwrap_or_default();
    // Titles have commas of their own.
    let and = text(visit.language, "pages.check.and_next", &[]);
    (waits.join(&and), due)
}
