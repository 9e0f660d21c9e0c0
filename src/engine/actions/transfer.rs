//! Transfer (转办): my task becomes somebody else's. What the seat weighs, a veto or a casting vote, moves with it.

use super::{ActionRule, reason_for};
use crate::engine::run::Run;
use crate::engine::{Event, Input, Rejection, Situation, TaskAsks, TaskId, naming};

pub(super) struct Transfer;

/// What the applicant has to bring, and what only an administrator can mend, is not passed on.
const KINDS: &[TaskAsks] = &[
    TaskAsks::Sign,
    TaskAsks::Work,
    TaskAsks::Notice,
    TaskAsks::Advise,
];

impl ActionRule for Transfer {
    fn name(&self) -> &'static str {
        "transfer"
    }

    /// Whoever let others sign before may still hand the task over.
    fn on_waiting(&self) -> bool {
        true
    }

    fn may(&self, at: &Situation<'_>, task: Option<TaskId>) -> Result<(), Rejection> {
        at.my_seat_while_others_sign(self.name(), task, KINDS)
            .map(drop)
    }

    fn decide(&self, run: &mut Run<'_>, input: &Input) -> Result<(), Rejection> {
        let comment = reason_for(self.name(), input)?;
        let (task, person) = {
            let at = run.situation();
            let task = at.my_seat_while_others_sign(self.name(), input.task, KINDS)?;
            let login = input.person.as_deref().unwrap_or_default();
            (task.id, naming::taker(&at, task, login)?)
        };
        run.record(Event::Transferred {
            task,
            person,
            comment,
        });
        Ok(())
    }
}
