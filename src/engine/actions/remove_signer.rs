//! Remove a signer (减签): only one who was added and has not acted, by whoever added them or by a workflow administrator.
//! Nobody removes a seat of the definition: what it asks for is not the signers' to drop.

use super::{ActionRule, reason_for};
use crate::engine::run::Run;
use crate::engine::situation::denies;
use crate::engine::task::CancelReason;
use crate::engine::{Channel, Event, Input, Rejection, Situation, Task, TaskId, people};

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
        let person = at.person()?;
        let node = at.workflow.node(&task.stage);
        let denied = node.is_some_and(|node| denies(node, self.name()));
        let Some(called) = task.called.as_ref().filter(|_| task.is_seat() && !denied) else {
            return Err(Rejection::NotOffered {
                action: self.name(),
            });
        };
        if at.context.channel == Channel::Link {
            return Err(Rejection::LoginFirst);
        }
        let administers = || people::managers(&task.stage, at).contains(&person);
        match called.by == person || administers() {
            true => Ok(task),
            false => Err(Rejection::MissingPost("workflow_admin".into())),
        }
    }
}
