//! What a step expects.

use chrono::NaiveDate;

use super::names::Names;
use super::steps::variant;
use super::{Deadline, EntryLike, Expect, Expected, Refusal, head};
use crate::engine::Notice;
use crate::expression::Words;
use crate::workflow::{Entry, Outcome, Sheet, Spot, Tree, TreeKind};

const KEYS: &[&str] = &[
    "refused",
    "open",
    "tasks",
    "due",
    "left",
    "paused",
    "mails",
    "copied",
    "end",
    "outcome",
    "answers",
    "offered",
    "not_offered",
    "done",
    "skipped",
    "rounds",
    "entries",
];

/// Reads what is expected, in the order in which it is written.
pub(super) fn expects<'t>(sheet: &mut Sheet<'t>, tree: &'t Tree, names: Names<'_>) -> Vec<Expect> {
    if !sheet.keys(tree, KEYS) {
        return Vec::new();
    }
    let mut reading = Reading {
        sheet,
        names,
        found: Vec::new(),
    };
    for entry in tree.entries() {
        reading.entry(entry);
    }
    reading.found
}

struct Reading<'s, 't, 'n> {
    sheet: &'s mut Sheet<'t>,
    names: Names<'n>,
    found: Vec<Expect>,
}

impl<'t> Reading<'_, 't, '_> {
    fn entry(&mut self, entry: &'t Entry) {
        let value = &entry.value;
        let spot = self.sheet.spot(&entry.at);
        match entry.key.as_str() {
            "refused" => {
                let refusal = self.refusal(value).map(Expected::Refused);
                self.push(spot, refusal);
            }
            "open" => {
                let places = self.places(value);
                self.push(spot, Some(Expected::Open(places)));
            }
            "paused" => {
                let places = self.places(value);
                self.push(spot, Some(Expected::Paused(places)));
            }
            "done" => {
                let places = self.places(value);
                self.push(spot, Some(Expected::Done(places)));
            }
            "skipped" => {
                let places = self.places(value);
                self.push(spot, Some(Expected::Skipped(places)));
            }
            "copied" => {
                let who = self.names.people_or_posts(self.sheet, value);
                self.push(spot, Some(Expected::Copied(who)));
            }
            "end" => {
                let open = value.text() == Some("none");
                let end = match open {
                    true => Some(Expected::End(None)),
                    false => self
                        .names
                        .end(self.sheet, value)
                        .map(|end| Expected::End(Some(end))),
                };
                self.push(spot, end);
            }
            "outcome" => {
                let what = Words::new("结果", "outcome");
                let word = self.sheet.text(value);
                let outcome =
                    word.and_then(|word| variant::<Outcome>(self.sheet, (word, &value.at), &what));
                self.push(spot, outcome.map(Expected::Outcome));
            }
            "mails" => self.mails(spot, value),
            "offered" => self.offered(value, true),
            "not_offered" => self.offered(value, false),
            "answers" => self.answers(value),
            "tasks" => self.each_node(value, Self::tasks),
            "due" => self.each_node(value, Self::due),
            "left" => self.each_node(value, Self::left),
            "rounds" => self.each_node(value, Self::rounds),
            "entries" => self.entries(value),
            // Other keys have been noted.
            _ => {}
        }
    }

    fn push(&mut self, spot: Spot, what: Option<Expected>) {
        self.found.extend(what.map(|what| Expect { spot, what }));
    }

    fn places(&mut self, tree: &'t Tree) -> Vec<String> {
        match tree.text() {
            Some("none") => Vec::new(),
            _ => self.names.places(self.sheet, tree),
        }
    }

    /// A map by stage or block.
    fn each_node(&mut self, tree: &'t Tree, read: impl Fn(&mut Self, &'t Entry, Spot)) {
        for entry in self.sheet.entries(tree) {
            if self.names.is_place(self.sheet, &entry.key, &entry.at) {
                let spot = self.sheet.spot(&entry.at);
                read(self, entry, spot);
            }
        }
    }

    /// A code, or a code with what the message says or which fields it names.
    fn refusal(&mut self, tree: &'t Tree) -> Option<Refusal> {
        if !matches!(tree.kind, TreeKind::Map(_)) {
            let code = self.sheet.text(tree)?.to_owned();
            return Some(Refusal {
                code,
                message: None,
                fields: None,
            });
        }
        if !self.sheet.keys(tree, &["code", "message", "fields"]) {
            return None;
        }
        let Some(code) = tree.get("code") else {
            self.sheet.missing(tree, "code");
            return None;
        };
        let code = self.sheet.text(code)?.to_owned();
        let message = tree.get("message").and_then(|one| self.sheet.text(one));
        let fields = tree.get("fields").map(|list| self.fields(list));
        Some(Refusal {
            code,
            message: message.map(str::to_owned),
            fields,
        })
    }

    fn fields(&mut self, tree: &'t Tree) -> Vec<String> {
        let mut fields = Vec::new();
        for item in self.sheet.one_or_more(tree) {
            let Some(path) = self.sheet.text(item) else {
                continue;
            };
            if self.names.field(self.sheet, path, &item.at) {
                fields.push(path.to_owned());
            }
        }
        fields
    }

    /// Who is asked: people and posts, or per seat.
    fn tasks(&mut self, entry: &'t Entry, spot: Spot) {
        let stage = entry.key.clone();
        let TreeKind::Map(seats) = &entry.value.kind else {
            let who = self.names.people_or_posts(self.sheet, &entry.value);
            let seat = None;
            return self.push(spot, Some(Expected::Tasks { stage, seat, who }));
        };
        for seat in seats {
            self.known_seat(&stage, seat);
            let who = self.names.people_or_posts(self.sheet, &seat.value);
            let spot = self.sheet.spot(&seat.at);
            let (stage, seat) = (stage.clone(), Some(seat.key.clone()));
            self.push(spot, Some(Expected::Tasks { stage, seat, who }));
        }
    }

    fn known_seat(&mut self, stage: &str, seat: &Entry) {
        let node = self.names.workflow.node(stage);
        let Some(stage) = node.and_then(|node| node.stage()) else {
            return;
        };
        let names = stage.seats.iter().filter_map(|one| one.name.as_deref());
        let known: Vec<&str> = names.collect();
        if !known.contains(&seat.key.as_str()) {
            let what = Words::new("席位", "seat");
            self.sheet
                .unknown("unknown-name", &seat.at, (&what, &seat.key), known);
        }
    }

    /// A deadline, or `{law: …, internal: …}`.
    fn due(&mut self, entry: &'t Entry, spot: Spot) {
        let node = entry.key.clone();
        if !matches!(entry.value.kind, TreeKind::Map(_)) {
            let Some(when) = self.deadline(&entry.value) else {
                return;
            };
            let law = None;
            return self.push(spot, Some(Expected::Due { node, law, when }));
        }
        self.sheet.keys(&entry.value, &["law", "internal"]);
        for (key, law) in [("law", true), ("internal", false)] {
            let Some(when) = entry.value.get(key).and_then(|one| self.deadline(one)) else {
                continue;
            };
            let (node, law) = (node.clone(), Some(law));
            self.push(spot, Some(Expected::Due { node, law, when }));
        }
    }

    /// The outer `None`: it could not be read; the inner one: no clock runs.
    fn deadline(&mut self, tree: &'t Tree) -> Option<Option<Deadline>> {
        let written = self.sheet.text(tree)?;
        if written == "none" {
            return Some(None);
        }
        if let Ok(day) = written.parse::<NaiveDate>() {
            return Some(Some(Deadline::Day(day)));
        }
        let at = head::moment(self.sheet, tree)?;
        Some(Some(Deadline::At(at)))
    }

    fn left(&mut self, entry: &'t Entry, spot: Spot) {
        let node = entry.key.clone();
        let left = self.sheet.duration(&entry.value);
        self.push(spot, left.map(|left| Expected::Left { node, left }));
    }

    fn rounds(&mut self, entry: &'t Entry, spot: Spot) {
        let node = entry.key.clone();
        let rounds = self.sheet.count(&entry.value);
        self.push(spot, rounds.map(|rounds| Expected::Rounds { node, rounds }));
    }

    /// Who got which notice.
    fn mails(&mut self, spot: Spot, tree: &'t Tree) {
        if tree.text() == Some("none") {
            return self.push(spot, Some(Expected::Mails(None)));
        }
        for entry in self.sheet.entries(tree) {
            let what = Words::new("通知", "notice");
            let key = (entry.key.as_str(), &entry.at);
            let Some(notice) = variant::<Notice>(self.sheet, key, &what) else {
                continue;
            };
            let who = self.names.people_or_posts(self.sheet, &entry.value);
            let spot = self.sheet.spot(&entry.at);
            self.push(spot, Some(Expected::Mails(Some((notice, who)))));
        }
    }

    /// Actions by login.
    fn offered(&mut self, tree: &'t Tree, may: bool) {
        for entry in self.sheet.entries(tree) {
            if self
                .names
                .login(self.sheet, &entry.key, &entry.at)
                .is_none()
            {
                continue;
            }
            let items = self.sheet.one_or_more(&entry.value);
            let actions = items
                .iter()
                .filter_map(|item| self.names.action(self.sheet, item))
                .map(str::to_owned)
                .collect();
            let (spot, who) = (self.sheet.spot(&entry.at), entry.key.clone());
            self.push(spot, Some(Expected::Offered { who, actions, may }));
        }
    }

    /// By field; or by branch or stage, and there by field.
    fn answers(&mut self, tree: &'t Tree) {
        for entry in self.sheet.entries(tree) {
            let is_field = self.names.workflow.form.field(first(&entry.key)).is_some();
            let is_place = !is_field && self.names.workflow.node(&entry.key).is_some();
            match is_place {
                false => self.answer(entry, None),
                true => {
                    for field in self.sheet.entries(&entry.value) {
                        self.answer(field, Some(entry.key.clone()));
                    }
                }
            }
        }
    }

    fn answer(&mut self, entry: &'t Entry, place: Option<String>) {
        if !self.names.field(self.sheet, &entry.key, &entry.at) {
            return;
        }
        let (spot, path) = (self.sheet.spot(&entry.at), entry.key.clone());
        let value = self.names.answer(&entry.value);
        self.push(spot, Some(Expected::Answer { place, path, value }));
    }

    /// The entries of each register; `none`, or one of them alone.
    fn entries(&mut self, tree: &'t Tree) {
        for entry in self.sheet.entries(tree) {
            let (spot, register) = (self.sheet.spot(&entry.at), entry.key.clone());
            let items = match entry.value.text() {
                Some("none") => &[],
                _ => self.sheet.one_or_more(&entry.value),
            };
            let entries = items
                .iter()
                .filter_map(|item| self.entry_like(item))
                .collect();
            self.push(spot, Some(Expected::Entries { register, entries }));
        }
    }

    fn entry_like(&mut self, tree: &'t Tree) -> Option<EntryLike> {
        if !self
            .sheet
            .keys(tree, &["element", "branch", "status", "values"])
        {
            return None;
        }
        let mut text = |key: &str| {
            let written = tree.get(key).and_then(|one| self.sheet.text(one));
            written.map(str::to_owned)
        };
        let (element, branch, status) = (text("element"), text("branch"), text("status"));
        let mut values = crate::forms::Answers::new();
        if let Some(written) = tree.get("values") {
            for entry in self.sheet.entries(written) {
                values.insert(entry.key.clone(), self.names.answer(&entry.value));
            }
        }
        Some(EntryLike {
            element,
            branch,
            status,
            values,
        })
    }
}

/// The first part of a dotted path.
fn first(path: &str) -> &str {
    path.split('.').next().unwrap_or(path)
}
