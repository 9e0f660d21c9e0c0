//! What is said of the versions of a definition, on pages and on the command line alike: what differs, and what keeps a
//! case from moving.

mod changes;
mod obstacles;

pub use changes::change;
pub use obstacles::{misfit, obstacle, refused, stage_of};
