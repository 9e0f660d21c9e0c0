//! Done (办结): a piece of work is finished.

use super::{ActionRule, answer, comment_for};
use crate::engine::run::Run;
use crate::engine::{Answer, Input, Rejection, Situation, TaskAsks, TaskId};

pub(super) struct Done;

impl ActionRule for Done {
    fn name(&self) -> &'static str {
        "done"
    }

    fn may(&self, at: &Situation<'_>, task: Option<TaskId>) -> Result<(), Rejection> {
        let (_, _, stage) = at.my_answer(self.name(), task, &[TaskAsks::Work])?;
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
            let (_, node, _) = at.my_answer(self.name(), input.task, &[TaskAsks::Work])?;
            comment_for(node, self.name(), false, input)?
        };
        answer(run, input, self.name(), Answer::Done, true, comment)
    }
}
