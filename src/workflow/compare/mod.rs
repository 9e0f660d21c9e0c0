//! What differs between two versions of a definition: as lines of text, and as changes that can be told in words.
//!
//! Every part is looked at aspect by aspect. What no aspect covers is compared as a whole, so that no difference goes
//! untold.

mod form;
mod lines;
mod nodes;
mod top;
mod value;

use std::collections::BTreeMap;

pub use lines::{Hunk, Line, LineKind, hunks};
pub use value::{Budgeted, Value};

use super::model::{Id, Text, Workflow};

/// Something that differs.
#[derive(Debug, Clone, PartialEq)]
pub struct Change {
    /// In what.
    pub of: Part,
    /// How.
    pub how: How,
}

/// A part of a definition.
#[derive(Debug, Clone, PartialEq)]
pub enum Part {
    /// The workflow as a whole.
    Workflow,
    /// A threshold or switch, by its name.
    Setting(Id, Text),
    /// A section of the form.
    Section(Id, Text),
    /// A field, by its id; a column by `table.column`.
    Field(Id, Text),
    /// A stage.
    Stage(Id, Text),
    /// A block.
    Block(Id, Text),
    /// An end.
    End(Id, Text),
}

/// How something differs.
#[derive(Debug, Clone, PartialEq)]
pub enum How {
    /// It is new.
    Added,
    /// It is gone.
    Removed,
    /// It has another id.
    Renamed {
        /// What it was.
        from: Id,
    },
    /// It stands elsewhere.
    Moved,
    /// One aspect of it is another.
    Changed {
        /// Which: a word of the messages.
        aspect: &'static str,
        /// What it was.
        from: Value,
        /// What it is.
        to: Value,
    },
}

/// The words of all aspects, for whoever puts them into sentences.
#[must_use]
pub fn aspects() -> Vec<&'static str> {
    let mut all = top::words();
    all.extend(form::words());
    all.extend(nodes::words());
    all.extend(["other", "order", "kind"]);
    all
}

/// An aspect of a part: its word, and what it is.
type Aspect<T> = (&'static str, fn(&T) -> Value);

/// Everything that differs, in the order of the new definition.
#[must_use]
pub fn changes(old: &Workflow, new: &Workflow) -> Vec<Change> {
    let mut found = top::changes(old, new);
    found.extend(form::changes(&old.form, &new.form));
    found.extend(nodes::changes(old, new));
    found.extend(top::ends(old, new));
    found
}

/// The stages and blocks that the new version calls otherwise, as far as their titles tell.
#[must_use]
pub fn renames(old: &Workflow, new: &Workflow) -> BTreeMap<Id, Id> {
    nodes::renames(old, new)
}

/// The aspects in which two versions of a part differ; without any, `rest` says whether they differ all the same.
fn differing<T>(aspects: &[Aspect<T>], old: &T, new: &T, rest: impl FnOnce() -> bool) -> Vec<How> {
    let mut found: Vec<How> = aspects
        .iter()
        .filter_map(|(aspect, look)| {
            let (from, to) = (look(old), look(new));
            (from != to).then_some(How::Changed { aspect, from, to })
        })
        .collect();
    if found.is_empty() && rest() {
        found.push(How::Changed {
            aspect: "other",
            from: Value::Hidden(String::new()),
            to: Value::Hidden(String::new()),
        });
    }
    found
}

fn words<T>(aspects: &[Aspect<T>]) -> impl Iterator<Item = &'static str> {
    aspects.iter().map(|(word, _)| *word)
}

fn all(of: &Part, hows: impl IntoIterator<Item = How>) -> Vec<Change> {
    hows.into_iter()
        .map(|how| Change {
            of: of.clone(),
            how,
        })
        .collect()
}

#[cfg(test)]
mod tests;
