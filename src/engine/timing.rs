//! Starting, pausing and stopping the clocks of a running case.

use super::case::Measure;
use super::run::Run;
use super::{Event, clocks};
use crate::calendar::Ledger;
use crate::expression::EvaluationError;

impl Run<'_> {
    /// Pauses or resumes the clocks of a stage and of the blocks around it.
    pub(super) fn set_clocks_running(&mut self, id: &str, running: bool) {
        let mut nodes = self.workflow.around(id);
        nodes.push(id.to_owned());
        let concerned = self.case.clocks.iter().filter(|(_, clock)| {
            nodes.contains(&clock.node) && !clock.stopped && clock.is_running() != running
        });
        let keys: Vec<_> = concerned
            .filter(|(_, clock)| matches!(clock.measure, Measure::Budget(_)))
            .map(|(key, _)| key.clone())
            .collect();
        for key in keys {
            self.record(if running {
                Event::ClockResumed { key }
            } else {
                Event::ClockPaused { key }
            });
        }
    }

    /// Starts the clocks of a node or of a stage's supplement.
    pub(super) fn start_clocks(&mut self, clock_node: &str) -> Result<(), EvaluationError> {
        let scope = self.scope();
        let record = self.case.stage(clocks::node_of(clock_node));
        let round = if clock_node == clocks::node_of(clock_node) {
            record.rounds
        } else {
            record.supplements
        };
        for (index, rule) in clocks::rules_of(self.workflow, clock_node)
            .iter()
            .enumerate()
        {
            let law = rule.law.is_some();
            let key = clocks::key(clock_node, index, law, round);
            // A statutory clock goes on at re-entry, unless the definition says where it counts from.
            let goes_on = law && rule.from.is_none() && self.case.clocks.contains_key(&key);
            let event = match goes_on {
                true => Event::ClockResumed { key },
                false => Event::ClockStarted {
                    key,
                    node: clock_node.to_owned(),
                    rule: index,
                    law,
                    measure: clocks::measure(rule, &scope, self.context.now)?,
                },
            };
            self.record(event);
        }
        Ok(())
    }

    /// Begins the clocks of a stage again, with their whole budgets.
    pub(super) fn restart_clocks(&mut self, id: &str) -> Result<(), EvaluationError> {
        let again: Vec<_> = self
            .case
            .clocks
            .iter()
            .filter(|(_, clock)| clock.node == id && !clock.stopped)
            .map(|(key, clock)| (key.clone(), clock.clone()))
            .collect();
        let scope = self.scope();
        for (key, clock) in again {
            let Some(rule) = clocks::rules_of(self.workflow, id).get(clock.rule) else {
                continue;
            };
            let budget = clocks::budget(rule, &scope)?;
            let measure = budget.map_or(clock.measure, |budget| {
                Measure::Budget(Ledger::start(budget, self.context.now))
            });
            self.record(Event::ClockStarted {
                key,
                node: clock.node,
                rule: clock.rule,
                law: clock.law,
                measure,
            });
        }
        self.set_clocks_running(id, true);
        Ok(())
    }

    /// Stops the clocks of a node for good; a statutory one only stands still, in case the run comes back.
    pub(super) fn stop_clocks(&mut self, clock_node: &str) {
        let concerned: Vec<_> = self
            .case
            .clocks
            .iter()
            .filter(|(_, clock)| clock.node == clock_node && !clock.stopped)
            .map(|(key, clock)| (key.clone(), clock.law, clock.is_running()))
            .collect();
        for (key, law, running) in concerned {
            match (law, running) {
                (true, true) => self.record(Event::ClockPaused { key }),
                (true, false) => {}
                (false, _) => self.record(Event::ClockStopped { key }),
            }
        }
    }
}
