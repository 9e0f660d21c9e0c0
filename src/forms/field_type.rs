//! What one field type knows: the shape of its answer, what will do, how it is asked and shown.

use serde_json::Value as Json;

use crate::expression::{Type, Value};
use crate::workflow::Text;

use super::{Fault, Field, FileFacts, Lookup, Words, values};

/// How an answer is spread over the inputs of a page.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Shape {
    /// One input.
    One,
    /// One input, repeated.
    Many,
    /// One input for each named part: `period.from`.
    Parts(&'static [&'static str]),
    /// Rows of columns: `users.0.name`.
    Rows,
    /// Rows that were chosen from the catalogue: `resources.0` or `resources`, and `resources.0.use`.
    Chosen,
}

/// Whether private answers are seen.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Private {
    /// They read as unanswered.
    Kept,
    /// They are seen: by the checks of the form that is being filled in.
    Opened,
}

/// What judging an answer may use.
pub struct Judging<'a> {
    /// The options, read for this row.
    pub options: &'a [(String, Text)],
    /// The world outside.
    pub lookup: &'a dyn Lookup,
}

/// What offering choices may use.
pub struct Offering<'a> {
    /// The options, read for this row.
    pub options: &'a [(String, Text)],
    /// The world outside.
    pub lookup: &'a dyn Lookup,
    /// The language.
    pub words: &'a dyn Words,
}

/// One choice on a page.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Offer {
    /// What is answered.
    pub value: String,
    /// What is read.
    pub label: String,
}

/// What showing an answer may use.
pub struct Showing<'a> {
    /// The world outside.
    pub lookup: &'a dyn Lookup,
    /// The language.
    pub words: &'a dyn Words,
}

/// An answer as people read it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Shown {
    /// On one line.
    Text(String),
    /// With its line breaks.
    Paragraph(String),
    /// Several.
    List(Vec<String>),
    /// Attachments.
    Files(Vec<FileFacts>),
}

/// What one field type knows. One file per type in `fields/`; [`ALL`](super::ALL) lists them.
pub trait FieldType: Sync {
    /// Its name in YAML: `text`, `yes_no`.
    fn name(&self) -> &'static str;

    /// The type that expressions see when it is answered.
    fn expression_type(&self, field: &Field) -> Type;

    /// How its answer is spread over inputs.
    fn shape(&self) -> Shape {
        Shape::One
    }

    /// What was typed, in the canonical shape; `None` when that is blank. Only faults of shape are told here, for these
    /// are told about drafts, too. Of rows only the outer shape is read, the cells belong to the columns.
    fn read(&self, field: &Field, typed: &Json) -> Result<Option<Json>, Fault>;

    /// Adds what the world outside knows of an answer (of one row, for `Shape::Chosen`).
    fn complete(&self, _field: &Field, answer: Json, _lookup: &dyn Lookup) -> Json {
        answer
    }

    /// The code of the fault of being required and blank.
    fn missing(&self) -> &'static str {
        "fill"
    }

    /// Whether a canonical answer will do: bounds, lengths, options, look-ups.
    fn judge(&self, _field: &Field, _answer: &Json, _at: &Judging<'_>) -> Result<(), Fault> {
        Ok(())
    }

    /// What expressions see of a canonical answer.
    fn value(&self, field: &Field, answer: &Json, private: Private) -> Value;

    /// The answer that a computed value stands for, to be [read](Self::read) like one that was typed.
    fn answer(&self, value: &Value) -> Json {
        values::json_of(value)
    }

    /// The partial in `templates/fields/` that asks for it when there are so many choices.
    fn control(&self, offered: usize) -> &'static str;

    /// The choices, for types that have them.
    fn offered(&self, _field: &Field, _at: &Offering<'_>) -> Vec<Offer> {
        Vec::new()
    }

    /// The text in the control for something typed or answered.
    fn typed(&self, answer: &Json) -> String {
        values::typed(answer)
    }

    /// How a canonical answer is read by people; rows are shown by their columns.
    fn shown(&self, field: &Field, answer: &Json, at: &Showing<'_>) -> Shown;

    /// Its JSON Schema.
    fn schema(&self, field: &Field, words: &dyn Words) -> Json;
}
