//! What the tests stand on.

pub mod api;
pub mod app;
pub mod balancer;
pub mod browser;
pub mod databases;
pub mod definitions;
pub mod errands;
pub mod invariants;
pub mod joint;
pub mod office;
#[cfg(feature = "postgres")]
pub mod postgres;
pub mod process;
pub mod receiver;
pub mod seed;
pub mod shell;
pub mod smtp;
pub mod statements;
pub mod town;
pub mod visitor;
pub mod world;
