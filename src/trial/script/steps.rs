//! The steps of a test: when, who does what, and what is expected.

use std::collections::BTreeMap;
use std::ops::Range;

use chrono::NaiveTime;
use serde::Deserialize as _;
use serde::de::IntoDeserializer;
use serde::de::value::MapDeserializer;
use serde_json::{Map, Value as Json};

use super::head::{self, Head};
use super::names::Names;
use super::{Act, Expected as Wanted, Happening, Started, Step, When, expect};
use crate::engine::{Channel, Input, actions};
use crate::expression::Words;
use crate::workflow::{Entry, Kind, Sheet, Tree, json};

/// Steps with a name.
pub(super) type Scenes = BTreeMap<String, Vec<Step>>;

/// The keys of a step that are its own; the others go with the action.
const OWN: &[&str] = &[
    "scene", "at", "after", "by", "channel", "action", "stage", "seat", "started", "outcome",
    "expect",
];

/// Reads a list of steps; a scene is put in where it is named.
pub(super) fn steps<'t>(
    sheet: &mut Sheet<'t>,
    tree: &'t Tree,
    names: Names<'_>,
    head: &Head,
    scenes: &Scenes,
) -> Vec<Step> {
    let mut steps = Vec::new();
    for item in sheet.items(tree) {
        match item.get("scene") {
            Some(name) => {
                sheet.keys(item, &["scene"]);
                steps.extend(scene(sheet, name, scenes));
            }
            None => steps.extend(step(sheet, item, names, head)),
        }
    }
    steps
}

fn scene<'t>(sheet: &mut Sheet<'t>, tree: &'t Tree, scenes: &Scenes) -> Vec<Step> {
    let Some(name) = sheet.text(tree) else {
        return Vec::new();
    };
    if let Some(steps) = scenes.get(name) {
        return steps.clone();
    }
    let known: Vec<&str> = scenes.keys().map(String::as_str).collect();
    let what = Words::new("场景", "scene");
    sheet.unknown("unknown-name", &tree.at, (&what, name), known);
    Vec::new()
}

fn step<'t>(sheet: &mut Sheet<'t>, tree: &'t Tree, names: Names<'_>, head: &Head) -> Option<Step> {
    let input = input_keys();
    let known: Vec<&str> = OWN.iter().copied().chain(input.iter().copied()).collect();
    if !sheet.keys(tree, &known) {
        return None;
    }
    let happens = match (tree.get("action"), tree.get("started")) {
        (Some(action), _) => {
            let act = act(sheet, tree, action, names, head, &input)?;
            Some(Happening::Act(Box::new(act)))
        }
        (None, Some(place)) => Some(Happening::Started(started(sheet, tree, place, names)?)),
        (None, None) => {
            alone(sheet, tree, &input);
            None
        }
    };
    let when = when(sheet, tree);
    let expects = match tree.get("expect") {
        Some(written) => expect::expects(sheet, written, names),
        None => Vec::new(),
    };
    let refused = expects
        .iter()
        .any(|expect| matches!(expect.what, Wanted::Refused(_)));
    if refused && !matches!(happens, Some(Happening::Act(_))) {
        let place = tree.place(&["expect"]);
        goes_with(sheet, "refused", &place);
    }
    Some(Step {
        spot: sheet.spot(&tree.at),
        when,
        happens,
        expects,
    })
}

/// What goes with an action means nothing without one.
fn alone<'t>(sheet: &mut Sheet<'t>, tree: &'t Tree, input: &[&'static str]) {
    let idle = |entry: &&Entry| {
        let key = entry.key.as_str();
        ["by", "channel", "stage", "seat", "outcome"].contains(&key) || input.contains(&key)
    };
    if let Some(entry) = tree.entries().iter().find(idle) {
        goes_with(sheet, &entry.key, &entry.at);
    }
}

fn goes_with(sheet: &mut Sheet<'_>, key: &str, place: &Range<usize>) {
    let message = Words::new(
        format!("`{key}` 要和 `action` 一起写"),
        format!("`{key}` goes with an `action`"),
    );
    sheet.note("missing-key", place, message, None);
}

/// What became of a case that was started.
fn started<'t>(
    sheet: &mut Sheet<'t>,
    tree: &'t Tree,
    place: &'t Tree,
    names: Names<'_>,
) -> Option<Started> {
    let place = names.place(sheet, place)?;
    let by = match tree.get("by") {
        Some(who) => Some(names.person(sheet, who)?.id),
        None => None,
    };
    let outcome = match tree.get("outcome") {
        Some(written) => {
            let word = sheet.text(written)?;
            let what = Words::new("结果", "outcome");
            Some(variant(sheet, (word, &written.at), &what)?)
        }
        None => None,
    };
    Some(Started { place, by, outcome })
}

fn when<'t>(sheet: &mut Sheet<'t>, tree: &'t Tree) -> When {
    if let Some(after) = tree.get("after") {
        return sheet.duration(after).map_or(When::Now, When::After);
    }
    let Some(at) = tree.get("at") else {
        return When::Now;
    };
    let time = at
        .text()
        .and_then(|text| NaiveTime::parse_from_str(text, "%H:%M").ok());
    match time {
        Some(time) => When::Clock(time),
        None => head::moment(sheet, at).map_or(When::Now, When::At),
    }
}

fn act<'t>(
    sheet: &mut Sheet<'t>,
    tree: &'t Tree,
    action: &'t Tree,
    names: Names<'_>,
    head: &Head,
    input_keys: &[&'static str],
) -> Option<Act> {
    let action = names.action(sheet, action)?;
    let by = match tree.get("by") {
        Some(who) => Some(names.person(sheet, who)?.id),
        None => None,
    };
    let channels = [
        ("page", Channel::Page),
        ("link", Channel::Link),
        ("api", Channel::Api),
        ("cli", Channel::Cli),
    ];
    let channel = tree.get("channel");
    let channel = channel.and_then(|one| sheet.word(one, &channels));
    let stage = match tree.get("stage") {
        Some(stage) => Some(names.place(sheet, stage)?),
        None => None,
    };
    let seat = tree.get("seat").and_then(|seat| sheet.text(seat));
    let mut input = input(sheet, tree, (names, head), input_keys)?;
    // A signal is given to a block; what is done on a task needs the task's stage only to find it.
    if !actions::find(action).is_some_and(|rule| rule.on_task()) {
        input.stage = stage.clone();
    }
    Some(Act {
        by,
        channel: channel.unwrap_or(Channel::Page),
        action: action.to_owned(),
        stage,
        seat: seat.map(str::to_owned),
        input,
    })
}

/// What goes with the action: whatever the engine's input has a name for.
fn input<'t>(
    sheet: &mut Sheet<'t>,
    tree: &'t Tree,
    (names, head): (Names<'_>, &Head),
    keys: &[&'static str],
) -> Option<Input> {
    let mut all = Map::new();
    for entry in tree.entries() {
        let key = entry.key.as_str();
        if !keys.contains(&key) {
            continue;
        }
        names_in(sheet, entry, names);
        let value = match key {
            "answers" => {
                let answers = head::answers(sheet, &entry.value, names, &head.sets);
                Json::Object(answers.into_iter().collect())
            }
            _ => json(&entry.value),
        };
        let alone = Map::from_iter([(key.to_owned(), value.clone())]);
        if let Err(error) = serde_json::from_value::<Input>(Json::Object(alone)) {
            let message = Words::new(
                format!("`{key}` 的值不对：{error}"),
                format!("`{key}` cannot have this value: {error}"),
            );
            sheet.note("shape", &entry.value.at, message, None);
            return None;
        }
        all.insert(key.to_owned(), value);
    }
    serde_json::from_value(Json::Object(all)).ok()
}

/// Names that can be known to be wrong before anything runs.
fn names_in<'t>(sheet: &mut Sheet<'t>, entry: &'t Entry, names: Names<'_>) {
    match entry.key.as_str() {
        "to" if entry.value.text() != Some("applicant") => {
            names.place(sheet, &entry.value);
        }
        "signal" => {
            let Some(name) = sheet.text(&entry.value) else {
                return;
            };
            let signals = names.workflow.nodes().flat_map(|node| &node.signals);
            let known: Vec<&str> = signals.map(|signal| signal.name.as_str()).collect();
            if !known.contains(&name) {
                let what = Words::new("通知事件", "signal");
                sheet.unknown("unknown-name", &entry.value.at, (&what, name), known);
            }
        }
        "person" => {
            names.person(sheet, &entry.value);
        }
        "fields" => {
            for item in sheet.one_or_more(&entry.value) {
                if let Some(id) = sheet.text(item) {
                    names.field(sheet, id, &item.at);
                }
            }
        }
        "choice" => {
            let Some(id) = sheet.text(&entry.value) else {
                return;
            };
            let stages = names.workflow.nodes().filter_map(|node| match &node.kind {
                Kind::Stage(stage) => Some(stage),
                _ => None,
            });
            let known: Vec<&str> = stages
                .flat_map(|stage| &stage.choices)
                .map(|choice| choice.id.as_str())
                .collect();
            if !known.contains(&id) {
                let what = Words::new("选项", "choice");
                sheet.unknown("unknown-name", &entry.value.at, (&what, id), known);
            }
        }
        _ => {}
    }
}

/// The names of what may go with an action, as the engine knows them; which task it is, a test says in other words.
fn input_keys() -> Vec<&'static str> {
    let any = MapDeserializer::<_, Expected>::new([("", "")].into_iter());
    let known = match Input::deserialize(any) {
        Err(Expected(known)) => known,
        Ok(_) => &[],
    };
    let own = ["task", "stage"];
    known
        .iter()
        .copied()
        .filter(|key| !own.contains(key))
        .collect()
}

/// The names that a type would have taken.
#[derive(Debug)]
pub(super) struct Expected(pub &'static [&'static str]);

impl std::fmt::Display for Expected {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "one of {}", self.0.join(", "))
    }
}

impl std::error::Error for Expected {}

impl serde::de::Error for Expected {
    fn custom<T: std::fmt::Display>(_: T) -> Self {
        Self(&[])
    }

    fn unknown_field(_: &str, expected: &'static [&'static str]) -> Self {
        Self(expected)
    }

    fn unknown_variant(_: &str, expected: &'static [&'static str]) -> Self {
        Self(expected)
    }
}

/// A value of an enum by the word that it is stored under.
pub(super) fn variant<'t, T: for<'de> serde::Deserialize<'de>>(
    sheet: &mut Sheet<'t>,
    (word, at): (&str, &Range<usize>),
    what: &Words,
) -> Option<T> {
    match T::deserialize(IntoDeserializer::<Expected>::into_deserializer(word)) {
        Ok(value) => Some(value),
        Err(Expected(known)) => {
            sheet.unknown("bad-value", at, (what, word), known.iter().copied());
            None
        }
    }
}
