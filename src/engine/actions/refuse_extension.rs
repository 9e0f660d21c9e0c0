//! Refuse an extension (不同意延期): the old date stays.

use super::grant_extension::asked;
use super::{ActionRule, reason_for};
use crate::engine::run::Run;
use crate::engine::{Answer, Event, Input, Rejection, Situation, TaskId};

pub(super) struct RefuseExtension;

impl ActionRule for RefuseExtension {
    fn name(&self) -> &'static str {
        "refuse_extension"
    }

    fn may(&self, at: &Situation<'_>, task: Option<TaskId>) -> Result<(), Rejection> {
        asked(at, self.name(), task)
    }

    fn decide(&self, run: &mut Run<'_>, input: &Input) -> Result<(), Rejection> {
        let comment = reason_for(self.name(), input)?;
        let task = input.task.ok_or(Rejection::TaskMissing(self.name()))?;
        let key = run.case.clock_extended_by(task).map(|(key, _)| key.clone());
        let key = key.ok_or(Rejection::TaskClosed(task))?;
        run.record(Event::Answered {
            task,
            answer: Answer::Declined,
            comment: Some(comment.clone()),
            automatic: None,
        });
        run.stop_extension_clocks(&key);
        run.record(Event::ExtensionRefused { key, task, comment });
        Ok(())
    }
}
