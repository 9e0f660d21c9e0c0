//! How a case moves: entering and leaving stages and blocks, following `next`, ending. Each move is recorded as events.

use super::event::{LeftAs, RetryStep, SkipReason};
use super::run::Run;
use super::task::{Answer, CancelReason, TaskState};
use super::verdict::{Ballot, Cast, Verdict, verdict};
use super::{Event, Party, Rejection, Resume, Task, TaskAsks, TaskId, clocks, people};
use crate::expression::EvaluationError;
use crate::workflow::{Id, Kind, Next, Node, Stage, Target};

/// How many moves one command may cause before the case is parked: a definition whose guards lead in a circle.
const MOST_MOVES: usize = 500;

/// One move.
#[derive(Debug, Clone, PartialEq)]
enum Move {
    /// Enter a node; after it passes go to `resume`, where given (empty: the end of its list).
    Enter(Id, Option<Id>),
    /// Leave a node and follow its `next`.
    After(Id, LeftAs),
    /// The node following in the list, or the list is done.
    Following(Id),
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
        match self.workflow.stages.first() {
            Some(first) => self.go(Move::Enter(first.id.clone(), None)),
            None => self.end_at_first(),
        }
    }

    /// Goes on after a revision by the applicant.
    pub(super) fn resume_after_editing(&mut self, resume: &Resume) -> Result<(), Rejection> {
        match resume {
            Resume::Again => self.start(),
            Resume::Here(id) => self.go(Move::Enter(id.clone(), None)),
        }
    }

    /// Sets a parked case going again.
    pub(super) fn retry(&mut self, step: &RetryStep) -> Result<(), Rejection> {
        match step {
            RetryStep::Enter(id) => self.go(Move::Enter(id.clone(), None)),
            RetryStep::After(id, how) => self.go(Move::After(id.clone(), *how)),
        }
    }

    /// Sends the case back to an earlier stage; there a new round opens.
    pub(super) fn return_to(
        &mut self,
        from: &str,
        to: &str,
        resume_here: bool,
    ) -> Result<(), Rejection> {
        self.leave_up_to(from, Some(to), LeftAs::Returned, CancelReason::Returned);
        self.go(Move::Enter(
            to.to_owned(),
            resume_here.then(|| from.to_owned()),
        ))
    }

    /// Sends the case back to the applicant for editing.
    pub(super) fn return_to_applicant(&mut self, from: &str, resume: bool) {
        self.leave_up_to(from, None, LeftAs::Returned, CancelReason::Returned);
        self.record(Event::EditAsked {
            from: from.to_owned(),
            resume,
        });
    }

    /// The run goes elsewhere because a deadline says so.
    pub(super) fn divert(&mut self, from: &str, target: &Target) -> Result<(), Rejection> {
        if *target == Target::Stay || self.case.position(from).is_none() {
            return Ok(());
        }
        self.leave(from, LeftAs::Abandoned, CancelReason::Overdue);
        let following = self.follow(from, target, LeftAs::Abandoned)?;
        following.map_or(Ok(()), |next| self.go(next))
    }

    /// Looks at a stage's signatures and goes on if they decide it. `counted`: the deadline of the vote has come.
    pub(super) fn settle(&mut self, id: &str, counted: bool) -> Result<(), Rejection> {
        let Some((_, stage)) = self.stage(id) else {
            return Ok(());
        };
        let sign = stage.sign.clone();
        let round = self.case.stage(id).rounds;
        let ballots: Vec<Ballot> = self
            .case
            .round(id, round)
            .filter(|task| signs(task))
            .map(|task| self.ballot(task))
            .collect();
        let how = match verdict(&sign, &ballots, counted) {
            Verdict::Open => {
                self.next_turn(id, round);
                return Ok(());
            }
            Verdict::Passed => LeftAs::Passed,
            Verdict::Refused => LeftAs::Refused,
            Verdict::Undecided => LeftAs::Undecided,
        };
        self.go(Move::After(id.to_owned(), how))
    }

    /// Ends the case and closes all that is open.
    pub(super) fn end(&mut self, end: &str) {
        let open: Vec<TaskId> = self
            .case
            .tasks
            .iter()
            .filter(|task| task.is_live())
            .map(|task| task.id)
            .collect();
        for task in open {
            self.record(Event::TaskCancelled {
                task,
                why: CancelReason::Ended,
            });
        }
        let running: Vec<_> = self
            .case
            .clocks
            .iter()
            .filter(|(_, clock)| !clock.stopped)
            .map(|(key, _)| key.clone())
            .collect();
        for key in running {
            self.record(Event::ClockStopped { key });
        }
        if let Some(end) = self.workflow.end(end) {
            let to: Vec<Party> = end
                .copy
                .iter()
                .flat_map(|who| people::parties(who, &self.case, self.context))
                .collect();
            self.copy(&end.id, to);
        }
        self.record(Event::Ended { id: end.to_owned() });
    }

    /// Moves until somebody is asked, the case ends, or a guard fails.
    fn go(&mut self, first: Move) -> Result<(), Rejection> {
        let mut next = Some(first);
        let mut moves = 0;
        while let Some(step) = next {
            moves += 1;
            let (case, events, effects) =
                (self.case.clone(), self.events.len(), self.effects.len());
            let taken = if moves < MOST_MOVES {
                self.take(&step)
            } else {
                Err(Halt::Guard(
                    "the stages lead in a circle without asking anyone".into(),
                ))
            };
            next = match taken {
                Ok(following) => following,
                Err(Halt::Rejected(rejection)) => return Err(rejection),
                Err(Halt::Guard(reason)) => {
                    self.case = case;
                    self.events.truncate(events);
                    self.effects.truncate(effects);
                    return self.park(step, reason);
                }
            };
        }
        Ok(())
    }

    fn take(&mut self, step: &Move) -> Result<Option<Move>, Halt> {
        match step {
            Move::Enter(id, resume) => self.enter(id, resume.as_ref()),
            Move::After(id, how) => self.after(id, *how),
            Move::Following(id) => self.following(id),
        }
    }

    fn enter(&mut self, id: &str, resume: Option<&Id>) -> Result<Option<Move>, Halt> {
        let Some(node) = self.workflow.node(id) else {
            return Err(Halt::Guard(format!("there is no stage `{id}`")));
        };
        let path = self.workflow.around(id);
        self.open_blocks(&path)?;
        if let Some(when) = &node.when
            && !when.guard(&self.scope())?
        {
            self.record(Event::Skipped {
                id: id.to_owned(),
                why: SkipReason::When,
            });
            return Ok(Some(self.onward(id, resume)));
        }
        match &node.kind {
            Kind::Stage(stage) => self.enter_stage(node, stage, path, resume),
            Kind::Group { stages, .. } => {
                self.open(node, path, resume)?;
                Ok(stages
                    .first()
                    .map(|first| Move::Enter(first.id.clone(), None)))
            }
        }
    }

    /// After a node that was passed over: what it was to come back to, or the following one.
    fn onward(&self, id: &str, resume: Option<&Id>) -> Move {
        match resume.filter(|resume| !resume.is_empty()) {
            Some(resume) => Move::Enter(resume.clone(), None),
            None => Move::Following(id.to_owned()),
        }
    }

    /// Opens the blocks around a stage that the run enters from elsewhere.
    fn open_blocks(&mut self, path: &[Id]) -> Result<(), Halt> {
        for (depth, id) in path.iter().enumerate() {
            if self.case.position(id).is_none()
                && let Some(block) = self.workflow.node(id)
            {
                self.open(block, path[..depth].to_vec(), None)?;
            }
        }
        Ok(())
    }

    fn open(&mut self, node: &Node, path: Vec<Id>, resume: Option<&Id>) -> Result<(), Halt> {
        self.record(Event::Entered {
            path,
            id: node.id.clone(),
            resume: resume.cloned(),
        });
        self.start_clocks(&node.id)?;
        self.copy_parties(&node.id, &node.copy.entered);
        Ok(())
    }

    fn enter_stage(
        &mut self,
        node: &Node,
        stage: &Stage,
        path: Vec<Id>,
        resume: Option<&Id>,
    ) -> Result<Option<Move>, Halt> {
        let scope = self.scope();
        let mut seats = Vec::new();
        for (place, seat) in stage.seats.iter().enumerate() {
            if seat
                .when
                .as_ref()
                .map_or(Ok(true), |when| when.guard(&scope))?
            {
                seats.push((place as u16, seat));
            }
        }
        if seats.is_empty() {
            self.record(Event::Skipped {
                id: node.id.clone(),
                why: SkipReason::NoSeat,
            });
            return Ok(Some(self.onward(&node.id, resume)));
        }
        self.open(node, path, resume)?;
        let tasks = self.tasks_for(node, stage, &seats)?;
        self.record(Event::TasksOpened {
            id: node.id.clone(),
            tasks,
        });
        self.pass_same_person(node, stage);
        self.settle_quietly(&node.id)
    }

    /// The verdict right after opening, when all signed by themselves (`same_person: skip`).
    fn settle_quietly(&mut self, id: &str) -> Result<Option<Move>, Halt> {
        let round = self.case.stage(id).rounds;
        if self.case.round(id, round).any(|task| task.is_open())
            && !self
                .case
                .round(id, round)
                .any(|task| matches!(task.state, TaskState::Settled { .. }))
        {
            return Ok(None);
        }
        let Some((_, stage)) = self.stage(id) else {
            return Ok(None);
        };
        let ballots: Vec<Ballot> = self
            .case
            .round(id, round)
            .filter(|task| signs(task))
            .map(|task| self.ballot(task))
            .collect();
        match verdict(&stage.sign, &ballots, false) {
            Verdict::Passed => Ok(Some(Move::After(id.to_owned(), LeftAs::Passed))),
            Verdict::Open | Verdict::Refused | Verdict::Undecided => {
                self.next_turn(id, round);
                Ok(None)
            }
        }
    }

    /// In a sequence, the next seat's turn.
    fn next_turn(&mut self, id: &str, round: u32) {
        if self
            .case
            .round(id, round)
            .any(|task| task.is_open() && signs(task))
        {
            return;
        }
        let next = self
            .case
            .round(id, round)
            .find(|task| task.state == TaskState::Waiting)
            .map(|task| task.id);
        if let Some(task) = next {
            self.record(Event::TurnCame { task });
        }
    }

    fn ballot(&self, task: &Task) -> Ballot {
        let order = task.id.0;
        let cast = match &task.state {
            TaskState::Settled {
                answer: Answer::Rejected | Answer::Chosen { refuses: true, .. },
                ..
            } => Cast::No(order),
            TaskState::Settled {
                answer: Answer::Abstained,
                ..
            } => Cast::Abstained,
            TaskState::Settled { .. } => Cast::Yes(order),
            TaskState::Open | TaskState::Waiting | TaskState::Cancelled { .. } => Cast::Open,
        };
        Ballot {
            seat: task.seat.clone(),
            cast,
        }
    }

    /// Leaves a node and finds where the run goes.
    fn after(&mut self, id: &str, how: LeftAs) -> Result<Option<Move>, Halt> {
        let Some(node) = self.workflow.node(id) else {
            return Ok(None);
        };
        let resume = self
            .case
            .position(id)
            .and_then(|position| position.resume.clone());
        self.leave(id, how, CancelReason::Decided);
        let next = match (how, &node.kind) {
            (LeftAs::Passed, _) if resume.is_some() => {
                let resume = resume.unwrap_or_default();
                return Ok(if resume.is_empty() {
                    self.list_done(id)
                } else {
                    self.follow(id, &Target::Node(resume), how)?
                });
            }
            (LeftAs::Passed, _) => self.choose(&node.next)?,
            (LeftAs::Undecided, Kind::Stage(stage)) => {
                Some(self.choose(&stage.undecided)?.unwrap_or(Target::Again))
            }
            (LeftAs::Refused | LeftAs::Undecided, _) => {
                Some(self.choose(&node.refused)?.unwrap_or(Target::Refused))
            }
            (LeftAs::Returned | LeftAs::Abandoned, _) => None,
        };
        match (next, how) {
            (Some(Target::Refused), LeftAs::Refused) => Ok(self.refuse_outward(id)),
            (Some(target), _) => Ok(self.follow(id, &target, how)?),
            (None, _) => Ok(Some(Move::Following(id.to_owned()))),
        }
    }

    /// A refusal without a `refused` of its own refuses the enclosing block, or the case.
    fn refuse_outward(&mut self, id: &str) -> Option<Move> {
        match self.workflow.around(id).pop() {
            Some(block) => Some(Move::After(block, LeftAs::Refused)),
            None => {
                self.end("rejected");
                None
            }
        }
    }

    fn choose(&self, next: &Next) -> Result<Option<Target>, Halt> {
        let scope = self.scope();
        for (when, target) in next {
            if when.as_ref().map_or(Ok(true), |when| when.guard(&scope))? {
                return Ok(Some(target.clone()));
            }
        }
        Ok(None)
    }

    /// Goes to a target; `from` has been left already.
    fn follow(
        &mut self,
        from: &str,
        target: &Target,
        how: LeftAs,
    ) -> Result<Option<Move>, Rejection> {
        match target {
            Target::Node(id) => {
                self.leave_up_to(from, Some(id), how, CancelReason::Decided);
                Ok(Some(Move::Enter(id.clone(), None)))
            }
            // Where nothing moves on, the stage asks again: a case never stands without a person.
            Target::Again | Target::Stay => Ok(Some(Move::Enter(from.to_owned(), None))),
            Target::End(id) => {
                self.end(id);
                Ok(None)
            }
            Target::Passed => self.end_at_first().map(|()| None),
            Target::Refused => {
                self.end("rejected");
                Ok(None)
            }
            Target::Void => {
                self.end("withdrawn");
                Ok(None)
            }
            Target::Applicant => {
                self.leave_up_to(from, None, how, CancelReason::Decided);
                self.record(Event::EditAsked {
                    from: from.to_owned(),
                    resume: false,
                });
                Ok(None)
            }
        }
    }

    fn following(&mut self, id: &str) -> Result<Option<Move>, Halt> {
        let following = self.workflow.following(id).map(|node| node.id.clone());
        if let Some(missed) = self.missed(id)? {
            let resume = following.unwrap_or_default();
            return Ok(Some(Move::Enter(missed, Some(resume))));
        }
        Ok(match following {
            Some(next) => Some(Move::Enter(next, None)),
            None => self.list_done(id),
        })
    }

    /// The end of a list: its block has passed, or the case reaches its first end.
    fn list_done(&mut self, id: &str) -> Option<Move> {
        match self.workflow.around(id).pop() {
            Some(block) => Some(Move::After(block, LeftAs::Passed)),
            None => {
                // A workflow without ends is refused by the lint.
                let end = self
                    .workflow
                    .ends
                    .first()
                    .map_or("approved", |end| end.id.as_str())
                    .to_owned();
                self.end(&end);
                None
            }
        }
    }

    /// An earlier stage of the list that was passed over and that changed answers now ask for.
    fn missed(&self, id: &str) -> Result<Option<Id>, Halt> {
        let scope = self.scope();
        for node in self
            .workflow
            .list_of(id)
            .iter()
            .take_while(|node| node.id != id)
        {
            let skipped = self
                .case
                .stages
                .get(&node.id)
                .is_some_and(|record| record.skipped);
            if skipped
                && node
                    .when
                    .as_ref()
                    .map_or(Ok(false), |when| when.guard(&scope))?
            {
                return Ok(Some(node.id.clone()));
            }
        }
        Ok(None)
    }

    fn end_at_first(&mut self) -> Result<(), Rejection> {
        let end = self
            .workflow
            .ends
            .first()
            .map_or("approved", |end| end.id.as_str())
            .to_owned();
        self.end(&end);
        Ok(())
    }

    /// Leaves `from` and the blocks around it, up to but without those around `to`; all of them without `to`.
    fn leave_up_to(&mut self, from: &str, to: Option<&str>, how: LeftAs, why: CancelReason) {
        self.leave(from, how, why);
        let around = to.map(|to| self.workflow.around(to)).unwrap_or_default();
        for block in self
            .workflow
            .around(from)
            .into_iter()
            .rev()
            .filter(|block| !around.contains(block))
        {
            self.leave(&block, how, why);
        }
    }

    /// Leaves a stage or block: what is open inside it first, then its tasks and clocks.
    fn leave(&mut self, id: &str, how: LeftAs, why: CancelReason) {
        let Some(position) = self.case.position(id) else {
            return;
        };
        let inside: Vec<Id> = position
            .inside()
            .map(|region| region.open.iter().map(|inner| inner.id.clone()).collect())
            .unwrap_or_default();
        for inner in inside {
            self.leave(&inner, LeftAs::Abandoned, why);
        }
        let live: Vec<TaskId> = self
            .case
            .tasks
            .iter()
            .filter(|task| task.stage == id && task.is_live())
            .map(|task| task.id)
            .collect();
        for task in live {
            self.record(Event::TaskCancelled { task, why });
        }
        self.stop_clocks(id);
        self.stop_clocks(&clocks::supplement_of(id));
        self.record(Event::Left {
            id: id.to_owned(),
            how,
        });
        let Some(node) = self.workflow.node(id) else {
            return;
        };
        match how {
            LeftAs::Passed => self.copy_parties(id, &node.copy.passed),
            LeftAs::Refused => self.copy_parties(id, &node.copy.refused),
            LeftAs::Undecided | LeftAs::Returned | LeftAs::Abandoned => {}
        }
    }

    fn park(&mut self, step: Move, reason: String) -> Result<(), Rejection> {
        let (path, step) = match step {
            Move::Enter(id, _) => (self.open_path(&id), RetryStep::Enter(id)),
            Move::After(id, how) => (self.open_path(&id), RetryStep::After(id, how)),
            // A guard that fails on the way to the following stage belongs to that stage.
            Move::Following(id) => (self.open_path(&id), RetryStep::After(id, LeftAs::Passed)),
        };
        let by = people::nobody_for(None, &self.case, self.context);
        if by.is_empty() {
            return Err(Rejection::NobodyToAsk("workflow_admin".into()));
        }
        self.record(Event::Parked {
            path,
            step,
            reason,
            by,
        });
        Ok(())
    }

    /// The blocks around a node that are open.
    fn open_path(&self, id: &str) -> Vec<Id> {
        self.workflow
            .around(id)
            .into_iter()
            .take_while(|block| self.case.position(block).is_some())
            .collect()
    }
}

/// Whether a task is one of the stage's own signatures.
fn signs(task: &Task) -> bool {
    matches!(
        task.asks,
        TaskAsks::Sign | TaskAsks::Work | TaskAsks::Notice
    )
}
