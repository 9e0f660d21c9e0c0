//! `form`: sections of fields.

use crate::forms::{Form, Per, Section};
use crate::workflow::tree::Tree;

use super::{Reader, Site};

impl<'t> Reader<'t> {
    pub fn form(&mut self, tree: &'t Tree) -> Form {
        let items = self.items(tree);
        Form {
            sections: items.iter().filter_map(|item| self.section(item)).collect(),
        }
    }

    fn section(&mut self, tree: &'t Tree) -> Option<Section> {
        let keys = self.keys(
            tree,
            &["section", "title", "about", "show_when", "fields", "per"],
        )?;
        let Some(id) = keys.get("section") else {
            self.missing(tree, "section");
            return None;
        };
        let id = self.id(id)?;
        self.trees.sections.insert(id.clone(), tree);
        let title = self.words_needed(&keys, "title");
        let about = self.words_at(&keys, "about");
        let show_when = keys
            .get("show_when")
            .and_then(|guard| self.guard(guard, Site::Section(id.clone())));
        let per = keys.get("per").and_then(|per| {
            self.word(
                per,
                &[
                    ("case", Per::Case),
                    ("branch", Per::Branch),
                    ("task", Per::Task),
                ],
            )
        });
        let fields = match keys.get("fields") {
            Some(fields) => {
                let items = self.items(fields);
                items
                    .iter()
                    .filter_map(|item| self.field(item, &id, None))
                    .collect()
            }
            None => {
                self.missing(tree, "fields");
                Vec::new()
            }
        };
        Some(Section {
            id,
            title: title?,
            about,
            per: per.unwrap_or_default(),
            show_when,
            fields,
        })
    }
}
