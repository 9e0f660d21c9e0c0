//! Whatever the definition and wherever its case stands, it can be drawn in every format.

use std::collections::BTreeSet;

use huiqian::diagram::{Canvas, Progress, Size, Sketch};
use huiqian::messages::Language;
use proptest::prelude::*;

use crate::diagrams::sketch_in;
use crate::support::world::World;

const CANVASES: &[Canvas<'_>] = &[
    Canvas {
        size: Size {
            width: 1040,
            across: true,
        },
        alone: false,
        id: "flow",
    },
    Canvas {
        size: Size {
            width: 326,
            across: false,
        },
        alone: true,
        id: "flow",
    },
];

/// Draws the definition alone, and with its case.
pub(super) fn draws(world: &World) -> Result<(), TestCaseError> {
    everything_is_named(world, &sketch_in(Language::Zh, &world.workflow, None))?;
    // Of a case, what it has nothing to do with is left out.
    let progress = Progress::of(&world.workflow, &world.case);
    for (language, progress) in [(Language::Zh, None), (Language::En, Some(&progress))] {
        let sketch = sketch_in(language, &world.workflow, progress);
        for canvas in CANVASES {
            well_formed(&sketch.svg(*canvas).0)?;
        }
        every_reference_is_kept(&sketch.bpmn())?;
    }
    Ok(())
}

fn well_formed(text: &str) -> Result<roxmltree::Document<'_>, TestCaseError> {
    roxmltree::Document::parse(text)
        .map_err(|error| TestCaseError::fail(format!("{error}\n{text}")))
}

/// Mermaid and the words leave no stage and no block out.
fn everything_is_named(world: &World, sketch: &Sketch) -> Result<(), TestCaseError> {
    let (mermaid, words) = (sketch.mermaid(), sketch.outline_text());
    prop_assert!(
        world.workflow.nodes().count() <= words.lines().count(),
        "{words}"
    );
    for node in world.workflow.nodes() {
        prop_assert!(
            mermaid.contains(&format!("s_{}", node.id)),
            "{}\n{mermaid}",
            node.id
        );
    }
    Ok(())
}

/// In BPMN every id is there once, and whatever is pointed at exists.
fn every_reference_is_kept(bpmn: &str) -> Result<(), TestCaseError> {
    let document = well_formed(bpmn)?;
    let mut ids = BTreeSet::new();
    for id in document
        .descendants()
        .filter_map(|node| node.attribute("id"))
    {
        prop_assert!(ids.insert(id), "`{id}` twice\n{bpmn}");
    }
    let references = ["sourceRef", "targetRef", "bpmnElement", "attachedToRef"];
    for node in document.descendants() {
        for reference in references.iter().filter_map(|name| node.attribute(*name)) {
            prop_assert!(ids.contains(reference), "`{reference}` is nowhere\n{bpmn}");
        }
    }
    Ok(())
}
