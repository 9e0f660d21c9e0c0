//! `huiqian workflow diagram`.

use std::path::Path;

use super::Answer;
use super::arguments::Picture;
use super::failure::Failure;
use super::imports;
use crate::diagram::{self, Canvas, Labels, Size, StandardNames};
use crate::messages::Language;
use crate::workflow::{self, Severity, Surroundings};

/// Draws a definition. One with errors is not drawn: they are shown as `workflow check` would.
pub(super) fn draw(
    file: &Path,
    format: Picture,
    (width, across): (u16, bool),
    english: bool,
) -> Result<Answer, Failure> {
    let text = imports::text(file)?;
    let name = file.display().to_string();
    let checked = workflow::read(&name, &text, &Surroundings::named());
    let Some(workflow) = checked.workflow else {
        let errors = checked.findings.iter();
        for error in errors.filter(|finding| finding.severity == Severity::Error) {
            eprintln!("{}\n", error.show(&text));
        }
        return Ok(Answer::Findings);
    };
    let language = match english {
        true => Language::En,
        false => Language::Zh,
    };
    let names = StandardNames(&language);
    let labels = Labels {
        words: &language,
        names: &names,
    };
    let sketch = diagram::sketch(&workflow, labels, None);
    let size = Size {
        width: i32::from(width),
        across,
    };
    let drawn = match format {
        Picture::Svg => {
            let canvas = Canvas {
                size,
                alone: true,
                id: "flow",
            };
            sketch.svg(canvas).0
        }
        Picture::Mermaid => sketch.mermaid(),
        Picture::Bpmn => sketch.bpmn(),
        Picture::Text => sketch.outline_text(),
    };
    println!("{}", drawn.trim_end());
    Ok(Answer::Fine)
}
