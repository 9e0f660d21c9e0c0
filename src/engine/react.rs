//! `react`: what else must happen after an event. Effects say what to do, never «update this row».

use serde::{Deserialize, Serialize};

use super::clocks::{StepKind, node_of, step_kind, supplement_of};
use super::evolve::PARKED;
use super::task::CancelReason;
use super::{Case, ClockKey, Context, Event, Party, Task, TaskAsks, TaskId};
use crate::directory::PersonId;
use crate::workflow::{Id, Outcome, Workflow};

/// What a mail is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Notice {
    /// 【待办】 A task was given.
    Assigned,
    /// 【提醒】 Its deadline comes near.
    Reminder,
    /// 【逾期】 Its deadline has passed.
    Overdue,
    /// 【督办】 Somebody else's deadline has passed, or a case needs mending.
    Escalated,
    /// 【退回】 The applicant is to revise the request.
    Returned,
    /// 【补正】 Something is missing.
    Supplement,
    /// 【办结】 Agreed.
    Approved,
    /// 【办结】 Refused.
    Rejected,
    /// 【办结】 Ended otherwise.
    Closed,
    /// 【无需办理】 Somebody else did it, or the case ended.
    NoLongerNeeded,
}

/// Something that must happen besides the case itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Effect {
    /// Tell people.
    Notify {
        /// What about.
        notice: Notice,
        /// Whom.
        to: Vec<Party>,
        /// Not these, who did it themselves.
        except: Option<PersonId>,
        /// The task it is about.
        task: Option<TaskId>,
        /// The stage it is about.
        stage: Option<Id>,
        /// The clock it is about.
        clock: Option<ClockKey>,
    },
}

/// What the reaction must know of the case before the event: the task it touches.
pub(super) fn before(case: &Case, event: &Event) -> Option<Task> {
    match event {
        Event::Claimed { task }
        | Event::Released { task }
        | Event::Answered { task, .. }
        | Event::TaskCancelled { task, .. }
        | Event::Reassigned { task, .. } => case.task(*task).cloned(),
        _ => None,
    }
}

/// The effects of an event, seen from the case after it.
pub(super) fn react(
    workflow: &Workflow,
    case: &Case,
    event: &Event,
    before: Option<Task>,
    context: &Context<'_>,
) -> Vec<Effect> {
    let actor = context.person();
    match event {
        Event::TasksOpened { id, .. } => {
            let round = case.stage(id).rounds;
            case.round(id, round)
                .filter(|task| task.is_open())
                .map(assigned)
                .collect()
        }
        Event::TurnCame { task } | Event::Reassigned { task, .. } | Event::Released { task } => {
            case.task(*task).map(assigned).into_iter().collect()
        }
        Event::Claimed { task } | Event::Answered { task, .. } => before
            .filter(|before| before.holder.is_none())
            .map(|before| no_longer(*task, &before, actor))
            .into_iter()
            .collect(),
        Event::TaskCancelled { task, why } => before
            .filter(|before| before.is_open() && *why != CancelReason::Returned)
            .map(|before| no_longer(*task, &before, actor))
            .into_iter()
            .collect(),
        Event::EditAsked { from, .. } => vec![notify(
            Notice::Returned,
            vec![Party::Person(case.applicant)],
            case.open_tasks().find(|task| task.asks == TaskAsks::Edit),
            Some(from),
        )],
        Event::SupplementAsked { id, of, .. } => vec![notify(
            Notice::Supplement,
            of.clone(),
            case.open_tasks()
                .find(|task| task.asks == TaskAsks::Supply && task.stage == *id),
            Some(id),
        )],
        Event::Supplied { id, .. } => case
            .open_tasks()
            .filter(|task| task.stage == *id)
            .map(assigned)
            .collect(),
        Event::StepCame { key, step, .. } => step_effects(workflow, case, key, step),
        Event::Escalated { key, to } => vec![Effect::Notify {
            notice: Notice::Escalated,
            to: to.clone(),
            except: None,
            task: None,
            stage: case
                .clocks
                .get(key)
                .map(|clock| node_of(&clock.node).to_owned()),
            clock: Some(key.clone()),
        }],
        Event::Parked { by, .. } => vec![notify(
            Notice::Escalated,
            by.clone(),
            case.open_tasks().find(|task| task.stage == PARKED),
            None,
        )],
        Event::Ended { id } => ended(workflow, case, id, actor).into_iter().collect(),
        Event::Submitted { .. }
        | Event::AnswersChanged { .. }
        | Event::Skipped { .. }
        | Event::Entered { .. }
        | Event::Left { .. }
        | Event::Returned { .. }
        | Event::Resubmitted
        | Event::ClockStarted { .. }
        | Event::ClockPaused { .. }
        | Event::ClockResumed { .. }
        | Event::ClockStopped { .. }
        | Event::ClockBudgeted { .. }
        | Event::Copied { .. }
        | Event::Commented { .. }
        | Event::Unparked
        | Event::Withdrawn { .. }
        | Event::Terminated { .. } => Vec::new(),
    }
}

fn notify(notice: Notice, to: Vec<Party>, task: Option<&Task>, stage: Option<&Id>) -> Effect {
    Effect::Notify {
        notice,
        to,
        except: None,
        task: task.map(|task| task.id),
        stage: stage.cloned(),
        clock: None,
    }
}

/// A task was given; one that no one can hold is given to whoever names a holder.
fn assigned(task: &Task) -> Effect {
    match (task.nobody.is_empty(), task.holder) {
        (false, _) => notify(
            Notice::Escalated,
            task.nobody.clone(),
            Some(task),
            Some(&task.stage),
        ),
        (true, Some(holder)) => notify(
            Notice::Assigned,
            vec![Party::Person(holder)],
            Some(task),
            Some(&task.stage),
        ),
        (true, None) => notify(
            Notice::Assigned,
            task.offered.clone(),
            Some(task),
            Some(&task.stage),
        ),
    }
}

fn no_longer(id: TaskId, before: &Task, actor: Option<PersonId>) -> Effect {
    let to = before.holder.map_or_else(
        || before.offered.clone(),
        |holder| vec![Party::Person(holder)],
    );
    Effect::Notify {
        notice: Notice::NoLongerNeeded,
        to,
        except: actor,
        task: Some(id),
        stage: Some(before.stage.clone()),
        clock: None,
    }
}

/// A reminder goes to everyone whose task the clock times.
fn step_effects(workflow: &Workflow, case: &Case, key: &str, step: &str) -> Vec<Effect> {
    let Some(clock) = case.clocks.get(key) else {
        return Vec::new();
    };
    let notice = match step_kind(step) {
        StepKind::Remind => Notice::Reminder,
        StepKind::Due | StepKind::Recur => Notice::Overdue,
        StepKind::Overdue(_) => return Vec::new(),
    };
    let node = node_of(&clock.node);
    let timed = |task: &&Task| match task.asks {
        TaskAsks::Supply => clock.node == supplement_of(&task.stage),
        _ => {
            clock.node == node
                && (task.stage == node
                    || workflow
                        .around(&task.stage)
                        .iter()
                        .any(|block| block == node))
        }
    };
    case.open_tasks()
        .filter(timed)
        .map(|task| Effect::Notify {
            notice,
            to: task.holder.map_or_else(
                || task.offered.clone(),
                |holder| vec![Party::Person(holder)],
            ),
            except: None,
            task: Some(task.id),
            stage: Some(task.stage.clone()),
            clock: Some(key.to_owned()),
        })
        .collect()
}

fn ended(workflow: &Workflow, case: &Case, end: &str, actor: Option<PersonId>) -> Option<Effect> {
    let notice = match workflow.end(end).map(|end| end.outcome) {
        Some(Outcome::Approved) => Notice::Approved,
        Some(Outcome::Rejected) => Notice::Rejected,
        Some(Outcome::Withdrawn | Outcome::Lapsed | Outcome::Closed) | None => Notice::Closed,
    };
    let applicant = Party::Person(case.applicant);
    // Who withdraws their own case need not be told.
    (actor != Some(case.applicant) || notice != Notice::Closed)
        .then(|| notify(notice, vec![applicant], None, None))
}
