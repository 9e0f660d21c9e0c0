//! What holds for any case at any time: replaying makes it again, nobody has two seats or signs what they must not, somebody
//! can move it, and its places, tasks and clocks agree.

use std::collections::BTreeSet;

use huiqian::engine::{
    Answer, Case, LeftAs, Position, PositionState, Region, Status, Task, TaskAsks, TaskState,
    next_wake, place_of_clock,
};
use huiqian::workflow::Kind;
use huiqian::workflow::place::branch_of;
use proptest::prelude::*;

use super::properties::LOGINS;
use crate::support::world::World;

/// What moves a case on, or names somebody who can.
const MOVING: &[&str] = &[
    "approve",
    "reject",
    "choose",
    "done",
    "acknowledge",
    "abstain",
    "return",
    "supply",
    "signal",
    "submit",
    "resume",
    "reassign",
];

pub(super) fn holds_together(world: &World) -> Result<(), TestCaseError> {
    let case = &world.case;
    prop_assert_eq!(&world.replayed(), case, "replaying");
    let text = serde_json::to_string(case).expect("a case is JSON");
    let read: Case = serde_json::from_str(&text).expect("and back");
    prop_assert_eq!(&read, case, "a snapshot survives being stored");
    one_seat_each(world)?;
    signed_by_nobody_who_must_not(world)?;
    match &case.status {
        Status::Draft => {}
        Status::Ended { .. } => {
            prop_assert!(
                case.tasks.iter().all(|task| !task.is_live()),
                "live after the end"
            );
            prop_assert!(case.clocks.values().all(|clock| clock.stopped));
        }
        Status::Suspended { .. } => {
            let resumes = |login: &&str| {
                let offered = world.offered(login);
                offered.iter().any(|offered| offered.action == "resume")
            };
            prop_assert!(LOGINS.iter().any(resumes), "nobody resumes it");
        }
        Status::Open { .. } => {
            somebody_can_move_it(world)?;
            one_run_in_each_list(world)?;
            tasks_and_places_agree(world)?;
            clocks_and_places_agree(world)?;
        }
    }
    Ok(())
}

/// Somebody is offered an action that moves it, a clock has something to come, or a started case is waited for.
fn somebody_can_move_it(world: &World) -> Result<(), TestCaseError> {
    let moves = |login: &str| {
        let offered = world.offered(login);
        offered
            .iter()
            .any(|offered| MOVING.contains(&offered.action))
    };
    let clock = next_wake(&world.workflow, &world.case, &world.calendar).is_some();
    let places = || world.case.region().into_iter().flat_map(Region::all);
    let child = places().any(|at| matches!(at.state, PositionState::Started { .. }));
    // Whoever may signal may have left their post; an administrator then moves the case.
    let signal = places().any(|at| at.state == PositionState::Waiting);
    prop_assert!(
        clock || child || signal || LOGINS.iter().any(|login| moves(login)),
        "nobody can move the case"
    );
    Ok(())
}

/// Nothing is open twice, and each list has one run, apart from what it has gone on from, and from the ways by which
/// branches that were sent back come to their block again.
fn one_run_in_each_list(world: &World) -> Result<(), TestCaseError> {
    let Some(root) = world.case.region() else {
        return Ok(());
    };
    let mut seen = BTreeSet::new();
    for position in root.all() {
        prop_assert!(seen.insert(&position.id), "{} is open twice", position.id);
    }
    let mut regions = vec![root];
    while let Some(region) = regions.pop() {
        regions.extend(region.open.iter().filter_map(Position::inside));
        let runs: Vec<&Position> = region
            .open
            .iter()
            .filter(|at| !at.beside && world.workflow.node(&at.id).is_some())
            .filter(|at| !world.workflow.is_branch(&at.id))
            .collect();
        let sent_back = region.all().iter().any(|at| has_sent_back(world, &at.id));
        prop_assert!(
            runs.len() < 2 || sent_back,
            "two runs in one list: {:?}",
            runs.iter().map(|at| &at.id).collect::<Vec<_>>()
        );
    }
    Ok(())
}

/// Whether a place is a foreach with a branch that was sent back and waits.
fn has_sent_back(world: &World, place: &str) -> bool {
    let node = world.workflow.node(place);
    let case = &world.case;
    node.is_some_and(|node| matches!(node.kind, Kind::Foreach(_)))
        && case.branches.keys().any(|branch| {
            branch_of(branch).is_none()
                && world.workflow.around(branch).pop().as_deref() == Some(place)
                && case.position(branch).is_none()
                && case.stage(branch).how == Some(LeftAs::Returned)
        })
}

fn one_seat_each(world: &World) -> Result<(), TestCaseError> {
    let seated = |task: &Task| match &task.state {
        TaskState::Settled { by, on_behalf, .. } => vec![Some(*by), *on_behalf],
        TaskState::Open => vec![task.holder],
        TaskState::Waiting | TaskState::Cancelled { .. } => Vec::new(),
    };
    let seats: Vec<_> = world
        .case
        .tasks
        .iter()
        .filter(|task| task.is_seat())
        .flat_map(|task| {
            let people = seated(task).into_iter().flatten();
            people.map(move |person| (&task.stage, task.round, person))
        })
        .collect();
    for (index, seat) in seats.iter().enumerate() {
        prop_assert!(!seats[..index].contains(seat), "two seats: {seat:?}");
    }
    let live = world.case.tasks.iter().filter(|task| task.is_live());
    let live: Vec<_> = live
        .map(|task| (&task.stage, task.place, task.asks, &task.offered))
        .collect();
    for (index, task) in live.iter().enumerate() {
        prop_assert!(!live[..index].contains(task), "two live tasks: {task:?}");
    }
    Ok(())
}

fn signed_by_nobody_who_must_not(world: &World) -> Result<(), TestCaseError> {
    for task in &world.case.tasks {
        let TaskState::Settled {
            by,
            automatic,
            answer,
            on_behalf,
            ..
        } = &task.state
        else {
            continue;
        };
        if task.asks == TaskAsks::Sign {
            prop_assert_ne!(*by, world.case.applicant);
            prop_assert_ne!(*on_behalf, Some(world.case.applicant));
        }
        if on_behalf.is_some() {
            prop_assert_ne!(*by, world.case.applicant, "nobody is their substitute");
        }
        if *automatic {
            let law = world
                .workflow
                .node(&task.stage)
                .and_then(|node| node.law.as_ref());
            prop_assert_eq!(law, None);
            prop_assert_eq!(answer, &Answer::Approved);
        }
    }
    Ok(())
}

fn tasks_and_places_agree(world: &World) -> Result<(), TestCaseError> {
    let case = &world.case;
    for task in case.tasks.iter().filter(|task| task.is_live()) {
        let position = case.position(&task.stage);
        prop_assert!(
            position.is_some_and(|position| position.round == task.round),
            "{task:?} belongs to no open place"
        );
    }
    for position in case.region().into_iter().flat_map(|region| region.all()) {
        let wanted = match &position.state {
            PositionState::Inside(region) => {
                prop_assert!(
                    !region.open.is_empty() || has_sent_back(world, &position.id),
                    "{} is empty",
                    position.id
                );
                continue;
            }
            PositionState::Waiting | PositionState::Between | PositionState::Held { .. } => {
                continue;
            }
            // Once it is filed, the other case is waited for.
            PositionState::Started { .. } if is_filed(world, position) => continue,
            PositionState::Started { .. } => Some(TaskAsks::File),
            PositionState::Asked => None,
            PositionState::Supplement { .. } => Some(TaskAsks::Supply),
            PositionState::Editing(_) => Some(TaskAsks::Edit),
            PositionState::Parked { .. } => Some(TaskAsks::Repair),
        };
        let asks = |task: &Task| {
            task.stage == position.id && wanted.is_none_or(|wanted| wanted == task.asks)
        };
        prop_assert!(case.open_tasks().any(asks), "{} asks nobody", position.id);
    }
    Ok(())
}

fn is_filed(world: &World, position: &Position) -> bool {
    let mut asked = world.case.round(&position.id, position.round);
    asked.any(|task| world.children.iter().any(|child| child.task == task.id))
}

fn clocks_and_places_agree(world: &World) -> Result<(), TestCaseError> {
    for (key, clock) in &world.case.clocks {
        if !clock.is_running() {
            continue;
        }
        prop_assert!(
            !world.case.is_suspended(),
            "{key} runs while the case is held up"
        );
        let place = world.case.position(place_of_clock(&clock.node));
        prop_assert!(place.is_some(), "{key} runs for nothing");
    }
    Ok(())
}
