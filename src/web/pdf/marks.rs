//! What stands on a page: letters, lines and boxes, each at its place.

use std::rc::Rc;

/// A colour of a paper.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Colour {
    /// Of everything that is read.
    Black,
    /// Of what is said beside.
    Grey,
    /// Behind headings.
    Pale,
    /// Of the red heading.
    Red,
}

/// How letters look.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Style {
    /// In points.
    pub size: f32,
    /// Heavier.
    pub bold: bool,
    /// Their colour.
    pub colour: Colour,
}

/// One thing on a page; `x` and `y` from the left and the top, in points.
#[derive(Debug, Clone, PartialEq)]
pub enum Mark {
    /// Letters in one line; `y` is their baseline.
    Words {
        /// From the left.
        x: f32,
        /// From the top.
        y: f32,
        /// The letters.
        text: String,
        /// How they look.
        style: Style,
    },
    /// A box: its frame, or what fills it.
    Box {
        /// From the left.
        x: f32,
        /// From the top.
        y: f32,
        /// To the right.
        width: f32,
        /// Downwards.
        height: f32,
        /// Its line or filling.
        look: Look,
    },
}

/// How a box looks.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Look {
    /// A frame of lines so thick.
    Lined(f32),
    /// A frame of dashes, for a seal.
    Dashed,
    /// Filled.
    Filled(Colour),
}

impl Mark {
    /// The same further right and down.
    #[must_use]
    pub fn moved(&self, right: f32, down: f32) -> Self {
        let mut moved = self.clone();
        match &mut moved {
            Self::Words { x, y, .. } | Self::Box { x, y, .. } => {
                *x += right;
                *y += down;
            }
        }
        moved
    }
}

/// A strip across a column that no page break cuts.
#[derive(Debug, Clone, Default)]
pub struct Slice {
    /// Downwards.
    pub height: f32,
    /// What stands in it, from its own corner.
    pub marks: Vec<Mark>,
    /// Whether the next should stay on the same page.
    pub keep: bool,
    /// The headings of the table that it is part of, for a page that begins with it.
    pub head: Option<Rc<[Slice]>>,
}

/// The height of all.
#[must_use]
pub fn height(slices: &[Slice]) -> f32 {
    slices.iter().map(|slice| slice.height).sum()
}
