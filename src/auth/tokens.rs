//! Opaque tokens for sessions and the API: 256 random bits, of which only the hash is stored.

use std::fmt;

use sha2::{Digest, Sha256};
use subtle::ConstantTimeEq;

use super::{NoRandomness, random};

/// A token as its owner holds it. It is shown once and never stored.
#[derive(Clone, PartialEq, Eq)]
pub struct Token(String);

impl Token {
    /// A fresh one.
    pub fn generate() -> Result<Self, NoRandomness> {
        Ok(Self(hex::encode(random::<32>()?)))
    }

    /// The text for the cookie or the header.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// What the database keeps and finds it by.
    #[must_use]
    pub fn hash(&self) -> String {
        hash(&self.0)
    }
}

impl fmt::Debug for Token {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Token(…)")
    }
}

/// SHA-256 of a token that somebody sent, in hex. Random tokens need no salt and no slow hash.
#[must_use]
pub fn hash(token: &str) -> String {
    hex::encode(Sha256::digest(token.as_bytes()))
}

/// Whether two secrets are the same, in a time that does not tell where they differ.
#[must_use]
pub fn same(a: &str, b: &str) -> bool {
    a.as_bytes().ct_eq(b.as_bytes()).into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tokens_carry_256_bits_and_differ() {
        let one = Token::generate().expect("random");
        let other = Token::generate().expect("random");

        assert_eq!(one.as_str().len(), 64);
        assert_ne!(one, other);
    }

    #[test]
    fn the_stored_hash_is_not_the_token() {
        let token = Token::generate().expect("random");

        assert_ne!(token.hash(), token.as_str());
        assert_eq!(token.hash(), hash(token.as_str()));
        assert_eq!(format!("{token:?}"), "Token(…)");
    }

    #[test]
    fn secrets_are_the_same_only_when_equal() {
        assert!(same("abc", "abc"));
        assert!(!same("abc", "abd"));
        assert!(!same("abc", "abcd"));
    }
}
