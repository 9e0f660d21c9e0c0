//! `/c/{id}/print`: the approval form (审批表) and the other papers of a case, and `/verify/…`, which checks them.

mod opinions;
mod paper;
mod request;
mod sheet;
mod verify;

use actix_web::web;
use url::form_urlencoded;

use super::Sight;
use crate::directory::{DepartmentCode, Post};
use crate::documents::{self, Document};
use crate::engine::Status;
use crate::forms::Words;
use crate::services::seen;
use crate::services::titles::Titles;
use crate::web::format;
use crate::web::pages::answer::Answer;
use crate::web::pages::files::id;
use crate::web::qr::Qr;
use crate::web::session::Visit;
use crate::web::views::{Both, Link, Nav, Problem, Record};
use crate::workflow::Outcome;

pub use verify::show as verify;

/// `GET /c/{id}/print`
pub async fn show(visit: Visit, path: web::Path<String>) -> Answer {
    visit
        .show(move |visit| {
            let reader = visit.reader()?;
            let seen = seen::see(&visit.app, &reader.viewer, id(&path)?)?;
            let sight = Sight::new(visit, &seen);
            visit.page(&reader, Nav::None, &sheet::of(&sight))
        })
        .await
}

/// `GET /c/{id}/print/{paper}`: one that the case has not left is an address that there is not.
pub async fn show_paper(visit: Visit, path: web::Path<(String, String)>) -> Answer {
    visit
        .show(move |visit| {
            let (case, key) = path.into_inner();
            let reader = visit.reader()?;
            let seen = seen::see(&visit.app, &reader.viewer, id(&case)?)?;
            let sight = Sight::new(visit, &seen);
            let mut papers = of_case(&sight);
            let document = papers.find(|document| document.key == key);
            let document = document.ok_or(Problem::NotFound)?;
            visit.page(&reader, Nav::None, &paper::of(&sight, document))
        })
        .await
}

/// The papers that the case has left, as far as the reader sees what calls for them.
fn of_case<'a>(sight: &Sight<'a>) -> impl Iterator<Item = &'static Document> + use<'a> {
    let case = &sight.seen.running.case;
    documents::of(outcome(sight), case.entries.values())
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

    /// The approval form and the papers, but for the one that is shown.
    fn papers(&self, shown: Option<&str>) -> Vec<Link> {
        let base = format!("/c/{}/print", self.seen.summary.ulid);
        let sheet = shown.map(|_| Link::new(base.clone(), self.say("print.sheet", &[])));
        let others = of_case(self).filter(|document| Some(document.key.as_str()) != shown);
        let others = others.map(|document| {
            let title = paper::titled(self, document);
            Link::new(
                format!("{base}/{}", document.key),
                title.read(self.language),
            )
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
