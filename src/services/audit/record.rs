//! An event outside the database: a line of an export, or part of a proof.

use serde::{Deserialize, Serialize};
use ulid::Ulid;

use crate::calendar::Instant;
use crate::directory::PersonId;
use crate::storage::events::EventRow;

/// An event with its case.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Record {
    /// The case's public id.
    pub case: Ulid,
    /// The event's place in the case, from 1.
    pub seq: i64,
    kind: String,
    // The very text that was hashed.
    body: String,
    actor: Option<i64>,
    on_behalf: Option<i64>,
    channel: String,
    at: Instant,
    version: i64,
    algorithm: String,
    previous: String,
    hash: String,
}

impl Record {
    /// Of a case's event.
    pub fn new(case: Ulid, row: EventRow) -> Self {
        Self {
            case,
            seq: row.seq,
            kind: row.kind,
            body: row.body,
            actor: row.actor_id.map(|person| person.0),
            on_behalf: row.on_behalf_id.map(|person| person.0),
            channel: row.channel,
            at: row.at,
            version: row.version_id,
            algorithm: row.algorithm,
            previous: row.previous_hash,
            hash: row.hash,
        }
    }

    /// The event as the database keeps it.
    pub fn into_row(self) -> EventRow {
        EventRow {
            seq: self.seq,
            kind: self.kind,
            body: self.body,
            actor_id: self.actor.map(PersonId),
            on_behalf_id: self.on_behalf.map(PersonId),
            channel: self.channel,
            at: self.at,
            version_id: self.version,
            algorithm: self.algorithm,
            previous_hash: self.previous,
            hash: self.hash,
        }
    }
}
