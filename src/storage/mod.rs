//! Everything that is kept, and the only place with SQL: one file per table, plain functions, connection first.
//!
//! Only `services` open transactions ([`Db::read`] and [`Db::write`]); functions here work inside one.

pub mod action_links;
pub mod addressee;
pub mod api_tokens;
pub mod attachments;
pub mod calendars;
pub mod case_resources;
pub mod cases;
pub mod catalogue;
pub mod checkpoints;
mod columns;
pub mod connection;
pub mod copies;
pub mod departments;
pub mod directory;
pub mod drafts;
mod error;
pub mod events;
pub mod idempotency_keys;
pub mod keys;
pub mod log;
pub mod login_attempts;
pub mod logins;
pub mod mailbox;
pub mod numbers;
pub mod opinions;
pub mod outbox;
pub mod outbox_archive;
pub mod outbox_pauses;
mod page;
pub mod participants;
pub mod people;
pub mod personal_values;
pub mod posts;
pub mod register_entries;
pub mod register_kept;
pub mod register_marks;
pub mod register_search;
pub mod resendings;
pub mod resource_versions;
pub mod revisions;
pub mod roles;
mod schema;
#[cfg(test)]
mod schema_test;
pub mod search_terms;
pub mod sessions;
pub mod started_cases;
pub mod substitutes;
mod task_offers;
pub mod tasks;
pub mod timers;
pub mod turns;
pub mod webhook_messages;
pub mod webhook_stops;
pub mod workflow_drafts;
pub mod workflows;

pub use addressee::Addressee;
pub use connection::{Connection, Db, Writes, at_once};
pub use error::StorageError;
pub use page::{BadCursor, Cursor, Page};

use crate::calendar::Instant;

/// A worker's claim on rows of a queue: who has them, and until when nobody else may take them.
///
/// The owner is a name of its own for each claim: whoever comes back late must not be taken for the one who has the
/// row now.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Lease {
    /// Who.
    pub owner: String,
    /// Until when.
    pub until: Instant,
}

/// No claim is made for longer than this. One that ends later was made by a clock that was ahead, and is none.
pub(crate) const LONGEST_LEASE: chrono::TimeDelta = chrono::TimeDelta::hours(1);
