//! `react`: what else must happen after an event. Effects say what to do, never «update this row».

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use super::case::PositionState;
use super::clocks::{self, StepKind, node_of, step_kind};
use super::extension::Extension;
use super::involve::Why;
use super::standing_in::people_and_stand_ins;
use super::task::CancelReason;
use super::who::parties;
use super::{
    Answer, Case, ClockKey, Context, Event, Party, Situation, Task, TaskAsks, TaskId, TaskState,
    people,
};
use crate::directory::PersonId;
use crate::workflow::{Id, Outcome, Workflow};

/// What a mail is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
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
    /// 【意见】 Advice that they asked for has come.
    Advised,
    /// 【催办】 Somebody urged.
    Urged,
    /// 【抄送】 Somebody gave a copy.
    Copied,
    /// 【延期】 A deadline was moved.
    Extended,
    /// 【延期】 It was not.
    ExtensionRefused,
}

/// Something that must happen besides the case itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Effect {
    /// Tell people.
    Notify {
        /// What about.
        notice: Notice,
        /// Whom: people, each once for the same thing.
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

/// The task that an event touches, as it was before, and who could act on it.
pub(super) struct Before {
    task: Task,
    people: BTreeSet<PersonId>,
}

/// What the reaction must know of the case before the event.
pub(super) fn before(
    workflow: &Workflow,
    case: &Case,
    event: &Event,
    context: &Context<'_>,
) -> Option<Before> {
    let (Event::Claimed { task }
    | Event::Released { task }
    | Event::Answered { task, .. }
    | Event::TaskCancelled { task, .. }
    | Event::Reassigned { task, .. }
    | Event::Transferred { task, .. }
    | Event::Recused { task, .. }
    | Event::SignerRemoved { task, .. }) = event
    else {
        return None;
    };
    let task = case.task(*task)?.clone();
    let people = Situation::new(workflow, case, context).able_on(&task);
    Some(Before { task, people })
}

/// The effects of an event, seen from the case after it. Those about an open task go to whoever can act on it once the
/// decision is complete.
pub(super) fn react(
    workflow: &Workflow,
    case: &Case,
    event: &Event,
    before: Option<Before>,
    context: &Context<'_>,
) -> Vec<Effect> {
    let actor = context.person();
    match event {
        Event::TasksOpened { id, .. } => {
            let round = case.stage(id).rounds;
            let open = case.round(id, round).filter(|task| task.is_open());
            open.map(|task| about(Notice::Assigned, task, &task.stage))
                .collect()
        }
        Event::SignersAdded { task, tasks, .. } | Event::Consulted { task, tasks, .. } => {
            let place = case.task(*task).map(|task| task.stage.as_str());
            let added = case.tasks.iter().rev().take(tasks.len()).rev();
            added
                .filter(|task| task.is_open())
                .map(|task| about(Notice::Assigned, task, place.unwrap_or(&task.stage)))
                .collect()
        }
        Event::SignerRemoved { .. } => {
            let told = before.filter(|before| before.task.is_open());
            no_longer(told, actor)
        }
        Event::TurnCame { task } | Event::ClaimLost { task } => assigned(case, *task),
        Event::Released { task } => except(assigned(case, *task), actor),
        Event::Reassigned { task, .. } | Event::Transferred { task, .. } => {
            let mut effects = no_longer(before, actor);
            effects.extend(assigned(case, *task));
            effects
        }
        Event::Recused { task, .. } => {
            // Where nobody had taken it, the others have been asked already.
            let was_taken = before.is_some_and(|before| before.task.holder.is_some());
            let mut effects = vacancies(workflow, case, *task, context);
            effects.extend(
                was_taken
                    .then(|| assigned(case, *task))
                    .into_iter()
                    .flatten(),
            );
            effects
        }
        Event::Answered {
            task,
            answer: Answer::Advised,
            ..
        } => advised(case, *task).into_iter().collect(),
        Event::Claimed { .. } | Event::Answered { .. } => no_longer(before, actor),
        Event::TaskCancelled { why, .. } => {
            let told =
                before.filter(|before| before.task.is_open() && *why != CancelReason::Returned);
            no_longer(told, actor)
        }
        Event::EditAsked { from, .. } => {
            let edits = case.open_tasks().filter(|task| task.asks == TaskAsks::Edit);
            edits
                .last()
                .map(|task| about(Notice::Returned, task, from))
                .into_iter()
                .collect()
        }
        Event::SupplementAsked { id, .. } => {
            let supply = case
                .open_tasks()
                .find(|task| task.asks == TaskAsks::Supply && task.stage == *id);
            supply
                .map(|task| about(Notice::Supplement, task, id))
                .into_iter()
                .collect()
        }
        Event::TakenBack { task, before, .. } => {
            let others = before.tasks.iter().filter(|(id, ..)| id != task);
            others
                .filter_map(|(id, ..)| case.task(*id))
                .flat_map(|task| asked_before(workflow, case, task, context))
                .collect()
        }
        Event::ExtensionAsked { key, id, .. } => {
            let pending = case.clocks.get(key).and_then(|clock| clock.pending());
            let task = pending.and_then(|(task, _)| case.task(task));
            task.map(|task| about(Notice::Assigned, task, id))
                .into_iter()
                .collect()
        }
        Event::Extended { key, .. } => {
            let at = Situation::new(workflow, case, context);
            extended(&at, key, actor).into_iter().collect()
        }
        Event::ExtensionRefused { key, .. } => {
            let mut askers = askers(case, key);
            askers.retain(|asker| Some(*asker) != actor);
            match askers.is_empty() {
                true => Vec::new(),
                false => vec![about_clock(Notice::ExtensionRefused, case, key, askers)],
            }
        }
        Event::Supplied { id, .. } => {
            let open = case.open_tasks().filter(|task| task.stage == *id);
            open.map(|task| about(Notice::Assigned, task, &task.stage))
                .collect()
        }
        Event::StepCame { key, step, .. } => step_effects(workflow, case, (key, step), context),
        Event::Escalated { key, to } => {
            let stage = case.clocks.get(key).map(|clock| node_of(&clock.node));
            let to = people_and_stand_ins(to, context);
            vec![Effect::Notify {
                notice: Notice::Escalated,
                to: to.into_iter().map(Party::Person).collect(),
                except: None,
                task: None,
                stage: stage.map(str::to_owned),
                clock: Some(key.clone()),
            }]
        }
        // Whoever is to decide looks at it again, and from a level up without a link.
        Event::Reweighed { from, to, .. } if from < to => {
            let open = case.open_tasks();
            open.map(|task| about(Notice::Assigned, task, &task.stage))
                .collect()
        }
        Event::CopySent { to, .. } => vec![Effect::Notify {
            notice: Notice::Copied,
            to: to.clone(),
            except: None,
            task: None,
            stage: None,
            clock: None,
        }],
        Event::Urged { .. } => {
            let mine = |task: &&Task| {
                let able = Situation::new(workflow, case, context).able_on(task);
                actor.is_some_and(|actor| able.contains(&actor))
            };
            let awaited = case.awaited().filter(|task| !mine(task));
            awaited
                .map(|task| about(Notice::Urged, task, &task.stage))
                .collect()
        }
        Event::CaseStarted { id, .. } => {
            let file = case
                .open_tasks()
                .find(|task| task.asks == TaskAsks::File && task.stage == *id);
            let told = file.map(|task| about(Notice::Assigned, task, id));
            told.into_iter().collect()
        }
        Event::Parked { id, .. } => {
            let repair = case.open_tasks().find(|task| task.stage == *id);
            let told = repair.map(|task| about(Notice::Escalated, task, id));
            told.into_iter().collect()
        }
        Event::Voided { .. } => vec![voided(case, actor, context)],
        Event::Ended { id } => ended(workflow, case, id, actor).into_iter().collect(),
        // Whoever was given it is told with everybody who is asked.
        Event::Allotted { .. }
        | Event::Submitted { .. }
        | Event::AnswersChanged { .. }
        | Event::Reweighed { .. }
        | Event::Skipped { .. }
        | Event::Entered { .. }
        | Event::BranchOpened { .. }
        | Event::Waits { .. }
        | Event::Stands { .. }
        | Event::CaseFiled { .. }
        | Event::CaseClosed { .. }
        | Event::Held { .. }
        | Event::ComesBack { .. }
        | Event::Unheld { .. }
        | Event::Signalled { .. }
        | Event::Recorded { .. }
        | Event::Suspended { .. }
        | Event::Continued { .. }
        | Event::Jumped { .. }
        | Event::Left { .. }
        | Event::Returned { .. }
        | Event::Resubmitted { .. }
        | Event::ClockStarted { .. }
        | Event::ClockPaused { .. }
        | Event::ClockResumed { .. }
        | Event::ClockStopped { .. }
        | Event::ClockBudgeted { .. }
        | Event::Copied { .. }
        | Event::Commented { .. }
        | Event::Erased { .. }
        | Event::Unparked { .. }
        | Event::Migrated { .. }
        | Event::Withdrawn { .. }
        | Event::Terminated { .. } => Vec::new(),
    }
}

/// A notice about an open task, for whoever can act on it.
fn about(notice: Notice, task: &Task, stage: &str) -> Effect {
    Effect::Notify {
        notice,
        to: Vec::new(),
        except: None,
        task: Some(task.id),
        stage: Some(stage.to_owned()),
        clock: None,
    }
}

fn assigned(case: &Case, task: TaskId) -> Vec<Effect> {
    let task = case.task(task);
    task.map(|task| about(Notice::Assigned, task, &task.stage))
        .into_iter()
        .collect()
}

/// Of a task that is as it was before a verdict: its people are asked again, or are not yet.
fn asked_before(
    workflow: &Workflow,
    case: &Case,
    task: &Task,
    context: &Context<'_>,
) -> Vec<Effect> {
    match task.state {
        TaskState::Open => vec![about(Notice::Assigned, task, &task.stage)],
        TaskState::Waiting => {
            let people = Situation::new(workflow, case, context).able_on(task);
            let task = task.clone();
            no_longer(Some(Before { task, people }), context.person())
        }
        TaskState::Settled { .. } | TaskState::Cancelled { .. } => Vec::new(),
    }
}

/// Whoever asked for advice is told that it has come.
fn advised(case: &Case, task: TaskId) -> Option<Effect> {
    let called = case.task(task)?.called.as_ref()?;
    let asking = case.task(called.from)?;
    Some(about(Notice::Advised, asking, &asking.stage))
}

/// The seats of a task's round that no one can hold, told to who names a holder.
fn vacancies(workflow: &Workflow, case: &Case, task: TaskId, context: &Context<'_>) -> Vec<Effect> {
    let unheld = case
        .task(task)
        .map(|task| people::unheld_in_round(workflow, case, task, context));
    let tasks = unheld.into_iter().flatten();
    tasks
        .filter_map(|task| case.task(task))
        .map(|task| about(Notice::Escalated, task, &task.stage))
        .collect()
}

fn except(mut effects: Vec<Effect>, person: Option<PersonId>) -> Vec<Effect> {
    for Effect::Notify { except, .. } in &mut effects {
        *except = person;
    }
    effects
}

/// Those who could have acted on a task and were not the ones to do it.
fn no_longer(before: Option<Before>, actor: Option<PersonId>) -> Vec<Effect> {
    let Some(Before { task, people }) = before else {
        return Vec::new();
    };
    vec![Effect::Notify {
        notice: Notice::NoLongerNeeded,
        to: people
            .into_iter()
            .filter(|person| Some(*person) != actor)
            .map(Party::Person)
            .collect(),
        except: actor,
        task: Some(task.id),
        stage: Some(task.stage),
        clock: None,
    }]
}

/// A reminder goes to everyone whose task the clock times; while a supplement is out, not to those who wait for it.
fn step_effects(
    workflow: &Workflow,
    case: &Case,
    (key, step): (&str, &str),
    context: &Context<'_>,
) -> Vec<Effect> {
    let Some(clock) = case.clocks.get(key) else {
        return Vec::new();
    };
    let of = match step_kind(step) {
        StepKind::Remind => Notice::Reminder,
        StepKind::Due | StepKind::Recur => Notice::Overdue,
        StepKind::Overdue(_) => return Vec::new(),
    };
    if clocks::is_until(&clock.node) {
        let to = people_of_wait(
            &Situation::new(workflow, case, context),
            node_of(&clock.node),
        );
        let reminds = of == Notice::Reminder;
        let told = reminds.then(|| about_clock(of, case, key, to));
        return told.into_iter().collect();
    }
    let timed = |task: &&Task| {
        let waits = task.is_seat() && waits_for_supplement(case, task);
        clocks::times(workflow, case, &clock.node, task) && !waits
    };
    let tasks = case.open_tasks().filter(timed);
    tasks
        .map(|task| Effect::Notify {
            notice: of,
            to: Vec::new(),
            except: None,
            task: Some(task.id),
            stage: Some(task.stage.clone()),
            clock: Some(key.to_owned()),
        })
        .collect()
}

/// Whom the end of a `wait` concerns: those who may signal at it or its block, else the applicant. Nobody has a task there.
fn people_of_wait(at: &Situation<'_>, place: &str) -> BTreeSet<PersonId> {
    let mut around = at.workflow.around(place).into_iter();
    let block = around.rfind(|around| !at.workflow.is_branch(around));
    let open = [Some(place.to_owned()), block];
    let signals = open.into_iter().flatten().flat_map(|open| {
        let node = at.workflow.node(&open);
        let signals = node.map_or(&[][..], |node| node.signals.as_slice());
        signals.iter().map(move |signal| (open.clone(), signal))
    });
    let by: Vec<Party> = signals
        .flat_map(|(open, signal)| {
            let by = signal.by.iter();
            by.flat_map(move |who| parties(who, &open, at))
        })
        .collect();
    let mut people = people_and_stand_ins(&by, at.context);
    if people.is_empty() {
        people.insert(at.case.applicant);
    }
    people
}

fn waits_for_supplement(case: &Case, task: &Task) -> bool {
    case.position(&task.stage)
        .is_some_and(|position| matches!(position.state, PositionState::Supplement { .. }))
}

fn ended(workflow: &Workflow, case: &Case, end: &str, actor: Option<PersonId>) -> Option<Effect> {
    let notice = match workflow.end(end).map(|end| end.outcome) {
        Some(Outcome::Approved) => Notice::Approved,
        Some(Outcome::Rejected) => Notice::Rejected,
        Some(Outcome::Withdrawn | Outcome::Lapsed | Outcome::Closed) | None => Notice::Closed,
    };
    // Who withdraws their own case need not be told.
    let told = actor != Some(case.applicant) || notice != Notice::Closed;
    told.then(|| Effect::Notify {
        notice,
        to: vec![Party::Person(case.applicant)],
        except: None,
        task: None,
        stage: None,
        clock: None,
    })
}

/// The applicant and everyone who was asked hear that it does not hold any more.
fn voided(case: &Case, actor: Option<PersonId>, context: &Context<'_>) -> Effect {
    let asked = case
        .involved
        .iter()
        .filter(|one| matches!(one.why, Why::Applicant | Why::Asked | Why::Acted));
    let people: BTreeSet<PersonId> = asked
        .flat_map(|one| people::people_of(&one.party, context))
        .filter(|person| Some(*person) != actor)
        .collect();
    Effect::Notify {
        notice: Notice::Closed,
        to: people.into_iter().map(Party::Person).collect(),
        except: None,
        task: None,
        stage: None,
        clock: None,
    }
}

/// The applicant, whoever asked and those that the definition names hear of a new date.
fn extended(at: &Situation<'_>, key: &str, actor: Option<PersonId>) -> Option<Effect> {
    let clock = at.case.clocks.get(key)?;
    let rule = clocks::rules_of(at.workflow, &clock.node).get(clock.rule)?;
    let named = rule.extend.as_ref().map(|extend| &extend.copy);
    let parties = named
        .into_iter()
        .flatten()
        .flat_map(|who| parties(who, node_of(&clock.node), at));
    let mut people: BTreeSet<PersonId> = parties
        .flat_map(|party| people::people_of(&party, at.context))
        .collect();
    people.extend(askers(at.case, key));
    people.insert(at.case.applicant);
    people.retain(|person| Some(*person) != actor);
    Some(about_clock(Notice::Extended, at.case, key, people))
}

/// Who asked last for more time, and for whom.
fn askers(case: &Case, key: &str) -> Vec<PersonId> {
    let clock = case.clocks.get(key);
    let asked = clock.and_then(|clock| clock.extensions.last());
    asked.into_iter().flat_map(Extension::by_whom).collect()
}

fn about_clock(
    notice: Notice,
    case: &Case,
    key: &str,
    to: impl IntoIterator<Item = PersonId>,
) -> Effect {
    let clock = case.clocks.get(key);
    Effect::Notify {
        notice,
        to: to.into_iter().map(Party::Person).collect(),
        except: None,
        task: None,
        stage: clock.map(|clock| node_of(&clock.node).to_owned()),
        clock: Some(key.to_owned()),
    }
}
