//! Withdraw (撤回): the applicant takes the request back, until the workflow's milestone or the first verdict.

use super::{ActionRule, text_of};
use crate::engine::run::Run;
use crate::engine::{Event, Input, Rejection, Situation, StageRecord, TaskId};
use crate::workflow::Asks;

pub(super) struct Withdraw;

impl ActionRule for Withdraw {
    fn name(&self) -> &'static str {
        "withdraw"
    }

    fn on_task(&self) -> bool {
        false
    }

    fn may(&self, at: &Situation<'_>, _: Option<TaskId>) -> Result<(), Rejection> {
        if at.person()? != at.case.applicant {
            return Err(Rejection::OnlyApplicant);
        }
        at.is_running()?;
        let too_late = match &at.workflow.withdraw_until {
            Some(milestone) => was_reached(&at.case.stage(milestone)),
            None => has_verdict(at),
        };
        if at.is_denied(self.name()) {
            return Err(Rejection::NotOffered {
                action: self.name(),
            });
        }
        if too_late {
            Err(Rejection::TooLateToWithdraw)
        } else {
            Ok(())
        }
    }

    fn decide(&self, run: &mut Run<'_>, input: &Input) -> Result<(), Rejection> {
        let comment = text_of(input)?;
        run.record(Event::Withdrawn { comment });
        run.end("withdrawn");
        Ok(())
    }
}

/// Entered, or passed over on the way to what comes behind it.
fn was_reached(milestone: &StageRecord) -> bool {
    0 < milestone.rounds || milestone.skipped.is_some()
}

/// Whether a stage that asks for signatures was decided: a single signature is none yet, and a return is no verdict.
fn has_verdict(at: &Situation<'_>) -> bool {
    at.case.stages.iter().any(|(place, record)| {
        let node = at.workflow.node(place);
        let stage = node.and_then(|node| node.stage());
        stage.is_some_and(|stage| stage.asks == Asks::Sign) && record.left.is_some()
    })
}
