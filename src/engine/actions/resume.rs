//! Resume (恢复): a suspended case goes on, its clocks with what was left; a parked one tries again what its guard failed at,
//! after its cause was mended.

use super::suspend::manages;
use super::{ActionRule, text_of};
use crate::engine::run::Run;
use crate::engine::{Answer, Event, Input, Rejection, Right, Situation, TaskAsks, TaskId};

pub(super) struct Resume;

impl ActionRule for Resume {
    fn name(&self) -> &'static str {
        "resume"
    }

    fn may(&self, at: &Situation<'_>, task: Option<TaskId>) -> Result<(), Rejection> {
        if at.case.is_suspended() {
            return manages(at);
        }
        let task = at.my_task(self.name(), task)?;
        if task.asks != TaskAsks::Repair {
            return Err(Rejection::NotOffered {
                action: self.name(),
            });
        }
        Ok(())
    }

    fn right(&self, at: &Situation<'_>, input: &Input) -> Right {
        let task = input.task.and_then(|id| at.case.task(id));
        let right = match task.filter(|_| !at.case.is_suspended()) {
            Some(task) => at.right_on(task).ok(),
            None => at.right_to_manage(""),
        };
        right.unwrap_or(Right::Own)
    }

    fn decide(&self, run: &mut Run<'_>, input: &Input) -> Result<(), Rejection> {
        let comment = text_of(input)?;
        if run.case.is_suspended() {
            run.record(Event::Continued { comment });
            return run.settle_down();
        }
        let task = input.task.ok_or(Rejection::TaskMissing(self.name()))?;
        let id = run.case.task(task).map(|task| task.stage.clone());
        let id = id.ok_or(Rejection::UnknownTask(task))?;
        let step = run.parked_step(&id).ok_or(Rejection::NotOffered {
            action: self.name(),
        })?;
        run.record(Event::Answered {
            task,
            answer: Answer::Repaired,
            comment,
            automatic: None,
        });
        run.record(Event::Unparked { id });
        run.retry(step)
    }
}
