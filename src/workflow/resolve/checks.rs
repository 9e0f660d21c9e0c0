//! `checks`: rules over the answers, with what is said when they do not hold.

use crate::expression::Words;
use crate::workflow::tree::Tree;
use crate::workflow::{Check, CheckLevel};

use super::{Reader, Site};

impl<'t> Reader<'t> {
    pub fn checks(&mut self, tree: &'t Tree, site: &Site) -> Vec<Check> {
        let items = self.items(tree);
        items
            .iter()
            .filter_map(|item| self.check(item, site))
            .collect()
    }

    fn check(&mut self, tree: &'t Tree, site: &Site) -> Option<Check> {
        let keys = self.keys(tree, &["that", "message", "level"])?;
        let that = match keys.get("that") {
            Some(that) => self.guard(that, site.clone()),
            None => {
                self.missing(tree, "that");
                None
            }
        };
        let message = self.words_needed(&keys, "message");
        let level = keys.get("level").and_then(|level| {
            let found = self.word(
                level,
                &[
                    ("error", CheckLevel::Error),
                    ("warning", CheckLevel::Warning),
                    ("stop", CheckLevel::Stop),
                ],
            );
            if found == Some(CheckLevel::Stop) && *site != Site::Submission {
                self.note(
                    "bad-value",
                    &level.at,
                    Words::new(
                        "`stop` 只能用在提交时的 `checks`",
                        "`stop` works in the `checks` at submission only",
                    ),
                );
            }
            found
        });
        Some(Check {
            that: that?,
            message: message?,
            level: level.unwrap_or_default(),
        })
    }
}
