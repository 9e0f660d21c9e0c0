//! Entering a stage or block: `when`, a new round, its tasks, branches and clocks.

use super::Halt;
use crate::engine::event::{LeftAs, Move, Onward, SkipReason};
use crate::engine::run::Run;
use crate::engine::task::CancelReason;
use crate::engine::{Event, parts, people, who};
use crate::expression::{EvaluationError, Expression, Scope};
use crate::forms::Answers;
use crate::workflow::{Await, Id, Kind, Node, Place, RecordAt, Seat, Stage, Start, Workflow};

impl Run<'_> {
    /// Enters a node, and the blocks around it that are not open: each of them is passed over where its `when` says so.
    pub(super) fn enter(
        &mut self,
        id: &str,
        resume: &[Onward],
        detour: bool,
        all: bool,
    ) -> Result<Vec<Move>, Halt> {
        let workflow = self.workflow;
        let id = &self.reachable(id);
        let Some(node) = workflow.node(id) else {
            return Err(Halt::Guard(format!("there is no stage `{id}`")));
        };
        if self.case.position(id).is_some() {
            return Ok(self.reenter(node, id));
        }
        if self.is_blocked(id) {
            self.hold_back(workflow.around(id), step(id, resume, detour, all));
            return Ok(Vec::new());
        }
        let path = workflow.around(id);
        let open = path
            .iter()
            .rposition(|block| self.case.position(block).is_some());
        for (depth, place) in path.iter().enumerate().skip(open.map_or(0, |at| at + 1)) {
            if workflow.is_branch(place) {
                self.record_branch(place);
                continue;
            }
            let Some(block) = workflow.node(place) else {
                continue;
            };
            if !holds(&block.when, &self.scope(place))? {
                return Ok(self.pass_over(place, SkipReason::When, resume));
            }
            self.open(block, place, path[..depth].to_vec(), &[], detour)?;
        }
        if !holds(&node.when, &self.scope(id))? {
            return Ok(self.pass_over(id, SkipReason::When, resume));
        }
        if let Some(every) = &node.every {
            if !holds(&every.holds, &self.scope(id))? {
                return Ok(self.pass_over(id, SkipReason::When, resume));
            }
            self.stand(node, id)?;
            return Ok(self.meanwhile(node, id));
        }
        let mut moves = self.open_node(node, id, path, resume, (detour, all))?;
        if self.case.position(id).is_some() {
            moves.extend(self.meanwhile(node, id));
        }
        Ok(moves)
    }

    /// Opens a new round of a node, whatever it is.
    pub(super) fn open_node(
        &mut self,
        node: &Node,
        id: &str,
        path: Vec<Place>,
        resume: &[Onward],
        (detour, all): (bool, bool),
    ) -> Result<Vec<Move>, Halt> {
        match &node.kind {
            Kind::Stage(stage) => {
                let seats = seats(stage, &self.scope(id))?;
                if seats.is_empty() {
                    return Ok(self.pass_over(id, SkipReason::NoSeat, resume));
                }
                self.open(node, id, path, resume, detour)?;
                Ok(self.ask(node, id, stage, &seats)?.into_iter().collect())
            }
            Kind::Group { stages } | Kind::Aside { stages } => {
                self.open(node, id, path, resume, detour)?;
                Ok(vec![match Workflow::first_of(stages) {
                    Some(first) => Move::to(&self.workflow.seen_from(id, &first.id)),
                    // The lint asks for at least one stage.
                    None => self.leave_for(id, LeftAs::Passed, CancelReason::Decided),
                }])
            }
            Kind::Parallel(parallel) => {
                if self.wanted_branches(parallel, id)?.is_empty() {
                    return Ok(self.pass_over(id, SkipReason::NoBranch, resume));
                }
                self.open(node, id, path, resume, detour)?;
                self.open_parallel(node, parallel, id)
            }
            Kind::Foreach(foreach) => {
                if parts::parts(foreach, &self.scope(id))?.is_empty() {
                    return Ok(self.pass_over(id, SkipReason::NoBranch, resume));
                }
                self.open(node, id, path, resume, detour)?;
                self.open_foreach(node, foreach, id, all)
            }
            Kind::Wait(_) => {
                self.open(node, id, path, resume, detour)?;
                self.record(Event::Waits { id: id.to_owned() });
                Ok(Vec::new())
            }
            Kind::Start(start) => {
                self.open(node, id, path, resume, detour)?;
                self.start_case(start, id)?;
                Ok(Vec::new())
            }
        }
    }

    /// What is open already: the branches of a foreach that were sent back go on; everything else stands as it is.
    fn reenter(&mut self, node: &Node, id: &str) -> Vec<Move> {
        match &node.kind {
            Kind::Foreach(_) => self.sent_back(id).map(|id| Move::Branch { id }).collect(),
            _ => Vec::new(),
        }
    }

    /// A place that can be entered: a stage in a branch that is closed for good is entered through its block.
    fn reachable(&self, id: &str) -> Place {
        let around = self.workflow.around(id);
        let closed = around.iter().position(|place| {
            self.workflow.is_branch(place)
                && self.case.position(place).is_none()
                && !self.waits(place)
        });
        match closed.and_then(|at| at.checked_sub(1)) {
            Some(block) => around[block].clone(),
            None => id.to_owned(),
        }
    }

    /// The run goes on from a node that it does not wait for.
    fn meanwhile(&mut self, node: &Node, id: &str) -> Vec<Move> {
        match node.awaits {
            Await::Here => Vec::new(),
            Await::End | Await::Never | Await::Before(_) => {
                self.following(id).into_iter().collect()
            }
        }
    }

    pub(super) fn pass_over(&mut self, id: &str, why: SkipReason, resume: &[Onward]) -> Vec<Move> {
        self.record(Event::Skipped {
            id: id.to_owned(),
            why,
        });
        self.hand_back(id, resume.to_vec()).into_iter().collect()
    }

    fn open(
        &mut self,
        node: &Node,
        id: &str,
        path: Vec<Place>,
        resume: &[Onward],
        detour: bool,
    ) -> Result<(), Halt> {
        self.record(Event::Entered {
            path,
            id: id.to_owned(),
            resume: resume.to_vec(),
            detour,
            beside: node.awaits != Await::Here,
        });
        self.start_clocks(id).map_err(Halt::Guard)?;
        if matches!(node.kind, Kind::Wait(_)) {
            self.start_clocks(&crate::engine::clocks::until_of(id))
                .map_err(Halt::Guard)?;
        }
        self.write_records(&node.record, id, RecordAt::Entered)?;
        self.copy_parties(id, &node.copy.entered);
        Ok(())
    }

    fn ask(
        &mut self,
        node: &Node,
        id: &str,
        stage: &Stage,
        seats: &[(u16, &Seat)],
    ) -> Result<Option<Move>, Halt> {
        let tasks = self.tasks_for(id, stage, seats)?;
        self.record(Event::TasksOpened {
            id: id.to_owned(),
            tasks,
        });
        self.pass_same_person(node, id, stage);
        let next = self.verdict_of(id, false);
        self.allot_round(id);
        Ok(next)
    }

    fn start_case(&mut self, start: &Start, id: &str) -> Result<(), Halt> {
        let scope = self.scope(id);
        let mut with = Answers::new();
        for (field, value) in &start.with {
            let value = parts::json(&value.value(&scope)?);
            if !value.is_null() {
                with.insert(field.clone(), value);
            }
        }
        let at = self.situation();
        let offered = who::parties(&start.applicant, id, &at);
        let nobody = match people::people_of_all(&offered, self.context).is_empty() {
            true => people::nobody_for(id, &at),
            false => Vec::new(),
        };
        self.record(Event::CaseStarted {
            id: id.to_owned(),
            workflow: start.workflow.clone(),
            with,
            offered,
            nobody,
            submit: start.submit,
        });
        Ok(())
    }

    /// An earlier stage of the list, or inside a block of it, that was passed over on this way and that changed answers
    /// now ask for.
    pub(super) fn missed(&self, id: &str) -> Result<Option<Id>, EvaluationError> {
        let around = self.workflow.around(id);
        let reached = around.iter().map(|block| self.case.stage(block).reached);
        let list = self.workflow.list_of(id);
        let before = list
            .iter()
            .position(|node| node.id == crate::workflow::place::id_of(id));
        let earlier = &list[..before.unwrap_or(0)];
        self.missed_among(earlier, id, reached.max().unwrap_or(0), &self.scope(id))
    }

    /// `reached`: when the run last came to what stands before them. A stage that was passed over earlier than that was
    /// so on another way, which a return or a jump has left. Branches look after themselves.
    fn missed_among(
        &self,
        list: &[Node],
        from: &str,
        mut reached: i64,
        scope: &Scope,
    ) -> Result<Option<Place>, EvaluationError> {
        for node in list.iter().filter(|node| node.is_on_the_way()) {
            let place = self.workflow.seen_from(from, &node.id);
            let record = self.case.stage(&place);
            match record.skipped {
                Some(at) if reached <= at => {
                    if wanted(node, scope)? {
                        return Ok(Some(place));
                    }
                }
                None if record.done => {
                    let since = reached.max(record.reached);
                    if let Kind::Group { stages } = &node.kind {
                        let inside = self.missed_among(stages, from, since, scope)?;
                        if inside.is_some() {
                            return Ok(inside);
                        }
                    }
                }
                Some(_) | None => {}
            }
            reached = reached.max(record.reached);
        }
        Ok(None)
    }
}

fn step(id: &str, resume: &[Onward], detour: bool, all: bool) -> Move {
    Move::Enter {
        id: id.to_owned(),
        resume: resume.to_vec(),
        detour,
        all,
    }
}

pub(super) fn holds(when: &Option<Expression>, scope: &Scope) -> Result<bool, EvaluationError> {
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
        && match &node.kind {
            Kind::Stage(stage) => !seats(stage, scope)?.is_empty(),
            Kind::Foreach(foreach) => !parts::parts(foreach, scope)?.is_empty(),
            Kind::Group { .. }
            | Kind::Parallel(_)
            | Kind::Aside { .. }
            | Kind::Wait(_)
            | Kind::Start(_) => true,
        })
}
