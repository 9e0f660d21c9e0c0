//! Where the run goes from a stage or block that was left: `next`, `refused`, `undecided`, and back to who sent for it.

use super::Halt;
use crate::engine::Event;
use crate::engine::event::{LeftAs, Move, Onward};
use crate::engine::run::Run;
use crate::engine::task::CancelReason;
use crate::expression::{EvaluationError, Value};
use crate::workflow::{Kind, Next, Target};

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
        let target = match (how, &node.kind) {
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
            (LeftAs::Undecided, Kind::Stage(stage)) => {
                let next = self.choose(&stage.undecided, id, how)?;
                Some(next.unwrap_or(Target::Again))
            }
            (LeftAs::Undecided | LeftAs::Returned | LeftAs::Abandoned, _) => None,
        };
        Ok(match target {
            Some(target) => self.follow(id, &target, how, resume),
            None => self.following(id),
        })
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
        self.leave_up_to(from, Some(&id), LeftAs::Passed, CancelReason::Decided);
        Some(to)
    }

    /// A refusal without a `refused` of its own refuses the enclosing block, or the case.
    fn refuse_outward(&mut self, id: &str) -> Option<Move> {
        match self.workflow.around(id).pop() {
            Some(block) => Some(self.leave_for(&block, LeftAs::Refused, CancelReason::Decided)),
            None => {
                self.end("rejected");
                None
            }
        }
    }

    /// The first alternative that holds; `choice` is what was chosen at the node.
    fn choose(
        &self,
        next: &Next,
        id: &str,
        how: LeftAs,
    ) -> Result<Option<Target>, EvaluationError> {
        let mut scope = self.scope();
        let chosen = match how {
            LeftAs::Passed | LeftAs::Refused => self.case.stage(id).choice,
            LeftAs::Undecided | LeftAs::Returned | LeftAs::Abandoned => None,
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
                self.leave_up_to(from, Some(id), how, CancelReason::Decided);
                Some(Move::to(id))
            }
            // Where nothing moves on, the stage asks again: a case never stands without a person.
            Target::Again | Target::Stay => Some(match resume {
                [] => Move::to(from),
                _ => Move::aside(from, resume.to_vec()),
            }),
            Target::Applicant => {
                self.leave_up_to(from, None, how, CancelReason::Decided);
                self.record(Event::EditAsked {
                    from: from.to_owned(),
                    resume: false,
                    then: Vec::new(),
                });
                None
            }
            Target::End(id) => {
                self.end(id);
                None
            }
            // Without branches these words speak of the case, whatever block they stand in.
            Target::Passed => {
                self.end_at_first();
                None
            }
            Target::Refused => {
                self.end("rejected");
                None
            }
            Target::Void => {
                self.end("withdrawn");
                None
            }
        }
    }

    /// The node following in the list, or the list is done: its block has passed, or the case reaches its first end.
    fn following(&mut self, id: &str) -> Option<Move> {
        if let Some(next) = self.workflow.following(id) {
            return Some(Move::to(&next.id));
        }
        match self.workflow.around(id).pop() {
            Some(block) => Some(self.leave_for(&block, LeftAs::Passed, CancelReason::Decided)),
            None => {
                self.end_at_first();
                None
            }
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
