//! The Merkle tree over all events, as RFC 9162 (section 2.1) has it: what proves that an event is in the log, and that
//! nothing before was changed.

use super::{Algorithm, Hash};

/// Of how many leaves a stored node speaks: every eighth level is kept, and what lies between is worked out from at most
/// 256 hashes.
pub const STORED_LEVELS: u32 = 8;

/// The hash of a leaf.
#[must_use]
pub fn leaf(algorithm: Algorithm, entry: &[u8]) -> Hash {
    algorithm.hash(&[&[0], entry])
}

/// The hash of a node over two others.
#[must_use]
pub fn node(algorithm: Algorithm, left: &Hash, right: &Hash) -> Hash {
    algorithm.hash(&[&[1], left, right])
}

/// A complete subtree: 2^`level` leaves, the `index`-th of its level.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Subtree {
    /// 0 for a leaf.
    pub level: u32,
    /// Counts from 0 on its level.
    pub index: u64,
}

/// The right edge of a growing tree: all that is needed to add a leaf and to know the root.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Edge {
    algorithm: Algorithm,
    size: u64,
    // One for each bit that is set in `size`, the largest subtree first.
    peaks: Vec<Hash>,
}

impl Edge {
    /// Of a tree without leaves.
    #[must_use]
    pub fn empty(algorithm: Algorithm) -> Self {
        Self {
            algorithm,
            size: 0,
            peaks: Vec::new(),
        }
    }

    /// As it was kept; `None` when there are not as many subtrees as a tree of this size has.
    #[must_use]
    pub fn restored(algorithm: Algorithm, size: u64, peaks: Vec<Hash>) -> Option<Self> {
        let complete = usize::try_from(size.count_ones()).ok()? == peaks.len();
        complete.then_some(Self {
            algorithm,
            size,
            peaks,
        })
    }

    /// The function of the tree.
    #[must_use]
    pub fn algorithm(&self) -> Algorithm {
        self.algorithm
    }

    /// How many leaves there are.
    #[must_use]
    pub fn size(&self) -> u64 {
        self.size
    }

    /// The roots of the complete subtrees, the largest first.
    #[must_use]
    pub fn peaks(&self) -> &[Hash] {
        &self.peaks
    }

    /// Adds a leaf. Answers the subtrees on stored levels that it completes.
    pub fn push(&mut self, leaf: Hash) -> Vec<(Subtree, Hash)> {
        let (mut subtree, mut hash) = (
            Subtree {
                level: 0,
                index: self.size,
            },
            leaf,
        );
        let mut completed = Vec::new();
        while subtree.index % 2 == 1 {
            let Some(left) = self.peaks.pop() else { break };
            hash = node(self.algorithm, &left, &hash);
            subtree = Subtree {
                level: subtree.level + 1,
                index: subtree.index / 2,
            };
            if subtree.level.is_multiple_of(STORED_LEVELS) {
                completed.push((subtree, hash));
            }
        }
        self.peaks.push(hash);
        self.size += 1;
        completed
    }

    /// The root.
    #[must_use]
    pub fn root(&self) -> Hash {
        let mut peaks = self.peaks.iter().rev();
        let Some(last) = peaks.next() else {
            return self.algorithm.hash(&[]);
        };
        peaks.fold(*last, |right, left| node(self.algorithm, left, &right))
    }
}

/// The root of one complete subtree over its parts; their number is a power of two.
#[must_use]
pub fn over(algorithm: Algorithm, mut parts: Vec<Hash>) -> Option<Hash> {
    if !parts.len().is_power_of_two() {
        return None;
    }
    while 1 < parts.len() {
        parts = parts
            .chunks(2)
            .map(|pair| node(algorithm, &pair[0], &pair[1]))
            .collect();
    }
    parts.pop()
}

/// The complete subtrees that a proof names for one step each, from the leaf up: for every step those whose hashes,
/// folded from the right, are the sibling.
#[must_use]
pub fn path(position: u64, size: u64) -> Option<Vec<Vec<Subtree>>> {
    (position < size).then(|| {
        let mut steps = Vec::new();
        descend(position, 0, size, &mut steps);
        steps
    })
}

/// RFC 9162, 2.1.3.1: PATH(m, D[n]), over the leaves from `start` on.
fn descend(position: u64, start: u64, count: u64, steps: &mut Vec<Vec<Subtree>>) {
    if count < 2 {
        return;
    }
    let left = 1 << (count - 1).ilog2();
    if position < left {
        descend(position, start, left, steps);
        steps.push(complete(start + left, count - left));
    } else {
        descend(position - left, start + left, count - left, steps);
        steps.push(complete(start, left));
    }
}

/// The complete subtrees that make up the leaves from `start` on, the largest first.
fn complete(mut start: u64, mut count: u64) -> Vec<Subtree> {
    let mut found = Vec::new();
    while 0 < count {
        let level = count.ilog2();
        found.push(Subtree {
            level,
            index: start >> level,
        });
        start += 1 << level;
        count -= 1 << level;
    }
    found
}

/// The hash of a step of a proof from those of its subtrees, the largest first.
#[must_use]
pub fn fold(algorithm: Algorithm, hashes: &[Hash]) -> Option<Hash> {
    let (last, rest) = hashes.split_last()?;
    Some(
        rest.iter()
            .rev()
            .fold(*last, |right, left| node(algorithm, left, &right)),
    )
}

/// The root that a proof leads to (RFC 9162, 2.1.3.2); `None` when it is too short or too long for this place.
#[must_use]
pub fn root_of_proof(
    algorithm: Algorithm,
    leaf: Hash,
    position: u64,
    size: u64,
    proof: &[Hash],
) -> Option<Hash> {
    if size <= position {
        return None;
    }
    let (mut place, mut last, mut hash) = (position, size - 1, leaf);
    for sibling in proof {
        if last == 0 {
            return None;
        }
        if place % 2 == 1 || place == last {
            hash = node(algorithm, sibling, &hash);
            while place.is_multiple_of(2) && place != 0 {
                place /= 2;
                last /= 2;
            }
        } else {
            hash = node(algorithm, &hash, sibling);
        }
        place /= 2;
        last /= 2;
    }
    (last == 0).then_some(hash)
}

#[cfg(test)]
mod tests {
    use std::collections::HashMap;

    use proptest::prelude::*;

    use super::*;

    const SHA: Algorithm = Algorithm::Sha256;

    /// RFC 9162, 2.1.1, word for word.
    fn tree_hash(leaves: &[Hash]) -> Hash {
        match leaves {
            [] => SHA.hash(&[]),
            [only] => *only,
            many => {
                let (left, right) = many.split_at(1 << (many.len() - 1).ilog2());
                node(SHA, &tree_hash(left), &tree_hash(right))
            }
        }
    }

    fn leaves(count: usize) -> Vec<Hash> {
        (0..count)
            .map(|number| leaf(SHA, number.to_string().as_bytes()))
            .collect()
    }

    fn subtree_hash(leaves: &[Hash], subtree: Subtree) -> Hash {
        let width = 1usize << subtree.level;
        let start = usize::try_from(subtree.index).expect("small") * width;
        over(SHA, leaves[start..start + width].to_vec()).expect("a power of two")
    }

    #[test]
    fn the_root_is_that_of_known_logs() {
        // The tree of seven entries in the tests of certificate transparency logs.
        let entries: [&[u8]; 4] = [b"", b"\x00", b"\x10", b"\x20\x21"];
        let mut edge = Edge::empty(SHA);
        assert_eq!(
            hex::encode(edge.root()),
            "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
        );

        for entry in entries {
            edge.push(leaf(SHA, entry));
        }

        assert_eq!(
            hex::encode(edge.root()),
            "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7"
        );
    }

    #[test]
    fn the_edge_survives_being_kept() {
        let mut edge = Edge::empty(SHA);
        for hash in leaves(11) {
            edge.push(hash);
        }

        let restored = Edge::restored(SHA, edge.size(), edge.peaks().to_vec());

        assert_eq!(restored, Some(edge));
        assert_eq!(Edge::restored(SHA, 11, Vec::new()), None);
    }

    #[test]
    fn stored_nodes_are_those_of_their_leaves() {
        let all = leaves(70_000);
        let (mut edge, mut stored) = (Edge::empty(SHA), HashMap::new());
        for hash in &all {
            stored.extend(edge.push(*hash));
        }

        assert_eq!(stored.len(), 70_000 / 256 + 1);
        for (subtree, hash) in stored {
            assert_eq!(hash, subtree_hash(&all, subtree), "{subtree:?}");
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig { cases: 64, ..ProptestConfig::default() })]
        #[test]
        fn every_leaf_has_a_proof_and_no_other_leaf_fits_it(size in 1usize..600, at in any::<prop::sample::Index>()) {
            let all = leaves(size);
            let position = at.index(size);
            let mut edge = Edge::empty(SHA);
            for hash in &all {
                edge.push(*hash);
            }
            prop_assert_eq!(edge.root(), tree_hash(&all));

            let steps = path(position as u64, size as u64).expect("inside");
            let proof: Vec<Hash> = steps
                .iter()
                .map(|step| {
                    let hashes: Vec<Hash> = step.iter().map(|subtree| subtree_hash(&all, *subtree)).collect();
                    fold(SHA, &hashes).expect("not empty")
                })
                .collect();
            let root = |leaf, position| root_of_proof(SHA, leaf, position, size as u64, &proof);
            prop_assert_eq!(root(all[position], position as u64), Some(edge.root()));
            prop_assert_ne!(root(leaf(SHA, b"another"), position as u64), Some(edge.root()));
            prop_assert_eq!(root(all[position], size as u64), None);
        }
    }
}
