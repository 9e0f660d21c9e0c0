//! The clocks of a case: which rule a clock follows, when its deadline is, and which steps come when.

use std::collections::BTreeSet;

use std::collections::BTreeMap;

use super::case::{Clock, ClockKey};
use super::{Case, Context, Measure, Task, TaskAsks};
use chrono::TimeDelta;

use crate::calendar::{Calendar, Duration, Instant, Ledger, Unit};
use crate::expression::{Scope, Value};
use crate::workflow::stage_map::renamed;
use crate::workflow::{Budget, ClockRule, Id, Kind, Remind, Workflow};

/// Behind a place: the clocks of its supplement.
const SUPPLEMENT: &str = "/supplement";
/// Behind a place: the clock to its next round.
const EVERY: &str = "/every";
/// Behind a place: the clock to the time until which a `wait` stands.
const UNTIL: &str = "/until";

/// Behind a clock's node, before the number of its rule: the clocks of a request for more time.
const EXTENSION: &str = "/extension/";

/// The name under which the clocks of a stage's supplement run.
pub(super) fn supplement_of(place: &str) -> String {
    format!("{place}{SUPPLEMENT}")
}

/// The name under which the clock to the next round runs.
pub(super) fn every_of(place: &str) -> String {
    format!("{place}{EVERY}")
}

/// The name under which the clock of a `wait` runs.
pub(super) fn until_of(place: &str) -> String {
    format!("{place}{UNTIL}")
}

/// The name under which the clocks of a request for more time run, for a rule of a clock's node.
pub(super) fn extension_of(clock_node: &str, rule: usize) -> String {
    format!("{clock_node}{EXTENSION}{rule}")
}

/// All names under which clocks of a place have run.
pub(super) fn nodes_of(case: &Case, place: &str) -> BTreeSet<String> {
    let nodes = case.clocks.values().map(|clock| &clock.node);
    nodes
        .filter(|node| node_of(node) == place)
        .cloned()
        .collect()
}

/// The stage or block behind a clock's node.
pub(super) fn node_of(clock_node: &str) -> &str {
    let own = [SUPPLEMENT, EVERY, UNTIL]
        .iter()
        .find_map(|own| clock_node.strip_suffix(own));
    let extended = || extended(clock_node).map(|(node, _)| node);
    own.or_else(extended).map_or(clock_node, node_of)
}

/// The clock's node and the rule for which more time is asked.
pub(super) fn extended(clock_node: &str) -> Option<(&str, usize)> {
    let (node, rule) = clock_node.rsplit_once(EXTENSION)?;
    Some((node, rule.parse().ok()?))
}

/// The place that a clock's node or key belongs to, whatever the clock times there.
#[must_use]
pub fn place_of_clock(clock_node: &str) -> &str {
    // The key of a branch may hold anything.
    let keys = clock_node.rfind(']').map_or(0, |end| end + 1);
    let end = clock_node[keys..].find(['/', '#']);
    end.map_or(clock_node, |end| &clock_node[..keys + end])
}

/// A clock's node under new names.
pub(super) fn node_of_clock(clock_node: &str, names: &BTreeMap<Id, Id>) -> String {
    let place = place_of_clock(clock_node);
    renamed(place, names) + &clock_node[place.len()..]
}

/// Whether a clock's node is a supplement.
pub(super) fn is_supplement(clock_node: &str) -> bool {
    clock_node.ends_with(SUPPLEMENT)
}

/// Whether a clock's node is the time to the next round.
pub(super) fn is_every(clock_node: &str) -> bool {
    clock_node.ends_with(EVERY)
}

/// Whether a clock's node is the time until which a `wait` stands.
pub(super) fn is_until(clock_node: &str) -> bool {
    clock_node.ends_with(UNTIL)
}

/// Whether a clock times a task: one of its stage or of a block around it; of a supplement or a request for more time, its
/// own.
pub(super) fn times(workflow: &Workflow, case: &Case, clock_node: &str, task: &Task) -> bool {
    match task.asks {
        TaskAsks::Supply => clock_node == supplement_of(&task.stage),
        TaskAsks::Extension => case
            .clock_extended_by(task.id)
            .is_some_and(|(_, clock)| clock_node == extension_of(&clock.node, clock.rule)),
        // The deadline is of whoever asked for the advice.
        TaskAsks::Advise => false,
        TaskAsks::Sign
        | TaskAsks::Work
        | TaskAsks::Notice
        | TaskAsks::Edit
        | TaskAsks::Repair
        | TaskAsks::File => {
            clock_node == task.stage
                || workflow
                    .around(&task.stage)
                    .iter()
                    .any(|block| block == clock_node)
        }
    }
}

/// The clock rules of a node, of a stage's supplement, of a request for more time, of the time to a next round, or of a
/// `wait`.
pub(super) fn rules_of<'a>(workflow: &'a Workflow, clock_node: &str) -> &'a [ClockRule] {
    if let Some((node, rule)) = extended(clock_node) {
        let rule = rules_of(workflow, node).get(rule);
        let extend = rule.and_then(|rule| rule.extend.as_ref());
        return extend.map_or(&[], |extend| &extend.due);
    }
    let Some(node) = workflow.node(node_of(clock_node)) else {
        return &[];
    };
    if is_supplement(clock_node) {
        let supplement = node.stage().and_then(|stage| stage.supplement.as_ref());
        return supplement.map_or(&[], |supplement| &supplement.due);
    }
    if is_every(clock_node) {
        let every = node.every.as_ref().map(|every| &every.clock);
        return every.map_or(&[], std::slice::from_ref);
    }
    match &node.kind {
        Kind::Wait(wait) if is_until(clock_node) => wait.until.as_slice(),
        _ => &node.due,
    }
}

/// The key of a clock: a statutory one belongs to the case, an internal one to the round, a supplement's to that supplement.
pub(super) fn key(clock_node: &str, rule: usize, law: bool, round: u32) -> ClockKey {
    if law && node_of(clock_node) == clock_node {
        format!("{clock_node}#{rule}")
    } else {
        format!("{clock_node}#{rule}@{round}")
    }
}

/// How a rule measures, for these answers; or why it cannot.
pub(super) fn measure(rule: &ClockRule, scope: &Scope, now: Instant) -> Result<Measure, String> {
    if let Budget::At(at) = &rule.budget {
        let value = at.value(scope).map_err(|error| error.to_string())?;
        let at = time(value).ok_or_else(|| format!("`{}` gives no time", at.source()))?;
        return Ok(Measure::fixed(now, at));
    }
    let from = match &rule.from {
        Some(from) => time(from.value(scope).map_err(|error| error.to_string())?).unwrap_or(now),
        None => now,
    };
    match budget(rule, scope)? {
        Some(budget) => Ok(Measure::Budget(Ledger::start(budget, from))),
        None => Err("none of the budgets of this clock holds".into()),
    }
}

/// The budget of a rule for these answers; `None` for a date.
pub(super) fn budget(rule: &ClockRule, scope: &Scope) -> Result<Option<Duration>, String> {
    let Budget::In(alternatives) = &rule.budget else {
        return Ok(None);
    };
    for (when, duration) in alternatives {
        let holds = when.as_ref().map_or(Ok(true), |when| when.guard(scope));
        if holds.map_err(|error| error.to_string())? {
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
        match self.stopped {
            true => None,
            false => self.measure.deadline(calendar),
        }
    }

    /// Whether it runs.
    #[must_use]
    pub fn is_running(&self) -> bool {
        !self.stopped && self.measure.is_running()
    }

    /// Days past the deadline: working days for a budget in working time.
    #[must_use]
    pub fn late(&self, calendar: &Calendar, now: Instant) -> i64 {
        self.measure.late(calendar, now)
    }

    /// Whether it goes on where it stood when the run comes back to its stage or block.
    pub(super) fn waits_for_return(&self) -> bool {
        self.law && node_of(&self.node) == self.node && matches!(self.measure, Measure::Budget(_))
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

/// What a step's name says. Of steps that come at the same time, the first here goes first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum StepKind {
    /// A reminder before the deadline.
    Remind,
    /// The deadline.
    Due,
    /// A reminder that recurs after it.
    Recur,
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
        let order = |step: &Step| (step.at, step_kind(&step.name));
        order(a).cmp(&order(b)).then_with(|| a.clock.cmp(&b.clock))
    });
    steps
}

pub(super) fn steps_of(
    key: &str,
    clock: &Clock,
    rule: &ClockRule,
    calendar: &Calendar,
) -> Vec<Step> {
    let Some(deadline) = clock.deadline(calendar) else {
        return Vec::new();
    };
    let reminders = rule
        .remind
        .iter()
        .enumerate()
        .filter_map(|(index, remind)| reminder(clock, *remind, index, deadline, calendar));
    let due = std::iter::once(("due".to_owned(), deadline));
    let overdue = rule.overdue.iter().enumerate().map(|(index, step)| {
        let at = calendar.after(deadline, step.after);
        (format!("overdue:{index}"), at)
    });
    reminders
        .chain(due)
        .chain(overdue)
        .filter(|(name, at)| is_to_come(clock, name, *at))
        .map(|(name, at)| Step {
            clock: key.to_owned(),
            name,
            at,
        })
        .collect()
}

/// A reminder comes once, and once more when an extension has moved the deadline. The deadline and what follows it come once
/// for every deadline: a longer budget moves it.
fn is_to_come(clock: &Clock, name: &str, at: Instant) -> bool {
    let came = clock.came.get(name);
    let moved = clock.moved();
    match step_kind(name) {
        StepKind::Remind => came.is_none_or(|came| moved.is_some_and(|moved| *came <= moved)),
        StepKind::Due | StepKind::Overdue(_) => came.is_none_or(|came| *came < at),
        StepKind::Recur => true,
    }
}

/// When a reminder comes; one outside the actual budget, or before the clock was started or extended, is dropped.
fn reminder(
    clock: &Clock,
    remind: Remind,
    index: usize,
    deadline: Instant,
    calendar: &Calendar,
) -> Option<(String, Instant)> {
    let (name, at) = match remind {
        Remind::Share(percent) => (
            format!("remind:{index}"),
            clock.measure.at_share(percent, calendar)?,
        ),
        Remind::Before(ahead) => (
            format!("remind:{index}"),
            clock.measure.before(ahead, calendar)?,
        ),
        Remind::EveryAfter(every) => {
            let name = format!("recur:{index}");
            let came = clock.came.get(&name).copied();
            let last = came.map_or(deadline, |came| came.max(deadline));
            return Some((name, calendar.after(last, every)));
        }
    };
    let since = clock
        .moved()
        .map_or(clock.opened, |moved| moved.max(clock.opened));
    (since < at && at < deadline).then_some((name, at))
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

/// How the clock to the next round goes on from the one before: rounds are due at equal distances, however long each is open.
/// What was missed meanwhile is missed; the next is due in the future.
pub(super) fn period_after(before: &Measure, context: &Context<'_>) -> Measure {
    let mut measure = before.clone();
    measure.resume(context.now);
    let (Measure::Budget(ledger), Some(due)) = (&measure, measure.deadline(context.calendar))
    else {
        return measure;
    };
    if context.now < due {
        return measure;
    }
    let last = latest(ledger.budget, due, context.now, context.calendar);
    // 24:00 belongs to the day that it ends, from which the next working day counts.
    let from = match ledger.budget.unit {
        Unit::Wd => last - TimeDelta::microseconds(1),
        _ => last,
    };
    Measure::start(ledger.budget, from)
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
    /// Whether it times the decision about more time.
    pub extension: bool,
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
    all_readings(workflow, case, calendar)
        .into_iter()
        .filter(|reading| {
            !reading.clock.stopped && times(workflow, case, &reading.clock.node, task)
        })
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
            let supplement = is_supplement(&clock.node);
            Some(ClockReading {
                key,
                clock,
                rule,
                node: node_of(&clock.node),
                supplement,
                extension: extended(&clock.node).is_some(),
                deadline: clock.deadline(calendar),
            })
        })
        .collect()
}
