//! Acknowledge (知悉): a notice was read.

use super::{ActionRule, answer, comment_for};
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
        let comment = {
            let at = run.situation();
            let (_, node, _) = at.my_answer(self.name(), input.task, &[TaskAsks::Notice])?;
            comment_for(node, self.name(), false, input)?
        };
        answer(run, input, self.name(), Answer::Acknowledged, true, comment)
    }
}
