//! `/c/{id}/print`: the approval form (审批表) and the other papers of a case, and `/verify/…`, which checks them.

mod opinions;
mod paper;
mod request;
mod sheet;
mod verify;

use actix_web::http::header;
use actix_web::web;
use url::form_urlencoded;

use super::Sight;
use crate::directory::{DepartmentCode, Post};
use crate::documents::{self, Document};
use crate::engine::{LeftAs, Status};
use crate::forms::Words;
use crate::services::titles::Titles;
use crate::services::{Error, seen};
use crate::web::format;
use crate::web::pages::answer::Answer;
use crate::web::pages::failure::Failure;
use crate::web::pages::files::{disposition, id};
use crate::web::pdf::{self, NoFont, PdfError};
use crate::web::qr::Qr;
use crate::web::session::{Reader, Visit};
use crate::web::views::{Both, Download, Link, Nav, PaperView, Problem, Record, SheetView, View};
use crate::workflow::place::branch_of;
use crate::workflow::{Outcome, Place};

pub use verify::show as verify;

/// `GET /c/{id}/print`
pub async fn show(visit: Visit, path: web::Path<String>) -> Answer {
    visit
        .show(move |visit| {
            with_sheet(visit, &path, |reader, view| {
                visit.page(reader, Nav::None, &view)
            })
        })
        .await
}

/// `GET /c/{id}/print.pdf`
pub async fn pdf(visit: Visit, path: web::Path<String>) -> Answer {
    visit
        .show(move |visit| with_sheet(visit, &path, |_, view| given_out(visit, &view, &view.back)))
        .await
}

/// `GET /c/{id}/print/{paper}.pdf`
pub async fn paper_pdf(visit: Visit, path: web::Path<(String, String)>) -> Answer {
    visit
        .show(move |visit| with_paper(visit, &path, |_, view| given_out(visit, &view, &view.back)))
        .await
}

fn with_sheet(
    visit: &Visit,
    case: &str,
    answer: impl FnOnce(&Reader, SheetView) -> Result<Answer, Failure>,
) -> Result<Answer, Failure> {
    let reader = visit.reader()?;
    let seen = seen::see(&visit.app, &reader.viewer, id(case)?)?;
    answer(&reader, sheet::of(&Sight::new(visit, &seen)))
}

/// One that the case has not left is an address that there is not.
fn with_paper(
    visit: &Visit,
    (case, key): &(String, String),
    answer: impl FnOnce(&Reader, PaperView) -> Result<Answer, Failure>,
) -> Result<Answer, Failure> {
    let reader = visit.reader()?;
    let seen = seen::see(&visit.app, &reader.viewer, id(case)?)?;
    let sight = Sight::new(visit, &seen);
    let branch = visit.param("branch").filter(|named| !named.is_empty());
    let named = |paper: &Left| paper.document.key == *key && paper.branch.as_deref() == branch;
    let paper = of_case(&sight).into_iter().find(named);
    let paper = paper.ok_or(Problem::NotFound)?;
    answer(&reader, paper::of(&sight, &paper))
}

/// The paper as a file; without a font its page, which says what is missing.
fn given_out<V: View + pdf::Paper>(
    visit: &Visit,
    view: &V,
    case: &Link,
) -> Result<Answer, Failure> {
    let settings = &visit.app.settings;
    let made = pdf::make(
        view,
        settings.pdf_font.as_deref(),
        visit.language,
        visit.app.now(),
    );
    match made {
        Ok(bytes) => {
            let name = format!("{}.pdf", view.title(visit.language).trim());
            Ok(Answer::bytes("application/pdf", bytes)
                .with(header::CONTENT_DISPOSITION, &disposition(&name)))
        }
        Err(PdfError::Font(missing)) => {
            tracing::warn!(%missing, "a PDF was asked for");
            Ok(Answer::see_other(&format!("{}/print", case.href)))
        }
        Err(error) => Err(Error::Fault(error.to_string()).into()),
    }
}

/// `GET /c/{id}/print/{paper}`
pub async fn show_paper(visit: Visit, path: web::Path<(String, String)>) -> Answer {
    visit
        .show(move |visit| {
            with_paper(visit, &path, |reader, view| {
                visit.page(reader, Nav::None, &view)
            })
        })
        .await
}

/// A paper that a case has left.
struct Left {
    document: &'static Document,
    /// The branch that it is about; `None` where it is about the whole case.
    branch: Option<Place>,
}

impl Left {
    /// Where it is, behind `/c/{id}/print`; `end` is that of a file.
    fn address(&self, end: &str) -> String {
        let of: String = match &self.branch {
            Some(branch) => form_urlencoded::byte_serialize(branch.as_bytes()).collect(),
            None => return format!("/{}{end}", self.document.key),
        };
        format!("/{}{end}?branch={of}", self.document.key)
    }
}

/// The papers that the case has left, as far as the reader sees what calls for them.
fn of_case(sight: &Sight<'_>) -> Vec<Left> {
    let case = &sight.seen.running.case;
    let outcome = outcome(sight);
    let whole = documents::of(outcome, case.entries.values());
    let mut all: Vec<Left> = whole
        .map(|document| Left {
            document,
            branch: None,
        })
        .collect();
    // Those of a foreach are departments; what a vote made of the sides of a parallel is nobody's answer.
    let refused = |branch: &&Place| {
        branch_of(branch).is_none() && case.stage(branch).how == Some(LeftAs::Refused)
    };
    let refused = case.branches.keys().filter(refused);
    let refused = refused.filter(|_| outcome != Some(Outcome::Rejected));
    all.extend(refused.flat_map(|branch| {
        documents::of_branch(documents::Left::Refused).map(|document| Left {
            document,
            branch: Some(branch.clone()),
        })
    }));
    all
}

/// How it ended; `None` while it runs and where it was declared void.
fn outcome(sight: &Sight<'_>) -> Option<Outcome> {
    let running = &sight.seen.running;
    match &running.case.status {
        Status::Ended {
            end, voided: None, ..
        } => running.workflow.end(end).map(|end| end.outcome),
        Status::Ended { .. } | Status::Draft | Status::Open { .. } | Status::Suspended { .. } => {
            None
        }
    }
}

impl<'a> Sight<'a> {
    /// Words of the case in Chinese, with English beside them for a reader of English.
    fn both(&self, words: impl Fn(Titles<'a>) -> String) -> Both {
        let running = &self.seen.running;
        Both::of(self.language, |language| {
            words(Titles::of(running, language))
        })
    }

    /// 河南省公安厅: the full name, for print.
    fn department(&self, code: &DepartmentCode) -> String {
        let known = self.names.directory.department(code);
        known.map_or_else(|| code.0.clone(), |known| known.name.clone())
    }

    /// 河南省公安厅科室负责人
    fn post(&self, post: &Post) -> Both {
        let department = self.department(&post.department);
        Both::of(self.language, |language| {
            let names = crate::web::pages::words::Names {
                language,
                ..self.names
            };
            let values = [
                ("department", &*department),
                ("role", &*names.role(&post.role)),
            ];
            language.say("case.post_of", &values)
        })
    }

    /// In whose name the papers are: the applicant's authority.
    fn office(&self) -> String {
        self.department(&self.seen.summary.authority)
    }

    fn number(&self) -> String {
        self.seen.summary.number.clone().unwrap_or_default()
    }

    fn back(&self) -> Link {
        Link::new(
            format!("/c/{}", self.seen.summary.ulid),
            self.say("print.back", &[]),
        )
    }

    /// Where the paper is as a file, or why it is not.
    fn download(&self, paper: Option<&Left>) -> Download {
        let named = self.visit.app.settings.pdf_font.as_deref();
        let why_not = match pdf::usable(named) {
            Ok(()) => {
                let base = format!("/c/{}/print", self.seen.summary.ulid);
                let href = match paper {
                    Some(paper) => format!("{base}{}", paper.address(".pdf")),
                    None => format!("{base}.pdf"),
                };
                return Download {
                    href,
                    why_not: String::new(),
                };
            }
            Err(NoFont::Found) => self.say("print.no_font", &[]),
            Err(NoFont::Unusable(path)) => self.say("print.bad_font", &[("path", &path)]),
        };
        Download {
            href: String::new(),
            why_not,
        }
    }

    /// The approval form and the papers, but for the one that is shown.
    fn papers(&self, shown: Option<&Left>) -> Vec<Link> {
        let base = format!("/c/{}/print", self.seen.summary.ulid);
        let sheet = shown.map(|_| Link::new(base.clone(), self.say("print.sheet", &[])));
        let others = of_case(self).into_iter();
        let is_shown = |paper: &Left| {
            let same = |shown: &Left| shown.address("") == paper.address("");
            shown.is_some_and(same)
        };
        let others = others.filter(|paper| !is_shown(paper));
        let others = others.map(|paper| {
            let title = paper::titled(self, &paper);
            let mut words = title.read(self.language).to_owned();
            if let Some(branch) = &paper.branch {
                let of = self.titles().branch(branch);
                words = self.say("print.paper_of", &[("paper", &words), ("of", &of)]);
            }
            Link::new(format!("{base}{}", paper.address("")), words)
        });
        sheet.into_iter().chain(others).collect()
    }

    /// What the paper can be verified by: the hash of the record as it is now, and where.
    fn record(&self) -> Record {
        let hash = self.seen.record_hash();
        let query: String = form_urlencoded::Serializer::new(String::new())
            .append_pair("hash", hash)
            .finish();
        let base = self.visit.app.settings.base_url.trim_end_matches('/');
        let href = format!("{base}/verify/{}?{query}", self.seen.summary.ulid);
        Record {
            hash: hash.to_owned(),
            qr: Qr::of(&href),
            href,
            printed: format::full(self.seen.now, self.language),
        }
    }
}
