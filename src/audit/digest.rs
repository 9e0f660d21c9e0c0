//! The hash functions of the log; the name of the one that was used stands beside each value.

use std::fmt;

use sha2::{Digest, Sha256};
use sm3::Sm3;

/// A hash of 256 bits, as both functions make.
pub type Hash = [u8; 32];

/// A hash function.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Algorithm {
    /// SHA-256 (FIPS 180-4).
    #[default]
    Sha256,
    /// SM3 (GB/T 32905-2016).
    Sm3,
}

impl Algorithm {
    /// Its name, as it is stored.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Sha256 => "sha256",
            Self::Sm3 => "sm3",
        }
    }

    /// The function with this name.
    #[must_use]
    pub fn named(name: &str) -> Option<Self> {
        [Self::Sha256, Self::Sm3]
            .into_iter()
            .find(|algorithm| algorithm.name() == name)
    }

    /// The hash of the parts, one behind the other.
    #[must_use]
    pub fn hash(self, parts: &[&[u8]]) -> Hash {
        match self {
            Self::Sha256 => over::<Sha256>(parts),
            Self::Sm3 => over::<Sm3>(parts),
        }
    }
}

impl fmt::Display for Algorithm {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

fn over<D: Digest>(parts: &[&[u8]]) -> Hash {
    let mut hasher = D::new();
    for part in parts {
        hasher.update(part);
    }
    let mut hash = Hash::default();
    hash.copy_from_slice(&hasher.finalize());
    hash
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_functions_are_those_of_their_standards() {
        // "abc": FIPS 180-4, example 1; GB/T 32905-2016, example 1.
        let of = |algorithm: Algorithm| hex::encode(algorithm.hash(&[b"a", b"bc"]));

        assert_eq!(
            of(Algorithm::Sha256),
            "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
        );
        assert_eq!(
            of(Algorithm::Sm3),
            "66c7f0f462eeedd9d1f2d46bdc10e4e24167c4875cf2f7a2297da02b8f4ba8e0"
        );
    }

    #[test]
    fn a_function_is_found_by_its_name() {
        assert_eq!(Algorithm::named("sm3"), Some(Algorithm::Sm3));
        assert_eq!(Algorithm::named("md5"), None);
    }
}
