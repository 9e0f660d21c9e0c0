//! Remove a signer (减签): only one who was added and has not acted, by whoever added them or by a workflow administrator.
//! Nobody removes a seat of the definition: what it asks for is not the signers' to drop.

use super::{ActionRule, reason_for};
use crate::engine::run::Run;
use crate::engine::situation::denies;
use crate::engine::task::CancelReason;
use crate::engine::{Channel, Event, Input, Rejection, Right, Situation, Task, TaskId};

pub(super) struct RemoveSigner;

impl ActionRule for RemoveSigner {
    fn name(&self) -> &'static str {
        "remove_signer"
    }

    fn on_waiting(&self) -> bool {
        true
    }

    fn may(&self, at: &Situation<'_>, task: Option<TaskId>) -> Result<(), Rejection> {
        self.removable(at, task).map(drop)
    }

    fn right(&self, at: &Situation<'_>, input: &Input) -> Right {
        let task = input.task.and_then(|id| at.case.task(id));
        let right = task.and_then(|task| removes(at, task));
        right.unwrap_or(Right::Own)
    }

    fn decide(&self, run: &mut Run<'_>, input: &Input) -> Result<(), Rejection> {
        let comment = reason_for(self.name(), input)?;
        let (task, stage) = {
            let at = run.situation();
            let task = self.removable(&at, input.task)?;
            (task.id, task.stage.clone())
        };
        run.record(Event::SignerRemoved { task, comment });
        run.cancel_called(task, CancelReason::Removed);
        run.settle(&stage, false)
    }
}

impl RemoveSigner {
    fn removable<'a>(
        &self,
        at: &Situation<'a>,
        task: Option<TaskId>,
    ) -> Result<&'a Task, Rejection> {
        let task = at.live_task(self.name(), task)?;
        at.person()?;
        let node = at.workflow.node(&task.stage);
        let denied = node.is_some_and(|node| denies(node, self.name()));
        if task.called.is_none() || !task.is_seat() || denied {
            return Err(Rejection::NotOffered {
                action: self.name(),
            });
        }
        if at.context.channel == Channel::Link {
            return Err(Rejection::LoginFirst);
        }
        match removes(at, task) {
            Some(_) => Ok(task),
            None => Err(Rejection::MissingPost("workflow_admin".into())),
        }
    }
}

/// By what right the actor takes a signer out again: whoever added them, who acts for that holder, or an administrator.
fn removes(at: &Situation<'_>, task: &Task) -> Option<Right> {
    let called = task.called.as_ref()?;
    if Some(called.by) == at.context.person() {
        return Some(Right::Own);
    }
    let from = at.case.task(called.from);
    match from.is_some_and(|from| at.stands_in_on(from, called.by)) {
        true => Some(Right::For(called.by)),
        false => at.right_to_manage(&task.stage),
    }
}
