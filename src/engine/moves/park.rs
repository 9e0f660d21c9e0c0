//! A parked case: what a guard failed at waits for the workflow administrator.

use crate::engine::case::PositionState;
use crate::engine::event::{LeftAs, Move};
use crate::engine::evolve::PARKED;
use crate::engine::run::Run;
use crate::engine::task::CancelReason;
use crate::engine::{Event, Position, Rejection, people};
use crate::workflow::Place;

impl Run<'_> {
    /// Gives the workflow administrator a task to set the case going again at `step`. Budgets that cannot be read wait
    /// once, whatever else waits: setting the case going reads them again in any case.
    pub(in crate::engine) fn park(&mut self, step: Move, reason: String) -> Result<(), Rejection> {
        let by = people::nobody_for("", &self.situation());
        if by.is_empty() {
            return Err(Rejection::NobodyToAsk("workflow_admin".into()));
        }
        let path = match &step {
            // Its branches may all be closed: then this is what is open in it.
            Move::Join { id } => [self.workflow.around(id), vec![id.clone()]].concat(),
            step => step
                .place()
                .map(|place| self.workflow.around(place))
                .unwrap_or_default(),
        };
        for parked in self.parked_at(&step) {
            self.leave(&parked, LeftAs::Abandoned, CancelReason::Decided);
        }
        let id = self.case.free_name(PARKED);
        self.record(Event::Parked {
            path,
            id,
            step,
            reason,
            by,
        });
        Ok(())
    }

    /// Where the case is parked for the same step already, or for the budgets alone.
    fn parked_at(&self, step: &Move) -> Vec<Place> {
        let all = self.case.region().map(|region| region.all());
        let same = |position: &&Position| match &position.state {
            PositionState::Parked { step: known, .. } => known == step || *known == Move::Budgets,
            _ => false,
        };
        let parked = all.into_iter().flatten().filter(same);
        parked.map(|position| position.id.clone()).collect()
    }
}
