//! The workflow language: YAML to a checked [`Workflow`].
//!
//! A text is parsed into a tree that keeps places, the tree is resolved into a workflow, and the workflow is checked by
//! the [`RULES`]. Everything found on the way has a line, a column and a code.

use std::ops::Range;

mod clock;
pub mod compare;
mod finding;
mod lint;
mod model;
pub mod place;
pub mod policy;
mod register;
mod resolve;
mod schema;
mod sheet;
pub mod stage_map;
mod surroundings;
#[cfg(test)]
mod testing;
#[cfg(test)]
mod tests;
mod tree;
mod walk;
mod written;

pub use clock::{Budget, ClockRule, Extend, Overdue, OverdueAct, Remind};
pub use finding::{Finding, Severity};
pub use lint::{RULES, Rule};
pub use model::*;
pub use place::Place;
pub use register::{Register, RegisterDate, RegisterStart, StatusRule};
pub use schema::json_schema;
pub use sheet::Spot;
pub(crate) use sheet::{Sheet, json, read_sheet};
pub use stage_map::{Misfit, StageMap};
pub use surroundings::Surroundings;
pub use tree::MAX_BYTES;
pub(crate) use tree::{Entry, Kind as TreeKind, Tree};

use finding::{Lines, Note};
use resolve::Reader;

/// A definition after the check.
#[derive(Debug, Clone)]
pub struct Checked {
    /// The workflow; `None` when an error was found.
    pub workflow: Option<Workflow>,
    /// When an error was found, what could be read all the same: to be drawn, never to be run.
    pub unsound: Option<Workflow>,
    /// What was found, in the order of the file.
    pub findings: Vec<Finding>,
}

/// Deep nesting costs stack in the parsers of YAML and CEL, more than a thread of a server has to spare.
const STACK: usize = 16 * 1024 * 1024;

fn with_room<T: Send>(work: impl Fn() -> T + Sync) -> T {
    let done = std::thread::scope(|scope| {
        std::thread::Builder::new()
            .stack_size(STACK)
            .spawn_scoped(scope, &work)
            .ok()
            .and_then(|thread| thread.join().ok())
    });
    done.unwrap_or_else(work)
}

/// Reads and checks a definition.
#[must_use]
pub fn read(file_name: &str, text: &str, surroundings: &Surroundings) -> Checked {
    let Read {
        workflow,
        notes,
        nodes,
    } = with_room(|| check(text, surroundings));
    let findings = findings(file_name, text, notes, &nodes);
    let sound = findings
        .iter()
        .all(|finding| finding.severity == Severity::Warning);
    let (workflow, unsound) = match sound {
        true => (workflow, None),
        false => (None, workflow),
    };
    Checked {
        workflow,
        unsound,
        findings,
    }
}

/// A register's file after the check.
#[derive(Debug, Clone)]
pub struct CheckedRegister {
    /// The register; `None` when an error was found.
    pub register: Option<Register>,
    /// What was found, in the order of the file.
    pub findings: Vec<Finding>,
}

/// Whether a text defines a register and not a workflow.
#[must_use]
pub fn is_register(text: &str) -> bool {
    // Its key begins a line, and nothing of a workflow that stands at the beginning of a line is called so.
    text.lines().any(|line| line.starts_with("register:"))
}

/// Reads and checks a register's file.
#[must_use]
pub fn read_register(file_name: &str, text: &str, surroundings: &Surroundings) -> CheckedRegister {
    let (register, notes) = with_room(|| match tree::parse(text) {
        Ok(tree) => {
            let mut reader = Reader::new(text, &tree, surroundings);
            let register = reader.register_file(&tree);
            (register, reader.notes)
        }
        Err(note) => (None, vec![*note]),
    });
    let findings = findings(file_name, text, notes, &[]);
    let sound = findings
        .iter()
        .all(|finding| finding.severity == Severity::Warning);
    CheckedRegister {
        register: register.filter(|_| sound),
        findings,
    }
}

/// The workflow of a version that was in force once. What the rules have learnt to find since then, or what has gone
/// from around the definition, must not stop the cases that run on it; `None` when the text cannot be read at all.
#[must_use]
pub fn pinned(text: &str, surroundings: &Surroundings) -> Option<Workflow> {
    with_room(|| {
        let tree = tree::parse(text).ok()?;
        Reader::new(text, &tree, surroundings).workflow(&tree)
    })
}

/// A text after its reading.
struct Read {
    workflow: Option<Workflow>,
    notes: Vec<Note>,
    /// How far each stage and block reaches in the text.
    nodes: Vec<(Id, Range<usize>)>,
}

fn check(text: &str, surroundings: &Surroundings) -> Read {
    let tree = match tree::parse(text) {
        Ok(tree) => tree,
        Err(note) => {
            return Read {
                workflow: None,
                notes: vec![*note],
                nodes: Vec::new(),
            };
        }
    };
    let mut reader = Reader::new(text, &tree, surroundings);
    let workflow = reader.workflow(&tree);
    if let Some(workflow) = &workflow {
        lint::run(workflow, &tree, &mut reader);
    }
    let nodes = reader.trees.nodes.iter();
    Read {
        nodes: nodes.map(|(id, tree)| (id.clone(), tree.reach())).collect(),
        workflow,
        notes: reader.notes,
    }
}

/// The innermost stage or block around a place.
fn around(nodes: &[(Id, Range<usize>)], place: usize) -> Option<Id> {
    let around = nodes.iter().filter(|(_, reach)| reach.contains(&place));
    let innermost = around.min_by_key(|(_, reach)| reach.len());
    innermost.map(|(id, _)| id.clone())
}

fn findings(
    file: &str,
    text: &str,
    notes: Vec<Note>,
    nodes: &[(Id, Range<usize>)],
) -> Vec<Finding> {
    let lines = Lines::of(text);
    let mut findings: Vec<Finding> = notes
        .into_iter()
        .map(|note| {
            let (line, column) = lines.locate(note.place.start);
            Finding {
                file: file.to_owned(),
                line,
                column,
                node: around(nodes, note.place.start),
                place: note.place,
                severity: lint::severity(note.code),
                code: note.code,
                message: note.message,
                help: note.help,
            }
        })
        .collect();
    findings.sort_by_key(|finding| (finding.place.start, finding.severity));
    findings.dedup();
    findings
}
