//! The diagram of a definition, as these pages show it.

use std::collections::BTreeMap;

use super::Sheet;
use crate::diagram::{self, Canvas, Labels, Remark, Size};
use crate::services::definitions;
use crate::web::pages::failure::Failure;
use crate::web::pages::words::DrawnNames;
use crate::web::views::{Checks, Picture};
use crate::workflow::{Checked, Text, Workflow};

/// Half of the page, within its frame.
const SIZE: Size = Size {
    width: 446,
    across: false,
};

/// Draws a definition, with the names of the reader's directory.
pub(super) fn draw(sheet: &Sheet<'_>, workflow: &Workflow) -> Result<Picture, Failure> {
    marked(sheet, workflow, &Checks::default())
}

/// Draws what a text says, as far as it can be read, with what was found at its stages; none where nothing can.
pub(super) fn of_text(
    sheet: &Sheet<'_>,
    checked: &Checked,
    checks: &Checks,
) -> Result<Option<Picture>, Failure> {
    let readable = checked.workflow.as_ref().or(checked.unsound.as_ref());
    let Some(workflow) = readable.filter(|workflow| !workflow.stages.is_empty()) else {
        return Ok(None);
    };
    Ok(Some(Picture {
        partial: checked.workflow.is_none(),
        ..marked(sheet, workflow, checks)?
    }))
}

fn marked(sheet: &Sheet<'_>, workflow: &Workflow, checks: &Checks) -> Result<Picture, Failure> {
    let workflows = definitions::started_by(&sheet.visit.app, workflow)?;
    let names = DrawnNames {
        names: sheet.names(),
        workflows: &workflows,
    };
    let labels = Labels {
        words: &sheet.visit.language,
        names: &names,
    };
    let mut sketch = diagram::sketch(workflow, labels, None);
    for row in checks.rows.iter().filter(|row| !row.node.is_empty()) {
        let remark = Remark {
            stops: row.tone == "bad",
            text: sheet.in_a_line(row),
        };
        sketch.remark(&row.node, remark);
    }
    let (svg, _) = sketch.svg(Canvas {
        size: SIZE,
        alone: false,
        id: "picture",
    });
    Ok(Picture {
        partial: false,
        svg,
        items: sketch.outline(),
    })
}
