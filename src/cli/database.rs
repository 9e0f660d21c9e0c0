//! Opening the database that the settings name, and bringing it up to date.

use std::path::Path;

use super::Answer;
use super::failure::{self, Failure, say};
use crate::config::{DatabaseSettings, Sources};
use crate::storage::Db;
use crate::storage::connection::{GrantError, SchemaState};

/// Opens the database of the settings, whose tables must be those of this program.
pub(super) fn open(config: Option<&Path>) -> Result<Db, Failure> {
    let sources = Sources::of_process(config)?;
    open_current(&DatabaseSettings::read(&sources)?)
}

/// Likewise, with the settings at hand.
pub(super) fn open_current(settings: &DatabaseSettings) -> Result<Db, Failure> {
    let url = settings.url.reveal();
    // Opening would create the file, and a mistyped path deserves an answer instead of an empty database.
    if let Some(path) = url.strip_prefix("sqlite:")
        && !Path::new(path.strip_prefix("//").unwrap_or(path)).exists()
        && !path.is_empty()
    {
        return Err(Failure::trouble(say("database.absent", &[("path", path)])));
    }
    let db = Db::open(url, settings.pool_size)?;
    match db.schema_state()? {
        SchemaState::Current => Ok(db),
        SchemaState::Older { .. } => Err(Failure::trouble(say("database.older", &[]))),
        SchemaState::Newer { unknown } => Err(failure::newer(&unknown)),
    }
}

/// `huiqian migrate`. The role is given its rights again each time: a migration may have added tables.
pub(super) fn migrate(config: Option<&Path>, role: Option<&str>) -> Result<Answer, Failure> {
    let sources = Sources::of_process(config)?;
    let settings = DatabaseSettings::read(&sources)?;
    let db = Db::open(settings.url.reveal(), settings.pool_size)?;
    let added = db.migrate()?;
    if added.is_empty() {
        println!("{}", say("migrate.current", &[]));
    } else {
        println!(
            "{}",
            say("migrate.done", &[("versions", &added.join(", "))])
        );
    }
    let Some(role) = role else {
        return Ok(Answer::Fine);
    };
    match db.grant(role) {
        Ok(()) => println!("{}", say("migrate.granted", &[("role", role)])),
        Err(GrantError::NoRoles) => return Err(Failure::refused(say("migrate.no_roles", &[]))),
        Err(GrantError::Unknown(role)) => {
            return Err(Failure::refused(say("migrate.no_role", &[("role", &role)])));
        }
        Err(GrantError::Storage(error)) => return Err(error.into()),
    }
    Ok(Answer::Fine)
}
