//! Leaving a stage, block or branch, and ending the case: what is open is closed, clocks stop, copies go out.

use super::Halt;
use crate::engine::case::PositionState;
use crate::engine::event::{LeftAs, Move};
use crate::engine::run::Run;
use crate::engine::task::CancelReason;
use crate::engine::{Event, TaskId, clocks};
use crate::workflow::{Outcome, Place, RecordAt};

impl Run<'_> {
    /// Leaves `from` and the blocks around it, up to but without those around `to`; all of them without `to`.
    pub(super) fn leave_up_to(
        &mut self,
        from: &str,
        to: Option<&str>,
        how: LeftAs,
        why: CancelReason,
    ) {
        self.leave(from, how, why);
        let stays = to.map(|to| self.workflow.around(to)).unwrap_or_default();
        let mut around = self.workflow.around(from);
        around.retain(|block| !stays.contains(block));
        for block in around.into_iter().rev() {
            self.leave(&block, how, why);
        }
    }

    /// Leaves a node or branch and goes on from it.
    pub(super) fn leave_for(&mut self, id: &str, how: LeftAs, why: CancelReason) -> Move {
        let resume = self.pending(id);
        self.leave(id, how, why);
        match self.workflow.around(id).pop() {
            Some(block) if self.workflow.is_branch(id) => Move::Join { id: block },
            _ => Move::After {
                id: id.to_owned(),
                how,
                resume,
            },
        }
    }

    /// Leaves a stage, block or branch: what is open inside it first, then its tasks and clocks. What the run has gone on
    /// from (`await`) outlives a block that passes.
    pub(in crate::engine) fn leave(&mut self, id: &str, how: LeftAs, why: CancelReason) {
        let Some(position) = self.case.position(id) else {
            return;
        };
        if matches!(position.state, PositionState::Held { .. }) {
            self.record(Event::Unheld { id: id.to_owned() });
            return;
        }
        let inside: Vec<(Place, bool)> = position
            .inside()
            .map(|region| {
                region
                    .open
                    .iter()
                    .map(|at| (at.id.clone(), at.beside))
                    .collect()
            })
            .unwrap_or_default();
        for (inner, beside) in inside {
            if how != LeftAs::Passed || !beside || self.recurs(&inner) {
                self.leave(&inner, LeftAs::Abandoned, why);
            }
        }
        let live: Vec<TaskId> = self
            .case
            .tasks
            .iter()
            .filter(|task| task.stage == id && task.is_live())
            .map(|task| task.id)
            .collect();
        for task in live {
            self.record(Event::TaskCancelled { task, why });
        }
        for clock_node in clocks::nodes_of(&self.case, id) {
            self.stop_clocks(&clock_node);
        }
        self.record(Event::Left {
            id: id.to_owned(),
            how,
        });
        let Some(node) = self
            .workflow
            .node(id)
            .filter(|_| !self.workflow.is_branch(id))
        else {
            return;
        };
        match how {
            LeftAs::Passed => self.copy_parties(id, &node.copy.passed),
            LeftAs::Refused => self.copy_parties(id, &node.copy.refused),
            LeftAs::Undecided | LeftAs::Void | LeftAs::Returned | LeftAs::Abandoned => {}
        }
    }

    /// Whether a node comes again and again while the block around it is open.
    fn recurs(&self, id: &str) -> bool {
        self.workflow
            .node(id)
            .is_some_and(|node| node.every.is_some())
    }

    /// Comes to an end; one that says that what was applied for is done waits for what must be closed before.
    pub(super) fn reach(&mut self, end: &str) -> Result<Vec<Move>, Halt> {
        let outcome = self.workflow.end(end).map(|end| end.outcome);
        let orderly = matches!(outcome, Some(Outcome::Approved | Outcome::Closed));
        if orderly && self.is_end_blocked() {
            let step = Move::End { id: end.to_owned() };
            self.hold_back(Vec::new(), step);
            return Ok(Vec::new());
        }
        if let Some(reached) = self.workflow.end(end) {
            self.write_records(&reached.record, end, RecordAt::Passed)?;
        }
        self.end(end);
        Ok(Vec::new())
    }

    /// Ends the case without a decision.
    pub(in crate::engine) fn close(&mut self) {
        let ends = &self.workflow.ends;
        let closed = ends.iter().find(|end| end.outcome == Outcome::Closed);
        self.end(closed.map_or("withdrawn", |end| end.id.as_str()));
    }

    /// Ends the case and closes all that is open.
    pub(in crate::engine) fn end(&mut self, end: &str) {
        let open: Vec<Place> = self
            .case
            .region()
            .map(|region| region.open.iter().map(|open| open.id.clone()).collect())
            .unwrap_or_default();
        for id in open {
            self.leave(&id, LeftAs::Abandoned, CancelReason::Ended);
        }
        let waiting: Vec<_> = self
            .case
            .clocks
            .iter()
            .filter(|(_, clock)| !clock.stopped)
            .map(|(key, _)| key.clone())
            .collect();
        for key in waiting {
            self.record(Event::ClockStopped { key });
        }
        if let Some(end) = self.workflow.end(end) {
            self.copy_parties(&end.id, &end.copy);
        }
        self.record(Event::Ended { id: end.to_owned() });
    }
}
