//! Starting, pausing and stopping the clocks of a running case.

use super::case::{Clock, PositionState, Region};
use super::run::Run;
use super::{ClockKey, Event, Measure, Position, clocks};
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
            let before = self.case.clocks.get(&key).map(|clock| &clock.measure);
            let goes_on = law && rule.from.is_none() && matches!(before, Some(Measure::Budget(_)));
            if goes_on {
                self.record(Event::ClockResumed { key });
                continue;
            }
            if self.stands_without_time(clock_node, rule, &scope)? {
                continue;
            }
            let measure = clocks::measure(rule, &scope, self.context.now)?;
            let measure = before
                .and_then(|before| without_absence(before, &measure))
                .unwrap_or(measure);
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
        let record = self.case.stage(clocks::node_of(clock_node));
        let round = if clocks::is_supplement(clock_node) {
            record.supplements
        } else {
            record.rounds
        };
        clocks::key(clock_node, rule, law, round)
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
            match (waits, running) {
                (true, true) => self.record(Event::ClockPaused { key }),
                (true, false) => {}
                (false, _) => self.record(Event::ClockStopped { key }),
            }
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
                    if let Some(budget) = budget.filter(|budget| *budget != ledger.budget) {
                        let key = key.clone();
                        events.push(Event::ClockBudgeted { key, budget });
                    }
                }
                Measure::Fixed { from, at, .. } => {
                    let moved = clocks::measure(rule, &scope, *from)?;
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
