//! Forms: what a workflow asks for, and whether an answer will do.

mod model;

pub use model::*;
