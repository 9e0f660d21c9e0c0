//! Time as an actor: every reminder and deadline that has come, each once, oldest first.

use super::clocks::{self, StepKind, step_kind};
use super::run::Run;
use super::{Case, Context, Decision, Event, Party, Rejection, people};
use crate::calendar::Instant;
use crate::workflow::{Id, Kind, OverdueAct, Remind, Sign, Who, Workflow};

/// What time does to the case by `context.now`; `None` when nothing has come. Harmless if it runs twice.
pub fn tick(
    workflow: &Workflow,
    case: &Case,
    context: &Context<'_>,
) -> Result<Option<Decision>, Rejection> {
    let mut run = Run::begin(workflow, case, context);
    // Each step may move the case and with it the clocks, so the soonest is looked for anew.
    while let Some(step) = clocks::steps(workflow, &run.case, context.calendar)
        .into_iter()
        .find(|step| step.at <= context.now)
    {
        take(&mut run, &step)?;
    }
    if run.is_empty() {
        Ok(None)
    } else {
        run.finish().map(Some)
    }
}

fn take(run: &mut Run<'_>, step: &clocks::Step) -> Result<(), Rejection> {
    let Some(clock) = run.case.clocks.get(&step.clock).cloned() else {
        return Ok(());
    };
    let workflow = run.workflow;
    let Some(rule) = clocks::rules_of(workflow, &clock.node).get(clock.rule) else {
        return Ok(());
    };
    let node = clocks::node_of(&clock.node).to_owned();

    let kind = step_kind(&step.name);
    let due = if kind == StepKind::Recur {
        last_missed(run, rule, step)
    } else {
        step.at
    };
    run.record(Event::StepCame {
        key: step.clock.clone(),
        step: step.name.clone(),
        due,
    });

    match kind {
        StepKind::Remind | StepKind::Recur => Ok(()),
        StepKind::Due => came_due(run, &node, clock.node == node),
        StepKind::Overdue(index) => match rule.overdue.get(index).map(|overdue| &overdue.act) {
            Some(OverdueAct::Escalate(who)) => {
                let to = people::parties(who, &run.case, run.context);
                run.record(Event::Escalated {
                    key: step.clock.clone(),
                    to,
                });
                Ok(())
            }
            Some(OverdueAct::Assign(who)) => {
                assign(run, &node, who);
                Ok(())
            }
            Some(OverdueAct::Next(target)) => run.divert(&node, target),
            None => Ok(()),
        },
    }
}

/// A recurring step that was missed several times comes once, for its latest time.
fn last_missed(run: &Run<'_>, rule: &crate::workflow::ClockRule, step: &clocks::Step) -> Instant {
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

/// The deadline itself: copies go out, and a vote with `until: due` is counted.
fn came_due(run: &mut Run<'_>, id: &str, own: bool) -> Result<(), Rejection> {
    let Some(node) = run.workflow.node(id) else {
        return Ok(());
    };
    run.copy_parties(id, &node.copy.overdue);
    match &node.kind {
        Kind::Stage(stage) if own && matches!(&stage.sign, Sign::Vote(vote) if vote.until_due) => {
            run.settle(id, true)
        }
        Kind::Stage(_) | Kind::Group { .. } => Ok(()),
    }
}

/// Moves the open tasks under a node to somebody else.
fn assign(run: &mut Run<'_>, id: &Id, who: &Who) {
    let Some(to) = people::parties(who, &run.case, run.context)
        .into_iter()
        .next()
    else {
        return;
    };
    let under = |stage: &str| stage == id || run.workflow.around(stage).contains(id);
    let open: Vec<_> = run
        .case
        .open_tasks()
        .filter(|task| under(&task.stage) && task.offered != [to.clone()])
        .map(|task| task.id)
        .collect();
    for task in open {
        run.record(Event::Reassigned {
            task,
            to: Party::clone(&to),
            comment: None,
        });
    }
}
