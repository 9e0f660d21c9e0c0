//! A form's definition: sections of fields.

use std::collections::BTreeMap;
use std::fmt;

use super::FieldType;
use crate::expression::Expression;
use crate::workflow::{Text, Who};

/// A workflow's form.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Form {
    /// In the order in which they are filled in.
    pub sections: Vec<Section>,
}

/// Whose copy of a section's answers there is.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Per {
    /// One for the case.
    #[default]
    Case,
    /// One per branch of a foreach.
    Branch,
    /// One per task.
    Task,
}

/// A page of the form.
#[derive(Debug, Clone, PartialEq)]
pub struct Section {
    /// Its id, in one name space with the fields.
    pub id: String,
    /// Its heading.
    pub title: Text,
    /// A sentence under the heading.
    pub about: Option<Text>,
    /// Whose copy.
    pub per: Per,
    /// Shown only while this holds.
    pub show_when: Option<Expression>,
    /// Its fields.
    pub fields: Vec<Field>,
}

/// When a field must be answered.
#[derive(Debug, Clone, Default, PartialEq)]
pub enum Required {
    /// Never.
    #[default]
    No,
    /// Whenever it is shown.
    Yes,
    /// While the guard holds.
    When(Expression),
}

/// What one element of a `resources` field is.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Pick {
    /// A whole resource.
    #[default]
    Resource,
    /// One item of a resource.
    Item,
}

/// Where a choice's options come from.
#[derive(Debug, Clone, Default, PartialEq)]
pub enum Options {
    /// No options.
    #[default]
    None,
    /// Written in the definition, in their order (a shared list is copied in).
    Fixed(Vec<(String, Text)>),
    /// A value with a list of texts, read when the field is shown.
    From(Expression),
}

/// One question.
#[derive(Debug, Clone, PartialEq)]
pub struct Field {
    /// Its id.
    pub id: String,
    /// Its type.
    pub kind: FieldKind,
    /// What is asked.
    pub label: Text,
    /// How to answer.
    pub help: Option<Text>,
    /// When it must be answered.
    pub required: Required,
    /// Shown only while this holds.
    pub show_when: Option<Expression>,
    /// Holds for an answer that will do.
    pub check: Option<Expression>,
    /// Said when `check` fails.
    pub message: Option<Text>,
    /// Prefilled with this.
    pub default: Option<Expression>,
    /// Computed, read-only.
    pub value: Option<Expression>,
    /// For choice and choices.
    pub options: Options,
    /// The least number, rows, files, or (as `YYYY-MM-DD`) date.
    pub min: Option<Bound>,
    /// The greatest.
    pub max: Option<Bound>,
    /// In code points.
    pub min_length: Option<u32>,
    /// In code points.
    pub max_length: Option<u32>,
    /// A regular expression that the whole text matches.
    pub pattern: Option<String>,
    /// Shown behind a number.
    pub unit: Option<Text>,
    /// Columns of a table; of `resources`: asked per chosen element.
    pub columns: Vec<Field>,
    /// A table with one fixed row per element.
    pub rows: Option<Expression>,
    /// Of `resources`.
    pub pick: Pick,
    /// Who may be chosen in person and people.
    pub from: Option<Who>,
    /// The workflow of a `case` reference.
    pub workflow: Option<String>,
    /// A person or contact who is a party to the case.
    pub party: bool,
    /// Kept encrypted, shown to those who handle the case only.
    pub private: bool,
}

/// A bound as written.
#[derive(Debug, Clone, PartialEq)]
pub enum Bound {
    /// Of a number, a count of rows or files.
    Number(f64),
    /// Of a date.
    Date(chrono::NaiveDate),
}

/// A field's type by name; what it does is in [`FieldType`].
#[derive(Clone, Copy)]
pub struct FieldKind(pub &'static dyn FieldType);

impl fmt::Debug for FieldKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.0.name())
    }
}

impl PartialEq for FieldKind {
    fn eq(&self, other: &Self) -> bool {
        self.0.name() == other.0.name()
    }
}

/// Answers by field id, in the shapes that each field type documents.
pub type Answers = BTreeMap<String, serde_json::Value>;
