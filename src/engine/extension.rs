//! More time for a clock (延期): what was asked for and granted, how much may still be, and what the clock makes of it.

use serde::{Deserialize, Serialize};

use super::case::{Clock, ClockKey};
use super::{Case, Measure, Situation, Task, TaskAsks, TaskId, clocks};
use crate::calendar::{Calendar, Duration, Instant, Unit};
use crate::directory::PersonId;
use crate::workflow::{Extend, Workflow};

/// More time that was asked for a clock.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Extension {
    /// How much: what was asked, and once it is granted, what was.
    pub by: Duration,
    /// Who asked.
    pub asked_by: PersonId,
    /// For whom, as a substitute.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub asked_for: Option<PersonId>,
    /// When.
    pub asked: Instant,
    /// What became of it.
    pub state: ExtensionState,
}

/// What became of a request for more time.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ExtensionState {
    /// Somebody is to decide.
    Pending(TaskId),
    /// It was granted.
    Granted(Instant),
    /// It was refused; the old date stays.
    Refused(Instant),
    /// The stage was left before anybody decided.
    Lapsed(Instant),
}

impl Extension {
    /// Who asked, and for whom.
    pub(super) fn by_whom(&self) -> impl Iterator<Item = PersonId> + use<> {
        [Some(self.asked_by), self.asked_for].into_iter().flatten()
    }

    /// Whether it counts against what may be granted.
    fn counts(&self) -> bool {
        matches!(
            self.state,
            ExtensionState::Pending(_) | ExtensionState::Granted(_)
        )
    }
}

impl Clock {
    /// The request for more time that waits for a decision.
    #[must_use]
    pub fn pending(&self) -> Option<(TaskId, &Extension)> {
        self.extensions.iter().find_map(|asked| match asked.state {
            ExtensionState::Pending(task) => Some((task, asked)),
            _ => None,
        })
    }

    /// How much time was granted, all in all.
    #[must_use]
    pub fn granted(&self) -> Option<Duration> {
        let granted = || {
            let all = self.extensions.iter();
            all.filter(|asked| matches!(asked.state, ExtensionState::Granted(_)))
                .map(|asked| asked.by)
        };
        let unit = granted().next()?.unit;
        Some(Duration::new(granted().map(|by| by.count).sum(), unit))
    }

    /// When its deadline was last moved by an extension.
    pub(super) fn moved(&self) -> Option<Instant> {
        let all = self.extensions.iter();
        all.filter_map(|asked| match asked.state {
            ExtensionState::Granted(at) => Some(at),
            _ => None,
        })
        .max()
    }

    /// The budget that a rule gives, with what was granted besides.
    pub(super) fn with_granted(&self, budget: Duration) -> Duration {
        match self.granted().filter(|granted| granted.unit == budget.unit) {
            Some(granted) => sum(budget, granted),
            None => budget,
        }
    }

    /// A measure that a rule gives, with what was granted besides.
    pub(super) fn measured_with_granted(&self, measure: Measure, calendar: &Calendar) -> Measure {
        match measure {
            Measure::Budget(mut ledger) => {
                ledger.budget = self.with_granted(ledger.budget);
                Measure::Budget(ledger)
            }
            Measure::Fixed { from, at, stopped } => Measure::Fixed {
                from,
                at: self.granted().map_or(at, |by| calendar.after(at, by)),
                stopped,
            },
        }
    }
}

fn sum(one: Duration, two: Duration) -> Duration {
    Duration::new(one.count.saturating_add(two.count), one.unit)
}

impl Case {
    /// The clock for which a task decides about more time.
    #[must_use]
    pub fn clock_extended_by(&self, task: TaskId) -> Option<(&ClockKey, &Clock)> {
        self.clocks.iter().find(|(_, clock)| {
            let all = clock.extensions.iter();
            let mut tasks = all.filter_map(|asked| match asked.state {
                ExtensionState::Pending(task) => Some(task),
                _ => None,
            });
            tasks.any(|pending| pending == task)
        })
    }
}

/// A clock for which somebody may ask for more time now.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MoreTime {
    /// Its key.
    pub clock: ClockKey,
    /// How much may still be granted.
    pub left: Duration,
}

/// The same with what it stands for.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Extendable<'a> {
    pub key: &'a ClockKey,
    pub clock: &'a Clock,
    pub extend: &'a Extend,
    /// How much may still be granted.
    pub left: Duration,
}

/// Why no more time can be asked for a clock.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum NoExtension {
    /// Somebody is to decide about an earlier request.
    Pending,
    /// It was extended as often, or by as much, as may be.
    Used,
    /// Its time has run out.
    Late,
}

/// The clocks of a task for which more time may be asked at all, each with whether it may be now.
pub(super) fn of_task<'a>(
    at: &Situation<'a>,
    task: &Task,
) -> Vec<Result<Extendable<'a>, NoExtension>> {
    let timed =
        |clock: &Clock| !clock.stopped && clocks::times(at.workflow, at.case, &clock.node, task);
    at.case
        .clocks
        .iter()
        .filter(|(_, clock)| timed(clock))
        .filter_map(|(key, clock)| {
            let rule = clocks::rules_of(at.workflow, &clock.node).get(clock.rule)?;
            let extend = rule.extend.as_ref()?;
            fits(clock, extend).then(|| extendable(at, key, clock, extend))
        })
        .collect()
}

/// A budget is extended in its own unit only.
fn fits(clock: &Clock, extend: &Extend) -> bool {
    match &clock.measure {
        Measure::Budget(ledger) => ledger.budget.unit == extend.max.unit,
        Measure::Fixed { .. } => true,
    }
}

fn extendable<'a>(
    at: &Situation<'a>,
    key: &'a ClockKey,
    clock: &'a Clock,
    extend: &'a Extend,
) -> Result<Extendable<'a>, NoExtension> {
    if clock.pending().is_some() {
        return Err(NoExtension::Pending);
    }
    let left = left(at.case, clock, extend, None);
    let Some(left) = left.filter(|left| 0 < left.count) else {
        return Err(NoExtension::Used);
    };
    if ran_out(clock, at.context.calendar).is_some_and(|over| over <= at.context.now) {
        return Err(NoExtension::Late);
    }
    Ok(Extendable {
        key,
        clock,
        extend,
        left,
    })
}

/// How much may still be granted; `None` when it was extended as often as may be. It counts for the life of the case,
/// in all rounds; the request that a task decides about is left out.
pub(super) fn left(
    case: &Case,
    clock: &Clock,
    extend: &Extend,
    deciding: Option<TaskId>,
) -> Option<Duration> {
    let same = |other: &&Clock| (&other.node, other.rule) == (&clock.node, clock.rule);
    let asked: Vec<&Extension> = case
        .clocks
        .values()
        .filter(same)
        .flat_map(|clock| &clock.extensions)
        .filter(|asked| asked.counts())
        .filter(|asked| deciding.is_none_or(|task| asked.state != ExtensionState::Pending(task)))
        .collect();
    if usize::try_from(extend.times).is_ok_and(|times| times <= asked.len()) {
        return None;
    }
    let used: u32 = asked.iter().map(|asked| asked.by.count).sum();
    Some(Duration::new(
        extend.max.count.saturating_sub(used),
        extend.max.unit,
    ))
}

/// When its time has run out or will have, for a clock that stands still as well.
fn ran_out(clock: &Clock, calendar: &Calendar) -> Option<Instant> {
    match &clock.measure {
        Measure::Budget(ledger) => ledger.ran_out(calendar),
        Measure::Fixed { at, .. } => Some(*at),
    }
}

/// The days by which a stage's clocks were extended, at most; hours and less are begun days.
pub(super) fn days(workflow: &Workflow, case: &Case, id: &str) -> i64 {
    let known = workflow.node(id).is_some();
    let clocks = case.clocks.values();
    clocks
        .filter(|clock| known && clock.node == id)
        .filter_map(Clock::granted)
        .map(in_days)
        .max()
        .unwrap_or(0)
}

fn in_days(by: Duration) -> i64 {
    let days = match by.unit {
        Unit::Wd | Unit::D => by.count,
        Unit::Wh => by.count.div_ceil(7),
        Unit::H => by.count.div_ceil(24),
        Unit::Min => by.count.div_ceil(24 * 60),
        Unit::Mo => by.count.saturating_mul(30),
        Unit::Y => by.count.saturating_mul(365),
    };
    i64::from(days)
}

/// Who asked for the time that a task decides about, and for whom.
pub(super) fn asked_by(case: &Case, task: &Task) -> Vec<PersonId> {
    let clock = case.clock_extended_by(task.id);
    let pending = clock.and_then(|(_, clock)| clock.pending());
    let asked = pending.filter(|_| task.asks == TaskAsks::Extension);
    asked
        .into_iter()
        .flat_map(|(_, asked)| asked.by_whom())
        .collect()
}
