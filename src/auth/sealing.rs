//! Private values: each in an envelope of its own, with a salted commitment that the log can keep after the value is erased.

use aes_gcm::aead::{Aead, Payload};
use aes_gcm::{Aes256Gcm, KeyInit, Nonce};
use sha2::{Digest, Sha256};

use super::keys::{Key, Keys};
use super::{NoRandomness, random};

const FORMAT: u8 = 1;
const NONCE: usize = 12;
const WRAPPED: usize = 32 + 16;

/// A sealed value as the database keeps it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sealed {
    /// The key that wraps the envelope's own key.
    pub key_id: String,
    /// The salt of the commitment; erasing it with the envelope makes the digest say nothing.
    pub salt: Vec<u8>,
    /// Format, wrapped key and encrypted value.
    pub envelope: Vec<u8>,
    /// SHA-256 over salt and value, in hex: what events hold instead of the value.
    pub digest: String,
}

/// Why a value could not be sealed or opened.
#[derive(Debug, thiserror::Error)]
pub enum SealError {
    /// No random numbers.
    #[error(transparent)]
    NoRandomness(#[from] NoRandomness),
    /// The cipher refused; only possible for values of many gigabytes.
    #[error("the value could not be encrypted")]
    Encrypt,
    /// The key is not among ours; it was rotated away too early.
    #[error(
        "the value was sealed with the key {0}, which is not configured; set it as a previous secret key"
    )]
    UnknownKey(String),
    /// Changed, cut, or moved here from another owner or field.
    #[error("the sealed value was changed or belongs elsewhere")]
    Broken,
}

/// Seals and opens.
#[derive(Debug, Clone)]
pub struct Sealer(Keys);

impl Sealer {
    /// With keys for [`Purpose::Sealing`](super::keys::Purpose::Sealing).
    #[must_use]
    pub fn new(keys: Keys) -> Self {
        Self(keys)
    }

    /// Seals `plaintext` as `field` of `owner` (a case, a person); it opens for these two only.
    pub fn seal(&self, owner: &str, field: &str, plaintext: &[u8]) -> Result<Sealed, SealError> {
        let wrapping = self.0.current();
        let bound = bound_to(owner, field);
        let key: [u8; 32] = random()?;
        let (wrap_nonce, value_nonce): ([u8; NONCE], [u8; NONCE]) = (random()?, random()?);
        let wrapped = encrypt(wrapping.bytes(), &wrap_nonce, &bound, &key)?;
        let value = encrypt(&key, &value_nonce, &bound, plaintext)?;

        let salt: [u8; 32] = random()?;
        Ok(Sealed {
            key_id: wrapping.id(),
            digest: commitment(&salt, plaintext),
            salt: salt.to_vec(),
            envelope: [&[FORMAT][..], &wrap_nonce, &wrapped, &value_nonce, &value].concat(),
        })
    }

    /// The value, if it is unchanged and was sealed as this `field` of this `owner`.
    pub fn open(&self, owner: &str, field: &str, sealed: &Sealed) -> Result<Vec<u8>, SealError> {
        let wrapping: &Key = self
            .0
            .find(&sealed.key_id)
            .ok_or_else(|| SealError::UnknownKey(sealed.key_id.clone()))?;
        let bound = bound_to(owner, field);
        let [FORMAT, rest @ ..] = sealed.envelope.as_slice() else {
            return Err(SealError::Broken);
        };
        let (wrap_nonce, rest) = rest.split_at_checked(NONCE).ok_or(SealError::Broken)?;
        let (wrapped, rest) = rest.split_at_checked(WRAPPED).ok_or(SealError::Broken)?;
        let (value_nonce, value) = rest.split_at_checked(NONCE).ok_or(SealError::Broken)?;

        let key = decrypt(wrapping.bytes(), wrap_nonce, &bound, wrapped)?;
        let plaintext = decrypt(&key, value_nonce, &bound, value)?;
        if commitment(&sealed.salt, &plaintext) != sealed.digest {
            return Err(SealError::Broken);
        }
        Ok(plaintext)
    }
}

/// SHA-256 over salt and value, in hex.
#[must_use]
pub fn commitment(salt: &[u8], value: &[u8]) -> String {
    let mut hash = Sha256::new();
    hash.update(salt);
    hash.update(value);
    hex::encode(hash.finalize())
}

fn bound_to(owner: &str, field: &str) -> Vec<u8> {
    let mut bound = b"huiqian/sealed/v1".to_vec();
    for part in [owner, field] {
        bound.extend((part.len() as u64).to_be_bytes());
        bound.extend(part.as_bytes());
    }
    bound
}

fn encrypt(
    key: &[u8; 32],
    nonce: &[u8; NONCE],
    aad: &[u8],
    msg: &[u8],
) -> Result<Vec<u8>, SealError> {
    Aes256Gcm::new(&(*key).into())
        .encrypt(&Nonce::from(*nonce), Payload { msg, aad })
        .map_err(|_| SealError::Encrypt)
}

fn decrypt(key: &[u8], nonce: &[u8], aad: &[u8], msg: &[u8]) -> Result<Vec<u8>, SealError> {
    let nonce: [u8; NONCE] = nonce.try_into().map_err(|_| SealError::Broken)?;
    Aes256Gcm::new_from_slice(key)
        .map_err(|_| SealError::Broken)?
        .decrypt(&Nonce::from(nonce), Payload { msg, aad })
        .map_err(|_| SealError::Broken)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::auth::keys::Purpose;
    use crate::config::Secret;

    fn sealer() -> Sealer {
        keyed("0123456789abcdef0123456789abcdef", &[])
    }

    fn keyed(secret: &str, previous: &[&str]) -> Sealer {
        let previous: Vec<Secret> = previous.iter().copied().map(Secret::new).collect();
        Sealer::new(Keys::derive(
            &Secret::new(secret),
            &previous,
            Purpose::Sealing,
        ))
    }

    #[test]
    fn what_is_sealed_can_be_opened() {
        for value in ["", "411024199001010019", "𠮷·买买提"] {
            let sealed = sealer()
                .seal("case-1", "id_card", value.as_bytes())
                .expect("seals");

            let opened = sealer().open("case-1", "id_card", &sealed).expect("opens");

            assert_eq!(opened, value.as_bytes());
        }
    }

    #[test]
    fn the_same_value_never_looks_the_same() {
        let one = sealer().seal("case-1", "id_card", b"x").expect("seals");
        let other = sealer().seal("case-1", "id_card", b"x").expect("seals");

        assert_ne!(one.envelope, other.envelope);
        assert_ne!(one.digest, other.digest);
    }

    #[test]
    fn a_value_moved_to_another_owner_or_field_does_not_open() {
        let sealed = sealer().seal("case-1", "id_card", b"x").expect("seals");

        assert!(matches!(
            sealer().open("case-2", "id_card", &sealed),
            Err(SealError::Broken)
        ));
        assert!(matches!(
            sealer().open("case-1", "phone", &sealed),
            Err(SealError::Broken)
        ));
        assert!(matches!(
            sealer().open("case-1i", "d_card", &sealed),
            Err(SealError::Broken)
        ));
    }

    #[test]
    fn every_changed_byte_is_noticed() {
        let sealed = sealer()
            .seal("case-1", "id_card", b"secret")
            .expect("seals");

        for at in 0..sealed.envelope.len() {
            let mut changed = sealed.clone();
            changed.envelope[at] ^= 1;
            assert!(
                sealer().open("case-1", "id_card", &changed).is_err(),
                "byte {at}"
            );
            changed.envelope.truncate(at);
            assert!(
                sealer().open("case-1", "id_card", &changed).is_err(),
                "cut at {at}"
            );
        }
        let mut changed = sealed;
        changed.salt[0] ^= 1;
        assert!(sealer().open("case-1", "id_card", &changed).is_err());
    }

    #[test]
    fn a_rotated_secret_opens_old_values_while_the_old_one_is_kept() {
        let old = "0123456789abcdef0123456789abcdef";
        let new = "fedcba9876543210fedcba9876543210";
        let sealed = sealer().seal("case-1", "id_card", b"x").expect("seals");

        assert!(
            keyed(new, &[old])
                .open("case-1", "id_card", &sealed)
                .is_ok()
        );
        assert!(matches!(
            keyed(new, &[]).open("case-1", "id_card", &sealed),
            Err(SealError::UnknownKey(_))
        ));
    }

    #[test]
    fn the_digest_commits_to_salt_and_value() {
        let sealed = sealer().seal("case-1", "id_card", b"x").expect("seals");

        assert_eq!(sealed.digest, commitment(&sealed.salt, b"x"));
        assert_ne!(sealed.digest, commitment(&sealed.salt, b"y"));
    }
}
