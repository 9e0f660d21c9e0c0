//! Save a draft of an opinion (暂存): what somebody has typed on their task is kept for them alone, outside of the case. Nothing
//! happens, so nothing is recorded.

use super::{ActionRule, text_of};
use crate::engine::run::Run;
use crate::engine::{Input, Rejection, Situation, TaskAsks, TaskId, answers};

pub(super) struct SaveDraft;

const KINDS: &[TaskAsks] = &[
    TaskAsks::Sign,
    TaskAsks::Work,
    TaskAsks::Supply,
    TaskAsks::Advise,
];

impl ActionRule for SaveDraft {
    fn name(&self) -> &'static str {
        "save_draft"
    }

    fn may(&self, at: &Situation<'_>, task: Option<TaskId>) -> Result<(), Rejection> {
        at.my_seat(self.name(), task, KINDS).map(drop)
    }

    /// Only what cannot be kept at all is refused: faults of the answers are told when they are given.
    fn decide(&self, run: &mut Run<'_>, input: &Input) -> Result<(), Rejection> {
        text_of(input)?;
        let task = {
            let at = run.situation();
            at.my_seat(self.name(), input.task, KINDS)?.clone()
        };
        answers::drafted(run, &task, input)
    }
}
