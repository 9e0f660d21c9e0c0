//! What the tests stand on.

pub mod browser;
pub mod databases;
#[cfg(feature = "postgres")]
pub mod postgres;
pub mod seed;
pub mod smtp;
pub mod town;
pub mod world;
