//! Stages, blocks, branches and ends.

use std::collections::BTreeSet;

use super::{Item, Observed, Part, item};
use crate::engine::Event;
use crate::workflow::place::{branch_of, id_of};
use crate::workflow::{Kind, Workflow};

pub(super) fn items(workflow: &Workflow, seen: &Observed<'_>) -> Vec<Item> {
    let entered: BTreeSet<&str> = events(seen)
        .filter_map(|event| match event {
            Event::Entered { id, .. } => Some(id.as_str()),
            _ => None,
        })
        .collect();
    let ids: BTreeSet<&str> = entered.iter().map(|place| id_of(place)).collect();
    let branches: BTreeSet<String> = events(seen)
        .filter_map(|event| match event {
            Event::BranchOpened { id, .. } => Some(branch(id)),
            _ => None,
        })
        .collect();
    let ended: BTreeSet<&str> = events(seen)
        .filter_map(|event| match event {
            Event::Ended { id } => Some(id.as_str()),
            _ => None,
        })
        .collect();

    let stages = workflow
        .nodes()
        .map(|node| item(Part::Stages, node.id.clone(), ids.contains(&*node.id)));
    let of_blocks = branches_of(workflow).into_iter().map(|name| {
        let met = branches.contains(&name);
        item(Part::Branches, name, met)
    });
    let ends = workflow
        .ends
        .iter()
        .map(|end| item(Part::Ends, end.id.clone(), ended.contains(&*end.id)));
    stages.chain(of_blocks).chain(ends).collect()
}

fn events<'p>(seen: &'p Observed<'p>) -> impl Iterator<Item = &'p Event> {
    seen.decisions.iter().flatten().copied()
}

/// A branch as the coverage calls it: `life.open` of a parallel, `providers[]` of a foreach.
fn branch(place: &str) -> String {
    match branch_of(place) {
        Some(name) => format!("{}.{name}", id_of(place)),
        None => format!("{}[]", id_of(place)),
    }
}

fn branches_of(workflow: &Workflow) -> Vec<String> {
    let mut names = Vec::new();
    for node in workflow.nodes() {
        match &node.kind {
            Kind::Parallel(parallel) => {
                let branches = parallel.branches.iter();
                names.extend(branches.map(|branch| format!("{}.{}", node.id, branch.name)));
            }
            Kind::Foreach(_) => names.push(format!("{}[]", node.id)),
            Kind::Stage(_)
            | Kind::Group { .. }
            | Kind::Aside { .. }
            | Kind::Wait(_)
            | Kind::Start(_) => {}
        }
    }
    names
}
