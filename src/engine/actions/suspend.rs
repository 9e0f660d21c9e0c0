//! Suspend (挂起): a manager holds a case up; its clocks stand still and keep what is left, and nobody acts.

use super::{ActionRule, reason_for};
use crate::engine::run::Run;
use crate::engine::{Event, Input, Rejection, Right, Situation, TaskId};

pub(super) struct Suspend;

impl ActionRule for Suspend {
    fn name(&self) -> &'static str {
        "suspend"
    }

    fn on_task(&self) -> bool {
        false
    }

    fn may(&self, at: &Situation<'_>, _: Option<TaskId>) -> Result<(), Rejection> {
        at.is_running()?;
        manages(at)
    }

    fn right(&self, at: &Situation<'_>, _: &Input) -> Right {
        at.right_to_manage("").unwrap_or(Right::Own)
    }

    fn decide(&self, run: &mut Run<'_>, input: &Input) -> Result<(), Rejection> {
        let comment = reason_for(self.name(), input)?;
        run.record(Event::Suspended { comment });
        run.adjust_clocks();
        Ok(())
    }
}

/// Whether the actor manages the case: a workflow administrator, and never of a case of their own.
pub(super) fn manages(at: &Situation<'_>) -> Result<(), Rejection> {
    let person = at.person()?;
    if person == at.case.applicant {
        return Err(Rejection::Excluded);
    }
    match at.right_to_manage("") {
        Some(_) => Ok(()),
        None => Err(Rejection::MissingPost("workflow_admin".into())),
    }
}
