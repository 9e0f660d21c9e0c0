//! Whether what is open finds itself again in the new version: the same kind of thing, in the same blocks, with the same
//! branches and seats.

use std::collections::BTreeSet;

use super::{Obstacle, Passage};
use crate::engine::evolve::{EDITING, PARKED};
use crate::engine::{Position, PositionState, Task};
use crate::workflow::stage_map::renamed;
use crate::workflow::{Foreach, Kind, Node, Parallel, Place, Seat, Stage};

impl Passage<'_> {
    /// What is in the way of the open positions.
    pub(super) fn open(&self) -> Vec<Obstacle> {
        let all = self.case.region().map(|region| region.all());
        all.into_iter()
            .flatten()
            .filter(|position| position.id != EDITING && position.id != PARKED)
            .flat_map(|position| self.position(position))
            .collect()
    }

    fn position(&self, position: &Position) -> Vec<Obstacle> {
        let place = &position.id;
        let Some((old, new)) = self.both(place) else {
            return vec![Obstacle::NoCounterpart(place.clone())];
        };
        if !self.same_blocks(place) {
            return vec![Obstacle::OtherBlocks(place.clone())];
        }
        match (&old.kind, &new.kind) {
            (Kind::Stage(old), Kind::Stage(new)) => self.stage(position, old, new),
            (Kind::Parallel(old), Kind::Parallel(new)) => self.branches(place, old, new),
            (Kind::Foreach(old), Kind::Foreach(new)) => elements(place, old, new),
            (Kind::Group { .. }, Kind::Group { .. })
            | (Kind::Aside { .. }, Kind::Aside { .. })
            | (Kind::Wait(_), Kind::Wait(_)) => Vec::new(),
            (Kind::Start(old), Kind::Start(new)) if old.workflow == new.workflow => Vec::new(),
            _ => vec![Obstacle::OtherKind(place.clone())],
        }
    }

    /// Whether the blocks and branches around a place are the counterparts of those around it now.
    fn same_blocks(&self, place: &str) -> bool {
        let before: Vec<Place> = self
            .old
            .around(place)
            .iter()
            .map(|around| renamed(around, &self.names))
            .collect();
        before == self.new.around(&renamed(place, &self.names))
    }

    fn stage(&self, position: &Position, old: &Stage, new: &Stage) -> Vec<Obstacle> {
        let place = &position.id;
        if old.asks != new.asks {
            return vec![Obstacle::OtherKind(place.clone())];
        }
        let mut found = self.seats_gone(position, old, new);
        found.extend(self.seats_added(place, old, new));
        if let PositionState::Supplement { fields } = &position.state {
            if new.supplement.is_none() {
                found.push(Obstacle::SupplementOut(place.clone()));
            }
            let gone = fields
                .iter()
                .filter(|field| self.new.field(field).is_none());
            found.extend(gone.map(|field| Obstacle::SupplementField(field.clone())));
        }
        found
    }

    fn seats_gone(&self, position: &Position, old: &Stage, new: &Stage) -> Vec<Obstacle> {
        let waits = |task: &&Task| task.is_live() && task.is_seat();
        let tasks = self.case.round(&position.id, position.round).filter(waits);
        let gone: BTreeSet<u16> = tasks
            .map(|task| task.place)
            .filter(|place| seat_of(old, *place, new).is_none())
            .collect();
        gone.into_iter()
            .map(|seat| Obstacle::SeatGone {
                stage: position.id.clone(),
                seat: called(old, seat),
            })
            .collect()
    }

    /// Seats that are asked for here and that the old version does not have: the round was opened without them.
    fn seats_added(&self, place: &str, old: &Stage, new: &Stage) -> Vec<Obstacle> {
        let seats = (0u16..).zip(&new.seats);
        seats
            .filter(|(index, _)| seat_of(new, *index, old).is_none())
            .filter(|(_, seat)| self.is_asked(seat))
            .map(|(index, _)| Obstacle::SeatAdded {
                stage: place.to_owned(),
                seat: called(new, index),
            })
            .collect()
    }

    fn is_asked(&self, seat: &Seat) -> bool {
        let when = seat.when.as_ref();
        when.is_none_or(|when| when.guard(&self.scope) != Ok(false))
    }

    /// A branch that is open has to be there still, and the join counts on those that there are.
    fn branches(&self, place: &str, old: &Parallel, new: &Parallel) -> Vec<Obstacle> {
        let block = place.split('[').next().unwrap_or(place);
        let before: BTreeSet<Place> = old
            .branches
            .iter()
            .map(|branch| renamed(&format!("{block}.{}", branch.name), &self.names))
            .collect();
        let block = renamed(block, &self.names);
        let after: BTreeSet<Place> = new
            .branches
            .iter()
            .map(|branch| format!("{block}.{}", branch.name))
            .collect();
        match before == after {
            true => Vec::new(),
            false => vec![Obstacle::OtherBranches(place.to_owned())],
        }
    }
}

/// The keys of open branches mean the same only if they are made in the same way.
fn elements(place: &str, old: &Foreach, new: &Foreach) -> Vec<Obstacle> {
    let same =
        old.over.source() == new.over.source() && old.by == new.by && old.in_turn == new.in_turn;
    match same {
        true => Vec::new(),
        false => vec![Obstacle::OtherBranches(place.to_owned())],
    }
}

/// Where the seat with this index stands in another stage: one with a name goes by it, one without by its place among
/// those without.
pub(super) fn seat_of(stage: &Stage, index: u16, other: &Stage) -> Option<u16> {
    let seat = stage.seats.get(usize::from(index))?;
    let alike = |candidate: &Seat| candidate.name == seat.name;
    let before = stage.seats.iter().take(usize::from(index));
    let rank = before.filter(|seat| alike(seat)).count();
    (0u16..)
        .zip(&other.seats)
        .filter(|(_, candidate)| alike(candidate))
        .map(|(index, _)| index)
        .nth(rank)
}

fn called(stage: &Stage, index: u16) -> String {
    let seat = stage.seats.get(usize::from(index));
    let name = seat.and_then(|seat| {
        let title = seat.title.as_ref().map(|title| title.zh.clone());
        title.or_else(|| seat.name.clone())
    });
    name.unwrap_or_else(|| (usize::from(index) + 1).to_string())
}

impl Passage<'_> {
    /// Where the run is to come back to, once what it was sent for is done.
    pub(super) fn ways_back(&self) -> Vec<Obstacle> {
        let all = self.case.region().map(|region| region.all());
        all.into_iter()
            .flatten()
            .flat_map(super::way::targets)
            .filter(|place| self.both(place).is_none())
            .map(Obstacle::NoWayBack)
            .collect()
    }
}

/// Whether a node is one that the run has to pass by itself.
pub(super) fn holds(node: &Node, passage: &Passage<'_>) -> bool {
    let when = node.when.as_ref();
    node.is_on_the_way() && when.is_none_or(|when| when.guard(&passage.scope) != Ok(false))
}
