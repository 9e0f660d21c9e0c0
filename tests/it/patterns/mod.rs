//! The workflow patterns, one executable test each: a small workflow that is run, and a row of `docs/patterns.md` beside it.

mod auto;
mod branching;
mod cancelling;
mod creation;
mod detour;
mod instances;
mod joins;
mod page;
mod pull;
mod push;
mod routing;
mod state;
mod table;
mod visibility;

use huiqian::engine::Offered;

use crate::support::world::World;
use table::Pattern;

/// The files that the tests stand in.
const SOURCES: &[&str] = &[
    include_str!("auto.rs"),
    include_str!("branching.rs"),
    include_str!("cancelling.rs"),
    include_str!("creation.rs"),
    include_str!("detour.rs"),
    include_str!("instances.rs"),
    include_str!("joins.rs"),
    include_str!("pull.rs"),
    include_str!("push.rs"),
    include_str!("routing.rs"),
    include_str!("state.rs"),
    include_str!("visibility.rs"),
];

/// Every row.
fn all() -> impl Iterator<Item = &'static Pattern> {
    [
        creation::ROWS,
        push::ROWS,
        pull::ROWS,
        detour::ROWS,
        auto::ROWS,
        visibility::ROWS,
        routing::ROWS,
        branching::ROWS,
        joins::ROWS,
        instances::ROWS,
        state::ROWS,
        cancelling::ROWS,
    ]
    .into_iter()
    .flatten()
}

/// Who of everybody may take an action on an open task of this stage now.
fn who_may(world: &World, action: &str, stage: &str) -> Vec<String> {
    let at_stage = |offered: &Offered| {
        let task = offered.task.and_then(|task| world.case.task(task));
        offered.action == action && task.is_some_and(|task| task.stage == stage)
    };
    let mut people: Vec<_> = world.directory.people.keys().collect();
    people.sort();
    people
        .into_iter()
        .map(|person| world.login(*person))
        .filter(|login| world.offered(login).iter().any(at_stage))
        .collect()
}

/// The stages of the open tasks.
fn open(world: &World) -> Vec<String> {
    let tasks = world.case.open_tasks();
    tasks.map(|task| task.stage.clone()).collect()
}
