//! What a move to another version makes of a case: everything is called as it is there.

use std::collections::BTreeMap;

use crate::engine::case::{Position, PositionState, Region, Resume, Status};
use crate::engine::event::{Move, Onward};
use crate::engine::{
    CarriedClock, Case, Clock, ClockKey, Entry, Involvement, TaskId, node_of_clock,
};
use crate::workflow::Id;
use crate::workflow::stage_map::renamed;

impl Case {
    pub(super) fn migrate(
        &mut self,
        names: &BTreeMap<Id, Id>,
        seats: &[(TaskId, u16)],
        carried: &BTreeMap<ClockKey, Option<CarriedClock>>,
    ) {
        self.carry_clocks(carried);
        self.rename(names);
        for (id, place) in seats {
            let mut tasks = self.tasks.iter_mut();
            if let Some(task) = tasks.find(|task| task.id == *id) {
                task.place = *place;
            }
        }
        // Whoever still has a page of the old version before them is to look again.
        let open: Vec<String> = self
            .region()
            .map(|region| region.all())
            .into_iter()
            .flatten()
            .map(|position| position.id.clone())
            .collect();
        for place in open {
            if let Some(record) = self.stages.get_mut(&place) {
                record.changed = self.revision;
            }
        }
    }

    /// Clocks under the rules of the new version; those without one are gone.
    fn carry_clocks(&mut self, carried: &BTreeMap<ClockKey, Option<CarriedClock>>) {
        let clocks = std::mem::take(&mut self.clocks);
        for (key, clock) in clocks {
            match carried.get(&key) {
                None => {
                    self.clocks.insert(key, clock);
                }
                Some(None) => {}
                Some(Some(CarriedClock { rule, came })) => {
                    let key = with_rule(&key, &clock, *rule);
                    let clock = Clock {
                        rule: *rule,
                        came: came.clone(),
                        ..clock
                    };
                    self.clocks.insert(key, clock);
                }
            }
        }
    }

    /// Calls everything by these names. What a case knows of places is all here.
    pub(in crate::engine) fn rename(&mut self, names: &BTreeMap<Id, Id>) {
        let Self {
            revision: _,
            workflow: _,
            number: _,
            applicant: _,
            department: _,
            submitted: _,
            status,
            answers: _,
            private: _,
            answers_changed: _,
            stages,
            branches,
            entries,
            tasks,
            clocks,
            involved,
            reweighed: _,
            erased: _,
            acted: _,
            urged: _,
        } = self;
        match status {
            Status::Open { at } | Status::Suspended { at, since: _ } => rename_region(at, names),
            Status::Draft | Status::Ended { .. } => {}
        }
        *stages = std::mem::take(stages)
            .into_iter()
            .map(|(place, record)| (renamed(&place, names), record))
            .collect();
        *branches = std::mem::take(branches)
            .into_iter()
            .map(|(place, mut record)| {
                if let Some(step) = &mut record.back {
                    rename_step(step, names);
                }
                (renamed(&place, names), record)
            })
            .collect();
        *entries = std::mem::take(entries)
            .into_values()
            .map(|entry| {
                let branch = entry.branch.as_ref().map(|branch| renamed(branch, names));
                let key = Entry::key(&entry.register, branch.as_deref(), &entry.element);
                (key, Entry { branch, ..entry })
            })
            .collect();
        for task in tasks {
            task.stage = renamed(&task.stage, names);
        }
        *involved = std::mem::take(involved)
            .into_iter()
            .map(|one| {
                let at = one.at.as_ref().map(|place| renamed(place, names));
                Involvement { at, ..one }
            })
            .collect();
        *clocks = std::mem::take(clocks)
            .into_iter()
            .map(|(key, clock)| {
                let key = under(&key, &clock.node, names);
                let node = node_of_clock(&clock.node, names);
                (key, Clock { node, ..clock })
            })
            .collect();
    }
}

fn rename_region(region: &mut Region, names: &BTreeMap<Id, Id>) {
    for position in &mut region.open {
        let Position {
            id,
            round: _,
            beside: _,
            resume,
            state,
        } = position;
        *id = renamed(id, names);
        rename_onward(resume, names);
        match state {
            PositionState::Asked
            | PositionState::Supplement { fields: _ }
            | PositionState::Waiting
            | PositionState::Between
            | PositionState::Started { with: _ }
            | PositionState::Editing(Resume::Again) => {}
            PositionState::Inside(inside) => rename_region(inside, names),
            PositionState::Editing(Resume::Here(back) | Resume::Branch(back)) => {
                *back = renamed(back, names);
            }
            PositionState::Held { step } | PositionState::Parked { step, reason: _ } => {
                rename_step(step, names);
            }
        }
    }
}

fn rename_step(step: &mut Move, names: &BTreeMap<Id, Id>) {
    match step {
        Move::Budgets | Move::End { id: _ } => {}
        Move::Branch { id } | Move::Join { id } => *id = renamed(id, names),
        Move::Enter {
            id,
            resume,
            detour: _,
            all: _,
        }
        | Move::Round { id, resume, all: _ }
        | Move::Over { id, resume }
        | Move::After { id, resume, how: _ } => {
            *id = renamed(id, names);
            rename_onward(resume, names);
        }
    }
}

fn rename_onward(resume: &mut [Onward], names: &BTreeMap<Id, Id>) {
    for onward in resume {
        let (Onward::To(id) | Onward::Behind(id)) = onward;
        *id = renamed(id, names);
    }
}

/// What a clock's key becomes; `None` when the clock is gone. `clock` is the clock as it was before.
#[must_use]
pub fn clock_key_after(
    key: &str,
    clock: &Clock,
    names: &BTreeMap<Id, Id>,
    carried: &BTreeMap<ClockKey, Option<CarriedClock>>,
) -> Option<ClockKey> {
    let key = match carried.get(key) {
        None => key.to_owned(),
        Some(None) => return None,
        Some(Some(carried)) => with_rule(key, clock, carried.rule),
    };
    Some(under(&key, &clock.node, names))
}

/// A clock's key with its node under new names.
fn under(key: &str, clock_node: &str, names: &BTreeMap<Id, Id>) -> ClockKey {
    match key.strip_prefix(clock_node) {
        Some(rest) => node_of_clock(clock_node, names) + rest,
        None => key.to_owned(),
    }
}

/// `review#1@2` with another rule: `review#0@2`.
fn with_rule(key: &str, clock: &Clock, rule: usize) -> ClockKey {
    let rest = key
        .strip_prefix(&clock.node)
        .and_then(|rest| rest.strip_prefix(&format!("#{}", clock.rule)));
    match rest {
        Some(round) => format!("{}#{rule}{round}", clock.node),
        None => key.to_owned(),
    }
}
