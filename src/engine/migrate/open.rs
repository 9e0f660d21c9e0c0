//! Whether what is open finds itself again in the new version: the same kind of thing, in the same blocks, with branches
//! and seats for all who are asked.

use std::collections::BTreeSet;

use super::{Obstacle, Passage, is_aside, positions};
use crate::engine::{LeftAs, Position, PositionState, parts};
use crate::workflow::place::keys_of;
use crate::workflow::stage_map::renamed;
use crate::workflow::{Foreach, Kind, Node, Place, Seat, Stage};

impl Passage<'_> {
    /// What is in the way of the open positions.
    pub(super) fn open(&self) -> Vec<Obstacle> {
        positions(self.case)
            .into_iter()
            .filter(|position| !is_aside(&position.id))
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
            _ if position.state == PositionState::Between && new.every.is_none() => {
                vec![Obstacle::OtherKind(place.clone())]
            }
            (Kind::Stage(before), Kind::Stage(after)) => self.stage(position, before, after),
            (Kind::Foreach(_), Kind::Foreach(after)) => self.elements(place, after),
            (Kind::Parallel(_), Kind::Parallel(_))
            | (Kind::Group { .. }, Kind::Group { .. })
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
        let tasks = self.case.round(&position.id, position.round);
        let gone: BTreeSet<u16> = tasks
            .filter(|task| task.is_live() && task.is_seat())
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

    /// Seats that are asked for here and that the old version does not have: the round was opened without them. A stage
    /// that stands between its rounds asks for all its seats in the next one.
    fn seats_added(&self, place: &str, old: &Stage, new: &Stage) -> Vec<Obstacle> {
        let asked = self.case.position(place);
        if asked.is_none_or(|position| position.state == PositionState::Between) {
            return Vec::new();
        }
        let scope = self.scope(&renamed(place, &self.names));
        let is_asked = |seat: &Seat| {
            let when = seat.when.as_ref();
            when.is_none_or(|when| when.guard(&scope) != Ok(false))
        };
        let seats = (0u16..).zip(&new.seats);
        seats
            .filter(|(index, seat)| seat_of(new, *index, old).is_none() && is_asked(seat))
            .map(|(index, _)| Obstacle::SeatAdded {
                stage: place.to_owned(),
                seat: called(new, index),
            })
            .collect()
    }

    /// The new version must have a branch for every one that counts, by the same key; it may open more.
    fn elements(&self, place: &str, foreach: &Foreach) -> Vec<Obstacle> {
        let there = renamed(place, &self.names);
        if self.new.is_branch(&there) {
            return Vec::new();
        }
        let wanted = match parts::parts(foreach, &self.scope(&there)) {
            Ok(wanted) => wanted,
            Err(error) => return vec![Obstacle::Guard(error.to_string())],
        };
        let counts = |branch: &Place| {
            let how = self.case.stage(branch).how;
            !matches!(how, Some(LeftAs::Void | LeftAs::Gone))
        };
        let kept = |branch: &Place| {
            let key = keys_of(branch).last().unwrap_or_default();
            wanted.iter().any(|part| part.key == key)
        };
        parts::branches_of(self.case, place)
            .filter(|(branch, _)| counts(branch) && !kept(branch))
            .map(|(branch, _)| Obstacle::NoCounterpart(branch.clone()))
            .collect()
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
    /// Whether the run comes by a node and the blocks around it by itself, as the answers are now. What a guard inside a
    /// branch says is told only there, and counts as true here.
    pub(super) fn is_on_the_way(&self, node: &Node) -> bool {
        let around = self.new.path_to(&node.id).unwrap_or_default();
        around.into_iter().chain([node]).all(|node| {
            let scope = self.scope(&node.id);
            let when = node.when.as_ref();
            node.is_on_the_way() && when.is_none_or(|when| when.guard(&scope) != Ok(false))
        })
    }
}
