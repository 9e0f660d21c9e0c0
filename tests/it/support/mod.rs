//! What the tests stand on.

pub mod api;
pub mod app;
pub mod browser;
pub mod databases;
pub mod definitions;
#[cfg(feature = "postgres")]
pub mod postgres;
pub mod seed;
pub mod smtp;
pub mod world;
