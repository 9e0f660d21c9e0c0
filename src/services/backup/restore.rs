//! Puts a backup in the place of an empty database and an empty folder. The database comes last and at once, with the
//! pause of the outbox in it: nobody can start a server in between. A restore that was cut off is known by its mark, and the
//! next one clears away what it had put.

use std::fs::{self, File};
use std::io::{ErrorKind, Write};
use std::path::Path;

use super::{ATTACHMENTS, BackupError, Content, FORMAT, MANIFEST, Manifest, files, literal};
use crate::attachments::Folder;
use crate::calendar::Instant;
use crate::storage::Db;
use crate::storage::connection::copying::{self, CopyError, Kind};

/// Names in one statement.
const AT_ONCE: usize = 500;
/// In the folder of the attachments while a restore is under way: the names of what it puts there, one a line. Begins as
/// what the folder does not keep does.
const MARK: &str = ".tmp-restore";

/// What was restored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Restored {
    /// What the backup says of itself.
    pub manifest: Manifest,
    /// Whether migrations are to be run before the server starts.
    pub older: bool,
    /// Whether an earlier one had been cut off, and what it had left was cleared away.
    pub cleared: bool,
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
    let mut claim = copying::claim(url)?;
    if !claim.is_empty()? {
        return Err(CopyError::NotEmpty.into());
    }
    let copy = from.join(kind.file);
    check(&manifest, from, &copy)?;

    let cleared = clear(folder)?;
    let mut put = Put::begin(folder, &manifest.attachments)?;
    for content in &manifest.attachments {
        let source = Folder::place(&from.join(ATTACHMENTS), &content.name)?;
        let target = Folder::place(folder, &content.name)?;
        if files::copy(&source, &target, &content.name)? != *content {
            return Err(BackupError::Damaged(source));
        }
    }
    if let Err(error) = claim.put_back(&copy, &closing(&manifest, now)) {
        let is_empty = claim.is_empty();
        // Unless it is known that nothing has come of it, the attachments are needed, or the next one clears them away.
        put.stays = !is_empty.as_ref().is_ok_and(|is_empty| *is_empty);
        if !matches!(is_empty, Ok(false)) {
            return Err(error.into());
        }
        // Only the answer was lost: it comes whole or not at all.
    }
    put.finish();
    Ok(Restored {
        older: manifest.schema < newest,
        manifest,
        cleared,
    })
}

/// Clears away what a restore that was cut off has put into the folder, and nothing else. Answers whether there was one.
fn clear(folder: &Path) -> Result<bool, BackupError> {
    let mark = folder.join(MARK);
    let names = match fs::read_to_string(&mark) {
        Ok(names) => names,
        Err(error) if matches!(error.kind(), ErrorKind::NotFound | ErrorKind::NotADirectory) => {
            return Ok(false);
        }
        Err(error) => return Err(files::failed(&mark)(error)),
    };
    for name in names.lines() {
        // The last line may be torn; what it names was not put yet.
        let Ok(path) = Folder::place(folder, name) else {
            continue;
        };
        match fs::remove_file(&path) {
            Err(error) if error.kind() != ErrorKind::NotFound => {
                return Err(files::failed(&path)(error));
            }
            Ok(()) | Err(_) => remove_parent(&path),
        }
    }
    fs::remove_file(&mark).map_err(files::failed(&mark))?;
    Ok(true)
}

/// One with something in it stays.
fn remove_parent(path: &Path) {
    if let Some(folder) = path.parent() {
        drop(fs::remove_dir(folder));
    }
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

/// Files that are put into the folder, which go again unless all is well.
struct Put<'a> {
    folder: &'a Path,
    stays: bool,
}

impl<'a> Put<'a> {
    /// Marks the folder, which must be empty, before anything is put there.
    fn begin(folder: &'a Path, contents: &[Content]) -> Result<Self, BackupError> {
        files::must_be_empty(folder).map_err(|empty| empty.or(BackupError::FolderOccupied))?;
        if !contents.is_empty() {
            fs::create_dir_all(folder).map_err(files::failed(folder))?;
            let mark = folder.join(MARK);
            let names: String = contents
                .iter()
                .map(|one| format!("{}\n", one.name))
                .collect();
            File::create_new(&mark)
                .and_then(|mut file| {
                    file.write_all(names.as_bytes())?;
                    file.sync_all()
                })
                .map_err(files::failed(&mark))?;
            files::sync(folder)?;
        }
        Ok(Self {
            folder,
            stays: false,
        })
    }

    /// The database is there.
    fn finish(mut self) {
        self.stays = true;
        // One that stays does no harm: what is unfinished is cleared away by the server after a day.
        drop(fs::remove_file(self.folder.join(MARK)));
    }
}

impl Drop for Put<'_> {
    fn drop(&mut self) {
        if !self.stays {
            // What cannot be removed is tried again by the next one.
            drop(clear(self.folder));
        }
    }
}
