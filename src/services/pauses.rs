//! The pause of everything that leaves, after a restore: what was sent between backup and loss would be sent again, so an
//! administrator says when it goes on.

use std::sync::Arc;

use super::{App, Error, Viewer};
use crate::calendar::Instant;
use crate::notify::backoff::GIVEN_UP_AFTER;
use crate::storage::outbox_pauses::{self, Pause};
use crate::storage::{Db, outbox, webhook_messages};

/// How the outbox stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Outbox {
    /// The pause, if there is one.
    pub pause: Option<Pause>,
    /// Mails that wait.
    pub mails: i64,
    /// Since when the oldest of them waits.
    pub oldest_mail: Option<Instant>,
    /// Changes that other programs have not been told.
    pub webhooks: i64,
    /// Since when the oldest of them waits.
    pub oldest_webhook: Option<Instant>,
}

/// How the outbox stands.
pub fn outbox(db: &Db) -> Result<Outbox, Error> {
    db.read(|conn| {
        Ok(Outbox {
            pause: outbox_pauses::current(conn)?,
            mails: outbox::counts(conn)?.waiting,
            oldest_mail: outbox::longest_waiting(conn)?,
            webhooks: webhook_messages::counts(conn)?.waiting,
            oldest_webhook: webhook_messages::longest_waiting(conn)?,
        })
    })
}

/// Whether nothing leaves.
pub fn is_paused(app: &App) -> Result<bool, Error> {
    app.db
        .read(|conn| Ok(outbox_pauses::current(conn)?.is_some()))
}

/// The same for system administrators.
pub fn seen(app: &App, viewer: &Viewer) -> Result<Outbox, Error> {
    viewer.must_administer()?;
    outbox(&app.db)
}

/// Lets everything go out that waits. Answers whether there was a pause.
pub fn resume(db: &Db, now: Instant) -> Result<bool, Error> {
    db.write(move |conn| {
        let ended = outbox_pauses::end(conn)?;
        if ended {
            // The time of the pause does not count against a target.
            webhook_messages::give_longer(conn, now + GIVEN_UP_AFTER)?;
        }
        Ok(ended)
    })
}

/// The same by a system administrator.
pub fn resume_by(app: &Arc<App>, viewer: &Viewer) -> Result<(), Error> {
    viewer.must_administer()?;
    if resume(&app.db, app.now())? {
        tracing::warn!(
            by = viewer.person.id.0,
            "the outbox goes on after a restore"
        );
    }
    Ok(())
}
