//! What a round's signatures make of a stage.

use crate::engine::event::{LeftAs, Move};
use crate::engine::run::Run;
use crate::engine::task::{Answer, CancelReason, TaskState};
use crate::engine::verdict::{Ballot, Cast, Verdict, verdict, verdict_of_share};
use crate::engine::{Case, Event, Rejection, Task, TaskId};
use crate::workflow::{Sign, Stage, Who};

impl Run<'_> {
    /// Looks at a stage's signatures and goes on if they decide it. `counted`: the deadline of the vote has come.
    pub(in crate::engine) fn settle(&mut self, id: &str, counted: bool) -> Result<(), Rejection> {
        match self.verdict_of(id, counted) {
            Some(next) => self.go(next),
            None => self.settle_down(),
        }
    }

    /// Leaves a stage that is decided; in one that is not, the next seat's turn may have come.
    pub(super) fn verdict_of(&mut self, id: &str, counted: bool) -> Option<Move> {
        let (_, stage) = self.stage(id)?;
        let round = self.case.position(id)?.round;
        let ballots = ballots(&self.case, id, round, None);
        let how = match verdict(rule(stage), &ballots, counted) {
            Verdict::Open => {
                let share = verdict_of_share(rule(stage), &ballots, counted);
                self.close_what_is_decided(id, round, share);
                self.next_turns(id, round);
                return None;
            }
            Verdict::Passed => LeftAs::Passed,
            Verdict::Refused => LeftAs::Refused,
            Verdict::Undecided => LeftAs::Undecided,
        };
        Some(self.leave_for(id, how, CancelReason::Decided))
    }

    /// Whether a round would fail, or could not be decided, if a task left it.
    pub(in crate::engine) fn is_decided_against_without(&self, task: &Task) -> bool {
        let Some((_, stage)) = self.stage(&task.stage) else {
            return false;
        };
        let left = ballots(&self.case, &task.stage, task.round, Some(task.id));
        matches!(
            verdict(rule(stage), &left, false),
            Verdict::Refused | Verdict::Undecided
        )
    }

    /// Closes what can change nothing any more: the rule has what it counts, and only others must agree besides.
    fn close_what_is_decided(&mut self, id: &str, round: u32, share: Verdict) {
        if share == Verdict::Open {
            return;
        }
        let moot: Vec<TaskId> = self
            .case
            .round(id, round)
            .filter(|task| task.is_seat() && task.is_live() && !task.is_beside())
            .map(|task| task.id)
            .collect();
        for task in moot {
            let why = CancelReason::Decided;
            self.record(Event::TaskCancelled { task, why });
        }
    }
}

/// The rule of a stage. A single seat says yes or no by itself; with signers who were added to it, all must agree.
fn rule(stage: &Stage) -> &Sign {
    let several = |who: &Who| {
        matches!(
            who,
            Who::Post { each: true, .. } | Who::Path { each: true, .. }
        )
    };
    match (&stage.sign, stage.seats.as_slice()) {
        (Sign::Any, [only]) if !only.who.iter().any(several) => &Sign::All,
        (sign, _) => sign,
    }
}

/// The ballots of a round, those that were cast first in the order in which they came; that of `without` left out.
fn ballots(case: &Case, id: &str, round: u32, without: Option<TaskId>) -> Vec<Ballot> {
    let mut tasks: Vec<&Task> = case
        .round(id, round)
        .filter(|task| task.is_seat() && !task.is_cancelled() && Some(task.id) != without)
        .collect();
    tasks.sort_by_key(|task| (task.is_live(), task.changed, task.id));
    tasks
        .into_iter()
        .zip(0..)
        .map(|(task, order)| Ballot {
            seat: task.seat.clone(),
            cast: cast(task, order),
            beside: task.is_beside(),
        })
        .collect()
}

fn cast(task: &Task, order: u32) -> Cast {
    let TaskState::Settled { answer, .. } = &task.state else {
        return Cast::Open;
    };
    match answer {
        Answer::Rejected | Answer::Chosen { refuses: true, .. } => Cast::No(order),
        Answer::Abstained => Cast::Abstained,
        Answer::Approved | Answer::Chosen { refuses: false, .. } => Cast::Yes(order),
        Answer::Done | Answer::Acknowledged => Cast::Yes(order),
        // A return is no vote; the others answer no seat.
        Answer::Returned
        | Answer::Submitted
        | Answer::Supplied
        | Answer::Repaired
        | Answer::Granted
        | Answer::Declined
        | Answer::Advised
        | Answer::Filed => Cast::Open,
    }
}
