//! What a definition may refer to outside itself.

use std::collections::BTreeSet;

/// The names that exist around a definition: in the directory, the calendars, the other workflows, the registers.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Surroundings {
    /// Role codes.
    pub roles: BTreeSet<String>,
    /// Calendar names.
    pub calendars: BTreeSet<String>,
    /// Keys of workflows.
    pub workflows: BTreeSet<String>,
    /// Names of registers.
    pub registers: BTreeSet<String>,
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

const REGISTERS: &[&str] = &[
    "contractors",
    "destructions",
    "grants",
    "incidents",
    "open_data",
    "systems",
];

impl Surroundings {
    /// The names that the product ships, for checking a definition without a database.
    #[must_use]
    pub fn standard() -> Self {
        let set = |names: &[&str]| names.iter().map(|name| (*name).to_owned()).collect();
        Self {
            roles: set(ROLES),
            calendars: set(&["cn-gov", "always"]),
            workflows: set(WORKFLOWS),
            registers: set(REGISTERS),
        }
    }
}
