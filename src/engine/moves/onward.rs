//! Where the run goes from a stage or block that was left: `next`, `refused`, `undecided`, and back to who sent for it.

use super::Halt;
use super::enter::holds;
use super::leave::Keeps;
use crate::engine::event::{LeftAs, Move, Onward};
use crate::engine::run::Run;
use crate::engine::task::CancelReason;
use crate::expression::{EvaluationError, Value};
use crate::workflow::{Await, Next, Node, Place, RecordAt, Target};

impl Run<'_> {
    /// Finds where the run goes from a node that was left.
    pub(super) fn after(
        &mut self,
        id: &str,
        how: LeftAs,
        resume: &[Onward],
    ) -> Result<Option<Move>, Halt> {
        let Some(node) = self.workflow.node(id) else {
            return Err(Halt::Guard(format!("there is no stage `{id}`")));
        };
        if how == LeftAs::Passed {
            self.write_records(&node.record, id, RecordAt::Passed)?;
            if self.comes_again(node, id)? {
                return Ok(self.stand_again(node, id, resume));
            }
        }
        self.onward(id, how, resume)
    }

    /// The same, once the node has left its records and does not come again.
    pub(super) fn onward(
        &mut self,
        id: &str,
        how: LeftAs,
        resume: &[Onward],
    ) -> Result<Option<Move>, Halt> {
        let Some(node) = self.workflow.node(id) else {
            return Err(Halt::Guard(format!("there is no stage `{id}`")));
        };
        if node.awaits != Await::Here {
            return self.after_beside(node, id, how);
        }
        let target = match (how, node.stage()) {
            (LeftAs::Passed, _) => {
                if let Some(missed) = self.missed(id)? {
                    return Ok(Some(make_up(&missed, id, resume)));
                }
                let next = self.choose(&node.next, id, how)?;
                if goes_back(resume, next.as_ref()) {
                    return Ok(self.hand_back(id, resume.to_vec()));
                }
                next
            }
            (LeftAs::Refused, _) => match self.choose(&node.refused, id, how)? {
                Some(target) => Some(target),
                None => return Ok(self.refuse_outward(id)),
            },
            (LeftAs::Undecided, Some(stage)) => {
                let next = self.choose(&stage.undecided, id, how)?;
                Some(next.unwrap_or(Target::Again))
            }
            (LeftAs::Void, _) => Some(Target::Void),
            (LeftAs::Undecided | LeftAs::Gone | LeftAs::Returned | LeftAs::Abandoned, _) => None,
        };
        Ok(match target {
            Some(target) => self.follow(id, &target, how, resume),
            None => self.following(id),
        })
    }

    /// Whether a recurring node stands for another round after this one.
    pub(super) fn comes_again(&self, node: &Node, id: &str) -> Result<bool, EvaluationError> {
        let Some(every) = &node.every else {
            return Ok(false);
        };
        let around = self.workflow.around(id);
        let block = around
            .iter()
            .rev()
            .find(|around| !self.workflow.is_branch(around));
        let enclosed = block.is_none_or(|block| self.case.position(block).is_some());
        Ok(enclosed && holds(&every.holds, &self.scope(id))?)
    }

    /// The run has gone on from it already: a passing moves nothing, a refusal only where `refused` says so.
    fn after_beside(&mut self, node: &Node, id: &str, how: LeftAs) -> Result<Option<Move>, Halt> {
        let target = match (how, node.stage()) {
            (LeftAs::Refused, _) => self.choose(&node.refused, id, how)?,
            (LeftAs::Undecided, Some(stage)) => {
                let next = self.choose(&stage.undecided, id, how)?;
                Some(next.unwrap_or(Target::Again))
            }
            (_, _) => None,
        };
        let moves = target.filter(|target| *target != Target::Stay);
        if how == LeftAs::Refused && moves.is_none() && self.comes_again(node, id)? {
            return Ok(self.stand_again(node, id, &[]));
        }
        Ok(moves.and_then(|target| self.follow(id, &target, how, &[])))
    }

    /// Hands the run back to who sent for it; else it goes on to what follows.
    pub(super) fn hand_back(&mut self, from: &str, mut resume: Vec<Onward>) -> Option<Move> {
        let (id, to) = match resume.pop() {
            None => return self.following(from),
            Some(Onward::To(id)) => (id.clone(), Move::aside(&id, resume)),
            Some(Onward::Behind(id)) => {
                let how = LeftAs::Passed;
                (id.clone(), Move::After { id, how, resume })
            }
        };
        self.leave_around(from, Some(&id), LeftAs::Passed, CancelReason::Decided);
        Some(to)
    }

    /// A refusal without a `refused` of its own refuses the enclosing block or branch, or the case.
    fn refuse_outward(&mut self, id: &str) -> Option<Move> {
        match self.workflow.around(id).pop() {
            Some(block) => Some(self.leave_for(&block, LeftAs::Refused, CancelReason::Decided)),
            None => Some(Move::End {
                id: "rejected".into(),
            }),
        }
    }

    /// The first alternative that holds; `choice` is what was chosen at the node.
    pub(in crate::engine) fn choose(
        &self,
        next: &Next,
        id: &str,
        how: LeftAs,
    ) -> Result<Option<Target>, EvaluationError> {
        let mut scope = self.scope(id);
        let chosen = match how {
            LeftAs::Passed | LeftAs::Refused => self.case.stage(id).choice,
            LeftAs::Undecided
            | LeftAs::Void
            | LeftAs::Gone
            | LeftAs::Returned
            | LeftAs::Abandoned => None,
        };
        scope
            .variables
            .insert("choice".into(), chosen.map_or(Value::Null, Value::Text));
        for (when, target) in next {
            if when.as_ref().map_or(Ok(true), |when| when.guard(&scope))? {
                return Ok(Some(target.clone()));
            }
        }
        Ok(None)
    }

    /// Goes to a target; `from` has been left already.
    pub(super) fn follow(
        &mut self,
        from: &str,
        target: &Target,
        how: LeftAs,
        resume: &[Onward],
    ) -> Option<Move> {
        match target {
            Target::Node(id) => {
                let to = self.workflow.seen_from(from, id);
                if self.is_off_the_way(from, &to) && !self.takes_the_run_to(&to) {
                    return None;
                }
                self.leave_around(from, Some(&to), how, CancelReason::Decided);
                Some(Move::to(&to))
            }
            // Where nothing moves on, the stage asks again: a case never stands without a person.
            Target::Again | Target::Stay if self.is_off_the_run(from) => Some(Move::Round {
                id: from.to_owned(),
                resume: resume.to_vec(),
                all: *target == Target::Again,
            }),
            Target::Again | Target::Stay => Some(Move::Enter {
                id: from.to_owned(),
                resume: resume.to_vec(),
                detour: !resume.is_empty(),
                all: *target == Target::Again,
            }),
            Target::Applicant => {
                self.ask_edit(from, how, CancelReason::Decided, (false, Vec::new()));
                None
            }
            Target::End(id) => {
                self.break_off(self.workflow.around(from), CancelReason::Ended, Keeps::All);
                Some(Move::End { id: id.clone() })
            }
            Target::Passed => self.close_branch(from, LeftAs::Passed, self.to_first_end()),
            Target::Refused => {
                let id = "rejected".into();
                self.close_branch(from, LeftAs::Refused, Move::End { id })
            }
            Target::Void => {
                let id = "withdrawn".into();
                self.close_branch(from, LeftAs::Void, Move::End { id })
            }
        }
    }

    /// Whether another round of a node concerns itself alone: the run has gone on from it, or it comes again and again.
    fn is_off_the_run(&self, id: &str) -> bool {
        let node = self.workflow.node(id);
        self.is_beside(id) || node.is_some_and(|node| node.every.is_some())
    }

    /// Whether the run is not where it is moved from: it has gone on from there, or from a block that is left.
    pub(super) fn is_off_the_way(&self, from: &str, to: &str) -> bool {
        let stays = self.workflow.around(to);
        let mut left = self.workflow.around(from);
        left.retain(|block| !stays.contains(block));
        left.push(from.to_owned());
        left.iter().any(|place| self.is_beside(place))
    }

    /// Where a stage that the run has gone on from moves it after all, the run leaves where it is in that list; where the list
    /// is closed, there is nothing to move.
    pub(super) fn takes_the_run_to(&mut self, to: &str) -> bool {
        if !self.stands_open(to) {
            return false;
        }
        for place in self.runs_beside(to) {
            self.leave(&place, LeftAs::Abandoned, CancelReason::Decided);
        }
        true
    }

    /// Closes the branch around a place; where there is none, these words speak of the case.
    fn close_branch(&mut self, from: &str, how: LeftAs, end: Move) -> Option<Move> {
        let mut around = self.workflow.around(from);
        let branch = around
            .iter()
            .rposition(|place| self.workflow.is_branch(place));
        let inside = around.split_off(branch.map_or(0, |at| at + 1));
        match around.pop() {
            Some(branch) => {
                self.break_off(inside, CancelReason::Decided, Keeps::after(how));
                Some(self.leave_for(&branch, how, CancelReason::Decided))
            }
            None => {
                self.break_off(inside, CancelReason::Ended, Keeps::All);
                Some(end)
            }
        }
    }

    /// Leaves blocks that the run leaves by a word instead of passing through.
    fn break_off(&mut self, blocks: Vec<Place>, why: CancelReason, keeps: Keeps) {
        for block in blocks.iter().rev() {
            self.leave_keeping(block, LeftAs::Abandoned, why, keeps);
        }
    }

    /// The node following in the list, or the list is done: its block or branch has passed, or the case reaches its first
    /// end.
    pub(super) fn following(&mut self, id: &str) -> Option<Move> {
        if let Some(next) = self.workflow.following(id) {
            return Some(Move::to(&self.workflow.seen_from(id, &next.id)));
        }
        match self.workflow.around(id).pop() {
            Some(block) if self.case.position(&block).is_some() => {
                Some(self.leave_for(&block, LeftAs::Passed, CancelReason::Decided))
            }
            // What the run had gone on from outlived its block.
            Some(_) => None,
            None => Some(self.to_first_end()),
        }
    }
}

/// First the stage that was passed over, then wherever `id` leads.
fn make_up(missed: &str, id: &str, resume: &[Onward]) -> Move {
    let mut resume = resume.to_vec();
    resume.push(Onward::Behind(id.to_owned()));
    Move::aside(missed, resume)
}

/// Whether a stage that passed hands the run back: its own way on to another stage gives way to a returner, one to an end
/// or back does not; behind a stage that was made up for only its own `next` does not.
fn goes_back(resume: &[Onward], next: Option<&Target>) -> bool {
    match (resume.last(), next) {
        (Some(Onward::To(_)), None | Some(Target::Node(_))) => true,
        (Some(Onward::Behind(_)), None) => true,
        (_, _) => false,
    }
}
