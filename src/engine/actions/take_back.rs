//! Take back (拿回): I undo my verdict while nobody has acted after it. The round is open again as it was, what the verdict
//! had opened is closed, and the task is mine.

use super::{ActionRule, text_of};
use crate::directory::PersonId;
use crate::engine::earlier::{self, Earlier};
use crate::engine::run::Run;
use crate::engine::situation::{denies, describe};
use crate::engine::task::{CancelReason, TaskState};
use crate::engine::{
    Answer, Case, Channel, Event, Input, Rejection, Right, Situation, Task, TaskAsks, TaskId,
    people,
};

pub(super) struct TakeBack;

impl ActionRule for TakeBack {
    fn name(&self) -> &'static str {
        "take_back"
    }

    fn on_task(&self) -> bool {
        false
    }

    fn may(&self, at: &Situation<'_>, _: Option<TaskId>) -> Result<(), Rejection> {
        const TAKE_BACK: &str = "take_back";
        let not_offered = || Rejection::NotOffered { action: TAKE_BACK };
        let person = at.person()?;
        let task = verdict_of(at.case, person).ok_or_else(not_offered)?;
        let node = at.workflow.node(&task.stage);
        if node.is_some_and(|node| denies(node, TAKE_BACK)) {
            return Err(not_offered());
        }
        at.is_running()?;
        if at.context.channel == Channel::Link {
            return Err(Rejection::LoginFirst);
        }
        // A case that was started by it is somebody's work already.
        let started = at
            .case
            .tasks
            .iter()
            .any(|other| other.asks == TaskAsks::File && task.changed <= other.changed);
        if at.case.acted != task.changed || started {
            return Err(Rejection::TooLateToTakeBack);
        }
        let still_asked = match given_for(task) {
            Some(holder) => at.stands_in_on(task, holder),
            None => people::offered_to(at.workflow, at.case, task, at.context).contains(&person),
        };
        match still_asked {
            true => Ok(()),
            false => Err(Rejection::NotAsked(describe(&task.offered))),
        }
    }

    fn right(&self, at: &Situation<'_>, _: &Input) -> Right {
        let mine = at
            .context
            .person()
            .and_then(|person| verdict_of(at.case, person));
        match mine.and_then(given_for) {
            Some(holder) => Right::For(holder),
            None => Right::Own,
        }
    }

    fn decide(&self, run: &mut Run<'_>, input: &Input) -> Result<(), Rejection> {
        let comment = text_of(input)?;
        let (person, task) = {
            let at = run.situation();
            let person = at.person()?;
            let task = verdict_of(at.case, person).ok_or(Rejection::TooLateToTakeBack)?;
            (given_for(task).unwrap_or(person), task.id)
        };
        let before = run.context.earlier.ok_or(Rejection::TooLateToTakeBack)?;
        let opened: Vec<TaskId> = run
            .case
            .tasks
            .iter()
            .skip(before.tasks.len())
            .filter(|task| !matches!(task.state, TaskState::Cancelled { .. }))
            .map(|task| task.id)
            .collect();
        for task in opened {
            let why = CancelReason::TakenBack;
            run.record(Event::TaskCancelled { task, why });
        }
        for event in earlier::answers(before, &run.case) {
            run.record(event);
        }
        let earlier = Earlier::between(before, &run.case).ok_or(Rejection::TooLateToTakeBack)?;
        run.record(Event::TakenBack {
            task,
            by: person,
            before: Box::new(earlier),
            comment,
        });
        Ok(())
    }
}

/// The task on which a person gave the verdict that they may still take back: their last one.
fn verdict_of(case: &Case, person: PersonId) -> Option<&Task> {
    let gave = |task: &&Task| match &task.state {
        TaskState::Settled {
            answer,
            by,
            automatic: false,
            ..
        } => *by == person && task.is_seat() && is_verdict(answer),
        TaskState::Settled { .. }
        | TaskState::Open
        | TaskState::Waiting
        | TaskState::Cancelled { .. } => false,
    };
    let mine = case.tasks.iter().filter(gave);
    mine.max_by_key(|task| (task.changed, task.id))
}

/// For whom a verdict was given, by a substitute.
fn given_for(task: &Task) -> Option<PersonId> {
    match &task.state {
        TaskState::Settled { on_behalf, .. } => *on_behalf,
        TaskState::Open | TaskState::Waiting | TaskState::Cancelled { .. } => None,
    }
}

/// A return is no verdict.
fn is_verdict(answer: &Answer) -> bool {
    matches!(
        answer,
        Answer::Approved
            | Answer::Rejected
            | Answer::Abstained
            | Answer::Chosen { .. }
            | Answer::Done
            | Answer::Acknowledged
    )
}

/// The revision that the verdict made which a person may take back, if they may: what was before it has to be known.
#[must_use]
pub fn taken_back_from(case: &Case, person: PersonId) -> Option<i64> {
    verdict_of(case, person).map(|task| task.changed)
}
