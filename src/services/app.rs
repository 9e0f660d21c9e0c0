//! What every use case needs: the database, the clock, the keys, and what is kept in memory of the directory and the workflows.

use std::collections::HashMap;
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

/// A definition with the registers around which it was read.
type Pinned = (Arc<Shelf>, Arc<Workflow>);

/// What a stored case stands on.
pub(super) struct Ground {
    /// The directory of now.
    pub directory: Arc<Directory>,
    /// Its definition.
    pub workflow: Arc<Workflow>,
    /// Its calendar.
    pub calendar: Arc<Calendar>,
    /// The end of its chain.
    pub end: Option<ChainEnd>,
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

    fn directory_of(&self, conn: &mut Connection, revision: i64) -> Result<Arc<Directory>, Error> {
        let known = Arc::clone(
            &self
                .directory
                .read()
                .unwrap_or_else(PoisonError::into_inner),
        );
        if known.revision == revision && !known.people.is_empty() {
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

    /// The registers in force: those that are shipped, and those that were published.
    pub fn registers(&self, conn: &mut Connection) -> Result<Arc<Registers>, Error> {
        Ok(Arc::clone(&self.shelf(conn)?.registers))
    }

    /// The registers as they stand now, for a page that shows them.
    pub fn registers_now(&self) -> Result<Arc<Registers>, Error> {
        self.db.read(|conn| self.registers(conn))
    }

    fn shelf(&self, conn: &mut Connection) -> Result<Arc<Shelf>, Error> {
        let mut versions = storage::workflows::current_ids_with(conn, REGISTER)?;
        versions.sort_unstable();
        self.shelf_of(conn, versions)
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
        let shelf = self.shelf(conn)?;
        self.workflow_on(conn, shelf, version)
    }

    fn workflow_on(
        &self,
        conn: &mut Connection,
        shelf: Arc<Shelf>,
        version: i64,
    ) -> Result<Arc<Workflow>, Error> {
        if let Some((around, known)) = self
            .workflows
            .read()
            .unwrap_or_else(PoisonError::into_inner)
            .get(&version)
            && around.versions == shelf.versions
        {
            return Ok(Arc::clone(known));
        }
        let workflow = Arc::new(super::workflows::version(conn, version)?);
        self.workflows
            .write()
            .unwrap_or_else(PoisonError::into_inner)
            .insert(version, (shelf, Arc::clone(&workflow)));
        Ok(workflow)
    }

    /// What a stored case stands on at this moment, by one look at the database.
    pub(super) fn ground(
        &self,
        conn: &mut Connection,
        case: i64,
        version: i64,
    ) -> Result<Ground, Error> {
        let revisions = storage::revisions::look(conn, REGISTER, case)?;
        let shelf = self.shelf_of(conn, revisions.versions)?;
        let workflow = self.workflow_on(conn, shelf, version)?;
        let calendar = revisions.calendars.get(&workflow.calendar);
        let calendar = calendar.copied().unwrap_or(0);
        Ok(Ground {
            directory: self.directory_of(conn, revisions.directory)?,
            calendar: self.calendar_of(conn, &workflow.calendar, calendar)?,
            workflow,
            end: revisions.end,
        })
    }

    /// What definitions may refer to: the standard names, the roles of the directory and the imported calendars.
    pub fn surroundings(&self, conn: &mut Connection) -> Result<Surroundings, Error> {
        let directory = self.directory(conn)?;
        super::workflows::surroundings(conn, &directory)
    }

    /// A calendar by name: the imported one, else the one that is shipped.
    pub fn calendar(&self, conn: &mut Connection, name: &str) -> Result<Arc<Calendar>, Error> {
        let revision = storage::calendars::revision(conn, name)?.unwrap_or(0);
        self.calendar_of(conn, name, revision)
    }

    fn calendar_of(
        &self,
        conn: &mut Connection,
        name: &str,
        revision: i64,
    ) -> Result<Arc<Calendar>, Error> {
        if let Some((known, calendar)) = self
            .calendars
            .read()
            .unwrap_or_else(PoisonError::into_inner)
            .get(name)
            && *known == revision
        {
            return Ok(Arc::clone(calendar));
        }
        let calendar = Arc::new(super::calendars::load(conn, name)?);
        self.calendars
            .write()
            .unwrap_or_else(PoisonError::into_inner)
            .insert(name.to_owned(), (revision, Arc::clone(&calendar)));
        Ok(calendar)
    }
}
