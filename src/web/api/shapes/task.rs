//! The tasks of a case: asked of whom, answered by whom.

use serde::Serialize;
use utoipa::ToSchema;

use super::branch::{InBranch, in_branch};
use super::{PartyBody, PersonBody};
use crate::engine::{Answer, Task, TaskState};
use crate::forms::{self, Answers};
use crate::messages::Language;
use crate::services::seen::Seen;
use crate::services::titles::Titles;
use crate::services::words::{answer_word, asks_word};
use crate::workflow::place::id_of;
use chrono::{DateTime, Utc};

/// A task.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct TaskBody {
    /// Its number within the case.
    pub number: u32,
    /// Its id; null while it waits for its turn.
    pub id: Option<String>,
    /// The stage it belongs to.
    pub stage: String,
    /// The place of that stage: inside a `foreach` with the keys of its branches.
    pub place: String,
    /// The branch that it stands in.
    pub branch: Option<InBranch>,
    /// What that stage, or the seat in it, is called, with the branch.
    pub title: String,
    /// The round of that stage.
    pub round: u32,
    /// `waiting` (for its turn), `open`, `settled`, `cancelled`.
    pub state: &'static str,
    /// What it asks for: `sign`, `work`, `notice`, `edit`, `supply`, `repair`, `advise`,
    /// `file`.
    pub asks: &'static str,
    /// What an adviser is asked.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub question: Option<String>,
    /// Whom it was offered to.
    pub offered_to: Vec<PartyBody>,
    /// Who called for it, where the definition does not ask for it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub called: Option<CalledBody>,
    /// What the caller has typed on it and not given yet; theirs alone.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub draft: Option<OpinionBody>,
    /// Who has taken it.
    pub holder: Option<PersonBody>,
    /// When it is due.
    pub due_at: Option<DateTime<Utc>>,
    /// Whether a law sets that deadline.
    pub law: bool,
    /// The answer: `approved`, `rejected`, `chosen`, `returned` …
    pub answer: Option<&'static str>,
    /// Which of the stage's own choices.
    pub choice: Option<String>,
    /// Who answered.
    pub by: Option<PersonBody>,
    /// For whom, where a substitute answered.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub on_behalf: Option<PersonBody>,
    /// For whom the caller may act on it now, who is not asked themselves.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub acts_for: Option<PersonBody>,
    /// When it was answered or cancelled.
    pub at: Option<DateTime<Utc>>,
    /// The opinion.
    pub comment: Option<String>,
    /// Whether it passed by itself, because the same person had just agreed.
    pub automatic: bool,
    /// What was filled in on it alone.
    #[schema(value_type = Object)]
    pub answers: Answers,
}

/// An opinion that was saved and not given yet.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct OpinionBody {
    /// The words.
    pub comment: String,
    /// What was filled in, as it was typed.
    #[schema(value_type = Object)]
    pub answers: Answers,
    /// When it was saved.
    pub saved_at: DateTime<Utc>,
}

/// By whom a task was called for that the definition does not ask for.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct CalledBody {
    /// On which task, by its number.
    pub from: u32,
    /// Who called.
    pub by: PersonBody,
    /// As what: `before`, `after`, `with`, `adviser`.
    pub how: &'static str,
}

/// Every task there ever was, by number.
pub fn tasks(seen: &Seen, language: Language) -> Vec<TaskBody> {
    let tasks = &seen.running.case.tasks;
    tasks
        .iter()
        .map(|task| TaskBody::of(seen, task, language))
        .collect()
}

impl TaskBody {
    fn of(seen: &Seen, task: &Task, language: Language) -> Self {
        let directory = &seen.viewer.directory;
        let row = seen.row(task.id);
        let person = |id| PersonBody::of(id, directory);
        let titles = Titles::of(&seen.running, language);
        let opened = seen.private.as_ref().map(|opened| &opened.tasks);
        let private = opened.and_then(|tasks| tasks.get(&task.id));
        let mut body = Self {
            number: task.id.0,
            id: row.map(|row| row.ulid.to_string()),
            stage: id_of(&task.stage).to_owned(),
            place: task.stage.clone(),
            branch: in_branch(&titles, &task.stage),
            title: titles.task(task),
            round: task.round,
            state: "waiting",
            asks: asks_word(task.asks),
            question: task.question.clone(),
            offered_to: task
                .offered
                .iter()
                .map(|party| PartyBody::of(party, directory, language))
                .collect(),
            called: task.called.as_ref().map(|called| CalledBody {
                from: called.from.0,
                by: person(called.by),
                how: called.how.word(),
            }),
            draft: seen
                .opinion(task)
                .filter(|_| seen.may("save_draft", Some(task.id)))
                .map(|opinion| OpinionBody {
                    comment: opinion.comment.clone(),
                    answers: opinion.answers.clone(),
                    saved_at: opinion.saved_at,
                }),
            holder: task.holder.map(person),
            due_at: row.and_then(|row| row.due_at),
            law: row.is_some_and(|row| row.law),
            answer: None,
            choice: None,
            by: None,
            on_behalf: None,
            acts_for: None,
            at: None,
            comment: None,
            automatic: false,
            answers: match private {
                Some(private) => forms::join_private(&titles.workflow.form, &task.answers, private),
                None => task.answers.clone(),
            },
        };
        match &task.state {
            TaskState::Waiting => {}
            TaskState::Open => {
                body.state = "open";
                body.acts_for = seen.acts_for(task).map(person);
            }
            TaskState::Cancelled { at, .. } => {
                body.state = "cancelled";
                body.at = Some(*at);
            }
            TaskState::Settled {
                answer,
                by,
                on_behalf,
                at,
                comment,
                automatic,
            } => {
                body.state = "settled";
                body.answer = Some(answer_word(answer));
                body.choice = match answer {
                    Answer::Chosen { choice, .. } => Some(choice.clone()),
                    _ => None,
                };
                body.by = Some(person(*by));
                body.on_behalf = on_behalf.map(person);
                body.at = Some(*at);
                body.comment = comment.clone();
                body.automatic = *automatic;
            }
        }
        body
    }
}
