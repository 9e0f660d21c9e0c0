//! The form while it is worked on: every field with what was typed, what that means, and whether it is shown.

use std::collections::BTreeMap;

use serde_json::{Map, Value as Json};

use crate::expression::{EvaluationError, Expression, Scope, Value};

use super::settle::{Settling, settle, visible, without_own};
use super::{Answers, Fault, Field, Form, Lookup, Private, Shape, Strictness, values};

/// Where a table with fixed rows keeps a copy of the element that a row stands for. No column can be called so.
pub(super) const ELEMENT: &str = "_element";

/// Whether a field is shown.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Visibility {
    Shown,
    Hidden,
    /// Its guard gave no answer; that counts as neither.
    Unknown(EvaluationError),
}

/// One field or one column of one row.
#[derive(Debug)]
pub(super) struct Cell<'f> {
    pub field: &'f Field,
    guards: Vec<&'f Expression>,
    /// As it came; `None` when it did not come at all.
    pub typed: Option<Json>,
    /// Canonical; `None` when blank or faulty. Rows are in `lines`.
    pub answer: Option<Json>,
    pub fault: Option<Fault>,
    pub visibility: Visibility,
    /// Why its computed value or its rows could not be had.
    pub trouble: Option<EvaluationError>,
    /// Whether the answer is the default, because none came.
    pub defaulted: bool,
    lines: Vec<Line<'f>>,
    /// How many of the lines count: elements of fixed rows may be fewer than the lines typed.
    live: usize,
}

/// One row.
#[derive(Debug)]
pub(super) struct Line<'f> {
    pub cells: Vec<Cell<'f>>,
    /// What is known of it beside its columns: the element of a fixed row, the catalogue's facts of a chosen one.
    pub base: BTreeMap<String, Value>,
    kept: Map<String, Json>,
    /// A key that is neither a column nor a fact.
    pub unknown_key: Option<String>,
}

/// All of a form's cells, in order.
pub(super) fn read_form<'f>(
    form: &'f Form,
    answers: &Answers,
    lookup: &dyn Lookup,
    strictness: Strictness,
) -> Vec<Cell<'f>> {
    let mut all = Vec::new();
    for section in &form.sections {
        for field in &section.fields {
            let mut cell = Cell::read(field, answers.get(&field.id), lookup, strictness);
            if let Some(guard) = &section.show_when {
                cell.guards.insert(0, guard);
            }
            all.push(cell);
        }
    }
    all
}

impl<'f> Cell<'f> {
    fn blank(field: &'f Field) -> Self {
        Self {
            field,
            guards: field.show_when.iter().collect(),
            typed: None,
            answer: None,
            fault: None,
            visibility: Visibility::Shown,
            trouble: None,
            defaulted: false,
            lines: Vec::new(),
            live: 0,
        }
    }

    fn read(
        field: &'f Field,
        typed: Option<&Json>,
        lookup: &dyn Lookup,
        strictness: Strictness,
    ) -> Self {
        let mut cell = Self::blank(field);
        let (Some(typed), None) = (typed, &field.value) else {
            return cell;
        };
        cell.typed = Some(typed.clone());
        match field.kind.0.read(field, typed) {
            Err(fault) => cell.fault = Some(fault),
            Ok(None) => {}
            Ok(Some(answer)) if cell.has_rows() => cell.read_rows(&answer, lookup, strictness),
            Ok(Some(answer)) => {
                cell.answer = Some(field.kind.0.complete(field, answer, lookup));
            }
        }
        cell
    }

    fn read_rows(&mut self, rows: &Json, lookup: &dyn Lookup, strictness: Strictness) {
        self.lines = rows
            .as_array()
            .into_iter()
            .flatten()
            .map(|row| Line::read(self.field, row, lookup, strictness))
            .collect();
        // The page's spare rows are no answers; where rows are fixed, an empty one holds its place.
        let free = self.field.kind.0.shape() == Shape::Rows && self.field.rows.is_none();
        if free && strictness == Strictness::Submit {
            self.lines.retain(|line| !line.is_blank());
        }
        self.live = self.lines.len();
    }

    /// Whether its answer is rows of columns.
    pub fn has_rows(&self) -> bool {
        matches!(self.field.kind.0.shape(), Shape::Rows | Shape::Chosen)
    }

    /// The rows that count.
    pub fn lines(&self) -> &[Line<'f>] {
        self.lines.get(..self.live).unwrap_or(&self.lines)
    }

    /// Whether nothing was answered.
    pub fn is_blank(&self) -> bool {
        self.fault.is_none() && self.answer.is_none() && self.lines().is_empty()
    }

    /// Whether it is shown.
    pub fn is_shown(&self) -> bool {
        self.visibility == Visibility::Shown
    }

    /// The canonical answer as others see it: none while it is hidden.
    pub fn seen(&self) -> Option<Json> {
        if !self.is_shown() {
            return None;
        }
        if !self.has_rows() {
            return self.answer.clone();
        }
        let rows: Vec<Json> = self.lines().iter().map(Line::seen).collect();
        (!rows.is_empty()).then_some(Json::Array(rows))
    }

    /// What is kept of it: the canonical answer, or what was typed where that is none yet.
    pub fn kept(&self, strictness: Strictness) -> Option<Json> {
        let submitted = strictness == Strictness::Submit;
        if submitted && self.visibility == Visibility::Hidden {
            return None;
        }
        if self.fault.is_some() {
            return self.typed.as_ref().map(storable);
        }
        if self.has_rows() && !self.lines().is_empty() {
            let rows = self.lines().iter().map(|line| line.kept(strictness));
            return Some(rows.collect());
        }
        match &self.answer {
            Some(_) if self.defaulted && !submitted => None,
            Some(answer) => Some(answer.clone()),
            // A blank that was typed says that a default is not wanted.
            None if self.typed.is_some() && (!submitted || self.field.default.is_some()) => {
                Some(Json::Null)
            }
            None => None,
        }
    }

    /// What expressions see of it.
    pub fn value(&self, private: Private) -> Value {
        if private == Private::Kept && self.field.private {
            return Value::Null;
        }
        self.seen().map_or(Value::Null, |answer| {
            self.field.kind.0.value(self.field, &answer, private)
        })
    }

    /// Decides whether it is shown and what it computes, for what the others say now.
    pub fn settle(
        &mut self,
        at: &mut Settling<'_>,
        variable: &str,
        base: &BTreeMap<String, Value>,
    ) {
        self.visibility = visible(&self.guards, at.scope);
        self.trouble = None;
        if self.is_shown() {
            self.compute(at, variable, base);
        }
        for line in self.lines.iter_mut().take(self.live) {
            let base = line.base.clone();
            settle(&mut line.cells, "row", &base, at);
        }
        if self.has_rows() {
            at.scope.variables.remove("row");
        }
    }

    fn compute(&mut self, at: &mut Settling<'_>, variable: &str, base: &BTreeMap<String, Value>) {
        if let Some(expression) = &self.field.value {
            match self.computed(expression, at.scope) {
                Ok(answer) => self.answer = answer,
                Err(error) => {
                    self.answer = None;
                    self.trouble = Some(error);
                }
            }
        } else if let (None, Some(expression)) = (&self.typed, &self.field.default) {
            // A default that cannot be had yet, for what it reads is unanswered, is none.
            let answer = without_own(at.scope, variable, &self.field.id, base, |scope| {
                self.computed(expression, scope).ok().flatten()
            });
            self.defaulted = answer.is_some();
            self.answer = answer;
        }
        if let Some(expression) = &self.field.rows {
            match at.masked(|scope| expression.value(scope)) {
                Ok(elements) => self.fix_rows(&elements),
                Err(error) => self.trouble = Some(error),
            }
        }
    }

    fn computed(
        &self,
        expression: &Expression,
        scope: &Scope,
    ) -> Result<Option<Json>, EvaluationError> {
        let value = expression.value(scope)?;
        let answer = self.field.kind.0.answer(&value);
        self.field
            .kind
            .0
            .read(self.field, &answer)
            .map_err(|fault| EvaluationError {
                expression: expression.source().to_owned(),
                message: format!("no {}: {}", self.field.kind.0.name(), fault.code),
            })
    }

    fn fix_rows(&mut self, elements: &Value) {
        let elements = match elements {
            Value::List(all) => all.as_slice(),
            _ => &[],
        };
        self.live = elements.len();
        for (position, element) in elements.iter().enumerate() {
            if self.lines.len() <= position {
                self.lines.push(Line::blank(self.field));
            }
            self.lines[position].stand_for(element);
        }
    }
}

impl<'f> Line<'f> {
    fn blank(field: &'f Field) -> Self {
        Self {
            cells: field.columns.iter().map(Cell::blank).collect(),
            base: BTreeMap::new(),
            kept: Map::new(),
            unknown_key: None,
        }
    }

    fn read(field: &'f Field, row: &Json, lookup: &dyn Lookup, strictness: Strictness) -> Self {
        let mut line = Self::blank(field);
        line.cells = field
            .columns
            .iter()
            .map(|column| Cell::read(column, row.get(&column.id), lookup, strictness))
            .collect();
        let mut rest = row.as_object().cloned().unwrap_or_default();
        rest.retain(|key, _| field.columns.iter().all(|column| column.id != *key));
        rest.remove(ELEMENT);
        if field.kind.0.shape() == Shape::Chosen {
            line.know(field.kind.0.complete(field, rest.into(), lookup));
        } else {
            line.unknown_key = rest.keys().next().cloned();
        }
        line
    }

    fn know(&mut self, facts: Json) {
        if let Value::Record(base) = values::value_of(&facts) {
            self.base = base;
        }
        if let Json::Object(kept) = facts {
            self.kept = kept;
        }
    }

    fn stand_for(&mut self, element: &Value) {
        self.base = match element {
            Value::Record(parts) => parts.clone(),
            other => [("value".to_owned(), other.clone())].into(),
        };
        let copy = values::json_of(&Value::Record(self.base.clone()));
        self.kept = [(ELEMENT.to_owned(), copy)].into_iter().collect();
    }

    fn is_blank(&self) -> bool {
        self.unknown_key.is_none() && self.cells.iter().all(Cell::is_blank)
    }

    fn seen(&self) -> Json {
        self.with_kept(|cell| cell.seen())
    }

    fn kept(&self, strictness: Strictness) -> Json {
        self.with_kept(|cell| cell.kept(strictness))
    }

    fn with_kept(&self, answer: impl Fn(&Cell<'f>) -> Option<Json>) -> Json {
        let mut row = self.kept.clone();
        for cell in &self.cells {
            if let Some(answer) = answer(cell) {
                row.insert(cell.field.id.clone(), answer);
            }
        }
        row.into()
    }

    /// The `row` that columns read.
    pub fn record(&self) -> Value {
        record(&self.cells, &self.base, Private::Opened)
    }
}

/// What cells look like to expressions.
pub(super) fn record(
    cells: &[Cell<'_>],
    base: &BTreeMap<String, Value>,
    private: Private,
) -> Value {
    let mut all = base.clone();
    for cell in cells {
        all.insert(cell.field.id.clone(), cell.value(private));
    }
    Value::Record(all)
}

/// What was typed, as a database can keep it: PostgreSQL's JSON has no NUL.
fn storable(typed: &Json) -> Json {
    match typed {
        Json::String(text) => Json::String(text.replace('\0', "")),
        Json::Array(all) => all.iter().map(storable).collect(),
        Json::Object(parts) => parts
            .iter()
            .map(|(name, part)| (name.replace('\0', ""), storable(part)))
            .collect::<Map<_, _>>()
            .into(),
        other => other.clone(),
    }
}
