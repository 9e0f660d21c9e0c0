//! Release (退签): a taken task goes back to those it was offered to, and where the stage gives tasks out, to the next of
//! them.

use super::ActionRule;
use crate::engine::run::Run;
use crate::engine::situation::denies;
use crate::engine::{Event, Input, Rejection, Situation, TaskId};

pub(super) struct Release;

impl ActionRule for Release {
    fn name(&self) -> &'static str {
        "release"
    }

    fn may(&self, at: &Situation<'_>, task: Option<TaskId>) -> Result<(), Rejection> {
        let task = at.my_task(self.name(), task)?;
        let node = at.workflow.node(&task.stage);
        if task.holder.is_none()
            || task.holder != Some(at.acts_as(task)?)
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
        run.record(Event::Released { task });
        run.allot(task);
        Ok(())
    }
}
