//! Checkpoints: what the whole log was at one time, signed, in the format of <https://c2sp.org/tlog-checkpoint>, so that
//! other tools read them too.
//!
//! ```text
//! share.henan.example/huiqian
//! 1234
//! CsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=
//! algorithm sha256
//! time 2026-11-28T02:00:00Z
//!
//! — share.henan.example/huiqian Az3grlgtzPICa5OS8npVmf1Myq/5IZniMp+ZJurmRDeOoRDe4URYN7u5/Zhcyv2q1gGzGku9nTo+zyWE+xeMcTOAYQ8=
//! ```
//!
//! A key is shown as `name+id+base64`, as <https://c2sp.org/signed-note> has it.

use std::fmt;
use std::str::FromStr;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use chrono::{DateTime, SecondsFormat, Utc};
use ed25519_dalek::{Signature, Signer as _, SigningKey, VerifyingKey};
use sha2::{Digest, Sha256};

use super::{Algorithm, Hash};
use crate::calendar::Instant;

/// The byte that stands before an Ed25519 key.
const ED25519: u8 = 1;

/// What a checkpoint says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Checkpoint {
    /// Whose log it is: a name without blanks, as `share.henan.example/huiqian`.
    pub origin: String,
    /// How many events it covers.
    pub size: u64,
    /// The root of the tree over them.
    pub root: Hash,
    /// The tree's function.
    pub algorithm: Algorithm,
    /// When it was made.
    pub at: Instant,
}

/// A checkpoint with its signature, as text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Note {
    /// What it says.
    pub checkpoint: Checkpoint,
    signer: String,
    key: [u8; 4],
    signature: [u8; 64],
}

/// Signs checkpoints.
pub struct Signer {
    name: String,
    key: SigningKey,
}

/// Knows whether a checkpoint is of one signer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Verifier {
    name: String,
    key: VerifyingKey,
}

/// What a text is not.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Unreadable {
    /// No checkpoint.
    #[error("the text is not a signed checkpoint")]
    Note,
    /// No key.
    #[error("the text is not a key as `name+id+base64`")]
    Key,
}

impl Checkpoint {
    /// What is signed.
    fn text(&self) -> String {
        format!(
            "{}\n{}\n{}\nalgorithm {}\ntime {}\n",
            self.origin,
            self.size,
            BASE64.encode(self.root),
            self.algorithm,
            self.at.to_rfc3339_opts(SecondsFormat::AutoSi, true)
        )
    }
}

impl Signer {
    /// With the seed of an Ed25519 key.
    #[must_use]
    pub fn new(name: &str, seed: &[u8; 32]) -> Self {
        Self {
            name: name.to_owned(),
            key: SigningKey::from_bytes(seed),
        }
    }

    /// Its name, which is the log's.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// What knows its signatures.
    #[must_use]
    pub fn verifier(&self) -> Verifier {
        Verifier {
            name: self.name.clone(),
            key: self.key.verifying_key(),
        }
    }

    /// Signs a checkpoint.
    #[must_use]
    pub fn sign(&self, checkpoint: Checkpoint) -> Note {
        let signature = self.key.sign(checkpoint.text().as_bytes()).to_bytes();
        let key = self.verifier().id();
        Note {
            checkpoint,
            signer: self.name.clone(),
            key,
            signature,
        }
    }
}

impl Verifier {
    /// The first bytes of a hash over name and key.
    fn id(&self) -> [u8; 4] {
        let mut hash = Sha256::new();
        hash.update(self.name.as_bytes());
        hash.update([b'\n', ED25519]);
        hash.update(self.key.as_bytes());
        let mut id = [0; 4];
        id.copy_from_slice(&hash.finalize()[..4]);
        id
    }

    /// Whether the note names this key.
    #[must_use]
    pub fn is_named_by(&self, note: &Note) -> bool {
        note.signer == self.name && note.key == self.id()
    }

    /// Whether the note was signed with this key.
    #[must_use]
    pub fn verifies(&self, note: &Note) -> bool {
        let signature = Signature::from_bytes(&note.signature);
        self.is_named_by(note)
            && self
                .key
                .verify_strict(note.checkpoint.text().as_bytes(), &signature)
                .is_ok()
    }
}

impl fmt::Display for Verifier {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut key = vec![ED25519];
        key.extend_from_slice(self.key.as_bytes());
        write!(
            f,
            "{}+{}+{}",
            self.name,
            hex::encode(self.id()),
            BASE64.encode(key)
        )
    }
}

impl FromStr for Verifier {
    type Err = Unreadable;

    fn from_str(text: &str) -> Result<Self, Unreadable> {
        let read = || {
            let (name, rest) = text.trim().split_once('+')?;
            let (id, key) = rest.split_once('+')?;
            let bytes = BASE64.decode(key).ok()?;
            let (&ED25519, key) = bytes.split_first()? else {
                return None;
            };
            let verifier = Self {
                name: name.to_owned(),
                key: VerifyingKey::from_bytes(key.try_into().ok()?).ok()?,
            };
            (hex::encode(verifier.id()) == id).then_some(verifier)
        };
        read().ok_or(Unreadable::Key)
    }
}

impl Note {
    /// Who signed it, as it says itself.
    #[must_use]
    pub fn signer(&self) -> &str {
        &self.signer
    }
}

impl fmt::Display for Note {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut signature = self.key.to_vec();
        signature.extend_from_slice(&self.signature);
        writeln!(
            f,
            "{}\n— {} {}",
            self.checkpoint.text(),
            self.signer,
            BASE64.encode(signature)
        )
    }
}

impl FromStr for Note {
    type Err = Unreadable;

    fn from_str(text: &str) -> Result<Self, Unreadable> {
        read(text).ok_or(Unreadable::Note)
    }
}

fn read(text: &str) -> Option<Note> {
    let (body, signed) = text.split_once("\n\n")?;
    let mut lines = body.lines();
    let checkpoint = Checkpoint {
        origin: lines.next().filter(|line| !line.is_empty())?.to_owned(),
        size: lines.next()?.parse().ok()?,
        root: BASE64.decode(lines.next()?).ok()?.try_into().ok()?,
        algorithm: Algorithm::named(lines.next()?.strip_prefix("algorithm ")?)?,
        at: DateTime::parse_from_rfc3339(lines.next()?.strip_prefix("time ")?)
            .ok()?
            .with_timezone(&Utc),
    };
    // What is not written back the same was not what was signed.
    if lines.next().is_some() || checkpoint.text() != format!("{body}\n") {
        return None;
    }
    let (signer, signature) = signed
        .strip_suffix('\n')?
        .strip_prefix("— ")?
        .split_once(' ')?;
    let bytes = BASE64.decode(signature).ok()?;
    let (key, signature) = bytes.split_first_chunk::<4>()?;
    Some(Note {
        checkpoint,
        signer: signer.to_owned(),
        key: *key,
        signature: signature.try_into().ok()?,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn signer(seed: u8) -> Signer {
        Signer::new("share.henan.example/huiqian", &[seed; 32])
    }

    fn note() -> Note {
        signer(7).sign(Checkpoint {
            origin: "share.henan.example/huiqian".to_owned(),
            size: 1234,
            root: [9; 32],
            algorithm: Algorithm::Sha256,
            at: DateTime::UNIX_EPOCH,
        })
    }

    #[test]
    fn a_note_is_read_back_and_verifies() {
        let note = note();
        let again: Note = note.to_string().parse().expect("reads");

        assert_eq!(again, note);
        assert!(signer(7).verifier().verifies(&again));
        assert!(!signer(8).verifier().verifies(&again));
    }

    #[test]
    fn a_changed_note_does_not_verify() {
        let text = note().to_string();
        let verifier = signer(7).verifier();
        for (old, new) in [
            ("1234", "1235"),
            ("algorithm sha256", "algorithm sm3"),
            ("1970", "1971"),
            ("henan.example/huiqian\n1234", "henan.example/other\n1234"),
        ] {
            let changed: Note = text.replace(old, new).parse().expect("still reads");
            assert!(!verifier.verifies(&changed), "{new}");
        }
    }

    #[test]
    fn what_would_be_read_in_another_way_is_refused() {
        let text = note().to_string();

        for (old, new) in [("1234", "01234"), ("1234", "+1234"), ("\n\n", "\nmore\n\n")] {
            assert_eq!(
                text.replace(old, new).parse::<Note>(),
                Err(Unreadable::Note),
                "{new}"
            );
        }
        assert_eq!("".parse::<Note>(), Err(Unreadable::Note));
    }

    #[test]
    fn a_key_is_shown_and_read_back() {
        let verifier = signer(7).verifier();
        let shown = verifier.to_string();

        assert_eq!(shown.parse(), Ok(verifier));
        assert_eq!(
            shown.replace("henan", "hunan").parse::<Verifier>(),
            Err(Unreadable::Key)
        );
    }
}
