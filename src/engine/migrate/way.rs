//! The way that lies behind the case in the new version: what it has gone past without going through it.

use std::collections::BTreeSet;

use super::open::holds;
use super::{Obstacle, Passage};
use crate::engine::case::Resume;
use crate::engine::event::{Move, Onward};
use crate::engine::{Case, Position, PositionState};
use crate::workflow::place::id_of;
use crate::workflow::stage_map::renamed;
use crate::workflow::{Id, Node, Place, Workflow};

/// Where a position sends the run later: back to who sent for it, on from where a guard failed.
pub(super) fn targets(position: &Position) -> Vec<Place> {
    let onward = |resume: &[Onward]| -> Vec<Place> {
        resume
            .iter()
            .map(|(Onward::To(id) | Onward::Behind(id))| id.clone())
            .collect()
    };
    let mut targets = onward(&position.resume);
    match &position.state {
        PositionState::Editing(Resume::Here(id)) => targets.push(id.clone()),
        PositionState::Parked {
            step: Move::Enter { id, resume, .. } | Move::After { id, resume, .. },
            ..
        } => {
            targets.push(id.clone());
            targets.extend(onward(resume));
        }
        PositionState::Parked {
            step: Move::Budgets,
            ..
        }
        | PositionState::Editing(Resume::Again)
        | PositionState::Asked
        | PositionState::Supplement { .. }
        | PositionState::Inside(_) => {}
    }
    targets
}

impl<'a> Passage<'a> {
    /// Stages and blocks of the new version, required by law, that the case would never go through.
    pub(super) fn statutes(&self) -> Vec<Obstacle> {
        self.gone_past(|node| node.law.is_some())
            .into_iter()
            .map(|node| Obstacle::StatuteLeftOut(node.id.clone()))
            .collect()
    }

    /// Such nodes of the new version that lie behind the case without a trace of it in them; what lay behind it in the old
    /// version in the same way is no news.
    pub(super) fn gone_past(&self, such: impl Fn(&Node) -> bool) -> Vec<&'a Node> {
        let known: BTreeSet<&str> = behind(self.old, &places(self.case))
            .into_iter()
            .filter(|node| such(node) && !has_trace(self.case, &node.id))
            .map(|node| node.id.as_str())
            .collect();
        let known: BTreeSet<Id> = known.into_iter().filter_map(|id| self.there(id)).collect();
        let mut moved = self.case.clone();
        moved.rename(&self.names);
        let places: Vec<Place> = places(self.case)
            .iter()
            .map(|place| renamed(place, &self.names))
            .collect();
        behind(self.new, &places)
            .into_iter()
            .filter(|node| such(node) && !known.contains(&node.id))
            .filter(|node| !has_trace(&moved, &node.id) && self.is_on_the_way(node))
            .collect()
    }

    /// Whether the run comes by a node and the blocks around it, as the answers are now.
    fn is_on_the_way(&self, node: &Node) -> bool {
        let around = self.new.path_to(&node.id).unwrap_or_default();
        around
            .into_iter()
            .chain([node])
            .all(|node| holds(node, self))
    }
}

/// Every place that the run is at or will come back to.
fn places(case: &Case) -> Vec<Place> {
    let all = case.region().map(|region| region.all());
    all.into_iter()
        .flatten()
        .flat_map(|position| {
            let mut places = targets(position);
            places.push(position.id.clone());
            places
        })
        .collect()
}

/// Every node, at whatever depth, that stands before one of these places in its list or in one around it.
fn behind<'w>(workflow: &'w Workflow, places: &[Place]) -> Vec<&'w Node> {
    let mut seen = BTreeSet::new();
    let mut found = Vec::new();
    for place in places {
        let around = workflow.path_to(place).unwrap_or_default();
        let around = around.iter().map(|node| node.id.as_str());
        for id in around.chain([id_of(place)]) {
            let Some((list, at)) = workflow.siblings(id) else {
                continue;
            };
            for node in list[..at].iter().flat_map(whole) {
                if seen.insert(node.id.as_str()) {
                    found.push(node);
                }
            }
        }
    }
    found
}

/// A node and everything in it that the run comes by.
fn whole(node: &Node) -> Vec<&Node> {
    let mut all = vec![node];
    if node.is_on_the_way() {
        all.extend(node.inside().flat_map(whole));
    }
    all
}

/// Whether the case has been in a stage or block, or passed over it.
fn has_trace(case: &Case, id: &str) -> bool {
    let mut records = case.stages.iter();
    records.any(|(place, record)| {
        id_of(place) == id && (0 < record.rounds || record.skipped.is_some())
    })
}
