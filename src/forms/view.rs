//! The form as pages show it: every control with its value, hint and error, ready for `templates/fields/`.

mod controls;
#[cfg(test)]
mod pages;
mod rows;
#[cfg(test)]
mod tests;

pub use controls::{
    ColumnView, FieldView, OptionView, PartView, ResourceView, RowView, SectionView,
};

use std::collections::BTreeMap;

use serde_json::{Value as Json, json};

use crate::expression::{Expression, Scope, Value};
use crate::workflow::Text;

use super::cells::{self, Cell};
use super::fault::element;
use super::settle::{self, Settling};
use super::{
    Answers, Bound, Field, Form, Lookup, Offering, Options, Part, Problem, Required, Section,
    Shape, Showing, Shown, Strictness, Words, limits, values,
};

/// What a page is made from.
pub struct Page<'a> {
    /// The whole form.
    pub form: &'a Form,
    /// All answers, stored and typed.
    pub answers: &'a Answers,
    /// As for a check.
    pub scope: &'a Scope,
    /// The directory, the catalogue, the attachments.
    pub lookup: &'a dyn Lookup,
    /// What a check found.
    pub problems: &'a [Problem],
    /// The language.
    pub words: &'a dyn Words,
    /// What was typed into search boxes, see [`searches`](super::searches).
    pub searches: &'a BTreeMap<String, String>,
}

/// A part of the form as a page shows it, section by section.
#[must_use]
pub fn view(part: &Part<'_>, page: &Page<'_>) -> Vec<SectionView> {
    let answers = with_first_rows(part, page.answers);
    let mut scope = page.scope.clone();
    let mut cells = cells::read_form(page.form, &answers, page.lookup, Strictness::Draft);
    settle::settle(
        &mut cells,
        "form",
        &BTreeMap::new(),
        &mut Settling::new(&mut scope),
    );
    let mut viewing = Viewing { page, scope };
    part.sections()
        .into_iter()
        .map(|(section, fields)| viewing.section(section, &fields, &cells))
        .collect()
}

/// A table that asks for a row shows an empty one to begin with.
fn with_first_rows(part: &Part<'_>, answers: &Answers) -> Answers {
    let mut all = answers.clone();
    for (_, field) in &part.fields {
        let asks = field.required == Required::Yes || 0 < limits::least(field);
        let free = field.kind.0.shape() == Shape::Rows && field.rows.is_none();
        if free && asks && field.value.is_none() {
            let rows = limits::least(field).clamp(1, 20);
            all.entry(field.id.clone())
                .or_insert_with(|| vec![json!({}); rows].into());
        }
    }
    all
}

struct Viewing<'a> {
    page: &'a Page<'a>,
    scope: Scope,
}

/// Where a control stands.
struct Place<'a> {
    prefix: &'a str,
    variable: &'static str,
    base: &'a BTreeMap<String, Value>,
    /// The row, counted from 1.
    row: Option<usize>,
    /// The fields beside it, which may appear by it.
    beside: &'a [&'a Field],
}

impl Viewing<'_> {
    fn section(&mut self, section: &Section, fields: &[&Field], cells: &[Cell<'_>]) -> SectionView {
        let base = BTreeMap::new();
        let place = Place {
            prefix: "",
            variable: "form",
            base: &base,
            row: None,
            beside: fields,
        };
        let views: Vec<FieldView> = cells
            .iter()
            .filter(|cell| fields.iter().any(|field| field.id == cell.field.id))
            .map(|cell| self.field(cell, &place))
            .collect();
        let of_section = |problem: &&Problem| {
            let top = problem.path.split('.').next();
            fields.iter().any(|field| top == Some(&*field.id))
        };
        SectionView {
            id: section.id.clone(),
            title: self.page.words.pick(&section.title).to_owned(),
            about: section
                .about
                .as_ref()
                .map(|about| self.page.words.pick(about).to_owned()),
            hidden: views.iter().all(|view| view.hidden),
            has_files: views.iter().any(has_files),
            problems: self.page.problems.iter().filter(of_section).count(),
            fields: views,
        }
    }

    fn field(&mut self, cell: &Cell<'_>, place: &Place<'_>) -> FieldView {
        let field = cell.field;
        let name = format!("{}{}", place.prefix, field.id);
        let mut view = FieldView {
            hidden: !cell.is_shown(),
            required: self.required(field),
            refresh: field.kind.0.shape() != Shape::Chosen
                && place
                    .beside
                    .iter()
                    .any(|other| appears_by(other, place.variable, &field.id)),
            cell: place.row.is_some(),
            raw: cell.fault.is_some(),
            ..self.fixed(field, &name)
        };
        view.aria_label = place.row.map(|number| {
            let values = [("number", &*number.to_string()), ("label", &*view.label)];
            self.page.words.say("forms.cell", &values)
        });
        if view.hidden {
            return view;
        }
        if field.value.is_some() {
            self.complain(&mut view);
            self.computed(&mut view, cell);
            return view;
        }
        self.control(&mut view, cell, place);
        view
    }

    fn control(&mut self, view: &mut FieldView, cell: &Cell<'_>, place: &Place<'_>) {
        let field = cell.field;
        if matches!(field.kind.0.shape(), Shape::One | Shape::Many) {
            match field.kind.0.shape() {
                Shape::One => view.value = self.typed(cell, field),
                _ => self.many(view, cell),
            }
            self.offer(view, cell, place);
        }
        let control = match field.kind.0.control(view.options.len()) {
            // A list to open is narrower than a column of circles, and what was chosen can be taken back.
            "radio" if view.cell || !view.required => "select",
            control => control,
        };
        view.group = is_group(control);
        view.partial = format!("fields/{control}");
        if field.help.is_none() {
            view.help = self.instruction(field, control);
        } else if view.cell {
            // The heading of the column says it once for all rows.
            view.help = None;
        }
        self.complain(view);
        match field.kind.0.shape() {
            Shape::Parts(parts) => self.parts(view, cell, parts),
            Shape::Rows | Shape::Chosen => self.rows(view, cell),
            Shape::One | Shape::Many => {}
        }
    }

    /// What to type where the definition does not say it and the label cannot.
    fn instruction(&self, field: &Field, control: &str) -> Option<String> {
        let key = match (field.kind.0.name(), control) {
            ("person", "text") => "forms.login_hint",
            ("department", "text") => "forms.code_hint",
            ("people", "several") => "forms.logins_hint",
            ("departments", "several") => "forms.codes_hint",
            ("case", _) => "forms.case_hint",
            _ => return None,
        };
        Some(self.page.words.say(key, &[]))
    }

    /// What does not depend on answers.
    fn fixed(&self, field: &Field, name: &str) -> FieldView {
        let words = self.page.words;
        let id = name.replace('.', "-");
        let rows = matches!(field.kind.0.shape(), Shape::Rows | Shape::Chosen);
        FieldView {
            id: field.id.clone(),
            name: name.to_owned(),
            element: element(name),
            hint_id: format!("h-{id}"),
            error_id: format!("e-{id}"),
            label: words.pick(&field.label).to_owned(),
            help: field.help.as_ref().map(|help| words.pick(help).to_owned()),
            private: field.private,
            multiple: field.kind.0.name() == "files",
            min: field.min.as_ref().map(attribute),
            max: field.max.as_ref().map(attribute),
            max_length: field.max_length,
            unit: field.unit.as_ref().map(|unit| words.pick(unit).to_owned()),
            columns: match rows {
                true => field
                    .columns
                    .iter()
                    .map(|column| self.column(column))
                    .collect(),
                false => Vec::new(),
            },
            ..FieldView::default()
        }
    }

    fn column(&self, column: &Field) -> ColumnView {
        let pick = |text: &Text| self.page.words.pick(text).to_owned();
        ColumnView {
            label: pick(&column.label),
            required: column.required == Required::Yes,
            help: column.help.as_ref().map(pick),
        }
    }

    fn required(&self, field: &Field) -> bool {
        let rows = matches!(field.kind.0.shape(), Shape::Rows | Shape::Chosen);
        match &field.required {
            Required::Yes => true,
            Required::When(guard) => guard.guard(&self.scope) == Ok(true),
            // Rows that are there have to be filled in where a column has to be.
            Required::No if field.rows.is_some() => {
                let mut columns = field.columns.iter();
                columns.any(|column| column.required != Required::No)
            }
            Required::No => rows && 0 < limits::least(field),
        }
    }

    fn complain(&self, view: &mut FieldView) {
        let own = self.problem(&view.name);
        let inside = |part: &str| self.problem(&format!("{}.{part}", view.name));
        let problem = own.or_else(|| {
            ["from", "to", "name", "phone", "email"]
                .iter()
                .find_map(|part| inside(part))
        });
        view.invalid = problem.is_some();
        view.error = problem.map(|problem| problem.sentence(self.page.words));
        let hint = view.help.as_ref().map(|_| view.hint_id.clone());
        let error = view.error.as_ref().map(|_| view.error_id.clone());
        let ids: Vec<String> = hint.into_iter().chain(error).collect();
        view.described_by = (!ids.is_empty()).then(|| ids.join(" "));
    }

    fn problem(&self, path: &str) -> Option<&Problem> {
        self.page
            .problems
            .iter()
            .find(|problem| problem.path == path)
    }

    fn computed(&self, view: &mut FieldView, cell: &Cell<'_>) {
        view.read_only = true;
        view.partial = "fields/computed".to_owned();
        let showing = Showing {
            lookup: self.page.lookup,
            words: self.page.words,
        };
        view.shown = match &cell.answer {
            None => Vec::new(),
            Some(answer) => match cell.field.kind.0.shown(cell.field, answer, &showing) {
                Shown::Text(text) | Shown::Paragraph(text) => vec![text],
                Shown::List(items) => items,
                Shown::Files(files) => files.into_iter().map(|file| file.name).collect(),
            },
        };
    }

    /// What was typed, also where it will not do; else the answer, or the default.
    fn typed(&self, cell: &Cell<'_>, field: &Field) -> String {
        match (&cell.fault, &cell.typed, &cell.answer) {
            (Some(_), Some(typed), _) => values::typed(typed),
            (_, _, Some(answer)) => field.kind.0.typed(answer),
            _ => String::new(),
        }
    }

    fn many(&self, view: &mut FieldView, cell: &Cell<'_>) {
        let answer = match &cell.fault {
            Some(_) => cell.typed.as_ref(),
            None => cell.answer.as_ref(),
        };
        view.values = match answer {
            Some(Json::Array(all)) => all.iter().map(values::typed).collect(),
            Some(one) => vec![values::typed(one)],
            None => Vec::new(),
        };
        view.values.retain(|value| !value.is_empty());
        view.value = view.values.join("\n");
        view.files = view
            .values
            .iter()
            .filter_map(|id| self.page.lookup.attachment(id))
            .collect();
    }

    fn parts(&self, view: &mut FieldView, cell: &Cell<'_>, parts: &[&str]) {
        let answer = match &cell.fault {
            Some(_) => cell.typed.as_ref(),
            None => cell.answer.as_ref().or(cell.typed.as_ref()),
        };
        let wrong: Vec<&str> = parts
            .iter()
            .copied()
            .filter(|part| self.problem(&format!("{}.{part}", view.name)).is_some())
            .collect();
        view.parts = parts
            .iter()
            .map(|part| {
                let name = format!("{}.{part}", view.name);
                PartView {
                    id: (*part).to_owned(),
                    element: element(&name),
                    label: self
                        .page
                        .words
                        .say(&format!("forms.part.{part}"), &[("label", &view.label)]),
                    value: answer
                        .and_then(|answer| answer.get(part))
                        .map(values::typed)
                        .unwrap_or_default(),
                    // A problem of the whole is one of each part.
                    invalid: view.invalid && (wrong.is_empty() || wrong.contains(part)),
                    described_by: view.described_by.clone(),
                    raw: view.raw,
                    name,
                }
            })
            .collect();
    }

    fn offer(&mut self, view: &mut FieldView, cell: &Cell<'_>, place: &Place<'_>) {
        let field = cell.field;
        // A value that cannot be had yet gives no options; the check tells when that is a fault.
        let options = match settle::options(field, &mut self.scope, place.variable, place.base) {
            Ok(options) => options,
            Err(_) if matches!(field.options, Options::From(_)) => Vec::new(),
            Err(_) => return,
        };
        let offering = Offering {
            options: &options,
            lookup: self.page.lookup,
            words: self.page.words,
        };
        let offers = field.kind.0.offered(field, &offering);
        view.options = offers
            .into_iter()
            .enumerate()
            .map(|(position, offer)| OptionView {
                selected: view.value == offer.value || view.values.contains(&offer.value),
                element: match position {
                    // The error summary links to the first.
                    0 => view.element.clone(),
                    _ => format!("{}-{position}", view.element),
                },
                value: offer.value,
                label: offer.label,
            })
            .collect();
    }
}

fn has_files(view: &FieldView) -> bool {
    let inside = |row: &RowView| row.cells.iter().any(has_files);
    !view.hidden && (view.partial == "fields/files" || view.rows.iter().any(inside))
}

fn is_group(control: &str) -> bool {
    matches!(
        control,
        "radio" | "checkboxes" | "period" | "contact" | "files" | "table" | "resources"
    )
}

fn attribute(bound: &Bound) -> String {
    match bound {
        Bound::Number(number) => values::decimal(*number),
        Bound::Date(day) => day.to_string(),
    }
}

/// Whether a field is shown, asked or offered otherwise by what `id` answers.
fn appears_by(field: &Field, variable: &str, id: &str) -> bool {
    let options = match &field.options {
        Options::From(expression) => Some(expression),
        _ => None,
    };
    let required = match &field.required {
        Required::When(guard) => Some(guard),
        _ => None,
    };
    [
        field.show_when.as_ref(),
        field.rows.as_ref(),
        field.value.as_ref(),
        options,
        required,
    ]
    .into_iter()
    .flatten()
    .any(|expression| field.id != id && reads(expression, variable, id))
        || field
            .columns
            .iter()
            .filter(|_| variable == "form")
            .any(|column| appears_by(column, variable, id))
}

/// Whether it reads `form.id` or a part of it.
fn reads(expression: &Expression, variable: &str, id: &str) -> bool {
    expression.reads().iter().any(|read| {
        let mut path = read.path.split('.');
        path.next() == Some(variable) && path.next() == Some(id)
    })
}
