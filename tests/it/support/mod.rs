//! What the tests stand on.

pub mod databases;
#[cfg(feature = "postgres")]
pub mod postgres;
pub mod seed;
