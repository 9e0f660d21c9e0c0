//! `who` of a stage: one, a list, or named seats.

use crate::expression::Words;
use crate::workflow::tree::{Entry, Kind, Tree};
use crate::workflow::{Seat, Who};

use super::{Reader, Site};

impl<'t> Reader<'t> {
    pub fn seats(&mut self, tree: &'t Tree, node: &str) -> Vec<Seat> {
        match &tree.kind {
            Kind::Map(_) => {
                let entries = self.named_entries(tree);
                entries
                    .iter()
                    .filter_map(|entry| self.seat(entry, node))
                    .collect()
            }
            // In a list each one gets a task of their own; offered to all of them it would be a seat with a list.
            Kind::List(_) => self.who_list(tree).into_iter().map(unnamed).collect(),
            _ => self.who(tree).map(unnamed).into_iter().collect(),
        }
    }

    fn seat(&mut self, entry: &'t Entry, node: &str) -> Option<Seat> {
        let name = self.id_of(entry);
        let tree = &entry.value;
        if !matches!(tree.kind, Kind::Map(_)) {
            // A seat whose holder cannot be read stays, so that what names the seat is not told to be wrong as well.
            return Some(Seat {
                name: Some(name),
                title: None,
                who: self.who_or_list(tree),
                when: None,
                fills: Vec::new(),
            });
        }
        let keys = self.keys(tree, &["who", "when", "title", "fills"])?;
        let who = match keys.get("who") {
            Some(who) => self.who_or_list(who),
            None => {
                self.missing(tree, "who");
                Vec::new()
            }
        };
        let title = self.words_at(&keys, "title");
        let when = keys
            .get("when")
            .and_then(|when| self.guard(when, Site::Entry(node.to_owned())));
        let fills = self.fills_at(&keys, "fills");
        Some(Seat {
            name: Some(name),
            title,
            who,
            when,
            fills,
        })
    }

    /// Sections or fields of the form.
    pub fn fills(&mut self, tree: &'t Tree) -> Vec<String> {
        let items = self.items(tree);
        let mut found = Vec::new();
        for item in items {
            let Some(id) = self.scalar(item) else {
                continue;
            };
            if !self.names.sections.contains(id) && !self.names.fields.contains_key(id) {
                let known: Vec<&str> = self
                    .names
                    .sections
                    .iter()
                    .chain(self.names.fields.keys())
                    .map(String::as_str)
                    .collect();
                let help = crate::expression::suggestion(id, known);
                self.note_with(
                    "unknown-fills",
                    &item.at,
                    Words::new(
                        format!("表单里没有部分或字段 `{id}`"),
                        format!("the form has no section or field `{id}`"),
                    ),
                    help,
                );
            }
            found.push(id.to_owned());
        }
        found
    }
}

fn unnamed(who: Who) -> Seat {
    Seat {
        name: None,
        title: None,
        who: vec![who],
        when: None,
        fills: Vec::new(),
    }
}
