//! Comment (讨论): outside the record of opinions, by whoever has to do with the case.

use super::{ActionRule, reason_for};
use crate::engine::involve::Why;
use crate::engine::run::Run;
use crate::engine::{Event, Input, Rejection, Right, Situation, TaskId};

pub(super) struct Comment;

impl ActionRule for Comment {
    fn name(&self) -> &'static str {
        "comment"
    }

    fn on_task(&self) -> bool {
        false
    }

    fn may(&self, at: &Situation<'_>, _: Option<TaskId>) -> Result<(), Rejection> {
        at.person()?;
        if !at.case.is_open() {
            return Err(Rejection::CaseClosed);
        }
        if at.is_denied(self.name()) {
            return Err(Rejection::NotOffered {
                action: self.name(),
            });
        }
        match at.is_involved(&Why::ALL) {
            true => Ok(()),
            false => Err(Rejection::NotOffered {
                action: self.name(),
            }),
        }
    }

    fn right(&self, at: &Situation<'_>, _: &Input) -> Right {
        at.right_by_part(&Why::ALL).unwrap_or(Right::Own)
    }

    fn decide(&self, run: &mut Run<'_>, input: &Input) -> Result<(), Rejection> {
        let text = reason_for(self.name(), input)?;
        run.record(Event::Commented { text });
        Ok(())
    }
}
