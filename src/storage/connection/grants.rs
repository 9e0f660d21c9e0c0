//! The rights of the role that the server runs under on PostgreSQL: it adds to the log and never changes it.

use diesel::prelude::*;
use diesel::sql_types::Text;

use super::Connection;
use crate::storage::StorageError;

/// Why rights could not be given.
#[derive(Debug, thiserror::Error)]
pub enum GrantError {
    /// SQLite has no roles.
    #[error("only PostgreSQL has roles")]
    NoRoles,
    /// There is no such role.
    #[error("there is no role {0}")]
    Unknown(String),
    /// The database's own failure.
    #[error(transparent)]
    Storage(#[from] StorageError),
}

#[derive(QueryableByName)]
struct Named {
    #[diesel(sql_type = Text)]
    role: String,
    #[diesel(sql_type = Text)]
    schema: String,
}

/// Gives the role what the server needs on every table there is, and nothing more.
pub(super) fn grant(conn: &mut Connection, role: &str) -> Result<(), GrantError> {
    if matches!(conn, Connection::Sqlite(_)) {
        return Err(GrantError::NoRoles);
    }
    let named: Option<Named> = diesel::sql_query(
        "SELECT quote_ident(rolname) AS role, quote_ident(current_schema()) AS schema FROM pg_roles WHERE rolname = $1",
    )
    .bind::<Text, _>(role)
    .get_result(conn)
    .optional()
    .map_err(StorageError::from)?;
    let Some(Named { role, schema }) = named else {
        return Err(GrantError::Unknown(role.to_owned()));
    };
    for sql in [
        format!("GRANT USAGE ON SCHEMA {schema} TO {role}"),
        format!("REVOKE ALL ON ALL TABLES IN SCHEMA {schema} FROM {role}"),
        format!("GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA {schema} TO {role}"),
        format!("GRANT USAGE ON ALL SEQUENCES IN SCHEMA {schema} TO {role}"),
        format!(
            "REVOKE UPDATE, DELETE ON events, log_leaves, log_nodes, resource_versions, resendings FROM {role}"
        ),
        format!("REVOKE DELETE ON checkpoints FROM {role}"),
        format!("REVOKE INSERT, UPDATE, DELETE ON __diesel_schema_migrations FROM {role}"),
    ] {
        diesel::sql_query(sql)
            .execute(conn)
            .map_err(StorageError::from)?;
    }
    Ok(())
}
