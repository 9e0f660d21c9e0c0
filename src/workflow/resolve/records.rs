//! `record`: what is written into registers; and the values of a map by name, as in `set` and `with`.

use crate::expression::{Expression, Type, Words, suggestion};
use crate::workflow::tree::{Kind, Tree};
use crate::workflow::{Record, RecordAt, Register};

use super::{Reader, Site};

pub(in crate::workflow) const OF_NODE: &[&str] = &["register", "each", "at", "status", "set"];
pub(in crate::workflow) const OF_END: &[&str] = &["register", "each", "status", "set"];

impl<'t> Reader<'t> {
    /// One or a list; without a node, of an end.
    pub fn records(&mut self, tree: &'t Tree, node: Option<&str>) -> Vec<Record> {
        match &tree.kind {
            Kind::List(items) => items
                .iter()
                .filter_map(|item| self.record(item, node))
                .collect(),
            _ => self.record(tree, node).into_iter().collect(),
        }
    }

    fn record(&mut self, tree: &'t Tree, node: Option<&str>) -> Option<Record> {
        let known = if node.is_some() { OF_NODE } else { OF_END };
        let keys = self.keys(tree, known)?;
        let register = match keys.get("register") {
            Some(register) => self.register(register),
            None => {
                self.missing(tree, "register");
                None
            }
        };
        let at = self
            .word_at(
                &keys,
                "at",
                &[("passed", RecordAt::Passed), ("entered", RecordAt::Entered)],
            )
            .unwrap_or_default();
        let site = match (node, at) {
            (Some(node), RecordAt::Entered) => Site::Entry(node.to_owned()),
            (Some(node), RecordAt::Passed) => Site::Verdict(node.to_owned()),
            (None, _) => Site::End,
        };
        let each = keys
            .get("each")
            .and_then(|each| self.expression(each, Type::list(Type::Any), site.clone()));
        let status = self.scalar_at(&keys, "status");
        let site = match &each {
            Some(each) => Site::Row {
                inside: Box::new(site),
                each: each.clone(),
            },
            None => site,
        };
        let known = register
            .as_ref()
            .and_then(|name| self.surroundings.registers.get(name))
            .cloned();
        let set = keys.get("set").map_or_else(Vec::new, |set| {
            self.values(set, &site, |field| match &known {
                Some(known) => of_field(known, field),
                None => Type::Any,
            })
        });
        Some(Record {
            register: register?,
            known,
            each,
            at,
            status: status.map(str::to_owned),
            set,
        })
    }

    fn register(&mut self, tree: &'t Tree) -> Option<String> {
        let name = self.scalar(tree)?;
        let known = &self.surroundings.registers;
        if !known.contains_key(name) {
            self.note_with(
                "unknown-register",
                &tree.at,
                Words::new(
                    format!("没有台账 `{name}`"),
                    format!("there is no register `{name}`"),
                ),
                suggestion(name, known.keys().map(String::as_str)),
            );
        }
        Some(name.to_owned())
    }

    /// Values by name, each of the type that `expected` says.
    pub fn values(
        &mut self,
        tree: &'t Tree,
        site: &Site,
        expected: impl Fn(&str) -> Type,
    ) -> Vec<(String, Expression)> {
        let entries = self.named_entries(tree);
        entries
            .iter()
            .filter_map(|entry| {
                let name = self.id_of(entry);
                let expected = expected(&name);
                let value = self.expression(&entry.value, expected, site.clone())?;
                Some((name, value))
            })
            .collect()
    }
}

/// What may be written into a field of a register; nothing may be, too.
fn of_field(register: &Register, field: &str) -> Type {
    match register.field(field) {
        // The rows of the data directory; their columns are named with it.
        Some(field) if field.kind.0.name() == "table" => Type::list(Type::Any).maybe(),
        Some(field) => field.kind.0.expression_type(field).maybe(),
        None => Type::Any,
    }
}
