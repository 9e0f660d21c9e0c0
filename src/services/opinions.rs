//! Opinions that somebody has typed on a task and not given yet: kept for their writer alone, and offered again in the next
//! round, until they give one.

use serde_json::Value;

use super::cases::Running;
use super::words::asks_word;
use super::{App, Error, vault};
use crate::calendar::Instant;
use crate::directory::PersonId;
use crate::engine::{self, Decision, Event, Input, Task};
use crate::forms::{self, Answers};
use crate::storage::Writes;
use crate::storage::opinions::{self, Content, Desk};
use crate::storage::{self, Connection};

/// An opinion as its writer saved it.
#[derive(Debug, Clone, PartialEq)]
pub struct Opinion {
    /// The stage, in its branch.
    stage: String,
    /// What its task asked for.
    asks: String,
    /// The words.
    pub comment: String,
    /// What was filled in, private answers included.
    pub answers: Answers,
    /// When.
    pub saved_at: Instant,
}

impl Opinion {
    /// Whether it was typed on this task, or on one like it in an earlier round.
    #[must_use]
    pub fn is_on(&self, task: &Task) -> bool {
        self.stage == task.stage && self.asks == asks_word(task.asks)
    }
}

/// What a person has saved on a case.
pub(super) fn of(
    app: &App,
    conn: &mut Connection,
    running: &Running,
    person: PersonId,
) -> Result<Vec<Opinion>, Error> {
    let form = &running.workflow.form;
    let rows = opinions::of(conn, running.id, person)?;
    rows.into_iter()
        .map(|row| {
            let open: Answers = serde_json::from_value(row.answers)?;
            let private = vault::open_draft(app, running.ulid, row.sealed.as_ref())?;
            Ok(Opinion {
                stage: row.stage,
                asks: row.asks,
                comment: row.comment.unwrap_or_default(),
                answers: forms::join_private(form, &open, &private),
                saved_at: row.saved_at,
            })
        })
        .collect()
}

/// Keeps what was typed; where nothing is left of it, forgets what was there.
pub(super) fn save(
    app: &App,
    conn: &mut Connection,
    running: &Running,
    person: PersonId,
    input: &Input,
) -> Result<(), Error> {
    let task = input.task.and_then(|id| running.case.task(id));
    let task = task.ok_or(Error::NotFound)?;
    let part = engine::filled_on(&running.workflow, &running.case, task);
    let mut typed = input.answers.clone().unwrap_or_default();
    typed.retain(|field, answer| part.asks(field) && !answer.is_null());
    let comment = input
        .comment
        .clone()
        .filter(|words| !words.trim().is_empty());
    let of = desk(running.id, person, task);
    if comment.is_none() && typed.values().all(is_blank) {
        return Ok(storage::at_once(conn, |writes| {
            opinions::remove(writes, of)
        })?);
    }
    let (open, private) = forms::split_private(&running.workflow.form, &typed);
    let content = Content {
        comment,
        answers: serde_json::to_value(&open)?,
        sealed: vault::seal_draft(app, running.ulid, &private)?,
        at: app.now(),
    };
    Ok(opinions::save(conn, of, &content)?)
}

/// Forgets what a person had saved on a task that they have answered now.
pub(super) fn forget_given(writes: &mut Writes, case_id: i64, task: &Task, person: PersonId) {
    opinions::remove(writes, desk(case_id, person, task));
}

/// What somebody has filled in so far goes with a task that they hand over, unless who takes it has begun themselves. Their
/// words stay theirs.
pub(super) fn hand_over(
    conn: &mut Connection,
    case_id: i64,
    decision: &Decision,
    from: PersonId,
) -> Result<(), storage::StorageError> {
    for event in &decision.events {
        let Event::Transferred { task, person, .. } = event else {
            continue;
        };
        let Some(task) = decision.case.task(*task) else {
            continue;
        };
        let theirs = desk(case_id, *person, task);
        let Some(begun) = opinions::on(conn, desk(case_id, from, task))? else {
            continue;
        };
        let is_empty = begun.sealed.is_none() && is_blank(&begun.answers);
        if is_empty || opinions::on(conn, theirs)?.is_some() {
            continue;
        }
        let content = Content {
            comment: None,
            answers: begun.answers,
            sealed: begun.sealed,
            at: begun.saved_at,
        };
        opinions::save(conn, theirs, &content)?;
    }
    Ok(())
}

fn desk(case: i64, person: PersonId, task: &Task) -> Desk<'_> {
    Desk {
        case,
        person,
        stage: &task.stage,
        asks: asks_word(task.asks),
    }
}

/// Forms send empty texts and lists for what was left out.
fn is_blank(answer: &Value) -> bool {
    match answer {
        Value::Null => true,
        Value::String(text) => text.trim().is_empty(),
        Value::Array(all) => all.iter().all(is_blank),
        Value::Object(parts) => parts.values().all(is_blank),
        Value::Bool(_) | Value::Number(_) => false,
    }
}
