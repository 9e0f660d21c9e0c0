//! `huiqian backup`, `restore` and `outbox`.

use std::path::Path;

use super::arguments::Outbox;
use super::failure::{Failure, say};
use super::{Answer, database};
use crate::calendar::{Instant, beijing};
use crate::clock::{Clock, SystemClock};
use crate::config::{BackupSettings, Sources};
use crate::services::backup::{self, BackupError, Manifest};
use crate::services::pauses;
use crate::storage::connection::copying::CopyError;

/// `huiqian backup DIR`
pub(super) fn backup(config: Option<&Path>, target: &Path) -> Result<Answer, Failure> {
    let settings = BackupSettings::read(&Sources::of_process(config)?)?;
    let db = database::open_current(&settings.database)?;
    let made = backup::make(&db, &settings.attachments, target, SystemClock.now())?;
    tell("made", &made, target);
    println!("{}", say("backup.secrets", &[]));
    Ok(Answer::Fine)
}

/// `huiqian restore DIR`
pub(super) fn restore(config: Option<&Path>, from: &Path) -> Result<Answer, Failure> {
    let settings = BackupSettings::read(&Sources::of_process(config)?)?;
    let url = settings.database.url.reveal();
    let restored = backup::restore(url, &settings.attachments, from, SystemClock.now())?;
    tell("restored", &restored.manifest, from);
    if restored.cleared {
        println!("{}", say("backup.cleared", &[]));
    }
    if restored.older {
        println!("{}", say("backup.older", &[]));
    }
    println!("{}", say("backup.paused", &[]));
    Ok(Answer::Fine)
}

/// `huiqian outbox show` and `resume`
pub(super) fn outbox(config: Option<&Path>, command: Outbox) -> Result<Answer, Failure> {
    let db = database::open(config)?;
    let found = pauses::outbox(&db)?;
    let since = found.pause.map(|pause| pause.since);
    let time = |at: Option<Instant>| at.map_or_else(|| "–".to_owned(), written);
    let oldest = found
        .oldest_mail
        .into_iter()
        .chain(found.oldest_webhook)
        .min();
    let values = [
        ("mails", found.mails.to_string()),
        ("webhooks", found.webhooks.to_string()),
        (
            "oldest",
            oldest.map_or_else(String::new, |at| {
                say("outbox.oldest", &[("at", &written(at))])
            }),
        ),
        ("since", time(since)),
        ("backup", time(found.pause.map(|pause| pause.backup_at))),
    ];
    let values: Vec<(&str, &str)> = values
        .iter()
        .map(|(key, text)| (*key, text.as_str()))
        .collect();
    let key = match (command, since) {
        (Outbox::Show, Some(_)) => "paused",
        (Outbox::Show | Outbox::Resume, None) => "running",
        (Outbox::Resume, Some(_)) => {
            pauses::resume(&db, SystemClock.now())?;
            "resumed"
        }
    };
    println!("{}", say(&format!("outbox.{key}"), &values));
    Ok(Answer::Fine)
}

fn tell(key: &str, manifest: &Manifest, folder: &Path) {
    let counts = &manifest.counts;
    let checkpoint = manifest.checkpoint.as_ref();
    let values = [
        ("path", folder.display().to_string()),
        ("at", written(manifest.made_at)),
        ("cases", counts.cases.to_string()),
        ("events", counts.events.to_string()),
        ("files", manifest.attachments.len().to_string()),
        ("size", checkpoint.map_or(0, |seen| seen.size).to_string()),
        (
            "root",
            checkpoint.map_or_else(|| "–".to_owned(), |seen| seen.root.clone()),
        ),
    ];
    let values: Vec<(&str, &str)> = values
        .iter()
        .map(|(key, text)| (*key, text.as_str()))
        .collect();
    println!("{}", say(&format!("backup.{key}"), &values));
}

impl From<BackupError> for Failure {
    fn from(error: BackupError) -> Self {
        let path = |path: &Path| path.display().to_string();
        let said = |key: &str, values: &[(&str, &str)]| say(&format!("backup.{key}"), values);
        match error {
            BackupError::Occupied(folder) => {
                Self::refused(said("occupied", &[("path", &path(&folder))]))
            }
            BackupError::Missing(name) => Self::refused(said("missing", &[("name", &name)])),
            BackupError::Changed(name) => Self::refused(said("changed", &[("name", &name)])),
            BackupError::NoManifest(folder) => {
                Self::refused(said("no_manifest", &[("path", &path(&folder))]))
            }
            BackupError::Unreadable(cause) => {
                Self::refused(said("unreadable", &[("cause", &cause)]))
            }
            BackupError::Newer { program } => {
                Self::refused(said("newer", &[("version", &program)]))
            }
            BackupError::OtherKind { backup, here } => {
                Self::refused(said("other_kind", &[("backup", &backup), ("here", here)]))
            }
            BackupError::Lacks(file) => Self::refused(said("lacks", &[("path", &path(&file))])),
            BackupError::Damaged(file) => Self::refused(said("damaged", &[("path", &path(&file))])),
            BackupError::FolderOccupied(folder) => {
                Self::refused(said("folder_occupied", &[("path", &path(&folder))]))
            }
            BackupError::File { path, cause } => of_copy(CopyError::File { path, cause }),
            BackupError::Copy(error) => of_copy(error),
        }
    }
}

fn of_copy(error: CopyError) -> Failure {
    match error {
        CopyError::NotEmpty => Failure::refused(say("backup.not_empty", &[])),
        CopyError::Busy => Failure::refused(say("backup.busy", &[])),
        CopyError::NoTool(tool) => Failure::trouble(say("backup.no_tool", &[("tool", tool)])),
        CopyError::Tool { tool, said } => {
            Failure::trouble(say("backup.tool", &[("tool", tool), ("cause", &said)]))
        }
        CopyError::Open(error) => error.into(),
        CopyError::Held(error) => error.into(),
        CopyError::Storage(error) => error.into(),
        CopyError::File { path, cause } => Failure::trouble(say(
            "backup.file",
            &[
                ("path", &path.display().to_string()),
                ("cause", &cause.to_string()),
            ],
        )),
    }
}

/// `2026-03-02 09:15`, in Beijing.
fn written(at: Instant) -> String {
    beijing(at).format("%Y-%m-%d %H:%M").to_string()
}
