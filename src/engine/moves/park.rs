//! A parked case: what a guard failed at waits for the workflow administrator.

use crate::engine::event::{LeftAs, Move};
use crate::engine::evolve::PARKED;
use crate::engine::run::Run;
use crate::engine::task::CancelReason;
use crate::engine::{Event, Rejection, people};
use crate::workflow::Id;

impl Run<'_> {
    /// Gives the workflow administrator a task to set the case going again at `step`. There is one such task at a time:
    /// setting the case going reads the budgets again in any case.
    pub(in crate::engine) fn park(&mut self, step: Move, reason: String) -> Result<(), Rejection> {
        let by = people::nobody_for(None, &self.case, self.context);
        if by.is_empty() {
            return Err(Rejection::NobodyToAsk("workflow_admin".into()));
        }
        self.leave(PARKED, LeftAs::Abandoned, CancelReason::Decided);
        let path = match &step {
            Move::Enter { id, .. } | Move::After { id, .. } => self.open_path(id),
            Move::Budgets => Vec::new(),
        };
        self.record(Event::Parked {
            path,
            step,
            reason,
            by,
        });
        Ok(())
    }

    /// The blocks around a node that are open.
    fn open_path(&self, id: &str) -> Vec<Id> {
        self.workflow
            .around(id)
            .into_iter()
            .take_while(|block| self.case.position(block).is_some())
            .collect()
    }
}
