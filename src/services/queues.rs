//! What workers take from the database and bring back: mails to be sent, timers that are due, and what is to be
//! cleared away.

use std::sync::Arc;

use chrono::TimeDelta;

use super::cases::KEY_HOURS;
use super::{App, Error};
use crate::calendar::Instant;
use crate::storage::outbox::{self, StoredMessage};
use crate::storage::timers::{self, Timer};
use crate::storage::{
    Connection, Lease, StorageError, idempotency_keys, login_attempts, outbox_archive,
    outbox_pauses, sessions, webhook_messages, webhook_stops,
};

/// A timer is left alone after so many tries in vain.
pub const MOST_TRIES: u32 = 3;
/// More than mails and timers wait for another try: an hour, give or take a fifth.
const LONGEST_PAUSE: TimeDelta = TimeDelta::hours(2);
/// More than the targets of webhooks may ask for.
const LONGEST_WEBHOOK_PAUSE: TimeDelta = TimeDelta::hours(25);
/// Failed logins count for the day; after this they are forgotten.
const ATTEMPTS_HOURS: i64 = 48;
/// Rows that leave a queue together.
const ARCHIVED_AT_ONCE: u32 = 200;
/// An upload that has not come in after this long never will.
const UPLOAD_HOURS: i64 = 24;

/// What became of a mail that was claimed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum MailEnd {
    /// It was handed over.
    Sent,
    /// It is tried again then, because of this.
    Retry(Instant, String),
    /// It is given up, because of this.
    Failed(String),
    /// It is not needed any more.
    Moot,
}

/// Claims mails that may be sent now; none while the outbox is paused.
pub fn claim_mails(app: &App, lease: &Lease, limit: u32) -> Result<Vec<StoredMessage>, Error> {
    let (lease, now) = (lease.clone(), app.now());
    app.db.write(move |conn| {
        if outbox_pauses::current(conn)?.is_some() {
            return Ok(Vec::new());
        }
        Ok(outbox::claim(conn, &lease, now, limit)?)
    })
}

/// Keeps the claimed mails that are not settled yet for longer.
pub fn extend_mails(app: &App, lease: &Lease) -> Result<(), Error> {
    let lease = lease.clone();
    app.db.write(move |conn| Ok(outbox::extend(conn, &lease)?))
}

/// Settles a claimed mail. [`Error::Stale`] when it is not this lease's any more, or was cancelled meanwhile.
pub fn settle_mail(app: &App, lease: &Lease, id: i64, end: &MailEnd) -> Result<(), Error> {
    let (owner, end, now) = (lease.owner.clone(), end.clone(), app.now());
    app.db.change(move |conn| match end {
        MailEnd::Sent => outbox::sent(conn, id, &owner, now),
        MailEnd::Retry(at, why) => outbox::retry(conn, id, &owner, at, &why),
        MailEnd::Failed(why) => outbox::failed(conn, id, &owner, &why),
        MailEnd::Moot => outbox::cancelled(conn, id, &owner),
    })?;
    Ok(())
}

/// The mail server is back: what waited for it may go out now. Answers how much that is.
pub fn bring_mails_forward(app: &App, errors: Vec<String>) -> Result<usize, Error> {
    let now = app.now();
    app.db
        .write(move |conn| Ok(outbox::bring_forward(conn, &errors, now)?))
}

/// Claims timers that are due, oldest first.
pub fn claim_timers(app: &App, lease: &Lease, limit: u32) -> Result<Vec<Timer>, Error> {
    let (lease, now) = (lease.clone(), app.now());
    app.db
        .write(move |conn| Ok(timers::claim(conn, &lease, now, MOST_TRIES, limit)?))
}

/// Puts a timer back after a failure, to be tried again at `retry_at`.
pub fn release_timer(
    app: &App,
    lease: &Lease,
    timer: &Timer,
    retry_at: Instant,
    error: &str,
) -> Result<(), Error> {
    let (owner, timer, error) = (lease.owner.clone(), timer.clone(), error.to_owned());
    app.db
        .write(move |conn| Ok(timers::release(conn, &timer, &owner, retry_at, &error)?))
}

/// Puts a timer back as if it had not been claimed, to be tried at `retry_at`: the database could not be used, or time
/// was short.
pub fn put_timer_back(
    app: &App,
    lease: &Lease,
    timer: &Timer,
    retry_at: Instant,
) -> Result<(), Error> {
    let (owner, timer) = (lease.owner.clone(), timer.clone());
    app.db
        .write(move |conn| Ok(timers::put_back(conn, &timer, &owner, retry_at)?))
}

/// Timers that were tried in vain, for administrators.
pub fn stuck_timers(app: &App) -> Result<Vec<Timer>, Error> {
    app.db.read(|conn| Ok(timers::stuck(conn, MOST_TRIES)?))
}

/// What was cleared away.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Cleared {
    /// Sessions that had ended.
    pub sessions: usize,
    /// Keys of requests that are too old to be repeated.
    pub keys: usize,
    /// Failed logins of earlier days.
    pub attempts: usize,
    /// Uploads that broke off.
    pub uploads: usize,
    /// Changes that a target could not be told in time.
    pub webhooks: usize,
}

/// Takes one batch of what was settled long ago out of the queues: mails go to the archive, changes that were told are
/// forgotten. Answers whether there may be more. A batch is small, so that nobody waits for it.
pub fn archive(app: &App) -> Result<bool, Error> {
    let before = app.now() - TimeDelta::days(app.settings.outbox_days);
    let (mails, told) = app.db.write(move |conn| {
        let mails = outbox_archive::take(conn, before, ARCHIVED_AT_ONCE)?;
        let told = webhook_messages::forget(conn, before, ARCHIVED_AT_ONCE)?;
        Ok::<_, Error>((mails, told))
    })?;
    if 0 < mails + told {
        tracing::debug!(mails, told, "taken out of the queues");
    }
    let full = ARCHIVED_AT_ONCE as usize;
    Ok(mails == full || told == full)
}

/// Clears away what time has made useless. Several servers may do it at once.
pub fn clear_away(app: &Arc<App>) -> Result<Cleared, Error> {
    let (shared, now) = (Arc::clone(app), app.now());
    let cleared = app.db.write(move |conn| {
        let served = served(&shared, conn)?;
        Ok::<_, Error>(Cleared {
            sessions: sessions::remove_expired(conn, now)?,
            keys: idempotency_keys::remove_old(conn, now - TimeDelta::hours(KEY_HOURS))?,
            attempts: login_attempts::remove_old(conn, now - TimeDelta::hours(ATTEMPTS_HOURS))?,
            webhooks: match outbox_pauses::current(conn)? {
                None => webhook_messages::give_up_old(conn, &served, now)?,
                Some(_) => 0,
            },
            uploads: 0,
        })
    })?;
    let uploads = app
        .attachments
        .remove_stale((now - TimeDelta::hours(UPLOAD_HOURS)).into())
        .map_err(Error::Attachments)?;
    Ok(Cleared { uploads, ..cleared })
}

/// The targets of webhooks that somebody sends to.
fn served(app: &App, conn: &mut Connection) -> Result<Vec<String>, StorageError> {
    let mut served = Vec::new();
    for target in &app.settings.webhooks.targets {
        if webhook_stops::of(conn, &target.name)?.is_none() {
            served.push(target.name.clone());
        }
    }
    Ok(served)
}

/// Brings forward what was put off to a time that no pause reaches: the clock was ahead then. Answers how much that was.
pub fn set_right(app: &App) -> Result<usize, Error> {
    let now = app.now();
    app.db.write(move |conn| {
        let mails = outbox::set_right(conn, now + LONGEST_PAUSE, now)?;
        let webhooks = webhook_messages::set_right(conn, now + LONGEST_WEBHOOK_PAUSE, now)?;
        Ok(mails + webhooks + timers::set_right(conn, now + LONGEST_PAUSE)?)
    })
}
