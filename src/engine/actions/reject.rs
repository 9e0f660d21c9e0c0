//! Reject (不同意): one person's no on one task, with a reason where the stage asks for one.

use super::{ActionRule, answer, comment_for};
use crate::engine::run::Run;
use crate::engine::{Answer, Input, Rejection, Situation, TaskAsks, TaskId};

pub(super) struct Reject;

impl ActionRule for Reject {
    fn name(&self) -> &'static str {
        "reject"
    }

    fn may(&self, at: &Situation<'_>, task: Option<TaskId>) -> Result<(), Rejection> {
        let (_, _, stage) = at.my_answer(self.name(), task, &[TaskAsks::Sign])?;
        if !stage.choices.is_empty() {
            return Err(Rejection::NotOffered {
                action: self.name(),
            });
        }
        Ok(())
    }

    fn decide(&self, run: &mut Run<'_>, input: &Input) -> Result<(), Rejection> {
        let comment = {
            let at = run.situation();
            let (_, node, _) = at.my_answer(self.name(), input.task, &[TaskAsks::Sign])?;
            comment_for(node, self.name(), false, input)?
        };
        answer(run, input, self.name(), Answer::Rejected, false, comment)
    }
}
