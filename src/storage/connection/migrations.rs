//! Migrations: one folder for each database, carried in the program, and the question whether they have all run.

use diesel::migration::MigrationSource;
use diesel::prelude::*;
use diesel_migrations::{EmbeddedMigrations, MigrationHarness, embed_migrations};

use super::{Begin, Connection, MultiBackend, in_transaction};
use crate::storage::StorageError;

const SQLITE: EmbeddedMigrations = embed_migrations!("migrations/sqlite");
#[cfg(feature = "postgres")]
const POSTGRES: EmbeddedMigrations = embed_migrations!("migrations/postgres");

/// How the tables stand to this program.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SchemaState {
    /// As this program knows them.
    Current,
    /// Migrations are to be run.
    Older {
        /// Their versions, oldest first.
        pending: Vec<String>,
    },
    /// A newer program has been here.
    Newer {
        /// Versions that this program does not know.
        unknown: Vec<String>,
    },
}

/// Why the tables could not be brought up to date.
#[derive(Debug, thiserror::Error)]
pub enum MigrateError {
    /// No connection.
    #[error("no connection for the migration")]
    Connection(#[source] diesel::r2d2::Error),
    /// A newer program has been here.
    #[error(
        "the database was made by a newer version of this program (it has {0:?}); use that version"
    )]
    Newer(Vec<String>),
    /// A migration failed.
    #[error("a migration failed: {0}")]
    Failed(String),
    /// The database's own failure.
    #[error(transparent)]
    Storage(#[from] StorageError),
}

pub(super) fn run(conn: &mut Connection) -> Result<Vec<String>, MigrateError> {
    match conn {
        // The write lock keeps a second migrating process waiting until the first is done.
        Connection::Sqlite(_) => in_transaction(conn, Begin::Write, run_pending),
        #[cfg(feature = "postgres")]
        Connection::Pg(_) => {
            use diesel::connection::SimpleConnection as _;

            // Held until the session ends. The number is arbitrary, and ours.
            conn.batch_execute(
                "SET statement_timeout = 0; SET lock_timeout = 0; SELECT pg_advisory_lock(727274)",
            )
            .map_err(StorageError::from)?;
            run_pending(conn)
        }
    }
}

fn run_pending(conn: &mut Connection) -> Result<Vec<String>, MigrateError> {
    if let SchemaState::Newer { unknown } = state(conn)? {
        return Err(MigrateError::Newer(unknown));
    }
    let source = known(conn);
    let added = conn
        .run_pending_migrations(source)
        .map_err(|error| MigrateError::Failed(error.to_string()))?;
    Ok(added.iter().map(ToString::to_string).collect())
}

pub(super) fn state(conn: &mut Connection) -> Result<SchemaState, StorageError> {
    let applied = applied(conn)?;
    let known = versions(known(conn))?;
    let unknown: Vec<String> = applied
        .iter()
        .filter(|version| !known.contains(version))
        .cloned()
        .collect();
    if !unknown.is_empty() {
        return Ok(SchemaState::Newer { unknown });
    }
    let pending: Vec<String> = known
        .into_iter()
        .filter(|version| !applied.contains(version))
        .collect();
    Ok(if pending.is_empty() {
        SchemaState::Current
    } else {
        SchemaState::Older { pending }
    })
}

/// The newest one that has run.
pub(super) fn newest(conn: &mut Connection) -> Result<String, StorageError> {
    Ok(applied(conn)?.pop().unwrap_or_default())
}

/// The newest one that this program knows.
pub(super) fn newest_known(sqlite: bool) -> Result<String, StorageError> {
    let source = match sqlite {
        true => SQLITE,
        #[cfg(feature = "postgres")]
        false => POSTGRES,
        #[cfg(not(feature = "postgres"))]
        false => SQLITE,
    };
    Ok(versions(source)?.pop().unwrap_or_default())
}

fn known(conn: &Connection) -> EmbeddedMigrations {
    match conn {
        Connection::Sqlite(_) => SQLITE,
        #[cfg(feature = "postgres")]
        Connection::Pg(_) => POSTGRES,
    }
}

fn versions(source: EmbeddedMigrations) -> Result<Vec<String>, StorageError> {
    let mut versions: Vec<String> = MigrationSource::<MultiBackend>::migrations(&source)
        .map_err(|error| StorageError::Corrupt {
            what: format!("the migrations in the program: {error}"),
        })?
        .iter()
        .map(|migration| migration.name().version().to_string())
        .collect();
    versions.sort();
    Ok(versions)
}

#[derive(QueryableByName)]
struct Found {
    #[diesel(sql_type = diesel::sql_types::BigInt)]
    tables: i64,
}

#[derive(QueryableByName)]
struct Applied {
    #[diesel(sql_type = diesel::sql_types::Text)]
    version: String,
}

/// The versions that have run. Diesel's own question would create its table first; looking must change nothing.
fn applied(conn: &mut Connection) -> Result<Vec<String>, StorageError> {
    let catalogue = match conn {
        Connection::Sqlite(_) => {
            "SELECT COUNT(*) AS tables FROM sqlite_master WHERE name = '__diesel_schema_migrations'"
        }
        #[cfg(feature = "postgres")]
        Connection::Pg(_) => "SELECT COUNT(to_regclass('__diesel_schema_migrations')) AS tables",
    };
    let found: Found = diesel::sql_query(catalogue).get_result(conn)?;
    if found.tables == 0 {
        return Ok(Vec::new());
    }
    let applied: Vec<Applied> =
        diesel::sql_query("SELECT version FROM __diesel_schema_migrations ORDER BY version")
            .load(conn)?;
    Ok(applied.into_iter().map(|row| row.version).collect())
}
