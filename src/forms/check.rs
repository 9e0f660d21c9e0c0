//! Checking what was typed: what is shown, what it means, what is missing, what will not do.

use std::collections::{BTreeMap, BTreeSet};

use crate::expression::{EvaluationError, Expression, Scope, Value};

use super::cells::{self, Cell, Line, Visibility};
use super::limits;
use super::settle::{self, Settling};
use super::words::plain;
use super::{Answers, Fault, Field, Form, InRow, Judging, Lookup, Part, Problem, Required, Shape};

/// How much is asked of answers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Strictness {
    /// Whatever was typed is kept; only faults of shape are told.
    Draft,
    /// Everything must do; hidden answers are dropped.
    Submit,
}

/// What a check may use beside the answers.
pub struct CheckContext<'a> {
    /// The whole form.
    pub form: &'a Form,
    /// `case settings now choice` and the `as` names of enclosing blocks; `form` and `row` are put in here.
    pub scope: &'a Scope,
    /// The directory, the catalogue, the attachments.
    pub lookup: &'a dyn Lookup,
    /// The answers to the rest of the form.
    pub others: &'a Answers,
}

/// What a check found.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Checked {
    /// The answers of the part: canonical where they will do, as typed where not yet.
    pub answers: Answers,
    /// What is wrong, in the form's order. Empty: they will do.
    pub problems: Vec<Problem>,
}

/// Checks the answers of a part of the form. `typed` is the whole of the part, see [`Part::merged`].
///
/// A guard that gives no answer (it reads something unanswered) hides nothing and requires nothing by itself. At submission
/// it is a problem of its field, told once nothing else is wrong: mostly the missing answer is the cause, and said.
#[must_use]
pub fn check(
    part: &Part<'_>,
    typed: Answers,
    context: &CheckContext<'_>,
    strictness: Strictness,
) -> Checked {
    let mut all = part.others(context.others);
    let mut problems = Vec::new();
    let known: BTreeSet<&str> = part.fields.iter().map(|(_, field)| &*field.id).collect();
    for (id, answer) in typed {
        match known.contains(&*id) {
            true => {
                all.insert(id, answer);
            }
            false => problems.push(unknown(&id, &id)),
        }
    }
    let mut cells = cells::read_form(context.form, &all, context.lookup, strictness);
    let mut scope = context.scope.clone();
    settle::settle(
        &mut cells,
        "form",
        &BTreeMap::new(),
        &mut Settling::new(&mut scope),
    );
    let mut judge = Judge {
        scope: &mut scope,
        lookup: context.lookup,
        strictness,
        problems,
        unanswered: Vec::new(),
    };
    let mut answers = Answers::new();
    for cell in cells.iter().filter(|cell| part.asks(&cell.field.id)) {
        judge.cell(cell, &Place::form(), &BTreeMap::new());
        if let Some(kept) = cell.kept(strictness) {
            answers.insert(cell.field.id.clone(), kept);
        }
    }
    let problems = judge.told();
    Checked { answers, problems }
}

fn unknown(path: &str, key: &str) -> Problem {
    let fault = Fault::new("unknown").with("key", key);
    Problem {
        path: path.to_owned(),
        label: plain(key),
        row: None,
        code: fault.code,
        values: fault.values,
    }
}

/// Where a cell stands.
struct Place {
    prefix: String,
    row: Option<InRow>,
    variable: &'static str,
}

impl Place {
    fn form() -> Self {
        Self {
            prefix: String::new(),
            row: None,
            variable: "form",
        }
    }

    fn row(&self, field: &Field, position: usize) -> Self {
        Self {
            prefix: format!("{}{}.{position}.", self.prefix, field.id),
            row: Some(InRow {
                table: field.label.clone(),
                number: position + 1,
            }),
            variable: "row",
        }
    }

    fn problem(&self, field: &Field, fault: Fault) -> Problem {
        let part = fault.part.map(|part| format!(".{part}"));
        Problem {
            path: format!("{}{}{}", self.prefix, field.id, part.unwrap_or_default()),
            label: field.label.clone(),
            row: self.row.clone(),
            code: fault.code,
            values: fault.values,
        }
    }
}

struct Judge<'a> {
    scope: &'a mut Scope,
    lookup: &'a dyn Lookup,
    strictness: Strictness,
    problems: Vec<Problem>,
    /// Guards that gave no answer.
    unanswered: Vec<Problem>,
}

impl Judge<'_> {
    fn told(self) -> Vec<Problem> {
        match (self.strictness, self.problems.is_empty()) {
            (Strictness::Submit, true) => self.unanswered,
            _ => self.problems,
        }
    }

    fn cell(&mut self, cell: &Cell<'_>, place: &Place, base: &BTreeMap<String, Value>) {
        match &cell.visibility {
            Visibility::Hidden => return,
            Visibility::Unknown(error) => return self.guardless(cell.field, place, error),
            Visibility::Shown => {}
        }
        if let Some(error) = &cell.trouble {
            return self.guardless(cell.field, place, error);
        }
        if let Some(fault) = &cell.fault {
            self.problems.push(place.problem(cell.field, fault.clone()));
            return;
        }
        let before = self.problems.len();
        self.lines(cell, place);
        if self.strictness == Strictness::Draft || before < self.problems.len() {
            return;
        }
        if let Err(fault) = self.judged(cell, place, base) {
            self.problems.push(place.problem(cell.field, fault));
        }
    }

    fn lines(&mut self, cell: &Cell<'_>, place: &Place) {
        for (position, line) in cell.lines().iter().enumerate() {
            let inside = place.row(cell.field, position);
            self.scope.variables.insert("row".to_owned(), line.record());
            if let Some(key) = &line.unknown_key {
                let mut problem = unknown(&format!("{}{key}", inside.prefix), key);
                problem.row = inside.row.clone();
                self.problems.push(problem);
            }
            if self.strictness == Strictness::Submit && is_gone(cell, line) {
                // It can only be removed, so nothing more is asked about it.
                self.gone(cell.field, line, place, position);
                continue;
            }
            for column in &line.cells {
                self.cell(column, &inside, &line.base);
            }
        }
        if cell.has_rows() {
            self.scope.variables.remove("row");
        }
    }

    fn gone(&mut self, field: &Field, line: &Line<'_>, place: &Place, position: usize) {
        let code = match line.base.get("resource") {
            Some(Value::Text(code)) => code.clone(),
            _ => String::new(),
        };
        let fault = Fault::new("no_such_resource").with("code", code);
        let mut problem = place.problem(field, fault);
        problem.path = format!("{}.{position}", problem.path);
        self.problems.push(problem);
    }

    fn judged(
        &mut self,
        cell: &Cell<'_>,
        place: &Place,
        base: &BTreeMap<String, Value>,
    ) -> Result<(), Fault> {
        let field = cell.field;
        let Some(answer) = cell.seen() else {
            return self.missing(field, place);
        };
        let options = match settle::options(field, self.scope, place.variable, base) {
            Ok(options) => options,
            Err(error) => {
                self.guardless(field, place, &error);
                return Ok(());
            }
        };
        let judging = Judging {
            options: &options,
            lookup: self.lookup,
        };
        field.kind.0.judge(field, &answer, &judging)?;
        match &field.check {
            Some(check) if !self.holds(check, field, place) => Err(match &field.message {
                Some(message) => Fault::new("own").worded("message", message.clone()),
                None => Fault::new("check"),
            }),
            _ => Ok(()),
        }
    }

    fn missing(&mut self, field: &Field, place: &Place) -> Result<(), Fault> {
        let rows = matches!(field.kind.0.shape(), Shape::Rows | Shape::Chosen);
        let required = match &field.required {
            Required::Yes => true,
            // `min: 1` of a table asks for a row, whether or not it says `required`.
            _ if rows && 0 < limits::least(field) && field.rows.is_none() => true,
            Required::No => false,
            Required::When(guard) => match guard.guard(self.scope) {
                Ok(required) => required,
                Err(error) => {
                    self.guardless(field, place, &error);
                    false
                }
            },
        };
        // Fixed rows without an element leave nothing to answer.
        match required && field.rows.is_none() {
            true => {
                Err(Fault::new(field.kind.0.missing()).with("least", limits::least(field).max(1)))
            }
            false => Ok(()),
        }
    }

    fn holds(&mut self, check: &Expression, field: &Field, place: &Place) -> bool {
        match check.guard(self.scope) {
            Ok(holds) => holds,
            Err(error) => {
                self.guardless(field, place, &error);
                true
            }
        }
    }

    fn guardless(&mut self, field: &Field, place: &Place, error: &EvaluationError) {
        let fault = Fault::new("guard").with("reason", error);
        self.unanswered.push(place.problem(field, fault));
    }
}

/// Whether the catalogue no longer has what was chosen.
fn is_gone(cell: &Cell<'_>, line: &Line<'_>) -> bool {
    cell.field.kind.0.shape() == Shape::Chosen && !line.base.contains_key("title")
}

#[cfg(test)]
mod tests;
