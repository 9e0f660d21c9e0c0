//! Urge (催办): reminds those we wait for; at most once in two hours for a case, whoever urges.

use chrono::TimeDelta;

use super::{ActionRule, text_of};
use crate::engine::involve::Why;
use crate::engine::run::Run;
use crate::engine::{Event, Input, Rejection, Situation, TaskId, people};

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
        let waits = at.is_involved(&[
            Why::Applicant,
            Why::Asked,
            Why::Acted,
            Why::Escalated,
            Why::Manages,
        ]) || people::managers("", at).contains(&person);
        // What one could do oneself, nobody is urged to do.
        let for_somebody_else = at.case.awaited().any(|task| {
            let eligible = at.eligible(task);
            !eligible.is_empty() && !eligible.contains(&person)
        });
        if at.is_denied(self.name()) || !waits || !for_somebody_else {
            return Err(Rejection::NotOffered {
                action: self.name(),
            });
        }
        let quiet_until = at.case.urged.map(|urged| urged + QUIET);
        match quiet_until.filter(|again| at.context.now < *again) {
            Some(again) => Err(Rejection::UrgedAlready { again }),
            None => Ok(()),
        }
    }

    fn decide(&self, run: &mut Run<'_>, input: &Input) -> Result<(), Rejection> {
        let comment = text_of(input)?;
        run.record(Event::Urged { comment });
        Ok(())
    }
}
