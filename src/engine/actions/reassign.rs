//! Reassign (改派): a workflow administrator gives an open task to somebody else, with a reason: because no one can hold it,
//! whoever does has left, or they do not get round to it.

use super::{ActionRule, reason_for};
use crate::directory::PersonId;
use crate::engine::run::Run;
use crate::engine::{
    Event, Input, Party, Rejection, Situation, Task, TaskAsks, TaskId, naming, people,
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
        let person = at.person()?;
        match names_holders(at, task, person) {
            true => Ok(()),
            false => Err(Rejection::MissingPost("workflow_admin".into())),
        }
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
fn names_holders(at: &Situation<'_>, task: &Task, person: PersonId) -> bool {
    people::managers("", at).contains(&person)
        || (at.is_unheld(task) && people::managers(&task.stage, at).contains(&person))
}

/// Nobody revises what they have signed.
fn has_signed(at: &Situation<'_>, person: PersonId) -> bool {
    let signed = at
        .case
        .tasks
        .iter()
        .filter(|task| task.asks == TaskAsks::Sign);
    signed
        .filter_map(people::settled_by)
        .any(|signer| signer == person)
}
