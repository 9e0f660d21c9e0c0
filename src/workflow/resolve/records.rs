//! `record`: what is written into registers; and the values of a map by name, as in `set` and `with`.

use crate::expression::{Expression, Type, Words, suggestion};
use crate::workflow::tree::{Kind, Tree};
use crate::workflow::{Record, RecordAt};

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
        let set = keys
            .get("set")
            .map_or_else(Vec::new, |set| self.values(set, &site));
        Some(Record {
            register: register?,
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

    /// Values by name.
    pub fn values(&mut self, tree: &'t Tree, site: &Site) -> Vec<(String, Expression)> {
        let entries = self.named_entries(tree);
        entries
            .iter()
            .filter_map(|entry| {
                let name = self.id_of(entry);
                let value = self.expression(&entry.value, Type::Any, site.clone())?;
                Some((name, value))
            })
            .collect()
    }
}
