//! The rules over a whole definition.

mod rules;

pub use rules::{RULES, Rule};

use super::finding::Severity;
use super::model::Workflow;
use super::resolve::Reader;
use super::tree::Tree;

/// Runs every rule that looks at the workflow as a whole.
pub(super) fn run(workflow: &Workflow, tree: &Tree, reader: &mut Reader<'_>) {
    let _ = (workflow, tree, reader);
}

/// What a code means for publishing.
pub(super) fn severity(code: &str) -> Severity {
    RULES
        .iter()
        .find(|rule| rule.code == code)
        .map_or(Severity::Error, |rule| rule.severity)
}
