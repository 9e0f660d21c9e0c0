//! The files of a backup: copied with their digests, and kept only when all of them are there.

use std::fs::{self, File};
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};

use sha2::{Digest, Sha256};
use tempfile::TempDir;

use super::{BackupError, Content, Manifest};

/// Why a folder does not count as empty.
pub(super) enum NotEmpty {
    /// There is something in it.
    Occupied(PathBuf),
    /// It cannot be looked at.
    Failed(BackupError),
}

impl NotEmpty {
    pub(super) fn or(self, occupied: fn(PathBuf) -> BackupError) -> BackupError {
        match self {
            Self::Occupied(path) => occupied(path),
            Self::Failed(error) => error,
        }
    }
}

/// A folder that is empty or not there.
pub(super) fn must_be_empty(folder: &Path) -> Result<(), NotEmpty> {
    let entries = match fs::read_dir(folder) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(()),
        Err(error) if error.kind() == io::ErrorKind::NotADirectory => {
            return Err(NotEmpty::Occupied(folder.to_owned()));
        }
        Err(error) => return Err(NotEmpty::Failed(failed(folder)(error))),
        Ok(entries) => entries,
    };
    match entries.count() {
        0 => Ok(()),
        _ => Err(NotEmpty::Occupied(folder.to_owned())),
    }
}

/// A folder beside `target`, for its owner alone and gone by itself unless it is kept.
pub(super) fn beside(target: &Path) -> Result<TempDir, BackupError> {
    let parent = parent(target);
    fs::create_dir_all(parent).map_err(failed(parent))?;
    tempfile::Builder::new()
        .prefix(".huiqian-backup-")
        .tempdir_in(parent)
        .map_err(failed(parent))
}

/// Gives the folder its name, now that all is in it.
pub(super) fn keep(folder: TempDir, target: &Path) -> Result<(), BackupError> {
    sync(folder.path())?;
    fs::rename(folder.path(), target).map_err(failed(target))?;
    // It has moved; there is nothing left to clear away.
    drop(folder.keep());
    sync(parent(target))
}

/// Copies a file, to stay.
pub(super) fn copy(from: &Path, to: &Path, name: &str) -> Result<Content, BackupError> {
    let source = open(from)?;
    let folder = parent(to);
    fs::create_dir_all(folder).map_err(failed(folder))?;
    let mut target = File::create_new(to).map_err(failed(to))?;
    let content = pass_on(source, &mut target, name).map_err(failed(to))?;
    target.sync_all().map_err(failed(to))?;
    sync(folder)?;
    Ok(content)
}

/// What a file holds; it is made to stay as well.
pub(super) fn content(path: &Path, name: &str) -> Result<Content, BackupError> {
    let file = open(path)?;
    file.sync_all().map_err(failed(path))?;
    pass_on(file, &mut io::sink(), name).map_err(failed(path))
}

/// A file must be there and be what the manifest says.
pub(super) fn must_be(path: &Path, content: &Content) -> Result<(), BackupError> {
    let file = open(path)?;
    let found = pass_on(file, &mut io::sink(), &content.name).map_err(failed(path))?;
    match found == *content {
        true => Ok(()),
        false => Err(BackupError::Damaged(path.to_owned())),
    }
}

pub(super) fn write_manifest(path: &Path, manifest: &Manifest) -> Result<(), BackupError> {
    let text = serde_json::to_string_pretty(manifest)
        .map_err(|error| BackupError::Unreadable(error.to_string()))?;
    let mut file = File::create_new(path).map_err(failed(path))?;
    file.write_all(text.as_bytes())
        .and_then(|()| file.write_all(b"\n"))
        .and_then(|()| file.sync_all())
        .map_err(failed(path))
}

pub(super) fn failed(path: &Path) -> impl Fn(io::Error) -> BackupError {
    move |cause| BackupError::File {
        path: path.to_owned(),
        cause,
    }
}

fn open(path: &Path) -> Result<File, BackupError> {
    File::open(path).map_err(|error| match error.kind() {
        io::ErrorKind::NotFound => BackupError::Lacks(path.to_owned()),
        _ => failed(path)(error),
    })
}

fn pass_on(mut from: impl Read, to: &mut impl Write, name: &str) -> io::Result<Content> {
    let (mut hash, mut bytes) = (Sha256::new(), 0);
    let mut buffer = vec![0; 256 * 1024];
    loop {
        let count = match from.read(&mut buffer) {
            Ok(0) => break,
            Ok(count) => count,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
            Err(error) => return Err(error),
        };
        bytes += count as u64;
        hash.update(&buffer[..count]);
        to.write_all(&buffer[..count])?;
    }
    Ok(Content {
        name: name.to_owned(),
        bytes,
        sha256: hex::encode(hash.finalize()),
    })
}

/// Makes names last through a power cut.
pub(super) fn sync(folder: &Path) -> Result<(), BackupError> {
    File::open(folder)
        .and_then(|opened| opened.sync_all())
        .map_err(failed(folder))
}

fn parent(path: &Path) -> &Path {
    match path.parent() {
        Some(parent) if !parent.as_os_str().is_empty() => parent,
        _ => Path::new("."),
    }
}
