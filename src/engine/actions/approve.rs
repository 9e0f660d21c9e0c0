//! Approve (同意): one person's yes on one task; the sign rule says what it makes of the round.

use super::{ActionRule, answer, comment_for};
use crate::engine::run::Run;
use crate::engine::{Answer, Input, Rejection, Situation, TaskAsks, TaskId};

pub(super) struct Approve;

impl ActionRule for Approve {
    fn name(&self) -> &'static str {
        "approve"
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
        answer(run, input, self.name(), Answer::Approved, true, comment)
    }
}
