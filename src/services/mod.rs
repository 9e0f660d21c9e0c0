//! The use cases: one function each, and the only place that opens transactions.

pub mod app;
pub mod audit;
pub mod calendars;
pub mod cases;
pub mod catalogue;
pub mod demo;
pub mod desk;
pub mod directory;
pub mod drafts;
mod error;
pub mod facts;
pub mod health;
pub mod links;
pub mod lists;
pub mod mail;
pub mod mailbox;
mod notices;
mod open_cases;
pub mod people;
pub mod preview;
pub mod projection;
pub mod queues;
mod registers;
pub mod seen;
pub mod sessions;
pub mod started;
pub mod titles;
pub mod uploads;
mod vault;
pub mod viewer;
pub mod visible;
pub mod words;
pub mod workflows;

pub use app::App;
pub use error::Error;
pub use viewer::Viewer;
