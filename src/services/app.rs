//! What every use case needs: the database, the clock, the keys, and what is kept in memory of the directory and the workflows.

use std::collections::{BTreeMap, HashMap};
use std::sync::{Arc, PoisonError, RwLock};

use super::Error;
use super::rulebook::{REGISTER, Registers};
use crate::attachments::Folder;
use crate::auth::csrf::FormTokens;
use crate::auth::keys::{Key, Keys, Purpose};
use crate::auth::passwords::Passwords;
use crate::auth::sealing::Sealer;
use crate::calendar::{Calendar, Instant};
use crate::clock::Clock;
use crate::config::Settings;
use crate::counters::Counters;
use crate::directory::Directory;
use crate::storage::events::ChainEnd;
use crate::storage::revisions::Revisions;
use crate::storage::{self, Connection, Db};
use crate::workflow::{Register, Surroundings, Workflow};

/// The application: shared by every door.
pub struct App {
    /// The database.
    pub db: Db,
    /// The settings.
    pub settings: Settings,
    /// The one clock.
    pub clock: Arc<dyn Clock>,
    /// Hashes and checks passwords.
    pub passwords: Passwords,
    /// Signs action links.
    pub link_keys: Keys,
    /// Signs checkpoints of the log.
    pub checkpoint_key: Key,
    /// Seals private values.
    pub sealer: Sealer,
    /// Values in forms against forged requests.
    pub form_tokens: FormTokens,
    /// Attachments' bytes.
    pub attachments: Folder,
    /// Whether mails are kept in a local mailbox instead of being sent (`demo`).
    pub catches_mail: bool,
    /// What was done since the start, for those who watch the server.
    pub counters: Counters,
    directory: RwLock<Arc<Directory>>,
    registers: RwLock<Arc<Shelf>>,
    workflows: RwLock<HashMap<i64, Pinned>>,
    calendars: RwLock<HashMap<String, (i64, Arc<Calendar>)>>,
}

/// A published version of a workflow.
#[derive(Clone)]
pub struct Published {
    /// As people count it.
    pub number: u32,
    /// The definition.
    pub workflow: Arc<Workflow>,
}

/// A version with the registers around which it was read.
struct Pinned {
    shelf: Arc<Shelf>,
    published: Published,
}

/// What everything stands on at one moment of a transaction: what is asked of it needs no further statement, unless it has
/// changed since it was last read.
pub(super) struct Ground {
    /// The directory.
    pub directory: Arc<Directory>,
    /// The end of the chain of the case that was asked for.
    pub end: Option<ChainEnd>,
    in_force: BTreeMap<String, i64>,
    shelf: Arc<Shelf>,
    calendars: BTreeMap<String, i64>,
}

/// The registers of these versions, and those that are shipped.
struct Shelf {
    versions: Vec<i64>,
    registers: Arc<Registers>,
}

impl App {
    /// Puts the application together over an open database.
    pub fn new(
        db: Db,
        settings: Settings,
        clock: Arc<dyn Clock>,
        catches_mail: bool,
    ) -> Result<Self, Error> {
        let keys = |purpose| {
            Keys::derive(
                &settings.secret_key,
                &settings.previous_secret_keys,
                purpose,
            )
        };
        Ok(Self {
            link_keys: keys(Purpose::ActionLinks),
            checkpoint_key: Key::derive(&settings.secret_key, Purpose::Checkpoints),
            sealer: Sealer::new(keys(Purpose::Sealing)),
            form_tokens: FormTokens::new(&settings.secret_key),
            passwords: Passwords::new().map_err(|error| Error::Fault(error.to_string()))?,
            attachments: Folder::open(&settings.attachments, settings.limits.attachment_bytes)
                .map_err(Error::Attachments)?,
            catches_mail,
            counters: Counters::default(),
            directory: RwLock::default(),
            registers: RwLock::new(Arc::new(Shelf {
                versions: Vec::new(),
                registers: Arc::new(Register::shipped().clone()),
            })),
            workflows: RwLock::default(),
            calendars: RwLock::default(),
            db,
            settings,
            clock,
        })
    }

    /// Now, in whole microseconds.
    #[must_use]
    pub fn now(&self) -> Instant {
        self.clock.now()
    }

    /// The directory as it stands in this transaction. It is read again whenever its revision has moved, so a post that
    /// somebody lost is lost at their next request.
    pub fn directory(&self, conn: &mut Connection) -> Result<Arc<Directory>, Error> {
        let revision = storage::directory::revision(conn)?;
        self.directory_of(conn, revision)
    }

    /// The directory of a revision that was just seen, or of now, if that is a later one.
    pub(super) fn directory_at(&self, revision: i64) -> Result<Arc<Directory>, Error> {
        match self.known_directory(revision) {
            Some(known) => Ok(known),
            None => self.directory_now(),
        }
    }

    fn known_directory(&self, revision: i64) -> Option<Arc<Directory>> {
        let known = self
            .directory
            .read()
            .unwrap_or_else(PoisonError::into_inner);
        (known.revision == revision && !known.people.is_empty()).then(|| Arc::clone(&known))
    }

    fn directory_of(&self, conn: &mut Connection, revision: i64) -> Result<Arc<Directory>, Error> {
        if let Some(known) = self.known_directory(revision) {
            return Ok(known);
        }
        let fresh = Arc::new(storage::directory::load(conn)?);
        *self
            .directory
            .write()
            .unwrap_or_else(PoisonError::into_inner) = Arc::clone(&fresh);
        Ok(fresh)
    }

    /// The directory as it stands now, for a page that shows it.
    pub fn directory_now(&self) -> Result<Arc<Directory>, Error> {
        self.db.read(|conn| self.directory(conn))
    }

    /// What everything stands on, by one look at the database; with the end of the chain of a case.
    pub(super) fn ground(&self, conn: &mut Connection, case: Option<i64>) -> Result<Ground, Error> {
        let revisions = storage::revisions::look(conn, case)?;
        self.ground_at(conn, revisions)
    }

    /// What everything stands on, by a look that was taken.
    pub(super) fn ground_at(
        &self,
        conn: &mut Connection,
        revisions: Revisions,
    ) -> Result<Ground, Error> {
        let registers = revisions.in_force.iter();
        let registers = registers.filter(|(key, _)| key.starts_with(REGISTER));
        Ok(Ground {
            directory: self.directory_of(conn, revisions.directory)?,
            shelf: self.shelf_of(conn, registers.map(|(_, version)| *version).collect())?,
            in_force: revisions.in_force,
            calendars: revisions.calendars,
            end: revisions.end,
        })
    }

    /// The registers in force: those that are shipped, and those that were published.
    pub fn registers(&self, conn: &mut Connection) -> Result<Arc<Registers>, Error> {
        Ok(self.ground(conn, None)?.registers())
    }

    /// The registers as they stand now, for a page that shows them.
    pub fn registers_now(&self) -> Result<Arc<Registers>, Error> {
        self.db.read(|conn| self.registers(conn))
    }

    fn shelf_of(&self, conn: &mut Connection, versions: Vec<i64>) -> Result<Arc<Shelf>, Error> {
        let known = Arc::clone(
            &self
                .registers
                .read()
                .unwrap_or_else(PoisonError::into_inner),
        );
        if known.versions == versions {
            return Ok(known);
        }
        let fresh = Arc::new(Shelf {
            versions,
            registers: Arc::new(self.surroundings(conn)?.registers),
        });
        *self
            .registers
            .write()
            .unwrap_or_else(PoisonError::into_inner) = Arc::clone(&fresh);
        Ok(fresh)
    }

    /// A published version, which never changes; the registers that it writes to may.
    pub fn workflow(&self, conn: &mut Connection, version: i64) -> Result<Arc<Workflow>, Error> {
        let ground = self.ground(conn, None)?;
        Ok(ground.published(self, conn, version)?.workflow)
    }

    /// What definitions may refer to: the standard names, the roles of the directory and the imported calendars.
    pub fn surroundings(&self, conn: &mut Connection) -> Result<Surroundings, Error> {
        let directory = self.directory(conn)?;
        super::workflows::surroundings(conn, &directory)
    }

    /// A calendar by name: the imported one, else the one that is shipped.
    pub fn calendar(&self, conn: &mut Connection, name: &str) -> Result<Arc<Calendar>, Error> {
        self.ground(conn, None)?.calendar(self, conn, name)
    }
}

impl Ground {
    /// The registers in force.
    pub fn registers(&self) -> Arc<Registers> {
        Arc::clone(&self.shelf.registers)
    }

    /// The key of the version in force of a workflow.
    pub fn in_force(&self, key: &str) -> Option<i64> {
        self.in_force.get(key).copied()
    }

    /// The keys of the workflows that are in force.
    pub fn workflows(&self) -> impl Iterator<Item = i64> {
        let all = self.in_force.iter();
        // Registers and policies have a colon in theirs.
        all.filter(|(key, _)| !key.contains(':'))
            .map(|(_, version)| *version)
    }

    /// A published version, which never changes; the registers that it writes to may.
    pub fn published(
        &self,
        app: &App,
        conn: &mut Connection,
        version: i64,
    ) -> Result<Published, Error> {
        if let Some(pinned) = app
            .workflows
            .read()
            .unwrap_or_else(PoisonError::into_inner)
            .get(&version)
            && pinned.shelf.versions == self.shelf.versions
        {
            return Ok(pinned.published.clone());
        }
        let published = super::workflows::version(conn, version)?;
        app.workflows
            .write()
            .unwrap_or_else(PoisonError::into_inner)
            .insert(
                version,
                Pinned {
                    shelf: Arc::clone(&self.shelf),
                    published: published.clone(),
                },
            );
        Ok(published)
    }

    /// A calendar by name: the imported one, else the one that is shipped.
    pub fn calendar(
        &self,
        app: &App,
        conn: &mut Connection,
        name: &str,
    ) -> Result<Arc<Calendar>, Error> {
        let revision = self.calendars.get(name).copied().unwrap_or(0);
        if let Some((known, calendar)) = app
            .calendars
            .read()
            .unwrap_or_else(PoisonError::into_inner)
            .get(name)
            && *known == revision
        {
            return Ok(Arc::clone(calendar));
        }
        let calendar = Arc::new(super::calendars::load(conn, name)?);
        app.calendars
            .write()
            .unwrap_or_else(PoisonError::into_inner)
            .insert(name.to_owned(), (revision, Arc::clone(&calendar)));
        Ok(calendar)
    }
}
