//! Mails that were given up, for system administrators: to whom, why, and sending them again. What they say is not shown.

use std::sync::Arc;

use super::{App, Error, Viewer};
use crate::directory::PersonId;
use crate::notify::backoff::GIVEN_UP_AFTER;
use crate::storage::outbox::{self, StoredMessage};
use crate::storage::resendings::{self, Queue, Resending};
use crate::storage::{Connection, Page, StorageError};

/// Mails that are sent again at once; after a day of a broken mail server there may be thousands.
pub const AT_ONCE: usize = 500;

/// Resendings that are shown.
const LATEST: usize = 20;

/// What did not arrive.
#[derive(Debug, Clone, PartialEq)]
pub struct Undelivered {
    /// Mails that were given up, newest first.
    pub mails: Page<StoredMessage, i64>,
    /// What was sent again lately, mails and webhooks, newest first.
    pub again: Vec<Resending>,
}

/// What did not arrive.
pub fn overview(
    app: &App,
    viewer: &Viewer,
    before: Option<i64>,
    limit: usize,
) -> Result<Undelivered, Error> {
    viewer.must_administer()?;
    app.db.read(|conn| {
        Ok(Undelivered {
            mails: outbox::given_up(conn, before, limit)?,
            again: resendings::latest(conn, LATEST)?,
        })
    })
}

/// Lets a mail that was given up be sent now, under its own name; one that is not needed any more is found moot then.
///
/// # Errors
/// [`Error::NotFound`] when there is none that was given up.
pub fn resend(app: &Arc<App>, viewer: &Viewer, id: i64) -> Result<(), Error> {
    viewer.must_administer()?;
    let (shared, by) = (Arc::clone(app), viewer.person.id);
    app.db.write(move |conn| {
        let message = outbox::get(conn, id)?.ok_or(Error::NotFound)?;
        match again(&shared, conn, &message, by) {
            Err(StorageError::Conflict) => Err(Error::NotFound),
            other => Ok(other?),
        }
    })?;
    tracing::info!(mail = id, by = by.0, "a mail is sent again");
    Ok(())
}

/// Lets the latest that were given up be sent again, so many at once. Answers how many there were.
pub fn resend_all(app: &Arc<App>, viewer: &Viewer) -> Result<usize, Error> {
    viewer.must_administer()?;
    let (shared, by) = (Arc::clone(app), viewer.person.id);
    let count = app.db.write(move |conn| {
        let given_up = outbox::given_up(conn, None, AT_ONCE)?.rows;
        let mut count = 0;
        for message in &given_up {
            match again(&shared, conn, message, by) {
                Ok(()) => count += 1,
                // Another administrator was first.
                Err(StorageError::Conflict) => {}
                Err(other) => return Err(Error::from(other)),
            }
        }
        Ok(count)
    })?;
    tracing::info!(count, by = by.0, "mails are sent again");
    Ok(count)
}

fn again(
    app: &App,
    conn: &mut Connection,
    message: &StoredMessage,
    by: PersonId,
) -> Result<(), StorageError> {
    let now = app.now();
    outbox::resend(conn, message.id, now, now + GIVEN_UP_AFTER)?;
    let again = Resending {
        queue: Queue::Mail,
        message: message.ulid,
        person_id: by,
        at: now,
    };
    resendings::add(conn, &again)
}
