//! Backups: the database and the attachments at one point in time, with a manifest that is written last.

mod files;
mod restore;

use std::io;
use std::path::{Path, PathBuf};

use chrono::SecondsFormat;
use serde::{Deserialize, Serialize};

pub use restore::{Restored, restore};

use crate::attachments::{AttachmentError, Folder};
use crate::audit::checkpoint::Note;
use crate::calendar::Instant;
use crate::storage::connection::copying::CopyError;
use crate::storage::{
    Connection, Db, StorageError, attachments, cases, checkpoints, events, log, people,
};

/// The form of the manifest.
const FORMAT: u32 = 1;
/// What a folder is a backup by.
const MANIFEST: &str = "manifest.json";
/// The folder of the attachments in a backup.
const ATTACHMENTS: &str = "attachments";

/// What a backup holds.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Manifest {
    /// The form of this document.
    pub format: u32,
    /// The version of the program that made it.
    pub program: String,
    /// The last migration of its tables.
    pub schema: String,
    /// `sqlite` or `postgresql`.
    pub kind: String,
    /// When it was made.
    pub made_at: Instant,
    /// How much is in it.
    pub counts: Counts,
    /// The latest checkpoint of the log.
    pub checkpoint: Option<Seen>,
    /// The copy of the database.
    pub database: Content,
    /// The files of the attachments.
    pub attachments: Vec<Content>,
    /// Files of drafts that their owners removed while the backup was made.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub removed: Vec<String>,
}

/// How much is in a database.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Counts {
    /// People.
    pub people: i64,
    /// Cases.
    pub cases: i64,
    /// Events.
    pub events: i64,
    /// Events that have their place in the log.
    pub logged: i64,
}

/// A checkpoint, as people compare it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Seen {
    /// Over how many events.
    pub size: u64,
    /// The root over them, in hex.
    pub root: String,
}

/// A file of a backup.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Content {
    /// Its name.
    pub name: String,
    /// How long it is.
    pub bytes: u64,
    /// SHA-256 of its content, in hex.
    pub sha256: String,
}

/// Why there is no backup, or nothing was restored.
#[derive(Debug, thiserror::Error)]
pub enum BackupError {
    /// The folder of the backup is to be new.
    #[error("`{0}` is not empty")]
    Occupied(PathBuf),
    /// The database names an attachment that is not in its folder.
    #[error("the attachment {0} is missing")]
    Missing(String),
    /// Its content is not what was recorded.
    #[error("the attachment {0} was changed")]
    Changed(String),
    /// The folder is no backup, or one that was cut short.
    #[error("`{0}` has no manifest")]
    NoManifest(PathBuf),
    /// The manifest cannot be read.
    #[error("the manifest cannot be read: {0}")]
    Unreadable(String),
    /// A newer program made it.
    #[error("the backup was made by version {program}")]
    Newer {
        /// Its version.
        program: String,
    },
    /// The backup is of the other database.
    #[error("the backup is of {backup}, the settings name {here}")]
    OtherKind {
        /// Whose backup it is.
        backup: String,
        /// What the settings name.
        here: &'static str,
    },
    /// A file of the backup is not there.
    #[error("the backup's file `{0}` is missing")]
    Lacks(PathBuf),
    /// A file of the backup is not what the manifest says.
    #[error("the backup's file `{0}` is damaged")]
    Damaged(PathBuf),
    /// There is something in the folder of the attachments.
    #[error("the folder of the attachments `{0}` is not empty")]
    FolderOccupied(PathBuf),
    /// A file or folder.
    #[error("`{path}`: {cause}")]
    File {
        /// Which one.
        path: PathBuf,
        /// Why.
        cause: io::Error,
    },
    /// The database.
    #[error(transparent)]
    Copy(#[from] CopyError),
}

impl From<StorageError> for BackupError {
    fn from(error: StorageError) -> Self {
        Self::Copy(error.into())
    }
}

/// Copies everything into the folder `target`, which is to be new, while servers go on working.
///
/// # Errors
/// Nothing is left of a backup that could not be finished.
pub fn make(db: &Db, folder: &Path, target: &Path, now: Instant) -> Result<Manifest, BackupError> {
    files::must_be_empty(target).map_err(|empty| empty.or(BackupError::Occupied))?;
    let beside = files::beside(target)?;
    let kind = db.kind();
    let copy = beside.path().join(kind.file);
    // The database first: a file is on the disk before its row is, and never changes, so every file that the copy names
    // is there.
    let (counts, checkpoint, named) = db.copy_to(&copy, found)?;
    let (attachments, removed) = copied(db, folder, &named, &beside.path().join(ATTACHMENTS))?;
    let manifest = Manifest {
        format: FORMAT,
        program: env!("CARGO_PKG_VERSION").to_owned(),
        schema: db.newest_migration()?,
        kind: kind.name.to_owned(),
        made_at: now,
        counts,
        checkpoint,
        database: files::content(&copy, kind.file)?,
        attachments,
        removed,
    };
    files::write_manifest(&beside.path().join(MANIFEST), &manifest)?;
    files::keep(beside, target)?;
    Ok(manifest)
}

type Named = Vec<(String, String)>;

/// What the copy holds.
fn found(conn: &mut Connection) -> Result<(Counts, Option<Seen>, Named), StorageError> {
    let counts = Counts {
        people: people::count(conn)?,
        cases: cases::count(conn)?,
        events: events::count(conn)?,
        logged: log::state(conn)?.map_or(0, |state| state.size),
    };
    let checkpoint = checkpoints::last(conn)?
        .map(|last| seen(&last.note))
        .transpose()?;
    Ok((counts, checkpoint, attachments::files(conn)?))
}

fn seen(note: &str) -> Result<Seen, StorageError> {
    let note: Note = note.parse().map_err(|_| StorageError::Corrupt {
        what: "a checkpoint".to_owned(),
    })?;
    Ok(Seen {
        size: note.checkpoint.size,
        root: hex::encode(note.checkpoint.root),
    })
}

/// Copies the attachments that are named, and answers with them and with those that were removed meanwhile.
fn copied(
    db: &Db,
    folder: &Path,
    named: &[(String, String)],
    target: &Path,
) -> Result<(Vec<Content>, Vec<String>), BackupError> {
    let (mut kept, mut removed) = (Vec::new(), Vec::new());
    if named.is_empty() {
        return Ok((kept, removed));
    }
    let place = |root: &Path, name: &str| {
        Folder::place(root, name).map_err(|_| BackupError::Missing(name.to_owned()))
    };
    for (name, digest) in named {
        let to = place(target, name)?;
        match files::copy(&place(folder, name)?, &to, name) {
            Ok(content) if content.sha256 == *digest => kept.push(content),
            Ok(_) => return Err(BackupError::Changed(name.clone())),
            Err(BackupError::Lacks(_)) => {
                // Somebody may have taken it out of their draft since the database was copied.
                if db.read(|conn| attachments::is_kept(conn, name))? {
                    return Err(BackupError::Missing(name.clone()));
                }
                removed.push(name.clone());
            }
            Err(error) => return Err(error),
        }
    }
    Ok((kept, removed))
}

impl From<AttachmentError> for BackupError {
    fn from(error: AttachmentError) -> Self {
        Self::Unreadable(error.to_string())
    }
}

/// An instant as both databases read it where the session's zone is UTC.
fn literal(at: Instant) -> String {
    let text = at.to_rfc3339_opts(SecondsFormat::Micros, true);
    text.replace('T', " ").replace('Z', "")
}
