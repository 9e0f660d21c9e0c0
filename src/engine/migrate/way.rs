//! The way of the case in the new version: where the run is to come back to, and what it has gone past without going
//! through it.

use std::collections::BTreeSet;

use super::{Obstacle, Passage, is_aside, positions};
use crate::engine::case::Resume;
use crate::engine::event::{Move, Onward};
use crate::engine::{Case, Position, PositionState};
use crate::workflow::place::id_of;
use crate::workflow::stage_map::renamed;
use crate::workflow::{Id, Node, Place, Workflow};

/// Where a position sends the run later: back to who sent for it, on from where it was held up.
fn targets(position: &Position) -> Vec<Place> {
    let mut targets = onward(&position.resume);
    match &position.state {
        PositionState::Editing(Resume::Here(id) | Resume::Branch(id)) => targets.push(id.clone()),
        PositionState::Held { step } | PositionState::Parked { step, .. } => {
            targets.extend(of_step(step));
        }
        PositionState::Editing(Resume::Again)
        | PositionState::Asked
        | PositionState::Supplement { .. }
        | PositionState::Inside(_)
        | PositionState::Waiting
        | PositionState::Between
        | PositionState::Started { .. } => {}
    }
    targets
}

fn onward(resume: &[Onward]) -> Vec<Place> {
    resume
        .iter()
        .map(|(Onward::To(id) | Onward::Behind(id))| id.clone())
        .collect()
}

fn of_step(step: &Move) -> Vec<Place> {
    match step {
        Move::Budgets | Move::End { .. } => Vec::new(),
        Move::Branch { id } | Move::Join { id } => vec![id.clone()],
        Move::Enter { id, resume, .. }
        | Move::After { id, resume, .. }
        | Move::Round { id, resume, .. }
        | Move::Over { id, resume } => {
            let mut targets = onward(resume);
            targets.push(id.clone());
            targets
        }
    }
}

impl<'a> Passage<'a> {
    /// What the run is to come back to, or to reach, and what has no counterpart.
    pub(super) fn ways(&self) -> Vec<Obstacle> {
        let mut found = Vec::new();
        for position in positions(self.case) {
            let lost = targets(position).into_iter();
            let lost = lost.filter(|place| self.both(place).is_none());
            found.extend(lost.map(Obstacle::NoWayBack));
            if let PositionState::Held { step } | PositionState::Parked { step, .. } =
                &position.state
                && let Move::End { id } = step
                && self.new.end(id).is_none()
            {
                found.push(Obstacle::NoWayBack(id.clone()));
            }
        }
        // Branches that were sent back and come straight back.
        let back = self.case.branches.values();
        let back = back
            .filter_map(|known| known.back.as_ref())
            .flat_map(of_step);
        let lost = back.filter(|place| self.both(place).is_none());
        found.extend(lost.map(Obstacle::NoWayBack));
        found
    }

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
        let places = places(self.case);
        let known: BTreeSet<Id> = behind(self.old, &places)
            .into_iter()
            .filter(|node| such(node) && !has_trace(self.case, &node.id))
            .filter_map(|node| self.there(&node.id))
            .collect();
        let moved: Vec<Place> = places
            .iter()
            .map(|place| renamed(place, &self.names))
            .collect();
        behind(self.new, &moved)
            .into_iter()
            .filter(|node| such(node) && !known.contains(&node.id))
            .filter(|node| !has_trace(&self.moved, &node.id) && self.is_on_the_way(node))
            .collect()
    }
}

/// Every place that the run is at or will come back to.
fn places(case: &Case) -> Vec<Place> {
    positions(case)
        .into_iter()
        .flat_map(|position| {
            let own = (!is_aside(&position.id)).then(|| position.id.clone());
            targets(position).into_iter().chain(own)
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
