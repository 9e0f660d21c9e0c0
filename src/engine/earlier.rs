//! What a verdict that is taken back has changed, as it was before: the places, clocks and tasks that are put back.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::case::{BranchRecord, Clock, ClockKey, Entry, Region, StageRecord, Status};
use super::event::Owner;
use super::task::TaskState;
use super::{Case, Event, Stamp, Task, TaskId};
use crate::directory::PersonId;
use crate::forms::Answers;
use crate::workflow::Place;

/// What is put back. Of a map, what was not there before is `None`.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Earlier {
    /// Where the run stood.
    pub at: Region,
    /// The revision in which somebody last acted.
    pub acted: i64,
    /// Stages, blocks and branches.
    pub stages: BTreeMap<Place, Option<StageRecord>>,
    /// Branches.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub branches: BTreeMap<Place, Option<BranchRecord>>,
    /// Clocks; the steps that came stay.
    pub clocks: BTreeMap<ClockKey, Option<Clock>>,
    /// Tasks that were asked before, with who had taken them.
    pub tasks: Vec<(TaskId, TaskState, Option<PersonId>)>,
    /// Register entries; one that was not there before is void.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub entries: BTreeMap<String, Entry>,
}

impl Earlier {
    /// What of `now` differs from `before`; `None` where the run stood nowhere.
    pub(super) fn between(before: &Case, now: &Case) -> Option<Self> {
        let Status::Open { at } = &before.status else {
            return None;
        };
        let mut clocks = differing(&before.clocks, &now.clocks);
        for (key, clock) in &mut clocks {
            if let (Some(clock), Some(now)) = (clock, now.clocks.get(key)) {
                // A reminder that went out meanwhile does not go out again.
                clock.came.extend(now.came.clone());
            }
        }
        Some(Self {
            at: at.clone(),
            acted: before.acted,
            stages: differing(&before.stages, &now.stages),
            branches: differing(&before.branches, &now.branches),
            clocks,
            tasks: before
                .tasks
                .iter()
                .zip(&now.tasks)
                .filter(|(before, now)| (&before.state, before.holder) != (&now.state, now.holder))
                .map(|(before, _)| (before.id, before.state.clone(), before.holder))
                .collect(),
            entries: entries(before, now),
        })
    }
}

fn differing<T: Clone + PartialEq>(
    before: &BTreeMap<String, T>,
    now: &BTreeMap<String, T>,
) -> BTreeMap<String, Option<T>> {
    let keys = before.keys().chain(now.keys());
    keys.filter(|key| before.get(*key) != now.get(*key))
        .map(|key| (key.clone(), before.get(key).cloned()))
        .collect()
}

fn entries(before: &Case, now: &Case) -> BTreeMap<String, Entry> {
    now.entries
        .iter()
        .filter(|(key, entry)| before.entries.get(*key) != Some(entry))
        .map(|(key, entry)| {
            let void = || Entry {
                status: Some(Entry::VOIDED.to_owned()),
                ..entry.clone()
            };
            let earlier = before.entries.get(key).cloned().unwrap_or_else(void);
            (key.clone(), earlier)
        })
        .collect()
}

/// The events that give the answers back that stood before; null removes one.
pub(super) fn answers(before: &Case, now: &Case) -> Vec<Event> {
    let changed = |was: (&Answers, &Answers), is: (&Answers, &Answers), of: Owner| {
        let (answers, private) = (undone(was.0, is.0), undone(was.1, is.1));
        let any = !answers.is_empty() || !private.is_empty();
        any.then_some(Event::AnswersChanged {
            answers,
            private,
            of,
        })
    };
    let none = BranchRecord::default();
    let branches = now.branches.iter().filter_map(|(place, is)| {
        let was = before.branches.get(place).unwrap_or(&none);
        changed(
            (&was.answers, &was.private),
            (&is.answers, &is.private),
            Owner::Branch(place.clone()),
        )
    });
    let tasks = before.tasks.iter().zip(&now.tasks);
    let tasks = tasks.filter_map(|(was, is)| {
        changed(
            (&was.answers, &was.private),
            (&is.answers, &is.private),
            Owner::Task(is.id),
        )
    });
    let case = changed(
        (&before.answers, &before.private),
        (&now.answers, &now.private),
        Owner::Case,
    );
    case.into_iter().chain(branches).chain(tasks).collect()
}

fn undone(before: &Answers, now: &Answers) -> Answers {
    let keys = before.keys().chain(now.keys());
    keys.filter(|key| before.get(*key) != now.get(*key))
        .map(|key| {
            let value = before.get(key).cloned();
            (key.clone(), value.unwrap_or(serde_json::Value::Null))
        })
        .collect()
}

impl Case {
    /// Puts back what stood before a verdict; whoever takes it back has the task now.
    pub(super) fn put_back(&mut self, earlier: &Earlier, mine: (TaskId, PersonId), stamp: &Stamp) {
        self.status = Status::Open {
            at: earlier.at.clone(),
        };
        self.acted = earlier.acted;
        put(&mut self.stages, &earlier.stages);
        put(&mut self.branches, &earlier.branches);
        put(&mut self.clocks, &earlier.clocks);
        for (id, state, holder) in &earlier.tasks {
            let holder = match *id == mine.0 {
                true => Some(mine.1),
                false => *holder,
            };
            self.change_task(*id, |task: &mut Task| {
                task.state = state.clone();
                task.holder = holder;
            });
        }
        for (key, entry) in &earlier.entries {
            let entry = Entry {
                changed: stamp.revision,
                ..entry.clone()
            };
            self.entries.insert(key.clone(), entry);
        }
    }
}

fn put<T: Clone>(into: &mut BTreeMap<String, T>, earlier: &BTreeMap<String, Option<T>>) {
    for (key, value) in earlier {
        match value {
            Some(value) => into.insert(key.clone(), value.clone()),
            None => into.remove(key),
        };
    }
}
