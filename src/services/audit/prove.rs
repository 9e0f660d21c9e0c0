//! Proving to somebody who has nothing but a checkpoint that an event is in the log.

use serde::{Deserialize, Serialize};

use super::log::Witness;
use super::record::Record;
use super::{Error, find, linked};
use crate::audit::merkle::{self, Subtree};
use crate::audit::{Algorithm, Hash};
use crate::storage::{Connection, Db, checkpoints, events, log};

/// An event, and what leads from it to a signed checkpoint.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Proof {
    event: Record,
    position: u64,
    // The siblings on the way up (RFC 9162, 2.1.3), in hex.
    path: Vec<String>,
    checkpoint: String,
}

/// What a proof shows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Shown {
    /// The event is in the log that was signed.
    Holds,
    /// There is no key to try the signature with.
    Untried,
    /// The event is not what its hash says.
    Event,
    /// The path leads to another root.
    Path,
    /// The checkpoint was not signed with these keys.
    Signature,
}

/// Why there is no proof.
#[derive(Debug, thiserror::Error)]
pub enum NoProof {
    /// No such case, or no such event in it.
    #[error("there is no such event")]
    Unknown,
    /// No checkpoint covers the event yet.
    #[error("no checkpoint covers the event yet")]
    TooNew,
    /// The tree cannot be read.
    #[error(transparent)]
    Failed(#[from] Error),
}

/// The proof for the `seq`-th event of a case, by its number or public id.
///
/// # Errors
/// See [`NoProof`].
pub fn prove(db: &Db, case: &str, seq: i64) -> Result<Proof, NoProof> {
    let found = db.read(|conn| {
        let id = match find(conn, case) {
            Ok(id) => id,
            Err(Error::NotFound) => return Ok(Err(NoProof::Unknown)),
            Err(error) => return Err(error),
        };
        proof(conn, id, seq)
    });
    found?
}

fn proof(conn: &mut Connection, case: i64, seq: i64) -> Result<Result<Proof, NoProof>, Error> {
    let stored = crate::storage::cases::get_by_id(conn, case)?;
    let event = events::of_case(conn, case)?
        .into_iter()
        .find(|stored| stored.event.seq == seq);
    let (Some(stored), Some(event)) = (stored, event) else {
        return Ok(Err(NoProof::Unknown));
    };
    let Some(position) = log::position(conn, event.id)? else {
        return Ok(Err(NoProof::TooNew));
    };
    let (Some(state), Some(checkpoint)) = (log::state(conn)?, checkpoints::over(conn, position)?)
    else {
        return Ok(Err(NoProof::TooNew));
    };
    let algorithm = Algorithm::named(&state.algorithm).ok_or_else(unreadable)?;
    let position = position.unsigned_abs();
    let steps = merkle::path(position, checkpoint.size.unsigned_abs()).ok_or_else(unreadable)?;
    let mut path = Vec::with_capacity(steps.len());
    for step in steps {
        let hashes = step
            .into_iter()
            .map(|subtree| root(conn, algorithm, subtree))
            .collect::<Result<Vec<_>, _>>()?;
        let sibling = merkle::fold(algorithm, &hashes).ok_or_else(unreadable)?;
        path.push(hex::encode(sibling));
    }
    Ok(Ok(Proof {
        event: Record::new(stored.summary.ulid, event.event),
        position,
        path,
        checkpoint: checkpoint.note,
    }))
}

/// The root of a complete subtree, from what is stored on the next lower level: at most 128 hashes.
fn root(conn: &mut Connection, algorithm: Algorithm, subtree: Subtree) -> Result<Hash, Error> {
    let above = subtree.level % merkle::STORED_LEVELS;
    let level = subtree.level - above;
    let count = 1i64 << above;
    let from = i64::try_from(subtree.index)
        .ok()
        .and_then(|index| index.checked_mul(count))
        .ok_or_else(unreadable)?;
    let stored: Vec<Vec<u8>> = if level == 0 {
        log::hashes(conn, from, count)?
    } else {
        let level = i32::try_from(level).map_err(|_| unreadable())?;
        log::nodes(conn, level, from, count)?
            .into_iter()
            .map(|node| node.hash)
            .collect()
    };
    let hashes = stored
        .iter()
        .map(|bytes| Hash::try_from(bytes.as_slice()).map_err(|_| unreadable()))
        .collect::<Result<Vec<_>, _>>()?;
    merkle::over(algorithm, hashes).ok_or_else(unreadable)
}

fn unreadable() -> Error {
    Error::Corrupt("the tree of the log".to_owned())
}

impl Proof {
    /// Whether it holds; no database is asked. `None` when it is no proof at all.
    #[must_use]
    pub fn check(self, witness: &Witness) -> Option<Shown> {
        let note: crate::audit::checkpoint::Note = self.checkpoint.parse().ok()?;
        let algorithm = note.checkpoint.algorithm;
        let path = self
            .path
            .iter()
            .map(|step| Hash::try_from(hex::decode(step).ok()?).ok())
            .collect::<Option<Vec<_>>>()?;
        let case = self.event.case.to_string();
        let row = self.event.into_row();
        // What stands before it in its case is taken as it says: it went into the hash.
        if linked(&case, row.seq, &row.previous_hash, &row).is_err() {
            return Some(Shown::Event);
        }
        let leaf = merkle::leaf(algorithm, &hex::decode(&row.hash).ok()?);
        let (position, size) = (self.position, note.checkpoint.size);
        let root = merkle::root_of_proof(algorithm, leaf, position, size, &path);
        if root != Some(note.checkpoint.root) {
            return Some(Shown::Path);
        }
        let keys = witness.verifiers(std::slice::from_ref(&note));
        Some(match keys.as_slice() {
            [] => Shown::Untried,
            keys if keys.iter().any(|key| key.verifies(&note)) => Shown::Holds,
            _ => Shown::Signature,
        })
    }
}
