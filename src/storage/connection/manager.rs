//! Opening connections by address: which database, where, and what each session is set to.

use std::path::{Path, PathBuf};

use diesel::Connection as _;
use diesel::connection::SimpleConnection;
use diesel::r2d2::{self, CustomizeConnection, HandleError, ManageConnection, R2D2Connection};

use super::Connection;

/// Why a database could not be opened.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    /// The address begins with something else.
    #[error(
        "the database address must begin with `sqlite:` or `postgres://`, but it begins with `{0}`"
    )]
    UnknownScheme(String),
    /// Built without PostgreSQL.
    #[error(
        "this program was built without PostgreSQL; use `sqlite:PATH`, or build it with `--features postgres`"
    )]
    NoPostgres,
    /// Each connection would have a database of its own.
    #[error("the SQLite database needs a file: write `sqlite:huiqian.db`, for instance")]
    NoFile,
    /// The folder is not there.
    #[error(
        "the folder `{0}` of the SQLite database does not exist; create it, or name another one"
    )]
    NoFolder(PathBuf),
    /// The file is something else.
    #[error("the file `{0}` is not an SQLite database")]
    NotADatabase(PathBuf),
    /// The file cannot be opened.
    #[error("the SQLite database `{file}` cannot be opened: {reason}")]
    File {
        /// Which file.
        file: PathBuf,
        /// What SQLite says.
        reason: String,
    },
    /// The address cannot be read. What libpq says of it may quote the password, so it is left out.
    #[error(
        "the PostgreSQL address cannot be read; special characters in user and password must be written as %XX"
    )]
    BadAddress,
    /// The server cannot be reached, or refuses.
    #[error("PostgreSQL cannot be reached: {0}")]
    Unreachable(String),
}

/// Makes connections. Diesel's own manager would try each database in turn and hide what went wrong.
#[derive(Clone)]
pub(super) enum Manager {
    Sqlite(PathBuf),
    #[cfg(feature = "postgres")]
    Pg(String),
}

impl Manager {
    pub(super) fn new(url: &str) -> Result<Self, OpenError> {
        if url.starts_with("postgres://") || url.starts_with("postgresql://") {
            #[cfg(feature = "postgres")]
            return Ok(Self::Pg(url.to_owned()));
            #[cfg(not(feature = "postgres"))]
            return Err(OpenError::NoPostgres);
        }
        let Some(rest) = url.strip_prefix("sqlite:") else {
            // Only the scheme is quoted: what follows it may hold a password.
            let scheme = url
                .split_once(':')
                .map_or("no scheme at all", |(scheme, _)| scheme);
            return Err(OpenError::UnknownScheme(scheme.to_owned()));
        };
        let path = rest.strip_prefix("//").unwrap_or(rest);
        if path.is_empty() || path == ":memory:" {
            return Err(OpenError::NoFile);
        }
        Ok(Self::Sqlite(PathBuf::from(path)))
    }

    /// Connects, and says what is wrong in a sentence.
    pub(super) fn open(&self) -> Result<Connection, OpenError> {
        if let Some(folder) = self.file().and_then(Path::parent)
            && !folder.as_os_str().is_empty()
            && !folder.is_dir()
        {
            return Err(OpenError::NoFolder(folder.to_owned()));
        }
        self.connect()
            .map_err(|error| self.refused(&error.to_string()))
    }

    pub(super) fn refused(&self, reason: &str) -> OpenError {
        match self {
            Self::Sqlite(file) if reason.contains("not a database") => {
                OpenError::NotADatabase(file.clone())
            }
            Self::Sqlite(file) => OpenError::File {
                file: file.clone(),
                reason: reason.to_owned(),
            },
            #[cfg(feature = "postgres")]
            Self::Pg(url) => postgres_refused(url, reason),
        }
    }

    /// The SQLite file, if it is one.
    pub(super) fn file(&self) -> Option<&Path> {
        match self {
            Self::Sqlite(file) => Some(file),
            #[cfg(feature = "postgres")]
            Self::Pg(_) => None,
        }
    }

    pub(super) fn has_many_writers(&self) -> bool {
        self.file().is_none()
    }

    /// A server can go away while a connection waits in the pool; a file cannot.
    pub(super) fn may_be_cut_off(&self) -> bool {
        self.file().is_none()
    }
}

impl std::fmt::Debug for Manager {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Sqlite(file) => f.debug_tuple("Sqlite").field(file).finish(),
            #[cfg(feature = "postgres")]
            Self::Pg(_) => f.write_str("Pg(…)"),
        }
    }
}

impl ManageConnection for Manager {
    type Connection = Connection;
    type Error = r2d2::Error;

    fn connect(&self) -> Result<Connection, r2d2::Error> {
        match self {
            Self::Sqlite(file) => {
                let mut conn = diesel::SqliteConnection::establish(&file.to_string_lossy())
                    .map_err(r2d2::Error::ConnectionError)?;
                // The time-out comes first: switching to WAL takes a lock.
                conn.batch_execute(
                    "PRAGMA busy_timeout = 5000; PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; \
                     PRAGMA foreign_keys = ON; PRAGMA temp_store = MEMORY; PRAGMA cache_size = -16000;",
                )
                .map_err(r2d2::Error::QueryError)?;
                Ok(Connection::Sqlite(conn))
            }
            #[cfg(feature = "postgres")]
            Self::Pg(url) => {
                let mut conn =
                    diesel::PgConnection::establish(url).map_err(r2d2::Error::ConnectionError)?;
                conn.batch_execute(
                    "SET TIME ZONE 'UTC'; SET statement_timeout = '30s'; SET lock_timeout = '10s'; \
                     SET idle_in_transaction_session_timeout = '60s'",
                )
                .map_err(r2d2::Error::QueryError)?;
                Ok(Connection::Pg(conn))
            }
        }
    }

    fn is_valid(&self, conn: &mut Connection) -> Result<(), r2d2::Error> {
        conn.ping().map_err(r2d2::Error::QueryError)
    }

    fn has_broken(&self, conn: &mut Connection) -> bool {
        std::thread::panicking() || conn.is_broken()
    }
}

/// Makes connections to SQLite that cannot write.
#[derive(Debug)]
pub(super) struct ReadsOnly;

impl CustomizeConnection<Connection, r2d2::Error> for ReadsOnly {
    fn on_acquire(&self, conn: &mut Connection) -> Result<(), r2d2::Error> {
        conn.batch_execute("PRAGMA query_only = ON")
            .map_err(r2d2::Error::QueryError)
    }
}

/// The pool's background failures go to our log, without their text: it may quote the address.
#[derive(Debug)]
pub(super) struct LogFailures;

impl HandleError<r2d2::Error> for LogFailures {
    fn handle_error(&self, error: r2d2::Error) {
        let what = match error {
            r2d2::Error::ConnectionError(_) => "no connection",
            r2d2::Error::QueryError(_) => "a connection did not answer",
        };
        tracing::warn!(what, "the database cannot be reached; trying again");
    }
}

#[cfg(feature = "postgres")]
fn postgres_refused(url: &str, reason: &str) -> OpenError {
    // These come from a server or on the way to it. Anything else is libpq reading the address, and quoting it.
    let on_the_way = [
        "connection to server",
        "could not translate host name",
        "FATAL",
    ];
    if !on_the_way.iter().any(|start| reason.contains(start)) || reason.contains(url) {
        return OpenError::BadAddress;
    }
    OpenError::Unreachable(reason.trim().replace('\n', " "))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_unknown_scheme_is_named_and_the_password_is_not() {
        let refused = Manager::new("mysql://root:hunter2@db/huiqian")
            .map(|_| ())
            .unwrap_err()
            .to_string();

        assert!(refused.contains("`mysql`"), "{refused}");
        assert!(!refused.contains("hunter2"), "{refused}");
    }

    #[test]
    fn a_database_in_memory_is_refused_because_every_connection_would_have_its_own() {
        assert!(matches!(
            Manager::new("sqlite::memory:"),
            Err(OpenError::NoFile)
        ));
        assert!(matches!(Manager::new("sqlite:"), Err(OpenError::NoFile)));
    }

    #[test]
    fn a_missing_folder_is_named() {
        let refused = Manager::new("sqlite:/no/such/folder/huiqian.db")
            .unwrap()
            .open()
            .map(|_| ())
            .unwrap_err();

        assert!(
            matches!(refused, OpenError::NoFolder(folder) if folder == Path::new("/no/such/folder"))
        );
    }

    #[test]
    fn a_file_of_another_kind_is_left_alone() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("letter.db");
        std::fs::write(&file, "Dear Sir or Madam, ".repeat(100)).unwrap();

        let refused = Manager::new(&format!("sqlite:{}", file.display()))
            .unwrap()
            .open()
            .map(|_| ())
            .unwrap_err();

        assert!(matches!(refused, OpenError::NotADatabase(_)), "{refused}");
        assert!(
            std::fs::read_to_string(&file)
                .unwrap()
                .starts_with("Dear Sir")
        );
    }

    #[cfg(feature = "postgres")]
    #[test]
    fn an_unreachable_or_unreadable_postgres_address_never_shows_its_password() {
        for url in [
            "postgres://huiqian:hunter2@127.0.0.1:1/huiqian",
            "postgres://huiqian:hun/ter2@127.0.0.1:1/huiqian",
            "postgres://huiqian:hunter2@127.0.0.1:port/huiqian",
            "postgres://huiqian@127.0.0.1:1/huiqian?password=hunter2&x",
        ] {
            let refused = Manager::new(url)
                .unwrap()
                .open()
                .map(|_| ())
                .unwrap_err()
                .to_string();

            assert!(refused.contains("PostgreSQL"), "{refused}");
            assert!(!refused.contains("hun"), "{url}: {refused}");
        }
    }
}
