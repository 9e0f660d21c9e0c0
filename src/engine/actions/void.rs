//! Void (作废): a workflow administrator declares a case void, with a reason: a running one ends with it, an approval does
//! not hold any more.

use super::{ActionRule, reason_for};
use crate::engine::run::Run;
use crate::engine::{Event, Input, Rejection, Situation, Status, TaskId, people};
use crate::workflow::Outcome;

pub(super) struct Void;

impl ActionRule for Void {
    fn name(&self) -> &'static str {
        "void"
    }

    fn on_task(&self) -> bool {
        false
    }

    fn may(&self, at: &Situation<'_>, _: Option<TaskId>) -> Result<(), Rejection> {
        let person = at.person()?;
        if at.case.status == Status::Draft || at.is_denied(self.name()) {
            return Err(Rejection::NotOffered {
                action: self.name(),
            });
        }
        if let Status::Ended { end, voided, .. } = &at.case.status {
            let outcome = at.workflow.end(end).map(|end| end.outcome);
            // What was refused or withdrawn permits nothing that could be taken away.
            if voided.is_some() || outcome != Some(Outcome::Approved) {
                return Err(Rejection::CaseClosed);
            }
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
        if !matches!(run.case.status, Status::Ended { .. }) {
            run.close();
        }
        run.record(Event::Voided { comment });
        Ok(())
    }
}
