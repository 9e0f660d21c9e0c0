//! Whether a record hash, as it stands on a printed form, is that of the case's record: now, at an earlier time, or never.

use std::sync::Arc;

use super::audit::{self, Which};
use super::seen::{self, Seen};
use super::{App, Error, Viewer};
use crate::storage;

/// What a hash is to a case's record.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Standing {
    /// That of the record as it is now.
    Now,
    /// That of the record as it was after the event at this place.
    Earlier(i64),
    /// None of the record's.
    Never,
}

/// A case with what a hash is to its record.
pub struct Verified {
    /// The case, as its reader sees it.
    pub seen: Seen,
    /// What the hash is.
    pub standing: Standing,
    /// Whether the record itself is sound: the chain holds, and replay gives the case.
    pub sound: bool,
}

/// Checks a hash against the case with this public id or number. A case that the reader may not see does not exist for
/// them.
///
/// # Errors
/// [`Error::NotFound`] as said, and the database's own failure.
pub fn verify(app: &Arc<App>, viewer: &Viewer, named: &str, hash: &str) -> Result<Verified, Error> {
    let named = named.trim().to_owned();
    let ulid = app.db.read(move |conn| {
        let id = audit::find(conn, &named)?;
        let stored = storage::cases::get_by_id(conn, id)?.ok_or(Error::NotFound)?;
        Ok::<_, Error>(stored.summary.ulid)
    })?;
    let seen = seen::see(app, viewer, ulid)?;
    let report = audit::verify(&app.db, &Which::Case(ulid.to_string()))?;
    Ok(Verified {
        standing: standing(&seen, hash),
        sound: report.faults.is_empty(),
        seen,
    })
}

/// Hashes are compared as people copy them: without regard to case and spaces.
fn standing(seen: &Seen, hash: &str) -> Standing {
    let typed: String = hash.split_whitespace().collect();
    let typed = typed.to_ascii_lowercase();
    match seen.chain.iter().find(|end| end.hash == typed) {
        Some(end) if end.hash == seen.record_hash() => Standing::Now,
        Some(end) => Standing::Earlier(end.seq),
        None => Standing::Never,
    }
}
