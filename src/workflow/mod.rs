//! The workflow language: YAML to a checked [`Workflow`].

mod model;

pub use model::*;
