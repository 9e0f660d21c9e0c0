//! Resume (恢复): a parked case tries again what its guard failed at, after its cause was mended.

use super::{ActionRule, text_of};
use crate::engine::run::Run;
use crate::engine::{Answer, Event, Input, Rejection, Situation, TaskAsks, TaskId};

pub(super) struct Resume;

impl ActionRule for Resume {
    fn name(&self) -> &'static str {
        "resume"
    }

    fn may(&self, at: &Situation<'_>, task: Option<TaskId>) -> Result<(), Rejection> {
        let task = at.my_task(self.name(), task)?;
        if task.asks != TaskAsks::Repair {
            return Err(Rejection::NotOffered {
                action: self.name(),
            });
        }
        Ok(())
    }

    fn decide(&self, run: &mut Run<'_>, input: &Input) -> Result<(), Rejection> {
        let task = input.task.ok_or(Rejection::TaskMissing(self.name()))?;
        let comment = text_of(input)?;
        let step = run.parked_step().ok_or(Rejection::NotOffered {
            action: self.name(),
        })?;
        run.record(Event::Answered {
            task,
            answer: Answer::Repaired,
            comment,
            automatic: None,
        });
        run.record(Event::Unparked);
        run.retry(step)
    }
}
