//! Leaving a stage or block, and ending the case: what is open is closed, clocks stop, copies go out.

use crate::engine::event::LeftAs;
use crate::engine::run::Run;
use crate::engine::task::CancelReason;
use crate::engine::{Event, TaskId, clocks};
use crate::workflow::{Id, Outcome};

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

    /// Leaves a stage or block: what is open inside it first, then its tasks and clocks.
    pub(in crate::engine) fn leave(&mut self, id: &str, how: LeftAs, why: CancelReason) {
        let Some(position) = self.case.position(id) else {
            return;
        };
        let inside: Vec<Id> = position
            .inside()
            .map(|region| region.open.iter().map(|inner| inner.id.clone()).collect())
            .unwrap_or_default();
        for inner in inside {
            self.leave(&inner, LeftAs::Abandoned, why);
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
        self.stop_clocks(id);
        self.stop_clocks(&clocks::supplement_of(id));
        self.record(Event::Left {
            id: id.to_owned(),
            how,
        });
        let Some(node) = self.workflow.node(id) else {
            return;
        };
        match how {
            LeftAs::Passed => self.copy_parties(id, &node.copy.passed),
            LeftAs::Refused => self.copy_parties(id, &node.copy.refused),
            LeftAs::Undecided | LeftAs::Returned | LeftAs::Abandoned => {}
        }
    }

    /// Ends the case where running off the list leads.
    pub(super) fn end_at_first(&mut self) {
        // `approved` always exists.
        let first = self.workflow.ends.first();
        let end = first.map_or("approved", |end| end.id.as_str()).to_owned();
        self.end(&end);
    }

    /// Ends the case without a decision.
    pub(in crate::engine) fn close(&mut self) {
        let ends = &self.workflow.ends;
        let closed = ends.iter().find(|end| end.outcome == Outcome::Closed);
        self.end(closed.map_or("withdrawn", |end| end.id.as_str()));
    }

    /// Ends the case and closes all that is open.
    pub(in crate::engine) fn end(&mut self, end: &str) {
        let open: Vec<Id> = self
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
