//! Keys derived from the deployment's secret, one per purpose, so that what is made for one purpose is worthless for another.

use std::fmt;

use hmac::{Hmac, KeyInit, Mac};
use sha2::{Digest, Sha256};

use crate::audit::checkpoint::Signer;
use crate::config::Secret;

/// What a derived key is for. The label goes into the derivation and must never change.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Purpose {
    /// Signing action links.
    ActionLinks,
    /// Wrapping the keys of private values.
    Sealing,
    /// Form tokens against forged requests.
    Forms,
    /// Places in lists.
    Lists,
    /// Signing checkpoints of the log.
    Checkpoints,
}

impl Purpose {
    fn label(self) -> &'static [u8] {
        match self {
            Self::ActionLinks => b"huiqian/action-links/v1",
            Self::Sealing => b"huiqian/sealing/v1",
            Self::Forms => b"huiqian/forms/v1",
            Self::Lists => b"huiqian/lists/v1",
            Self::Checkpoints => b"huiqian/checkpoints/v1",
        }
    }
}

/// A 256-bit key for one purpose; never shown.
#[derive(Clone)]
pub struct Key([u8; 32]);

impl Key {
    /// The key for `purpose`: HMAC-SHA256 over the purpose's label, keyed with the secret's hash.
    #[must_use]
    pub fn derive(secret: &Secret, purpose: Purpose) -> Self {
        let root = Self(Sha256::digest(secret.reveal().as_bytes()).into());
        let mut mac = root.hmac();
        mac.update(purpose.label());
        Self(mac.finalize().into_bytes().into())
    }

    /// A public name for the key, stored beside what was made with it.
    #[must_use]
    pub fn id(&self) -> String {
        let mut hash = Sha256::new();
        hash.update(b"huiqian/key-id");
        hash.update(self.0);
        hex::encode(&hash.finalize()[..8])
    }

    pub(super) fn bytes(&self) -> &[u8; 32] {
        &self.0
    }

    /// Signs the checkpoints of the log called `name` with this key.
    #[must_use]
    pub fn checkpoint_signer(&self, name: &str) -> Signer {
        Signer::new(name, &self.0)
    }

    /// HMAC-SHA256 over `parts`, each with its length in front so that no two lists of parts look alike.
    pub(super) fn mac(&self, parts: &[&str]) -> String {
        let mut mac = self.hmac();
        for part in parts {
            mac.update(&(part.len() as u64).to_be_bytes());
            mac.update(part.as_bytes());
        }
        hex::encode(mac.finalize().into_bytes())
    }

    fn hmac(&self) -> Hmac<Sha256> {
        // HMAC fills a short key with zeros up to the hash's block; done here, it can't fail.
        let mut block = [0; 64];
        block[..32].copy_from_slice(&self.0);
        Hmac::<Sha256>::new(&block.into())
    }
}

impl fmt::Debug for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Key({})", self.id())
    }
}

/// The current key and older ones that still open what they made; never empty, because the current one is always there.
#[derive(Debug, Clone)]
pub struct Keys {
    current: Key,
    older: Vec<Key>,
}

impl Keys {
    /// The keys for `purpose` from the secret in force and the ones before it.
    #[must_use]
    pub fn derive(secret: &Secret, previous: &[Secret], purpose: Purpose) -> Self {
        Self {
            current: Key::derive(secret, purpose),
            older: previous
                .iter()
                .map(|old| Key::derive(old, purpose))
                .collect(),
        }
    }

    /// The key that new things are made with.
    #[must_use]
    pub fn current(&self) -> &Key {
        &self.current
    }

    /// All of them, the current one first.
    pub fn all(&self) -> impl Iterator<Item = &Key> {
        std::iter::once(&self.current).chain(&self.older)
    }

    /// The key called `id`, if it is one of ours.
    #[must_use]
    pub fn find(&self, id: &str) -> Option<&Key> {
        self.all().find(|key| key.id() == id)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn secret() -> Secret {
        Secret::new("0123456789abcdef0123456789abcdef")
    }

    #[test]
    fn each_purpose_has_its_own_key() {
        let links = Key::derive(&secret(), Purpose::ActionLinks);
        let forms = Key::derive(&secret(), Purpose::Forms);
        let sealing = Key::derive(&secret(), Purpose::Sealing);

        assert_ne!(links.bytes(), forms.bytes());
        assert_ne!(links.bytes(), sealing.bytes());
        assert_ne!(forms.bytes(), sealing.bytes());
    }

    #[test]
    fn a_key_is_derived_the_same_way_for_ever() {
        let key = Key::derive(&secret(), Purpose::Sealing);

        // Another value here means that sealed values of running deployments can't be opened any more.
        assert_eq!(key.id(), "317878129ac35387");
    }

    #[test]
    fn the_mac_is_hmac_sha256() {
        // RFC 4231, test case 2, with the key filled up as our keys are.
        let mut key = [0; 32];
        key[..4].copy_from_slice(b"Jefe");
        let mut mac = Key(key).hmac();
        mac.update(b"what do ya want for nothing?");

        assert_eq!(
            hex::encode(mac.finalize().into_bytes()),
            "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843"
        );
    }

    #[test]
    fn parts_cannot_be_shifted_from_one_field_to_the_next() {
        let key = Key::derive(&secret(), Purpose::Forms);

        assert_ne!(key.mac(&["ab", "c"]), key.mac(&["a", "bc"]));
        assert_ne!(key.mac(&["ab"]), key.mac(&["ab", ""]));
    }

    #[test]
    fn a_key_is_not_shown() {
        let key = Key::derive(&secret(), Purpose::Forms);

        assert!(!format!("{key:?}").contains(&hex::encode(key.bytes())));
    }
}
