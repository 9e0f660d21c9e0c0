//! A definition as BPMN 2.0 with diagram interchange, for reading in other tools.
//!
//! Blocks are sub-processes, and a line may not cross the border of one. What leads out of a block ends inside in an
//! escalation and goes on from an event on the border that catches it.

mod graph;
mod links;
mod nodes;
mod xml;

use super::plan::{Gauge, Size, plan};
use super::sketch::Sketch;

impl Sketch {
    /// The definition as BPMN 2.0.
    #[must_use]
    pub fn bpmn(&self) -> String {
        let size = Size {
            width: 1600,
            across: false,
        };
        let plan = plan(self, size, Gauge::MODEL);
        let mut graph = nodes::nodes(&plan);
        links::flows(&plan, &mut graph);
        links::nets(&plan, &mut graph);
        xml::write(self, &graph)
    }
}
