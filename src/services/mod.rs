//! The use cases: one function each, and the only place that opens transactions.

pub mod app;
pub mod audit;
pub mod calendars;
pub mod cases;
pub mod catalogue;
pub mod demo;
pub mod directory;
pub mod drafts;
mod error;
pub mod facts;
mod notices;
mod open_cases;
pub mod people;
pub mod projection;
mod vault;
pub mod viewer;
pub mod workflows;

pub use app::App;
pub use error::Error;
pub use viewer::Viewer;
