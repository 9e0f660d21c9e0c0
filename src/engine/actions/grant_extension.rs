//! Grant an extension (同意延期): the clock gets more time, counted from its old date; all of what was asked, or less.

use super::extend::amount;
use super::{ActionRule, text_of};
use crate::engine::run::Run;
use crate::engine::{
    Answer, Event, Input, Rejection, Situation, TaskAsks, TaskId, clocks, extension,
};

pub(super) struct GrantExtension;

impl ActionRule for GrantExtension {
    fn name(&self) -> &'static str {
        "grant_extension"
    }

    fn may(&self, at: &Situation<'_>, task: Option<TaskId>) -> Result<(), Rejection> {
        asked(at, self.name(), task)
    }

    fn decide(&self, run: &mut Run<'_>, input: &Input) -> Result<(), Rejection> {
        let comment = text_of(input)?;
        let task = input.task.ok_or(Rejection::TaskMissing(self.name()))?;
        let closed = || Rejection::TaskClosed(task);
        let (key, by) = {
            let (key, clock) = run.case.clock_extended_by(task).ok_or_else(closed)?;
            let (_, asked) = clock.pending().ok_or_else(closed)?;
            let rules = clocks::rules_of(run.workflow, &clock.node);
            let extend = rules.get(clock.rule).and_then(|rule| rule.extend.as_ref());
            let left = extend
                .and_then(|extend| extension::left(&run.case, clock, extend, Some(task)))
                .ok_or(Rejection::ExtensionUsed)?;
            let most = if left.count < asked.by.count {
                left
            } else {
                asked.by
            };
            let by = match input.time.as_deref() {
                Some(time) => amount(time, most)?,
                None => most,
            };
            (key.clone(), by)
        };
        run.record(Event::Answered {
            task,
            answer: Answer::Granted,
            comment: comment.clone(),
            automatic: None,
        });
        run.extend(&key, Some(task), by, comment);
        Ok(())
    }
}

/// Whether the actor decides about more time on this task.
pub(super) fn asked(
    at: &Situation<'_>,
    action: &'static str,
    task: Option<TaskId>,
) -> Result<(), Rejection> {
    let task = at.my_task(action, task)?;
    match task.asks {
        TaskAsks::Extension => Ok(()),
        _ => Err(Rejection::NotOffered { action }),
    }
}
