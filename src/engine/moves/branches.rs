//! Opening branches: of a parallel by its guards, of a foreach by its elements, and again when answers change them.

use serde_json::Value as Json;

use super::Halt;
use super::enter::holds;
use crate::engine::event::{LeftAs, Move};
use crate::engine::run::Run;
use crate::engine::task::CancelReason;
use crate::engine::{Event, TaskState, parts};
use crate::expression::EvaluationError;
use crate::workflow::place::{branch_of, keys_of};
use crate::workflow::{Foreach, Id, Kind, Node, Parallel, Place, Workflow};

impl Run<'_> {
    /// Opens the branches of a parallel that has just been entered.
    pub(super) fn open_parallel(
        &mut self,
        node: &Node,
        parallel: &Parallel,
        id: &str,
    ) -> Result<Vec<Move>, Halt> {
        let mut moves = Vec::new();
        for branch in self.wanted_branches(parallel, id)? {
            moves.extend(self.open_branch(&node.branch_place(id, &branch)));
        }
        moves.push(Move::Join { id: id.to_owned() });
        Ok(moves)
    }

    /// The branches of a parallel whose guards hold.
    pub(super) fn wanted_branches(
        &self,
        parallel: &Parallel,
        id: &str,
    ) -> Result<Vec<Id>, EvaluationError> {
        let scope = self.scope(id);
        let mut wanted = Vec::new();
        for branch in &parallel.branches {
            if holds(&branch.when, &scope)? {
                wanted.push(branch.name.clone());
            }
        }
        Ok(wanted)
    }

    /// Opens the branches of a foreach that has just been entered: those that have not passed, or `all`.
    pub(super) fn open_foreach(
        &mut self,
        node: &Node,
        foreach: &Foreach,
        id: &str,
        all: bool,
    ) -> Result<Vec<Move>, Halt> {
        let wanted = parts::parts(foreach, &self.scope(id))?;
        let mut moves = Vec::new();
        for part in wanted {
            let branch = node.branch_place(id, &part.key);
            if all || !self.case.stage(&branch).done {
                moves.extend(self.open_part(&branch, &part));
                if foreach.in_turn {
                    return Ok(moves);
                }
            }
        }
        moves.push(Move::Join { id: id.to_owned() });
        Ok(moves)
    }

    /// Opens a branch of a block that is open, from its beginning.
    pub(super) fn open_branch(&mut self, branch: &str) -> Vec<Move> {
        self.record_branch(branch);
        self.first_of_branch(branch).into_iter().collect()
    }

    /// The first stage inside a branch; one without any has passed.
    fn first_of_branch(&mut self, branch: &str) -> Option<Move> {
        let node = self.workflow.node(branch)?;
        let list = match (&node.kind, branch_of(branch)) {
            (Kind::Parallel(parallel), Some(name)) => parallel
                .branches
                .iter()
                .find(|branch| branch.name == name)
                .map(|branch| branch.stages.as_slice()),
            (Kind::Foreach(foreach), _) => Some(foreach.stages.as_slice()),
            _ => None,
        }?;
        Some(match Workflow::first_of(list) {
            Some(first) => Move::to(&self.workflow.seen_from(branch, &first.id)),
            None => self.leave_for(branch, LeftAs::Passed, CancelReason::Decided),
        })
    }

    /// A new round of a branch that is known, or of a parallel's.
    pub(super) fn record_branch(&mut self, branch: &str) {
        let record = self.case.branches.get(branch);
        let part = record.map_or(Json::Null, |record| record.part.clone());
        self.record_part(branch, part);
    }

    /// A branch for an element that had none yet.
    pub(super) fn open_part(&mut self, branch: &str, part: &parts::Part) -> Option<Move> {
        self.record_part(branch, part.document());
        self.first_of_branch(branch)
    }

    fn record_part(&mut self, branch: &str, part: Json) {
        self.record(Event::BranchOpened {
            path: self.workflow.around(branch),
            id: branch.to_owned(),
            part,
        });
    }

    /// Whether a branch was sent back or has not begun, while its block is open.
    pub(super) fn waits(&self, branch: &str) -> bool {
        let open = |place: &str| self.case.position(place).is_some();
        let block = self.workflow.around(branch).pop();
        self.workflow.is_branch(branch)
            && block.is_some_and(|block| open(&block))
            && !open(branch)
            && self.case.stage(branch).how == Some(LeftAs::Returned)
    }

    /// The branches of an open foreach that were sent back and wait.
    pub(super) fn sent_back(&self, block: &str) -> impl Iterator<Item = Place> + use<> {
        let waiting: Vec<Place> = parts::branches_of(&self.case, block)
            .map(|(branch, _)| branch.clone())
            .filter(|branch| self.waits(branch))
            .collect();
        waiting.into_iter()
    }

    /// Reads the branches of every open block again after answers changed: a value that appears opens a branch, one that
    /// disappears voids its own; a guard that came true opens, one that became false voids a branch that nobody has
    /// touched.
    pub(super) fn reread_branches(&mut self) -> Result<Vec<Move>, Halt> {
        let open: Vec<Place> = self
            .case
            .region()
            .map(|region| region.all().iter().map(|at| at.id.clone()).collect())
            .unwrap_or_default();
        let mut moves = Vec::new();
        for id in open {
            if self.workflow.is_branch(&id) || self.case.position(&id).is_none() {
                continue;
            }
            let Some(node) = self.workflow.node(&id) else {
                continue;
            };
            let changes = match &node.kind {
                Kind::Parallel(parallel) => self.reread_parallel(node, parallel, &id)?,
                Kind::Foreach(foreach) => self.reread_foreach(node, foreach, &id)?,
                Kind::Stage(_)
                | Kind::Group { .. }
                | Kind::Aside { .. }
                | Kind::Wait(_)
                | Kind::Start(_) => None,
            };
            if let Some(opened) = changes {
                moves.extend(opened);
                moves.push(Move::Join { id });
            }
        }
        Ok(moves)
    }

    fn reread_parallel(
        &mut self,
        node: &Node,
        parallel: &Parallel,
        id: &str,
    ) -> Result<Option<Vec<Move>>, Halt> {
        let scope = self.scope(id);
        let round = self.case.stage(id).rounds;
        let mut changes = None;
        for branch in &parallel.branches {
            let place = node.branch_place(id, &branch.name);
            let holds = holds(&branch.when, &scope)?;
            let known = self.case.branches.get(&place);
            // Only a guard opens again what left uncounted; without one, only what there was not before a migration opens.
            let begun = known.is_some_and(|known| known.round == round)
                && (branch.when.is_none() || self.case.stage(&place).how != Some(LeftAs::Void));
            match (holds, begun) {
                (true, false) => {
                    let opened = self.open_branch(&place);
                    changes.get_or_insert_with(Vec::new).extend(opened);
                }
                (false, true) if self.is_untouched(&place) => {
                    self.leave(&place, LeftAs::Void, CancelReason::Decided);
                    changes.get_or_insert_with(Vec::new);
                }
                (_, _) => {}
            }
        }
        Ok(changes)
    }

    /// Whether a branch is open and nobody has answered anything in it since it was opened.
    fn is_untouched(&self, branch: &str) -> bool {
        let since = self.case.stage(branch).entered;
        let inside = |place: &str| self.workflow.around(place).iter().any(|at| at == branch);
        self.case.position(branch).is_some()
            && !self.case.tasks.iter().any(|task| {
                matches!(task.state, TaskState::Settled { .. })
                    && since <= Some(task.opened)
                    && inside(&task.stage)
            })
    }

    fn reread_foreach(
        &mut self,
        node: &Node,
        foreach: &Foreach,
        id: &str,
    ) -> Result<Option<Vec<Move>>, Halt> {
        let wanted = parts::parts(foreach, &self.scope(id))?;
        let mut changes = None;
        let gone: Vec<Place> = parts::branches_of(&self.case, id)
            .map(|(branch, _)| branch.clone())
            .filter(|branch| {
                let key = keys_of(branch).last().unwrap_or_default();
                !wanted.iter().any(|part| part.key == key)
            })
            .filter(|branch| self.case.stage(branch).how != Some(LeftAs::Void))
            .collect();
        for branch in gone {
            self.void(&branch);
            changes.get_or_insert_with(Vec::new);
        }
        for part in wanted {
            let branch = node.branch_place(id, &part.key);
            let known = self.case.branches.contains_key(&branch)
                && self.case.stage(&branch).how != Some(LeftAs::Void);
            if known {
                continue;
            }
            let opened = changes.get_or_insert_with(Vec::new);
            // One after another: the join opens the next.
            if !foreach.in_turn {
                opened.extend(self.open_part(&branch, &part));
            }
        }
        Ok(changes)
    }

    /// A branch leaves uncounted, whether it is open, sent back or closed.
    fn void(&mut self, branch: &str) {
        if self.case.position(branch).is_some() {
            self.leave(branch, LeftAs::Void, CancelReason::Decided);
            return;
        }
        self.record(Event::Left {
            id: branch.to_owned(),
            how: LeftAs::Void,
        });
    }
}
