//! Files that people attach to a case: checked while they come in, kept under random names, verified when they go out.

mod archive;
mod kind;
mod name;

use std::fs::{self, File, OpenOptions};
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};
use std::time::SystemTime;

use sha2::{Digest, Sha256};

pub use kind::Kind;

use crate::auth::{NoRandomness, random};
use crate::messages::{self, Language};

/// How the names of files begin that are still coming in.
const UNFINISHED: &str = ".tmp";

/// A file as somebody sends it.
#[derive(Debug, Clone, Copy)]
pub struct Incoming<'a> {
    /// The name it has on their machine.
    pub file_name: &'a str,
    /// The type that their browser declares; empty if none.
    pub declared_type: &'a str,
}

/// A file that was taken in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Stored {
    /// Its random name in the folder.
    pub stored_name: String,
    /// The name to show and to offer for download.
    pub file_name: String,
    /// What it is.
    pub kind: Kind,
    /// Its bytes.
    pub size: u64,
    /// SHA-256 of its content, in hex.
    pub digest: String,
}

/// Why a file was not taken; an answer to the person, not a fault.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Refusal {
    /// Nothing in it.
    Empty {
        /// Its name.
        file: String,
    },
    /// More than is allowed.
    TooLarge {
        /// Its name.
        file: String,
        /// The limit in bytes.
        limit: u64,
    },
    /// A name with a path, control characters or direction overrides, or none at all.
    BadName {
        /// The name, made fit to be shown.
        file: String,
    },
    /// A name of more than [`name::LONGEST`] characters.
    LongName {
        /// How many it has.
        count: usize,
    },
    /// A type that is not taken.
    UnknownType {
        /// Its name.
        file: String,
    },
    /// The content, or the declared type, is not what the name says; or it is two things at once.
    NotWhatItSays {
        /// Its name.
        file: String,
    },
}

impl Refusal {
    /// The sentence, in the reader's language.
    #[must_use]
    pub fn sentence(&self, language: Language) -> String {
        let say = |key: &str, values: &[(&str, &str)]| {
            messages::text(language, &format!("attachment.{key}"), values)
        };
        let types = Kind::extensions().join(" ");
        match self {
            Self::Empty { file } => say("empty", &[("file", file)]),
            Self::TooLarge { file, limit } => {
                let limit = (limit / (1024 * 1024)).to_string();
                say("too_large", &[("file", file), ("limit", &limit)])
            }
            Self::BadName { file } => say("bad_name", &[("file", file)]),
            Self::LongName { count } => say(
                "long_name",
                &[
                    ("count", &count.to_string()),
                    ("most", &name::LONGEST.to_string()),
                ],
            ),
            Self::UnknownType { file } => say("unknown_type", &[("file", file), ("types", &types)]),
            Self::NotWhatItSays { file } => {
                say("not_what_it_says", &[("file", file), ("types", &types)])
            }
        }
    }
}

/// Why a file could not be taken in or given out.
#[derive(Debug, thiserror::Error)]
pub enum AttachmentError {
    /// Tell the person.
    #[error("the attachment was refused: {0:?}")]
    Refused(Refusal),
    /// No random numbers for its name.
    #[error(transparent)]
    NoRandomness(#[from] NoRandomness),
    /// The disk: full, gone, no permission.
    #[error("the folder of the attachments: {0}")]
    Disk(#[from] io::Error),
    /// The database knows it, the folder does not.
    #[error("the attachment {0} is missing from its folder")]
    Missing(String),
    /// Its content is not what was stored.
    #[error("the attachment {0} was changed on the disk")]
    Changed(String),
}

impl From<Refusal> for AttachmentError {
    fn from(refusal: Refusal) -> Self {
        Self::Refused(refusal)
    }
}

/// The folder of all attachments; several servers may share it.
#[derive(Debug, Clone)]
pub struct Folder {
    root: PathBuf,
    limit: u64,
}

impl Folder {
    /// Opens the folder, and makes it if need be. `limit` is the most bytes that one file may have.
    pub fn open(root: impl Into<PathBuf>, limit: u64) -> Result<Self, AttachmentError> {
        let root = root.into();
        fs::create_dir_all(&root)?;
        // Found out at the start rather than at the first upload.
        tempfile::NamedTempFile::new_in(&root)?;
        Ok(Self { root, limit })
    }

    /// Takes a file in. When this returns, name and content are on the disk to stay.
    pub fn store(
        &self,
        incoming: &Incoming<'_>,
        content: impl Read,
    ) -> Result<Stored, AttachmentError> {
        let file_name = name::check(incoming.file_name)?;
        let kind = Kind::of_name(&file_name, incoming.declared_type)?;

        // In the same folder, so that the rename stays within one file system; gone by itself if anything fails.
        let mut temporary = tempfile::Builder::new()
            .prefix(UNFINISHED)
            .tempfile_in(&self.root)?;
        let (size, digest) = self.copy(&file_name, content, temporary.as_file_mut())?;
        kind.check_content(&file_name, temporary.as_file_mut(), size)?;
        temporary.as_file().sync_all()?;

        let stored_name = hex::encode(random::<32>()?);
        let path = self.path(&stored_name)?;
        let parent = path.parent().unwrap_or(&self.root);
        fs::create_dir_all(parent)?;
        temporary
            .persist_noclobber(&path)
            .map_err(|error| error.error)?;
        sync_folder(parent)?;
        sync_folder(&self.root)?;
        Ok(Stored {
            stored_name,
            file_name,
            kind,
            size,
            digest,
        })
    }

    /// The content, if it still has the digest that was recorded.
    pub fn read(&self, stored_name: &str, digest: &str) -> Result<Vec<u8>, AttachmentError> {
        let content = match fs::read(self.path(stored_name)?) {
            Ok(content) => content,
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                return Err(AttachmentError::Missing(stored_name.to_owned()));
            }
            Err(error) => return Err(error.into()),
        };
        if hex::encode(Sha256::digest(&content)) != digest {
            return Err(AttachmentError::Changed(stored_name.to_owned()));
        }
        Ok(content)
    }

    /// Deletes a file; it is no error if it is gone already.
    pub fn remove(&self, stored_name: &str) -> Result<(), AttachmentError> {
        match fs::remove_file(self.path(stored_name)?) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error.into()),
            _ => Ok(()),
        }
    }

    /// Deletes what uploads that broke off have left behind before `before`, and answers how much that was. Safe while
    /// others do the same.
    pub fn remove_stale(&self, before: SystemTime) -> Result<usize, AttachmentError> {
        let mut removed = 0;
        for entry in fs::read_dir(&self.root)? {
            let entry = entry?;
            let unfinished = entry.file_name().to_string_lossy().starts_with(UNFINISHED);
            let stale = |found: &fs::Metadata| {
                found.is_file() && found.modified().is_ok_and(|at| at < before)
            };
            // Gone meanwhile: another server was quicker, or the upload was finished.
            if unfinished
                && entry.metadata().is_ok_and(|found| stale(&found))
                && fs::remove_file(entry.path()).is_ok()
            {
                removed += 1;
            }
        }
        Ok(removed)
    }

    /// Copies while hashing, and stops at the limit rather than at the end.
    fn copy(
        &self,
        file_name: &str,
        content: impl Read,
        target: &mut File,
    ) -> Result<(u64, String), AttachmentError> {
        let mut content = content.take(self.limit.saturating_add(1));
        let mut hash = Sha256::new();
        let mut buffer = vec![0; 64 * 1024];
        let mut size = 0_u64;
        loop {
            let count = match content.read(&mut buffer) {
                Ok(0) => break,
                Ok(count) => count,
                Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
                Err(error) => return Err(error.into()),
            };
            size += count as u64;
            hash.update(&buffer[..count]);
            target.write_all(&buffer[..count])?;
        }
        if self.limit < size {
            return Err(Refusal::TooLarge {
                file: file_name.to_owned(),
                limit: self.limit,
            }
            .into());
        }
        if size == 0 {
            return Err(Refusal::Empty {
                file: file_name.to_owned(),
            }
            .into());
        }
        Ok((size, hex::encode(hash.finalize())))
    }

    /// Where a file of this folder is.
    fn path(&self, stored_name: &str) -> Result<PathBuf, AttachmentError> {
        Self::place(&self.root, stored_name)
    }

    /// Where a file is below `root`. Two characters make a folder, so that none grows too large. Only names of our own
    /// making are let through.
    ///
    /// # Errors
    /// [`AttachmentError::Missing`] for any other name.
    pub fn place(root: &Path, stored_name: &str) -> Result<PathBuf, AttachmentError> {
        let ours = stored_name.len() == 64
            && stored_name
                .bytes()
                .all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'));
        if !ours {
            return Err(AttachmentError::Missing(stored_name.to_owned()));
        }
        Ok(root.join(&stored_name[..2]).join(stored_name))
    }
}

/// Makes a rename last through a power cut; only Unix lets a folder be opened for that.
fn sync_folder(path: &Path) -> io::Result<()> {
    if cfg!(unix) {
        OpenOptions::new().read(true).open(path)?.sync_all()?;
    }
    Ok(())
}

/// Whether a ZIP file unpacks to no more than `most` bytes, by its own account.
#[must_use]
pub fn unpacks_within(bytes: &[u8], most: u64) -> bool {
    archive::unpacks_within(bytes, most)
}

#[cfg(test)]
mod tests;
