//! The diagram of a definition, as these pages show it.

use super::Sheet;
use crate::diagram::{self, Canvas, Labels, Size};
use crate::web::views::Picture;
use crate::workflow::Workflow;

/// Half of the page, within its frame.
const SIZE: Size = Size {
    width: 446,
    across: false,
};

/// Draws a definition, with the names of the reader's directory.
pub(super) fn draw(sheet: &Sheet<'_>, workflow: &Workflow) -> Picture {
    let names = sheet.names();
    let labels = Labels {
        words: &sheet.visit.language,
        names: &names,
    };
    let sketch = diagram::sketch(workflow, labels, None);
    let (svg, _) = sketch.svg(Canvas {
        size: SIZE,
        alone: false,
        id: "picture",
    });
    Picture {
        svg,
        items: sketch.outline(),
    }
}
