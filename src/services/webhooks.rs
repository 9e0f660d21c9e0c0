//! What other programs are told of registers: written with the change, brought by workers, looked after by administrators.

use std::sync::Arc;

use serde_json::{Map, Value};
use ulid::Ulid;

use super::cases::Running;
use super::mail::{self, Beside};
use super::{App, Error, Viewer};
use crate::calendar::{Instant, day_of};
use crate::engine::{Context, Decision, Entry};
use crate::notify::backoff::GIVEN_UP_AFTER;
use crate::notify::webhook::Change;
use crate::storage::resendings::{self, Queue, Resending};
use crate::storage::webhook_messages::{self as messages, NewMessage, StoredMessage};
use crate::storage::{
    Connection, Lease, Page, outbox_pauses, register_entries, webhook_stops as stops,
};

/// Later changes of an entry wait for an earlier one until it was tried so often in vain: a suspension must not wait for
/// days behind something that the target does not take.
const PATIENCE: u32 = 3;
/// Messages on the administrators' page that wait for another try.
const LATE: usize = 50;

/// What became of a message that was claimed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum End {
    /// The target has taken it.
    Sent,
    /// It is tried again then, because of this.
    Retry(Instant, Option<String>),
    /// It is given up, because of this.
    Failed(String),
    /// The target wants to be told no more; the message waits until an administrator has looked.
    Gone,
}

/// Writes down, for each target of the entry's register, that it is to be told; nothing, when nothing has changed of what
/// it would be told. `entry` is the key in the case and in the table.
pub(super) fn tell(
    app: &App,
    conn: &mut Connection,
    running: &Running,
    decision: &Decision,
    context: &Context<'_>,
    (key, id): (&str, i64),
) -> Result<(), Error> {
    let case = &decision.case;
    let Some(entry) = case.entries.get(key) else {
        return Ok(());
    };
    let targets = app.settings.webhooks.targets.iter();
    let mut targets = targets
        .filter(|target| target.registers.contains(&entry.register))
        .peekable();
    if targets.peek().is_none() {
        return Ok(());
    }
    let registers = app.registers(conn)?;
    let tells = registers
        .get(&entry.register)
        .map_or_else(Vec::new, |register| register.tells.clone());
    let told = |entry: &Entry| told(entry, &tells);
    let before = running.case.entries.get(key);
    let same = |before: &Entry| before.status == entry.status && told(before) == told(entry);
    if before.is_some_and(same) {
        return Ok(());
    }
    let change = Change {
        ulid: Ulid::new(),
        register: &entry.register,
        entry: register_entries::ulid(conn, id)?,
        case: running.ulid,
        number: case.number.as_deref(),
        department: &case.department.0,
        status: entry.status.as_deref(),
        previous: before.and_then(|before| before.status.as_deref()),
        // Every command makes a new revision of its case, and an entry belongs to one case.
        sequence: case.revision,
        values: told(entry),
        at: context.now,
    };
    for target in targets {
        let message = NewMessage {
            ulid: change.ulid,
            target: target.name.clone(),
            register: entry.register.clone(),
            entry_id: id,
            sequence: change.sequence,
            body: change.event(&app.settings.base_url),
            at: context.now,
            deliver_until: context.now + GIVEN_UP_AFTER,
        };
        messages::enqueue(conn, &message)?;
    }
    Ok(())
}

/// What is told of an entry: the fields that its register names.
fn told(entry: &Entry, tells: &[String]) -> Map<String, Value> {
    tells
        .iter()
        .filter_map(|field| Some((field.clone(), entry.values.get(field)?.clone())))
        .collect()
}

/// Claims messages that a target may be told now; none while it is stopped or the outbox is paused.
pub fn claim(
    app: &App,
    target: &str,
    lease: &Lease,
    limit: u32,
) -> Result<Vec<StoredMessage>, Error> {
    let (target, lease, now) = (target.to_owned(), lease.clone(), app.now());
    app.db.write(move |conn| {
        if stops::of(conn, &target)?.is_some() || outbox_pauses::current(conn)?.is_some() {
            return Ok(Vec::new());
        }
        Ok(messages::claim(
            conn, &target, &lease, now, PATIENCE, limit,
        )?)
    })
}

/// Keeps the claimed messages that are not settled yet for longer.
pub fn extend(app: &App, target: &str, lease: &Lease) -> Result<(), Error> {
    let (target, lease) = (target.to_owned(), lease.clone());
    app.db
        .write(move |conn| Ok(messages::extend(conn, &target, &lease)?))
}

/// Whether a claimed message is still there to be sent: a process that stood still may have lost it to another.
pub fn holds(app: &App, lease: &Lease, id: i64) -> Result<bool, Error> {
    let now = app.now();
    app.db
        .read(|conn| Ok(messages::is_held(conn, id, &lease.owner, now)?))
}

/// Settles a claimed message. [`Error::Stale`] when it is not this lease's any more.
pub fn settle(
    app: &Arc<App>,
    lease: &Lease,
    message: &StoredMessage,
    end: &End,
) -> Result<(), Error> {
    let (id, target) = (message.id, message.target.clone());
    let (owner, end, now) = (lease.owner.clone(), end.clone(), app.now());
    let shared = Arc::clone(app);
    app.db.write(move |conn| {
        match end {
            End::Sent => messages::sent(conn, id, &owner, now),
            End::Retry(at, why) => messages::retry(conn, id, &owner, at, why.as_deref()),
            End::Failed(why) => messages::failed(conn, id, &owner, &why),
            End::Gone => {
                if stops::of(conn, &target)?.is_none() {
                    stops::stop(conn, &target, now)?;
                    tell_administrators(&shared, conn, &target)?;
                }
                messages::retry(conn, id, &owner, now, Some("status 410"))
            }
        }?;
        Ok(())
    })
}

/// Only they can say that it is to be told again.
fn tell_administrators(app: &App, conn: &mut Connection, target: &str) -> Result<(), Error> {
    let (directory, today) = (app.directory(conn)?, day_of(app.now()));
    let people = directory.people.values().filter(|person| person.active);
    for person in people {
        let posts = directory.posts_of(person.id, today);
        if posts.iter().any(|post| post.role.0 == "sysadmin") {
            mail::tell(
                app,
                conn,
                person.id,
                &Beside::WebhookGone(target.to_owned()),
            )?;
        }
    }
    Ok(())
}

/// The target is back: what waited for it may go out now. Answers how much that is.
pub fn bring_forward(app: &App, target: &str) -> Result<usize, Error> {
    let (target, now) = (target.to_owned(), app.now());
    app.db
        .write(move |conn| Ok(messages::bring_forward(conn, &target, now)?))
}

/// A target of the settings that is to be told of a register that there is not, with that register's name.
///
/// # Errors
/// The database's own failure.
pub fn unknown_register(app: &App) -> Result<Option<(String, String)>, Error> {
    let targets = &app.settings.webhooks.targets;
    if targets.is_empty() {
        return Ok(None);
    }
    let known = app.registers_now()?;
    let named = targets.iter().flat_map(|target| {
        let registers = target.registers.iter();
        registers.map(move |register| (&target.name, register))
    });
    let mut unknown = named.filter(|(_, register)| !known.contains_key(*register));
    Ok(unknown
        .next()
        .map(|(target, register)| (target.clone(), register.clone())))
}

/// How the targets stand, and what they could not be told.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Overview {
    /// Every target of the settings.
    pub targets: Vec<Target>,
    /// What was given up, newest first.
    pub failed: Page<StoredMessage, i64>,
    /// What waits for another try, newest first.
    pub late: Vec<StoredMessage>,
}

/// How a target stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Target {
    /// Its name.
    pub name: String,
    /// Its host.
    pub host: String,
    /// The registers of which it is told.
    pub registers: Vec<String>,
    /// How much waits for it.
    pub waiting: i64,
    /// Since when it wants to be told no more.
    pub stopped: Option<Instant>,
}

/// Looks at the targets, for system administrators.
pub fn overview(
    app: &App,
    viewer: &Viewer,
    before: Option<i64>,
    limit: usize,
) -> Result<Overview, Error> {
    viewer.must_administer()?;
    app.db.read(|conn| {
        let targets = app.settings.webhooks.targets.iter().map(|target| {
            Ok(Target {
                name: target.name.clone(),
                host: target.url.host_str().unwrap_or_default().to_owned(),
                registers: target.registers.clone(),
                waiting: messages::waiting_for(conn, &target.name)?,
                stopped: stops::of(conn, &target.name)?,
            })
        });
        Ok(Overview {
            targets: targets.collect::<Result<_, Error>>()?,
            failed: messages::given_up(conn, before, limit)?,
            late: messages::late(conn, LATE)?,
        })
    })
}

/// Lets a message be sent now that was given up or waits.
pub fn resend(app: &App, viewer: &Viewer, id: i64) -> Result<(), Error> {
    viewer.must_administer()?;
    let (now, by) = (app.now(), viewer.person.id);
    app.db.write(move |conn| {
        let again = Resending {
            queue: Queue::Webhook,
            message: messages::resend(conn, id, now, now + GIVEN_UP_AFTER)?,
            person_id: by,
            at: now,
        };
        Ok::<_, Error>(resendings::add(conn, &again)?)
    })?;
    tracing::info!(
        message = id,
        by = viewer.person.id.0,
        "a webhook is sent again"
    );
    Ok(())
}

/// Lets a target be told again that wanted no more.
pub fn resume(app: &App, viewer: &Viewer, target: &str) -> Result<(), Error> {
    viewer.must_administer()?;
    let known = &app.settings.webhooks.targets;
    if !known.iter().any(|known| known.name == target) {
        return Err(Error::NotFound);
    }
    let (name, now) = (target.to_owned(), app.now());
    app.db.write(move |conn| {
        stops::resume(conn, &name)?;
        messages::bring_forward(conn, &name, now)?;
        Ok::<_, Error>(())
    })?;
    tracing::info!(
        target_name = target,
        by = viewer.person.id.0,
        "a webhook's target is told again"
    );
    Ok(())
}
