//! The clocks of a case: which rule a clock follows, when its deadline is, and which steps come when.

use super::case::{Clock, ClockKey, Measure};
use super::{Case, Context, Task, TaskAsks};
use crate::calendar::{Calendar, Duration, Instant, Ledger};
use crate::expression::{EvaluationError, Scope, Value};
use crate::workflow::{Budget, ClockRule, Kind, Remind, Workflow};

/// Behind a stage's id: the clocks of its supplement.
const SUPPLEMENT: &str = "/supplement";

/// The name under which the clocks of a stage's supplement run.
pub(super) fn supplement_of(stage: &str) -> String {
    format!("{stage}{SUPPLEMENT}")
}

/// The stage or block behind a clock's node.
pub(super) fn node_of(clock_node: &str) -> &str {
    clock_node.strip_suffix(SUPPLEMENT).unwrap_or(clock_node)
}

/// The clock rules of a node, or of a stage's supplement.
pub(super) fn rules_of<'a>(workflow: &'a Workflow, clock_node: &str) -> &'a [ClockRule] {
    let Some(node) = workflow.node(node_of(clock_node)) else {
        return &[];
    };
    match (&node.kind, clock_node.ends_with(SUPPLEMENT)) {
        (_, false) => &node.due,
        (Kind::Stage(stage), true) => stage
            .supplement
            .as_ref()
            .map_or(&[], |supplement| &supplement.due),
        (Kind::Group { .. }, true) => &[],
    }
}

/// The key of a clock: a statutory one belongs to the case, an internal one to the round.
pub(super) fn key(clock_node: &str, rule: usize, law: bool, round: u32) -> ClockKey {
    if law {
        format!("{clock_node}#{rule}")
    } else {
        format!("{clock_node}#{rule}@{round}")
    }
}

/// How a rule measures, for these answers.
pub(super) fn measure(
    rule: &ClockRule,
    scope: &Scope,
    now: Instant,
) -> Result<Measure, EvaluationError> {
    if let Budget::At(at) = &rule.budget {
        return Ok(Measure::Until(time(at.value(scope)?).unwrap_or(now)));
    }
    let from = match &rule.from {
        Some(from) => time(from.value(scope)?).unwrap_or(now),
        None => now,
    };
    let budget = budget(rule, scope)?.unwrap_or(Duration {
        count: 0,
        unit: crate::calendar::Unit::Wd,
    });
    Ok(Measure::Budget(Ledger::start(budget, from)))
}

/// The budget of a rule for these answers; `None` for a date.
pub(super) fn budget(rule: &ClockRule, scope: &Scope) -> Result<Option<Duration>, EvaluationError> {
    let Budget::In(alternatives) = &rule.budget else {
        return Ok(None);
    };
    for (when, duration) in alternatives {
        if when.as_ref().map_or(Ok(true), |when| when.guard(scope))? {
            return Ok(Some(*duration));
        }
    }
    Ok(None)
}

fn time(value: Value) -> Option<Instant> {
    match value {
        Value::Time(at) => Some(at),
        _ => None,
    }
}

impl Clock {
    /// When it runs out; `None` while it stands still.
    #[must_use]
    pub fn deadline(&self, calendar: &Calendar) -> Option<Instant> {
        match &self.measure {
            _ if self.stopped => None,
            Measure::Budget(ledger) => ledger.deadline(calendar),
            Measure::Until(at) => Some(*at),
        }
    }

    /// Whether it runs.
    #[must_use]
    pub fn is_running(&self) -> bool {
        match &self.measure {
            _ if self.stopped => false,
            Measure::Budget(ledger) => ledger.is_running(),
            Measure::Until(_) => true,
        }
    }

    /// Days past the deadline: working days for a budget in working time.
    #[must_use]
    pub fn late(&self, calendar: &Calendar, now: Instant) -> i64 {
        match &self.measure {
            Measure::Budget(ledger) => ledger.late(calendar, now),
            Measure::Until(at) => (now - *at).num_days().max(0),
        }
    }

    fn after(&self, wait: Duration, calendar: &Calendar) -> Option<Instant> {
        match &self.measure {
            Measure::Budget(ledger) => ledger.after(wait, calendar),
            Measure::Until(at) => Some(calendar.after(*at, wait)),
        }
    }

    fn before(&self, ahead: Duration, calendar: &Calendar) -> Option<Instant> {
        match &self.measure {
            Measure::Budget(ledger) => ledger.before(ahead, calendar),
            Measure::Until(at) => Some(calendar.before(*at, ahead)),
        }
    }

    fn started(&self) -> Option<Instant> {
        match &self.measure {
            Measure::Budget(ledger) => ledger.intervals.first().map(|first| first.from),
            Measure::Until(_) => None,
        }
    }
}

/// The days by which a stage's clocks have run over, at most.
pub(super) fn late(workflow: &Workflow, case: &Case, id: &str, context: &Context<'_>) -> i64 {
    let known = workflow.node(id).is_some();
    case.clocks
        .values()
        .filter(|clock| known && clock.node == id)
        .map(|clock| clock.late(context.calendar, context.now))
        .max()
        .unwrap_or(0)
}

/// One step of a clock that has not come yet.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Step {
    /// Its clock.
    pub clock: ClockKey,
    /// Its name within the clock: `remind:0`, `due`, `overdue:1`.
    pub name: String,
    /// When it comes.
    pub at: Instant,
}

/// What a step's name says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum StepKind {
    /// A reminder before the deadline.
    Remind,
    /// A reminder that recurs after it.
    Recur,
    /// The deadline.
    Due,
    /// A step of being overdue.
    Overdue(usize),
}

pub(super) fn step_kind(name: &str) -> StepKind {
    match name.split_once(':') {
        Some(("overdue", index)) => StepKind::Overdue(index.parse().unwrap_or(0)),
        Some(("recur", _)) => StepKind::Recur,
        Some(_) => StepKind::Remind,
        None => StepKind::Due,
    }
}

/// Every step still to come, soonest first. A step that recurs stands once, at its next time.
pub(super) fn steps(workflow: &Workflow, case: &Case, calendar: &Calendar) -> Vec<Step> {
    if !case.is_open() {
        return Vec::new();
    }
    let mut steps: Vec<Step> = case
        .clocks
        .iter()
        .filter_map(|(key, clock)| {
            Some((key, clock, rules_of(workflow, &clock.node).get(clock.rule)?))
        })
        .flat_map(|(key, clock, rule)| steps_of(key, clock, rule, calendar))
        .collect();
    steps.sort_by(|a, b| {
        a.at.cmp(&b.at)
            .then_with(|| a.clock.cmp(&b.clock))
            .then_with(|| a.name.cmp(&b.name))
    });
    steps
}

fn steps_of(key: &str, clock: &Clock, rule: &ClockRule, calendar: &Calendar) -> Vec<Step> {
    let Some(deadline) = clock.deadline(calendar) else {
        return Vec::new();
    };
    let reminders = rule
        .remind
        .iter()
        .enumerate()
        .filter_map(|(index, remind)| reminder(clock, *remind, index, deadline, calendar));
    let due = std::iter::once(("due".to_owned(), deadline));
    let overdue = rule.overdue.iter().enumerate().filter_map(|(index, step)| {
        Some((
            format!("overdue:{index}"),
            clock.after(step.after, calendar)?,
        ))
    });
    reminders
        .chain(due)
        .chain(overdue)
        .filter(|(name, _)| name.starts_with("recur") || !clock.came.contains_key(name))
        .map(|(name, at)| Step {
            clock: key.to_owned(),
            name,
            at,
        })
        .collect()
}

/// When a reminder comes; one outside the actual budget is dropped.
fn reminder(
    clock: &Clock,
    remind: Remind,
    index: usize,
    deadline: Instant,
    calendar: &Calendar,
) -> Option<(String, Instant)> {
    let (name, at) = match remind {
        Remind::Share(percent) => {
            let Measure::Budget(ledger) = &clock.measure else {
                return None;
            };
            (
                format!("remind:{index}"),
                ledger.at_share(percent, calendar)?,
            )
        }
        Remind::Before(ahead) => (format!("remind:{index}"), clock.before(ahead, calendar)?),
        Remind::EveryAfter(every) => {
            let name = format!("recur:{index}");
            let last = clock.came.get(&name).copied().unwrap_or(deadline);
            return Some((name, calendar.after(last, every)));
        }
    };
    let inside = at < deadline && clock.started().is_none_or(|start| start < at);
    inside.then_some((name, at))
}

/// The latest time at or before `now` of a step that recurs: what was missed in a downtime comes once.
pub(super) fn latest(
    every: Duration,
    first: Instant,
    now: Instant,
    calendar: &Calendar,
) -> Instant {
    let mut latest = first;
    loop {
        let next = calendar.after(latest, every);
        if now < next || next <= latest {
            return latest;
        }
        latest = next;
    }
}

/// When the case wants to be looked at next; `None` while no clock has anything to come.
#[must_use]
pub fn next_wake(workflow: &Workflow, case: &Case, calendar: &Calendar) -> Option<Instant> {
    steps(workflow, case, calendar).first().map(|step| step.at)
}

/// A clock as people see it.
#[derive(Debug, Clone, PartialEq)]
pub struct ClockReading<'a> {
    /// Its key.
    pub key: &'a str,
    /// The clock.
    pub clock: &'a Clock,
    /// Its rule.
    pub rule: &'a ClockRule,
    /// The stage or block it belongs to; a supplement's clock to the stage that asked.
    pub node: &'a str,
    /// Whether it times a supplement.
    pub supplement: bool,
    /// When it runs out; `None` while it stands still.
    pub deadline: Option<Instant>,
}

/// The clocks that bear on a task: those of its stage and of the blocks around it; for a supplement, the supplement's.
#[must_use]
pub fn readings<'a>(
    workflow: &'a Workflow,
    case: &'a Case,
    task: &Task,
    calendar: &Calendar,
) -> Vec<ClockReading<'a>> {
    let mut nodes = workflow.around(&task.stage);
    match task.asks {
        TaskAsks::Supply => nodes = vec![supplement_of(&task.stage)],
        TaskAsks::Sign | TaskAsks::Work | TaskAsks::Notice | TaskAsks::Edit | TaskAsks::Repair => {
            nodes.push(task.stage.clone())
        }
    }
    all_readings(workflow, case, calendar)
        .into_iter()
        .filter(|reading| !reading.clock.stopped && nodes.contains(&reading.clock.node))
        .collect()
}

/// Every clock of a case, those that have nothing more to measure too.
#[must_use]
pub fn all_readings<'a>(
    workflow: &'a Workflow,
    case: &'a Case,
    calendar: &Calendar,
) -> Vec<ClockReading<'a>> {
    case.clocks
        .iter()
        .filter_map(|(key, clock)| {
            let rule = rules_of(workflow, &clock.node).get(clock.rule)?;
            let supplement = clock.node.ends_with(SUPPLEMENT);
            Some(ClockReading {
                key,
                clock,
                rule,
                node: node_of(&clock.node),
                supplement,
                deadline: clock.deadline(calendar),
            })
        })
        .collect()
}
