//! What an event makes of a case's clocks.

use std::collections::BTreeMap;

use super::places::task_for;
use crate::calendar::{Clock as Measure, Duration, Instant};
use crate::engine::extension::{Extension, ExtensionState};
use crate::engine::{Actor, Case, Clock, Party, Stamp, TaskAsks, TaskId};

impl Case {
    /// A clock that begins again at the same moment as before is the same clock: what came of it does not come twice.
    pub(super) fn start_clock(
        &mut self,
        key: &str,
        (node, rule, law): (&str, usize, bool),
        measure: &Measure,
        now: Instant,
    ) {
        let before = self.clocks.remove(key);
        let extensions = before.as_ref().map(|before| before.extensions.clone());
        let before = before.filter(|before| begins_alike(&before.measure, measure));
        let clock = Clock {
            node: node.to_owned(),
            rule,
            law,
            measure: measure.clone(),
            opened: before.as_ref().map_or(now, |before| before.opened),
            stopped: false,
            came: before.map_or_else(BTreeMap::new, |before| before.came),
            extensions: extensions.unwrap_or_default(),
        };
        self.clocks.insert(key.to_owned(), clock);
    }

    pub(super) fn change_clock(&mut self, key: &str, change: impl FnOnce(&mut Clock)) {
        if let Some(clock) = self.clocks.get_mut(key) {
            change(clock);
        }
    }

    pub(super) fn ask_extension(
        &mut self,
        key: &str,
        place: &str,
        by: Duration,
        (of, nobody): (&[Party], &[Party]),
        stamp: &Stamp,
    ) {
        let task = self.open_task(place, &task_for(TaskAsks::Extension, of, nobody), stamp);
        let asked = asked(by, ExtensionState::Pending(task), stamp);
        self.change_clock(key, |clock| clock.extensions.extend(asked));
    }

    /// More time moves the deadline; what a deadline makes come, comes for the new one.
    pub(super) fn extend(
        &mut self,
        key: &str,
        task: Option<TaskId>,
        (by, until): (Duration, Option<Instant>),
        stamp: &Stamp,
    ) {
        let granted = ExtensionState::Granted(stamp.at);
        self.change_clock(key, |clock| {
            match &mut clock.measure {
                Measure::Budget(ledger) => {
                    ledger.budget.count = ledger.budget.count.saturating_add(by.count);
                }
                Measure::Fixed { at, .. } => *at = until.unwrap_or(*at),
            }
            match task {
                Some(task) => {
                    clock.grant_less(task, by);
                    clock.settle_request(task, granted);
                }
                None => clock.extensions.extend(asked(by, granted, stamp)),
            }
        });
    }

    /// A request whose task was closed without an answer has lapsed.
    pub(super) fn lapse_request(&mut self, task: TaskId, stamp: &Stamp) {
        for clock in self.clocks.values_mut() {
            clock.settle_request(task, ExtensionState::Lapsed(stamp.at));
        }
    }
}

impl Clock {
    /// Notes what became of the request that a task was to decide.
    pub(super) fn settle_request(&mut self, task: TaskId, state: ExtensionState) {
        for asked in self.requests_of(task) {
            asked.state = state;
        }
    }

    fn grant_less(&mut self, task: TaskId, by: Duration) {
        for asked in self.requests_of(task) {
            asked.by = by;
        }
    }

    fn requests_of(&mut self, task: TaskId) -> impl Iterator<Item = &mut Extension> {
        self.extensions
            .iter_mut()
            .filter(move |asked| asked.state == ExtensionState::Pending(task))
    }
}

/// A request by the actor; time itself asks for nothing.
fn asked(by: Duration, state: ExtensionState, stamp: &Stamp) -> Option<Extension> {
    let Actor::Person(asked_by) = stamp.actor else {
        return None;
    };
    Some(Extension {
        by,
        asked_by,
        asked_for: stamp.on_behalf,
        asked: stamp.at,
        state,
    })
}

fn begins_alike(one: &Measure, two: &Measure) -> bool {
    match (one, two) {
        (Measure::Budget(one), Measure::Budget(two)) => {
            one.intervals.first().map(|first| first.from)
                == two.intervals.first().map(|first| first.from)
        }
        (Measure::Fixed { .. }, Measure::Fixed { .. }) => true,
        (Measure::Budget(_), Measure::Fixed { .. })
        | (Measure::Fixed { .. }, Measure::Budget(_)) => false,
    }
}
