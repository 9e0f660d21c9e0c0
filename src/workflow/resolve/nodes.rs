//! The list of stages and blocks, and what all of them have.

use crate::expression::{Expression, Type, Words};
use crate::workflow::tree::{Kind, Tree};
use crate::workflow::{
    Await, Budget, ClockRule, Copies, Every, Kind as NodeKind, Node, Signal, Text,
};

use super::blocks;
use super::keys::Keys;
use super::names::{KINDS, TARGET_WORDS};
use super::rules::{RULE_KEYS, Written};
use super::stage::STAGE_KEYS;
use super::{Reader, Site};

const COMMON: &[&str] = &["title", "about", "basis", "when", "next", "record", "copy"];
/// What an `aside` and a `wait` do not have: they are not passed or refused on the way.
const ON_THE_WAY: &[&str] = &["law", "due", "refused", "await", "every", "while"];
const COPY: &[&str] = &["entered", "passed", "refused", "overdue"];
pub(in crate::workflow) const SIGNAL: &[&str] = &["title", "by", "fills", "next"];

/// The keys of a kind, its own and those that it shares.
pub(in crate::workflow) fn keys_of(kind: &str) -> Vec<&'static str> {
    let own = match kind {
        "stage" => STAGE_KEYS,
        other => blocks::keys_of(other),
    };
    let shared = match kind {
        "aside" | "wait" => &[],
        _ => ON_THE_WAY,
    };
    [own, COMMON, shared, RULE_KEYS].concat()
}

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
        let kinds: Vec<&'static str> = KINDS
            .iter()
            .copied()
            .filter(|kind| tree.entry(kind).is_some())
            .collect();
        let kind = match kinds.as_slice() {
            // `workflow` and `start` apart, no kind is a key of another.
            [kind] => *kind,
            _ => {
                self.kind_missing(tree, &kinds);
                return None;
            }
        };
        let keys = self.keys_of_kind(tree, kind)?;
        let Some(id) = keys.get(kind) else {
            self.missing(tree, kind);
            return None;
        };
        let id = self.node_id(id)?;
        self.trees.nodes.insert(id.clone(), tree);
        self.one_node(id, &keys, outer, kind)
    }

    /// The keys of a node; one that belongs to other kinds is told apart from one that is misspelt.
    fn keys_of_kind(&mut self, tree: &'t Tree, kind: &str) -> Option<Keys<'t>> {
        let mut known = keys_of(kind);
        known.push(kind);
        let own = known.len();
        let elsewhere = KINDS.iter().flat_map(|other| keys_of(other));
        known.extend(elsewhere.filter(|key| tree.entry(key).is_some()));
        let keys = self.keys(tree, &known)?;
        for entry in keys.entries {
            if known[..own].contains(&entry.key.as_str()) || !known.contains(&entry.key.as_str()) {
                continue;
            }
            let with: Vec<&str> = KINDS
                .iter()
                .copied()
                .filter(|other| keys_of(other).contains(&entry.key.as_str()))
                .collect();
            let (key, with) = (&entry.key, with.join(", "));
            self.note(
                "not-for-kind",
                &entry.at,
                Words::new(
                    format!("`{kind}` 没有 `{key}`，只有 {with} 有"),
                    format!("a `{kind}` has no `{key}`: only {with}"),
                ),
            );
        }
        Some(keys)
    }

    fn one_node(
        &mut self,
        id: String,
        keys: &Keys<'t>,
        outer: &Written,
        kind: &str,
    ) -> Option<Node> {
        let title = self.title(&id, keys, kind);
        let about = self.words_at(keys, "about");
        let basis = self.words_at(keys, "basis");
        let entry = Site::Entry(id.clone());
        let verdict = Site::Verdict(id.clone());
        let when = self.guard_at(keys, "when", &entry);
        let next = self.next_at(keys, "next", &verdict);
        if kind == "aside" && keys.get("next").is_none() {
            self.missing(keys.tree, "next");
        }
        let refused = self.next_at(keys, "refused", &verdict);
        let law = self.scalar_at(keys, "law");
        let due = keys
            .get("due")
            .map_or_else(Vec::new, |due| self.due(due, &id));
        let copy = keys
            .get("copy")
            .map_or_else(Copies::default, |copy| self.copies(copy));
        let distinct = self.switch_at(keys, "distinct").unwrap_or(false);
        let awaits = keys.get("await").and_then(|tree| self.awaits(tree));
        let every = self.every(keys, &id);
        let record = keys
            .get("record")
            .map_or_else(Vec::new, |record| self.records(record, Some(&id)));
        let signals = keys
            .get("signals")
            .map_or_else(Vec::new, |signals| self.signals(signals, &id));
        let written = self.rules(keys);
        let rules = outer.with(written);
        let kind = match kind {
            "stage" => NodeKind::Stage(Box::new(self.stage(&id, keys))),
            block => self.block(block, &id, keys, &rules)?,
        };
        Some(Node {
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
            awaits: awaits.unwrap_or_default(),
            every,
            record,
            signals,
            kind,
        })
    }

    fn title(&mut self, id: &str, keys: &Keys<'t>, kind: &str) -> Text {
        if keys.get("title").is_none() {
            self.note(
                "no-title",
                &keys.tree.place(&[kind]),
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

    fn node_id(&mut self, tree: &'t Tree) -> Option<String> {
        let id = self.id(tree)?;
        if TARGET_WORDS.contains(&id.as_str()) || AWAIT_WORDS.contains(&id.as_str()) {
            self.note(
                "bad-id",
                &tree.at,
                Words::new(
                    format!("`{id}` 是语言自己的词，不能作 id"),
                    format!("`{id}` is a word of the language and cannot be an id"),
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
            let kinds = KINDS.join("、");
            Words::new(
                format!("每一项要以 `stage: id` 这样的键说明是什么，可用的有: {kinds}"),
                format!(
                    "each item says what it is, such as `stage: id`; there are: {}",
                    KINDS.join(", ")
                ),
            )
        } else {
            Words::new(
                format!("一项不能同时是 {}", found.join("、")),
                format!("one item cannot be all of these: {}", found.join(", ")),
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
        let Some(keys) = self.keys(tree, COPY) else {
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

    fn awaits(&mut self, tree: &'t Tree) -> Option<Await> {
        match self.scalar(tree)? {
            "here" => Some(Await::Here),
            "end" => Some(Await::End),
            "never" => Some(Await::Never),
            id => {
                if !self.names.nodes.contains_key(id) {
                    self.unknown_node(id, &tree.at);
                    return None;
                }
                Some(Await::Before(id.to_owned()))
            }
        }
    }

    fn every(&mut self, keys: &Keys<'t>, node: &str) -> Option<Every> {
        let site = Site::Open(node.to_owned());
        let holds: Option<Expression> = self.guard_at(keys, "while", &site);
        let Some(period) = keys.get("every") else {
            if let Some(entry) = keys.entry("while") {
                self.note(
                    "missing-key",
                    &entry.at,
                    Words::new(
                        "`while` 要配 `every`，说明隔多久一轮",
                        "a `while` needs an `every` that says how often",
                    ),
                );
            }
            return None;
        };
        let duration = self.duration(period)?;
        if duration.count == 0 {
            self.unreadable(
                period,
                "0",
                &Words::new("周期", "a period"),
                Some(Words::new(
                    "周期要大于零",
                    "a period is longer than nothing",
                )),
            );
            return None;
        }
        Some(Every {
            clock: ClockRule::within(vec![(None, duration)]),
            holds,
        })
    }

    fn signals(&mut self, tree: &'t Tree, node: &str) -> Vec<Signal> {
        let entries = self.named_entries(tree);
        entries
            .iter()
            .filter_map(|entry| {
                let name = self.id_of(entry);
                self.signal(name, &entry.value, node)
            })
            .collect()
    }

    fn signal(&mut self, name: String, tree: &'t Tree, node: &str) -> Option<Signal> {
        let keys = self.keys(tree, SIGNAL)?;
        let title = self.words_needed(&keys, "title");
        for key in ["by", "next"] {
            if keys.get(key).is_none() {
                self.missing(tree, key);
            }
        }
        let by = keys
            .get("by")
            .map_or_else(Vec::new, |by| self.who_or_list(by));
        let fills = self.fills_at(&keys, "fills");
        let site = Site::Signal {
            node: node.to_owned(),
            name: name.clone(),
        };
        let next = self.next_at(&keys, "next", &site);
        Some(Signal {
            name,
            title: title?,
            by,
            fills,
            next,
        })
    }

    /// A time, as the clock that runs until then.
    pub fn until(&mut self, tree: &'t Tree, site: Site) -> Option<ClockRule> {
        let at = self.expression(tree, Type::Time, site)?;
        Some(ClockRule {
            budget: Budget::At(at),
            ..ClockRule::within(Vec::new())
        })
    }
}

/// The words that `await` may be besides an id.
const AWAIT_WORDS: &[&str] = &["here", "end", "never"];
