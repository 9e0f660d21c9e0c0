//! 办到哪一步了: the diagram of a case at two widths, and the same in words.

use serde::Serialize;

use crate::diagram::{Canvas, Entry, Size, Sketch};

/// The diagram of a case.
#[derive(Debug, Clone, Serialize)]
pub struct FlowView {
    /// The drawing for wide screens: SVG, with everything in it escaped.
    pub wide: String,
    /// Whether that one is so high that it would keep what is to be done out of sight.
    pub high: bool,
    /// The drawing for narrow screens.
    pub narrow: String,
    /// 第 3 步，共 6 步：省公安厅审核
    pub summary: String,
    /// The same as nested lists.
    pub items: Vec<Entry>,
}

/// The width of the content column, and of a phone's.
const WIDE: Size = Size {
    width: 1040,
    across: true,
};
const NARROW: Size = Size {
    width: 326,
    across: false,
};
/// What may stand above the reader's own task.
const HIGH: u32 = 460;

impl FlowView {
    /// Draws a case.
    #[must_use]
    pub fn new(sketch: &Sketch, summary: String) -> Self {
        let draw = |size, id| {
            sketch.svg(Canvas {
                size,
                alone: false,
                id,
            })
        };
        let (wide, height) = draw(WIDE, "flow");
        let (narrow, _) = draw(NARROW, "flow-narrow");
        Self {
            wide,
            high: HIGH < height,
            narrow,
            summary,
            items: sketch.outline(),
        }
    }
}
