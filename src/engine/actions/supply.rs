//! Supply (补充材料): what was missing comes; only the listed fields may change.

use super::{ActionRule, text_of};
use crate::engine::case::PositionState;
use crate::engine::run::Run;
use crate::engine::{
    Answer, Event, Input, Rejection, Situation, TaskAsks, TaskId, answers, clocks,
};
use crate::workflow::SupplementClock;

pub(super) struct Supply;

impl ActionRule for Supply {
    fn name(&self) -> &'static str {
        "supply"
    }

    fn may(&self, at: &Situation<'_>, task: Option<TaskId>) -> Result<(), Rejection> {
        let task = at.my_task(self.name(), task)?;
        if task.asks != TaskAsks::Supply {
            return Err(Rejection::NotOffered {
                action: self.name(),
            });
        }
        Ok(())
    }

    fn decide(&self, run: &mut Run<'_>, input: &Input) -> Result<(), Rejection> {
        let comment = text_of(input)?;
        let id = input.task.ok_or(Rejection::TaskMissing(self.name()))?;
        let (stage_id, clock, fields) = {
            let at = run.situation();
            let task = at.my_task(self.name(), input.task)?;
            let clock = at
                .stage_of(task)
                .and_then(|(_, stage)| stage.supplement.as_ref())
                .map(|supplement| supplement.clock);
            let fields = match at
                .case
                .position(&task.stage)
                .map(|position| &position.state)
            {
                Some(PositionState::Supplement { fields }) => fields.clone(),
                _ => return Err(Rejection::TaskClosed(id)),
            };
            (task.stage.clone(), clock.unwrap_or_default(), fields)
        };
        let changed = answers::supplied(run, &fields, input)?;
        run.record(Event::Answered {
            task: id,
            answer: Answer::Supplied,
            comment: comment.clone(),
            automatic: None,
        });
        run.change_answers(changed)?;
        run.stop_clocks(&clocks::supplement_of(&stage_id));
        run.record(Event::Supplied {
            id: stage_id.clone(),
            comment,
        });
        match clock {
            SupplementClock::Pause | SupplementClock::Run => {}
            // The budgets have been read again with the answers.
            SupplementClock::Restart => run.restart_clocks(&stage_id),
        }
        run.adjust_clocks();
        Ok(())
    }
}
