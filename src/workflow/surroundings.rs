//! What a definition may refer to outside itself.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use super::finding::Finding;
use super::policy::{self, Policy};

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

const ROLES: &[&str] = &[
    "applicant",
    "archivist",
    "auditadmin",
    "authority_handler",
    "authority_intake",
    "authority_leader",
    "cac",
    "coordinator",
    "crypto",
    "data_security_officer",
    "dept_cdo",
    "dept_leader",
    "destroyer",
    "duty_officer",
    "expert",
    "finance",
    "finance_officer",
    "government_leader",
    "incident_team",
    "legal_reviewer",
    "ndrc",
    "police",
    "provider_intake",
    "secadmin",
    "secrecy_bureau",
    "secrecy_reviewer",
    "section_head",
    "share_office_head",
    "sysadmin",
    "witness",
    "workflow_admin",
];

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
        &["supplier", "code", "system", "rights", "until", "left"],
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
            "method",
            "reason",
            "origin",
            "destroyer",
            "witness_1",
            "witness_2",
            "verified_by",
            "destroyed",
            "place",
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
            "platform_ref",
            "usage",
            "effect",
            "storage",
        ],
    ),
    (
        "incidents",
        &[
            "found", "system", "kind", "level", "cause", "loss", "fixes", "late",
        ],
    ),
    (
        "open_data",
        &[
            "dataset",
            "department",
            "class",
            "conditions",
            "cycle",
            "opinions",
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
            roles: set(ROLES),
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
