//! The keys of a map: known, misspelt, reserved.

use crate::expression::{Words, suggestion};
use crate::workflow::tree::{Entry, Kind, Tree, looks_like_a_guard, quote_this_guard};

use super::Reader;

/// Other YAML readers take these for booleans.
const BOOLEANS_ELSEWHERE: &[&str] = &["on", "off", "yes", "no", "y", "n"];

/// The keys of one map.
#[derive(Clone, Copy)]
pub(in crate::workflow) struct Keys<'t> {
    pub tree: &'t Tree,
    pub entries: &'t [Entry],
}

impl<'t> Keys<'t> {
    pub fn entry(&self, key: &str) -> Option<&'t Entry> {
        self.entries.iter().find(|entry| entry.key == key)
    }

    /// The value of `key`; one that was left empty is taken for missing.
    pub fn get(&self, key: &str) -> Option<&'t Tree> {
        self.entry(key)
            .map(|entry| &entry.value)
            .filter(|value| !matches!(value.kind, Kind::Null))
    }
}

impl<'t> Reader<'t> {
    /// The keys of `tree`, all of them among `known`.
    pub fn keys(&mut self, tree: &'t Tree, known: &[&str]) -> Option<Keys<'t>> {
        let Kind::Map(entries) = &tree.kind else {
            self.expected(tree, &Words::new("若干个键", "keys with values"));
            return None;
        };
        for entry in entries {
            let key = entry.key.as_str();
            if known.contains(&key) {
                if matches!(entry.value.kind, Kind::Null) {
                    self.note(
                        "missing-value",
                        &entry.at,
                        Words::new(format!("`{key}` 没有值"), format!("`{key}` has no value")),
                    );
                }
            } else {
                self.unknown_key(entry, known);
            }
        }
        Some(Keys { tree, entries })
    }

    /// The entries of a map whose keys the author chooses.
    pub fn named_entries(&mut self, tree: &'t Tree) -> &'t [Entry] {
        let Kind::Map(entries) = &tree.kind else {
            self.expected(tree, &Words::new("名称和值的对应", "names with values"));
            return &[];
        };
        for entry in entries {
            self.check_reserved(entry);
        }
        entries
    }

    pub fn missing(&mut self, tree: &Tree, key: &str) {
        let start = tree.at.start;
        self.note(
            "missing-key",
            &(start..(start + 1).min(tree.at.end)),
            Words::new(format!("缺少 `{key}`"), format!("`{key}` is missing")),
        );
    }

    pub fn expected(&mut self, tree: &Tree, what: &Words) {
        let found = match &tree.kind {
            Kind::Null => Words::new("空值", "nothing"),
            Kind::Bool(_) => Words::new("true 或 false", "true or false"),
            Kind::Int(_) | Kind::Float(_) => Words::new("数字", "a number"),
            Kind::Text(_) => Words::new("文本", "a text"),
            Kind::List(_) => Words::new("列表", "a list"),
            Kind::Map(_) => Words::new("若干个键", "keys with values"),
        };
        self.note(
            "shape",
            &tree.at,
            Words::new(
                format!("这里应当是{}，却是{}", what.zh, found.zh),
                format!("expected {}, found {}", what.en, found.en),
            ),
        );
    }

    /// The items of a list.
    pub fn items(&mut self, tree: &'t Tree) -> &'t [Tree] {
        match &tree.kind {
            Kind::List(items) => items,
            _ => {
                self.expected(tree, &Words::new("列表", "a list"));
                &[]
            }
        }
    }

    pub fn unknown_key(&mut self, entry: &Entry, known: &[&str]) {
        if self.check_reserved(entry) {
            return;
        }
        let key = entry.key.as_str();
        let (code, help) = if looks_like_a_guard(key) || key.contains(['(', ')', '[', '"', '\'']) {
            ("quote-guard", Some(quote_this_guard()))
        } else {
            ("unknown-key", suggestion(key, known.iter().copied()))
        };
        self.note_with(
            code,
            &entry.at,
            Words::new(
                format!("这里没有名为 `{key}` 的键"),
                format!("there is no key `{key}` here"),
            ),
            help,
        );
    }

    fn check_reserved(&mut self, entry: &Entry) -> bool {
        let reserved = BOOLEANS_ELSEWHERE.contains(&entry.key.to_ascii_lowercase().as_str());
        if reserved {
            self.note(
                "reserved-key",
                &entry.at,
                Words::new(
                    format!("键不能叫 `{}`：别的程序会把它当成真假值", entry.key),
                    format!(
                        "no key may be called `{}`: other readers take it for a boolean",
                        entry.key
                    ),
                ),
            );
        }
        reserved
    }
}
