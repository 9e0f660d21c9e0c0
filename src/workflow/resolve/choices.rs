//! `choices`: answers of a stage's own.

use crate::workflow::model::Choice;
use crate::workflow::tree::{Kind, Tree};

use super::Reader;

impl<'t> Reader<'t> {
    /// By id a title, or `{title, verdict, comment}`.
    pub fn choices(&mut self, tree: &'t Tree) -> Vec<Choice> {
        let entries = self.named_entries(tree);
        let mut found = Vec::new();
        for entry in entries {
            let id = self.id_of(entry);
            let full =
                matches!(entry.value.kind, Kind::Map(_)) && entry.value.entry("zh").is_none();
            let choice = if full {
                self.choice(id, &entry.value)
            } else {
                self.words(&entry.value).map(|title| Choice {
                    id,
                    title,
                    refuses: false,
                    comment: false,
                })
            };
            found.extend(choice);
        }
        found
    }

    fn choice(&mut self, id: String, tree: &'t Tree) -> Option<Choice> {
        let keys = self.keys(tree, &["title", "verdict", "comment"])?;
        let title = self.words_needed(&keys, "title");
        let refuses = keys
            .get("verdict")
            .and_then(|verdict| self.word(verdict, &[("passed", false), ("refused", true)]));
        let comment = keys
            .get("comment")
            .and_then(|comment| self.word(comment, &[("required", true)]));
        Some(Choice {
            id,
            title: title?,
            refuses: refuses.unwrap_or(false),
            comment: comment.unwrap_or(false),
        })
    }
}
