//! A case, or a draft, as its reader may see it.

use std::sync::Arc;

use serde::Serialize;
use ulid::Ulid;
use utoipa::ToSchema;

use super::branch::{BranchBody, EntryBody, branches, entries};
use super::clock::{ClockBody, clocks};
use super::stage::{StageBody, stages};
use super::task::{TaskBody, tasks};
use super::{AttachmentBody, CopyBody, DepartmentBody, PersonBody};
use crate::engine::{Standing, TaskAsks};
use crate::forms::{Answers, Words};
use crate::messages::Language;
use crate::services::cases::By;
use crate::services::seen::{self, Seen};
use crate::services::{App, Error, Viewer, drafts};
use crate::web::api::needs::{OfferedBody, offered, offered_on_draft};
use crate::web::problem::{Flaw, flaw};
use chrono::{DateTime, Utc};

/// A case.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct CaseBody {
    /// Its id, a ULID; a draft keeps it when it is submitted.
    pub id: String,
    /// Its number, for people; a draft has none.
    pub number: Option<String>,
    /// The workflow's key.
    pub workflow: String,
    /// The version that it runs on; a draft is not pinned to one yet.
    pub version: Option<u32>,
    /// `draft`, `open`, `in_force` (only waits are open), `suspended`, `ended`.
    pub status: String,
    /// How it ended: `approved`, `rejected`, `withdrawn`, `lapsed`, `closed`.
    pub outcome: Option<String>,
    /// The end that it reached.
    pub end: Option<EndBody>,
    /// Its title.
    pub title: String,
    /// The stages and blocks of its workflow.
    pub stages: Vec<StageBody>,
    /// Its tasks.
    pub tasks: Vec<TaskBody>,
    /// Its clocks.
    pub clocks: Vec<ClockBody>,
    /// The answers by field; private ones only for those who handle the case.
    #[schema(value_type = Object)]
    pub answers: Answers,
    /// The private answers that were erased, by the names that `erase` takes.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub erased: Vec<String>,
    /// The branches of its blocks, as far as the reader may know of them.
    pub branches: Vec<BranchBody>,
    /// What it has left in registers.
    pub entries: Vec<EntryBody>,
    /// Its files.
    pub attachments: Vec<AttachmentBody>,
    /// The copies that were given, with their receipts.
    pub copies: Vec<CopyBody>,
    /// What the reader may do now.
    pub actions: Vec<OfferedBody>,
    /// What keeps a draft from being submitted.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub problems: Option<Vec<Flaw>>,
    /// What the applicant is writing while the case is returned to them.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub draft: Option<RevisionBody>,
    /// Counts up with every change; send it along to hear of changes that you have not seen.
    pub revision: i64,
    /// Who filed it.
    pub applicant: PersonBody,
    /// For which department.
    pub department: DepartmentBody,
    /// The highest level of the data in it: 1–4, 5 important, 6 core; 0 without any.
    pub level: u8,
    /// When it was filed.
    pub submitted_at: Option<DateTime<Utc>>,
    /// When it last changed.
    pub updated_at: DateTime<Utc>,
    /// When it ended.
    pub ended_at: Option<DateTime<Utc>>,
    /// Since when it is void; its outcome stays what it was.
    pub voided_at: Option<DateTime<Utc>>,
}

/// How a case ended.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct EndBody {
    /// The end's id.
    pub id: String,
    /// Its name.
    pub title: String,
}

/// The revision of a returned case that is being written.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct RevisionBody {
    /// Its own revision, for `PUT …/answers`.
    pub revision: i64,
    /// The answers so far.
    #[schema(value_type = Object)]
    pub answers: Answers,
}

impl CaseBody {
    /// Reads the case, or the reader's own draft.
    pub fn read(
        app: &Arc<App>,
        viewer: &Viewer,
        by: &By,
        id: Ulid,
        language: Language,
    ) -> Result<Self, Error> {
        match seen::see(app, viewer, id) {
            Ok(seen) => {
                let mut body = Self::of(&seen, language);
                if writes_revision(&seen) {
                    let draft = drafts::revision_of(app, by, id)?;
                    body.draft =
                        draft.map(|(revision, answers)| RevisionBody { revision, answers });
                }
                Ok(body)
            }
            Err(Error::NotFound) => Self::of_draft(app, by, id, language),
            Err(other) => Err(other),
        }
    }

    fn of(seen: &Seen, language: Language) -> Self {
        let (summary, running) = (&seen.summary, &seen.running);
        let (case, directory) = (&running.case, &seen.viewer.directory);
        let end = summary.end_id.as_ref().map(|id| EndBody {
            id: id.clone(),
            title: running
                .workflow
                .end(id)
                .map_or_else(|| id.clone(), |end| language.pick(&end.title).to_owned()),
        });
        Self {
            id: summary.ulid.to_string(),
            number: summary.number.clone(),
            workflow: summary.workflow_key.clone(),
            version: Some(seen.version),
            status: summary.status.clone(),
            outcome: summary.outcome.clone(),
            end,
            title: summary.title.clone(),
            stages: stages(seen, language),
            tasks: tasks(seen, language),
            clocks: clocks(seen, language),
            answers: seen.answers_at("", None),
            erased: case.erased_answers().iter().map(Standing::key).collect(),
            branches: branches(seen, language),
            entries: entries(seen, language),
            attachments: seen
                .files
                .iter()
                .map(|file| AttachmentBody::of(file, directory))
                .collect(),
            copies: seen
                .copies
                .iter()
                .map(|copy| CopyBody::of(copy, directory))
                .collect(),
            actions: offered(seen, language),
            problems: None,
            draft: None,
            revision: case.revision,
            applicant: PersonBody::of(case.applicant, directory),
            department: DepartmentBody::of(&case.department, directory),
            level: summary.level,
            submitted_at: case.submitted,
            updated_at: summary.updated_at,
            ended_at: summary.ended_at,
            voided_at: case.voided(),
        }
    }

    /// The reader's own draft.
    pub fn of_draft(app: &Arc<App>, by: &By, id: Ulid, language: Language) -> Result<Self, Error> {
        let shown = drafts::show(app, by, id)?;
        let (open, draft) = (&shown.open, &shown.open.draft);
        let directory = &open.viewer.directory;
        Ok(Self {
            id: draft.ulid.to_string(),
            number: None,
            workflow: draft.workflow_key.clone(),
            version: None,
            status: "draft".to_owned(),
            outcome: None,
            end: None,
            title: draft.title.clone(),
            stages: Vec::new(),
            tasks: Vec::new(),
            clocks: Vec::new(),
            answers: open.answers.clone(),
            erased: Vec::new(),
            branches: Vec::new(),
            entries: Vec::new(),
            attachments: shown
                .files
                .iter()
                .map(|file| AttachmentBody::of(file, directory))
                .collect(),
            copies: Vec::new(),
            actions: offered_on_draft(open, language),
            problems: Some(
                shown
                    .problems
                    .iter()
                    .map(|problem| flaw(problem, language))
                    .collect(),
            ),
            draft: None,
            revision: draft.revision,
            applicant: PersonBody::of(draft.author_id, directory),
            department: DepartmentBody::of(&draft.department, directory),
            level: 0,
            submitted_at: None,
            updated_at: draft.updated_at,
            ended_at: None,
            voided_at: None,
        })
    }
}

fn writes_revision(seen: &Seen) -> bool {
    let mut tasks = seen.running.case.open_tasks();
    tasks.any(|task| task.asks == TaskAsks::Edit && seen.may("submit", Some(task.id)))
}
