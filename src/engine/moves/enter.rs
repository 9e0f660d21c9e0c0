//! Entering a stage or block: `when`, a new round, its tasks, branches and clocks.

use super::Halt;
use crate::engine::event::{LeftAs, Move, Onward, SkipReason};
use crate::engine::run::Run;
use crate::engine::task::CancelReason;
use crate::engine::{Event, clocks, parts, people, who};
use crate::expression::{EvaluationError, Expression, Scope};
use crate::workflow::{
    Await, Id, Kind, Node, Place, RecordAt, Seat, Stage, Start, Target, Workflow,
};

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
        let id = &self.reachable(id)?;
        let Some(node) = workflow.node(id) else {
            return Err(Halt::Guard(format!("there is no stage `{id}`")));
        };
        match self.case.position(id).map(|position| position.beside) {
            // The run comes again to what it had gone on from: a new round, unless it comes for branches that were sent back.
            Some(true) if !self.is_waiting(id) => {
                self.leave(id, LeftAs::Abandoned, CancelReason::Returned);
            }
            Some(_) => return Ok(self.reenter(id)),
            None => {}
        }
        let step = Move::Enter {
            id: id.clone(),
            resume: resume.to_vec(),
            detour,
            all,
        };
        if self.is_held(&step) {
            self.hold_back(workflow.around(id), step);
            return Ok(Vec::new());
        }
        self.leave_passed_by(id);
        let mut others = Vec::new();
        for place in self.closed_around(id) {
            if workflow.is_branch(&place) {
                self.record_branch(&place);
                continue;
            }
            let Some(block) = workflow.node(&place) else {
                continue;
            };
            if !holds(&block.when, &self.scope(&place))? {
                let mut moves = self.pass_over(&place, SkipReason::When, resume);
                moves.extend(others);
                return Ok(moves);
            }
            self.open(block, &place, &[], detour)?;
            if block.every.is_some() {
                self.start_clocks(&clocks::every_of(&place))
                    .map_err(Halt::Guard)?;
            }
            others.extend(self.open_other_branches(block, &place, id)?);
            others.extend(self.meanwhile(block, &place, &[])?);
        }
        let mut moves = self.enter_here(node, id, resume, (detour, all))?;
        moves.extend(others);
        Ok(moves)
    }

    /// Enters a node whose surroundings are open.
    fn enter_here(
        &mut self,
        node: &Node,
        id: &str,
        resume: &[Onward],
        (detour, all): (bool, bool),
    ) -> Result<Vec<Move>, Halt> {
        if !holds(&node.when, &self.scope(id))? {
            return Ok(self.pass_over(id, SkipReason::When, resume));
        }
        if let Some(every) = &node.every {
            if !holds(&every.holds, &self.scope(id))? {
                return Ok(self.pass_over(id, SkipReason::When, resume));
            }
            self.stand(node, id, resume);
            self.start_clocks(&clocks::every_of(id))
                .map_err(Halt::Guard)?;
            return self.meanwhile(node, id, resume);
        }
        if let Err(why) = self.asks_somebody(node, id)? {
            return Ok(self.pass_over(id, why, resume));
        }
        let inside = self.open_node(node, id, resume, (detour, all))?;
        let mut moves = self.meanwhile(node, id, resume)?;
        moves.extend(inside);
        Ok(moves)
    }

    /// The blocks and branches around a node that are to be opened before it, outermost first.
    fn closed_around(&self, id: &str) -> Vec<Place> {
        let mut around = self.workflow.around(id);
        let open = around
            .iter()
            .rposition(|block| self.case.position(block).is_some());
        around.drain(..open.map_or(0, |at| at + 1));
        around
    }

    /// Whether something must be closed before a move: before an end, or before the node that is entered or a block that is
    /// opened on the way to it.
    pub(super) fn is_held(&self, step: &Move) -> bool {
        match step {
            Move::Enter { id, .. } => {
                let mut entered = self.closed_around(id);
                entered.push(id.clone());
                entered.iter().any(|place| self.is_blocked(place))
            }
            _ => self.is_end_blocked(),
        }
    }

    /// Opens a new round of a node, whatever it is.
    pub(super) fn open_node(
        &mut self,
        node: &Node,
        id: &str,
        resume: &[Onward],
        (detour, all): (bool, bool),
    ) -> Result<Vec<Move>, Halt> {
        self.open(node, id, resume, detour)?;
        match &node.kind {
            Kind::Stage(stage) => Ok(self.ask(node, id, stage)?.into_iter().collect()),
            Kind::Group { stages } | Kind::Aside { stages } => {
                Ok(vec![match Workflow::first_of(stages) {
                    Some(first) => Move::to(&self.workflow.seen_from(id, &first.id)),
                    // The lint asks for at least one stage.
                    None => self.leave_for(id, LeftAs::Passed, CancelReason::Decided),
                }])
            }
            Kind::Parallel(parallel) => self.open_parallel(node, parallel, id, None),
            Kind::Foreach(foreach) => self.open_foreach(node, foreach, id, all),
            Kind::Wait(_) => {
                self.record(Event::Waits { id: id.to_owned() });
                Ok(Vec::new())
            }
            Kind::Start(start) => {
                self.start_case(start, id)?;
                Ok(Vec::new())
            }
        }
    }

    /// What is open already: branches in it that were sent back go on; everything else stands as it is.
    fn reenter(&self, id: &str) -> Vec<Move> {
        let waiting = self.sent_back_in(id).into_iter();
        waiting.map(|id| Move::Branch { id }).collect()
    }

    /// A place that can be entered: what stands in a branch that there is not to be is entered through its block.
    fn reachable(&self, id: &str) -> Result<Place, EvaluationError> {
        for place in self.closed_around(id) {
            if self.workflow.is_branch(&place)
                && !self.may_open(&place)?
                && let Some(block) = self.workflow.around(&place).pop()
            {
                return Ok(block);
            }
        }
        Ok(id.to_owned())
    }

    /// The run goes on from a node that it does not wait for: where it was to hand itself back, else where `next` says.
    fn meanwhile(&mut self, node: &Node, id: &str, resume: &[Onward]) -> Result<Vec<Move>, Halt> {
        if node.awaits == Await::Here {
            return Ok(Vec::new());
        }
        if !resume.is_empty() {
            return Ok(self.hand_back(id, resume.to_vec()).into_iter().collect());
        }
        let target = self.choose(&node.next, id, LeftAs::Abandoned)?;
        let next = match target {
            None | Some(Target::Again | Target::Stay) => self.following(id),
            Some(Target::Node(to)) => {
                let to = self.workflow.seen_from(id, &to);
                let outer = self.workflow.around(id).pop().unwrap_or_default();
                if self.is_off_the_way(&outer, &to) {
                    self.takes_the_run_to(&to);
                }
                self.leave_around(id, Some(&to), LeftAs::Passed, CancelReason::Decided);
                Some(Move::to(&to))
            }
            Some(target) => self.follow(id, &target, LeftAs::Passed, &[]),
        };
        Ok(next.into_iter().collect())
    }

    /// Whether a round of a node would ask somebody, or why it is passed over.
    pub(super) fn asks_somebody(
        &self,
        node: &Node,
        id: &str,
    ) -> Result<Result<(), SkipReason>, EvaluationError> {
        let (somebody, why) = match &node.kind {
            Kind::Stage(stage) => (
                !seats(stage, &self.scope(id))?.is_empty(),
                SkipReason::NoSeat,
            ),
            Kind::Parallel(parallel) => (
                !self.wanted_branches(parallel, id)?.is_empty(),
                SkipReason::NoBranch,
            ),
            Kind::Foreach(foreach) => (
                !parts::parts(foreach, &self.scope(id))?.is_empty(),
                SkipReason::NoBranch,
            ),
            Kind::Group { .. } | Kind::Aside { .. } | Kind::Wait(_) | Kind::Start(_) => {
                return Ok(Ok(()));
            }
        };
        Ok(if somebody { Ok(()) } else { Err(why) })
    }

    pub(super) fn pass_over(&mut self, id: &str, why: SkipReason, resume: &[Onward]) -> Vec<Move> {
        self.record(Event::Skipped {
            id: id.to_owned(),
            why,
        });
        self.hand_back(id, resume.to_vec()).into_iter().collect()
    }

    fn open(&mut self, node: &Node, id: &str, resume: &[Onward], detour: bool) -> Result<(), Halt> {
        self.record(Event::Entered {
            path: self.workflow.around(id),
            id: id.to_owned(),
            resume: resume.to_vec(),
            detour,
            beside: node.awaits != Await::Here,
        });
        self.start_clocks(id).map_err(Halt::Guard)?;
        if matches!(node.kind, Kind::Wait(_)) {
            self.start_clocks(&clocks::until_of(id))
                .map_err(Halt::Guard)?;
        }
        self.write_records(&node.record, id, RecordAt::Entered)?;
        self.copy_parties(id, &node.copy.entered);
        Ok(())
    }

    fn ask(&mut self, node: &Node, id: &str, stage: &Stage) -> Result<Option<Move>, Halt> {
        let seats = seats(stage, &self.scope(id))?;
        let tasks = self.tasks_for(id, stage, &seats)?;
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
        let with = parts::handed_over(&start.with, &self.scope(id))?;
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
        self.missed_among(earlier, id, reached.max().unwrap_or(0))
    }

    /// Whether entering the node would ask somebody.
    fn is_wanted(&self, node: &Node, place: &str) -> Result<bool, EvaluationError> {
        let recurs = node.every.as_ref().and_then(|every| every.holds.as_ref());
        let scope = self.scope(place);
        Ok(holds(&node.when, &scope)?
            && recurs.map_or(Ok(true), |recurs| recurs.guard(&scope))?
            && self.asks_somebody(node, place)?.is_ok())
    }

    /// `reached`: when the run last came to what stands before them. A stage that was passed over earlier than that was
    /// so on another way, which a return or a jump has left. Branches look after themselves.
    fn missed_among(
        &self,
        list: &[Node],
        from: &str,
        mut reached: i64,
    ) -> Result<Option<Place>, EvaluationError> {
        for node in list.iter().filter(|node| node.is_on_the_way()) {
            let place = self.workflow.seen_from(from, &node.id);
            let record = self.case.stage(&place);
            match record.skipped {
                Some(at) if reached <= at => {
                    if self.is_wanted(node, &place)? {
                        return Ok(Some(place));
                    }
                }
                None if record.done => {
                    let since = reached.max(record.reached);
                    if let Kind::Group { stages } = &node.kind {
                        let inside = self.missed_among(stages, from, since)?;
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
