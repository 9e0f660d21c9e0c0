//! Reading the whole log from its start and saying where it is not what checkpoints and stored hashes make it.

use std::collections::HashMap;

use super::checkpoint::{Note, Verifier};
use super::merkle::{self, Edge, Subtree};
use super::{Algorithm, Hash};

/// So many faults are told one by one; the rest is counted.
const MOST: usize = 1000;

/// A place of the log with what stands there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    /// Counts from 0.
    pub position: u64,
    /// The hash that was logged.
    pub leaf: Hash,
    /// The event, if it is still there.
    pub event: Option<Logged>,
}

/// An event as the log knows it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Logged {
    /// The case's public id.
    pub case: String,
    /// The event's place in its case.
    pub seq: i64,
    /// Its hash, in hex.
    pub hash: String,
}

/// Something that is wrong with the log.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Fault {
    /// Places up to this one are missing from the log.
    Gap {
        /// The first missing place.
        from: u64,
    },
    /// The event that was logged here is not there any more.
    Missing {
        /// Where.
        position: u64,
    },
    /// The event is not the one that was logged here.
    Replaced {
        /// Where.
        position: u64,
        /// Which event stands there now.
        event: Logged,
    },
    /// A stored node is missing, or not that of the places below it.
    Node {
        /// The first place below it.
        from: u64,
        /// The first place behind it.
        to: u64,
    },
    /// What is kept of the log's right edge is not what its places make.
    Edge,
    /// The checkpoint over this many events was not signed with a key of this log.
    Signature {
        /// Over how many events.
        size: u64,
    },
    /// The log was something else at this checkpoint. What was changed lies between the last checkpoint that holds and it.
    Root {
        /// The last checkpoint that holds.
        from: u64,
        /// This one.
        to: u64,
    },
    /// Events are missing at the end: a checkpoint covers more than there are.
    Short {
        /// How many there are.
        size: u64,
        /// How many the checkpoint covers.
        covered: u64,
    },
}

/// What was found.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Findings {
    /// How many events are in the log.
    pub size: u64,
    /// Checkpoints that hold.
    pub checkpoints: usize,
    /// Checkpoints whose signature could not be tried, for want of a key.
    pub untried: usize,
    /// What is wrong, in the order of the log.
    pub faults: Vec<Fault>,
    /// How many faults there are beyond those that are named.
    pub more: usize,
}

/// A reading under way.
pub struct Scan {
    edge: Edge,
    // By falling size, so that the next one is the last.
    notes: Vec<Note>,
    keys: Vec<Verifier>,
    nodes: HashMap<(u32, u64), Hash>,
    held: u64,
    found: Findings,
}

impl Scan {
    /// Reads a log of this function and holds it to these checkpoints. Without `keys` no signature can be tried.
    #[must_use]
    pub fn new(algorithm: Algorithm, mut notes: Vec<Note>, keys: Vec<Verifier>) -> Self {
        notes.sort_by_key(|note| std::cmp::Reverse(note.checkpoint.size));
        Self {
            edge: Edge::empty(algorithm),
            notes,
            keys,
            nodes: HashMap::new(),
            held: 0,
            found: Findings::default(),
        }
    }

    /// The next place.
    pub fn push(&mut self, entry: Entry) {
        let next = self.edge.size();
        if entry.position != next {
            self.fault(Fault::Gap { from: next });
        }
        let position = entry.position;
        match entry.event {
            None => self.fault(Fault::Missing { position }),
            Some(event) if !self.is_logged(&event, &entry.leaf) => {
                self.fault(Fault::Replaced { position, event });
            }
            Some(_) => {}
        }
        self.meet();
        // The tree goes on with what was logged: a changed event is one fault, and not one for each checkpoint behind it.
        for (Subtree { level, index }, hash) in self.edge.push(entry.leaf) {
            self.nodes.insert((level, index), hash);
        }
    }

    /// What is stored of the tree beside its leaves, once all of them were read: nodes, and the right edge.
    pub fn stored(&mut self, nodes: &[(Subtree, Hash)], edge: Option<&Edge>) {
        for (subtree, hash) in nodes {
            if self.nodes.remove(&(subtree.level, subtree.index)).as_ref() != Some(hash) {
                self.fault(node_fault(*subtree));
            }
        }
        let mut missing: Vec<(u32, u64)> = self.nodes.drain().map(|(subtree, _)| subtree).collect();
        missing.sort_unstable();
        for (level, index) in missing {
            self.fault(node_fault(Subtree { level, index }));
        }
        if edge != Some(&self.edge) {
            self.fault(Fault::Edge);
        }
    }

    /// How many places were read.
    #[must_use]
    pub fn size(&self) -> u64 {
        self.edge.size()
    }

    /// The end of the log.
    #[must_use]
    pub fn finish(mut self) -> Findings {
        self.meet();
        let size = self.edge.size();
        while let Some(note) = self.notes.pop() {
            let covered = note.checkpoint.size;
            if self.is_signed(&note) {
                self.fault(Fault::Short { size, covered });
            }
        }
        self.found.size = size;
        self.found
    }

    fn is_logged(&self, event: &Logged, leaf: &Hash) -> bool {
        hex::decode(&event.hash)
            .is_ok_and(|bytes| merkle::leaf(self.edge.algorithm(), &bytes) == *leaf)
    }

    /// Holds the tree to the checkpoints over just so many events.
    fn meet(&mut self) {
        let size = self.edge.size();
        while let Some(note) = self.notes.pop_if(|note| note.checkpoint.size <= size) {
            if !self.is_signed(&note) {
                continue;
            }
            if note.checkpoint.root == self.edge.root()
                && note.checkpoint.algorithm == self.edge.algorithm()
            {
                self.held = size;
                self.found.checkpoints += 1;
            } else {
                self.fault(Fault::Root {
                    from: self.held,
                    to: size,
                });
            }
        }
    }

    /// Whether the note may be held against the log: with keys at hand only what they signed.
    fn is_signed(&mut self, note: &Note) -> bool {
        if self.keys.is_empty() {
            self.found.untried += 1;
            return true;
        }
        let good = self.keys.iter().any(|key| key.verifies(note));
        if !good {
            self.fault(Fault::Signature {
                size: note.checkpoint.size,
            });
        }
        good
    }

    fn fault(&mut self, fault: Fault) {
        if self.found.faults.len() < MOST {
            self.found.faults.push(fault);
        } else {
            self.found.more += 1;
        }
    }
}

fn node_fault(subtree: Subtree) -> Fault {
    Fault::Node {
        from: subtree.index << subtree.level,
        to: (subtree.index + 1) << subtree.level,
    }
}

#[cfg(test)]
mod tests {
    use chrono::DateTime;

    use super::super::checkpoint::{Checkpoint, Signer};
    use super::*;

    const SHA: Algorithm = Algorithm::Sha256;

    fn signer() -> Signer {
        Signer::new("a.example/huiqian", &[3; 32])
    }

    fn entries(count: u64) -> Vec<Entry> {
        (0..count)
            .map(|position| {
                let hash = SHA.hash(&[&position.to_be_bytes()]);
                Entry {
                    position,
                    leaf: merkle::leaf(SHA, &hash),
                    event: Some(Logged {
                        case: format!("case {}", position / 4),
                        seq: i64::try_from(position % 4 + 1).expect("small"),
                        hash: hex::encode(hash),
                    }),
                }
            })
            .collect()
    }

    fn note(signer: &Signer, entries: &[Entry]) -> Note {
        let mut edge = Edge::empty(SHA);
        for entry in entries {
            edge.push(entry.leaf);
        }
        signer.sign(Checkpoint {
            origin: signer.name().to_owned(),
            size: edge.size(),
            root: edge.root(),
            algorithm: SHA,
            at: DateTime::UNIX_EPOCH,
        })
    }

    fn faults(entries: Vec<Entry>, notes: Vec<Note>) -> Vec<Fault> {
        let mut scan = Scan::new(SHA, notes, vec![signer().verifier()]);
        for entry in entries {
            scan.push(entry);
        }
        scan.finish().faults
    }

    /// Checkpoints over 4, 8 and 10 events of a log of 10.
    fn log() -> (Vec<Entry>, Vec<Note>) {
        let all = entries(10);
        let notes = [4, 10, 8]
            .map(|size| note(&signer(), &all[..size]))
            .to_vec();
        (all, notes)
    }

    #[test]
    fn a_sound_log_has_no_fault() {
        let (all, notes) = log();
        let mut scan = Scan::new(SHA, notes, vec![signer().verifier()]);
        for entry in all {
            scan.push(entry);
        }
        let found = scan.finish();

        assert_eq!((found.size, found.checkpoints, found.untried), (10, 3, 0));
        assert_eq!(found.faults, []);
    }

    #[test]
    fn a_changed_event_is_named() {
        let (mut all, notes) = log();
        let event = all[5].event.as_mut().expect("there");
        event.hash = hex::encode(SHA.hash(&[b"forged"]));
        let event = event.clone();

        assert_eq!(faults(all, notes), [Fault::Replaced { position: 5, event }]);
    }

    #[test]
    fn a_removed_event_is_named() {
        let (mut all, notes) = log();
        all[5].event = None;

        assert_eq!(faults(all, notes), [Fault::Missing { position: 5 }]);
    }

    #[test]
    fn an_event_that_was_changed_in_every_table_breaks_the_next_checkpoint() {
        let (mut all, notes) = log();
        let hash = SHA.hash(&[b"forged"]);
        all[5].leaf = merkle::leaf(SHA, &hash);
        all[5].event.as_mut().expect("there").hash = hex::encode(hash);

        assert_eq!(
            faults(all, notes),
            [
                Fault::Root { from: 4, to: 8 },
                Fault::Root { from: 4, to: 10 }
            ]
        );
    }

    #[test]
    fn a_log_without_its_end_is_too_short() {
        let (mut all, notes) = log();
        all.truncate(9);

        assert_eq!(
            faults(all, notes),
            [Fault::Short {
                size: 9,
                covered: 10
            }]
        );
    }

    #[test]
    fn a_place_that_is_left_out_is_a_gap() {
        let (mut all, _) = log();
        all.remove(3);

        assert_eq!(faults(all, Vec::new())[0], Fault::Gap { from: 3 });
    }

    #[test]
    fn a_checkpoint_of_another_key_counts_for_nothing() {
        let (all, _) = log();
        let forged = note(&Signer::new("a.example/huiqian", &[4; 32]), &all[..8]);

        assert_eq!(faults(all, vec![forged]), [Fault::Signature { size: 8 }]);
    }

    #[test]
    fn a_stored_node_is_held_to_its_places() {
        let all = entries(300);
        let mut scan = Scan::new(SHA, Vec::new(), Vec::new());
        for entry in all {
            scan.push(entry);
        }
        scan.stored(&[(Subtree { level: 8, index: 0 }, [0; 32])], None);

        assert_eq!(
            scan.finish().faults,
            [Fault::Node { from: 0, to: 256 }, Fault::Edge]
        );
    }
}
