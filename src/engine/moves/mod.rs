//! How a case moves: entering and leaving stages, blocks and branches, following `next`, ending. Each move is recorded as
//! events.

mod branches;
mod enter;
mod join;
mod leave;
mod onward;
mod park;
mod records;
mod rest;
mod returning;
mod verdict;

use std::collections::BTreeMap;

use super::Rejection;
use super::event::{LeftAs, Move, Onward};
use super::run::Run;
use super::task::CancelReason;
use crate::expression::EvaluationError;
use crate::workflow::{Await, Place, Target, Workflow};

/// How many moves one command may cause in one branch before the case is parked: a definition whose guards lead in a
/// circle.
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
        match Workflow::first_of(&self.workflow.stages) {
            Some(first) => self.go(Move::to(&first.id)),
            None => self.go(self.to_first_end()),
        }
    }

    /// Tries again at what a guard failed.
    pub(super) fn retry(&mut self, step: Move) -> Result<(), Rejection> {
        match self.reread_budgets() {
            Ok(()) => self.go(step),
            Err(reason) => self.park(step, reason),
        }
    }

    /// The run goes elsewhere because a deadline or a signal says so.
    pub(super) fn divert(
        &mut self,
        from: &str,
        target: &Target,
        why: CancelReason,
    ) -> Result<(), Rejection> {
        if *target == Target::Stay || self.case.position(from).is_none() {
            return Ok(());
        }
        let resume = self.pending(from);
        self.leave(from, LeftAs::Abandoned, why);
        match self.follow(from, target, LeftAs::Abandoned, &resume) {
            Some(next) => self.go(next),
            None => self.settle_down(),
        }
    }

    /// Where an open position hands the run back.
    fn pending(&self, id: &str) -> Vec<Onward> {
        self.case
            .position(id)
            .map(|position| position.resume.clone())
            .unwrap_or_default()
    }

    /// Moves until somebody is asked in every branch, the case ends, or a guard fails.
    pub(super) fn go(&mut self, first: Move) -> Result<(), Rejection> {
        self.take_all(vec![first])
    }

    /// What has become possible by itself goes on.
    pub(super) fn settle_down(&mut self) -> Result<(), Rejection> {
        self.take_all(Vec::new())
    }

    fn take_all(&mut self, mut ahead: Vec<Move>) -> Result<(), Rejection> {
        let mut taken: BTreeMap<Option<Place>, usize> = BTreeMap::new();
        while let Some(step) = ahead.pop().or_else(|| self.next_by_itself()) {
            if !self.is_possible(&step) {
                continue;
            }
            let times = taken.entry(self.branch_of(&step)).or_default();
            *times += 1;
            let mark = self.mark();
            let result = match *times < MOST_MOVES {
                true => self.take(&step),
                false => Err(Halt::Guard(
                    "the stages lead in a circle without asking anyone".into(),
                )),
            };
            match result {
                Ok(following) => ahead.extend(following.into_iter().rev()),
                Err(Halt::Rejected(rejection)) => return Err(rejection),
                Err(Halt::Guard(reason)) => {
                    self.back_to(mark);
                    self.park(step, reason)?;
                }
            }
        }
        self.adjust_clocks();
        Ok(())
    }

    fn take(&mut self, step: &Move) -> Result<Vec<Move>, Halt> {
        match step {
            Move::Enter {
                id,
                resume,
                detour,
                all,
            } => self.enter(id, resume, *detour, *all),
            Move::After { id, how, resume } => {
                Ok(self.after(id, *how, resume)?.into_iter().collect())
            }
            Move::Branch { id } => Ok(self.begin_branch(id).into_iter().collect()),
            Move::Join { id } => self.join(id),
            Move::Round { id, resume, all } => self.open_round(id, resume, *all),
            Move::Over { id, resume } => Ok(self.over(id, resume)?.into_iter().collect()),
            Move::End { id } => self.reach(id),
            Move::Budgets => match self.reread_budgets() {
                Ok(()) => self.reread_branches(),
                Err(reason) => Err(Halt::Guard(reason)),
            },
        }
    }

    /// Whether a move still makes sense: a block may have been closed by what went on in it, or the case ended, since it was
    /// thought of. What was sent for opens the blocks around it itself.
    fn is_possible(&self, step: &Move) -> bool {
        if !self.case.is_open() {
            return false;
        }
        match step {
            Move::Budgets | Move::End { .. } => true,
            Move::Join { id } => self.case.position(id).is_some(),
            Move::Branch { id } => self.waits(id) || self.has_not_begun(id),
            Move::Enter { id, detour, .. } => *detour || self.stands_open(id),
            Move::Round { id, .. } | Move::After { id, .. } | Move::Over { id, .. } => {
                self.is_beside(id) || self.stands_open(id)
            }
        }
    }

    /// Whether the block or branch that a node stands in is open.
    pub(super) fn stands_open(&self, id: &str) -> bool {
        let around = self.workflow.around(id);
        let list = around.last();
        list.is_none_or(|block| self.case.position(block).is_some())
    }

    /// Whether the run goes on from a node while it is open.
    pub(super) fn is_beside(&self, id: &str) -> bool {
        let node = self.workflow.node(id);
        !self.workflow.is_branch(id) && node.is_some_and(|node| node.awaits != Await::Here)
    }

    fn branch_of(&self, step: &Move) -> Option<Place> {
        match step {
            Move::Enter { id, .. }
            | Move::After { id, .. }
            | Move::Join { id }
            | Move::Round { id, .. }
            | Move::Over { id, .. } => self.workflow.branch_around(id),
            Move::Branch { id } => Some(id.clone()),
            Move::Budgets | Move::End { .. } => None,
        }
    }

    /// The end to which running off the list leads.
    pub(super) fn to_first_end(&self) -> Move {
        let first = self.workflow.ends.first();
        Move::End {
            // `approved` always exists.
            id: first.map_or("approved", |end| end.id.as_str()).to_owned(),
        }
    }
}
