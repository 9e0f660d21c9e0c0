//! Entering a stage or block: `when`, a new round, its tasks and clocks.

use super::Halt;
use crate::engine::Event;
use crate::engine::event::{LeftAs, Move, Onward, SkipReason};
use crate::engine::run::Run;
use crate::engine::task::CancelReason;
use crate::expression::{EvaluationError, Expression, Scope};
use crate::workflow::{Id, Kind, Node, Seat, Stage};

impl Run<'_> {
    /// Enters a node, and the blocks around it that are not open: each of them is passed over where its `when` says so.
    pub(super) fn enter(
        &mut self,
        id: &str,
        resume: &[Onward],
        detour: bool,
    ) -> Result<Option<Move>, Halt> {
        let workflow = self.workflow;
        let path = workflow.around(id);
        for (depth, block) in path.iter().enumerate() {
            let Some(block) = workflow.node(block) else {
                continue;
            };
            if self.case.position(&block.id).is_some() {
                continue;
            }
            if !holds(&block.when, &self.scope())? {
                return Ok(self.pass_over(block, SkipReason::When, resume));
            }
            self.open(block, path[..depth].to_vec(), &[], detour)?;
        }
        let Some(node) = workflow.node(id) else {
            return Err(Halt::Guard(format!("there is no stage `{id}`")));
        };
        let scope = self.scope();
        if !holds(&node.when, &scope)? {
            return Ok(self.pass_over(node, SkipReason::When, resume));
        }
        match &node.kind {
            Kind::Stage(stage) => {
                let seats = seats(stage, &scope)?;
                if seats.is_empty() {
                    return Ok(self.pass_over(node, SkipReason::NoSeat, resume));
                }
                self.open(node, path, resume, detour)?;
                self.ask(node, stage, &seats)
            }
            Kind::Group { .. }
            | Kind::Aside { .. }
            | Kind::Parallel(_)
            | Kind::Foreach(_)
            | Kind::Wait(_)
            | Kind::Start(_) => {
                self.open(node, path, resume, detour)?;
                Ok(match node.inside().next() {
                    Some(first) => Some(Move::to(&first.id)),
                    // The lint asks for at least one stage.
                    None => Some(self.leave_for(&node.id, LeftAs::Passed, CancelReason::Decided)),
                })
            }
        }
    }

    fn pass_over(&mut self, node: &Node, why: SkipReason, resume: &[Onward]) -> Option<Move> {
        let id = node.id.clone();
        self.record(Event::Skipped { id, why });
        self.hand_back(&node.id, resume.to_vec())
    }

    fn open(
        &mut self,
        node: &Node,
        path: Vec<Id>,
        resume: &[Onward],
        detour: bool,
    ) -> Result<(), Halt> {
        self.record(Event::Entered {
            path,
            id: node.id.clone(),
            resume: resume.to_vec(),
            detour,
        });
        self.start_clocks(&node.id).map_err(Halt::Guard)?;
        self.copy_parties(&node.id, &node.copy.entered);
        Ok(())
    }

    fn ask(
        &mut self,
        node: &Node,
        stage: &Stage,
        seats: &[(u16, &Seat)],
    ) -> Result<Option<Move>, Halt> {
        let tasks = self.tasks_for(node, stage, seats)?;
        self.record(Event::TasksOpened {
            id: node.id.clone(),
            tasks,
        });
        self.pass_same_person(node, stage);
        Ok(self.verdict_of(&node.id, false))
    }

    /// An earlier stage of the list, or inside a block of it, that was passed over on this way and that changed answers
    /// now ask for.
    pub(super) fn missed(&self, id: &str) -> Result<Option<Id>, EvaluationError> {
        let mut earlier = self
            .workflow
            .list_of(id)
            .iter()
            .take_while(|node| node.id != id);
        let around = self.workflow.around(id);
        let reached = around.iter().map(|block| self.case.stage(block).reached);
        self.missed_among(&mut earlier, reached.max().unwrap_or(0), &self.scope())
    }

    /// `reached`: when the run last came to what stands before them. A stage that was passed over earlier than that was
    /// so on another way, which a return or a jump has left.
    fn missed_among<'n>(
        &self,
        list: &mut dyn Iterator<Item = &'n Node>,
        mut reached: i64,
        scope: &Scope,
    ) -> Result<Option<Id>, EvaluationError> {
        for node in list {
            let record = self.case.stage(&node.id);
            match record.skipped {
                Some(at) if reached <= at => {
                    if wanted(node, scope)? {
                        return Ok(Some(node.id.clone()));
                    }
                }
                None if record.done => {
                    let since = reached.max(record.reached);
                    let inside = self.missed_among(&mut node.inside(), since, scope)?;
                    if inside.is_some() {
                        return Ok(inside);
                    }
                }
                Some(_) | None => {}
            }
            reached = reached.max(record.reached);
        }
        Ok(None)
    }

    /// Leaves a node and goes on from it.
    pub(super) fn leave_for(&mut self, id: &str, how: LeftAs, why: CancelReason) -> Move {
        let resume = self.pending(id);
        self.leave(id, how, why);
        let id = id.to_owned();
        Move::After { id, how, resume }
    }
}

fn holds(when: &Option<Expression>, scope: &Scope) -> Result<bool, EvaluationError> {
    when.as_ref().map_or(Ok(true), |when| when.guard(scope))
}

/// The seats that are asked, with their places in the stage's list.
fn seats<'s>(stage: &'s Stage, scope: &Scope) -> Result<Vec<(u16, &'s Seat)>, EvaluationError> {
    let mut asked = Vec::new();
    for (place, seat) in stage.seats.iter().enumerate() {
        if holds(&seat.when, scope)? {
            asked.push((place as u16, seat));
        }
    }
    Ok(asked)
}

/// Whether entering the node would ask somebody.
fn wanted(node: &Node, scope: &Scope) -> Result<bool, EvaluationError> {
    Ok(holds(&node.when, scope)?
        && match node.stage() {
            Some(stage) => !seats(stage, scope)?.is_empty(),
            None => true,
        })
}
