//! The timeline of a case: when, who, what, at which stage; a line for each event that has words for it.

use serde_json::Value as Json;

use super::compare::moment;
use super::office::{Office, Running};
use super::words;
use crate::engine::{Actor, Event, Party, Stamp, place_of_clock};
use crate::forms::Words;

/// The lines of a case, oldest first. The words are the messages under `trial.event`, by the kind of the event and what
/// sets it apart: `left.passed`, `step_came.due`; events without words say nothing.
#[must_use]
pub fn timeline(office: &Office, running: &Running, words: &dyn Words) -> Vec<String> {
    let told = Told {
        office,
        running,
        words,
    };
    running
        .log
        .iter()
        .filter_map(|(event, stamp)| told.line(event, stamp))
        .collect()
}

struct Told<'a> {
    office: &'a Office,
    running: &'a Running,
    words: &'a dyn Words,
}

impl Told<'_> {
    fn line(&self, event: &Event, stamp: &Stamp) -> Option<String> {
        // The words need names only, whatever the event is, so they are taken from what is stored of it.
        let stored = serde_json::to_value(event).ok()?;
        let text = |key: &str| stored.get(key).and_then(Json::as_str);
        let who = match stamp.actor {
            Actor::Person(person) => self.person(person),
            Actor::System => self.say("trial.time", &[]),
        };
        let task = stored.get("task").and_then(Json::as_u64);
        let task = task.and_then(|id| self.task_stage(id));
        let key = text("key").map(place_of_clock);
        let place = text("id")
            .or(text("from"))
            .or(task)
            .or(key)
            .unwrap_or_default();
        let values = [
            ("who", who),
            ("stage", self.place(place)),
            ("answer", self.answer(&stored, place)),
            ("to", self.to(&stored)),
            (
                "comment",
                text("comment")
                    .or(text("text"))
                    .unwrap_or_default()
                    .to_owned(),
            ),
            ("reason", text("reason").unwrap_or_default().to_owned()),
            ("fields", self.fields(&stored)),
            ("from", self.place(text("from").unwrap_or_default())),
            (
                "signal",
                self.signal(place, text("signal").unwrap_or_default()),
            ),
            ("register", text("register").unwrap_or_default().to_owned()),
        ];
        let values: Vec<(&str, &str)> = values
            .iter()
            .map(|(name, value)| (*name, &**value))
            .collect();
        let key = match variant(&stored) {
            Some(variant) => format!("trial.event.{}.{variant}", event.kind()),
            None => format!("trial.event.{}", event.kind()),
        };
        let said = self.say(&key, &values);
        (said != key).then(|| format!("{}  {said}", moment(stamp.at)))
    }

    fn say(&self, key: &str, values: &[(&str, &str)]) -> String {
        self.words.say(key, values)
    }

    fn person(&self, person: crate::directory::PersonId) -> String {
        self.party(&Party::Person(person))
    }

    fn task_stage(&self, id: u64) -> Option<&str> {
        let id = u32::try_from(id).ok()?;
        let task = self.running.case.task(crate::engine::TaskId(id))?;
        Some(&task.stage)
    }

    fn place(&self, place: &str) -> String {
        words::place(&self.running.workflow, place, self.words)
    }

    /// What was answered: a choice by its title, everything else by its word.
    fn answer(&self, stored: &Json, place: &str) -> String {
        match stored.get("answer") {
            Some(Json::String(word)) => self.say(&format!("case.answer.{word}"), &[]),
            Some(Json::Object(parts)) => {
                let chosen = parts.get("chosen").and_then(|chosen| chosen.get("choice"));
                let chosen = chosen.and_then(Json::as_str).unwrap_or_default();
                let node = self.running.workflow.node(place);
                let choices = node
                    .and_then(|node| node.stage())
                    .map(|stage| &stage.choices);
                let choice = choices.into_iter().flatten().find(|one| one.id == chosen);
                choice
                    .map_or(chosen, |choice| self.words.pick(&choice.title))
                    .to_owned()
            }
            _ => String::new(),
        }
    }

    fn signal(&self, place: &str, name: &str) -> String {
        let node = self.running.workflow.node(place);
        let mut signals = node.into_iter().flat_map(|node| &node.signals);
        let signal = signals.find(|signal| signal.name == name);
        signal
            .map_or(name, |signal| self.words.pick(&signal.title))
            .to_owned()
    }

    /// To whom, or to where.
    fn to(&self, stored: &Json) -> String {
        match stored.get("to") {
            Some(Json::String(place)) => self.place(place),
            Some(parties @ Json::Array(_)) => {
                let parties: Vec<Party> =
                    serde_json::from_value(parties.clone()).unwrap_or_default();
                let names: Vec<String> = parties.iter().map(|party| self.party(party)).collect();
                names.join("、")
            }
            _ => self.place(crate::engine::EDITING),
        }
    }

    fn party(&self, party: &Party) -> String {
        words::party(&self.office.setting.directory, party, self.words)
    }

    fn fields(&self, stored: &Json) -> String {
        let fields = stored.get("fields").and_then(Json::as_array);
        let labels = fields
            .into_iter()
            .flatten()
            .filter_map(Json::as_str)
            .map(|id| {
                let field = self.running.workflow.form.field(id);
                field
                    .map_or(id, |field| self.words.pick(&field.label))
                    .to_owned()
            });
        labels.collect::<Vec<_>>().join("、")
    }
}

/// What sets events of one kind apart: how a stage was left, which step of a clock came.
fn variant(stored: &Json) -> Option<&str> {
    let text = |key: &str| stored.get(key).and_then(Json::as_str);
    match (text("how"), text("step")) {
        (Some(how), _) => Some(how),
        (None, Some(step)) => step.split(':').next(),
        (None, None) => None,
    }
}
