//! Supplement (补正): everything missing is listed once, the clock pauses and says so, the case resumes at the same task.

use super::{ActionRule, reason_for};
use crate::engine::run::Run;
use crate::engine::{
    Event, Input, Rejection, Situation, TaskAsks, TaskId, answers, clocks, people,
};
use crate::workflow::SupplementClock;

pub(super) struct Supplement;

const KINDS: &[TaskAsks] = &[TaskAsks::Sign, TaskAsks::Work];

impl ActionRule for Supplement {
    fn name(&self) -> &'static str {
        "supplement"
    }

    fn may(&self, at: &Situation<'_>, task: Option<TaskId>) -> Result<(), Rejection> {
        let (task, _, stage) = at.my_answer(self.name(), task, KINDS)?;
        let Some(supplement) = &stage.supplement else {
            return Err(Rejection::NotOffered {
                action: self.name(),
            });
        };
        let used = at.case.stage(&task.stage).supplements;
        if supplement.times <= used {
            return Err(Rejection::SupplementUsed(used));
        }
        Ok(())
    }

    fn decide(&self, run: &mut Run<'_>, input: &Input) -> Result<(), Rejection> {
        let comment = reason_for(self.name(), input)?;
        let (id, supplement) = {
            let at = run.situation();
            let (task, _, stage) = at.my_answer(self.name(), input.task, KINDS)?;
            let supplement = stage.supplement.clone().ok_or(Rejection::NotOffered {
                action: self.name(),
            })?;
            (task.stage.clone(), supplement)
        };
        if input.fields.is_empty() {
            return Err(Rejection::FieldsMissing);
        }
        if let Some(unknown) = input
            .fields
            .iter()
            .find(|field| !answers::asked_at_start(run.workflow).asks(field))
        {
            return Err(Rejection::UnknownField(unknown.clone()));
        }
        let of = people::parties(&supplement.from, &run.case, run.context);
        run.record(Event::SupplementAsked {
            id: id.clone(),
            fields: input.fields.clone(),
            comment,
            of,
        });
        if supplement.clock != SupplementClock::Run {
            run.set_clocks_running(&id, false);
        }
        run.start_clocks(&clocks::supplement_of(&id))
            .map_err(|error| Rejection::Guard(error.to_string()))
    }
}
