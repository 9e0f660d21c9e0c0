//! Erase (删除个人信息): a workflow administrator has private answers erased, as the person whom they are about may ask. What
//! stood for them stays in the record, so that its hashes hold; nobody can tell any more what of.

use super::suspend::manages;
use super::{ActionRule, reason_for};
use crate::engine::run::Run;
use crate::engine::{Event, Input, Rejection, Right, Situation, Status, TaskId, erasure};

pub(super) struct Erase;

impl ActionRule for Erase {
    fn name(&self) -> &'static str {
        "erase"
    }

    fn on_task(&self) -> bool {
        false
    }

    fn may(&self, at: &Situation<'_>, _: Option<TaskId>) -> Result<(), Rejection> {
        at.person()?;
        // Whether the case runs, is held up or has ended does not matter: the person's right is the same.
        if at.case.status == Status::Draft || at.context.vault.kept().is_empty() {
            return Err(Rejection::NotOffered {
                action: self.name(),
            });
        }
        manages(at)
    }

    fn right(&self, at: &Situation<'_>, _: &Input) -> Right {
        at.right_to_manage("").unwrap_or(Right::Own)
    }

    fn decide(&self, run: &mut Run<'_>, input: &Input) -> Result<(), Rejection> {
        if input.fields.is_empty() {
            return Err(Rejection::NothingNamed);
        }
        let all = erasure::named(&run.case, &run.context.vault.kept(), &input.fields)?;
        let comment = reason_for(self.name(), input)?;
        if !input.confirmed {
            return Err(Rejection::EraseUnconfirmed);
        }
        for (of, values) in all {
            run.record(Event::Erased {
                of,
                values,
                comment: comment.clone(),
            });
        }
        Ok(())
    }
}
