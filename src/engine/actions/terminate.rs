//! Terminate (终止): a workflow administrator ends a case, with a reason.

use super::suspend::manages;
use super::{ActionRule, reason_for};
use crate::engine::run::Run;
use crate::engine::{Event, Input, Rejection, Right, Situation, TaskId};

pub(super) struct Terminate;

impl ActionRule for Terminate {
    fn name(&self) -> &'static str {
        "terminate"
    }

    fn on_task(&self) -> bool {
        false
    }

    fn may(&self, at: &Situation<'_>, _: Option<TaskId>) -> Result<(), Rejection> {
        if at.case.region().is_none() {
            return Err(Rejection::CaseClosed);
        }
        manages(at)
    }

    fn right(&self, at: &Situation<'_>, _: &Input) -> Right {
        at.right_to_manage("").unwrap_or(Right::Own)
    }

    fn decide(&self, run: &mut Run<'_>, input: &Input) -> Result<(), Rejection> {
        let comment = reason_for(self.name(), input)?;
        run.record(Event::Terminated { comment });
        run.close();
        Ok(())
    }
}
