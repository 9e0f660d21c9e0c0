//! Settling a form: which fields are shown and what is computed, when each may read the others.

use std::collections::BTreeMap;

use crate::expression::{EvaluationError, Expression, Scope, Value};
use crate::workflow::Text;

use super::cells::{Cell, Visibility};
use super::words::plain;
use super::{Field, Options, Private, limits};

/// What settling works on.
pub(super) struct Settling<'a> {
    pub scope: &'a mut Scope,
    /// `form` without private answers: fixed rows are copied from it into answers that anyone may see.
    masked: Value,
}

impl<'a> Settling<'a> {
    pub fn new(scope: &'a mut Scope) -> Self {
        Self {
            scope,
            masked: Value::Record(BTreeMap::new()),
        }
    }

    pub fn masked<T>(&mut self, look: impl FnOnce(&Scope) -> T) -> T {
        let open = self
            .scope
            .variables
            .insert("form".to_owned(), self.masked.clone());
        let seen = look(self.scope);
        if let Some(open) = open {
            self.scope.variables.insert("form".to_owned(), open);
        }
        seen
    }

    fn put(&mut self, variable: &str, cell: &Cell<'_>) -> bool {
        if variable == "form"
            && let Value::Record(parts) = &mut self.masked
        {
            parts.insert(cell.field.id.clone(), cell.value(Private::Kept));
        }
        let Some(Value::Record(parts)) = self.scope.variables.get_mut(variable) else {
            return false;
        };
        let value = cell.value(Private::Opened);
        if parts.get(&cell.field.id) == Some(&value) {
            return false;
        }
        parts.insert(cell.field.id.clone(), value);
        true
    }
}

/// Decides what is shown and computed. Guards read one another's fields, so it goes over them in the form's order until
/// nothing changes; with n fields that takes at most n rounds unless they contradict one another.
pub(super) fn settle(
    cells: &mut [Cell<'_>],
    variable: &str,
    base: &BTreeMap<String, Value>,
    at: &mut Settling<'_>,
) {
    let mut blank = base.clone();
    blank.extend(
        cells
            .iter()
            .map(|cell| (cell.field.id.clone(), Value::Null)),
    );
    at.scope
        .variables
        .insert(variable.to_owned(), Value::Record(blank));
    for _ in 0..=cells.len() {
        let mut changed = false;
        for cell in cells.iter_mut() {
            cell.settle(at, variable, base);
            changed |= at.put(variable, cell);
        }
        if !changed {
            return;
        }
    }
    for cell in cells.iter_mut() {
        cell.settle(at, variable, base);
        if at.put(variable, cell) {
            cell.visibility = Visibility::Unknown(contradiction(cell.field));
        }
    }
}

fn contradiction(field: &Field) -> EvaluationError {
    let expression = field.show_when.as_ref().or(field.value.as_ref());
    EvaluationError {
        expression: expression
            .map(|expression| expression.source().to_owned())
            .unwrap_or_default(),
        message: format!("the guards of `{}` contradict one another", field.id),
    }
}

/// Whether all of a field's guards hold.
pub(super) fn visible(guards: &[&Expression], scope: &Scope) -> Visibility {
    for guard in guards {
        match guard.guard(scope) {
            Ok(true) => {}
            Ok(false) => return Visibility::Hidden,
            Err(error) => return Visibility::Unknown(error),
        }
    }
    Visibility::Shown
}

/// A column's own options and default read the element's part of its name, not the column's answer.
pub(super) fn without_own<T>(
    scope: &mut Scope,
    variable: &str,
    id: &str,
    base: &BTreeMap<String, Value>,
    look: impl FnOnce(&Scope) -> T,
) -> T {
    let element = base.get(id).cloned().unwrap_or_default();
    let own = swap(scope, variable, id, Some(element));
    let seen = look(scope);
    swap(scope, variable, id, own);
    seen
}

fn swap(scope: &mut Scope, variable: &str, id: &str, value: Option<Value>) -> Option<Value> {
    match scope.variables.get_mut(variable) {
        Some(Value::Record(parts)) => parts.insert(id.to_owned(), value?),
        _ => None,
    }
}

/// The options of a field in its place.
pub(super) fn options(
    field: &Field,
    scope: &mut Scope,
    variable: &str,
    base: &BTreeMap<String, Value>,
) -> Result<Vec<(String, Text)>, EvaluationError> {
    match &field.options {
        Options::None => Ok(Vec::new()),
        Options::Fixed(all) => Ok(all.clone()),
        Options::From(expression) => {
            let value = without_own(scope, variable, &field.id, base, |scope| {
                expression.value(scope)
            })?;
            Ok(limits::texts(&value)
                .into_iter()
                .map(|text| (text.clone(), plain(text)))
                .collect())
        }
    }
}
