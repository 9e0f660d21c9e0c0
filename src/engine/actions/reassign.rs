//! Reassign (改派): a workflow administrator gives an open task to somebody else, with a reason: because no one can hold it,
//! whoever does has left, or they do not get round to it.

use super::{ActionRule, reason_for};
use crate::directory::PersonId;
use crate::engine::run::Run;
use crate::engine::{
    Event, Input, Party, Rejection, Right, Situation, Task, TaskAsks, TaskId, naming, people,
};

pub(super) struct Reassign;

impl ActionRule for Reassign {
    fn name(&self) -> &'static str {
        "reassign"
    }

    fn may(&self, at: &Situation<'_>, task: Option<TaskId>) -> Result<(), Rejection> {
        let task = at.open_task(self.name(), task)?;
        // A case that needs mending is mended by whoever administers it, and by nobody else; advice that does not come holds
        // nothing up.
        if matches!(task.asks, TaskAsks::Repair | TaskAsks::Advise) {
            return Err(Rejection::NotOffered {
                action: self.name(),
            });
        }
        at.person()?;
        match names_holders(at, task) {
            Some(_) => Ok(()),
            None => Err(Rejection::MissingPost("workflow_admin".into())),
        }
    }

    fn right(&self, at: &Situation<'_>, input: &Input) -> Right {
        let task = input.task.and_then(|id| at.case.task(id));
        let right = task.and_then(|task| names_holders(at, task));
        right.unwrap_or(Right::Own)
    }

    fn decide(&self, run: &mut Run<'_>, input: &Input) -> Result<(), Rejection> {
        let comment = reason_for(self.name(), input)?;
        let (task, to) = {
            let at = run.situation();
            let task = at.open_task(self.name(), input.task)?;
            let login = input.person.as_deref().unwrap_or_default();
            let person = naming::taker(&at, task, login)?;
            if task.asks == TaskAsks::Edit && has_signed(&at, person) {
                return Err(naming::barred(person, Rejection::Excluded));
            }
            (task.id, person)
        };
        run.record(Event::Reassigned {
            task,
            to: vec![Party::Person(to)],
            comment: Some(comment),
        });
        Ok(())
    }
}

/// A workflow administrator of the applicant's authority for any task; for one that no one can hold, also whom the
/// stage names for that.
fn names_holders(at: &Situation<'_>, task: &Task) -> Option<Right> {
    let of_stage = || match at.is_unheld(task) {
        true => at.right_to_manage(&task.stage),
        false => None,
    };
    at.right_to_manage("").or_else(of_stage)
}

/// Nobody revises what they have signed.
fn has_signed(at: &Situation<'_>, person: PersonId) -> bool {
    let mut signed = at
        .case
        .tasks
        .iter()
        .filter(|task| task.asks == TaskAsks::Sign);
    signed.any(|task| people::acted_on(task, person))
}
