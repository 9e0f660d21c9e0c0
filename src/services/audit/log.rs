//! Holding the log to its events, its tree and its checkpoints.

use super::Error;
use crate::audit::anchor::Anchors;
use crate::audit::checkpoint::{Note, Verifier};
use crate::audit::merkle::Subtree;
use crate::audit::scan::{Entry, Findings, Logged, Scan};
use crate::audit::{Algorithm, Hash};
use crate::auth::keys::{Key, Purpose};
use crate::config::KeySettings;
use crate::services::sequencer;
use crate::storage::log::{self, Leaf, State};
use crate::storage::{Connection, Db, checkpoints};

/// Leaves that are read at once.
const AT_ONCE: usize = 5000;
/// Nodes that are read at once.
const NODES: i64 = 5000;

/// What the log is held to besides itself.
#[derive(Debug, Clone, Default)]
pub struct Witness {
    /// What was written outside the database.
    pub anchors: Anchors,
    /// The keys that sign checkpoints, where they are known here.
    pub keys: Vec<Key>,
}

impl Witness {
    /// With the deployment's own keys, where they are set.
    #[must_use]
    pub fn new(anchors: Anchors, settings: &KeySettings) -> Self {
        let secrets = settings.current.iter().chain(&settings.previous);
        Self {
            anchors,
            keys: secrets
                .map(|secret| Key::derive(secret, Purpose::Checkpoints))
                .collect(),
        }
    }

    /// What may have signed these notes: the keys written outside, and the deployment's own.
    pub(super) fn verifiers(&self, notes: &[Note]) -> Vec<Verifier> {
        let mut names: Vec<&str> = notes.iter().map(Note::signer).collect();
        names.sort_unstable();
        names.dedup();
        let own = names.iter().flat_map(|name| {
            self.keys
                .iter()
                .map(|key| key.checkpoint_signer(name).verifier())
        });
        self.anchors.keys.iter().cloned().chain(own).collect()
    }

    /// Begins to hold a log to these checkpoints and to those written outside.
    pub(super) fn scan(&self, algorithm: Algorithm, mut notes: Vec<Note>) -> Scan {
        for note in &self.anchors.notes {
            if !notes.contains(note) {
                notes.push(note.clone());
            }
        }
        let verifiers = self.verifiers(&notes);
        Scan::new(algorithm, notes, verifiers)
    }
}

/// Reads the log from its start. Events that came in after the reading began are not looked at.
///
/// # Errors
/// The database's own failure.
pub fn verify(db: &Db, witness: &Witness) -> Result<Findings, Error> {
    let (state, notes) = db.read(|conn| Ok::<_, Error>((log::state(conn)?, notes(conn)?)))?;
    let Some(state) = state else {
        return Ok(witness.scan(Algorithm::default(), notes).finish());
    };
    let algorithm = Algorithm::named(&state.algorithm)
        .ok_or_else(|| Error::Corrupt("the state of the log".to_owned()))?;
    let mut scan = witness.scan(algorithm, notes);
    each_leaf(db, state.size, |leaf| {
        scan.push(entry(leaf)?);
        Ok(())
    })?;
    scan.stored(&nodes(db, &state)?, sequencer::edge(&state).ok().as_ref());
    Ok(scan.finish())
}

/// Calls `f` with the leaves of a log of `size`, in order.
pub(super) fn each_leaf(
    db: &Db,
    size: i64,
    mut f: impl FnMut(Leaf) -> Result<(), Error>,
) -> Result<(), Error> {
    let mut from = Some(0);
    while let Some(start) = from {
        let page = db.read(|conn| Ok::<_, Error>(log::leaves(conn, start, AT_ONCE)?))?;
        from = page.next;
        for leaf in page.rows {
            if size <= leaf.position {
                return Ok(());
            }
            f(leaf)?;
        }
    }
    Ok(())
}

/// The checkpoints that are stored.
pub(super) fn notes(conn: &mut Connection) -> Result<Vec<Note>, Error> {
    checkpoints::all(conn)?
        .into_iter()
        .map(|stored| {
            stored
                .note
                .parse()
                .map_err(|_| Error::Corrupt(format!("the checkpoint over {}", stored.size)))
        })
        .collect()
}

pub(super) fn entry(leaf: Leaf) -> Result<Entry, Error> {
    let bad = |_| Error::Corrupt(format!("place {} of the log", leaf.position));
    Ok(Entry {
        position: u64::try_from(leaf.position).map_err(|_| bad(()))?,
        leaf: Hash::try_from(leaf.hash.as_slice()).map_err(|_| bad(()))?,
        event: leaf.event.map(|(case, seq, hash)| Logged {
            case: case.to_string(),
            seq,
            hash,
        }),
    })
}

/// The stored nodes that lie within the log as it was read.
fn nodes(db: &Db, state: &State) -> Result<Vec<(Subtree, Hash)>, Error> {
    let mut found = Vec::new();
    for level in (8..=48).step_by(8) {
        let complete = state.size >> level;
        let mut from = 0;
        while from < complete {
            let some = db.read(|conn| {
                Ok::<_, Error>(log::nodes(conn, level, from, NODES.min(complete - from))?)
            })?;
            for node in some {
                let hash = Hash::try_from(node.hash.as_slice()).unwrap_or_default();
                let index = u64::try_from(node.place).unwrap_or(u64::MAX);
                let level = level.unsigned_abs();
                found.push((Subtree { level, index }, hash));
            }
            from += NODES;
        }
    }
    Ok(found)
}
