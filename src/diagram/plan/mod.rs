//! Where everything stands: blocks are measured from the inside out and placed from the outside in.
//!
//! A *space* is the inside of a block: a list of steps, or the branches of a parallel side by side (a *bank*). What stands
//! in it are *items*, set in lines: one in each where the run goes down, as many as fit where it goes across. Between the
//! lines run *channels*, to the right of an item its *gap*, to the right of all lines the *gutter*. Lines that lead
//! elsewhere run there and nowhere else, which is why none can cross a box.

mod bare;
mod build;
mod face;
mod fit;
mod nets;
mod place;
#[cfg(test)]
mod tests;
mod wires;

use std::collections::BTreeSet;

use nets::Net;
use wires::NetWires;

use super::sketch::{Branch, Exit, Sketch, Step};

pub(super) use bare::{EVENT, GATEWAY, is_event};
pub(super) use build::plan;
pub(super) use face::{Anchor, CHIP, Face};
pub(super) use fit::branch_is_framed;
pub(super) use place::CAPTION;
pub(super) use wires::{Crossing, Wire, WireKind};

/// How wide a drawing may be, and which way it runs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Size {
    /// The width to aim at. What cannot be narrower is wider all the same.
    pub width: i32,
    /// Whether the run goes from left to right, in rows, instead of down.
    pub across: bool,
}

/// The measures of a drawing.
#[derive(Debug, Clone, Copy)]
pub(super) struct Gauge {
    /// Around the whole.
    pub margin: i32,
    /// Inside the frame of a block.
    pub pad: i32,
    /// Below what is inside it.
    pub under: i32,
    /// Inside the frame of a branch, and below what is inside it.
    pub branch_pad: i32,
    pub branch_under: i32,
    /// The widest card, the widest where the run goes across, and the narrowest.
    pub card: i32,
    pub card_across: i32,
    pub card_least: i32,
    /// Between lines, with room for an arrow.
    pub down: i32,
    /// Between the cards of a row, with room for an arrow.
    pub across: i32,
    /// Between blocks side by side.
    pub side: i32,
    /// Between lines that run side by side.
    pub pitch: i32,
    /// Between lanes and what is beside them.
    pub edge: i32,
    /// From the outside of the bars beside branches to the branches.
    pub bus: i32,
    /// How thick the bars are.
    pub bar: i32,
    /// Room for an event at the beginning and at the end of each list, and whether there is nothing but names on cards.
    pub events: i32,
}

impl Gauge {
    /// For people.
    pub const DRAWN: Self = Self {
        margin: 8,
        pad: 14,
        under: 14,
        branch_pad: 10,
        branch_under: 10,
        card: 224,
        card_across: 172,
        card_least: 136,
        down: 28,
        across: 34,
        side: 22,
        pitch: 9,
        edge: 12,
        bus: 26,
        bar: 5,
        events: 0,
    };

    /// For people who look where a case is: cards say less.
    pub const OF_CASE: Self = Self {
        card_across: 156,
        across: 30,
        ..Self::DRAWN
    };

    /// For tools that read a model, with room for its events and gateways.
    pub const MODEL: Self = Self {
        margin: 24,
        pad: 100,
        under: 16,
        branch_pad: 64,
        branch_under: 16,
        card: 160,
        card_across: 160,
        card_least: 160,
        down: 44,
        across: 60,
        side: 60,
        pitch: 30,
        edge: 40,
        bus: 64,
        bar: 44,
        events: 64,
    };
}

/// How far below its top a box takes up and hands on a run that goes across.
pub(super) const PORT: i32 = 22;
/// By how much the sheets of a foreach stand out behind each other.
pub(super) const SHEET: i32 = 4;

/// A rectangle.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Rect {
    pub x: i32,
    pub y: i32,
    pub width: i32,
    pub height: i32,
}

impl Rect {
    pub fn right(self) -> i32 {
        self.x + self.width
    }

    pub fn bottom(self) -> i32 {
        self.y + self.height
    }

    pub fn middle(self) -> i32 {
        self.x + self.width / 2
    }
}

/// A place in the drawing.
pub(super) type Point = (i32, i32);

/// An item's number.
pub(super) type ItemId = usize;
/// A space's number.
pub(super) type SpaceId = usize;
/// A net's number.
pub(super) type NetId = usize;

/// What an item is.
#[derive(Debug, Clone, Copy)]
pub(super) enum What<'a> {
    /// A stage, a wait, a start.
    Card(&'a Step),
    /// A block.
    Frame(&'a Step),
    /// A branch of a parallel.
    Branch(&'a Branch),
    /// An end, or a way out of a branch.
    Exit(&'a Exit),
}

/// Which lines of a space an item stands in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Group {
    /// On the run's way.
    Main,
    /// A way out.
    Exit,
    /// Off the run's way.
    Aside,
}

/// Something that stands in a space.
#[derive(Debug, Clone)]
pub(super) struct Item<'a> {
    pub what: What<'a>,
    /// The space it stands in.
    pub home: SpaceId,
    pub group: Group,
    /// The space inside it.
    pub inside: Option<SpaceId>,
    /// It cannot be narrower.
    pub least: i32,
    pub rect: Rect,
    pub face: Face,
    /// Its line, and its number there.
    pub line: usize,
    pub slot: usize,
    /// The nets that turn in the gap to its right.
    pub gap: Vec<NetId>,
    /// The nets that enter it.
    pub entries: Vec<NetId>,
}

impl Item<'_> {
    pub fn step(&self) -> Option<&Step> {
        match self.what {
            What::Card(step) | What::Frame(step) => Some(step),
            What::Branch(_) | What::Exit(_) => None,
        }
    }

    /// How far down one of its ways leaves it.
    pub fn port(&self, way: usize) -> i32 {
        let row = self.face.rows.iter().find(|row| row.way == way);
        match row {
            Some(row) => self.rect.bottom() - self.face.foot + row.y,
            None => self.rect.bottom() - 10,
        }
    }

    pub fn is_foreach(&self) -> bool {
        use super::sketch::Shape;
        self.step().is_some_and(|step| step.shape == Shape::Foreach)
    }
}

/// The inside of a block.
#[derive(Debug, Clone, Default)]
pub(super) struct Space {
    /// The item whose inside it is; `None` is the whole drawing.
    pub owner: Option<ItemId>,
    /// Whether its items are the branches of a parallel.
    pub bank: bool,
    /// Whether the branches of a bank stand one below the other and are entered from the side.
    pub sideways: bool,
    pub items: Vec<ItemId>,
    /// How many lanes its gutter has at most.
    pub lanes: usize,
    pub lines: Vec<Line>,
    /// Above each line, and one below the last.
    pub channels: Vec<Channel>,
    pub rect: Rect,
    /// Width of the lines alone.
    pub content: i32,
    /// The words below the bar that ends a bank.
    pub caption: Vec<String>,
}

impl Space {
    pub fn gutter(&self, gauge: &Gauge) -> i32 {
        match self.lanes {
            0 => 0,
            lanes => gauge.edge + small(lanes) * gauge.pitch,
        }
    }

    /// Whether the branches of a bank stand in one line between two bars, not in several with the bars beside them.
    pub fn is_row(&self) -> bool {
        !self.sideways && self.lines.len() < 2
    }
}

/// Items side by side.
#[derive(Debug, Clone, Default)]
pub(super) struct Line {
    pub items: Vec<ItemId>,
    /// Between its items.
    pub gap: i32,
    pub y: i32,
    pub width: i32,
    pub height: i32,
}

/// The room between two lines.
#[derive(Debug, Clone, Default)]
pub(super) struct Channel {
    pub y: i32,
    pub height: i32,
    /// Room above the first track.
    pub before: i32,
    /// The nets that run in it.
    pub nets: Vec<NetId>,
    /// Room for the run itself, which turns in it on its way to the next row.
    pub turn: i32,
    /// Between its tracks.
    pub pitch: i32,
}

impl Channel {
    /// Where a net runs in it.
    pub fn track(&self, net: NetId) -> i32 {
        let own = self.nets.iter().position(|known| *known == net);
        self.y + self.before + self.turn + small(own.unwrap_or(0)) * self.pitch
    }

    /// How high its tracks are together.
    pub fn tracks(&self) -> i32 {
        small(self.nets.len()) * self.pitch + self.turn
    }
}

/// The bars between which the branches of a parallel run.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Bars {
    pub space: SpaceId,
    pub part: Rect,
    pub meet: Rect,
}

/// A drawing, measured and placed.
#[derive(Debug, Clone)]
pub(super) struct Plan<'a> {
    pub sketch: &'a Sketch,
    pub gauge: Gauge,
    pub across: bool,
    pub items: Vec<Item<'a>>,
    pub spaces: Vec<Space>,
    pub nets: Vec<Net>,
    /// The ways that have a line, by item and number.
    pub drawn: BTreeSet<(ItemId, usize)>,
    pub width: i32,
    pub height: i32,
    /// What leads from item to item, and from bars to branches.
    pub wires: Vec<Wire>,
    /// What leads elsewhere.
    pub net_wires: Vec<NetWires>,
    /// The bars at which branches part and meet.
    pub bars: Vec<Bars>,
}

impl Plan<'_> {
    /// Whether nothing stands beside an item in its line.
    pub fn is_alone(&self, item: ItemId) -> bool {
        let own = &self.items[item];
        let lines = &self.spaces[own.home].lines;
        lines.get(own.line).is_none_or(|line| line.items.len() < 2)
    }
}

/// A count as a measure: nothing drawn comes in numbers that an `i32` cannot hold.
pub(super) fn small(count: usize) -> i32 {
    i32::try_from(count).unwrap_or(i32::MAX / 4096)
}
