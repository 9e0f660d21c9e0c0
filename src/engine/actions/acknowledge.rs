//! Acknowledge (知悉): a notice was read.

use super::{ActionRule, answer, text_of};
use crate::engine::run::Run;
use crate::engine::{Answer, Input, Rejection, Situation, TaskAsks, TaskId};

pub(super) struct Acknowledge;

impl ActionRule for Acknowledge {
    fn name(&self) -> &'static str {
        "acknowledge"
    }

    fn may(&self, at: &Situation<'_>, task: Option<TaskId>) -> Result<(), Rejection> {
        at.my_answer(self.name(), task, &[TaskAsks::Notice])
            .map(drop)
    }

    fn decide(&self, run: &mut Run<'_>, input: &Input) -> Result<(), Rejection> {
        let comment = text_of(input)?;
        answer(run, input, self.name(), Answer::Acknowledged, true, comment)
    }
}
