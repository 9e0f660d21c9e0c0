//! The hash chain of a case's events: each event's hash covers the one before it, so that a change, a gap or a swap shows.

use super::Algorithm;
use crate::calendar::Instant;

/// Before the first event of a case.
pub const GENESIS: &str = "";

/// What the hash of one event covers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Link<'a> {
    /// With which function.
    pub algorithm: Algorithm,
    /// The case's public id.
    pub case: &'a str,
    /// The event's place in the case, from 1.
    pub seq: i64,
    /// The hash of the event before, or [`GENESIS`].
    pub previous: &'a str,
    /// The event's text as it is stored.
    pub body: &'a str,
    /// The actor's key, where a person acted.
    pub actor: Option<i64>,
    /// For whom, when a substitute acted.
    pub on_behalf: Option<i64>,
    /// By which way.
    pub channel: &'a str,
    /// When, to the microsecond.
    pub at: Instant,
    /// The key of the definition's version.
    pub version: i64,
}

impl Link<'_> {
    /// The hash, in hex. Every part goes in behind its length, so that no two events share an encoding.
    #[must_use]
    pub fn hash(&self) -> String {
        let number = |value: Option<i64>| value.map(|value| value.to_string()).unwrap_or_default();
        let parts = [
            self.algorithm.name().to_owned(),
            self.case.to_owned(),
            self.seq.to_string(),
            self.previous.to_owned(),
            self.body.to_owned(),
            number(self.actor),
            number(self.on_behalf),
            self.channel.to_owned(),
            self.at.timestamp_micros().to_string(),
            self.version.to_string(),
        ];
        let lengths = parts
            .each_ref()
            .map(|part| (part.len() as u64).to_be_bytes());
        let pieces: Vec<&[u8]> = lengths
            .iter()
            .zip(&parts)
            .flat_map(|(length, part)| [length.as_slice(), part.as_bytes()])
            .collect();
        hex::encode(self.algorithm.hash(&pieces))
    }
}

#[cfg(test)]
mod tests {
    use chrono::DateTime;

    use super::*;

    fn link<'a>(body: &'a str, channel: &'a str) -> Link<'a> {
        Link {
            algorithm: Algorithm::Sha256,
            case: "01J",
            seq: 1,
            previous: GENESIS,
            body,
            actor: Some(7),
            on_behalf: None,
            channel,
            at: DateTime::UNIX_EPOCH,
            version: 1,
        }
    }

    #[test]
    fn every_part_changes_the_hash() {
        let first = link("{}", "page").hash();

        assert_ne!(first, link("{ }", "page").hash());
        assert_ne!(first, link("{}", "link").hash());
        assert_ne!(
            first,
            Link {
                algorithm: Algorithm::Sm3,
                ..link("{}", "page")
            }
            .hash()
        );
        assert_ne!(
            first,
            Link {
                seq: 2,
                ..link("{}", "page")
            }
            .hash()
        );
        assert_ne!(
            first,
            Link {
                actor: None,
                on_behalf: Some(7),
                ..link("{}", "page")
            }
            .hash()
        );
    }

    #[test]
    fn hashes_stay_what_they_were() {
        // Another value here means that the chains of running deployments do not verify any more.
        assert_eq!(
            link("{}", "page").hash(),
            "d16a929984257d033db6f3c2bcb07b76cd51c05c6bf10970a1b51dd2d505f8bf"
        );
    }

    #[test]
    fn moving_a_letter_from_one_part_to_the_next_changes_the_hash() {
        assert_ne!(link("ab", "c").hash(), link("a", "bc").hash());
    }
}
