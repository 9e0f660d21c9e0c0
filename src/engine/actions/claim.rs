//! Claim (签收): an offered task becomes mine; the others lose it.

use super::ActionRule;
use crate::engine::run::Run;
use crate::engine::situation::denies;
use crate::engine::{Event, Input, Rejection, Situation, TaskAsks, TaskId};

pub(super) struct Claim;

impl ActionRule for Claim {
    fn name(&self) -> &'static str {
        "claim"
    }

    fn may(&self, at: &Situation<'_>, task: Option<TaskId>) -> Result<(), Rejection> {
        let task = at.my_task(self.name(), task)?;
        let node = at.workflow.node(&task.stage);
        if !at.is_open_to_others(task)
            || !matches!(task.asks, TaskAsks::Sign | TaskAsks::Work)
            || node.is_some_and(|node| denies(node, self.name()))
        {
            return Err(Rejection::NotOffered {
                action: self.name(),
            });
        }
        Ok(())
    }

    fn decide(&self, run: &mut Run<'_>, input: &Input) -> Result<(), Rejection> {
        let task = input.task.ok_or(Rejection::TaskMissing(self.name()))?;
        run.record(Event::Claimed { task });
        Ok(())
    }
}
