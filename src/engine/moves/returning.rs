//! Sending a case back: to an earlier stage, or to the applicant. Out of a branch of a foreach only that branch is
//! cancelled, and waits.

use crate::engine::case::PositionState;
use crate::engine::event::{LeftAs, Move, Onward};
use crate::engine::run::Run;
use crate::engine::task::CancelReason;
use crate::engine::{Event, Rejection, Resume};
use crate::workflow::Place;
use crate::workflow::place::id_of;

impl Run<'_> {
    /// Sends the case back to an earlier stage; there a new round opens.
    pub(in crate::engine) fn return_to(
        &mut self,
        from: &str,
        to: &str,
        resume_here: bool,
    ) -> Result<(), Rejection> {
        let pending = self.pending(from);
        match self.branch_left(from, to) {
            Some(branch) => self.return_branch(&branch, (from, pending), to, resume_here),
            None => {
                if self.is_off_the_way(from, to) {
                    self.takes_the_run_to(to);
                }
                self.leave_up_to(from, Some(to), LeftAs::Returned, CancelReason::Returned);
                self.leave_what_follows(to);
                self.go(match resume_here {
                    true => {
                        let here = Onward::To(from.to_owned());
                        Move::aside(to, [pending, vec![here]].concat())
                    }
                    false => Move::to(to),
                })
            }
        }
    }

    /// Several branches may be sent back to one stage: where each comes back is remembered with the branch, and that stage
    /// hands the run to their block.
    fn return_branch(
        &mut self,
        branch: &str,
        (from, pending): (&str, Vec<Onward>),
        to: &str,
        resume_here: bool,
    ) -> Result<(), Rejection> {
        self.leave(branch, LeftAs::Returned, CancelReason::Returned);
        if !resume_here {
            return self.go(Move::to(to));
        }
        self.record(Event::ComesBack {
            id: branch.to_owned(),
            step: Move::aside(from, pending),
        });
        let block = self.workflow.around(branch).pop().unwrap_or_default();
        self.go(Move::aside(to, vec![Onward::To(block)]))
    }

    /// Sends the case back to the applicant for editing.
    pub(in crate::engine) fn return_to_applicant(
        &mut self,
        from: &str,
        resume: bool,
    ) -> Result<(), Rejection> {
        let then = match resume {
            true => self.pending(from),
            false => Vec::new(),
        };
        self.ask_edit(
            from,
            LeftAs::Returned,
            CancelReason::Returned,
            (resume, then),
        );
        self.settle_down()
    }

    /// Leaves what the revision is about and asks the applicant for it.
    pub(super) fn ask_edit(
        &mut self,
        from: &str,
        how: LeftAs,
        why: CancelReason,
        (resume, then): (bool, Vec<Onward>),
    ) {
        // A stage may have outlived its branch: then the request comes back as a whole.
        let branch = self.workflow.part_around(from);
        let branch = branch.filter(|branch| self.case.position(branch).is_some());
        match &branch {
            Some(branch) => self.leave(branch, LeftAs::Returned, why),
            None => {
                self.leave_up_to(from, None, how, why);
                self.leave_all(why);
            }
        }
        self.record(Event::EditAsked {
            from: from.to_owned(),
            branch,
            resume,
            then,
        });
    }

    /// Goes on after a revision by the applicant.
    pub(in crate::engine) fn resume_after_editing(
        &mut self,
        resume: Resume,
        then: Vec<Onward>,
    ) -> Result<(), Rejection> {
        match resume {
            Resume::Again => self.start(),
            Resume::Here(id) => self.go(Move::aside(&id, then)),
            Resume::Branch(id) => self.go(Move::Branch { id }),
        }
    }

    /// The branch of a foreach that is left on the way from one place to another, outermost.
    fn branch_left(&self, from: &str, to: &str) -> Option<Place> {
        let stays = self.workflow.around(to);
        self.workflow
            .around(from)
            .into_iter()
            .filter(|place| !stays.contains(place))
            .filter(|place| self.case.position(place).is_some())
            .find(|place| self.workflow.part_around(place).as_ref() == Some(place))
    }

    /// What is open behind the stage that the case is sent back to: what the run had gone on from, and where it had gone.
    fn leave_what_follows(&mut self, to: &str) {
        let list = self.workflow.list_of(to);
        let at = list.iter().position(|node| node.id == id_of(to));
        let behind = list
            .iter()
            .skip(at.map_or(usize::MAX, |at| at.saturating_add(1)));
        let behind = behind.map(|node| self.workflow.seen_from(to, &node.id));
        let held = self
            .runs_beside(to)
            .into_iter()
            .filter(|place| self.is_step(place));
        for place in behind.chain(held).collect::<Vec<Place>>() {
            self.leave(&place, LeftAs::Returned, CancelReason::Returned);
        }
    }

    /// Whether a place stands for a step that is held back.
    fn is_step(&self, place: &str) -> bool {
        let position = self.case.position(place);
        position.is_some_and(|position| matches!(position.state, PositionState::Held { .. }))
    }

    /// Everything else that is open: the request as a whole comes back.
    fn leave_all(&mut self, why: CancelReason) {
        let root = self.case.region().map(|region| region.open.as_slice());
        let open = root.into_iter().flatten().map(|at| at.id.clone());
        for place in open.collect::<Vec<Place>>() {
            self.leave(&place, LeftAs::Returned, why);
        }
    }
}
