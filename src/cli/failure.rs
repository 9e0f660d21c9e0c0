//! Why a command did not do what it was asked: one sentence on stderr and the code for the shell.

use std::process::ExitCode;

use crate::attachments::AttachmentError;
use crate::config::ConfigError;
use crate::messages::{self, Language};
use crate::services::Error;
use crate::storage::StorageError;
use crate::storage::connection::{ExclusiveError, MigrateError, OpenError};

/// The sentence and the code.
#[derive(Debug)]
pub(super) struct Failure {
    code: u8,
    sentence: String,
}

impl Failure {
    /// The program says no: 1.
    pub fn refused(sentence: String) -> Self {
        Self { code: 1, sentence }
    }

    /// Settings, files or the database are in the way: 2.
    pub fn trouble(sentence: String) -> Self {
        Self { code: 2, sentence }
    }

    /// Says it and gives the code.
    pub fn answer(&self) -> ExitCode {
        eprintln!("{}", self.sentence.trim_end());
        ExitCode::from(self.code)
    }
}

/// The language of the command line: Chinese, unless `HUIQIAN_LANGUAGE` says otherwise. It is asked for before any
/// settings are read, because the settings themselves may be what is wrong.
pub(super) fn language() -> Language {
    match std::env::var("HUIQIAN_LANGUAGE") {
        Ok(language) if language.trim() == "en" => Language::En,
        _ => Language::Zh,
    }
}

/// A sentence of the command line.
pub(super) fn say(key: &str, values: &[(&str, &str)]) -> String {
    messages::text(language(), &format!("cli.{key}"), values)
}

impl From<ConfigError> for Failure {
    fn from(error: ConfigError) -> Self {
        Self::trouble(error.sentence(language()))
    }
}

impl From<OpenError> for Failure {
    fn from(error: OpenError) -> Self {
        let path = |path: &std::path::Path| path.display().to_string();
        Self::trouble(match &error {
            OpenError::UnknownScheme(scheme) => say("open.scheme", &[("scheme", scheme)]),
            OpenError::NoPostgres => say("open.no_postgres", &[]),
            OpenError::NoFile => say("open.no_file", &[]),
            OpenError::NoFolder(folder) => say("open.no_folder", &[("path", &path(folder))]),
            OpenError::NotADatabase(file) => say("open.not_a_database", &[("path", &path(file))]),
            OpenError::File { file, reason } => {
                say("open.file", &[("path", &path(file)), ("cause", reason)])
            }
            OpenError::BadAddress => say("open.address", &[]),
            OpenError::Unreachable(reason) => say("open.unreachable", &[("cause", reason)]),
        })
    }
}

impl From<StorageError> for Failure {
    fn from(error: StorageError) -> Self {
        use std::error::Error as _;
        let cause = error
            .source()
            .map_or_else(|| error.to_string(), ToString::to_string);
        Self::trouble(match &error {
            StorageError::Unavailable(_) => say("database.unavailable", &[("cause", &cause)]),
            StorageError::Corrupt { what } => say("database.corrupt", &[("cause", what)]),
            StorageError::Conflict | StorageError::Duplicate(_) | StorageError::Database(_) => {
                say("database.failed", &[("cause", &cause)])
            }
        })
    }
}

impl From<MigrateError> for Failure {
    fn from(error: MigrateError) -> Self {
        match error {
            MigrateError::Newer(unknown) => newer(&unknown),
            MigrateError::Storage(error) => error.into(),
            MigrateError::Connection(cause) => Self::trouble(say(
                "database.unavailable",
                &[("cause", &cause.to_string())],
            )),
            MigrateError::Failed(cause) => {
                Self::trouble(say("database.migration", &[("cause", &cause)]))
            }
        }
    }
}

/// A newer program has been here.
pub(super) fn newer(unknown: &[String]) -> Failure {
    Failure::trouble(say("database.newer", &[("versions", &unknown.join(", "))]))
}

impl From<ExclusiveError> for Failure {
    fn from(error: ExclusiveError) -> Self {
        Self::trouble(match &error {
            ExclusiveError::Held(file) => {
                say("database.held", &[("path", &file.display().to_string())])
            }
            ExclusiveError::File { file, source } => say(
                "file.unwritable",
                &[
                    ("path", &file.display().to_string()),
                    ("cause", &source.to_string()),
                ],
            ),
        })
    }
}

impl From<Error> for Failure {
    fn from(error: Error) -> Self {
        match error {
            Error::Storage(error) => error.into(),
            Error::Attachments(AttachmentError::Disk(cause)) => {
                Self::trouble(say("attachments", &[("cause", &cause.to_string())]))
            }
            Error::Attachments(_)
            | Error::Corrupt(_)
            | Error::Random(_)
            | Error::Seal(_)
            | Error::Fault(_) => Self::trouble(say("fault", &[("cause", &error.to_string())])),
            Error::Import(lines) => Self::refused(lines.join("\n")),
            Error::Forbidden(why) => Self::refused(say(&format!("forbidden.{why}"), &[])),
            Error::BadRequest { problem, .. } => Self::refused(problem),
            Error::Stale => Self::refused(say("stale", &[])),
            Error::Unbound(policies) => {
                Self::refused(say("unbound", &[("policies", &policies.join("、"))]))
            }
            Error::NotFound
            | Error::Unauthenticated
            | Error::Rejected(_)
            | Error::Invalid(_)
            | Error::Stopped(_)
            | Error::KeyReused
            | Error::TooMany(_)
            | Error::DeadLink(_)
            | Error::Upload(_)
            | Error::TooManyFiles(_)
            | Error::Unfit(_)
            | Error::NoRoom(_) => Self::refused(error.to_string()),
        }
    }
}
