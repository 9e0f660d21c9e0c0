//! The editor of a definition. Whatever was typed is kept as its author's draft before anything is said about it.

use actix_web::HttpRequest;
use actix_web::http::StatusCode;
use serde_json::json;

use super::sheet::lines;
use super::{Sheet, key_of, picture};
use crate::messages::text;
use crate::services::{Error, definitions, rulebook};
use crate::storage::workflow_drafts::WorkflowDraft;
use crate::storage::workflows::WorkflowVersion;
use crate::web::pages::answer::Answer;
use crate::web::pages::failure::Failure;
use crate::web::pages::posted::{Body, Fault, Posted};
use crate::web::session::Visit;
use crate::web::views::{
    AskView, Checks, Conflicting, DefinitionView, DiffLine, EditView, ErrorLink, FindingRow, Link,
    Nav, Pointer, Tag, Tone,
};
use crate::workflow::{MAX_BYTES, Workflow, compare};

/// `GET /admin/workflows/{key}` and `/admin/new-workflow`
pub async fn show(visit: Visit, request: HttpRequest) -> Answer {
    let key = key_of(&request);
    visit
        .show(move |visit| {
            let reader = visit.reader()?;
            if rulebook::is_ours(&key) {
                return Ok(Answer::see_other(&super::home(&key)));
            }
            let sheet = Sheet::open(visit, &reader, &key)?;
            let draft = sheet.draft()?;
            let source = source(&sheet, draft.as_ref());
            Desk {
                sheet: &sheet,
                source: &source,
                draft: draft.as_ref(),
                said: Said {
                    summary: visit.param("check").is_some(),
                    ..Said::default()
                },
            }
            .page(StatusCode::OK)
        })
        .await
}

/// What a new workflow begins with: it has no errors, and a diagram.
const BEGINNING: &str = include_str!("new.yaml");

/// What pages open with and what it is called: one's draft, else the version in force, else the newest.
pub(super) fn opened(sheet: &Sheet<'_>, draft: Option<&WorkflowDraft>) -> (String, String) {
    if let Some(draft) = draft {
        return (sheet.draft_name(), draft.source.clone());
    }
    if sheet.is_new() {
        return (sheet.draft_name(), BEGINNING.to_owned());
    }
    let version = sheet.found.current().or(sheet.found.versions.first());
    version
        .map(|version| {
            let name = sheet.version(version.row.version);
            (name, version.row.source.clone())
        })
        .unwrap_or_default()
}

fn source(sheet: &Sheet<'_>, draft: Option<&WorkflowDraft>) -> String {
    opened(sheet, draft).1
}

/// `POST /admin/workflows/{key}` and `/admin/new-workflow`
pub async fn save(visit: Visit, request: HttpRequest, body: Body) -> Answer {
    let key = key_of(&request);
    visit
        .take(body, move |visit, posted| {
            let (reader, posted) = visit.writer(posted)?;
            definitions::may_write(&reader.viewer)?;
            let sheet = Sheet::open(visit, &reader, &key)?;
            let Some(typed) = posted.get("source") else {
                let fault = posted.fault.unwrap_or(Fault::Unreadable);
                return Err(Failure::Form(fault, posted.typed()));
            };
            // Browsers send every line break as two characters.
            let typed = typed.replace("\r\n", "\n").replace('\r', "\n");
            keep(&sheet, &typed, &posted)
        })
        .await
}

fn keep(sheet: &Sheet<'_>, typed: &str, posted: &Posted) -> Result<Answer, Failure> {
    let before = sheet.draft()?;
    let told = |status, said| {
        Desk {
            sheet,
            source: typed,
            draft: before.as_ref(),
            said,
        }
        .page(status)
    };
    if MAX_BYTES < typed.len() {
        let said = Said {
            whole: Some(too_large(sheet, typed)),
            ..Said::default()
        };
        return told(StatusCode::PAYLOAD_TOO_LARGE, said);
    }
    let seen = posted.number("revision").unwrap_or(0);
    // What nobody changed is no draft.
    if before.is_some() || typed != source(sheet, None) {
        let (app, viewer) = (&sheet.visit.app, &sheet.reader.viewer);
        match definitions::save_draft(app, viewer, &sheet.found.key, typed, seen) {
            Ok(()) => {}
            Err(Error::Stale) => {
                let said = Said {
                    conflict: true,
                    ..Said::default()
                };
                return told(StatusCode::CONFLICT, said);
            }
            Err(other) => return Err(other.into()),
        }
    }
    let base = sheet.base();
    Ok(match posted.get("do") {
        Some("propose") => Answer::see_other(&format!("{base}/propose")),
        Some("trial") => Answer::see_other(&format!("{base}/trial")),
        Some("save") => sheet.visit.said(&base, "saved"),
        _ => Answer::see_other(&format!("{base}?check=1")),
    })
}

fn too_large(sheet: &Sheet<'_>, typed: &str) -> String {
    let (most, now) = (
        (MAX_BYTES / 1024).to_string(),
        (typed.len() / 1024 + 1).to_string(),
    );
    let values = [("most", most.as_str()), ("now", now.as_str())];
    sheet.say("workflows.editor.too_large", &values)
}

/// A text that was written for another workflow, as a sentence.
pub(super) fn misplaced(sheet: &Sheet<'_>, workflow: &Workflow) -> Result<Option<String>, Failure> {
    let (key, here) = (workflow.key.as_str(), sheet.found.key.as_str());
    if !sheet.is_new() {
        let values = [("key", key), ("here", here)];
        return Ok((key != here).then(|| sheet.say("workflows.editor.other_key", &values)));
    }
    match definitions::one(&sheet.visit.app, &sheet.reader.viewer, key) {
        Ok(_) => Ok(Some(
            sheet.say("workflows.editor.taken_key", &[("key", key)]),
        )),
        Err(Error::NotFound) => Ok(None),
        Err(other) => Err(other.into()),
    }
}

/// What the page says beside the findings.
#[derive(Default)]
struct Said {
    /// Whether the errors stand above the page.
    summary: bool,
    /// What is wrong with the text as a whole.
    whole: Option<String>,
    /// Whether it was saved elsewhere meanwhile.
    conflict: bool,
}

/// A text in the editor.
struct Desk<'a> {
    sheet: &'a Sheet<'a>,
    source: &'a str,
    /// What is stored of it.
    draft: Option<&'a WorkflowDraft>,
    said: Said,
}

impl Desk<'_> {
    fn page(&self, status: StatusCode) -> Result<Answer, Failure> {
        let sheet = self.sheet;
        let checked = sheet.check(self.source)?;
        let mut checks = sheet.checks(&checked);
        if let Some(workflow) = &checked.workflow
            && let Some(message) = misplaced(sheet, workflow)?
        {
            checks.rows.insert(0, self.misplaced(message));
        }
        let errors = self.errors(&checks);
        // Not every one is named above the page.
        let count = errors.len().max(match self.said.summary {
            true => checks.errors(),
            false => 0,
        });
        let view = DefinitionView {
            crumb: sheet.crumb(),
            state: self.state(),
            about: self.about(),
            links: self.links(),
            waiting: self.waiting(),
            writes: sheet.writes(),
            source: self.source.to_owned(),
            revision: self.draft.map_or(0, |draft| draft.revision),
            saved: self.saved(),
            conflict: self.conflict(),
            error_heading: EditView::count_errors(count, sheet.visit.language),
            errors,
            diagnostics: diagnostics(&checks),
            lines: lines(self.source, &checks),
            picture: picture::of_text(sheet, &checked, &checks)?,
            checks,
            propose: self.propose(),
            discard: self
                .draft
                .map(|_| format!("{}/discard", sheet.base()))
                .unwrap_or_default(),
        };
        sheet.page(status, &view)
    }

    fn misplaced(&self, message: String) -> FindingRow {
        let at = self
            .source
            .lines()
            .position(|line| line.starts_with("workflow:"));
        FindingRow {
            tone: "bad",
            icon: "circle-x",
            severity: self.sheet.say("workflows.checks.error", &[]),
            message,
            help: String::new(),
            rule: String::new(),
            code: "",
            line: at.map_or(1, |index| index + 1),
            node: String::new(),
        }
    }

    fn errors(&self, checks: &Checks) -> Vec<ErrorLink> {
        if let Some(whole) = &self.said.whole {
            return vec![ErrorLink::new("#definition", whole.clone())];
        }
        if self.said.conflict {
            let words = match self.draft {
                Some(draft) => {
                    let when = self.sheet.when(draft.saved_at);
                    self.sheet
                        .say("workflows.editor.conflict", &[("when", &when)])
                }
                None => self.sheet.say("workflows.editor.conflict_gone", &[]),
            };
            return vec![ErrorLink::new("#definition", words)];
        }
        match self.said.summary {
            true => self.sheet.summary(checks),
            false => Vec::new(),
        }
    }

    fn state(&self) -> Option<Tag> {
        self.draft?;
        Some(Tag::plain(Tone::Warn, self.sheet.draft_name()))
    }

    fn about(&self) -> Vec<String> {
        let sheet = self.sheet;
        if sheet.is_new() {
            return Vec::new();
        }
        let mut about = vec![match sheet.found.current() {
            Some(current) => {
                let (n, cases) = (current.row.version.to_string(), current.running.to_string());
                sheet.say("workflows.editor.in_force", &[("n", &n), ("cases", &cases)])
            }
            None => sheet.say("workflows.editor.not_yet", &[]),
        }];
        about.extend(sheet.outrun().map(|version| {
            let name = sheet.version(version.row.version);
            let running = version.running.to_string();
            sheet.say("workflows.running", &[("version", &name), ("n", &running)])
        }));
        if sheet.writes() && sheet.found.current().is_some() {
            about.push(sheet.say("workflows.editor.effect", &[]));
        }
        about
    }

    fn links(&self) -> Vec<Link> {
        let (sheet, base) = (self.sheet, self.sheet.base());
        if sheet.is_new() {
            return Vec::new();
        }
        let mut links = Vec::new();
        if let (Some(current), Some(_)) = (sheet.found.current(), self.draft) {
            let n = current.row.version.to_string();
            let words = sheet.say("workflows.editor.compare", &[("n", &n)]);
            links.push(Link::new(format!("{base}/diff?from={n}&to=draft"), words));
        }
        let versions = sheet.say("workflows.editor.versions", &[]);
        links.push(Link::new(format!("{base}/versions"), versions));
        if sheet.writes() && sheet.outrun().next().is_some() {
            let migrate = sheet.say("workflows.editor.migrate", &[]);
            links.push(Link::new(format!("{base}/migrate"), migrate));
        }
        links
    }

    /// 第 5 版已由陈思远（省数据局）提出，等待另一名流程管理员确认。
    fn waiting(&self) -> Option<Pointer> {
        let WorkflowVersion {
            version,
            proposed_by,
            ..
        } = &self.sheet.found.proposed()?.row;
        let n = version.to_string();
        let who = self.sheet.names().full(*proposed_by);
        let words = self
            .sheet
            .say("workflows.editor.waiting", &[("n", &n), ("who", &who)]);
        let look = self.sheet.say("workflows.editor.look", &[("n", &n)]);
        let address = format!("{}/versions/{n}", self.sheet.base());
        Some(Pointer {
            words,
            link: Link::new(address, look),
        })
    }

    fn saved(&self) -> String {
        self.draft
            .map(|draft| {
                let when = self.sheet.when(draft.saved_at);
                self.sheet.say("workflows.editor.saved", &[("when", &when)])
            })
            .unwrap_or_default()
    }

    fn conflict(&self) -> Option<Conflicting> {
        let stored = self.draft.filter(|_| self.said.conflict)?;
        Some(Conflicting {
            hunks: DiffLine::of(compare::hunks(&stored.source, self.source)),
        })
    }

    fn propose(&self) -> String {
        if self.sheet.is_new() {
            return self.sheet.say("workflows.editor.propose_new", &[]);
        }
        let next = self.sheet.found.next_number().to_string();
        self.sheet.say("workflows.editor.propose", &[("n", &next)])
    }
}

/// What the editor marks in the text.
pub(super) fn diagnostics(checks: &Checks) -> String {
    let all: Vec<_> = checks
        .rows
        .iter()
        .map(|row| {
            let severity = match row.tone {
                "bad" => "error",
                _ => "warning",
            };
            json!({"line": row.line, "severity": severity, "message": row.plain()})
        })
        .collect();
    json!(all).to_string()
}

/// `GET /admin/workflows/{key}/discard`
pub async fn ask_to_discard(visit: Visit, request: HttpRequest) -> Answer {
    let key = key_of(&request);
    visit
        .show(move |visit| {
            let reader = visit.reader()?;
            definitions::may_write(&reader.viewer)?;
            let sheet = Sheet::open(visit, &reader, &key)?;
            let base = sheet.base();
            if sheet.draft()?.is_none() {
                return Ok(Answer::see_other(&base));
            }
            let say = |key: &str| text(visit.language, key, &[]);
            let view = AskView {
                heading: say("workflows.discard.heading"),
                about: say("workflows.discard.about"),
                facts: Vec::new(),
                action: format!("{base}/discard"),
                hidden: Vec::new(),
                button: say("workflows.discard.button"),
                irreversible: true,
                back: Link::new(base, say("workflows.discard.back")),
            };
            visit.page(&reader, Nav::Workflows, &view)
        })
        .await
}

/// `POST /admin/workflows/{key}/discard`
pub async fn discard(visit: Visit, request: HttpRequest, body: Body) -> Answer {
    let key = key_of(&request);
    visit
        .take(body, move |visit, posted| {
            let (reader, _) = visit.short_form(posted)?;
            let sheet = Sheet::open(visit, &reader, &key)?;
            definitions::discard_draft(&visit.app, &reader.viewer, &key)?;
            let next = match sheet.is_new() {
                true => "/admin/workflows".to_owned(),
                false => sheet.base(),
            };
            Ok(visit.said(&next, "discarded"))
        })
        .await
}
