//! Void (作废): a workflow administrator declares a case void, with a reason: a running one ends with it, an approval does
//! not hold any more.

use super::suspend::manages;
use super::{ActionRule, reason_for};
use crate::engine::run::Run;
use crate::engine::{Entry, Event, Input, Rejection, Right, Situation, Status, TaskId};
use crate::forms::Answers;
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
        at.person()?;
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
        manages(at)
    }

    fn right(&self, at: &Situation<'_>, _: &Input) -> Right {
        at.right_to_manage("").unwrap_or(Right::Own)
    }

    fn decide(&self, run: &mut Run<'_>, input: &Input) -> Result<(), Rejection> {
        let comment = reason_for(self.name(), input)?;
        if !matches!(run.case.status, Status::Ended { .. }) {
            run.close();
        }
        run.record(Event::Voided { comment });
        void_entries(run);
        Ok(())
    }
}

/// What the case has left in registers stays there, with a new status: nothing is deleted.
fn void_entries(run: &mut Run<'_>) {
    let end = match &run.case.status {
        Status::Ended { end, .. } => end.clone(),
        _ => return,
    };
    let in_force = run.case.entries.values();
    let voided: Vec<Event> = in_force
        .filter(|entry| entry.status.as_deref() != Some(Entry::VOIDED))
        .map(|entry| Event::Recorded {
            id: end.clone(),
            register: entry.register.clone(),
            branch: entry.branch.clone(),
            element: entry.element.clone(),
            status: Some(Entry::VOIDED.to_owned()),
            values: Answers::new(),
        })
        .collect();
    for event in voided {
        run.record(event);
    }
}
