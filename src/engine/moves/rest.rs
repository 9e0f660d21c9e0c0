//! What goes on by itself: what was held back, rounds that come again, cases that were started, branches that were sent
//! back and that nothing else will open.

use super::Halt;
use crate::engine::case::PositionState;
use crate::engine::event::{LeftAs, Move, Onward};
use crate::engine::run::Run;
use crate::engine::task::{CancelReason, TaskAsks};
use crate::engine::{Event, Position, Rejection, clocks, evolve};
use crate::workflow::{Await, Node, Outcome, Place};

impl Run<'_> {
    /// The next move that has become possible without anybody's doing.
    pub(super) fn next_by_itself(&mut self) -> Option<Move> {
        if !self.case.is_open() {
            return None;
        }
        self.unheld()
            .or_else(|| self.children())
            .or_else(|| self.recurrences())
            .or_else(|| self.stranded())
    }

    /// Whether something must be closed before this place is entered (`await: id`).
    pub(super) fn is_blocked(&self, id: &str) -> bool {
        self.open_positions().into_iter().any(|position| {
            let node = self.workflow.node(&position.id);
            let before = node.map(|node| &node.awaits);
            matches!(before, Some(Await::Before(target)) if self.workflow.seen_from(&position.id, target) == id)
        })
    }

    /// Whether something must be closed before the case ends (`await: end`, or one that was never come to). What became of
    /// a case that it started with `await: never` is not waited for, but that it is filed is: the end would take it away
    /// from whoever is asked, and nobody else knows of it. One that comes again and again is overtaken by the end.
    pub(super) fn is_end_blocked(&self) -> bool {
        self.open_positions().into_iter().any(|position| {
            let Some(node) = self.workflow.node(&position.id) else {
                return false;
            };
            position.beside
                && match node.awaits {
                    Await::End | Await::Before(_) => position.state != PositionState::Between,
                    Await::Never => node.every.is_none() && self.is_to_be_filed(position),
                    Await::Here => false,
                }
        })
    }

    fn is_to_be_filed(&self, position: &Position) -> bool {
        let mut asked = self.case.round(&position.id, position.round);
        matches!(position.state, PositionState::Started { .. })
            && asked.any(|task| task.asks == TaskAsks::File && task.is_open())
    }

    fn open_positions(&self) -> Vec<&Position> {
        self.case
            .region()
            .map(|region| region.all())
            .unwrap_or_default()
    }

    pub(super) fn hold_back(&mut self, path: Vec<Place>, step: Move) {
        let id = self.case.free_name(evolve::HELD);
        self.record(Event::Held { path, id, step });
    }

    fn unheld(&mut self) -> Option<Move> {
        let held = self.open_positions().into_iter().find_map(|position| {
            let PositionState::Held { step } = &position.state else {
                return None;
            };
            (!self.is_held(step)).then(|| (position.id.clone(), step.clone()))
        });
        let (id, step) = held?;
        self.record(Event::Unheld { id });
        Some(step)
    }

    /// Takes note of what became of the cases that this one started.
    fn children(&mut self) -> Option<Move> {
        let started: Vec<(Place, u32)> = self
            .open_positions()
            .into_iter()
            .filter(|position| matches!(position.state, PositionState::Started { .. }))
            .map(|position| (position.id.clone(), position.round))
            .collect();
        for (id, round) in started {
            let Some(task) = self
                .case
                .round(&id, round)
                .find(|task| task.asks == TaskAsks::File)
            else {
                continue;
            };
            let (task, open) = (task.id, task.is_open());
            let Some(child) = self
                .context
                .children
                .iter()
                .find(|child| child.task == task)
            else {
                continue;
            };
            if open {
                self.record(Event::CaseFiled {
                    id: id.clone(),
                    task,
                    number: child.number.clone(),
                    by: child.by,
                });
                let waits = self
                    .workflow
                    .node(&id)
                    .is_none_or(|node| node.awaits != Await::Never);
                if !waits {
                    return Some(self.leave_for(&id, LeftAs::Passed, CancelReason::Decided));
                }
            }
            if let Some(outcome) = child.outcome {
                self.record(Event::CaseClosed {
                    id: id.clone(),
                    outcome,
                });
                let how = self.left_after(&id, outcome);
                return Some(self.leave_for(&id, how, CancelReason::Decided));
            }
        }
        None
    }

    /// A case that was rejected refuses the `start` that says with `refused` where that leads; otherwise what became of it is
    /// for `next` to read.
    fn left_after(&self, id: &str, outcome: Outcome) -> LeftAs {
        let says = self
            .workflow
            .node(id)
            .is_some_and(|node| !node.refused.is_empty());
        match (outcome, says) {
            (Outcome::Rejected, true) => LeftAs::Refused,
            (_, _) => LeftAs::Passed,
        }
    }

    /// A recurring stage between its rounds goes on once its `while` holds no longer; whether it does cannot always be told.
    fn recurrences(&mut self) -> Option<Move> {
        let (id, resume) = self.open_positions().into_iter().find_map(|position| {
            let every = self.workflow.node(&position.id)?.every.as_ref()?;
            let holds = every.holds.as_ref()?.guard(&self.scope(&position.id));
            let between = position.state == PositionState::Between;
            (between && holds != Ok(true)).then(|| (position.id.clone(), position.resume.clone()))
        })?;
        self.stop_clocks(&clocks::every_of(&id));
        self.record(Event::Unheld { id: id.clone() });
        Some(Move::Over { id, resume })
    }

    /// Goes on from a stage that comes no more, unless it does after all.
    pub(super) fn over(&mut self, id: &str, resume: &[Onward]) -> Result<Option<Move>, Halt> {
        match self.workflow.node(id) {
            Some(node) if self.comes_again(node, id)? => Ok(self.stand_again(node, id, resume)),
            _ => self.onward(id, LeftAs::Passed, resume),
        }
    }

    /// A recurring stage stands until its next round.
    pub(super) fn stand(&mut self, node: &Node, id: &str, resume: &[Onward]) {
        self.record(Event::Stands {
            path: self.workflow.around(id),
            id: id.to_owned(),
            resume: resume.to_vec(),
            beside: node.awaits != Await::Here,
        });
    }

    /// After a round it stands again. One that came due while the last was open is not lost: it opens at once.
    pub(super) fn stand_again(&mut self, node: &Node, id: &str, resume: &[Onward]) -> Option<Move> {
        self.stand(node, id, resume);
        self.period_is_over(id).then(|| Move::Round {
            id: id.to_owned(),
            resume: resume.to_vec(),
            all: false,
        })
    }

    /// The period of a recurring stage is over: a new round, unless the last one is still open, which then goes first.
    pub(in crate::engine) fn next_round(&mut self, id: &str) -> Result<(), Rejection> {
        let position = self.case.position(id);
        if position.is_none_or(|position| position.state != PositionState::Between) {
            return Ok(());
        }
        self.go(Move::Round {
            id: id.to_owned(),
            resume: self.pending(id),
            all: false,
        })
    }

    /// The time until which a `wait` stands has come.
    pub(in crate::engine) fn wait_over(&mut self, id: &str) -> Result<(), Rejection> {
        if self.case.position(id).is_none() {
            return Ok(());
        }
        let next = self.leave_for(id, LeftAs::Passed, CancelReason::Decided);
        self.go(next)
    }

    /// Opens another round; where it would ask nobody, it is passed over.
    pub(super) fn open_round(
        &mut self,
        id: &str,
        resume: &[Onward],
        all: bool,
    ) -> Result<Vec<Move>, Halt> {
        let Some(node) = self.workflow.node(id) else {
            return Ok(Vec::new());
        };
        let period = self.next_period(id);
        self.stop_clocks(&clocks::every_of(id));
        let moves = match self.asks_somebody(node, id)? {
            Ok(()) => self.open_node(node, id, resume, (true, all))?,
            Err(why) => {
                self.record(Event::Skipped {
                    id: id.to_owned(),
                    why,
                });
                if node.every.is_some() {
                    self.stand(node, id, resume);
                }
                Vec::new()
            }
        };
        if let Some(measure) = period {
            self.start_period(id, measure);
        }
        Ok(moves)
    }

    /// A branch that was sent back while the stage it was sent to has gone another way: it opens again, so that no case
    /// stands where nobody can move it.
    fn stranded(&mut self) -> Option<Move> {
        let all = self.open_positions().into_iter();
        let idle = all
            .filter(|position| self.is_foreach(&position.id))
            .find_map(|block| {
                let branch = self.sent_back(&block.id).into_iter().next()?;
                let expected = self.is_edited(&branch) || self.is_detoured(&block.id);
                (!expected).then_some(branch)
            });
        idle.map(|id| Move::Branch { id })
    }

    /// Whether the applicant revises the request for this branch.
    fn is_edited(&self, branch: &Place) -> bool {
        let all = self.open_positions().into_iter();
        all.filter_map(|position| self.edited_branch(position))
            .any(|edited| edited == *branch)
    }

    /// Whether the run is elsewhere in the lists around a block, from where it will come to it.
    fn is_detoured(&self, block: &str) -> bool {
        let mut path = self.workflow.around(block);
        path.push(block.to_owned());
        let Some(mut region) = self.case.region() else {
            return false;
        };
        loop {
            let within = region
                .open
                .iter()
                .find(|position| path.contains(&position.id));
            let elsewhere = |at: &Position| {
                let comes = within.is_none_or(|within| self.comes_before(&at.id, &within.id));
                self.is_run(at) && !path.contains(&at.id) && comes
            };
            if region.open.iter().any(elsewhere) {
                return true;
            }
            match within.and_then(|position| position.inside()) {
                Some(inner) if within.is_some_and(|at| at.id != block) => region = inner,
                _ => return false,
            }
        }
    }

    /// Whether a position is where the run stands in its list: no branch, nothing that it has gone on from, no revision,
    /// nothing that is held back.
    fn is_run(&self, position: &Position) -> bool {
        let branch =
            self.workflow.node(&position.id).is_some() && self.workflow.is_branch(&position.id);
        let stands = matches!(
            position.state,
            PositionState::Editing(_) | PositionState::Held { .. }
        );
        !position.beside && !branch && !stands
    }
}
