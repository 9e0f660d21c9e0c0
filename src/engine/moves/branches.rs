//! Opening branches: of a parallel by its guards, of a foreach by its elements, and again when answers change them.

use serde_json::Value as Json;

use super::Halt;
use super::enter::holds;
use crate::engine::event::{LeftAs, Move};
use crate::engine::run::Run;
use crate::engine::task::CancelReason;
use crate::engine::{Event, Region, TaskState, parts};
use crate::expression::EvaluationError;
use crate::workflow::place::{branch_of, keys_of};
use crate::workflow::{Foreach, Id, Kind, Node, Parallel, Place, Workflow};

impl Run<'_> {
    /// Opens the branches of a parallel that has just been entered, all but the one by which the run comes in.
    pub(super) fn open_parallel(
        &mut self,
        node: &Node,
        parallel: &Parallel,
        id: &str,
        way: Option<&Place>,
    ) -> Result<Vec<Move>, Halt> {
        let wanted = self.wanted_branches(parallel, id)?;
        let mut moves = Vec::new();
        for branch in wanted.iter().map(|name| node.branch_place(id, name)) {
            if way != Some(&branch) {
                self.record_branch(&branch);
                moves.push(Move::Branch { id: branch });
            }
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

    /// Opens the branches of a foreach that has just been entered: those that have not passed, or `all`; in a sequence the
    /// first of them.
    pub(super) fn open_foreach(
        &mut self,
        node: &Node,
        foreach: &Foreach,
        id: &str,
        all: bool,
    ) -> Result<Vec<Move>, Halt> {
        let wanted = parts::parts(foreach, &self.scope(id))?;
        for part in wanted.iter().filter(|_| all) {
            let branch = node.branch_place(id, &part.key);
            if self.case.stage(&branch).done {
                let how = LeftAs::Abandoned;
                self.record(Event::Left { id: branch, how });
            }
        }
        let mut moves = self.open_parts(node, foreach, id, wanted);
        moves.push(Move::Join { id: id.to_owned() });
        Ok(moves)
    }

    /// Opens those of these branches that have not passed and are not open; in a sequence the first of them.
    fn open_parts(
        &mut self,
        node: &Node,
        foreach: &Foreach,
        id: &str,
        wanted: Vec<parts::Part>,
    ) -> Vec<Move> {
        let most = if foreach.in_turn { 1 } else { usize::MAX };
        let mut moves = Vec::new();
        for part in wanted {
            let branch = node.branch_place(id, &part.key);
            let begun = self.case.stage(&branch).done || self.case.position(&branch).is_some();
            if !begun && moves.len() < most {
                moves.push(self.open_part(branch, &part));
            }
        }
        moves
    }

    /// Opens the other branches of a block that is entered by way of one of them.
    pub(super) fn open_other_branches(
        &mut self,
        block: &Node,
        place: &str,
        entered: &str,
    ) -> Result<Vec<Move>, Halt> {
        let around = self.workflow.around(entered);
        let way = around.iter().skip_while(|at| *at != place).nth(1).cloned();
        match &block.kind {
            Kind::Parallel(parallel) => self.open_parallel(block, parallel, place, way.as_ref()),
            Kind::Foreach(foreach) => {
                let mut wanted = parts::parts(foreach, &self.scope(place))?;
                let is_way = |part: &parts::Part| {
                    way.as_ref() == Some(&block.branch_place(place, &part.key))
                };
                // The way is open first, then the others.
                wanted.retain(|part| !is_way(part) && !foreach.in_turn);
                let mut moves = self.open_parts(block, foreach, place, wanted);
                moves.push(Move::Join {
                    id: place.to_owned(),
                });
                Ok(moves)
            }
            Kind::Stage(_)
            | Kind::Group { .. }
            | Kind::Aside { .. }
            | Kind::Wait(_)
            | Kind::Start(_) => Ok(Vec::new()),
        }
    }

    /// Begins with a branch: at its first stage, or straight where it is to come back.
    pub(super) fn begin_branch(&mut self, branch: &str) -> Option<Move> {
        let known = self.case.branches.get(branch);
        let back = known.and_then(|known| known.back.clone());
        if self.case.position(branch).is_none() {
            self.record_branch(branch);
        }
        back.or_else(|| self.first_in(branch))
    }

    /// The first stage inside a branch; one without any has passed.
    fn first_in(&mut self, branch: &str) -> Option<Move> {
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

    /// Whether a branch is open and nothing in it was entered yet.
    pub(super) fn has_not_begun(&self, branch: &str) -> bool {
        let position = self.case.position(branch);
        let inside = position.and_then(|position| position.inside());
        self.workflow.is_branch(branch) && inside.is_some_and(|region| region.open.is_empty())
    }

    /// Whether a closed branch can be opened: in an open block only one that was sent back; with its block whichever there is
    /// to be then.
    pub(super) fn may_open(&self, branch: &str) -> Result<bool, EvaluationError> {
        let Some(block) = self.workflow.around(branch).pop() else {
            return Ok(false);
        };
        if self.case.position(&block).is_some() {
            return Ok(self.waits(branch));
        }
        match self.workflow.node(&block).map(|node| &node.kind) {
            Some(Kind::Parallel(parallel)) => {
                let wanted = self.wanted_branches(parallel, &block)?;
                Ok(wanted
                    .iter()
                    .any(|name| Some(name.as_str()) == branch_of(branch)))
            }
            Some(Kind::Foreach(foreach)) => {
                let wanted = parts::parts(foreach, &self.scope(&block))?;
                let key = keys_of(branch).last().unwrap_or_default();
                let known = wanted.iter().any(|part| part.key == key);
                Ok(known && !self.case.stage(branch).done)
            }
            _ => Ok(false),
        }
    }

    /// A new round of a branch that is known, or of a parallel's.
    pub(super) fn record_branch(&mut self, branch: &str) {
        let record = self.case.branches.get(branch);
        let part = record.map_or(Json::Null, |record| record.part.clone());
        self.record_part(branch, part);
    }

    /// Opens a branch for an element.
    pub(super) fn open_part(&mut self, branch: Place, part: &parts::Part) -> Move {
        self.record_part(&branch, part.document());
        Move::Branch { id: branch }
    }

    fn record_part(&mut self, branch: &str, part: Json) {
        self.record(Event::BranchOpened {
            path: self.workflow.around(branch),
            id: branch.to_owned(),
            part,
        });
    }

    /// Whether a branch was sent back, while its block is open.
    pub(super) fn waits(&self, branch: &str) -> bool {
        let open = |place: &str| self.case.position(place).is_some();
        let Some(block) = self.workflow.around(branch).pop() else {
            return false;
        };
        let known = self.case.branches.get(branch);
        self.workflow.is_branch(branch)
            && open(&block)
            && !open(branch)
            && known.is_some_and(|known| known.round == self.case.stage(&block).rounds)
            && self.case.stage(branch).how == Some(LeftAs::Returned)
    }

    /// The branches of an open foreach that were sent back and wait.
    pub(super) fn sent_back(&self, block: &str) -> Vec<Place> {
        parts::branches_of(&self.case, block)
            .map(|(branch, _)| branch.clone())
            .filter(|branch| self.waits(branch))
            .collect()
    }

    /// The same, of every foreach that is open inside a block.
    pub(super) fn sent_back_in(&self, block: &str) -> Vec<Place> {
        let Some(position) = self.case.position(block) else {
            return Vec::new();
        };
        let inside = position.inside().map(Region::all).unwrap_or_default();
        let all = std::iter::once(position).chain(inside);
        all.filter(|at| self.is_foreach(&at.id))
            .flat_map(|at| self.sent_back(&at.id))
            .collect()
    }

    pub(super) fn is_foreach(&self, id: &str) -> bool {
        let node = self.workflow.node(id);
        !self.workflow.is_branch(id)
            && node.is_some_and(|node| matches!(node.kind, Kind::Foreach(_)))
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
                && (branch.when.is_none() || self.case.stage(&place).how != Some(LeftAs::Gone));
            match (holds, begun) {
                (true, false) => {
                    self.record_branch(&place);
                    let opened = changes.get_or_insert_with(Vec::new);
                    opened.push(Move::Branch { id: place });
                }
                (false, true) if self.is_untouched(&place) => {
                    self.leave(&place, LeftAs::Gone, CancelReason::Decided);
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
            .filter(|branch| self.case.stage(branch).how != Some(LeftAs::Gone))
            .collect();
        for branch in gone {
            self.void(&branch);
            changes.get_or_insert_with(Vec::new);
        }
        for part in wanted {
            let branch = node.branch_place(id, &part.key);
            if !self.is_unopened(id, &branch) {
                continue;
            }
            let opened = changes.get_or_insert_with(Vec::new);
            // One after another: the join opens the next.
            if !foreach.in_turn {
                opened.push(self.open_part(branch, &part));
            }
        }
        Ok(changes)
    }

    /// Whether a branch that there is to be has not been opened since its block was entered: in this round, or in an earlier
    /// one in which it passed.
    pub(super) fn is_unopened(&self, block: &str, branch: &str) -> bool {
        let Some(known) = self.case.branches.get(branch) else {
            return true;
        };
        let this_round = known.round == self.case.stage(block).rounds;
        self.case.position(branch).is_none()
            && match self.case.stage(branch).how {
                Some(LeftAs::Passed) => false,
                Some(LeftAs::Refused | LeftAs::Void | LeftAs::Returned) => !this_round,
                Some(LeftAs::Gone | LeftAs::Abandoned | LeftAs::Undecided) | None => true,
            }
    }

    /// A branch whose element is gone leaves uncounted, whether it is open, sent back or closed.
    fn void(&mut self, branch: &str) {
        if self.case.position(branch).is_some() {
            self.leave(branch, LeftAs::Gone, CancelReason::Decided);
            return;
        }
        self.leave_revisions(branch, CancelReason::Decided);
        self.record(Event::Left {
            id: branch.to_owned(),
            how: LeftAs::Gone,
        });
    }
}
