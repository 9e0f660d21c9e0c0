//! From a tree to a workflow: each key is interpreted in its place, and everything wrong on the way is noted.

mod at;
mod blocks;
mod checks;
mod choices;
mod clocks;
mod fields;
mod form;
mod keys;
mod names;
mod nodes;
mod records;
mod register;
mod register_dates;
mod rules;
mod scalars;
mod seats;
mod sign;
mod stage;
mod targets;
mod top;
mod who;

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;

use super::Surroundings;
use super::finding::Note;
use super::tree::Tree;
use crate::expression::{Expression, Type, Words};

#[cfg(test)]
pub(super) use clocks::{CLOCK, EXTEND};
#[cfg(test)]
pub(super) use fields::FIELD;
pub(super) use fields::{NEEDED, ONLY};
pub(super) use keys::Keys;
pub(super) use names::{KINDS, Names, TARGET_WORDS};
#[cfg(test)]
pub(super) use nodes::SIGNAL;
pub(super) use nodes::keys_of;
#[cfg(test)]
pub(super) use records::{OF_END, OF_NODE};
pub(super) use rules::ACTIONS;
#[cfg(test)]
pub(super) use rules::RULE_KEYS;
#[cfg(test)]
pub(super) use sign::VOTE;
pub(super) use top::REQUIRED;
pub(super) use top::TOP;

/// Where an expression is read, which decides what it may read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Site {
    /// `checks` at submission.
    Submission,
    /// A section's `show_when`.
    Section(String),
    /// A key of a field.
    Field {
        section: String,
        /// With the column after a dot.
        field: String,
        /// Read once the field is shown: everything but `show_when`.
        shown: bool,
    },
    /// A key of a stage or block, read when it is entered.
    Entry(String),
    /// A key of a stage or block, read while it is open, the fields it fills answered as far as they are.
    Open(String),
    /// A key of a stage or block, read once there is a verdict.
    Verdict(String),
    /// `checks` of a stage: as for its verdict, with the answers of the task that is done.
    Check(String),
    /// `next` of a signal, read once its fields are filled.
    Signal { node: String, name: String },
    /// `set` of a record with `each`: `row` is the element.
    Row {
        /// Where `each` is read.
        inside: Box<Site>,
        each: Expression,
    },
    /// `record` of an end.
    End,
}

/// An expression with where it was written.
#[derive(Debug, Clone)]
pub(super) struct Use {
    pub expression: Expression,
    pub expected: Type,
    pub site: Site,
    /// The scalar in the file.
    pub place: Range<usize>,
    /// Where its text begins there, when it stands there letter for letter.
    pub begins: Option<usize>,
}

/// Reads one definition.
pub(super) struct Reader<'t> {
    pub source: &'t str,
    pub surroundings: &'t Surroundings,
    pub names: Names,
    pub notes: Vec<Note>,
    pub uses: Vec<Use>,
    pub trees: Trees<'t>,
    /// Shared lists of options, once they are read.
    pub lists: BTreeMap<String, Vec<(String, super::model::Text)>>,
    /// Those of them that a field takes its options from.
    pub used_lists: BTreeSet<String>,
    /// The `as` names that can be read here, outermost first.
    pub loops: Vec<String>,
    /// How a `who` begins that stands in an answer: `form.`; in a register `entry.`.
    pub root: &'static str,
}

/// Where things are written, for the rules.
#[derive(Debug, Default)]
pub(super) struct Trees<'t> {
    pub nodes: BTreeMap<String, &'t Tree>,
    pub ends: BTreeMap<String, &'t Tree>,
    pub sections: BTreeMap<String, &'t Tree>,
    pub fields: BTreeMap<String, &'t Tree>,
}

impl<'t> Reader<'t> {
    pub fn new(source: &'t str, tree: &'t Tree, surroundings: &'t Surroundings) -> Self {
        let mut notes = Vec::new();
        let names = Names::scan(tree, &mut notes);
        Self {
            source,
            surroundings,
            names,
            notes,
            uses: Vec::new(),
            trees: Trees::default(),
            lists: BTreeMap::new(),
            used_lists: BTreeSet::new(),
            loops: Vec::new(),
            root: "form.",
        }
    }

    pub fn note(&mut self, code: &'static str, place: &Range<usize>, message: Words) {
        self.note_with(code, place, message, None);
    }

    pub fn note_with(
        &mut self,
        code: &'static str,
        place: &Range<usize>,
        message: Words,
        help: Option<Words>,
    ) {
        self.notes.push(Note {
            code,
            place: place.clone(),
            message,
            help,
        });
    }
}
