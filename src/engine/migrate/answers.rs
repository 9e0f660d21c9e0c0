//! Whether the answers that there are will do for the new version: what had to be answered by now is, and in the same way.

use std::collections::BTreeSet;

use super::{Obstacle, Passage, positions};
use crate::engine::evolve::EDITING;
use crate::engine::{Case, Position, filled_later};
use crate::expression::{Expression, Scope};
use crate::forms::{Answers, Field, Per, Required, Section};
use crate::workflow::place::id_of;

impl Passage<'_> {
    /// What is in the way of the answers.
    pub(super) fn answers(&self) -> Vec<Obstacle> {
        let mut found: Vec<Obstacle> = self
            .changed()
            .into_iter()
            .map(Obstacle::FieldChanged)
            .collect();
        found.extend(self.missing().into_iter().map(Obstacle::FieldMissing));
        found
    }

    /// Answered fields whose answers are of another type, or kept in another way.
    fn changed(&self) -> Vec<String> {
        let fields = self.old.form.sections.iter().flat_map(|section| {
            let fields = section.fields.iter();
            fields.map(move |field| (section, field))
        });
        fields
            .filter(|(_, field)| is_answered_anywhere(self.case, &field.id))
            .filter(|(section, field)| {
                let there = self.new.form.sections.iter().find_map(|other| {
                    let field = other.fields.iter().find(|other| other.id == field.id)?;
                    Some((other, field))
                });
                there.is_some_and(|there| !is_alike((section, field), there))
            })
            .map(|(_, field)| field.id.clone())
            .collect()
    }

    /// Fields that had to be answered by now: at the start, or by a stage that is through. While the applicant revises the
    /// request, what is new in it is asked.
    fn missing(&self) -> Vec<String> {
        let edits = |position: &Position| id_of(&position.id) == EDITING;
        if positions(self.case).into_iter().any(edits) {
            return Vec::new();
        }
        let scope = self.scope("");
        let is_shown = |guard: &Option<Expression>| {
            let guard = guard.as_ref();
            guard.is_none_or(|guard| guard.guard(&scope) == Ok(true))
        };
        let later = filled_later(self.new);
        let behind = self.filled_behind();
        let mut missing = Vec::new();
        for section in &self.new.form.sections {
            if section.per != Per::Case || !is_shown(&section.show_when) {
                continue;
            }
            for field in &section.fields {
                let named = |names: &BTreeSet<String>| {
                    names.contains(&section.id) || names.contains(&field.id)
                };
                let at_start = !later
                    .iter()
                    .any(|name| *name == section.id || *name == field.id);
                if (at_start || named(&behind)) && is_shown(&field.show_when) {
                    missing.extend(self.missing_in(field, &scope));
                }
            }
        }
        missing
    }

    /// The sections and fields that the stages of the new version fill through which the case has gone.
    fn filled_behind(&self) -> BTreeSet<String> {
        let there = |place: &String| super::renamed(place, &self.names);
        let done = self.case.stages.iter().filter(|(_, record)| record.done);
        done.filter_map(|(place, _)| self.new.node(&there(place)))
            .flat_map(|node| node.fills())
            .map(str::to_owned)
            .collect()
    }

    /// The field itself, or columns of it that rows lack.
    fn missing_in(&self, field: &Field, scope: &Scope) -> Vec<String> {
        let required = match &field.required {
            Required::No => false,
            Required::Yes => true,
            Required::When(guard) => guard.guard(scope) == Ok(true),
        };
        if !is_answered(self.case, &field.id) {
            return match required {
                true => vec![field.id.clone()],
                false => Vec::new(),
            };
        }
        let rows = self.case.answers.get(&field.id);
        let rows = rows.and_then(serde_json::Value::as_array);
        let lacks = |column: &&Field| {
            let always =
                column.required == Required::Yes && column.show_when.is_none() && !column.private;
            let mut rows = rows.into_iter().flatten();
            always && rows.any(|row| row.get(&column.id).is_none_or(serde_json::Value::is_null))
        };
        let columns = field.columns.iter().filter(lacks);
        columns
            .map(|column| format!("{}.{}", field.id, column.id))
            .collect()
    }
}

/// Whether a field has an answer of the case, an open one or a private one.
fn is_answered(case: &Case, field: &str) -> bool {
    holds(&case.answers, &case.private, field)
}

/// Whether a field has an answer of anybody: the case, a branch, a task.
fn is_answered_anywhere(case: &Case, field: &str) -> bool {
    let mut branches = case.branches.values();
    let mut tasks = case.tasks.iter();
    is_answered(case, field)
        || branches.any(|branch| holds(&branch.answers, &branch.private, field))
        || tasks.any(|task| holds(&task.answers, &task.private, field))
}

fn holds(answers: &Answers, private: &Answers, field: &str) -> bool {
    let open = answers.get(field).is_some_and(|answer| !answer.is_null());
    let sealed = |path: &String| path.split('.').next() == Some(field);
    open || private.keys().any(sealed)
}

fn is_alike((section, field): (&Section, &Field), (other, there): (&Section, &Field)) -> bool {
    let columns = |field: &Field| -> Vec<(String, &'static str, bool)> {
        let columns = field.columns.iter();
        columns
            .map(|column| (column.id.clone(), column.kind.0.name(), column.private))
            .collect()
    };
    // A column that is gone or new is told otherwise; one that is there is read as before.
    let kept = columns(field).into_iter().all(|column| {
        columns(there)
            .iter()
            .all(|other| other.0 != column.0 || *other == column)
    });
    field.kind == there.kind
        && field.private == there.private
        && field.pick == there.pick
        && section.per == other.per
        && kept
}
