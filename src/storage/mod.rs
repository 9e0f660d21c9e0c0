//! Everything that is kept, and the only place with SQL: one file per table, plain functions, connection first.
//!
//! Only `services` open transactions ([`Db::write`](connection::Db::write)); functions here work inside one.

pub mod connection;
mod error;
mod page;
mod schema;

pub use connection::{Connection, Db};
pub use error::StorageError;
pub use page::{Cursor, Page};
