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

/// How many moves of one place a command may cause before the case is parked: a definition whose guards lead in a circle.
/// The branches of a block, which may be many, come to it one after another.
const MOST_MOVES: usize = 500;

/// How many rounds of one place it may open.
const MOST_ROUNDS: u32 = 50;

/// What one command has done at a place so far.
struct Taken {
    moves: usize,
    rounds_before: u32,
}

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
        let mut taken: BTreeMap<Place, Taken> = BTreeMap::new();
        while let Some(step) = ahead.pop().or_else(|| self.next_by_itself()) {
            if !self.is_possible(&step) {
                continue;
            }
            let mark = self.mark();
            let result = match self.is_circle(&step, &mut taken) {
                false => self.take(&step),
                true => Err(Halt::Guard(
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

    /// Whether a command has come to the place of a move so often that it would do so for ever.
    fn is_circle(&self, step: &Move, taken: &mut BTreeMap<Place, Taken>) -> bool {
        // What branches have come to follows other moves, which count.
        let place = step.place();
        let Some(place) = place.filter(|_| !matches!(step, Move::Join { .. })) else {
            return false;
        };
        let rounds = self.case.stage(place).rounds;
        let here = taken.entry(place.to_owned()).or_insert(Taken {
            moves: 0,
            rounds_before: rounds,
        });
        here.moves += 1;
        MOST_MOVES <= here.moves || MOST_ROUNDS <= rounds.saturating_sub(here.rounds_before)
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
