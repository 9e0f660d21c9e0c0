//! What a definition may refer to outside itself.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use super::Register;

/// The names that exist around a definition: in the directory, the calendars, the other workflows, the registers.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Surroundings {
    /// Role codes.
    pub roles: BTreeSet<String>,
    /// Calendar names.
    pub calendars: BTreeSet<String>,
    /// Workflows by key, with the fields of their forms; without any, those are not known.
    pub workflows: BTreeMap<String, BTreeSet<String>>,
    /// Registers by id.
    pub registers: BTreeMap<String, Arc<Register>>,
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

impl Surroundings {
    /// The names that the product ships, for checking a definition without a database.
    #[must_use]
    pub fn standard() -> Self {
        Self {
            registers: Register::shipped().clone(),
            ..Self::without_registers()
        }
    }

    /// The same for a register's own file: registers do not refer to one another.
    pub(super) fn without_registers() -> Self {
        let set = |names: &[&str]| names.iter().map(|name| (*name).to_owned()).collect();
        Self {
            roles: set(ROLES),
            calendars: set(&["cn-gov", "always"]),
            workflows: WORKFLOWS
                .iter()
                .map(|key| ((*key).to_owned(), BTreeSet::new()))
                .collect(),
            registers: BTreeMap::new(),
        }
    }

    /// Takes note of another definition: a workflow's key, and the fields that a `start` of it may fill; or a register.
    pub fn learn(&mut self, text: &str) {
        if super::is_register(text) {
            if let Some(register) = super::read_register("", text, self).register {
                self.registers
                    .insert(register.id.clone(), Arc::new(register));
            }
            return;
        }
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
