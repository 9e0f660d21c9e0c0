//! What can go wrong between the program and its database.

use std::error::Error as Cause;

use diesel::result::{DatabaseErrorKind, Error as Diesel};

/// A failure of the database, or of what is in it.
#[derive(Debug, thiserror::Error)]
pub enum StorageError {
    /// The row has changed since it was read, or was taken by somebody else.
    #[error("the row has changed since it was read")]
    Conflict,
    /// The row is there already.
    #[error("the row is there already")]
    Duplicate(#[source] Diesel),
    /// What is stored does not make sense.
    #[error("the database holds something unreadable: {what}")]
    Corrupt {
        /// What, and where.
        what: String,
    },
    /// The database cannot be used just now: no connection, no room, locked for too long.
    #[error("the database cannot be used just now")]
    Unavailable(#[source] Box<dyn Cause + Send + Sync>),
    /// Any other failure.
    #[error("the database failed")]
    Database(#[source] Diesel),
}

impl StorageError {
    /// Whether nothing was begun, because there was no connection.
    #[must_use]
    pub fn is_before_everything(&self) -> bool {
        matches!(self, Self::Unavailable(cause) if cause.is::<diesel::r2d2::PoolError>())
    }
}

impl From<Diesel> for StorageError {
    fn from(error: Diesel) -> Self {
        match &error {
            Diesel::DatabaseError(DatabaseErrorKind::UniqueViolation, _) => Self::Duplicate(error),
            Diesel::DatabaseError(DatabaseErrorKind::ClosedConnection, _)
            | Diesel::BrokenTransactionManager => Self::Unavailable(Box::new(error)),
            Diesel::DatabaseError(_, details) if passes_by_itself(details.message()) => {
                Self::Unavailable(Box::new(error))
            }
            Diesel::DeserializationError(cause) => Self::Corrupt {
                what: cause.to_string(),
            },
            _ => Self::Database(error),
        }
    }
}

/// Neither driver gives these a kind of their own, so the message has to tell.
fn passes_by_itself(message: &str) -> bool {
    [
        "database is locked",
        "database or disk is full",
        "disk I/O error",
        "No space left on device",
        "due to lock timeout",
        "due to statement timeout",
        "due to administrator command",
        // An administrator, a shutdown, or another of its processes that fell.
        "terminating connection",
        "no connection to the server",
        "connection not open",
        "server closed the connection unexpectedly",
        "could not connect to server",
        "the database system is",
    ]
    .iter()
    .any(|known| message.contains(known))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn failed(kind: DatabaseErrorKind, message: &str) -> StorageError {
        Diesel::DatabaseError(kind, Box::new(message.to_owned())).into()
    }

    #[test]
    fn a_full_disk_is_no_fault_of_the_program() {
        let full = failed(DatabaseErrorKind::Unknown, "database or disk is full");

        assert!(matches!(full, StorageError::Unavailable(_)));
    }

    /// What PostgreSQL says to those who are connected when it goes down.
    #[test]
    fn a_server_that_goes_down_can_be_asked_again() {
        for message in [
            "terminating connection due to administrator command",
            "terminating connection due to immediate shutdown command",
            "terminating connection because of crash of another server process",
            "server closed the connection unexpectedly",
            "no connection to the server\n",
            "the database system is in recovery mode",
        ] {
            let down = failed(DatabaseErrorKind::Unknown, message);
            assert!(matches!(down, StorageError::Unavailable(_)), "{message}");
        }
    }

    #[test]
    fn a_second_row_with_the_same_key_is_a_duplicate_and_a_missing_parent_is_not() {
        let twice = failed(
            DatabaseErrorKind::UniqueViolation,
            "UNIQUE constraint failed: people.login",
        );
        let orphan = failed(
            DatabaseErrorKind::ForeignKeyViolation,
            "FOREIGN KEY constraint failed",
        );

        assert!(matches!(twice, StorageError::Duplicate(_)));
        assert!(matches!(orphan, StorageError::Database(_)));
    }
}
