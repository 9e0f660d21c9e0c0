//! What a round's signatures make of a stage.

use crate::engine::event::{LeftAs, Move};
use crate::engine::run::Run;
use crate::engine::task::{Answer, CancelReason, TaskState};
use crate::engine::verdict::{Ballot, Cast, Verdict, verdict};
use crate::engine::{Case, Event, Rejection, Task};

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
        let how = match verdict(&stage.sign, &ballots(&self.case, id, round), counted) {
            Verdict::Open => {
                self.next_turn(id, round);
                return None;
            }
            Verdict::Passed => LeftAs::Passed,
            Verdict::Refused => LeftAs::Refused,
            Verdict::Undecided => LeftAs::Undecided,
        };
        Some(self.leave_for(id, how, CancelReason::Decided))
    }

    /// In a sequence, the next seat's turn.
    fn next_turn(&mut self, id: &str, round: u32) {
        let seats = || self.case.round(id, round).filter(|task| task.is_seat());
        if seats().any(Task::is_open) {
            return;
        }
        let next = seats().find(|task| task.state == TaskState::Waiting);
        if let Some(task) = next.map(|task| task.id) {
            self.record(Event::TurnCame { task });
        }
    }
}

/// The ballots of a round, those that were cast first in the order in which they came.
fn ballots(case: &Case, id: &str, round: u32) -> Vec<Ballot> {
    let mut tasks: Vec<&Task> = case
        .round(id, round)
        .filter(|task| task.is_seat() && !matches!(task.state, TaskState::Cancelled { .. }))
        .collect();
    tasks.sort_by_key(|task| (task.is_live(), task.changed, task.id));
    tasks
        .into_iter()
        .zip(0..)
        .map(|(task, order)| Ballot {
            seat: task.seat.clone(),
            cast: cast(task, order),
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
        | Answer::Filed => Cast::Open,
    }
}
