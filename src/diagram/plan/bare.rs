//! Faces without words, for tools that write the names themselves: only room for the name and for events.

use super::face::{Face, RowBox};
use super::{Item, What, small};
use crate::diagram::sketch::{Shape, Step};

/// Width and height of an event.
pub(in crate::diagram) const EVENT: i32 = 36;
/// Width and height of a gateway.
pub(in crate::diagram) const GATEWAY: i32 = 44;
const CARD: i32 = 72;
const TITLE: i32 = 44;
/// Between two ways out, each of which may have an event on the border.
const ROW: i32 = 44;

/// The face of an item.
pub(super) fn face(item: &Item<'_>) -> Face {
    let (head, foot) = match item.what {
        What::Card(step) if is_event(step) => return event(step),
        // What can happen hangs on a gateway at the top, and time runs out at the bottom.
        What::Card(step) if step.shape == Shape::Wait => {
            (GATEWAY + 10, if step.falls { EVENT + 14 } else { 0 })
        }
        What::Card(_) => (CARD, 0),
        What::Frame(_) => (TITLE, 0),
        What::Branch(_) => (TITLE, 0),
        What::Exit(_) => (EVENT, 0),
    };
    let ways = item.step().map_or(&[][..], |step| &step.ways);
    let rows = ways.iter().enumerate().map(|(way, own)| RowBox {
        way,
        tone: own.tone,
        y: small(way) * ROW + ROW / 2,
        lines: Vec::new(),
    });
    let rows: Vec<RowBox> = rows.collect();
    Face {
        head,
        foot: small(rows.len()) * ROW + foot,
        rows,
        ..Face::default()
    }
}

/// An event is left from its middle.
fn event(step: &Step) -> Face {
    let rows = step.ways.iter().enumerate().map(|(way, own)| RowBox {
        way,
        tone: own.tone,
        y: EVENT / 2,
        lines: Vec::new(),
    });
    Face {
        foot: EVENT,
        rows: rows.collect(),
        ..Face::default()
    }
}

/// Whether a step is a single event: a wait that one thing ends.
pub(in crate::diagram) fn is_event(step: &Step) -> bool {
    step.shape == Shape::Wait && step.ways.len() + usize::from(step.falls) < 2
}
