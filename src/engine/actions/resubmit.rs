//! Resubmit (再次提交): the applicant of a case that has ended begins another one, filled from it. Nothing happens to the old
//! one; the draft is the service's to make.

use super::ActionRule;
use super::submit::may_file;
use crate::engine::run::Run;
use crate::engine::{Input, Rejection, Situation, Status, TaskId};

pub(super) struct Resubmit;

impl ActionRule for Resubmit {
    fn name(&self) -> &'static str {
        "resubmit"
    }

    fn on_task(&self) -> bool {
        false
    }

    fn may(&self, at: &Situation<'_>, _: Option<TaskId>) -> Result<(), Rejection> {
        if at.person()? != at.case.applicant {
            return Err(Rejection::OnlyApplicant);
        }
        match at.case.status {
            Status::Ended { .. } => may_file(at),
            Status::Draft | Status::Open { .. } | Status::Suspended { .. } => {
                Err(Rejection::NotOffered {
                    action: self.name(),
                })
            }
        }
    }

    fn decide(&self, _: &mut Run<'_>, _: &Input) -> Result<(), Rejection> {
        Ok(())
    }
}
