//! Copies of the whole database: made while it is in use, and put in the place of an empty one.

use std::io;
use std::path::{Path, PathBuf};

use diesel::connection::SimpleConnection;
use diesel::r2d2::ManageConnection;
use diesel::{Connection as _, QueryableByName, RunQueryDsl};

use super::manager::Manager;
use super::{Connection, Db, ExclusiveError, Lock, OpenError, exclusive};
use crate::storage::StorageError;

/// Why the database could not be copied or put back.
#[derive(Debug, thiserror::Error)]
pub enum CopyError {
    /// A program of PostgreSQL that does the work is not installed.
    #[error("`{0}` is not installed")]
    NoTool(&'static str),
    /// It has failed.
    #[error("`{tool}` has failed: {said}")]
    Tool {
        /// Which one.
        tool: &'static str,
        /// What it said.
        said: String,
    },
    /// There is something in the database already.
    #[error("the database is not empty")]
    NotEmpty,
    /// Another restore into this database has not ended; one that was cut off goes on for a moment.
    #[error("another restore is at work")]
    Busy,
    /// The database cannot be opened.
    #[error(transparent)]
    Open(#[from] OpenError),
    /// A process serves it.
    #[error(transparent)]
    Held(#[from] ExclusiveError),
    /// A file.
    #[error("`{path}`: {cause}")]
    File {
        /// Which one.
        path: PathBuf,
        /// Why.
        cause: io::Error,
    },
    /// The database's own failure.
    #[error(transparent)]
    Storage(#[from] StorageError),
}

impl From<diesel::result::Error> for CopyError {
    fn from(error: diesel::result::Error) -> Self {
        Self::Storage(error.into())
    }
}

/// The name of a database's kind, and of the file that a copy of it is kept in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Kind {
    /// `sqlite`, `postgresql`
    pub name: &'static str,
    /// `database.db`, `database.sql`
    pub file: &'static str,
}

impl Kind {
    const SQLITE: Self = Self {
        name: "sqlite",
        file: "database.db",
    };
    #[cfg(feature = "postgres")]
    const POSTGRES: Self = Self {
        name: "postgresql",
        file: "database.sql",
    };

    /// The kind at this address.
    ///
    /// # Errors
    /// An address that cannot be read.
    pub fn at(url: &str) -> Result<Self, OpenError> {
        Ok(Manager::new(url)?.kind())
    }
}

impl Manager {
    fn kind(&self) -> Kind {
        match self {
            Self::Sqlite(_) => Kind::SQLITE,
            #[cfg(feature = "postgres")]
            Self::Pg(_) => Kind::POSTGRES,
        }
    }
}

impl Db {
    /// Which database it is.
    #[must_use]
    pub fn kind(&self) -> Kind {
        self.0.manager.kind()
    }

    /// Copies the database to `file` while others go on writing, and lets `look` read exactly what the copy holds.
    ///
    /// # Errors
    /// The failure of the database, of the file, or of `pg_dump`.
    pub fn copy_to<T>(
        &self,
        file: &Path,
        look: impl FnOnce(&mut Connection) -> Result<T, StorageError>,
    ) -> Result<T, CopyError> {
        let manager = &self.0.manager;
        let mut conn = connect(manager)?;
        match manager {
            Manager::Sqlite(_) => {
                let name = file.to_string_lossy().replace('\'', "''");
                conn.batch_execute(&format!("VACUUM INTO '{name}'"))?;
                Ok(look(&mut open_file(file)?)?)
            }
            #[cfg(feature = "postgres")]
            Manager::Pg(url) => postgres::copy(&mut conn, url, file, look),
        }
    }
}

/// The right to fill the empty database at an address, which others are kept from until it is dropped or the process ends.
pub struct Claim {
    manager: Manager,
    held: Held,
}

enum Held {
    Sqlite {
        _lock: Lock,
    },
    #[cfg(feature = "postgres")]
    Pg(Box<Connection>),
}

/// Claims the database at `url`.
///
/// # Errors
/// [`CopyError::Held`] where a process serves it, [`CopyError::Busy`] where another has this claim; the failure of the
/// database.
pub fn claim(url: &str) -> Result<Claim, CopyError> {
    let manager = Manager::new(url)?;
    let held = match &manager {
        Manager::Sqlite(file) => Held::Sqlite {
            _lock: exclusive::lock(Some(file))?,
        },
        #[cfg(feature = "postgres")]
        Manager::Pg(_) => Held::Pg(Box::new(postgres::claim(manager.open()?)?)),
    };
    Ok(Claim { manager, held })
}

impl Claim {
    /// Whether there is nothing in the database yet.
    ///
    /// # Errors
    /// The failure of the database.
    pub fn is_empty(&mut self) -> Result<bool, CopyError> {
        match (&self.manager, &mut self.held) {
            (Manager::Sqlite(file), _) => Ok(!taken(file)),
            #[cfg(feature = "postgres")]
            (_, Held::Pg(conn)) => Ok(postgres::schema_if_empty(conn)?.is_some()),
            #[cfg(feature = "postgres")]
            (Manager::Pg(_), Held::Sqlite { .. }) => Ok(false),
        }
    }

    /// Puts a copy that [`Db::copy_to`] has made into the empty database, with what `closing` says of it: all of it or
    /// nothing.
    ///
    /// # Errors
    /// [`CopyError::NotEmpty`] where there is something already; the failure of the database, of a file, or of `psql`.
    pub fn put_back(&mut self, copy: &Path, closing: &[String]) -> Result<(), CopyError> {
        match (&self.manager, &mut self.held) {
            (Manager::Sqlite(file), _) => put_file(file, copy, closing),
            #[cfg(feature = "postgres")]
            (Manager::Pg(url), Held::Pg(conn)) => postgres::put_back(conn, url, copy, closing),
            #[cfg(feature = "postgres")]
            (Manager::Pg(_), Held::Sqlite { .. }) => Err(CopyError::NotEmpty),
        }
    }
}

fn connect(manager: &Manager) -> Result<Connection, CopyError> {
    manager
        .connect()
        .map_err(|error| CopyError::Open(manager.refused(&error.to_string())))
}

/// What a database of SQLite left beside its file would be applied to the next one of that name.
fn taken(file: &Path) -> bool {
    ["", "-wal", "-shm", "-journal"].iter().any(|end| {
        let mut name = file.as_os_str().to_owned();
        name.push(end);
        Path::new(&name).exists()
    })
}

/// In the folder of its place, so that it comes there whole or not at all.
fn put_file(file: &Path, copy: &Path, closing: &[String]) -> Result<(), CopyError> {
    let failed = |cause| CopyError::File {
        path: file.to_owned(),
        cause,
    };
    if taken(file) {
        return Err(CopyError::NotEmpty);
    }
    let folder = match file.parent() {
        Some(folder) if !folder.as_os_str().is_empty() => folder,
        _ => Path::new("."),
    };
    let mut name = file.file_name().unwrap_or_default().to_owned();
    name.push(".restoring");
    // One that was cut off has left these.
    for end in ["", "-journal"] {
        let mut left = folder.join(&name).into_os_string();
        left.push(end);
        match std::fs::remove_file(left) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(failed(error)),
            Ok(()) | Err(_) => {}
        }
    }
    let temporary = tempfile::Builder::new()
        .prefix(&name)
        .rand_bytes(0)
        .tempfile_in(folder)
        .map_err(failed)?;
    std::fs::copy(copy, temporary.path()).map_err(failed)?;
    let mut conn = open_file(temporary.path())?;
    conn.batch_execute("PRAGMA journal_mode = DELETE; PRAGMA synchronous = FULL; BEGIN IMMEDIATE")?;
    for statement in closing {
        conn.batch_execute(statement)?;
    }
    conn.batch_execute("COMMIT")?;
    drop(conn);
    temporary.as_file().sync_all().map_err(failed)?;
    temporary
        .persist_noclobber(file)
        .map_err(|error| failed(error.error))?;
    std::fs::File::open(folder)
        .and_then(|folder| folder.sync_all())
        .map_err(failed)
}

fn open_file(file: &Path) -> Result<Connection, CopyError> {
    let opened = diesel::SqliteConnection::establish(&file.to_string_lossy());
    let conn = opened.map_err(|error| OpenError::File {
        file: file.to_owned(),
        reason: error.to_string(),
    })?;
    Ok(Connection::Sqlite(conn))
}

#[cfg(feature = "postgres")]
mod postgres {
    use std::fs::File;
    use std::io::{BufRead, BufReader, BufWriter, Write};
    use std::process::{ChildStdin, Command, Stdio};
    use std::thread;

    use diesel::sql_types::{Nullable, Text};

    use super::*;
    use crate::storage::connection::{Begin, in_transaction};

    #[derive(QueryableByName)]
    struct Said {
        #[diesel(sql_type = Nullable<Text>)]
        said: Option<String>,
    }

    /// `pg_dump` reads the very snapshot that `look` reads.
    pub(super) fn copy<T>(
        conn: &mut Connection,
        url: &str,
        file: &Path,
        look: impl FnOnce(&mut Connection) -> Result<T, StorageError>,
    ) -> Result<T, CopyError> {
        // The transaction stands idle while `pg_dump` works.
        conn.batch_execute(
            "SET idle_in_transaction_session_timeout = 0; SET statement_timeout = 0",
        )?;
        in_transaction(conn, Begin::Read, |conn| {
            let snapshot: Said =
                diesel::sql_query("SELECT pg_export_snapshot() AS said").get_result(conn)?;
            let mut dump = command("pg_dump", url);
            dump.args(["--format=plain", "--no-owner", "--no-privileges"])
                .arg(format!("--snapshot={}", snapshot.said.unwrap_or_default()))
                .arg("--file")
                .arg(file);
            run("pg_dump", dump)?;
            Ok(look(conn)?)
        })
    }

    /// Whoever restores holds it; `psql` shares it, so that one that outlives the process that began it is noticed.
    const RESTORE: i64 = 727_275;
    /// What `psql` says when there is nothing left but to commit.
    const READY: &str = "ready";

    /// Lets nobody else restore while the connection lives.
    pub(super) fn claim(mut conn: Connection) -> Result<Connection, CopyError> {
        let asked = format!("SELECT pg_try_advisory_lock({RESTORE})::text AS said");
        let got: Said = diesel::sql_query(asked).get_result(&mut conn)?;
        if got.said.as_deref() != Some("true") {
            return Err(CopyError::Busy);
        }
        // From the exclusive lock to one that `psql` can share, without a moment between.
        conn.batch_execute(&format!(
            "SELECT pg_advisory_lock_shared({RESTORE}); SELECT pg_advisory_unlock({RESTORE})"
        ))?;
        Ok(conn)
    }

    /// `psql` takes the copy and the closing statements in one transaction; `pg_restore` could not take the latter.
    pub(super) fn put_back(
        conn: &mut Connection,
        url: &str,
        copy: &Path,
        closing: &[String],
    ) -> Result<(), CopyError> {
        let Some(schema) = schema_if_empty(conn)? else {
            return Err(CopyError::NotEmpty);
        };
        let mut psql = command("psql", url);
        psql.args(["--no-psqlrc", "--quiet", "--set", "ON_ERROR_STOP=1"])
            .args(["--file", "-"])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped());
        let mut child = psql.spawn().map_err(|cause| not_run("psql", cause))?;
        let (Some(stdin), Some(stdout), Some(stderr)) =
            (child.stdin.take(), child.stdout.take(), child.stderr.take())
        else {
            return Err(not_run("psql", io::ErrorKind::BrokenPipe.into()));
        };
        let (fed, said) = thread::scope(|scope| {
            let feeding = scope.spawn(|| feed(stdin, copy, &schema, closing));
            let saying = scope.spawn(|| io::read_to_string(stderr));
            let mut lines = BufReader::new(stdout).lines();
            let ready = lines.any(|line| line.is_ok_and(|line| line == READY));
            let broken = || io::Error::from(io::ErrorKind::BrokenPipe);
            let fed = match feeding.join() {
                // Asked for only now: a script that ends before it, because this process did, changes nothing.
                Ok(Ok(mut stdin)) if ready => stdin.write_all(b"COMMIT;\n"),
                Ok(Ok(_)) | Err(_) => Err(broken()),
                Ok(Err(error)) => Err(error),
            };
            (fed, saying.join().unwrap_or_else(|_| Err(broken())))
        });
        let ended = child.wait().map_err(|cause| not_run("psql", cause))?;
        if !ended.success() {
            return Err(refused("psql", &said.unwrap_or_default()));
        }
        fed.map_err(|cause| not_run("psql", cause))
    }

    /// Everything but the end of the transaction.
    fn feed(
        stdin: ChildStdin,
        copy: &Path,
        schema: &str,
        closing: &[String],
    ) -> io::Result<ChildStdin> {
        let mut script = BufWriter::new(stdin);
        writeln!(script, "BEGIN;")?;
        writeln!(script, "SELECT pg_advisory_xact_lock_shared({RESTORE});")?;
        io::copy(&mut File::open(copy)?, &mut script)?;
        // The copy names its schema at every table, and leaves the session without one.
        writeln!(script, "SET search_path TO {schema};")?;
        writeln!(script, "SET TIME ZONE 'UTC';")?;
        for statement in closing {
            writeln!(script, "{statement};")?;
        }
        writeln!(script, "\\echo {READY}")?;
        script.into_inner().map_err(io::IntoInnerError::into_error)
    }

    /// The name of the schema that tables are made in, unless it has some.
    pub(super) fn schema_if_empty(conn: &mut Connection) -> Result<Option<String>, StorageError> {
        let found: Said = diesel::sql_query(
            "SELECT quote_ident(current_schema()) AS said WHERE NOT EXISTS (SELECT FROM pg_class \
             WHERE relnamespace = current_schema()::regnamespace AND relkind IN ('r', 'p', 'v', 'm', 'S')) \
             UNION ALL SELECT NULL LIMIT 1",
        )
        .get_result(conn)?;
        Ok(found.said)
    }

    /// The password goes by the environment: arguments can be read by everybody on the machine.
    fn command(tool: &'static str, url: &str) -> Command {
        let (url, password) = without_password(url);
        let mut command = Command::new(tool);
        command
            .arg("--no-password")
            .arg(format!("--dbname={url}"))
            .stdin(Stdio::null());
        if let Some(password) = password {
            command.env("PGPASSWORD", password);
        }
        command
    }

    fn run(tool: &'static str, mut command: Command) -> Result<(), CopyError> {
        let output = command.output().map_err(|cause| not_run(tool, cause))?;
        if output.status.success() {
            return Ok(());
        }
        Err(refused(tool, &String::from_utf8_lossy(&output.stderr)))
    }

    fn not_run(tool: &'static str, cause: io::Error) -> CopyError {
        match cause.kind() {
            io::ErrorKind::NotFound => CopyError::NoTool(tool),
            _ => CopyError::File {
                path: tool.into(),
                cause,
            },
        }
    }

    fn refused(tool: &'static str, said: &str) -> CopyError {
        let said: Vec<&str> = said.lines().take(3).collect();
        CopyError::Tool {
            tool,
            said: said.join(" "),
        }
    }

    /// The address without its password, and the password.
    pub(super) fn without_password(url: &str) -> (String, Option<String>) {
        let decoded = |text: &str| {
            percent_encoding::percent_decode_str(text)
                .decode_utf8_lossy()
                .into_owned()
        };
        let mut password = None;
        let (base, query) = match url.split_once('?') {
            Some((base, query)) => (base, Some(query)),
            None => (url, None),
        };
        let base = match base.split_once("://").and_then(|(scheme, rest)| {
            let (user, rest) = rest.rsplit_once('@')?;
            let (name, secret) = user.split_once(':')?;
            password = Some(decoded(secret));
            Some(format!("{scheme}://{name}@{rest}"))
        }) {
            Some(base) => base,
            None => base.to_owned(),
        };
        let Some(query) = query else {
            return (base, password);
        };
        let mut kept = Vec::new();
        for pair in query.split('&') {
            match pair.split_once('=') {
                Some(("password", secret)) => password = Some(decoded(secret)),
                _ => kept.push(pair),
            }
        }
        match kept.is_empty() {
            true => (base, password),
            false => (format!("{base}?{}", kept.join("&")), password),
        }
    }
}

#[cfg(all(test, feature = "postgres"))]
mod tests {
    use super::postgres::without_password;

    #[test]
    fn the_password_is_taken_out_of_the_address() {
        for (url, bare, password) in [
            ("postgres://h/d", "postgres://h/d", None),
            ("postgres://u@h/d", "postgres://u@h/d", None),
            (
                "postgres://u:p%40x@a:1,b:2/d?sslmode=require",
                "postgres://u@a:1,b:2/d?sslmode=require",
                Some("p@x"),
            ),
            (
                "postgres:///d?host=/run&password=s%20t&user=u",
                "postgres:///d?host=/run&user=u",
                Some("s t"),
            ),
            ("postgres://u@h/d?password=s", "postgres://u@h/d", Some("s")),
        ] {
            let found = without_password(url);

            assert_eq!(found, (bare.to_owned(), password.map(str::to_owned)));
        }
    }
}
