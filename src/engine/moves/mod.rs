//! How a case moves: entering and leaving stages and blocks, following `next`, ending. Each move is recorded as events.

mod enter;
mod leave;
mod onward;
mod park;
mod verdict;

use super::event::{LeftAs, Move, Onward};
use super::run::Run;
use super::task::CancelReason;
use super::{Event, Rejection, Resume};
use crate::expression::EvaluationError;
use crate::workflow::Target;

/// How many moves one command may cause before the case is parked: a definition whose guards lead in a circle.
const MOST_MOVES: usize = 500;

/// Why a move stopped.
pub(super) enum Halt {
    /// A guard failed: the case is parked.
    Guard(String),
    /// The command is refused.
    Rejected(Rejection),
}

impl From<EvaluationError> for Halt {
    fn from(error: EvaluationError) -> Self {
        Self::Guard(error.to_string())
    }
}

impl From<Rejection> for Halt {
    fn from(rejection: Rejection) -> Self {
        Self::Rejected(rejection)
    }
}

impl Run<'_> {
    /// Starts at the first stage.
    pub(super) fn start(&mut self) -> Result<(), Rejection> {
        match self.workflow.stages.first() {
            Some(first) => self.go(Move::to(&first.id)),
            None => {
                self.end_at_first();
                Ok(())
            }
        }
    }

    /// Goes on after a revision by the applicant.
    pub(super) fn resume_after_editing(
        &mut self,
        resume: Resume,
        then: Vec<Onward>,
    ) -> Result<(), Rejection> {
        match resume {
            Resume::Again => self.start(),
            Resume::Here(id) => self.go(Move::aside(&id, then)),
        }
    }

    /// Tries again at what a guard failed.
    pub(super) fn retry(&mut self, step: Move) -> Result<(), Rejection> {
        match self.reread_budgets() {
            Ok(()) => self.go(step),
            Err(reason) => self.park(step, reason),
        }
    }

    /// Sends the case back to an earlier stage; there a new round opens.
    pub(super) fn return_to(
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
        self.leave_up_to(from, Some(to), LeftAs::Returned, CancelReason::Returned);
        self.go(back)
    }

    /// Sends the case back to the applicant for editing.
    pub(super) fn return_to_applicant(&mut self, from: &str, resume: bool) {
        let then = match resume {
            true => self.pending(from),
            false => Vec::new(),
        };
        self.leave_up_to(from, None, LeftAs::Returned, CancelReason::Returned);
        let from = from.to_owned();
        self.record(Event::EditAsked { from, resume, then });
    }

    /// The run goes elsewhere because a deadline says so.
    pub(super) fn divert(&mut self, from: &str, target: &Target) -> Result<(), Rejection> {
        if *target == Target::Stay || self.case.position(from).is_none() {
            return Ok(());
        }
        let resume = self.pending(from);
        self.leave(from, LeftAs::Abandoned, CancelReason::Overdue);
        match self.follow(from, target, LeftAs::Abandoned, &resume) {
            Some(next) => self.go(next),
            None => Ok(()),
        }
    }

    /// Where an open position hands the run back.
    fn pending(&self, id: &str) -> Vec<Onward> {
        self.case
            .position(id)
            .map(|position| position.resume.clone())
            .unwrap_or_default()
    }

    /// Moves until somebody is asked, the case ends, or a guard fails.
    pub(super) fn go(&mut self, first: Move) -> Result<(), Rejection> {
        let mut next = Some(first);
        let mut moves = 0;
        while let Some(step) = next {
            moves += 1;
            let mark = self.mark();
            let taken = if moves < MOST_MOVES {
                self.take(&step)
            } else {
                Err(Halt::Guard(
                    "the stages lead in a circle without asking anyone".into(),
                ))
            };
            next = match taken {
                Ok(following) => following,
                Err(Halt::Rejected(rejection)) => return Err(rejection),
                Err(Halt::Guard(reason)) => {
                    self.back_to(mark);
                    return self.park(step, reason);
                }
            };
        }
        Ok(())
    }

    fn take(&mut self, step: &Move) -> Result<Option<Move>, Halt> {
        match step {
            Move::Enter { id, resume, detour } => self.enter(id, resume, *detour),
            Move::After { id, how, resume } => self.after(id, *how, resume),
            Move::Budgets => match self.reread_budgets() {
                Ok(()) => Ok(None),
                Err(reason) => Err(Halt::Guard(reason)),
            },
        }
    }
}
