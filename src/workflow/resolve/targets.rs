//! Where the run goes: targets, and lists of them with conditions.

use std::ops::Range;

use crate::expression::{Expression, Words, suggestion};
use crate::workflow::tree::{Kind, Tree};
use crate::workflow::{Next, Target};

use super::names::TARGET_WORDS;
use super::{Reader, Site};

/// These ends always exist.
pub(super) const STANDING_ENDS: &[&str] = &["approved", "rejected", "withdrawn"];

impl<'t> Reader<'t> {
    pub fn target(&mut self, tree: &'t Tree) -> Option<Target> {
        let word = self.scalar(tree)?;
        self.target_of(word, &tree.at)
    }

    fn target_of(&mut self, word: &str, place: &Range<usize>) -> Option<Target> {
        let target = match word {
            "passed" => Target::Passed,
            "refused" => Target::Refused,
            "void" => Target::Void,
            "again" => Target::Again,
            "stay" => Target::Stay,
            "applicant" => Target::Applicant,
            id if self.names.ends.contains(id) || STANDING_ENDS.contains(&id) => {
                Target::End(id.to_owned())
            }
            id if self.names.nodes.contains_key(id) => Target::Node(id.to_owned()),
            id => {
                let known = self
                    .names
                    .nodes
                    .keys()
                    .chain(&self.names.ends)
                    .map(String::as_str)
                    .chain(TARGET_WORDS.iter().copied());
                let help = suggestion(id, known.collect::<Vec<_>>());
                self.note_with(
                    "unknown-id",
                    place,
                    Words::new(
                        format!("没有环节或结果 `{id}`"),
                        format!("there is no stage or end `{id}`"),
                    ),
                    help,
                );
                return None;
            }
        };
        Some(target)
    }

    /// A target, or a list of `{when?, goto}`.
    pub fn next(&mut self, tree: &'t Tree, site: &Site) -> Next {
        if !matches!(tree.kind, Kind::List(_)) {
            return self
                .target(tree)
                .map(|target| (None, target))
                .into_iter()
                .collect();
        }
        self.alternatives(tree, "goto", site, Self::target)
    }

    /// A list of `{when?, KEY}` of which the first that holds is taken; the last has no `when`.
    pub fn alternatives<T>(
        &mut self,
        tree: &'t Tree,
        key: &str,
        site: &Site,
        value: impl Fn(&mut Self, &'t Tree) -> Option<T>,
    ) -> Vec<(Option<Expression>, T)> {
        let items = self.items(tree);
        let mut found = Vec::new();
        for (index, item) in items.iter().enumerate() {
            let Some(keys) = self.keys(item, &["when", key]) else {
                continue;
            };
            let last = index + 1 == items.len();
            match (keys.get("when"), last) {
                (None, false) => self.note(
                    "unreachable-alternative",
                    &item.at,
                    Words::new(
                        "没有 `when` 的一项总是成立，后面的项永远轮不到",
                        "an alternative without `when` always holds, so those after it never do",
                    ),
                ),
                (Some(when), true) => self.note_with(
                    "list-without-default",
                    &when.at,
                    Words::new(
                        "最后一项不能有 `when`：都不成立时要有去处",
                        "the last alternative has no `when`: there must be one when none holds",
                    ),
                    Some(Words::new(
                        format!("在后面加一项 `{{{key}: …}}`"),
                        format!("add `{{{key}: …}}` at the end"),
                    )),
                ),
                _ => {}
            }
            let when = keys
                .get("when")
                .and_then(|when| self.guard(when, site.clone()));
            match keys.get(key) {
                Some(tree) => found.extend(value(self, tree).map(|value| (when, value))),
                None => self.missing(item, key),
            }
        }
        if items.is_empty() && matches!(tree.kind, Kind::List(_)) {
            self.note(
                "list-without-default",
                &tree.at,
                Words::new("列表是空的", "the list is empty"),
            );
        }
        found
    }
}
