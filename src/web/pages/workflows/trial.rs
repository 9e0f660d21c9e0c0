//! `/admin/workflows/{key}/trial`: what is written is tried out on paper, with one request or with its tests.

use std::fmt::Write as _;
use std::sync::Arc;

use actix_web::HttpRequest;
use actix_web::http::StatusCode;

use super::editor::{diagnostics, opened};
use super::sheet::lines;
use super::{Sheet, key_of};
use crate::forms::Words as _;
use crate::services::{definitions, demo, trials};
use crate::trial::coverage::{self, Guard};
use crate::trial::script::{self, Script};
use crate::trial::{Pace, Played, Request, play, read_request, timeline, walk};
use crate::web::pages::answer::Answer;
use crate::web::pages::failure::Failure;
use crate::web::pages::posted::{Body, Fault};
use crate::web::session::Visit;
use crate::web::trials::{self as told, Told};
use crate::web::views::{
    DifferenceRow, EditView, EndRow, ErrorLink, Link, MissingRow, PlayedTests, Pointer, Tag,
    TestRow, Tone, TrialView, Walked,
};
use crate::workflow::{Finding, Workflow};

/// What the text is called in findings.
const FILE: &str = "trial.yaml";

/// `GET /admin/workflows/{key}/trial?example=request`
pub async fn show(visit: Visit, request: HttpRequest) -> Answer {
    let key = key_of(&request);
    visit
        .show(move |visit| {
            let reader = visit.reader()?;
            definitions::may_write(&reader.viewer)?;
            let sheet = Sheet::open(visit, &reader, &key)?;
            let bench = Bench::of(&sheet)?;
            let text = bench.example();
            bench.page(StatusCode::OK, text, Came::default())
        })
        .await
}

/// `POST /admin/workflows/{key}/trial`
pub async fn run(visit: Visit, request: HttpRequest, body: Body) -> Answer {
    let key = key_of(&request);
    visit
        .take(body, move |visit, posted| {
            let (reader, posted) = visit.writer(posted)?;
            definitions::may_write(&reader.viewer)?;
            let sheet = Sheet::open(visit, &reader, &key)?;
            let Some(typed) = posted.get("text") else {
                let fault = posted.fault.unwrap_or(Fault::Unreadable);
                return Err(Failure::Form(fault, posted.typed()));
            };
            let text = typed.replace("\r\n", "\n").replace('\r', "\n");
            let bench = Bench::of(&sheet)?;
            let came = bench.run(&text)?;
            let status = match bench.workflow.is_none() || came.is_wrong() {
                true => StatusCode::UNPROCESSABLE_ENTITY,
                false => StatusCode::OK,
            };
            bench.page(status, text, came)
        })
        .await
}

/// What came of a run.
#[derive(Default)]
struct Came {
    /// What is wrong with the text.
    findings: Vec<Finding>,
    /// Why the request cannot be submitted.
    not_filed: Option<String>,
    walked: Option<Walked>,
    played: Option<PlayedTests>,
}

impl Came {
    fn is_wrong(&self) -> bool {
        self.not_filed.is_some() || !self.findings.is_empty()
    }
}

/// A definition on trial: one's draft, else the version in force, else the newest.
struct Bench<'a> {
    sheet: &'a Sheet<'a>,
    /// 第 2 版草稿
    name: String,
    /// None while it has errors.
    workflow: Option<Workflow>,
}

impl<'a> Bench<'a> {
    fn of(sheet: &'a Sheet<'a>) -> Result<Self, Failure> {
        let draft = sheet.draft()?;
        let (name, source) = opened(sheet, draft.as_ref());
        Ok(Self {
            sheet,
            name,
            workflow: sheet.check(&source)?.workflow,
        })
    }

    /// A text to begin with: as asked for, else the fields that a request can answer.
    fn example(&self) -> String {
        let asked = self.sheet.visit.param("example");
        match (asked, demo::examples(&self.sheet.found.key)) {
            (Some("request"), Some(examples)) => examples.request.to_owned(),
            (Some("tests"), Some(examples)) => examples.tests.to_owned(),
            _ => self
                .workflow
                .as_ref()
                .map(|own| self.blank(own))
                .unwrap_or_default(),
        }
    }

    fn blank(&self, workflow: &Workflow) -> String {
        let language = self.sheet.visit.language;
        let mut text = String::new();
        for line in self.sheet.say("workflows.trial.blank", &[]).lines() {
            // Writing into a string cannot fail.
            let _ = writeln!(text, "# {line}");
        }
        for section in &workflow.form.sections {
            let _ = writeln!(text, "\n# {}", language.pick(&section.title));
            for field in &section.fields {
                let _ = writeln!(text, "# {}:    # {}", field.id, language.pick(&field.label));
            }
        }
        text
    }

    fn run(&self, text: &str) -> Result<Came, Failure> {
        let Some(workflow) = &self.workflow else {
            return Ok(Came::default());
        };
        let shelf = trials::here(&self.sheet.visit.app, text)?;
        // Only tests have this key at the beginning of a line.
        if text.lines().any(|line| line.starts_with("tests:")) {
            let mut watched = workflow.clone();
            let guards = coverage::watch(&mut watched);
            let watched = Arc::new(watched);
            return Ok(match script::read(FILE, text, &watched, &shelf) {
                Ok(script) => Came {
                    played: Some(self.play(&watched, &guards, &script)),
                    ..Came::default()
                },
                Err(findings) => Came {
                    findings,
                    ..Came::default()
                },
            });
        }
        Ok(match read_request(FILE, text, workflow, &shelf) {
            Ok(request) => self.walk(&Arc::new(workflow.clone()), &request),
            Err(findings) => Came {
                findings,
                ..Came::default()
            },
        })
    }

    fn walk(&self, workflow: &Arc<Workflow>, request: &Request) -> Came {
        let (language, pace) = (self.sheet.visit.language, Pace::LastDay);
        let walked = match walk(workflow, request, pace) {
            Ok(walked) => walked,
            Err(rejection) => {
                let directory = &request.setting.directory;
                let cause = told::refused(&rejection, directory, language);
                let words = self
                    .sheet
                    .say("trial.simulate.not_filed", &[("cause", &cause)]);
                return Came {
                    not_filed: Some(words),
                    ..Came::default()
                };
            }
        };
        let told = Told {
            workflow,
            request,
            walk: &walked,
            pace,
            language,
        };
        let ends = told.ends().into_iter();
        Came {
            walked: Some(Walked {
                opening: told.opening(),
                legs: told.legs().into_iter().map(Into::into).collect(),
                result: told.result(),
                ends: ends.map(|(title, how)| EndRow { title, how }).collect(),
            }),
            ..Came::default()
        }
    }

    fn play(&self, workflow: &Arc<Workflow>, guards: &[Guard], script: &Script) -> PlayedTests {
        let language = self.sheet.visit.language;
        let tests = script.tests.iter();
        let mut played: Vec<Played> = tests
            .map(|test| play(workflow, &script.setting, test))
            .collect();
        let covered = coverage::coverage(workflow, guards, &played);
        // What failed is read first.
        played.sort_by_key(|one| one.failed.is_none());
        let failed = played.iter().filter(|one| one.failed.is_some()).count();
        let counts = [played.len(), played.len() - failed, failed].map(|count| count.to_string());
        let [all, passed, failed] = counts.each_ref().map(String::as_str);
        let summary = [("all", all), ("passed", passed), ("failed", failed)];
        let percent = covered.percent().to_string();
        let parts = told::parts(&covered, language).join("，");
        let values = [("percent", percent.as_str()), ("parts", parts.as_str())];
        let missing = told::missing(&covered, language).into_iter();
        PlayedTests {
            summary: self.sheet.say("trial.test.summary", &summary),
            tests: played.iter().map(|one| self.row(one)).collect(),
            covered: self.sheet.say("trial.test.covered", &values),
            missing: missing
                .map(|(heading, items)| MissingRow { heading, items })
                .collect(),
        }
    }

    fn row(&self, played: &Played) -> TestRow {
        let language = self.sheet.visit.language;
        let line = |line: usize| {
            let values = [("n", line.to_string())];
            let values = values
                .each_ref()
                .map(|(name, value)| (*name, value.as_str()));
            self.sheet.say("workflows.checks.line", &values)
        };
        let Some(failed) = &played.failed else {
            let words = self.sheet.say("trial.test.passed", &[]);
            return TestRow {
                name: played.name.clone(),
                state: Tag::new(Tone::Ok, words),
                line: played.spot.line,
                step: String::new(),
                differences: Vec::new(),
                before: Vec::new(),
            };
        };
        let differences = failed.differences.iter().map(|one| DifferenceRow {
            words: told::differs(played, one, &line(one.spot.line), language),
            line: one.spot.line,
        });
        let cases = played.office.cases.iter();
        TestRow {
            name: played.name.clone(),
            state: Tag::new(Tone::Bad, self.sheet.say("workflows.trial.failed", &[])),
            line: failed.spot.line,
            step: told::act(failed, &line(failed.spot.line), language),
            differences: differences.collect(),
            before: cases
                .map(|running| timeline(&played.office, running, &language))
                .filter(|lines| !lines.is_empty())
                .collect(),
        }
    }

    fn page(&self, status: StatusCode, text: String, came: Came) -> Result<Answer, Failure> {
        let sheet = self.sheet;
        let checks = sheet.findings(&came.findings);
        let mut errors = sheet.summary(&checks);
        let count = checks.errors() + usize::from(came.not_filed.is_some());
        errors.extend(came.not_filed.map(|words| ErrorLink::new("#text", words)));
        let view = TrialView {
            crumb: sheet.crumb(),
            about: sheet.say("workflows.trial.about", &[("version", &self.name)]),
            broken: self.broken(),
            lines: match checks.rows.is_empty() && came.played.is_none() {
                true => Vec::new(),
                false => lines(&text, &checks),
            },
            text,
            examples: self.examples(),
            error_heading: EditView::count_errors(count, sheet.visit.language),
            errors,
            diagnostics: diagnostics(&checks),
            checks,
            walked: came.walked,
            played: came.played,
        };
        sheet.page(status, &view)
    }

    fn broken(&self) -> Option<Pointer> {
        if self.workflow.is_some() {
            return None;
        }
        let words = self.sheet.say("workflows.trial.broken", &[]);
        let look = self.sheet.say("workflows.trial.mend", &[]);
        let address = format!("{}?check=1", self.sheet.base());
        Some(Pointer {
            words,
            link: Link::new(address, look),
        })
    }

    fn examples(&self) -> Vec<Link> {
        let base = self.sheet.base();
        let link = |which: &str| {
            let words = self
                .sheet
                .say(&format!("workflows.trial.example_{which}"), &[]);
            Link::new(format!("{base}/trial?example={which}"), words)
        };
        match demo::examples(&self.sheet.found.key) {
            Some(_) => ["request", "tests"].map(link).into(),
            None => Vec::new(),
        }
    }
}
