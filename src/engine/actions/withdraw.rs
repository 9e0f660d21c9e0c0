//! Withdraw (撤回): the applicant takes the request back, until the workflow's milestone or the first verdict.

use super::{ActionRule, text_of};
use crate::engine::run::Run;
use crate::engine::{Case, Event, Input, Rejection, Situation, TaskAsks, TaskId, TaskState};

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
        if !at.case.is_open() {
            return Err(Rejection::CaseClosed);
        }
        let too_late = match &at.workflow.withdraw_until {
            Some(milestone) => 0 < at.case.stage(milestone).rounds,
            None => has_verdict(at.case),
        };
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

fn has_verdict(case: &Case) -> bool {
    case.tasks
        .iter()
        .any(|task| task.asks == TaskAsks::Sign && matches!(task.state, TaskState::Settled { .. }))
}
