//! What a use case can answer instead of its result. HTTP codes live in `web/error.rs` only.

use crate::attachments::{AttachmentError, Refusal};
use crate::auth::NoRandomness;
use crate::auth::sealing::SealError;
use crate::directory::Unfit;
use crate::engine::Rejection;
use crate::forms::Problem;
use crate::storage::StorageError;
use crate::workflow::Text;

/// A use case that did not succeed.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// There is no such thing, or the reader may not know of it.
    #[error("there is no such thing, or it is not for you to see")]
    NotFound,
    /// The reader may know of it, but not do this; the key of a sentence that says what it needs.
    #[error("not allowed: {0}")]
    Forbidden(&'static str),
    /// Nobody is logged in, or the session has ended.
    #[error("log in first")]
    Unauthenticated,
    /// The engine says no.
    #[error(transparent)]
    Rejected(#[from] Rejection),
    /// What was typed will not do.
    #[error("{} answers will not do", .0.len())]
    Invalid(Vec<Problem>),
    /// A `stop` check: nothing of what was typed is kept.
    #[error("stopped by a check; nothing was kept")]
    Stopped(Text),
    /// Somebody cannot be named as a substitute like this.
    #[error(transparent)]
    Unfit(#[from] Unfit),
    /// Somebody saved a newer version meanwhile.
    #[error("somebody saved a newer version")]
    Stale,
    /// These policies bind the version in force and would not bind the one that is to come.
    #[error("policies do not bind this version any more: {}", .0.join(", "))]
    Unbound(Vec<String>),
    /// The same idempotency key with another body.
    #[error("this idempotency key was used for another request")]
    KeyReused,
    /// A parameter of the request that will not do.
    #[error("`{name}`: {problem}")]
    BadRequest {
        /// Which.
        name: &'static str,
        /// What is wrong and what would do.
        problem: String,
    },
    /// Too many tries; wait so many seconds.
    #[error("too many tries; wait {0} seconds")]
    TooMany(u64),
    /// An action link that does not act; why is told after login only.
    #[error("this link does not act: {0}")]
    DeadLink(&'static str),
    /// An upload was refused.
    #[error("the upload was refused")]
    Upload(Refusal),
    /// A case keeps so many files, and has them.
    #[error("a case keeps at most {0} files")]
    TooManyFiles(usize),
    /// A case keeps so many bytes of files, and has them.
    #[error("a case keeps at most {0} bytes of files")]
    NoRoom(u64),
    /// A file of an import that will not do: every fault of it, worded.
    #[error("{}", .0.join("\n"))]
    Import(Vec<String>),
    /// The database failed.
    #[error(transparent)]
    Storage(StorageError),
    /// The attachments' folder failed.
    #[error(transparent)]
    Attachments(AttachmentError),
    /// A stored thing cannot be read.
    #[error("stored data cannot be read: {0}")]
    Corrupt(String),
    /// The machine gives no random numbers.
    #[error(transparent)]
    Random(#[from] NoRandomness),
    /// A private value cannot be sealed or opened.
    #[error(transparent)]
    Seal(#[from] SealError),
    /// A fault of ours with its cause.
    #[error("{0}")]
    Fault(String),
}

impl From<StorageError> for Error {
    fn from(error: StorageError) -> Self {
        match error {
            // Two of the same at once, such as a double click on 提交: one wins, the other finds its work done.
            StorageError::Conflict | StorageError::Duplicate(_) => Self::Stale,
            other => Self::Storage(other),
        }
    }
}

impl From<serde_json::Error> for Error {
    fn from(error: serde_json::Error) -> Self {
        Self::Corrupt(error.to_string())
    }
}
