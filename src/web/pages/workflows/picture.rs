//! The diagram of a definition, as these pages show it.

use super::Sheet;
use crate::diagram::{self, Canvas, Labels, Names, Size};
use crate::directory::{DepartmentCode, RoleCode};
use crate::web::pages::words;
use crate::web::views::Picture;
use crate::workflow::Workflow;

/// Half of the page, within its frame.
const SIZE: Size = Size {
    width: 446,
    across: false,
};

/// Draws a definition, with the names of the reader's directory.
pub(super) fn draw(sheet: &Sheet<'_>, workflow: &Workflow) -> Picture {
    let names = Called(sheet.names());
    let labels = Labels {
        words: &sheet.visit.language,
        names: &names,
    };
    let sketch = diagram::sketch(workflow, labels, None);
    Picture {
        svg: sketch.svg(Canvas {
            size: SIZE,
            alone: false,
            id: "picture",
        }),
        items: sketch.outline(),
    }
}

struct Called<'a>(words::Names<'a>);

impl Names for Called<'_> {
    fn role(&self, code: &RoleCode) -> String {
        self.0.role(code)
    }

    fn department(&self, code: &DepartmentCode) -> String {
        self.0.department(code)
    }
}
