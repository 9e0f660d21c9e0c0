//! Abstain (弃权): offered only under a vote that allows it; counts in the denominator, not as a yes.

use super::{ActionRule, answer, comment_for};
use crate::engine::run::Run;
use crate::engine::{Answer, Input, Rejection, Situation, TaskAsks, TaskId};
use crate::workflow::Sign;

pub(super) struct Abstain;

impl ActionRule for Abstain {
    fn name(&self) -> &'static str {
        "abstain"
    }

    fn may(&self, at: &Situation<'_>, task: Option<TaskId>) -> Result<(), Rejection> {
        let (task, _, stage) = at.my_answer(self.name(), task, &[TaskAsks::Sign])?;
        match &stage.sign {
            // Who must agree besides does not vote.
            Sign::Vote(vote) if vote.abstain && !task.is_beside() => Ok(()),
            Sign::Any | Sign::All | Sign::Sequence | Sign::Vote(_) => Err(Rejection::NotOffered {
                action: self.name(),
            }),
        }
    }

    fn decide(&self, run: &mut Run<'_>, input: &Input) -> Result<(), Rejection> {
        let comment = {
            let at = run.situation();
            let (_, node, _) = at.my_answer(self.name(), input.task, &[TaskAsks::Sign])?;
            comment_for(node, self.name(), false, input)?
        };
        answer(run, input, self.name(), Answer::Abstained, false, comment)
    }
}
