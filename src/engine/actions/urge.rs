//! Urge (催办): reminds those we wait for; at most once in two hours for a case, whoever urges.

use chrono::TimeDelta;

use super::{ActionRule, text_of};
use crate::calendar::Instant;
use crate::engine::involve::Why;
use crate::engine::run::Run;
use crate::engine::{Event, Input, Rejection, Right, Situation, TaskId};

/// So long nobody urges again.
const QUIET: TimeDelta = TimeDelta::hours(2);

pub(super) struct Urge;

impl ActionRule for Urge {
    fn name(&self) -> &'static str {
        "urge"
    }

    fn on_task(&self) -> bool {
        false
    }

    fn may(&self, at: &Situation<'_>, _: Option<TaskId>) -> Result<(), Rejection> {
        let person = at.person()?;
        at.is_running()?;
        // What one could do oneself, nobody is urged to do.
        let for_somebody_else = at.case.awaited().any(|task| {
            let able = at.able_on(task);
            !able.is_empty() && !able.contains(&person)
        });
        if at.is_denied(self.name()) || urges(at).is_none() || !for_somebody_else {
            return Err(Rejection::NotOffered {
                action: self.name(),
            });
        }
        let quiet_until = at.case.urged.map(|urged| urged + QUIET);
        let left = |again: &Instant| *again - at.context.now;
        // More than that is left only where the clock was ahead when somebody urged.
        match quiet_until.filter(|again| TimeDelta::zero() < left(again) && left(again) <= QUIET) {
            Some(again) => Err(Rejection::UrgedAlready { again }),
            None => Ok(()),
        }
    }

    fn right(&self, at: &Situation<'_>, _: &Input) -> Right {
        urges(at).unwrap_or(Right::Own)
    }

    fn decide(&self, run: &mut Run<'_>, input: &Input) -> Result<(), Rejection> {
        let comment = text_of(input)?;
        run.record(Event::Urged { comment });
        Ok(())
    }
}

/// By what right the actor may urge in this case at all.
fn urges(at: &Situation<'_>) -> Option<Right> {
    let by_part = at.right_by_part(&[
        Why::Applicant,
        Why::Asked,
        Why::Acted,
        Why::Escalated,
        Why::Manages,
    ]);
    by_part.or_else(|| at.right_to_manage(""))
}
