//! The policies that the product ships, in `workflows/policies/`.

use std::sync::{Arc, LazyLock};

use super::Policy;
use super::read::{read, taken};
use crate::workflow::finding::Finding;

/// Their files, by id.
pub(in crate::workflow) const SHIPPED: &[(&str, &str)] = &[
    (
        "secrecy",
        include_str!("../../../workflows/policies/secrecy.yaml"),
    ),
    (
        "sharing",
        include_str!("../../../workflows/policies/sharing.yaml"),
    ),
    (
        "correction",
        include_str!("../../../workflows/policies/correction.yaml"),
    ),
    (
        "opening",
        include_str!("../../../workflows/policies/opening.yaml"),
    ),
    (
        "construction",
        include_str!("../../../workflows/policies/construction.yaml"),
    ),
    (
        "destruction",
        include_str!("../../../workflows/policies/destruction.yaml"),
    ),
    (
        "catalogue",
        include_str!("../../../workflows/policies/catalogue.yaml"),
    ),
    (
        "incident",
        include_str!("../../../workflows/policies/incident.yaml"),
    ),
];

/// Read once: every check of a definition asks for them.
static READ: LazyLock<Arc<[Policy]>> = LazyLock::new(|| {
    let read = SHIPPED.iter().filter_map(|(id, text)| read(id, text).0);
    read.collect()
});

/// All of them, in the order of the page.
#[must_use]
pub fn shipped() -> Arc<[Policy]> {
    Arc::clone(&READ)
}

/// Adds a policy of the department's own; a shipped one stays what it is.
pub(in crate::workflow) fn adopt(all: &mut Arc<[Policy]>, file: &str, text: &str) -> Vec<Finding> {
    let (policy, mut findings) = read(file, text);
    let Some(policy) = policy else {
        return findings;
    };
    match SHIPPED.iter().find(|(id, _)| *id == policy.id) {
        Some((_, shipped)) if *shipped == text => {}
        Some((id, _)) => findings.extend(taken(file, text, id)),
        None => *all = all.iter().cloned().chain([policy]).collect(),
    }
    findings
}
