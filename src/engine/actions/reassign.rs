//! Reassign (改派): the workflow administrator names a holder for a task that no one can hold, or no one is left for.

use super::{ActionRule, reason_for};
use crate::engine::run::Run;
use crate::engine::{Event, Input, Party, Rejection, Situation, TaskAsks, TaskId, people};

pub(super) struct Reassign;

impl ActionRule for Reassign {
    fn name(&self) -> &'static str {
        "reassign"
    }

    fn may(&self, at: &Situation<'_>, task: Option<TaskId>) -> Result<(), Rejection> {
        let task = at.open_task(self.name(), task)?;
        // A case that needs mending is mended by whoever administers it, and by nobody else.
        if task.asks == TaskAsks::Repair
            || !people::is_unheld(at.workflow, at.case, task, at.context)
        {
            return Err(Rejection::NotOffered {
                action: self.name(),
            });
        }
        let person = at.person()?;
        if !people::managers(&task.stage, at).contains(&person) {
            return Err(Rejection::MissingPost("workflow_admin".into()));
        }
        Ok(())
    }

    fn decide(&self, run: &mut Run<'_>, input: &Input) -> Result<(), Rejection> {
        let comment = reason_for(self.name(), input)?;
        let (task, to) = {
            let at = run.situation();
            let task = at.open_task(self.name(), input.task)?;
            let login = input.person.as_deref().unwrap_or_default();
            let person = at
                .context
                .directory
                .by_login(login)
                .filter(|person| person.active)
                .ok_or_else(|| Rejection::UnknownPerson(login.to_owned()))?;
            // Whoever names the holder never signs the task themselves.
            if Some(person.id) == at.context.person() {
                return Err(Rejection::Excluded);
            }
            people::bar(at.workflow, at.case, task, person.id, at.context)?;
            (task.id, person.id)
        };
        run.record(Event::Reassigned {
            task,
            to: vec![Party::Person(to)],
            comment: Some(comment),
        });
        Ok(())
    }
}
