//! Leaving a stage, block or branch, and ending the case: what is open is closed, clocks stop, copies go out.

use super::Halt;
use crate::engine::case::PositionState;
use crate::engine::event::{LeftAs, Move};
use crate::engine::run::Run;
use crate::engine::task::CancelReason;
use crate::engine::{Event, Position, Resume, TaskId, clocks};
use crate::workflow::place::id_of;
use crate::workflow::{Node, Outcome, Place, RecordAt};

/// Which of the stages that the run has gone on from (`await`) outlive the block that is left.
#[derive(Clone, Copy)]
pub(super) enum Keeps {
    /// None.
    Nothing,
    /// Those of the block, not those of what is broken off inside it.
    Own,
    /// Whatever stands in it.
    All,
}

impl Keeps {
    /// What outlives a block that is left so: one that passes has come to its end, everything else is broken off.
    pub(super) fn after(how: LeftAs) -> Self {
        match how {
            LeftAs::Passed => Self::Own,
            LeftAs::Refused
            | LeftAs::Undecided
            | LeftAs::Void
            | LeftAs::Gone
            | LeftAs::Returned
            | LeftAs::Abandoned => Self::Nothing,
        }
    }
}

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
        self.leave_around(from, to, how, why);
    }

    /// Leaves the blocks around `from`, up to but without those around `to`; all of them without `to`.
    pub(super) fn leave_around(
        &mut self,
        from: &str,
        to: Option<&str>,
        how: LeftAs,
        why: CancelReason,
    ) {
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
        self.leave_keeping(id, how, why, Keeps::after(how));
    }

    pub(super) fn leave_keeping(&mut self, id: &str, how: LeftAs, why: CancelReason, keeps: Keeps) {
        let Some(position) = self.case.position(id) else {
            return;
        };
        if matches!(position.state, PositionState::Held { .. }) {
            self.record(Event::Unheld { id: id.to_owned() });
            return;
        }
        let detours = self.detours_to(id);
        self.leave_inside(id, why, keeps);
        self.leave_revisions(id, why);
        for detour in detours {
            self.leave(&detour, LeftAs::Abandoned, why);
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
            LeftAs::Undecided
            | LeftAs::Void
            | LeftAs::Gone
            | LeftAs::Returned
            | LeftAs::Abandoned => {}
        }
    }

    /// Leaves what is open inside a block. A stage that comes again and again does so only while its block is open; a round
    /// of it that is open is finished.
    fn leave_inside(&mut self, id: &str, why: CancelReason, keeps: Keeps) {
        let branch = self.workflow.is_branch(id);
        let region = self
            .case
            .position(id)
            .and_then(|position| position.inside());
        let inside: Vec<(Place, bool)> = region
            .into_iter()
            .flat_map(|region| &region.open)
            .map(|at| {
                let rests = at.state == PositionState::Between && !branch;
                (at.id.clone(), at.beside && !rests)
            })
            .collect();
        let (keeps_these, further) = match keeps {
            Keeps::Nothing => (false, Keeps::Nothing),
            Keeps::Own => (true, Keeps::Nothing),
            Keeps::All => (true, Keeps::All),
        };
        for (inner, outlives) in inside {
            if !(keeps_these && outlives) {
                self.leave_keeping(&inner, LeftAs::Abandoned, why, further);
            }
        }
    }

    /// The applicant's revisions that a branch, or the branches of a block, waited for.
    pub(super) fn leave_revisions(&mut self, id: &str, why: CancelReason) {
        let root = self.case.region().map(|region| region.open.as_slice());
        let concerns =
            |branch: &Place| branch == id || self.workflow.around(branch).iter().any(|at| at == id);
        let asked: Vec<Place> = root
            .into_iter()
            .flatten()
            .filter(|at| self.edited_branch(at).as_ref().is_some_and(concerns))
            .map(|at| at.id.clone())
            .collect();
        for revision in asked {
            self.leave(&revision, LeftAs::Abandoned, why);
        }
    }

    /// The branch that waits for a revision by the applicant.
    pub(super) fn edited_branch(&self, position: &Position) -> Option<Place> {
        match &position.state {
            PositionState::Editing(Resume::Branch(branch)) => Some(branch.clone()),
            PositionState::Editing(Resume::Here(place)) => self.workflow.part_around(place),
            _ => None,
        }
    }

    /// What the run has open on behalf of branches that were sent back, on its way to them: it ends with their block, unless
    /// there are others that it will come to.
    fn detours_to(&self, id: &str) -> Vec<Place> {
        let beside = self.is_beside(id);
        if !self.is_on_the_way(id)
            || self.workflow.is_branch(id)
            || (beside && !self.is_waiting(id))
        {
            return Vec::new();
        }
        let (mut detours, behind): (Vec<Place>, Vec<Place>) = self
            .runs_beside(id)
            .into_iter()
            .partition(|place| self.comes_before(place, id));
        if behind.iter().any(|other| self.is_waiting(other)) {
            return Vec::new();
        }
        // The run itself has gone on from a block beside it, and may be anywhere that is entered by name.
        detours.retain(|place| !beside || self.is_on_the_way(place));
        detours
    }

    /// A run that goes past a block leaves it: branches may be open in it while one that was sent back takes the run elsewhere.
    pub(super) fn leave_passed_by(&mut self, id: &str) {
        for block in self.runs_beside(id) {
            let passed = self.is_on_the_way(id) && self.comes_before(&block, id);
            if passed && self.is_waiting(&block) {
                self.leave(&block, LeftAs::Abandoned, CancelReason::Decided);
            }
        }
    }

    /// Whether branches that were sent back wait in an open block.
    pub(in crate::engine) fn is_waiting(&self, id: &str) -> bool {
        !self.sent_back_in(id).is_empty()
    }

    /// What else the run has open in the list of a node, steps that are held back too.
    pub(super) fn runs_beside(&self, id: &str) -> Vec<Place> {
        let around = self.workflow.around(id);
        let region = match around.last() {
            Some(block) => self.case.position(block).and_then(|block| block.inside()),
            None => self.case.region(),
        };
        let open = region.into_iter().flat_map(|region| &region.open);
        open.filter(|at| at.id != id && !at.beside)
            .filter(|at| match &at.state {
                PositionState::Held { .. } => true,
                _ => self.workflow.node(&at.id).is_some() && !self.workflow.is_branch(&at.id),
            })
            .map(|at| at.id.clone())
            .collect()
    }

    /// Whether a node stands before another of its list; what is entered by name only may come at any time, and so may what
    /// stands for a step.
    pub(super) fn comes_before(&self, one: &str, other: &str) -> bool {
        let list = self.workflow.list_of(other);
        let index = |place: &str| list.iter().position(|node| node.id == id_of(place));
        !self.is_on_the_way(one) || index(one) < index(other)
    }

    fn is_on_the_way(&self, id: &str) -> bool {
        self.workflow.node(id).is_some_and(Node::is_on_the_way)
    }

    /// Comes to an end; one that says that what was applied for is done waits for what must be closed before.
    pub(super) fn reach(&mut self, end: &str) -> Result<Vec<Move>, Halt> {
        let outcome = self.workflow.end(end).map(|end| end.outcome);
        let orderly = matches!(outcome, Some(Outcome::Approved | Outcome::Closed));
        if orderly && self.is_end_blocked() {
            self.leave_runs();
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

    /// Leaves everything but what the run has gone on from.
    fn leave_runs(&mut self) {
        let root = self.case.region().map(|region| region.open.as_slice());
        let runs: Vec<Place> = root
            .into_iter()
            .flatten()
            .filter(|at| !at.beside)
            .map(|at| at.id.clone())
            .collect();
        for id in runs {
            self.leave_keeping(&id, LeftAs::Abandoned, CancelReason::Ended, Keeps::All);
        }
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
