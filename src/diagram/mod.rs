//! Diagrams of a definition, and of a case running through it: as SVG, as Mermaid, as BPMN 2.0 and as words.
//!
//! A [`Sketch`] says in words and blocks what is shown; each format draws that. Nothing here can fail.

mod bpmn;
mod deadline;
mod guard;
mod labels;
mod mermaid;
mod outline;
mod plan;
mod progress;
mod read;
mod rules;
mod sketch;
mod svg;
mod text;
mod ways;

pub use guard::Condition;
pub use labels::{Labels, Names, StandardNames};
pub use outline::Entry;
pub use plan::Size;
pub use progress::{BranchMark, FILING, Happened, Mark, Progress, Standing};
pub use read::sketch;
pub use sketch::{
    Branch, Chip, ChipKind, Exit, Join, Leaving, List, Remark, Shape, Sketch, Step, Tone, Way,
};
pub use svg::Canvas;
