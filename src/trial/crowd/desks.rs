//! The desks of people: each works on one task at a time, the soonest deadline first, and the others wait.

use std::collections::{BTreeMap, BTreeSet};

use chrono::TimeDelta;

use crate::calendar::Instant;
use crate::directory::PersonId;
use crate::engine::TaskId;

/// A task of one of the cases.
pub(super) type Key = (usize, TaskId);

/// A task in a queue: by its deadline, those without one last, then by age.
type Place = (bool, Option<Instant>, Instant, Key);

/// Everybody's desk.
#[derive(Default)]
pub(super) struct Desks {
    desks: BTreeMap<PersonId, Desk>,
}

#[derive(Default)]
struct Desk {
    at: Option<Key>,
    waiting: BTreeSet<Place>,
    worked: TimeDelta,
}

impl Desks {
    /// Puts a task on the desks of everyone who is asked.
    pub fn offer(&mut self, to: &[PersonId], key: Key, due: Option<Instant>, opened: Instant) {
        for person in to {
            let desk = self.desks.entry(*person).or_default();
            desk.waiting.insert(place(key, due, opened));
        }
    }

    /// Takes a task off the desks.
    pub fn withdraw(&mut self, from: &[PersonId], key: Key, due: Option<Instant>, opened: Instant) {
        for person in from {
            if let Some(desk) = self.desks.get_mut(person) {
                desk.waiting.remove(&place(key, due, opened));
            }
        }
    }

    /// Who of these is free; who has worked least comes first.
    pub fn free(&self, of: &[PersonId]) -> Option<PersonId> {
        let free = of.iter().filter(|person| self.is_free(**person));
        let worked = |person: &&PersonId| {
            let desk = self.desks.get(*person);
            (desk.map_or(TimeDelta::zero(), |desk| desk.worked), **person)
        };
        free.min_by_key(worked).copied()
    }

    fn is_free(&self, person: PersonId) -> bool {
        self.desks.get(&person).is_none_or(|desk| desk.at.is_none())
    }

    /// The task that somebody would take next.
    pub fn next(&self, person: PersonId) -> Option<Key> {
        let desk = self.desks.get(&person).filter(|desk| desk.at.is_none())?;
        desk.waiting.first().map(|(.., key)| *key)
    }

    /// Somebody begins to work on a task.
    pub fn begin(&mut self, person: PersonId, key: Key) {
        self.desks.entry(person).or_default().at = Some(key);
    }

    /// Somebody is done with a task, after so much work.
    pub fn end(&mut self, person: PersonId, worked: TimeDelta) {
        if let Some(desk) = self.desks.get_mut(&person) {
            desk.at = None;
            desk.worked += worked;
        }
    }
}

fn place(key: Key, due: Option<Instant>, opened: Instant) -> Place {
    (due.is_none(), due, opened, key)
}
