//! What a definition may refer to outside itself.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use super::Register;
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
    /// Workflows by key, with the fields of their forms and their types; without any, those are not known.
    pub workflows: BTreeMap<String, BTreeMap<String, String>>,
    /// Registers by id.
    pub registers: BTreeMap<String, Arc<Register>>,
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
        Self {
            registers: Register::shipped().clone(),
            ..Self::without_registers()
        }
    }

    /// The same for a register's own file: registers do not refer to one another.
    pub(super) fn without_registers() -> Self {
        let set = |names: &[&str]| names.iter().map(|name| (*name).to_owned()).collect();
        Self {
            roles: standard_roles()
                .into_iter()
                .map(|role| role.code.0)
                .collect(),
            calendars: set(&["cn-gov", "always"]),
            workflows: WORKFLOWS
                .iter()
                .map(|key| ((*key).to_owned(), BTreeMap::new()))
                .collect(),
            registers: BTreeMap::new(),
            policies: Arc::default(),
        }
    }

    /// Takes note of a policy file. What is wrong with it is found; a shipped policy cannot be replaced.
    pub fn demand(&mut self, file: &str, text: &str) -> Vec<Finding> {
        policy::adopt(&mut self.policies, file, text)
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
            self.workflows.insert(names.key, names.fields);
        }
    }
}
