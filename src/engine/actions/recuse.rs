//! Recuse (回避): I may not sign this. The seat goes to its other holders; where nobody is left, it leaves the count if
//! the rule can do without it, else the workflow administrator names somebody. It never decides by being empty.

use super::{ActionRule, reason_for};
use crate::engine::run::Run;
use crate::engine::task::CancelReason;
use crate::engine::{Event, Input, Rejection, Situation, Task, TaskAsks, TaskId, people};
use crate::workflow::{Seat, Sign, Stage, Who};

pub(super) struct Recuse;

const KINDS: &[TaskAsks] = &[TaskAsks::Sign, TaskAsks::Work];

impl ActionRule for Recuse {
    fn name(&self) -> &'static str {
        "recuse"
    }

    fn may(&self, at: &Situation<'_>, task: Option<TaskId>) -> Result<(), Rejection> {
        at.my_seat(self.name(), task, KINDS).map(drop)
    }

    fn decide(&self, run: &mut Run<'_>, input: &Input) -> Result<(), Rejection> {
        let comment = reason_for(self.name(), input)?;
        let at = run.situation();
        let task = at.my_seat(self.name(), input.task, KINDS)?.clone();
        let recused = |nobody| Event::Recused {
            task: task.id,
            comment: comment.clone(),
            nobody,
        };
        // Whom they had called leaves with them.
        let stays = |run: &mut Run<'_>, nobody| {
            run.record(recused(nobody));
            run.cancel_called(task.id, CancelReason::Recused);
        };
        let mut after = run.case.clone();
        after.evolve(&recused(Vec::new()), &run.context.stamp(after.revision));
        if !people::is_left_without(run.workflow, &after, &task, run.context) {
            stays(run, Vec::new());
            return Ok(());
        }
        if leaves_the_count(run, &task) {
            stays(run, Vec::new());
            run.record(Event::TaskCancelled {
                task: task.id,
                why: CancelReason::Recused,
            });
            return run.settle(&task.stage, false);
        }
        let nobody = people::nobody_for(&task.stage, &run.situation());
        if nobody.is_empty() {
            return Err(Rejection::NobodyToAsk(task.stage));
        }
        stays(run, nobody);
        Ok(())
    }
}

/// Whether the rule can do without a seat that nobody is left for: another one stays, the definition asks for this one
/// as one of several only, and what is signed already is not decided against by its going.
fn leaves_the_count(run: &Run<'_>, task: &Task) -> bool {
    let Some((_, stage)) = run.stage(&task.stage) else {
        return false;
    };
    let others = run
        .case
        .round(&task.stage, task.round)
        .any(|other| other.id != task.id && other.is_seat() && !other.is_cancelled());
    let seat = stage.seats.get(usize::from(task.place));
    let one_of_several =
        task.called.is_some() || seat.is_some_and(|seat| is_one_of_several(stage, seat));
    others && one_of_several && !run.is_decided_against_without(task)
}

/// Under a vote or `any` an unnamed seat; under `all` and `sequence` only one of those that `each` opened.
fn is_one_of_several(stage: &Stage, seat: &Seat) -> bool {
    let each = seat.who.iter().any(|who| {
        matches!(
            who,
            Who::Post { each: true, .. } | Who::Path { each: true, .. }
        )
    });
    match &stage.sign {
        Sign::All | Sign::Sequence => each,
        Sign::Any | Sign::Vote(_) => each || seat.name.is_none(),
    }
}
