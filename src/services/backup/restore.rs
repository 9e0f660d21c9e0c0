//! Puts a backup in the place of an empty database and an empty folder. The database comes last and at once, with the
//! pause of the outbox in it: nobody can start a server in between.

use std::path::{Path, PathBuf};

use super::{ATTACHMENTS, BackupError, FORMAT, MANIFEST, Manifest, files, literal};
use crate::attachments::Folder;
use crate::calendar::Instant;
use crate::storage::Db;
use crate::storage::connection::copying::{self, CopyError, Kind};

/// Names in one statement.
const AT_ONCE: usize = 500;

/// What was restored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Restored {
    /// What the backup says of itself.
    pub manifest: Manifest,
    /// Whether migrations are to be run before the server starts.
    pub older: bool,
}

/// Restores the backup in `from` into the database at `url` and the attachments' folder.
///
/// # Errors
/// Nothing is left of what could not be finished.
pub fn restore(
    url: &str,
    folder: &Path,
    from: &Path,
    now: Instant,
) -> Result<Restored, BackupError> {
    let manifest = manifest(from)?;
    let kind = Kind::at(url).map_err(CopyError::from)?;
    if manifest.kind != kind.name {
        return Err(BackupError::OtherKind {
            backup: manifest.kind,
            here: kind.name,
        });
    }
    let newest = Db::newest_known(url).map_err(CopyError::from)??;
    if newest < manifest.schema {
        let program = manifest.program;
        return Err(BackupError::Newer { program });
    }
    if !copying::is_empty(url)? {
        return Err(CopyError::NotEmpty.into());
    }
    files::must_be_empty(folder).map_err(|empty| empty.or(BackupError::FolderOccupied))?;
    let copy = from.join(kind.file);
    check(&manifest, from, &copy)?;

    let mut put = Put::default();
    for content in &manifest.attachments {
        let source = Folder::place(&from.join(ATTACHMENTS), &content.name)?;
        let target = Folder::place(folder, &content.name)?;
        put.0.push(target.clone());
        if files::copy(&source, &target, &content.name)? != *content {
            return Err(BackupError::Damaged(source));
        }
    }
    copying::put_back(url, &copy, &closing(&manifest, now))?;
    put.stays();
    Ok(Restored {
        older: manifest.schema < newest,
        manifest,
    })
}

fn manifest(from: &Path) -> Result<Manifest, BackupError> {
    let path = from.join(MANIFEST);
    let text = match std::fs::read_to_string(&path) {
        Ok(text) => text,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
            return Err(BackupError::NoManifest(from.to_owned()));
        }
        Err(error) => return Err(files::failed(&path)(error)),
    };
    let unreadable = |error: serde_json::Error| BackupError::Unreadable(error.to_string());
    let any: serde_json::Value = serde_json::from_str(&text).map_err(unreadable)?;
    if any["format"].as_u64() != Some(u64::from(FORMAT)) {
        let program = any["program"].as_str().unwrap_or("?").to_owned();
        return Err(BackupError::Newer { program });
    }
    serde_json::from_value(any).map_err(unreadable)
}

/// Every file, before anything is touched.
fn check(manifest: &Manifest, from: &Path, copy: &Path) -> Result<(), BackupError> {
    files::must_be(copy, &manifest.database)?;
    for content in &manifest.attachments {
        let path = Folder::place(&from.join(ATTACHMENTS), &content.name)?;
        files::must_be(&path, content)?;
    }
    for name in &manifest.removed {
        Folder::place(from, name)?;
    }
    Ok(())
}

/// What is true of the database from the moment on at which it is there.
fn closing(manifest: &Manifest, now: Instant) -> Vec<String> {
    let (since, backup_at) = (literal(now), literal(manifest.made_at));
    let mut all = vec![
        format!(
            "INSERT INTO outbox_pauses (id, since, backup_at) VALUES (1, '{since}', '{backup_at}') \
             ON CONFLICT (id) DO UPDATE SET since = excluded.since, backup_at = excluded.backup_at"
        ),
        // Who had logged out since the backup must not be logged in again.
        "DELETE FROM sessions".to_owned(),
        // Transactions have other numbers where it is restored.
        "UPDATE log_state SET mark_event = NULL, mark_transaction = NULL".to_owned(),
    ];
    // Their names were checked: 64 hexadecimal digits.
    all.extend(manifest.removed.chunks(AT_ONCE).map(|names| {
        format!(
            "DELETE FROM attachments WHERE stored_as IN ('{}')",
            names.join("', '")
        )
    }));
    all
}

/// Files that were put into the folder, which go again unless all is well.
#[derive(Default)]
struct Put(Vec<PathBuf>);

impl Put {
    fn stays(mut self) {
        self.0.clear();
    }
}

impl Drop for Put {
    fn drop(&mut self) {
        for path in &self.0 {
            // What cannot be removed is named by the next try, which asks for an empty folder.
            drop(std::fs::remove_file(path));
            if let Some(folder) = path.parent() {
                drop(std::fs::remove_dir(folder));
            }
        }
    }
}
