//! What goes on by itself: what was held back, rounds that come again, cases that were started, branches that were sent
//! back and that nothing else will open.

use super::Halt;
use crate::engine::case::PositionState;
use crate::engine::event::{LeftAs, Move};
use crate::engine::run::Run;
use crate::engine::task::{CancelReason, TaskAsks};
use crate::engine::{Event, Position, Rejection, clocks, evolve};
use crate::workflow::place::at;
use crate::workflow::{Await, Kind, Node, Place};

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

    /// Whether something must be closed before the case ends (`await: end`, or one that was never come to).
    pub(super) fn is_end_blocked(&self) -> bool {
        self.open_positions().into_iter().any(|position| {
            let node = self.workflow.node(&position.id);
            position.beside
                && position.state != PositionState::Between
                && matches!(
                    node.map(|node| &node.awaits),
                    Some(Await::End | Await::Before(_))
                )
        })
    }

    fn open_positions(&self) -> Vec<&Position> {
        self.case
            .region()
            .map(|region| region.all())
            .unwrap_or_default()
    }

    pub(super) fn hold_back(&mut self, path: Vec<Place>, step: Move) {
        let id = self.free_name(evolve::HELD);
        self.record(Event::Held { path, id, step });
    }

    /// A name for a position that is no stage: several may be open at a time.
    pub(super) fn free_name(&self, name: &str) -> Place {
        let free = |place: &Place| self.case.position(place).is_none();
        let names = (2_u32..).map(|number| at(name, &[number.to_string()]));
        std::iter::once(name.to_owned())
            .chain(names)
            .find(free)
            .unwrap_or_else(|| name.to_owned())
    }

    fn unheld(&mut self) -> Option<Move> {
        let held = self.open_positions().into_iter().find_map(|position| {
            let PositionState::Held { step } = &position.state else {
                return None;
            };
            let blocked = match step {
                Move::Enter { id, .. } => self.is_blocked(id),
                _ => self.is_end_blocked(),
            };
            (!blocked).then(|| (position.id.clone(), step.clone()))
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
                return Some(self.leave_for(&id, LeftAs::Passed, CancelReason::Decided));
            }
        }
        None
    }

    /// A recurring stage between its rounds goes on once its `while` holds no longer. What cannot be told is told when the
    /// run goes on from it.
    fn recurrences(&mut self) -> Option<Move> {
        let over = self.open_positions().into_iter().find_map(|position| {
            let every = self.workflow.node(&position.id)?.every.as_ref()?;
            let holds = every.holds.as_ref()?.guard(&self.scope(&position.id));
            let between = position.state == PositionState::Between;
            (between && holds != Ok(true)).then(|| position.id.clone())
        });
        let id = over?;
        Some(self.leave_for(&id, LeftAs::Passed, CancelReason::Decided))
    }

    /// A recurring stage stands until its next round.
    pub(super) fn stand(&mut self, node: &Node, id: &str) -> Result<(), Halt> {
        self.record(Event::Stands {
            path: self.workflow.around(id),
            id: id.to_owned(),
            beside: node.awaits != Await::Here,
        });
        self.start_clocks(&clocks::every_of(id))
            .map_err(Halt::Guard)
    }

    /// The period of a recurring stage is over: a new round, unless the last one is still open, which then goes first.
    pub(in crate::engine) fn next_round(&mut self, id: &str) -> Result<(), Rejection> {
        let Some(position) = self.case.position(id) else {
            return Ok(());
        };
        if position.state != PositionState::Between {
            return Ok(());
        }
        self.go(Move::Round { id: id.to_owned() })
    }

    /// The time until which a `wait` stands has come.
    pub(in crate::engine) fn wait_over(&mut self, id: &str) -> Result<(), Rejection> {
        if self.case.position(id).is_none() {
            return Ok(());
        }
        let next = self.leave_for(id, LeftAs::Passed, CancelReason::Decided);
        self.go(next)
    }

    pub(super) fn open_round(&mut self, id: &str) -> Result<Vec<Move>, Halt> {
        let Some(node) = self.workflow.node(id) else {
            return Ok(Vec::new());
        };
        for clock_node in clocks::nodes_of(&self.case, id) {
            self.stop_clocks(&clock_node);
        }
        let path = self.workflow.around(id);
        let resume = self.pending(id);
        let moves = self.open_node(node, id, path, &resume, (true, false))?;
        if self.case.position(id).is_some() {
            self.start_clocks(&clocks::every_of(id))
                .map_err(Halt::Guard)?;
        }
        Ok(moves)
    }

    /// A branch that was sent back while the stage it was sent to has gone another way: it opens again, so that no case
    /// stands where nobody can move it.
    fn stranded(&mut self) -> Option<Move> {
        let blocks: Vec<Place> = self
            .open_positions()
            .into_iter()
            .filter(|position| !self.workflow.is_branch(&position.id))
            .map(|position| position.id.clone())
            .filter(|id| {
                let node = self.workflow.node(id);
                node.is_some_and(|node| matches!(node.kind, Kind::Foreach(_)))
            })
            .collect();
        let idle = blocks.into_iter().find_map(|block| {
            let branch = self.sent_back(&block).next()?;
            let expected = self.is_edited(&branch) || self.is_detoured(&block);
            (!expected).then_some(branch)
        });
        idle.map(|id| Move::Branch { id })
    }

    /// Whether the applicant revises the request for this branch.
    fn is_edited(&self, branch: &str) -> bool {
        let keys: Vec<&str> = crate::workflow::place::keys_of(branch).collect();
        self.case.position(&at(evolve::EDITING, &keys)).is_some()
    }

    /// Whether the run is elsewhere in the lists around a block, from where it will come to it.
    fn is_detoured(&self, block: &str) -> bool {
        let mut path = self.workflow.around(block);
        path.push(block.to_owned());
        let Some(mut region) = self.case.region() else {
            return false;
        };
        loop {
            let elsewhere = region.open.iter().any(|position| {
                !path.contains(&position.id)
                    && !position.beside
                    && !self.workflow.is_branch(&position.id)
            });
            if elsewhere {
                return true;
            }
            let within = region
                .open
                .iter()
                .find(|position| path.contains(&position.id));
            match within.and_then(|position| position.inside()) {
                Some(inner) if within.is_some_and(|at| at.id != block) => region = inner,
                _ => return false,
            }
        }
    }
}
