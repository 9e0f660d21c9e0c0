//! One workflow as its reader sees it, and the words that several of these pages share.

use std::sync::Arc;

use super::rules;
use crate::calendar::Instant;
use crate::directory::PersonId;
use crate::expression;
use crate::forms::Words;
use crate::messages::{Language, text};
use crate::services::Error;
use crate::services::definitions::{self, Definition, NEW, Version};
use crate::services::rulebook;
use crate::services::viewer::Wish;
use crate::storage::workflow_drafts::WorkflowDraft;
use crate::storage::workflows::{VersionStatus, WorkflowVersion};
use crate::web::format;
use crate::web::pages::answer::Answer;
use crate::web::pages::failure::Failure;
use crate::web::pages::words::Names;
use crate::web::session::{Reader, Visit};
use crate::web::versions;
use crate::web::views::{
    Checks, Comparison, Crumb, Deed, DiffLine, ErrorLink, FindingRow, Nav, Problem, SourceLine,
    Tag, Tone, View,
};
use crate::workflow::{Checked, Finding, RULES, Severity, Workflow, compare};
use actix_web::http::StatusCode;

/// So many mistakes are named above a page; all of them stand in its list.
const SUMMED_UP: usize = 5;

/// One workflow and its reader. A workflow that is being written has no version yet.
pub(super) struct Sheet<'a> {
    pub visit: &'a Visit,
    pub reader: &'a Reader,
    pub found: Definition,
    /// Its title in the reader's language.
    pub title: String,
}

impl<'a> Sheet<'a> {
    /// The workflow with this key, or a new one. Registers and policies are read here, and written elsewhere.
    pub fn open(visit: &'a Visit, reader: &'a Reader, key: &str) -> Result<Self, Failure> {
        match rulebook::is_ours(key) {
            true => Err(Problem::NotFound.into()),
            false => Self::open_any(visit, reader, key),
        }
    }

    /// As [`Self::open`], for what can be done with the versions of registers and policies as well.
    pub fn open_any(visit: &'a Visit, reader: &'a Reader, key: &str) -> Result<Self, Failure> {
        let found = match key {
            NEW => {
                definitions::may_write(&reader.viewer)?;
                Definition::default()
            }
            key => definitions::one(&visit.app, &reader.viewer, key)?,
        };
        Self::of(visit, reader, found)
    }

    pub fn of(visit: &'a Visit, reader: &'a Reader, found: Definition) -> Result<Self, Failure> {
        let mut sheet = Self {
            visit,
            reader,
            title: found.title().to_owned(),
            found,
        };
        if visit.language != Language::Zh
            && let Some(named) = sheet.found.current().or(sheet.found.versions.first())
            && let Some(workflow) = sheet.workflow(&named.row)?
        {
            sheet.title = visit.language.pick(&workflow.title).to_owned();
        }
        Ok(sheet)
    }

    pub fn say(&self, key: &str, values: &[(&str, &str)]) -> String {
        text(self.visit.language, key, values)
    }

    /// Whether the reader may change anything here.
    pub fn writes(&self) -> bool {
        self.reader.viewer.authorize(Wish::Publish).is_ok()
    }

    pub fn is_new(&self) -> bool {
        self.found.key == NEW
    }

    pub fn base(&self) -> String {
        super::base(&self.found.key)
    }

    pub fn crumb(&self) -> Crumb {
        Crumb {
            title: match self.is_new() {
                true => self.say("workflows.editor.new", &[]),
                false => self.title.clone(),
            },
            base: self.base(),
        }
    }

    pub fn page<V: View>(&self, status: StatusCode, view: &V) -> Result<Answer, Failure> {
        let nav = Nav::Workflows;
        self.visit.page_as(status, self.reader, nav, view)
    }

    /// What the reader is writing of it.
    pub fn draft(&self) -> Result<Option<WorkflowDraft>, Failure> {
        let (app, viewer) = (&self.visit.app, &self.reader.viewer);
        Ok(definitions::draft(app, viewer, &self.found.key)?)
    }

    /// Reads and checks a text that is to be a version of it.
    pub fn check(&self, source: &str) -> Result<Checked, Failure> {
        let name = match self.is_new() {
            true => "workflow.yaml".to_owned(),
            false => format!("{}.yaml", self.found.key),
        };
        Ok(definitions::check(&self.visit.app, &name, source)?)
    }

    /// 第 5 版
    pub fn version(&self, number: u32) -> String {
        self.say("workflows.numbered", &[("n", &number.to_string())])
    }

    /// 第 5 版草稿
    pub fn draft_name(&self) -> String {
        if self.is_new() {
            return self.say("workflows.editor.new_draft", &[]);
        }
        let next = self.found.next_number().to_string();
        self.say("workflows.editor.draft", &[("n", &next)])
    }

    /// 今天 10:21
    pub fn when(&self, at: Instant) -> String {
        format::moment(at, self.visit.app.now(), self.visit.language)
    }

    pub fn names(&self) -> Names<'_> {
        Names {
            directory: &self.reader.viewer.directory,
            language: self.visit.language,
        }
    }

    pub fn deed(&self, person: PersonId, at: Instant) -> Deed {
        Deed {
            who: self.names().full(person),
            when: self.when(at),
        }
    }

    /// Who put a version in force or gave it up; nobody while it waits.
    pub fn settled(&self, row: &WorkflowVersion) -> Option<Deed> {
        let by = row.confirmed_by.or(row.withdrawn_by)?;
        let at = row.confirmed_at.or(row.withdrawn_at)?;
        Some(self.deed(by, at))
    }

    /// 陈思远（省数据局），9月1日 10:21
    pub fn by(&self, Deed { who, when }: &Deed) -> String {
        self.say("workflows.by", &[("who", who), ("when", when)])
    }

    pub fn state(&self, row: &WorkflowVersion) -> Tag {
        let say = |key: &str| self.say(key, &[]);
        match (row.status, row.confirmed_at) {
            (VersionStatus::Proposed, _) => {
                Tag::with_icon(Tone::Warn, "hourglass", say("workflows.state.proposed"))
            }
            (VersionStatus::Current, _) => Tag::new(Tone::Ok, say("workflows.state.current")),
            (VersionStatus::Retired, Some(_)) => {
                Tag::new(Tone::Hold, say("workflows.state.retired"))
            }
            (VersionStatus::Retired, None) => {
                Tag::new(Tone::Hold, say("workflows.state.withdrawn"))
            }
        }
    }

    /// How many cases run on any version.
    pub fn running(&self) -> i64 {
        let versions = self.found.versions.iter();
        versions.map(|version| version.running).sum()
    }

    /// Versions that are not in force any more and on which cases still run.
    pub fn outrun(&self) -> impl Iterator<Item = &Version> {
        let versions = self.found.versions.iter();
        versions
            .filter(|version| version.row.status == VersionStatus::Retired && 0 < version.running)
    }

    /// The workflow of a stored version, to be compared or drawn; none of a version that cannot be read any more.
    pub fn workflow(&self, row: &WorkflowVersion) -> Result<Option<Arc<Workflow>>, Failure> {
        match definitions::workflow_of(&self.visit.app, row) {
            Ok(workflow) => Ok(Some(workflow)),
            Err(Error::Corrupt(_)) => Ok(None),
            Err(other) => Err(other.into()),
        }
    }

    /// Whether it is a register or a policy.
    pub fn is_ours(&self) -> bool {
        rulebook::is_ours(&self.found.key)
    }

    /// What the check says.
    pub fn checks(&self, checked: &Checked) -> Checks {
        let mut checks = self.findings(&checked.findings);
        // A text that cannot be read was not checked against every rule.
        if checked.workflow.is_some() {
            let passed = RULES.len() - broken_rules(&checked.findings);
            let words = self.say("workflows.checks.passed", &[("n", &passed.to_string())]);
            checks.tags.push(Tag::new(Tone::Ok, words));
        }
        checks
    }

    /// What was found in a text.
    pub fn findings(&self, findings: &[Finding]) -> Checks {
        let count = |severity| {
            findings
                .iter()
                .filter(|one| one.severity == severity)
                .count()
        };
        let tag = |tone, key: &str, number: usize| {
            let words = self.say(key, &[("n", &number.to_string())]);
            (0 < number).then(|| Tag::new(tone, words))
        };
        Checks {
            tags: [
                tag(Tone::Bad, "workflows.checks.errors", count(Severity::Error)),
                tag(
                    Tone::Warn,
                    "workflows.checks.warnings",
                    count(Severity::Warning),
                ),
            ]
            .into_iter()
            .flatten()
            .collect(),
            rows: findings
                .iter()
                .map(|finding| self.finding(finding))
                .collect(),
        }
    }

    fn finding(&self, finding: &Finding) -> FindingRow {
        let (tone, icon, severity) = match finding.severity {
            Severity::Error => ("bad", "circle-x", "workflows.checks.error"),
            Severity::Warning => ("warn", "triangle-alert", "workflows.checks.warning"),
        };
        FindingRow {
            tone,
            icon,
            severity: self.say(severity, &[]),
            message: in_language(&finding.message, self.visit.language),
            help: finding
                .help
                .as_ref()
                .map(|help| in_language(help, self.visit.language))
                .unwrap_or_default(),
            rule: rules::address(finding.code),
            code: finding.code,
            line: finding.line,
            node: finding.node.clone().unwrap_or_default(),
        }
    }

    /// 第 6 行：没有角色 chef
    pub fn in_a_line(&self, row: &FindingRow) -> String {
        let (line, message) = (row.line.to_string(), row.plain());
        let values = [("n", line.as_str()), ("message", message.as_str())];
        self.say("workflows.checks.in_summary", &values)
    }

    /// The errors among the findings, to stand above the page; each leads to its place in the list.
    pub fn summary(&self, checks: &Checks) -> Vec<ErrorLink> {
        let errors: Vec<(usize, &FindingRow)> = checks
            .rows
            .iter()
            .enumerate()
            .filter(|(_, row)| row.tone == "bad")
            .collect();
        let mut links: Vec<ErrorLink> = errors
            .iter()
            .take(SUMMED_UP)
            .map(|(index, row)| ErrorLink::new(format!("#finding-{index}"), self.in_a_line(row)))
            .collect();
        if SUMMED_UP < errors.len() {
            let rest = (errors.len() - SUMMED_UP).to_string();
            let words = self.say("workflows.checks.more", &[("n", &rest)]);
            links.push(ErrorLink::new("#checks", words));
        }
        links
    }

    /// What differs between two texts; told in words where both can be read.
    pub fn comparison(&self, old: &Side<'_>, new: &Side<'_>) -> Comparison {
        let changes = match (old.workflow, new.workflow) {
            (Some(before), Some(after)) => compare::changes(before, after),
            _ => Vec::new(),
        };
        let language = self.visit.language;
        Comparison {
            from: old.name.clone(),
            to: new.name.clone(),
            told: old.workflow.is_some() && new.workflow.is_some(),
            changes: changes
                .iter()
                .map(|change| versions::change(change, language))
                .collect(),
            hunks: DiffLine::of(compare::hunks(old.source, new.source)),
        }
    }
}

/// One of two texts that are compared.
pub(super) struct Side<'a> {
    pub name: String,
    pub source: &'a str,
    /// None while it has errors.
    pub workflow: Option<&'a Workflow>,
}

fn in_language(words: &expression::Words, language: Language) -> String {
    match language {
        Language::Zh => words.zh.clone(),
        Language::En => words.en.clone(),
    }
}

fn broken_rules(findings: &[Finding]) -> usize {
    let codes: std::collections::BTreeSet<&str> =
        findings.iter().map(|finding| finding.code).collect();
    codes.len().min(RULES.len())
}

/// A text line by line, with the findings in it marked.
pub(super) fn lines(source: &str, checks: &Checks) -> Vec<SourceLine> {
    (1..)
        .zip(source.lines())
        .map(|(number, text)| {
            let mut marks = checks
                .rows
                .iter()
                .filter(|row| row.line == number)
                .map(|row| row.tone);
            let first = marks.next();
            SourceLine {
                number,
                text: text.to_owned(),
                mark: match first {
                    Some("warn") if marks.any(|tone| tone == "bad") => "bad",
                    Some(tone) => tone,
                    None => "",
                },
            }
        })
        .collect()
}
