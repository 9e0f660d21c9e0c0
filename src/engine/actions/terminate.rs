//! Terminate (终止): a workflow administrator ends a case, with a reason.

use super::{ActionRule, reason_for};
use crate::engine::run::Run;
use crate::engine::{Event, Input, Rejection, Situation, TaskId, people};
use crate::workflow::Outcome;

pub(super) struct Terminate;

impl ActionRule for Terminate {
    fn name(&self) -> &'static str {
        "terminate"
    }

    fn on_task(&self) -> bool {
        false
    }

    fn may(&self, at: &Situation<'_>, _: Option<TaskId>) -> Result<(), Rejection> {
        let person = at.person()?;
        if at.case.region().is_none() {
            return Err(Rejection::CaseClosed);
        }
        // Nobody manages a case of their own.
        if person == at.case.applicant {
            return Err(Rejection::Excluded);
        }
        match people::managers("", at).contains(&person) {
            true => Ok(()),
            false => Err(Rejection::MissingPost("workflow_admin".into())),
        }
    }

    fn decide(&self, run: &mut Run<'_>, input: &Input) -> Result<(), Rejection> {
        let comment = reason_for(self.name(), input)?;
        run.record(Event::Terminated { comment });
        let closed = run
            .workflow
            .ends
            .iter()
            .find(|end| end.outcome == Outcome::Closed)
            .map_or("withdrawn", |end| end.id.as_str());
        run.end(closed);
        Ok(())
    }
}
