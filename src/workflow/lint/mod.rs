//! The rules over a whole definition, once it is read.

mod blocks;
#[cfg(test)]
pub(super) mod broken;
mod clocks;
mod flow;
mod forms;
mod guards;
pub(super) mod law;
pub(super) mod map;
#[cfg(test)]
mod page;
mod people;
mod policies;
mod registers;
mod rules;
mod targets;
#[cfg(test)]
mod tests;
mod texts;
mod typing;
mod votes;
pub(super) mod ways;
mod whos;

use std::collections::BTreeSet;
use std::ops::Range;

use map::Map;
pub use rules::{RULES, Rule};

use super::Surroundings;
use super::finding::{Note, Severity};
use super::model::Workflow;
use super::resolve::{KINDS, Names, Reader, Trees, Use};
use super::tree::Tree;
use crate::expression::Words;
use crate::forms::Section;

/// What a rule looks at, and where it writes down what it finds.
pub(super) struct Lint<'a> {
    pub workflow: &'a Workflow,
    pub root: &'a Tree,
    pub trees: &'a Trees<'a>,
    pub names: &'a Names,
    pub uses: &'a [Use],
    pub used_lists: &'a BTreeSet<String>,
    pub surroundings: &'a Surroundings,
    pub map: Map<'a>,
    pub notes: Vec<Note>,
}

/// What may be wrong in the reading without anything being left out of the workflow.
const COMPLETE_ALL_THE_SAME: &[&str] = &[
    "no-title",
    "unknown-action",
    "unknown-calendar",
    "unknown-fills",
    "unknown-list",
    "unknown-register",
    "unknown-role",
    "unknown-workflow",
    "unreachable-alternative",
];

/// Runs every rule that looks at the workflow as a whole. Those about ways and people need all of it: after a target that
/// could not be read, they would complain of what that target leads to.
pub(super) fn run(workflow: &Workflow, root: &Tree, reader: &mut Reader<'_>) {
    let complete = reader
        .notes
        .iter()
        .all(|note| COMPLETE_ALL_THE_SAME.contains(&note.code));
    let mut lint = Lint {
        workflow,
        root,
        trees: &reader.trees,
        names: &reader.names,
        uses: &reader.uses,
        used_lists: &reader.used_lists,
        surroundings: reader.surroundings,
        map: Map::of(workflow),
        notes: Vec::new(),
    };
    lint.guards();
    if complete {
        lint.flow();
        lint.targets();
        lint.law();
        lint.people();
        lint.forms();
        lint.policies();
    }
    lint.blocks();
    lint.clocks();
    lint.registers();
    lint.texts();
    // What a misspelt name was meant for looks unused.
    let sound = |note: &Note| severity(note.code) == Severity::Warning;
    if lint.notes.iter().chain(&reader.notes).all(sound) {
        lint.unused();
    }
    let found = lint.notes;
    reader.notes.extend(found);
}

/// What a code means for publishing.
pub(super) fn severity(code: &str) -> Severity {
    RULES
        .iter()
        .find(|rule| rule.code == code)
        .map_or(Severity::Error, |rule| rule.severity)
}

impl Lint<'_> {
    fn note(&mut self, code: &'static str, place: Range<usize>, zh: String, en: String) {
        self.notes.push(Note {
            code,
            place,
            message: Words::new(zh, en),
            help: None,
        });
    }

    fn note_with(
        &mut self,
        code: &'static str,
        place: Range<usize>,
        (zh, en): (String, String),
        help: Words,
    ) {
        self.notes.push(Note {
            code,
            place,
            message: Words::new(zh, en),
            help: Some(help),
        });
    }

    /// Whether a stage fills a field, or the section that it is in.
    fn is_filled(&self, section: &Section, field: &str) -> bool {
        let filled = &self.names.filled;
        filled.contains_key(field) || filled.contains_key(&section.id)
    }

    /// The place of a key of a stage or block.
    fn of_node(&self, id: &str, path: &[&str]) -> Range<usize> {
        match self.trees.nodes.get(id) {
            Some(tree) if path.iter().all(|key| *key == "id") => {
                let kind = KINDS.iter().find(|kind| tree.entry(kind).is_some());
                tree.place(kind.map_or(&[], std::slice::from_ref))
            }
            Some(tree) => tree.place(path),
            None => self.root.place(&["stages"]),
        }
    }
}
