//! What the tests stand on.

pub mod smtp;
pub mod world;
