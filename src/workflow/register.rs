//! What a register is: its fields, the statuses of an entry and the moves between them, who sees it.

use std::collections::BTreeMap;
use std::sync::{Arc, LazyLock};

use super::clock::Remind;
use super::model::{Id, Text};
use super::surroundings::Surroundings;
use crate::directory::RoleCode;
use crate::forms::{Field, Options};

/// The registers that the product ships.
const SHIPPED: &[(&str, &str)] = &[
    (
        "catalogue.yaml",
        include_str!("../../workflows/registers/catalogue.yaml"),
    ),
    (
        "contractors.yaml",
        include_str!("../../workflows/registers/contractors.yaml"),
    ),
    (
        "corrections.yaml",
        include_str!("../../workflows/registers/corrections.yaml"),
    ),
    (
        "destructions.yaml",
        include_str!("../../workflows/registers/destructions.yaml"),
    ),
    (
        "disputes.yaml",
        include_str!("../../workflows/registers/disputes.yaml"),
    ),
    (
        "grants.yaml",
        include_str!("../../workflows/registers/grants.yaml"),
    ),
    (
        "incidents.yaml",
        include_str!("../../workflows/registers/incidents.yaml"),
    ),
    (
        "open_data.yaml",
        include_str!("../../workflows/registers/open_data.yaml"),
    ),
    (
        "systems.yaml",
        include_str!("../../workflows/registers/systems.yaml"),
    ),
];

/// A register, as its file defines it.
#[derive(Debug, Clone, PartialEq)]
pub struct Register {
    /// Its id: `grants`.
    pub id: Id,
    /// Its name.
    pub title: Text,
    /// The statuses of an entry, in the order of its life; [`Register::VOIDED`] is not among them.
    pub statuses: Vec<(Id, Text)>,
    /// From which status to which an entry may go.
    pub moves: Vec<(Id, Id)>,
    /// Roles that may read it; `any` stands for everyone.
    pub sees: Vec<RoleCode>,
    /// Whether an entry is an entry of the data directory: what is written here is written there, in the same transaction.
    pub directory: bool,
    /// What an entry holds.
    pub fields: Vec<Field>,
    /// The days that somebody is reminded of.
    pub dates: Vec<RegisterDate>,
    /// The fields that other programs are told of when an entry changes; none of them is prose.
    pub tells: Vec<Id>,
}

/// A day in an entry that somebody is reminded of.
#[derive(Debug, Clone, PartialEq)]
pub struct RegisterDate {
    /// The field that holds it.
    pub field: Id,
    /// When.
    pub remind: Vec<Remind>,
}

impl Register {
    /// The last status of every register: the case was declared void, or what it wrote was taken back.
    pub const VOIDED: &'static str = "voided";

    /// The status of an entry of the data directory that was taken out of it.
    pub const REMOVED: &'static str = "removed";

    /// The registers that the product ships, by id.
    #[must_use]
    pub fn shipped() -> &'static BTreeMap<Id, Arc<Self>> {
        static READ: LazyLock<BTreeMap<Id, Arc<Register>>> = LazyLock::new(|| {
            let around = Surroundings::without_registers();
            let read = SHIPPED.iter().filter_map(|(name, text)| {
                let register = super::read_register(name, text, &around).register?;
                Some((register.id.clone(), Arc::new(register)))
            });
            read.collect()
        });
        &READ
    }

    /// A field by its id.
    #[must_use]
    pub fn field(&self, id: &str) -> Option<&Field> {
        self.fields.iter().find(|field| field.id == id)
    }

    /// What a status is called.
    #[must_use]
    pub fn status(&self, id: &str) -> Option<&Text> {
        let mut statuses = self.statuses.iter();
        statuses
            .find(|(known, _)| known == id)
            .map(|(_, title)| title)
    }

    /// Whether an entry may go from a status to another. The first one may be any, and so may the first after what was
    /// written was taken back.
    #[must_use]
    pub fn allows(&self, from: Option<&str>, to: &str) -> bool {
        match from {
            None | Some(Self::VOIDED) => true,
            Some(from) => self.moves.iter().any(|(a, b)| a == from && b == to),
        }
    }

    /// The fields of a type: `department`, `date`.
    pub fn of_type<'a>(&'a self, kinds: &'a [&str]) -> impl Iterator<Item = &'a Field> {
        let fields = self.fields.iter();
        fields.filter(|field| kinds.contains(&field.kind.0.name()))
    }

    /// The options of a field by their codes.
    #[must_use]
    pub fn options<'a>(&self, field: &'a Field) -> &'a [(String, Text)] {
        match &field.options {
            Options::Fixed(options) => options,
            Options::None | Options::From(_) => &[],
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_file_that_is_shipped_is_read_without_a_finding() {
        let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/workflows/registers");
        let mut files: Vec<String> = std::fs::read_dir(folder)
            .expect("the folder of registers")
            .map(|entry| entry.expect("an entry").file_name())
            .map(|name| name.to_string_lossy().into_owned())
            .collect();
        files.sort();
        let known: Vec<&str> = SHIPPED.iter().map(|(name, _)| *name).collect();
        assert_eq!(files, known);

        let around = Surroundings::without_registers();
        for (name, text) in SHIPPED {
            let read = super::super::read_register(name, text, &around);
            let shown: Vec<String> = read.findings.iter().map(|found| found.show(text)).collect();
            assert!(shown.is_empty(), "{}", shown.join("\n"));
        }
        assert_eq!(Register::shipped().len(), SHIPPED.len());
    }

    #[test]
    fn an_entry_goes_only_where_a_move_leads() {
        let grants = &Register::shipped()["grants"];

        assert!(grants.allows(None, "suspended"));
        assert!(grants.allows(Some("in_force"), "suspended"));
        assert!(!grants.allows(Some("ended"), "in_force"));
        assert!(grants.allows(Some("voided"), "agreed"));
    }
}
