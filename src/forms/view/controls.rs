//! What templates get: sections, controls, rows, choices.

use serde::Serialize;

use super::super::FileFacts;

/// One section of a page.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct SectionView {
    /// Its id.
    pub id: String,
    /// Its heading.
    pub title: String,
    /// A sentence under the heading.
    pub about: Option<String>,
    /// Whether none of its fields is shown.
    pub hidden: bool,
    /// Whether the page's form must be `multipart/form-data`.
    pub has_files: bool,
    /// How many problems its fields have.
    pub problems: usize,
    /// Its fields.
    pub fields: Vec<FieldView>,
}

/// One control.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
pub struct FieldView {
    /// The field's or column's id.
    pub id: String,
    /// The name of its input: `users.0.name`.
    pub name: String,
    /// The id of its element: `f-users-0-name`.
    pub element: String,
    /// The partial that shows the control: `fields/text`.
    pub partial: String,
    /// Whether it is several inputs under one legend.
    pub group: bool,
    /// Whether it stands in a row, where the column's heading is its label.
    pub cell: bool,
    /// What it is called there to those who do not see the heading.
    pub aria_label: Option<String>,
    /// Its label.
    pub label: String,
    /// The sentence under the label.
    pub help: Option<String>,
    /// Whether it must be answered.
    pub required: bool,
    /// Whether it is left out.
    pub hidden: bool,
    /// Whether it is computed.
    pub read_only: bool,
    /// Whether it is shown only to those who handle the case.
    pub private: bool,
    /// What stands in the control.
    pub value: String,
    /// Whether that is only as it was typed, so that a control for dates could not show it.
    pub raw: bool,
    /// What a computed field says.
    pub shown: Vec<String>,
    /// The inputs of a period or contact.
    pub parts: Vec<PartView>,
    /// The choices.
    pub options: Vec<OptionView>,
    /// The words of a list that is typed.
    pub values: Vec<String>,
    /// Attachments.
    pub files: Vec<FileFacts>,
    /// Whether several attachments may be added.
    pub multiple: bool,
    /// The headings of rows.
    pub columns: Vec<ColumnView>,
    /// Rows.
    pub rows: Vec<RowView>,
    /// The button that adds a row.
    pub add: Option<String>,
    /// What was searched for in the catalogue.
    pub query: Option<String>,
    /// What was found and is not chosen yet.
    pub found: Vec<ResourceView>,
    /// What is wrong.
    pub error: Option<String>,
    /// Whether the control itself is wrong.
    pub invalid: bool,
    /// The id of the hint.
    pub hint_id: String,
    /// The id of the error.
    pub error_id: String,
    /// The ids of hint and error, as far as there are any.
    pub described_by: Option<String>,
    /// The least, as an attribute.
    pub min: Option<String>,
    /// The greatest.
    pub max: Option<String>,
    /// The most characters.
    pub max_length: Option<u32>,
    /// Shown behind a number.
    pub unit: Option<String>,
    /// Whether other fields of the page appear by it.
    pub refresh: bool,
}

/// One input of several.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
pub struct PartView {
    /// Its name in the answer.
    pub id: String,
    /// The name of its input.
    pub name: String,
    /// The id of its element.
    pub element: String,
    /// Its label.
    pub label: String,
    /// What stands in it.
    pub value: String,
    /// Whether that is only as it was typed.
    pub raw: bool,
    /// Whether it is the one that is wrong.
    pub invalid: bool,
    /// The ids of hint and error.
    pub described_by: Option<String>,
}

/// One choice.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct OptionView {
    /// What is posted.
    pub value: String,
    /// What is read.
    pub label: String,
    /// Whether it is chosen.
    pub selected: bool,
    /// The id of its element.
    pub element: String,
}

/// A heading.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct ColumnView {
    /// What is asked.
    pub label: String,
    /// Whether every row must answer it.
    pub required: bool,
    /// How to answer.
    pub help: Option<String>,
}

/// One row.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
pub struct RowView {
    /// Counted from 1.
    pub number: usize,
    /// The name of the row's own input: `users.0`.
    pub name: String,
    /// The id of its element.
    pub element: String,
    /// What a fixed row stands for.
    pub heading: Option<String>,
    /// What was chosen.
    pub resource: Option<ResourceView>,
    /// Its columns.
    pub cells: Vec<FieldView>,
    /// The button that takes it away.
    pub remove: Option<String>,
    /// What is wrong with the row as a whole.
    pub error: Option<String>,
}

/// An entry of the catalogue.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct ResourceView {
    /// What is posted.
    pub token: String,
    /// The id of its element.
    pub element: String,
    /// Its title, with the item's.
    pub title: String,
    /// The resource's code.
    pub code: String,
    /// Who provides it.
    pub provider: String,
    /// `unconditional`, `conditional`, `none`.
    pub sharing: String,
    /// The sharing class in words.
    pub sharing_label: String,
    /// The level in words.
    pub level: String,
}

impl SectionView {
    /// The same for a page with several forms: every id begins with the form's prefix.
    #[must_use]
    pub fn with_prefix(mut self, prefix: &str) -> Self {
        for field in &mut self.fields {
            field.prefix(prefix);
        }
        self
    }
}

impl FieldView {
    fn prefix(&mut self, prefix: &str) {
        let ids = [&mut self.element, &mut self.hint_id, &mut self.error_id];
        ids.into_iter().for_each(|id| begin(id, prefix));
        begin_each(&mut self.described_by, prefix);
        for part in &mut self.parts {
            begin(&mut part.element, prefix);
            begin_each(&mut part.described_by, prefix);
        }
        for option in &mut self.options {
            begin(&mut option.element, prefix);
        }
        for found in &mut self.found {
            begin(&mut found.element, prefix);
        }
        for row in &mut self.rows {
            begin(&mut row.element, prefix);
            if let Some(resource) = &mut row.resource {
                begin(&mut resource.element, prefix);
            }
            row.cells.iter_mut().for_each(|cell| cell.prefix(prefix));
        }
    }
}

fn begin(id: &mut String, prefix: &str) {
    if !id.is_empty() {
        id.insert_str(0, prefix);
    }
}

fn begin_each(ids: &mut Option<String>, prefix: &str) {
    if let Some(ids) = ids {
        let all: Vec<String> = ids.split(' ').map(|id| format!("{prefix}{id}")).collect();
        *ids = all.join(" ");
    }
}
