//! The lock file beside an SQLite database, so that only one process serves it.

use std::fs::{File, OpenOptions, TryLockError};
use std::io;
use std::path::{Path, PathBuf};

/// The claim to serve a database; dropping it ends the claim.
#[derive(Debug)]
pub struct Lock(
    #[expect(dead_code, reason = "held for its lock, which ends with it")] Option<File>,
);

/// Why the claim was refused.
#[derive(Debug, thiserror::Error)]
pub enum ExclusiveError {
    /// Another process has it.
    #[error(
        "another process already serves this SQLite database (it holds `{0}`); stop that one first, or use PostgreSQL, \
         which several may share"
    )]
    Held(PathBuf),
    /// The file cannot be made.
    #[error("the lock file `{file}` cannot be used")]
    File {
        /// Which file.
        file: PathBuf,
        /// Why.
        source: io::Error,
    },
}

pub(super) fn lock(database: Option<&Path>) -> Result<Lock, ExclusiveError> {
    let Some(database) = database else {
        return Ok(Lock(None));
    };
    let mut name = database.as_os_str().to_owned();
    name.push(".lock");
    let file = PathBuf::from(name);

    // The file stays when the lock ends: removing it would let two processes lock two files of one name.
    let opened = OpenOptions::new()
        .create(true)
        .truncate(false)
        .write(true)
        .open(&file)
        .map_err(|source| ExclusiveError::File {
            file: file.clone(),
            source,
        })?;
    match opened.try_lock() {
        Ok(()) => Ok(Lock(Some(opened))),
        Err(TryLockError::WouldBlock) => Err(ExclusiveError::Held(file)),
        Err(TryLockError::Error(source)) => Err(ExclusiveError::File { file, source }),
    }
}
