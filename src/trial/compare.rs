//! What a step expects, held against the case as it is.

use std::collections::BTreeSet;

use serde_json::Value as Json;

use super::office::{Office, Running};
use super::play::{Difference, Seen, is_at};
use super::script::{Deadline, EntryLike, Expect, Expected};
use crate::calendar::{Instant, beijing, day_and_time, last_day};
use crate::engine::{self, ClockReading, Effect, Entry, Event, Measure, Notice, Party, Task};
use crate::forms::Answers;
use crate::workflow::Outcome;
use crate::workflow::place::id_of;

/// What had happened before a step.
pub(super) struct Since {
    pub effects: usize,
    pub events: usize,
}

/// The difference between what is expected and what is, if there is one.
pub(super) fn compare(
    office: &Office,
    index: usize,
    since: &Since,
    expect: &Expect,
) -> Option<Difference> {
    let look = Look {
        office,
        running: &office.cases[index],
        index,
        since,
    };
    let (what, expected, got) = look.at(&expect.what)?;
    Some(Difference {
        spot: expect.spot,
        what,
        expected,
        got,
    })
}

/// A comparison that failed.
type Differs = (String, Seen, Seen);

struct Look<'a> {
    office: &'a Office,
    running: &'a Running,
    index: usize,
    since: &'a Since,
}

impl Look<'_> {
    fn at(&self, expected: &Expected) -> Option<Differs> {
        match expected {
            // What came of the action was held against it already.
            Expected::Refused(_) => None,
            Expected::Open(places) => self.open(places),
            Expected::Tasks { stage, seat, who } => self.tasks(stage, seat.as_deref(), who),
            Expected::Due { node, law, when } => self.due(node, *law, *when),
            Expected::Left { node, left } => self.left(node, &left.to_string()),
            Expected::Paused(places) => {
                let clocks = self.running.case.clocks.values();
                let paused = clocks
                    .filter(|clock| !clock.stopped && !clock.is_running())
                    .map(|clock| clock.node.clone());
                contained("paused", places, paused.collect())
            }
            Expected::Mails(mails) => self.mails(mails.as_ref()),
            Expected::Copied(who) => {
                let copied = self.running.log[self.since.events..].iter();
                let to = copied.filter_map(|(event, _)| match event {
                    Event::Copied { to, .. } => Some(to),
                    _ => None,
                });
                same("copied", who, self.words(to.flatten()))
            }
            Expected::End(end) => {
                let got = self.running.ended().map(|(end, _)| end.to_owned());
                (got != *end).then(|| ("end".to_owned(), seen(end.clone()), seen(got)))
            }
            Expected::Outcome(outcome) => self.outcome(*outcome),
            Expected::Answer { place, path, value } => self.answer(place.as_deref(), path, value),
            Expected::Entries { register, entries } => self.entries(register, entries),
            Expected::Offered { who, actions, may } => self.offered(who, actions, *may),
            Expected::Done(places) => self.with_record("done", places, |record| record.done),
            Expected::Skipped(places) => {
                self.with_record("skipped", places, |record| record.skipped.is_some())
            }
            Expected::Rounds { node, rounds } => {
                let got = self.running.case.stage(node).rounds;
                let value = |rounds: u32| Seen::Value(rounds.to_string());
                (got != *rounds).then(|| (format!("rounds {node}"), value(*rounds), value(got)))
            }
        }
    }

    /// Every open stage is expected, and everything expected is open; a block counts as open while it is.
    fn open(&self, expected: &[String]) -> Option<Differs> {
        let region = self.running.case.region();
        let all = region.map(|region| region.all()).unwrap_or_default();
        let stages: Vec<&str> = all
            .iter()
            .filter(|position| position.inside().is_none() && self.is_named(&position.id))
            .map(|position| position.id.as_str())
            .collect();
        let met = expected
            .iter()
            .all(|wanted| all.iter().any(|position| is_at(&position.id, wanted)));
        let known = stages
            .iter()
            .all(|stage| expected.iter().any(|wanted| is_at(stage, wanted)));
        (!(met && known)).then(|| ("open".to_owned(), list(expected), list(&stages)))
    }

    /// Whether a test has a name for a position: what is held back until something is closed has none.
    fn is_named(&self, place: &str) -> bool {
        let known = [engine::EDITING, engine::PARKED];
        self.running.workflow.node(place).is_some() || known.contains(&id_of(place))
    }

    fn tasks(&self, stage: &str, seat: Option<&str>, expected: &[String]) -> Option<Differs> {
        let tasks: Vec<&Task> = self
            .open_tasks(stage)
            .filter(|task| seat.is_none() || task.seat.as_deref() == seat)
            .collect();
        let posts = tasks.iter().flat_map(|task| &task.offered);
        let posts = self.words(posts.filter(|party| !matches!(party, Party::Person(_))));
        let people = tasks
            .iter()
            .flat_map(|task| self.office.eligible(self.index, task))
            .map(|person| self.office.login(person))
            .collect::<BTreeSet<_>>();
        let (wanted_posts, wanted_people): (Vec<String>, Vec<String>) =
            expected.iter().cloned().partition(|who| who.contains('@'));
        let what = match seat {
            Some(seat) => format!("tasks {stage} {seat}"),
            None => format!("tasks {stage}"),
        };
        if !wanted_posts.is_empty() || expected.is_empty() {
            let differs = same(&what, &wanted_posts, posts);
            if differs.is_some() {
                return differs;
            }
        }
        match wanted_people.is_empty() && !expected.is_empty() {
            true => None,
            false => same(&what, &wanted_people, people),
        }
    }

    fn open_tasks<'s>(&'s self, stage: &'s str) -> impl Iterator<Item = &'s Task> {
        let open = self.running.case.open_tasks();
        open.filter(move |task| is_at(&task.stage, stage))
    }

    /// Of a stage the earliest deadline of its tasks, which the blocks around it may set; of a block its own.
    fn due(&self, node: &str, law: Option<bool>, expected: Option<Deadline>) -> Option<Differs> {
        let of_tasks = self.open_tasks(node).flat_map(|task| {
            let (workflow, case) = (&self.running.workflow, &self.running.case);
            engine::readings(workflow, case, task, &self.running.calendar)
        });
        let readings: Vec<ClockReading<'_>> = of_tasks.chain(self.clocks_of(node)).collect();
        let got = readings
            .iter()
            .filter(|reading| law.is_none_or(|law| reading.clock.law == law))
            .filter_map(|reading| reading.deadline)
            .min();
        let met = match (expected, got) {
            (None, None) => true,
            (Some(Deadline::Day(day)), Some(got)) => last_day(got) == day,
            (Some(Deadline::At(at)), Some(got)) => at == got,
            (None, Some(_)) | (Some(_), None) => false,
        };
        let written = expected.map(|deadline| match deadline {
            Deadline::Day(day) => day.to_string(),
            Deadline::At(at) => moment(at),
        });
        let kind = match law {
            Some(true) => " law",
            Some(false) => " internal",
            None => "",
        };
        let what = format!("due {node}{kind}");
        (!met).then(|| (what, seen(written), seen(got.map(deadline))))
    }

    fn left(&self, node: &str, expected: &str) -> Option<Differs> {
        let clocks = self.clocks_of(node);
        let budgets = clocks
            .iter()
            .filter_map(|reading| match &reading.clock.measure {
                Measure::Budget(ledger) => Some((!reading.clock.law, ledger)),
                Measure::Fixed { .. } => None,
            });
        // A statutory clock goes before an internal one.
        let first = budgets.min_by_key(|(internal, _)| *internal);
        let got = first.map(|(_, ledger)| {
            let left = ledger.left(&self.running.calendar, self.office.now);
            left.to_string()
        });
        let differs = got.as_deref() != Some(expected);
        let expected = Seen::Value(expected.to_owned());
        differs.then(|| (format!("left {node}"), expected, seen(got)))
    }

    fn clocks_of(&self, node: &str) -> Vec<ClockReading<'_>> {
        let (workflow, case) = (&self.running.workflow, &self.running.case);
        let mut all = engine::all_readings(workflow, case, &self.running.calendar);
        all.retain(|reading| !reading.clock.stopped && is_at(reading.node, node));
        all
    }

    fn mails(&self, expected: Option<&(Notice, Vec<String>)>) -> Option<Differs> {
        let sent = self.running.effects[self.since.effects..].iter();
        let sent = sent.map(|(_, effect)| match effect {
            Effect::Notify { notice, to, .. } => (*notice, to),
        });
        let Some((notice, who)) = expected else {
            let all: Vec<String> = sent
                .map(|(notice, to)| format!("{}: {}", word(notice), joined(&self.words(to))))
                .collect();
            let nothing = all.is_empty();
            return (!nothing).then(|| ("mails".to_owned(), Seen::Nothing, list(&all)));
        };
        let to = sent
            .filter(|(sent, _)| sent == notice)
            .flat_map(|(_, to)| to);
        same(&format!("mails {}", word(*notice)), who, self.words(to))
    }

    fn outcome(&self, expected: Outcome) -> Option<Differs> {
        let end = self.running.ended().map(|(end, _)| end);
        let got = end.and_then(|end| self.running.workflow.end(end));
        let got = got.map(|end| end.outcome);
        let seen_of = |outcome: Option<Outcome>| seen(outcome.map(word));
        (got != Some(expected)).then(|| {
            let what = "outcome".to_owned();
            (what, seen_of(Some(expected)), seen_of(got))
        })
    }

    fn answer(&self, place: Option<&str>, path: &str, expected: &Json) -> Option<Differs> {
        let mut parts = path.split('.');
        let answers = self.answers(place);
        let first = parts.next().and_then(|id| answers.get(id));
        let found = first.and_then(|first| {
            parts.try_fold(first, |value, part| match part.parse::<usize>() {
                Ok(index) => value.get(index),
                Err(_) => value.get(part),
            })
        });
        let got = found.unwrap_or(&Json::Null);
        let value = |json: &Json| match json {
            Json::Null => Seen::Nothing,
            other => Seen::Value(other.to_string()),
        };
        (!is_same(got, expected)).then(|| {
            let what = ["answers", place.unwrap_or_default(), path];
            let what = what.map(str::to_owned).join(" ").replace("  ", " ");
            (what, value(expected), value(got))
        })
    }

    /// The answers as they are seen at a place; at a stage with those of its last task.
    fn answers(&self, place: Option<&str>) -> Answers {
        let case = &self.running.case;
        let Some(place) = place else {
            return case.answers.clone();
        };
        let mut tasks = case.tasks.iter().rev();
        let task = tasks.find(|task| is_at(&task.stage, place));
        engine::answers_at(&self.running.workflow, case, place, task)
    }

    /// So many entries, and each like one that is expected.
    fn entries(&self, register: &str, expected: &[EntryLike]) -> Option<Differs> {
        let entries = self.running.case.entries.values();
        let mut got: Vec<&Entry> = entries.filter(|entry| entry.register == register).collect();
        let all: Vec<String> = got.iter().map(|entry| entry_words(entry)).collect();
        let mut met = got.len() == expected.len();
        for wanted in expected {
            match got.iter().position(|entry| is_like(entry, wanted)) {
                Some(at) => drop(got.remove(at)),
                None => met = false,
            }
        }
        let wanted: Vec<String> = expected.iter().map(like_words).collect();
        (!met).then(|| (format!("entries {register}"), list(&wanted), list(&all)))
    }

    fn offered(&self, who: &str, actions: &[String], may: bool) -> Option<Differs> {
        let person = self.office.setting.directory.by_login(who)?.id;
        let offered = self.office.offered(self.index, person);
        let offered: BTreeSet<String> = offered
            .iter()
            .map(|offered| offered.action.to_owned())
            .collect();
        let met = actions.iter().all(|action| offered.contains(action) == may);
        let key = if may { "offered" } else { "not_offered" };
        let got = list(&offered.into_iter().collect::<Vec<_>>());
        (!met).then(|| (format!("{key} {who}"), list(actions), got))
    }

    fn with_record(
        &self,
        what: &str,
        places: &[String],
        is_so: impl Fn(&engine::StageRecord) -> bool,
    ) -> Option<Differs> {
        let records = self.running.case.stages.iter();
        let got = records
            .filter(|(_, record)| is_so(record))
            .map(|(place, _)| place.clone());
        contained(what, places, got.collect())
    }

    /// Parties as files write them: logins and posts.
    fn words<'p>(&self, parties: impl IntoIterator<Item = &'p Party>) -> BTreeSet<String> {
        let word = |party: &Party| match party {
            Party::Person(person) => self.office.login(*person),
            Party::Post(post) => post.to_string(),
            Party::Department(code) => code.to_string(),
        };
        parties.into_iter().map(word).collect()
    }
}

fn is_like(entry: &Entry, wanted: &EntryLike) -> bool {
    let element = wanted.element.as_ref();
    let values = wanted.values.iter();
    element.is_none_or(|element| entry.element == *element)
        && (wanted.branch.is_none() || entry.branch == wanted.branch)
        && (wanted.status.is_none() || entry.status == wanted.status)
        && values
            .into_iter()
            .all(|(name, value)| is_same(entry.values.get(name).unwrap_or(&Json::Null), value))
}

fn entry_words(entry: &Entry) -> String {
    let element = Some(entry.element.clone()).filter(|element| !element.is_empty());
    like_words(&EntryLike {
        element,
        branch: entry.branch.clone(),
        status: entry.status.clone(),
        values: entry.values.clone(),
    })
}

fn like_words(entry: &EntryLike) -> String {
    let of = |key: &str, value: &Option<String>| {
        let value = value.as_ref();
        value.map(|value| format!("{key}: {value}"))
    };
    let values = entry.values.iter();
    let values = values.map(|(name, value)| format!("{name}: {value}"));
    let parts = [
        of("element", &entry.element),
        of("branch", &entry.branch),
        of("status", &entry.status),
    ];
    let parts: Vec<String> = parts.into_iter().flatten().chain(values).collect();
    format!("{{{}}}", parts.join(", "))
}

/// All of these are among those.
fn contained(what: &str, expected: &[String], got: Vec<String>) -> Option<Differs> {
    let met = match expected {
        [] => got.is_empty(),
        all => all
            .iter()
            .all(|wanted| got.iter().any(|place| is_at(place, wanted))),
    };
    (!met).then(|| (what.to_owned(), list(expected), list(&got)))
}

/// These and no others.
fn same(what: &str, expected: &[String], got: BTreeSet<String>) -> Option<Differs> {
    let wanted: BTreeSet<String> = expected.iter().cloned().collect();
    let got_list: Vec<&String> = got.iter().collect();
    (wanted != got).then(|| (what.to_owned(), list(expected), list(&got_list)))
}

fn list<T: AsRef<str>>(all: &[T]) -> Seen {
    let words: Vec<&str> = all.iter().map(AsRef::as_ref).collect();
    match words.is_empty() {
        true => Seen::Nothing,
        false => Seen::Value(words.join(", ")),
    }
}

fn joined(all: &BTreeSet<String>) -> String {
    all.iter().map(String::as_str).collect::<Vec<_>>().join(" ")
}

fn seen(value: Option<String>) -> Seen {
    value.map_or(Seen::Nothing, Seen::Value)
}

/// Whether two values are the same, however their numbers are written: 300 and 300.0.
fn is_same(got: &Json, expected: &Json) -> bool {
    match (got, expected) {
        (Json::Number(got), Json::Number(expected)) => got.as_f64() == expected.as_f64(),
        (Json::Array(got), Json::Array(expected)) => {
            got.len() == expected.len()
                && got.iter().zip(expected).all(|(got, one)| is_same(got, one))
        }
        (Json::Object(got), Json::Object(expected)) => {
            let same = |(name, value): (&String, &Json)| {
                got.get(name).is_some_and(|got| is_same(got, value))
            };
            got.len() == expected.len() && expected.iter().all(same)
        }
        (_, _) => got == expected,
    }
}

/// The word under which a value of an enum is stored.
fn word<T: serde::Serialize>(value: T) -> String {
    match serde_json::to_value(value) {
        Ok(Json::String(word)) => word,
        Ok(other) => other.to_string(),
        Err(_) => String::new(),
    }
}

/// A time as files write it.
pub(super) fn moment(at: Instant) -> String {
    beijing(at).format("%Y-%m-%d %H:%M").to_string()
}

/// A deadline as files write it: a day, when it is the end of one.
fn deadline(at: Instant) -> String {
    match day_and_time(at) {
        (day, time) if time == "24:00" => day.to_string(),
        (day, time) => format!("{day} {time}"),
    }
}
