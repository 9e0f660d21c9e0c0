//! What a definition may refer to outside itself.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use super::finding::Finding;
use super::policy::{self, Policy};

use crate::directory::standard_roles;

/// The names that exist around a definition: in the directory, the calendars, the other workflows, the registers.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Surroundings {
    /// Role codes.
    pub roles: BTreeSet<String>,
    /// Calendar names.
    pub calendars: BTreeSet<String>,
    /// Workflows by key, with the fields of their forms; without any, those are not known.
    pub workflows: BTreeMap<String, BTreeSet<String>>,
    /// Registers with their fields; without any, those are not known.
    pub registers: BTreeMap<String, BTreeSet<String>>,
    /// What is demanded of definitions.
    pub policies: Arc<[Policy]>,
}

const WORKFLOWS: &[&str] = &[
    "data-correction",
    "data-destruction",
    "data-sharing",
    "incident-report",
    "inspection-rectification",
    "open-data-scope",
    "system-assessment",
    "system-construction",
];

/// Registers with their fields.
const REGISTERS: &[(&str, &[&str])] = &[
    (
        "contractors",
        &[
            "supplier",
            "code",
            "system",
            "department",
            "entrusted",
            "rights",
            "stored_at",
            "signed",
            "until",
            "left",
        ],
    ),
    (
        "corrections",
        &[
            "resource",
            "item",
            "kind",
            "facts",
            "requester",
            "provider",
            "origin",
            "received",
            "finding",
            "corrected_on",
            "explanation",
            "cause",
            "answered",
            "late_days",
            "closed",
        ],
    ),
    (
        "destructions",
        &[
            "name",
            "medium",
            "asset",
            "serial",
            "level",
            "quantity",
            "department",
            "provider",
            "origin",
            "reason",
            "method",
            "destroyer",
            "witness_1",
            "witness_2",
            "verified_by",
            "destroyed",
            "place",
            "certificate",
            "certified",
        ],
    ),
    (
        "disputes",
        &[
            "subject",
            "requester",
            "provider",
            "opened",
            "result",
            "ruling",
            "closed",
        ],
    ),
    (
        "grants",
        &[
            "resource",
            "item",
            "requester",
            "provider",
            "sharing",
            "basis",
            "purpose",
            "scope",
            "method",
            "from",
            "until",
            "calls",
            "conditions",
            "received",
            "answered",
            "extended",
            "late_days",
            "provided",
            "provided_late",
            "platform_ref",
            "change",
            "change_reason",
            "suspended",
            "misuse",
            "ended",
            "usage",
            "effect",
            "storage",
            "disposal",
            "disposed",
        ],
    ),
    (
        "incidents",
        &[
            "subject",
            "department",
            "found",
            "system",
            "kind",
            "level",
            "people",
            "contained",
            "authority_told",
            "police_told",
            "cac_told",
            "late",
            "cause",
            "loss",
            "fixes",
            "fixed",
        ],
    ),
    (
        "open_data",
        &[
            "dataset",
            "department",
            "resource",
            "class",
            "level",
            "conditions",
            "cycle",
            "security",
            "secrecy",
            "legal",
            "joined_with",
            "published",
            "address",
            "reviewed",
            "review",
            "removed",
            "reason",
        ],
    ),
    (
        "systems",
        &[
            "name",
            "kind",
            "department",
            "amount",
            "mlps",
            "approved",
            "live",
            "filing",
            "filed",
            "accepted",
            "assessed",
            "assessment",
            "finished",
            "retired",
        ],
    ),
];

impl Surroundings {
    /// The names and policies that the product ships, for checking a definition without a database.
    #[must_use]
    pub fn standard() -> Self {
        Self {
            policies: policy::shipped(),
            ..Self::named()
        }
    }

    /// The names that the product ships, with nothing demanded of definitions: for sketches that nobody will publish.
    #[must_use]
    pub fn named() -> Self {
        let set = |names: &[&str]| names.iter().map(|name| (*name).to_owned()).collect();
        let workflows = WORKFLOWS.iter();
        let registers = REGISTERS.iter();
        Self {
            roles: standard_roles()
                .into_iter()
                .map(|role| role.code.0)
                .collect(),
            calendars: set(&["cn-gov", "always"]),
            workflows: workflows
                .map(|key| ((*key).to_owned(), BTreeSet::new()))
                .collect(),
            registers: registers
                .map(|(name, fields)| ((*name).to_owned(), set(fields)))
                .collect(),
            policies: Arc::default(),
        }
    }

    /// Takes note of a policy file. What is wrong with it is found; a shipped policy cannot be replaced.
    pub fn demand(&mut self, file: &str, text: &str) -> Vec<Finding> {
        policy::adopt(&mut self.policies, file, text)
    }

    /// Takes note of another definition: its key, and the fields that a `start` of it may fill.
    pub fn learn(&mut self, text: &str) {
        let names = super::with_room(|| {
            let tree = super::tree::parse(text).ok()?;
            Some(super::resolve::Names::scan(&tree, &mut Vec::new()))
        });
        if let Some(names) = names.filter(|names| !names.key.is_empty()) {
            self.workflows
                .insert(names.key, names.fields.into_keys().collect());
        }
    }
}
