//! The keys of the workflow itself.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::sync::Arc;

use sha2::{Digest, Sha256};

use crate::calendar::{Duration, Unit};
use crate::directory::RoleCode;
use crate::expression::{Words, suggestion};
use crate::forms::Form;
use crate::workflow::tree::{Kind, Tree};
use crate::workflow::{End, Keep, Outcome, Setting, Text, Workflow};

use super::keys::Keys;
use super::rules::{RULE_KEYS, Written};
use super::targets::STANDING_ENDS;
use super::{Reader, Site};

pub(in crate::workflow) const TOP: &[&str] = &[
    "workflow", "title", "number", "who", "form", "stages", "ends", "about", "basis", "calendar",
    "withdraw", "keep", "settings", "lists", "defaults", "checks", "kind",
];
pub(in crate::workflow) const REQUIRED: &[&str] = &[
    "workflow", "title", "number", "who", "form", "stages", "ends",
];

const TEN_YEARS: Keep = Keep {
    span: Duration {
        count: 10,
        unit: Unit::Y,
    },
    min: None,
    law: None,
};

const OUTCOMES: &[(&str, Outcome)] = &[
    ("approved", Outcome::Approved),
    ("rejected", Outcome::Rejected),
    ("withdrawn", Outcome::Withdrawn),
    ("lapsed", Outcome::Lapsed),
    ("closed", Outcome::Closed),
];

impl<'t> Reader<'t> {
    /// The workflow as far as it can be read; `None` when there is nothing to hold it together.
    pub fn workflow(&mut self, tree: &'t Tree) -> Option<Workflow> {
        let keys = self.keys(tree, TOP)?;
        self.required(&keys);
        self.shared_lists(&keys);
        let key = keys.get("workflow").and_then(|key| self.key(key));
        let kind = keys.get("kind").and_then(|kind| self.key(kind));
        let title = self.words_at(&keys, "title");
        let about = self.words_at(&keys, "about");
        let basis = self.words_at(&keys, "basis");
        let number = self.scalar_at(&keys, "number");
        let who = keys
            .get("who")
            .map_or_else(Vec::new, |who| self.filing_roles(who));
        let calendar = keys.get("calendar").and_then(|name| self.calendar(name));
        let withdraw_until = keys.get("withdraw").and_then(|tree| self.withdraw(tree));
        let keep = keys.get("keep").and_then(|keep| self.keep(keep));
        let settings = keys
            .get("settings")
            .map_or_else(BTreeMap::new, |settings| self.settings(settings));
        let form = keys
            .get("form")
            .map_or_else(Form::default, |form| self.form(form));
        let checks = keys
            .get("checks")
            .map_or_else(Vec::new, |checks| self.checks(checks, &Site::Submission));
        let defaults = self.defaults(&keys);
        let stages = keys
            .get("stages")
            .map_or_else(Vec::new, |stages| self.nodes(stages, &defaults));
        let ends = keys
            .get("ends")
            .map_or_else(Vec::new, |ends| self.ends(ends));
        Some(Workflow {
            kind: kind.or_else(|| key.clone())?,
            key: key?,
            title: title?,
            about,
            basis,
            number: number?.to_owned(),
            who,
            calendar: calendar.unwrap_or_else(|| "cn-gov".to_owned()),
            withdraw_until,
            keep: keep.unwrap_or(TEN_YEARS),
            settings,
            form,
            checks,
            stages,
            ends: with_standing(ends),
            source: Arc::from(self.source),
            digest: digest(self.source),
        })
    }

    fn required(&mut self, keys: &Keys<'t>) {
        let missing: Vec<&str> = REQUIRED
            .iter()
            .copied()
            .filter(|key| keys.get(key).is_none())
            .collect();
        if !missing.is_empty() {
            self.missing(keys.tree, &missing.join("`, `"));
        }
    }

    fn shared_lists(&mut self, keys: &Keys<'t>) {
        let Some(lists) = keys.get("lists") else {
            return;
        };
        for entry in self.named_entries(lists) {
            self.id_of(entry);
            let options = self.option_map(&entry.value);
            self.lists.insert(entry.key.clone(), options);
        }
    }

    fn key(&mut self, tree: &'t Tree) -> Option<String> {
        let key = self.scalar(tree)?;
        let sound = key.starts_with(|c: char| c.is_ascii_lowercase())
            && key
                .bytes()
                .all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == b'-' || c == b'_');
        if !sound {
            self.note(
                "bad-id",
                &tree.at,
                Words::new(
                    format!("流程的键 `{key}` 只能用小写字母、数字和连字符，并以字母开头"),
                    format!(
                        "the key `{key}` may only have a–z, 0–9 and -, and begins with a letter"
                    ),
                ),
            );
        }
        Some(key.to_owned())
    }

    /// Roles; `any` stands for everyone who can log in.
    fn filing_roles(&mut self, tree: &'t Tree) -> Vec<RoleCode> {
        let items = match &tree.kind {
            Kind::List(items) => items.as_slice(),
            _ => std::slice::from_ref(tree),
        };
        let mut found = Vec::new();
        for item in items {
            if let Some(role) = self.scalar(item) {
                if role != "any" {
                    self.role(role, &item.at);
                }
                found.push(RoleCode(role.to_owned()));
            }
        }
        found
    }

    fn calendar(&mut self, tree: &'t Tree) -> Option<String> {
        let name = self.scalar(tree)?;
        let known = &self.surroundings.calendars;
        if !known.contains(name) {
            self.note_with(
                "unknown-calendar",
                &tree.at,
                Words::new(
                    format!("没有日历 `{name}`"),
                    format!("there is no calendar `{name}`"),
                ),
                suggestion(name, known.iter().map(String::as_str)),
            );
        }
        Some(name.to_owned())
    }

    fn withdraw(&mut self, tree: &'t Tree) -> Option<String> {
        let keys = self.keys(tree, &["until"])?;
        let Some(until) = keys.get("until") else {
            self.missing(tree, "until");
            return None;
        };
        let id = self.scalar(until)?;
        if !self.names.nodes.contains_key(id) {
            self.unknown_node(id, &until.at);
        }
        Some(id.to_owned())
    }

    fn keep(&mut self, tree: &'t Tree) -> Option<Keep> {
        let keys = self.keys(tree, &["for", "min", "law"])?;
        let span = match keys.get("for") {
            Some(span) => self.duration(span),
            None => {
                self.missing(tree, "for");
                None
            }
        };
        let min = self.duration_at(&keys, "min");
        let law = self.scalar_at(&keys, "law");
        Some(Keep {
            span: span?,
            min,
            law: law.map(str::to_owned),
        })
    }

    fn settings(&mut self, tree: &'t Tree) -> BTreeMap<String, Setting> {
        let entries = self.named_entries(tree);
        let mut found = BTreeMap::new();
        for entry in entries {
            let id = self.id_of(entry);
            if let Some(setting) = self.setting(&entry.value) {
                found.insert(id, setting);
            }
        }
        found
    }

    fn setting(&mut self, tree: &'t Tree) -> Option<Setting> {
        let keys = self.keys(tree, &["title", "value", "unit"])?;
        for key in ["title", "value"] {
            if keys.get(key).is_none() {
                self.missing(tree, key);
            }
        }
        let title = self.words_at(&keys, "title");
        let unit = self.words_at(&keys, "unit");
        let value = keys.get("value")?;
        let json = match &value.kind {
            Kind::Bool(answer) => Some(serde_json::Value::from(*answer)),
            Kind::Int(number) => Some(serde_json::Value::from(*number)),
            Kind::Float(number) => Some(serde_json::Value::from(*number)),
            Kind::Text(text) => Some(serde_json::Value::from(text.as_str())),
            Kind::Null | Kind::List(_) | Kind::Map(_) => {
                self.expected(
                    value,
                    &Words::new("数字、文本或 true/false", "a number, a text, true or false"),
                );
                None
            }
        };
        Some(Setting {
            title: title?,
            value: json?,
            unit,
        })
    }

    fn defaults(&mut self, keys: &Keys<'t>) -> Written {
        let Some(tree) = keys.get("defaults") else {
            return Written::default();
        };
        self.keys(tree, RULE_KEYS)
            .map_or_else(Written::default, |keys| self.rules(&keys))
    }

    fn ends(&mut self, tree: &'t Tree) -> Vec<End> {
        let entries = self.named_entries(tree);
        if entries.is_empty() && matches!(tree.kind, Kind::Map(_)) {
            self.expected(tree, &Words::new("至少一个结果", "at least one end"));
        }
        let mut found = Vec::new();
        for entry in entries {
            let id = self.id_of(entry);
            self.trees.ends.insert(id.clone(), &entry.value);
            found.extend(self.end(id, &entry.value));
        }
        found
    }

    fn end(&mut self, id: String, tree: &'t Tree) -> Option<End> {
        let keys = self.keys(tree, &["title", "outcome", "copy", "record"])?;
        let title = self.words_needed(&keys, "title");
        let outcome = match keys.get("outcome") {
            Some(outcome) => self.word(outcome, OUTCOMES),
            None => {
                let own = OUTCOMES.iter().find(|(word, _)| *word == id);
                if own.is_none() {
                    self.missing(tree, "outcome");
                }
                own.map(|(_, outcome)| *outcome)
            }
        };
        let copy = self.who_list_at(&keys, "copy");
        let record = keys
            .get("record")
            .map_or_else(Vec::new, |record| self.records(record, None));
        Some(End {
            id,
            title: title?,
            outcome: outcome?,
            copy,
            record,
        })
    }
}

/// Approved, rejected and withdrawn are there even where nobody wrote them.
fn with_standing(mut ends: Vec<End>) -> Vec<End> {
    let standing = [
        (STANDING_ENDS[0], Outcome::Approved, "同意", "Approved"),
        (STANDING_ENDS[1], Outcome::Rejected, "不同意", "Rejected"),
        (STANDING_ENDS[2], Outcome::Withdrawn, "已撤回", "Withdrawn"),
    ];
    for (id, outcome, zh, en) in standing {
        if !ends.iter().any(|end| end.id == id) {
            ends.push(End {
                id: id.to_owned(),
                title: Text {
                    zh: zh.to_owned(),
                    en: Some(en.to_owned()),
                },
                outcome,
                copy: Vec::new(),
                record: Vec::new(),
            });
        }
    }
    ends
}

fn digest(source: &str) -> String {
    let mut hex = String::with_capacity(64);
    for byte in Sha256::digest(source.as_bytes()) {
        // Writing to a String cannot fail.
        let _ = write!(hex, "{byte:02x}");
    }
    hex
}
