//! Settings of the log that shows tampering.

use std::path::PathBuf;
use std::time::Duration;

use super::sources::Lookup;
use super::{ConfigError, malformed, whole};
use crate::audit::Algorithm;

/// Seconds between two checkpoints where nothing else is set.
const EVERY: i64 = 60;

/// How events are hashed, and where checkpoints go.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AuditSettings {
    /// The function of new hashes.
    pub algorithm: Algorithm,
    /// Where checkpoints are written besides the database.
    pub anchor: Option<Anchor>,
    /// A checkpoint is made at most this often.
    pub every: Duration,
}

/// A place outside the database.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Anchor {
    /// A file that is only ever added to.
    File(PathBuf),
    /// A syslog server: `host:port` for UDP, or the path of a local socket.
    Syslog(String),
}

impl Default for AuditSettings {
    fn default() -> Self {
        Self {
            algorithm: Algorithm::default(),
            anchor: None,
            every: Duration::from_secs(EVERY.unsigned_abs()),
        }
    }
}

impl AuditSettings {
    pub(super) fn read(lookup: &Lookup<'_>) -> Result<Self, ConfigError> {
        let algorithm = match lookup.text("HUIQIAN_HASH")? {
            None => Algorithm::default(),
            Some(found) => match Algorithm::named(found.text.trim()) {
                Some(algorithm) => algorithm,
                None => return Err(malformed(found, "hash")),
            },
        };
        let anchor = match lookup.text("HUIQIAN_CHECKPOINTS")? {
            None => None,
            Some(found) => match Anchor::read(found.text.trim()) {
                Some(anchor) => Some(anchor),
                None => return Err(malformed(found, "checkpoints")),
            },
        };
        let seconds = lookup.number("HUIQIAN_CHECKPOINT_SECONDS", EVERY, 1, 86_400)?;
        Ok(Self {
            algorithm,
            anchor,
            every: Duration::from_secs(whole(seconds)),
        })
    }
}

impl Anchor {
    fn read(text: &str) -> Option<Self> {
        match text.strip_prefix("syslog:") {
            Some(to) if to.starts_with('/') => Some(Self::Syslog(to.to_owned())),
            Some(to) => {
                let (host, port) = to.rsplit_once(':')?;
                port.parse::<u16>().ok()?;
                (!host.is_empty()).then(|| Self::Syslog(to.to_owned()))
            }
            None => (!text.is_empty()).then(|| Self::File(PathBuf::from(text))),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_and_both_ways_to_syslog_are_told_apart() {
        let read = |text| Anchor::read(text);

        assert_eq!(
            read("/var/log/huiqian"),
            Some(Anchor::File("/var/log/huiqian".into()))
        );
        assert_eq!(
            read("syslog:/dev/log"),
            Some(Anchor::Syslog("/dev/log".into()))
        );
        assert_eq!(
            read("syslog:log.example:514"),
            Some(Anchor::Syslog("log.example:514".into()))
        );
        assert_eq!(read("syslog:log.example"), None);
        assert_eq!(read("syslog::514"), None);
        assert_eq!(read(""), None);
    }
}
