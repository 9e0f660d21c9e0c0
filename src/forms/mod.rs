//! Forms: what a workflow asks for, and whether an answer will do.

mod model;
mod types;

pub use model::*;
pub use types::{ALL, field_type};
