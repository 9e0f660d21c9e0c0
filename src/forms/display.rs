//! Answers as people read them: on the case page, before submission, in print.

use std::collections::BTreeSet;

use serde::Serialize;
use serde_json::Value as Json;

use super::cells::ELEMENT;
use super::fields::resources;
use super::{
    Answers, Field, FileFacts, Form, Lookup, Section, Shape, Showing, Shown, Words, join_private,
};

/// A section with its answers.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct SectionDisplay {
    /// Its id.
    pub id: String,
    /// Its heading.
    pub title: String,
    /// Its answers, in order; unanswered fields are left out.
    pub lines: Vec<Line>,
}

/// One answer, or one cell of a row; one of its forms is filled.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
pub struct Line {
    /// The field.
    pub id: String,
    /// Its label.
    pub label: String,
    /// Whether it is a private answer.
    pub private: bool,
    /// A private answer that this reader does not see.
    pub kept: bool,
    /// A private answer that was erased.
    pub erased: bool,
    /// On one line.
    pub text: Option<String>,
    /// With its line breaks.
    pub paragraph: Option<String>,
    /// Several.
    pub items: Vec<String>,
    /// Attachments.
    pub files: Vec<FileFacts>,
    /// Rows.
    pub table: Option<TableDisplay>,
}

/// The rows of a table or of chosen resources.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
pub struct TableDisplay {
    /// The headings.
    pub columns: Vec<String>,
    /// The rows.
    pub rows: Vec<Vec<Line>>,
}

/// All answers, section by section; sections without any are left out. `private` are the opened private values by their
/// paths, for readers who may see them.
#[must_use]
pub fn display(
    form: &Form,
    answers: &Answers,
    lookup: &dyn Lookup,
    words: &dyn Words,
    private: Option<&Answers>,
) -> Vec<SectionDisplay> {
    let sections = form.sections.iter();
    shown(
        form,
        sections,
        (answers, None),
        &Showing { lookup, words },
        private,
    )
}

/// The answers of one owner among several.
#[derive(Debug, Clone, Copy)]
pub struct Owned<'a> {
    /// The answers of the case, of a branch, on a task.
    pub answers: &'a Answers,
    /// What stands for the private ones that there are, by path.
    pub sealed: &'a Answers,
    /// The paths of those that were erased.
    pub erased: &'a BTreeSet<String>,
}

/// The same of one owner among several.
#[must_use]
pub fn display_of(
    form: &Form,
    owned: Owned<'_>,
    lookup: &dyn Lookup,
    words: &dyn Words,
    private: Option<&Answers>,
) -> Vec<SectionDisplay> {
    let Owned {
        answers, sealed, ..
    } = owned;
    let there = |field: &Field| {
        let row = format!("{}.", field.id);
        answers.contains_key(&field.id)
            || sealed
                .keys()
                .any(|path| *path == field.id || path.starts_with(&row))
    };
    let sections = form.sections.iter();
    let sections = sections.filter(|section| section.fields.iter().any(there));
    let showing = Showing { lookup, words };
    shown(form, sections, (answers, Some(owned)), &showing, private)
}

fn shown<'f>(
    form: &Form,
    sections: impl Iterator<Item = &'f Section>,
    (answers, owned): (&Answers, Option<Owned<'_>>),
    showing: &Showing<'_>,
    private: Option<&Answers>,
) -> Vec<SectionDisplay> {
    let joined = private.map(|private| join_private(form, answers, private));
    let words = showing.words;
    let display = Display {
        answers: joined.as_ref().unwrap_or(answers),
        sealed: owned.map(|owned| owned.sealed),
        erased: owned.map(|owned| owned.erased),
        showing,
        opened: private.is_some(),
    };
    sections
        .map(|section| SectionDisplay {
            id: section.id.clone(),
            title: words.pick(&section.title).to_owned(),
            lines: section
                .fields
                .iter()
                .filter(|field| display.is_there(field))
                .filter_map(|field| display.line(&field.id, field, display.answers.get(&field.id)))
                .collect(),
        })
        .filter(|section| !section.lines.is_empty())
        .collect()
}

struct Display<'a> {
    answers: &'a Answers,
    /// Which private answers there are; `None` where that is not to be told.
    sealed: Option<&'a Answers>,
    /// Which of them were erased.
    erased: Option<&'a BTreeSet<String>>,
    showing: &'a Showing<'a>,
    opened: bool,
}

impl Display<'_> {
    /// Whether there may be an answer to show: of a private one that is kept, that there is one.
    fn is_there(&self, field: &Field) -> bool {
        let kept = field.private && !self.opened;
        !kept
            || self
                .sealed
                .is_none_or(|sealed| sealed.contains_key(&field.id))
    }

    fn line(&self, path: &str, field: &Field, answer: Option<&Json>) -> Option<Line> {
        let mut line = self.empty(field);
        if field.private && self.erased.is_some_and(|erased| erased.contains(path)) {
            line.erased = true;
            line.text = Some(self.showing.words.say("forms.erased", &[]));
            return Some(line);
        }
        if field.private && !self.opened {
            line.kept = true;
            return Some(line);
        }
        let answer = answer.filter(|answer| !answer.is_null())?;
        match field.kind.0.shape() {
            Shape::Rows => line.table = Some(self.rows(field, answer)),
            Shape::Chosen => line.table = Some(self.chosen(field, answer)),
            _ => self.fill(&mut line, field, answer),
        }
        Some(line)
    }

    fn empty(&self, field: &Field) -> Line {
        Line {
            id: field.id.clone(),
            label: self.showing.words.pick(&field.label).to_owned(),
            private: field.private,
            ..Line::default()
        }
    }

    fn fill(&self, line: &mut Line, field: &Field, answer: &Json) {
        match field.kind.0.shown(field, answer, self.showing) {
            Shown::Text(text) => line.text = Some(text),
            Shown::Paragraph(text) => line.paragraph = Some(text),
            Shown::List(items) => line.items = items,
            Shown::Files(files) => line.files = files,
        }
    }

    fn rows(&self, field: &Field, answer: &Json) -> TableDisplay {
        let fixed = field.rows.is_some();
        let heading = |row: &Json| {
            let element = row.get(ELEMENT).unwrap_or(&Json::Null);
            self.cell("forms.item", heading(element))
        };
        self.table(field, answer, |row| match fixed {
            true => vec![heading(row)],
            false => Vec::new(),
        })
    }

    fn chosen(&self, field: &Field, answer: &Json) -> TableDisplay {
        self.table(field, answer, |row| {
            let text = |part: &str| row.get(part).and_then(Json::as_str).unwrap_or_default();
            let provider = self.showing.lookup.department(text("provider"));
            let provider = provider.map_or_else(
                || text("provider").to_owned(),
                |department| department.short_name,
            );
            vec![
                self.cell("forms.resource", resources::title(row)),
                self.cell("forms.provider", provider),
                self.cell(
                    "forms.sharing_class",
                    sharing(text("sharing"), self.showing.words),
                ),
                self.cell("forms.level", level(row, self.showing.words)),
            ]
        })
    }

    fn table(
        &self,
        field: &Field,
        answer: &Json,
        before: impl Fn(&Json) -> Vec<Line>,
    ) -> TableDisplay {
        let rows: Vec<Vec<Line>> = answer
            .as_array()
            .into_iter()
            .flatten()
            .enumerate()
            .map(|(number, row)| {
                let cells = field.columns.iter().map(|column| {
                    let path = format!("{}.{number}.{}", field.id, column.id);
                    self.line(&path, column, row.get(&column.id))
                        .unwrap_or_else(|| self.empty(column))
                });
                before(row).into_iter().chain(cells).collect()
            })
            .collect();
        let columns = rows
            .first()
            .into_iter()
            .flatten()
            .map(|cell| cell.label.clone())
            .collect();
        TableDisplay { columns, rows }
    }

    fn cell(&self, label: &str, text: String) -> Line {
        Line {
            label: self.showing.words.say(label, &[]),
            text: Some(text),
            ..Line::default()
        }
    }
}

/// What the answer at a path is called: 联系电话; 使用人员，第 2 行，姓名.
#[must_use]
pub fn label_of(form: &Form, path: &str, words: &dyn Words) -> String {
    let mut parts = path.split('.');
    let (field, row, column) = (parts.next(), parts.next(), parts.next());
    let Some(field) = field.and_then(|id| form.field(id)) else {
        return path.to_owned();
    };
    let label = words.pick(&field.label).to_owned();
    let column = column.and_then(|id| field.columns.iter().find(|column| column.id == id));
    let number = row.and_then(|row| row.parse::<usize>().ok());
    match (number, column) {
        (Some(number), Some(column)) => {
            let (number, column) = ((number + 1).to_string(), words.pick(&column.label));
            let values = [("table", &*label), ("number", &*number), ("column", column)];
            words.say("forms.cell_at", &values)
        }
        _ => label,
    }
}

/// What a fixed row stands for: a chosen resource, something with a name, or all its texts.
#[must_use]
pub fn heading(element: &Json) -> String {
    if element.get("resource").is_some() {
        return resources::title(element);
    }
    if let Some(name) = element.get("name").and_then(Json::as_str) {
        return name.to_owned();
    }
    let texts: Vec<&str> = element
        .as_object()
        .into_iter()
        .flatten()
        .filter_map(|(_, part)| part.as_str())
        .collect();
    texts.join("，")
}

/// A sharing class in words.
#[must_use]
pub fn sharing(class: &str, words: &dyn Words) -> String {
    match class {
        "unconditional" | "conditional" | "none" => {
            words.say(&format!("forms.sharing.{class}"), &[])
        }
        other => other.to_owned(),
    }
}

/// A level in words.
pub(super) fn level(row: &Json, words: &dyn Words) -> String {
    match row.get("level").and_then(Json::as_u64) {
        Some(level @ 1..=6) => words.say(&format!("forms.levels.l{level}"), &[]),
        _ => String::new(),
    }
}
