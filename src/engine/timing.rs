//! Starting, pausing and stopping the clocks of a running case.

use super::case::{Clock, PositionState, Region};
use super::run::Run;
use super::task::CancelReason;
use super::{ClockKey, Event, Measure, Position, TaskId, clocks};
use crate::calendar::Duration;
use crate::expression::{Scope, Value};
use crate::workflow::{Budget, ClockRule, Kind, SupplementClock};

impl Run<'_> {
    /// Lets every clock run or stand as what is open asks for: a pause stops a stage's clock and those around it, not its
    /// siblings'; around several branches a clock stands only while every open branch does. A date stands as it is.
    pub(super) fn adjust_clocks(&mut self) {
        let budgets = self
            .case
            .clocks
            .iter()
            .filter(|(_, clock)| !clock.stopped && matches!(clock.measure, Measure::Budget(_)));
        let wrong: Vec<(ClockKey, bool)> = budgets
            .filter_map(|(key, clock)| {
                let position = self.case.position(clocks::node_of(&clock.node))?;
                // A supplement's clock and the one to the next round stand only with the whole case.
                let own = clocks::node_of(&clock.node) == clock.node;
                let stands = own && (self.is_paused(position) || self.is_away(position, clock));
                let paused = self.case.is_suspended() || stands;
                (clock.is_running() == paused).then(|| (key.clone(), !paused))
            })
            .collect();
        for (key, runs) in wrong {
            self.record(match runs {
                true => Event::ClockResumed { key },
                false => Event::ClockPaused { key },
            });
        }
    }

    /// Whether time stands still at an open position.
    fn is_paused(&self, position: &Position) -> bool {
        let node = self.workflow.node(&position.id);
        match &position.state {
            PositionState::Supplement { .. } => {
                let stage = node.and_then(|node| node.stage());
                let supplement = stage.and_then(|stage| stage.supplement.as_ref());
                supplement.is_some_and(|supplement| supplement.clock != SupplementClock::Run)
            }
            PositionState::Waiting => {
                node.is_some_and(|node| matches!(&node.kind, Kind::Wait(wait) if wait.pauses))
            }
            PositionState::Inside(region) => {
                let mut run = region.open.iter().filter(|inner| !inner.beside).peekable();
                run.peek().is_some() && run.all(|inner| self.is_paused(inner))
            }
            PositionState::Asked
            | PositionState::Between
            | PositionState::Started { .. }
            | PositionState::Held { .. }
            | PositionState::Editing(_)
            | PositionState::Parked { .. } => false,
        }
    }

    /// Whether the work is elsewhere because every branch of an open block was sent back: as at re-entry, that counts where a
    /// clock says from when.
    fn is_away(&self, position: &Position, clock: &Clock) -> bool {
        let rule = clocks::rules_of(self.workflow, &clock.node).get(clock.rule);
        let counts = rule.is_some_and(|rule| rule.from.is_some());
        let mut inside = position.inside().map(Region::all).unwrap_or_default();
        inside.retain(|inner| inner.inside().is_none() && !inner.beside);
        !counts && inside.is_empty() && self.is_waiting(&position.id)
    }

    /// Begins the clocks of a stage and of the blocks around it again, with their whole budgets.
    pub(super) fn restart_clocks(&mut self, id: &str) {
        for (key, clock) in self.clocks_over(id) {
            if let Measure::Budget(ledger) = &clock.measure {
                self.record(Event::ClockStarted {
                    key,
                    node: clock.node,
                    rule: clock.rule,
                    law: clock.law,
                    measure: Measure::start(ledger.budget, self.context.now),
                });
            }
        }
    }

    /// The clocks of a stage and of the blocks around it that still have something to measure.
    fn clocks_over(&self, id: &str) -> Vec<(ClockKey, Clock)> {
        let mut nodes = self.workflow.around(id);
        nodes.push(id.to_owned());
        self.case
            .clocks
            .iter()
            .filter(|(_, clock)| !clock.stopped && nodes.contains(&clock.node))
            .map(|(key, clock)| (key.clone(), clock.clone()))
            .collect()
    }

    /// Starts the clocks of a node or of a stage's supplement.
    pub(super) fn start_clocks(&mut self, clock_node: &str) -> Result<(), String> {
        let scope = self.scope(clocks::node_of(clock_node));
        for (index, rule) in clocks::rules_of(self.workflow, clock_node)
            .iter()
            .enumerate()
        {
            let law = rule.law.is_some();
            let key = self.clock_key(clock_node, index, law);
            // A statutory clock goes on at re-entry, unless the definition says where it counts from.
            let before = self.case.clocks.get(&key);
            let budgeted = before.is_some_and(|clock| matches!(clock.measure, Measure::Budget(_)));
            let goes_on = law && rule.from.is_none() && budgeted;
            if goes_on {
                self.record(Event::ClockResumed { key });
                continue;
            }
            if self.stands_without_time(clock_node, rule, &scope)? {
                continue;
            }
            let mut measure = clocks::measure(rule, &scope, self.context.now)?;
            if let Some(before) = before {
                measure = before.measured_with_granted(measure, self.context.calendar);
                measure = without_absence(&before.measure, &measure).unwrap_or(measure);
            }
            self.record(Event::ClockStarted {
                key,
                node: clock_node.to_owned(),
                rule: index,
                law,
                measure,
            });
        }
        Ok(())
    }

    /// The clock to a recurring stage's next round, as it was started last.
    fn period_key(&self, id: &str) -> ClockKey {
        clocks::key(&clocks::every_of(id), 0, false, self.case.stage(id).rounds)
    }

    /// Lets the clock to the next round go on after a round; answers whether that is over.
    pub(super) fn period_is_over(&mut self, id: &str) -> bool {
        let key = self.period_key(id);
        let Some(clock) = self.case.clocks.get(&key) else {
            return false;
        };
        if !clock.is_running() {
            self.record(Event::ClockResumed { key: key.clone() });
        }
        let clock = self.case.clocks.get(&key);
        let over = clock.and_then(|clock| clock.deadline(self.context.calendar));
        over.is_some_and(|over| over <= self.context.now)
    }

    /// How the clock to the round after this one measures.
    pub(super) fn next_period(&self, id: &str) -> Option<Measure> {
        let clock = self.case.clocks.get(&self.period_key(id))?;
        Some(clocks::period_after(&clock.measure, self.context))
    }

    pub(super) fn start_period(&mut self, id: &str, measure: Measure) {
        self.record(Event::ClockStarted {
            key: self.period_key(id),
            node: clocks::every_of(id),
            rule: 0,
            law: false,
            measure,
        });
    }

    /// Starts the clocks that a node has by its rules, and this case does not: its definition has changed.
    pub(super) fn start_missing_clocks(&mut self, clock_node: &str) -> Result<(), String> {
        let scope = self.scope(clocks::node_of(clock_node));
        for (index, rule) in clocks::rules_of(self.workflow, clock_node)
            .iter()
            .enumerate()
        {
            let key = self.clock_key(clock_node, index, rule.law.is_some());
            if self.case.clocks.contains_key(&key)
                || self.stands_without_time(clock_node, rule, &scope)?
            {
                continue;
            }
            let measure = clocks::measure(rule, &scope, self.context.now)?;
            self.record(Event::ClockStarted {
                key,
                node: clock_node.to_owned(),
                rule: index,
                law: rule.law.is_some(),
                measure,
            });
        }
        Ok(())
    }

    /// The key of a clock in the round that is open.
    fn clock_key(&self, clock_node: &str, rule: usize, law: bool) -> ClockKey {
        clocks::key(clock_node, rule, law, self.clock_round(clock_node))
    }

    /// What tells the clocks of one time from those of the next: the round, the supplement, or the request for more time.
    fn clock_round(&self, clock_node: &str) -> u32 {
        if let Some((node, rule)) = clocks::extended(clock_node) {
            let clocks = self.case.clocks.values();
            let asked = clocks.filter(|clock| (clock.node.as_str(), clock.rule) == (node, rule));
            let requests: usize = asked.map(|clock| clock.extensions.len()).sum();
            return u32::try_from(requests).unwrap_or(u32::MAX);
        }
        let record = self.case.stage(clocks::node_of(clock_node));
        match clocks::is_supplement(clock_node) {
            true => record.supplements,
            false => record.rounds,
        }
    }

    /// Whether a `wait` has no time yet and stands until a signal alone.
    fn stands_without_time(
        &self,
        clock_node: &str,
        rule: &ClockRule,
        scope: &Scope,
    ) -> Result<bool, String> {
        let node = self.workflow.node(clocks::node_of(clock_node));
        let signalled = node.is_some_and(|node| !node.signals.is_empty());
        match &rule.budget {
            Budget::At(until) if clocks::is_until(clock_node) && signalled => {
                let until = until.value(scope).map_err(|error| error.to_string())?;
                Ok(until == Value::Null)
            }
            Budget::At(_) | Budget::In(_) => Ok(false),
        }
    }

    /// Stops the clocks of a node for good; a statutory budget only stands still, in case the run comes back.
    pub(super) fn stop_clocks(&mut self, clock_node: &str) {
        let concerned: Vec<(ClockKey, bool, bool)> = self
            .case
            .clocks
            .iter()
            .filter(|(_, clock)| clock.node == clock_node && !clock.stopped)
            .map(|(key, clock)| (key.clone(), clock.waits_for_return(), clock.is_running()))
            .collect();
        for (key, waits, running) in concerned {
            self.drop_request(&key);
            match (waits, running) {
                (true, true) => self.record(Event::ClockPaused { key }),
                (true, false) => {}
                (false, _) => self.record(Event::ClockStopped { key }),
            }
        }
    }

    /// Nobody decides any more about more time for a clock that has nothing to measure.
    fn drop_request(&mut self, key: &str) {
        let pending = self.case.clocks.get(key).and_then(Clock::pending);
        let Some(task) = pending.map(|(task, _)| task) else {
            return;
        };
        self.stop_extension_clocks(key);
        self.record(Event::TaskCancelled {
            task,
            why: CancelReason::Decided,
        });
    }

    /// Stops the clocks of the request for more time of a clock.
    pub(super) fn stop_extension_clocks(&mut self, key: &str) {
        let clock = self.case.clocks.get(key);
        let node = clock.map(|clock| clocks::extension_of(&clock.node, clock.rule));
        if let Some(node) = node {
            self.stop_clocks(&node);
        }
    }

    /// Gives a clock more time, counted from its old date.
    pub(super) fn extend(
        &mut self,
        key: &str,
        task: Option<TaskId>,
        by: Duration,
        comment: Option<String>,
    ) {
        let Some(clock) = self.case.clocks.get(key).cloned() else {
            return;
        };
        let until = match &clock.measure {
            Measure::Budget(_) => None,
            Measure::Fixed { at, .. } => Some(self.context.calendar.after(*at, by)),
        };
        self.stop_extension_clocks(key);
        self.record(Event::Extended {
            key: key.to_owned(),
            task,
            by,
            until,
            comment,
        });
        let rules = clocks::rules_of(self.workflow, &clock.node);
        let extend = rules.get(clock.rule).and_then(|rule| rule.extend.as_ref());
        if let Some(extend) = extend {
            self.copy_parties(clocks::node_of(&clock.node), &extend.copy);
        }
    }

    /// Reads the budgets and dates of all clocks again, after the answers changed.
    pub(super) fn reread_budgets(&mut self) -> Result<(), String> {
        let mut events = Vec::new();
        for (key, clock) in self.case.clocks.iter().filter(|(_, clock)| !clock.stopped) {
            let Some(rule) = clocks::rules_of(self.workflow, &clock.node).get(clock.rule) else {
                continue;
            };
            let scope = self.scope(clocks::node_of(&clock.node));
            match &clock.measure {
                Measure::Budget(ledger) => {
                    let budget = clocks::budget(rule, &scope)?;
                    let budget = budget.map(|budget| clock.with_granted(budget));
                    if let Some(budget) = budget.filter(|budget| *budget != ledger.budget) {
                        let key = key.clone();
                        events.push(Event::ClockBudgeted { key, budget });
                    }
                }
                Measure::Fixed { from, at, .. } => {
                    let moved = clocks::measure(rule, &scope, *from)?;
                    let moved = clock.measured_with_granted(moved, self.context.calendar);
                    if moved.deadline(self.context.calendar) != Some(*at) {
                        events.push(Event::ClockStarted {
                            key: key.clone(),
                            node: clock.node.clone(),
                            rule: clock.rule,
                            law: clock.law,
                            measure: moved,
                        });
                    }
                }
            }
        }
        for event in events {
            self.record(event);
        }
        Ok(())
    }
}

/// A clock that counts from the same moment as before keeps its earlier pauses, but the time in which the work was
/// elsewhere counts.
fn without_absence(before: &Measure, now: &Measure) -> Option<Measure> {
    let (Measure::Budget(before), Measure::Budget(now)) = (before, now) else {
        return None;
    };
    if before.intervals.first()?.from != now.intervals.first()?.from {
        return None;
    }
    let mut ledger = before.clone();
    ledger.budget = now.budget;
    ledger.intervals.last_mut()?.until = None;
    Some(Measure::Budget(ledger))
}
