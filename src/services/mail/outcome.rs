//! Mails about how a case ended, and who decided it.

use std::collections::BTreeSet;

use chrono::NaiveDate;
use serde_json::Value;

use super::Scene;
use crate::calendar::{Instant, day_of};
use crate::engine::{self, Answer, LeftAs, Status, Task, TaskState};
use crate::forms::{Field, Part};
use crate::notify::facts::Notice;

impl Scene<'_> {
    pub(super) fn approved(&self) -> Notice {
        let workflow = &self.running.workflow;
        let later = engine::filled_later(workflow);
        let case = &self.running.case;
        let passed = case.branches.iter().filter(|(branch, _)| {
            // What was said in a branch that did not pass grants nothing.
            case.stage(branch).how == Some(LeftAs::Passed)
        });
        let answers = std::iter::once(&case.answers).chain(passed.map(|(_, own)| &own.answers));
        let mut granted = Granted::default();
        for answers in answers {
            granted.read(&workflow.form.part(&later), answers);
        }
        let mut asked = Granted::default();
        asked.read(&engine::asked_at_start(workflow), &case.answers);
        // What was granted goes before what was asked for; several different periods make no sentence.
        let periods = if granted.periods.is_empty() {
            asked.periods
        } else {
            granted.periods
        };
        let mut periods = periods.into_iter();
        Notice::Approved {
            valid: periods.next().filter(|_| periods.next().is_none()),
            conditions: granted.conditions.len(),
        }
    }

    pub(super) fn rejected(&self) -> Notice {
        let on = match &self.running.case.status {
            Status::Ended { at, .. } => *at,
            Status::Draft | Status::Open { .. } | Status::Suspended { .. } => self.row.created_at,
        };
        Notice::Rejected {
            department: self.department_that_answered(None),
            on: day_of(on),
        }
    }

    /// The department that gave the last answer, of this stage or of all; without one, the authority's.
    pub(super) fn department_that_answered(&self, stage: Option<&str>) -> String {
        let running = self.running;
        let answered = |task: &Task| match &task.state {
            TaskState::Settled { answer, by, at, .. } => {
                let decides = !matches!(
                    answer,
                    Answer::Submitted
                        | Answer::Supplied
                        | Answer::Repaired
                        | Answer::Acknowledged
                        | Answer::Advised
                );
                (decides && stage.is_none_or(|stage| task.stage == stage)).then_some((*at, *by))
            }
            TaskState::Waiting | TaskState::Open | TaskState::Cancelled { .. } => None,
        };
        let last: Option<(Instant, _)> = running.case.tasks.iter().filter_map(answered).max();
        let department = last
            .and_then(|(_, by)| running.directory.person(by))
            .map(|person| person.department.clone())
            .or_else(|| running.directory.authority_of(&running.case.department));
        department.map_or_else(
            || self.app.settings.place.authority.clone(),
            |code| self.short_name(&code),
        )
    }
}

/// What answers grant, or ask for.
#[derive(Debug, Default)]
struct Granted {
    periods: BTreeSet<(NaiveDate, NaiveDate)>,
    conditions: BTreeSet<String>,
}

impl Granted {
    fn read(&mut self, part: &Part<'_>, answers: &crate::forms::Answers) {
        for (_, field) in &part.fields {
            let Some(answer) = answers.get(&field.id) else {
                continue;
            };
            self.take(field, answer);
            for row in answer.as_array().into_iter().flatten() {
                for column in &field.columns {
                    if let Some(cell) = row.get(&column.id) {
                        self.take(column, cell);
                    }
                }
            }
        }
    }

    fn take(&mut self, field: &Field, answer: &Value) {
        let day = |name: &str| -> Option<NaiveDate> { answer.get(name)?.as_str()?.parse().ok() };
        match field.kind.0.name() {
            "period" => self.periods.extend(day("from").zip(day("to"))),
            "choices" if field.id == "conditions" => self.conditions.extend(
                answer
                    .as_array()
                    .into_iter()
                    .flatten()
                    .filter_map(Value::as_str)
                    .map(str::to_owned),
            ),
            _ => {}
        }
    }
}
