//! What becomes of the clocks: each goes on under the rule of the new version that is its counterpart, and no reminder
//! that came comes twice.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::{Obstacle, Passage, renamed};
use crate::calendar::Instant;
use crate::engine::clocks::{self, StepKind, step_kind};
use crate::engine::{Clock, ClockKey, Measure, node_of_clock, place_of_clock};
use crate::workflow::{Budget, ClockRule, Overdue};

/// How a clock goes on in another version.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CarriedClock {
    /// Which of its stage's rules it follows.
    pub rule: usize,
    /// The steps that came, by the names that they have under that rule.
    pub came: BTreeMap<String, Instant>,
}

/// By key: how a clock that does not go on just as it was does so; `None`: the new version has no rule for it.
pub(super) type Carried = BTreeMap<ClockKey, Option<CarriedClock>>;

impl Passage<'_> {
    /// What becomes of each clock, and what is in the way.
    pub(super) fn clocks(&self) -> (Carried, Vec<Obstacle>) {
        let (mut carried, mut stuck) = (Carried::new(), Vec::new());
        for (key, clock) in &self.case.clocks {
            let before = clocks::rules_of(self.old, &clock.node);
            let after = clocks::rules_of(self.new, &node_of_clock(&clock.node, &self.names));
            let rule = counterpart(before, clock.rule, after);
            let Some((index, old, new)) = rule else {
                let place = place_of_clock(&clock.node);
                if clock.law && !clock.stopped && self.case.position(place).is_some() {
                    stuck.push(Obstacle::StatutoryClock(place.to_owned()));
                } else if clock.pending().is_some() {
                    stuck.push(Obstacle::ExtensionPending(place.to_owned()));
                }
                carried.insert(key.clone(), None);
                continue;
            };
            if clock.pending().is_some() && (index != clock.rule || new.extend.is_none()) {
                let place = place_of_clock(&clock.node);
                stuck.push(Obstacle::ExtensionPending(place.to_owned()));
            }
            let came = self.came(key, clock, (old, new));
            if index != clock.rule || came != clock.came {
                carried.insert(key.clone(), Some(CarriedClock { rule: index, came }));
            }
        }
        (carried, stuck)
    }

    /// The steps that came, under the new rule. A reminder that the old rule did not have is for later: one whose time has
    /// passed counts as come.
    fn came(
        &self,
        key: &str,
        clock: &Clock,
        (old, new): (&ClockRule, &ClockRule),
    ) -> BTreeMap<String, Instant> {
        if old.remind == new.remind && old.overdue == new.overdue {
            return clock.came.clone();
        }
        let mut came: BTreeMap<String, Instant> = clock
            .came
            .iter()
            .filter_map(|(step, at)| Some((step_under(step, old, new)?, *at)))
            .collect();
        let place = renamed(clocks::node_of(&clock.node), &self.names);
        let context = self.context;
        let mut ahead = clock.clone();
        ahead.came = came.clone();
        if let Measure::Budget(ledger) = &mut ahead.measure
            && let Ok(Some(budget)) = clocks::budget(new, &self.scope(&place))
        {
            ledger.budget = clock.with_granted(budget);
        }
        for step in clocks::steps_of(key, &ahead, new, context.calendar) {
            if step_kind(&step.name) == StepKind::Remind && step.at <= context.now {
                came.insert(step.name, step.at);
            }
        }
        came
    }
}

/// The rule of a clock in both versions, with its index in the new one. A law sets at most one clock of a stage; the others
/// go by their titles, else by their order.
fn counterpart<'a>(
    before: &'a [ClockRule],
    index: usize,
    after: &'a [ClockRule],
) -> Option<(usize, &'a ClockRule, &'a ClockRule)> {
    let old = before.get(index)?;
    let is_date = |rule: &ClockRule| matches!(rule.budget, Budget::At(_));
    let alike =
        |rule: &ClockRule| (rule.law.is_some(), is_date(rule)) == (old.law.is_some(), is_date(old));
    let titled = |rule: &ClockRule| old.title.is_some() && rule.title == old.title;
    let rank = before[..index].iter().filter(|rule| alike(rule)).count();
    let mut by_title = after.iter().enumerate();
    let mut by_order = after.iter().enumerate();
    let (found, new) = by_title
        .find(|(_, rule)| alike(rule) && titled(rule))
        .or_else(|| by_order.by_ref().filter(|(_, rule)| alike(rule)).nth(rank))?;
    Some((found, old, new))
}

/// The consequence that comes as long after the deadline and is of the same kind; whom or what it names may be called
/// otherwise.
fn consequence(old: &ClockRule, index: usize, new: &ClockRule) -> Option<usize> {
    use std::mem::discriminant;
    let known = old.overdue.get(index)?;
    let alike = |other: &Overdue| {
        other.after == known.after && discriminant(&other.act) == discriminant(&known.act)
    };
    let before = old.overdue[..index].iter();
    let rank = before.filter(|other| alike(other)).count();
    let there = new.overdue.iter().enumerate();
    let mut there = there.filter(|(_, other)| alike(other));
    there.nth(rank).map(|(index, _)| index)
}

/// A step's name under another rule: the reminder or the consequence that is the same there.
fn step_under(step: &str, old: &ClockRule, new: &ClockRule) -> Option<String> {
    let Some((kind, index)) = step.split_once(':') else {
        return Some(step.to_owned());
    };
    let index: usize = index.parse().ok()?;
    let there = match kind {
        "overdue" => consequence(old, index, new),
        _ => {
            let remind = old.remind.get(index)?;
            new.remind.iter().position(|other| other == remind)
        }
    }?;
    Some(format!("{kind}:{there}"))
}
