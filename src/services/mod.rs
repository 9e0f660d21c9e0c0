//! The use cases: one function each, and the only place that opens transactions.

pub mod app;
pub mod cases;
pub mod desk;
pub mod drafts;
mod error;
pub mod facts;
pub mod links;
pub mod lists;
pub mod mail;
pub mod mailbox;
mod notices;
pub mod projection;
pub mod queues;
pub mod seen;
pub mod sessions;
pub mod uploads;
mod vault;
pub mod viewer;

pub use app::App;
pub use error::Error;
pub use viewer::Viewer;
