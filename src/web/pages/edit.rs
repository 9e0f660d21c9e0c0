//! `/c/{id}/edit/{section}`: filling in a request, one section a page. Whatever was typed is kept before anything is said about it.

mod page;

use std::collections::BTreeMap;

use actix_web::http::StatusCode;
use actix_web::web;
use ulid::Ulid;
use url::form_urlencoded;

use super::answer::Answer;
use super::failure::Failure;
use super::files::id;
use super::posted::{Body, Posted};
use crate::engine::Channel;
use crate::forms::{self, Answers, Field, Problem as FormProblem};
use crate::messages::text;
use crate::services::cases::By;
use crate::services::desk::{self, Desk};
use crate::services::{Error, drafts, uploads};
use crate::web::session::{Reader, Visit};
use crate::web::views::{AskView, Fact, Link, Nav, Problem};
use crate::workflow::Text;

pub(super) use page::{saved, steps};

/// `GET /c/{id}/edit`: the first section.
pub async fn first(visit: Visit, path: web::Path<String>) -> Answer {
    visit
        .show(move |visit| {
            let reader = visit.reader()?;
            let id = id(&path)?;
            let desk = lay_out(visit, &reader, id, Answers::new(), &BTreeMap::new())?;
            let section = page::begin_with(&desk).ok_or(Problem::NotFound)?;
            Ok(Answer::see_other(&format!("/c/{id}/edit/{section}")))
        })
        .await
}

/// `GET /c/{id}/edit/{section}`
pub async fn show(visit: Visit, path: web::Path<(String, String)>) -> Answer {
    visit
        .show(move |visit| {
            let reader = visit.reader()?;
            let (id, section) = (id(&path.0)?, path.1.as_str());
            let searches = forms::searches(&visit.query);
            let desk = lay_out(visit, &reader, id, Answers::new(), &searches)?;
            let mut sheet = page::Sheet::new(&desk, section, &searches);
            if visit.param("check").is_some() {
                sheet.problems = desk.problems_of(section).cloned().collect();
            }
            page::show(visit, &reader, StatusCode::OK, &sheet)
        })
        .await
}

/// `POST /c/{id}/edit/{section}`
pub async fn save(visit: Visit, path: web::Path<(String, String)>, body: Body) -> Answer {
    visit
        .take(body, move |visit, posted| {
            let (reader, posted) = visit.writer(posted)?;
            let (id, section) = (id(&path.0)?, path.1.clone());
            Saving {
                visit,
                reader,
                id,
                section,
                posted,
            }
            .run()
        })
        .await
}

/// Keeps what somebody typed before their session ended.
pub fn keep(
    visit: &Visit,
    reader: &Reader,
    id: Ulid,
    section: &str,
    pairs: &[(String, String)],
) -> Result<(), Failure> {
    let desk = lay_out(visit, reader, id, Answers::new(), &BTreeMap::new())?;
    let answers = forms::decode(fields(&desk, section)?, pairs);
    let seen = pairs
        .iter()
        .find(|(name, _)| name == "revision")
        .and_then(|(_, revision)| revision.parse().ok());
    drafts::save(&visit.app, &by(reader), id, answers, seen)?;
    Ok(())
}

fn by(reader: &Reader) -> By {
    By::person(reader.viewer.person.id, Channel::Page)
}

fn lay_out(
    visit: &Visit,
    reader: &Reader,
    id: Ulid,
    typed: Answers,
    searches: &BTreeMap<String, String>,
) -> Result<Desk, Failure> {
    match desk::lay_out(&visit.app, &by(reader), id, typed, searches) {
        // A request that was sent off has a page of its own.
        Err(Error::NotFound) => match crate::services::seen::see(&visit.app, &reader.viewer, id) {
            Ok(_) => Err(Answer::see_other(&format!("/c/{id}")).into()),
            Err(error) => Err(error.into()),
        },
        other => Ok(other?),
    }
}

fn fields<'d>(desk: &'d Desk, section: &str) -> Result<Vec<&'d Field>, Failure> {
    let fields: Vec<&Field> = desk
        .part()
        .of_section(section)
        .fields
        .into_iter()
        .map(|(_, field)| field)
        .collect();
    if fields.is_empty() {
        return Err(Problem::NotFound.into());
    }
    Ok(fields)
}

/// One section on its way into the draft.
struct Saving<'a> {
    visit: &'a Visit,
    reader: Reader,
    id: Ulid,
    section: String,
    posted: Posted,
}

impl Saving<'_> {
    fn run(mut self) -> Result<Answer, Failure> {
        let desk = self.desk(Answers::new())?;
        let known = fields(&desk, &self.section)?;
        if let Some(fault) = self.posted.fault {
            let answers = forms::decode(known, &self.posted.pairs);
            return self.too_much(fault, answers);
        }
        let refused = self.take_files(&known)?;
        let answers = forms::decode(known, &self.posted.pairs);
        let seen = self.posted.number("revision");
        let by = by(&self.reader);
        match drafts::save(&self.visit.app, &by, self.id, answers.clone(), seen) {
            Ok(_) if !refused.is_empty() => self.with_problems(refused),
            Ok(_) => self.go_on(),
            Err(Error::Stale) => self.conflict(answers),
            Err(other) => Err(other.into()),
        }
    }

    fn desk(&self, typed: Answers) -> Result<Desk, Failure> {
        let searches = forms::searches(&self.posted.pairs);
        lay_out(self.visit, &self.reader, self.id, typed, &searches)
    }

    /// Takes in new files; each one's id is then an answer like any other. Answers with those that were refused.
    fn take_files(&mut self, known: &[&Field]) -> Result<Vec<FormProblem>, Failure> {
        let (taken, refused) =
            take_files(self.visit, &by(&self.reader), self.id, &mut self.posted)?;
        self.posted.pairs.extend(taken);
        Ok(refused
            .into_iter()
            .map(|(path, sentence)| refusal(known, path, &sentence))
            .collect())
    }

    /// To where the button leads.
    fn go_on(self) -> Result<Answer, Failure> {
        let here = format!("/c/{}/edit/{}", self.id, self.section);
        match self.posted.get("do").unwrap_or("next") {
            "draft" | "save" => Ok(self.visit.said(&here, "saved")),
            "next" | "continue" => self.next(),
            button => {
                let target = button.split(':').nth(1).unwrap_or_default();
                let anchor = match target {
                    "" => String::new(),
                    path => format!("#f-{}", path.replace('.', "-")),
                };
                Ok(Answer::see_other(&format!(
                    "{here}{}{anchor}",
                    self.searched()
                )))
            }
        }
    }

    /// What was searched for stays in view.
    fn searched(&self) -> String {
        let searches = forms::searches(&self.posted.pairs);
        let pairs = searches
            .iter()
            .filter(|(_, words)| !words.trim().is_empty())
            .map(|(field, words)| (format!("find.{field}"), words));
        let query: String = form_urlencoded::Serializer::new(String::new())
            .extend_pairs(pairs)
            .finish();
        if query.is_empty() {
            String::new()
        } else {
            format!("?{query}")
        }
    }

    fn next(self) -> Result<Answer, Failure> {
        let desk = self.desk(Answers::new())?;
        let problems: Vec<FormProblem> = desk.problems_of(&self.section).cloned().collect();
        if !problems.is_empty() {
            return self.with_problems(problems);
        }
        let next = page::after(&desk, &self.section);
        Ok(Answer::see_other(&match next {
            Some(section) => format!("/c/{}/edit/{section}", self.id),
            None => format!("/c/{}/check", self.id),
        }))
    }

    fn with_problems(self, problems: Vec<FormProblem>) -> Result<Answer, Failure> {
        let searches = forms::searches(&self.posted.pairs);
        let desk = self.desk(Answers::new())?;
        let mut sheet = page::Sheet::new(&desk, &self.section, &searches);
        sheet.problems = problems;
        let status = StatusCode::UNPROCESSABLE_ENTITY;
        page::show(self.visit, &self.reader, status, &sheet)
    }

    /// Somebody, or the same person elsewhere, saved meanwhile: both versions, and what was typed still in the form.
    fn conflict(self, typed: Answers) -> Result<Answer, Failure> {
        let searches = forms::searches(&self.posted.pairs);
        let desk = self.desk(typed)?;
        let mut sheet = page::Sheet::new(&desk, &self.section, &searches);
        sheet.conflict = true;
        page::show(self.visit, &self.reader, StatusCode::CONFLICT, &sheet)
    }

    /// Nothing was saved, and everything is still in the form.
    fn too_much(self, fault: super::posted::Fault, typed: Answers) -> Result<Answer, Failure> {
        let searches = forms::searches(&self.posted.pairs);
        let desk = self.desk(typed)?;
        let mut sheet = page::Sheet::new(&desk, &self.section, &searches);
        sheet.whole = Some(super::words::form_fault(self.visit, fault));
        page::show(self.visit, &self.reader, fault.status(), &sheet)
    }
}

/// Files that came with a form: pairs of field and id, and pairs of field and sentence for those that were refused.
type Files = (Vec<(String, String)>, Vec<(String, String)>);

/// Takes in the files of a form.
pub(super) fn take_files(
    visit: &Visit,
    by: &By,
    id: Ulid,
    posted: &mut Posted,
) -> Result<Files, Failure> {
    let (mut taken, mut refused) = (Vec::new(), Vec::new());
    for file in std::mem::take(&mut posted.files) {
        let Some(path) = file.input.strip_prefix("upload.").map(str::to_owned) else {
            continue;
        };
        let incoming = crate::attachments::Incoming {
            file_name: &file.file_name,
            declared_type: &file.declared_type,
        };
        match uploads::take_in(&visit.app, by, id, &incoming, file.content) {
            Ok(stored) => taken.push((path, stored.ulid.to_string())),
            Err(Error::Upload(refusal)) => refused.push((path, refusal.sentence(visit.language))),
            Err(Error::BadRequest { .. }) => refused.push((path, no_room(visit))),
            Err(other) => return Err(other.into()),
        }
    }
    Ok((taken, refused))
}

/// A case keeps so many files, and no more.
pub(super) fn no_room(visit: &Visit) -> String {
    let limits = &visit.app.settings.limits;
    let (most, megabytes) = (
        limits.case_attachments.to_string(),
        (limits.case_attachment_bytes / (1024 * 1024)).to_string(),
    );
    let values = [("most", &*most), ("size", &*megabytes)];
    text(visit.language, "pages.form.no_room", &values)
}

/// What is said at a field whose file was refused.
pub(super) fn refusal(known: &[&Field], path: String, sentence: &str) -> FormProblem {
    let words = |zh: &str| Text {
        zh: zh.to_owned(),
        en: None,
    };
    let top = path.split('.').next().unwrap_or_default();
    let label = known
        .iter()
        .find(|field| field.id == top)
        .map_or_else(|| words(top), |field| field.label.clone());
    FormProblem {
        path,
        label,
        row: None,
        code: "own",
        values: vec![("message", words(sentence))],
    }
}

/// `GET /c/{id}/discard`
pub async fn ask_to_discard(visit: Visit, path: web::Path<String>) -> Answer {
    visit
        .show(move |visit| {
            let reader = visit.reader()?;
            let id = id(&path)?;
            let desk = lay_out(visit, &reader, id, Answers::new(), &BTreeMap::new())?;
            if desk.open.case.is_some() {
                return Err(Problem::NotFound.into());
            }
            let say = |key: &str| text(visit.language, key, &[]);
            let view = AskView {
                heading: say("pages.discard.heading"),
                about: say("pages.discard.about"),
                facts: vec![
                    Fact::new(say("pages.discard.title"), desk.open.draft.title.clone()),
                    Fact::new(say("pages.discard.saved"), saved(visit, &desk)),
                ],
                action: format!("/c/{id}/discard"),
                hidden: Vec::new(),
                button: say("pages.discard.button"),
                irreversible: true,
                back: Link::new(format!("/c/{id}/edit"), say("pages.mine.go_on")),
            };
            visit.page(&reader, Nav::Mine, &view)
        })
        .await
}

/// `POST /c/{id}/discard`
pub async fn discard(visit: Visit, path: web::Path<String>, body: Body) -> Answer {
    visit
        .take(body, move |visit, posted| {
            let (reader, _) = visit.short_form(posted)?;
            drafts::discard(&visit.app, &by(&reader), id(&path)?)?;
            Ok(visit.said("/mine", "discarded"))
        })
        .await
}
