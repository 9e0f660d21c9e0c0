//! Advise (提供意见): what somebody thinks who was asked for it. It goes on record and decides nothing.

use super::{ActionRule, reason_for};
use crate::engine::run::Run;
use crate::engine::{Answer, Event, Input, Rejection, Situation, TaskAsks, TaskId};

pub(super) struct Advise;

const KINDS: &[TaskAsks] = &[TaskAsks::Advise];

impl ActionRule for Advise {
    fn name(&self) -> &'static str {
        "advise"
    }

    fn may(&self, at: &Situation<'_>, task: Option<TaskId>) -> Result<(), Rejection> {
        at.my_seat(self.name(), task, KINDS).map(drop)
    }

    fn decide(&self, run: &mut Run<'_>, input: &Input) -> Result<(), Rejection> {
        let task = input.task.ok_or(Rejection::TaskMissing(self.name()))?;
        let comment = Some(reason_for(self.name(), input)?);
        run.record(Event::Answered {
            task,
            answer: Answer::Advised,
            comment,
            automatic: None,
        });
        Ok(())
    }
}
