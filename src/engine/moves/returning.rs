//! Sending a case back: to an earlier stage, or to the applicant. Out of a branch of a foreach only that branch is
//! cancelled, and waits.

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
        let back = match resume_here {
            true => {
                let mut resume = self.pending(from);
                resume.push(Onward::To(from.to_owned()));
                Move::aside(to, resume)
            }
            false => Move::to(to),
        };
        match self.branch_left(from, Some(to)) {
            Some(branch) => self.leave(&branch, LeftAs::Returned, CancelReason::Returned),
            None => {
                self.leave_up_to(from, Some(to), LeftAs::Returned, CancelReason::Returned);
                self.leave_what_follows(to);
            }
        }
        self.go(back)
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
        let branch = self.workflow.part_around(from);
        match &branch {
            Some(branch) => self.leave(branch, LeftAs::Returned, why),
            None => {
                self.leave_up_to(from, None, how, why);
                self.leave_beside();
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
    fn branch_left(&self, from: &str, to: Option<&str>) -> Option<Place> {
        let stays = to.map(|to| self.workflow.around(to)).unwrap_or_default();
        self.workflow
            .around(from)
            .into_iter()
            .filter(|place| !stays.contains(place))
            .find(|place| self.workflow.part_around(place).as_ref() == Some(place))
    }

    /// What the run had gone on from behind the stage that the case is sent back to.
    fn leave_what_follows(&mut self, to: &str) {
        let list = self.workflow.list_of(to);
        let at = list.iter().position(|node| node.id == id_of(to));
        let behind: Vec<Place> = list
            .iter()
            .skip(at.map_or(usize::MAX, |at| at.saturating_add(1)))
            .map(|node| self.workflow.seen_from(to, &node.id))
            .collect();
        for place in behind {
            self.leave(&place, LeftAs::Returned, CancelReason::Returned);
        }
    }

    /// Everything else that is open beside the run.
    fn leave_beside(&mut self) {
        let beside: Vec<Place> = self
            .case
            .region()
            .map(|region| region.open.iter())
            .into_iter()
            .flatten()
            .filter(|position| position.beside)
            .map(|position| position.id.clone())
            .collect();
        for place in beside {
            self.leave(&place, LeftAs::Returned, CancelReason::Returned);
        }
    }
}
