//! Time as an actor: every reminder and deadline that has come, each once, oldest first.

use std::collections::BTreeMap;

use super::clocks::{self, StepKind, step_kind};
use super::event::{LeftAs, Move};
use super::run::Run;
use super::task::CancelReason;
use super::who::parties;
use super::{Case, Clock, Context, Decision, Event, Party, Rejection, Task, TaskId, people};
use crate::calendar::Instant;
use crate::workflow::place::id_of;
use crate::workflow::{ClockRule, Node, OverdueAct, Place, Remind, Sign, Who, Workflow};

/// How many steps of one place may come at once before it is parked: a deadline that leads back to itself without any time.
/// After a long outage of the jobs many places may each have theirs.
const MOST_STEPS: usize = 100;

/// What time does to the case by `context.now`; `None` when nothing has come. Harmless if it runs twice.
///
/// A step that is refused (nobody to ask, nobody to park with) stays to come; what came before it stands.
pub fn tick(
    workflow: &Workflow,
    case: &Case,
    context: &Context<'_>,
) -> Result<Option<Decision>, Rejection> {
    let mut run = Run::begin(workflow, case, context);
    for task in run.end_lost_claims() {
        run.allot(task);
    }
    run.settle_down()?;
    let mut taken: BTreeMap<String, usize> = BTreeMap::new();
    // Each step may move the case and with it the clocks, so the soonest is looked for anew.
    while let Some(step) = clocks::steps(workflow, &run.case, context.calendar)
        .into_iter()
        .find(|step| step.at <= context.now)
    {
        let place = clocks::place_of_clock(&step.clock).to_owned();
        let times = taken.entry(place).or_default();
        *times += 1;
        let mark = run.mark();
        let done = match *times <= MOST_STEPS {
            true => take(&mut run, &step),
            false => stall(&mut run, &step),
        };
        if let Err(rejection) = done {
            run.back_to(mark);
            match run.is_empty() {
                true => return Err(rejection),
                false => break,
            }
        }
    }
    Ok((!run.is_empty()).then(|| run.finish()))
}

fn take(run: &mut Run<'_>, step: &clocks::Step) -> Result<(), Rejection> {
    let Some(clock) = run.case.clocks.get(&step.clock).cloned() else {
        return Ok(());
    };
    let workflow = run.workflow;
    let Some(rule) = clocks::rules_of(workflow, &clock.node).get(clock.rule) else {
        return Ok(());
    };
    let kind = step_kind(&step.name);
    run.record(Event::StepCame {
        key: step.clock.clone(),
        step: step.name.clone(),
        due: match kind {
            StepKind::Recur => last_missed(run, rule, step),
            StepKind::Remind | StepKind::Due | StepKind::Overdue(_) => step.at,
        },
    });
    match kind {
        StepKind::Remind | StepKind::Recur => Ok(()),
        StepKind::Due if clocks::is_every(&clock.node) => {
            run.next_round(clocks::node_of(&clock.node))
        }
        StepKind::Due if clocks::is_until(&clock.node) => {
            run.wait_over(clocks::node_of(&clock.node))
        }
        StepKind::Due => came_due(run, &clock),
        StepKind::Overdue(index) => match rule.overdue.get(index).map(|overdue| &overdue.act) {
            Some(OverdueAct::Escalate(who)) => {
                escalate(run, &step.clock, &clock, who);
                Ok(())
            }
            Some(OverdueAct::Assign(who)) => {
                assign(run, &step.clock, &clock, who);
                Ok(())
            }
            // Where the run goes does not depend on who decides about more time.
            Some(OverdueAct::Next(_)) if clocks::extended(&clock.node).is_some() => Ok(()),
            Some(OverdueAct::Next(target)) => {
                run.divert(clocks::node_of(&clock.node), target, CancelReason::Overdue)
            }
            None => Ok(()),
        },
    }
}

/// Takes a stage whose deadlines lead in a circle out of the run.
fn stall(run: &mut Run<'_>, step: &clocks::Step) -> Result<(), Rejection> {
    let node = run.case.clocks.get(&step.clock).map(|clock| &clock.node);
    let id = node.map(|node| clocks::node_of(node).to_owned());
    let Some(id) = id.filter(|id| run.case.position(id).is_some()) else {
        let key = step.clock.clone();
        run.record(Event::ClockStopped { key });
        return Ok(());
    };
    run.leave(&id, LeftAs::Abandoned, CancelReason::Overdue);
    run.park(
        Move::to(&id),
        "the deadlines lead in a circle without any time between them".into(),
    )
}

/// A recurring step that was missed several times comes once, for its latest time.
fn last_missed(run: &Run<'_>, rule: &ClockRule, step: &clocks::Step) -> Instant {
    let index: Option<usize> = step
        .name
        .split_once(':')
        .and_then(|(_, index)| index.parse().ok());
    match index.and_then(|index| rule.remind.get(index)) {
        Some(Remind::EveryAfter(every)) => {
            clocks::latest(*every, step.at, run.context.now, run.context.calendar)
        }
        _ => step.at,
    }
}

/// The deadline itself: copies go out, and votes with `until: due` are counted. A supplement's deadline is the
/// applicant's, not the stage's.
fn came_due(run: &mut Run<'_>, clock: &Clock) -> Result<(), Rejection> {
    let workflow = run.workflow;
    let own = clocks::node_of(&clock.node) == clock.node;
    let Some(node) = workflow.node(&clock.node).filter(|_| own) else {
        return Ok(());
    };
    run.copy_parties(&clock.node, &node.copy.overdue);
    for id in counted_by(node) {
        for place in open_places(run, id, &clock.node) {
            run.settle(&place, true)?;
        }
    }
    Ok(())
}

/// The votes that a node's deadline ends: its own, and inside a block those without a deadline of their own.
fn counted_by(node: &Node) -> Vec<&str> {
    let inside = |inner: &'_ Node| inner.due.is_empty();
    match node.stage().map(|stage| &stage.sign) {
        Some(Sign::Vote(vote)) if vote.until_due => vec![&node.id],
        Some(Sign::Vote(_) | Sign::Any | Sign::All | Sign::Sequence) => Vec::new(),
        None => node
            .inside()
            .filter(|inner| inside(inner))
            .flat_map(counted_by)
            .collect(),
    }
}

/// Where a stage is open under a place: in each branch.
fn open_places(run: &Run<'_>, id: &str, under: &str) -> Vec<Place> {
    let region = run.case.region();
    let all = region.map(|region| region.all()).unwrap_or_default();
    all.into_iter()
        .map(|position| position.id.clone())
        .filter(|place| id_of(place) == id)
        .filter(|place| place == under || run.workflow.around(place).iter().any(|at| at == under))
        .collect()
}

/// Tells somebody higher up; where the definition names nobody who is there, the workflow administrators.
fn escalate(run: &mut Run<'_>, key: &str, clock: &Clock, who: &Who) {
    let place = clocks::node_of(&clock.node);
    let mut to = parties(who, place, &run.situation());
    if people::people_of_all(&to, run.context).is_empty() {
        to = people::nobody_for(place, &run.situation());
    }
    let key = key.to_owned();
    run.record(Event::Escalated { key, to });
}

/// Moves the open tasks under a node to somebody else, where they can act on them. What stays is told to them all the same.
fn assign(run: &mut Run<'_>, key: &str, clock: &Clock, who: &Who) {
    let to = parties(who, clocks::node_of(&clock.node), &run.situation());
    let mut moved = false;
    for task in timed_tasks(run, clock) {
        if can_take(run, task, &to) {
            let (to, comment) = (to.clone(), None);
            run.record(Event::Reassigned { task, to, comment });
            moved = true;
        }
    }
    if !moved {
        escalate(run, key, clock, who);
    }
}

/// The open tasks that a clock times.
fn timed_tasks(run: &Run<'_>, clock: &Clock) -> Vec<TaskId> {
    run.case
        .open_tasks()
        .filter(|task| clocks::times(run.workflow, &run.case, &clock.node, task))
        .map(|task| task.id)
        .collect()
}

/// Whether the task finds a holder among these people, and leaves one to each other seat of the round.
fn can_take(run: &Run<'_>, task: TaskId, to: &[Party]) -> bool {
    let Some(task) = run.case.task(task).filter(|task| task.offered != to) else {
        return false;
    };
    let mut case = run.case.clone();
    let Some(there) = case.tasks.iter_mut().find(|there| there.id == task.id) else {
        return false;
    };
    *there = Task {
        offered: to.to_vec(),
        through: None,
        holder: None,
        ..task.clone()
    };
    let there = there.clone();
    !people::is_unheld(run.workflow, &case, &there, run.context)
}
