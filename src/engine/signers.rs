//! Signers who were added to a round (加签): whose turn comes when, and what goes with them when they leave.

use super::run::Run;
use super::task::{CalledAs, CancelReason, TaskState};
use super::{Case, Event, Task, TaskAsks, TaskId};
use crate::workflow::Sign;

impl Run<'_> {
    /// The tasks whose turn has come: in a sequence the next seat's, and behind signers who were added before it.
    pub(super) fn next_turns(&mut self, place: &str, round: u32) {
        let in_turn = self
            .stage(place)
            .is_some_and(|(_, stage)| stage.sign == Sign::Sequence);
        let ready: Vec<TaskId> = self
            .case
            .round(place, round)
            .filter(|task| task.is_seat() && task.state == TaskState::Waiting)
            .filter(|task| is_its_turn(&self.case, task, in_turn))
            .map(|task| task.id)
            .collect();
        for task in ready {
            // Its holder may have left the post while others signed.
            if self.case.task(task).is_some_and(|task| self.is_lost(task)) {
                self.record(Event::ClaimLost { task });
            }
            self.record(Event::TurnCame { task });
            self.allot(task);
        }
    }

    /// Closes the advice that was asked for on a task and has not come: it is decided without.
    pub(super) fn cancel_advice(&mut self, from: TaskId) {
        let advises = |task: &TaskId| {
            let task = self.case.task(*task);
            task.is_some_and(|task| task.asks == TaskAsks::Advise)
        };
        let mut awaited = called_from(&self.case, from);
        awaited.retain(advises);
        for task in awaited {
            let why = CancelReason::Decided;
            self.record(Event::TaskCancelled { task, why });
        }
    }

    /// Closes what was called for on a task and has not been answered.
    pub(super) fn cancel_called(&mut self, from: TaskId, why: CancelReason) {
        for task in called_from(&self.case, from) {
            self.record(Event::TaskCancelled { task, why });
            self.cancel_called(task, why);
        }
    }
}

/// The live tasks that were called for on this one.
fn called_from(case: &Case, from: TaskId) -> Vec<TaskId> {
    let called = |task: &&Task| {
        task.called
            .as_ref()
            .is_some_and(|called| called.from == from)
    };
    case.tasks
        .iter()
        .filter(|task| task.is_live())
        .filter(called)
        .map(|task| task.id)
        .collect()
}

/// Whether a task waits for signers that were added before it.
pub(super) fn waits_for_signers(case: &Case, task: &Task) -> bool {
    let before = |other: &Task| {
        other
            .called
            .as_ref()
            .is_some_and(|called| called.from == task.id && called.how == CalledAs::Before)
    };
    case.round(&task.stage, task.round)
        .any(|other| other.is_live() && before(other))
}

fn is_its_turn(case: &Case, task: &Task, in_turn: bool) -> bool {
    if waits_for_signers(case, task) {
        return false;
    }
    if let Some(called) = &task.called
        && called.how == CalledAs::After
        && case.task(called.from).is_some_and(Task::is_live)
    {
        return false;
    }
    let seat = seat_of(case, task);
    let earlier = |other: &Task| other.is_seat() && other.is_live() && seat_of(case, other) < seat;
    !in_turn || !case.round(&task.stage, task.round).any(earlier)
}

/// The seat of the definition behind which a signer was added; of any other task, itself.
fn seat_of(case: &Case, task: &Task) -> TaskId {
    chain(case, task).last().map_or(task.id, |seat| seat.id)
}

/// A task, the one that it was called for on, and so on.
fn chain<'a>(case: &'a Case, task: &'a Task) -> impl Iterator<Item = &'a Task> {
    std::iter::successors(Some(task), move |task| {
        // Called for on an earlier task, so this ends.
        let from = task.called.as_ref()?.from;
        (from < task.id).then(|| case.task(from)).flatten()
    })
}

/// How many callers stand behind a task: 0 for a seat of the definition.
pub(super) fn depth(case: &Case, task: &Task) -> usize {
    chain(case, task).count() - 1
}
