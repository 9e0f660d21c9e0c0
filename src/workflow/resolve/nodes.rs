//! The list of stages and blocks.

use crate::expression::Words;
use crate::workflow::tree::{Kind, Tree};
use crate::workflow::{Await, Copies, Kind as NodeKind, Node, Text};

use super::keys::Keys;
use super::names::{KINDS, LATER_KINDS, TARGET_WORDS};
use super::rules::{RULE_KEYS, Written};
use super::stage::STAGE_KEYS;
use super::{Reader, Site};

const COMMON: &[&str] = &[
    "title", "about", "basis", "when", "next", "copy", "law", "due", "refused",
];
const COMMON_LATER: &[&str] = &["record", "await", "every", "while"];
const COPY: &[&str] = &["entered", "passed", "refused", "overdue"];

impl<'t> Reader<'t> {
    pub fn nodes(&mut self, tree: &'t Tree, outer: &Written) -> Vec<Node> {
        let items = self.items(tree);
        if items.is_empty() && matches!(tree.kind, Kind::List(_)) {
            self.expected(tree, &Words::new("至少一个环节", "at least one stage"));
        }
        items
            .iter()
            .filter_map(|item| self.node(item, outer))
            .collect()
    }

    fn node(&mut self, tree: &'t Tree, outer: &Written) -> Option<Node> {
        if let Some(entry) = LATER_KINDS.iter().find_map(|kind| tree.entry(kind)) {
            self.not_yet(entry);
            return None;
        }
        let kinds: Vec<&str> = KINDS
            .iter()
            .copied()
            .filter(|kind| tree.entry(kind).is_some())
            .collect();
        let [kind] = kinds.as_slice() else {
            self.kind_missing(tree, &kinds);
            return None;
        };
        let group = *kind == "group";
        let own: &[&str] = if group {
            &["group", "stages", "distinct"]
        } else {
            STAGE_KEYS
        };
        let known: Vec<&str> = [own, COMMON, RULE_KEYS].concat();
        let later: Vec<&str> = if group {
            [COMMON_LATER, &["signals"]].concat()
        } else {
            COMMON_LATER.to_vec()
        };
        let keys = self.keys(tree, &known, &later)?;
        let Some(id) = keys.get(kind) else {
            self.missing(tree, kind);
            return None;
        };
        let id = self.node_id(id)?;
        self.trees.nodes.insert(id.clone(), tree);
        Some(self.one_node(id, &keys, outer, group))
    }

    fn one_node(&mut self, id: String, keys: &Keys<'t>, outer: &Written, group: bool) -> Node {
        let title = self.title(&id, keys, group);
        let about = self.words_at(keys, "about");
        let basis = self.words_at(keys, "basis");
        let entry = Site::Entry(id.clone());
        let verdict = Site::Verdict(id.clone());
        let when = self.guard_at(keys, "when", &entry);
        let next = self.next_at(keys, "next", &verdict);
        let refused = self.next_at(keys, "refused", &verdict);
        let law = self.scalar_at(keys, "law");
        let due = keys
            .get("due")
            .map_or_else(Vec::new, |due| self.due(due, &id));
        let copy = keys
            .get("copy")
            .map_or_else(Copies::default, |copy| self.copies(copy));
        let distinct = self.switch_at(keys, "distinct").unwrap_or(false);
        let written = self.rules(keys);
        let rules = outer.with(written);
        let kind = if group {
            self.group(keys, &rules)
        } else {
            NodeKind::Stage(Box::new(self.stage(&id, keys)))
        };
        Node {
            id,
            title,
            about,
            basis,
            when,
            next,
            refused,
            law: law.map(str::to_owned),
            due,
            copy,
            rules: rules.settled(),
            distinct,
            awaits: Await::default(),
            every: None,
            record: Vec::new(),
            signals: Vec::new(),
            kind,
        }
    }

    fn title(&mut self, id: &str, keys: &Keys<'t>, group: bool) -> Text {
        if keys.get("title").is_none() {
            self.note(
                "no-title",
                &keys.tree.place(&[if group { "group" } else { "stage" }]),
                Words::new(
                    format!("`{id}` 没有标题，页面上只能显示 id"),
                    format!("`{id}` has no title, so pages show the id"),
                ),
            );
        }
        self.words_at(keys, "title").unwrap_or_else(|| Text {
            zh: id.to_owned(),
            en: None,
        })
    }

    fn group(&mut self, keys: &Keys<'t>, rules: &Written) -> NodeKind {
        let stages = match keys.get("stages") {
            Some(stages) => self.nodes(stages, rules),
            None => {
                self.missing(keys.tree, "stages");
                Vec::new()
            }
        };
        NodeKind::Group { stages }
    }

    fn node_id(&mut self, tree: &'t Tree) -> Option<String> {
        let id = self.id(tree)?;
        if TARGET_WORDS.contains(&id.as_str()) {
            self.note(
                "bad-id",
                &tree.at,
                Words::new(
                    format!("`{id}` 是去向用的词，不能作 id"),
                    format!("`{id}` is a word for targets and cannot be an id"),
                ),
            );
        }
        Some(id)
    }

    fn kind_missing(&mut self, tree: &Tree, found: &[&str]) {
        if !matches!(tree.kind, Kind::Map(_)) {
            self.expected(tree, &Words::new("一个环节", "a stage"));
            return;
        }
        let start = tree.at.start;
        let message = if found.is_empty() {
            Words::new(
                "每一项要以 `stage: id` 或 `group: id` 说明是什么",
                "each item says what it is: `stage: id` or `group: id`",
            )
        } else {
            Words::new(
                "一项不能既是 `stage` 又是 `group`",
                "one item cannot be both a `stage` and a `group`",
            )
        };
        self.note(
            "missing-key",
            &(start..(start + 1).min(tree.at.end)),
            message,
        );
    }

    fn copies(&mut self, tree: &'t Tree) -> Copies {
        if !matches!(tree.kind, Kind::Map(_)) {
            return Copies {
                passed: self.who_list(tree),
                ..Copies::default()
            };
        }
        let Some(keys) = self.keys(tree, COPY, &[]) else {
            return Copies::default();
        };
        let mut list = |key| {
            keys.get(key)
                .map_or_else(Vec::new, |tree| self.who_list(tree))
        };
        Copies {
            entered: list("entered"),
            passed: list("passed"),
            refused: list("refused"),
            overdue: list("overdue"),
        }
    }
}
