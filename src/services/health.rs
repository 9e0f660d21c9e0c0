//! How the server is: whether it can work, and how much is waiting.

use std::sync::Arc;

use super::queues::MOST_TRIES;
use super::{App, Error};
use crate::calendar::Instant;
use crate::storage::connection::{PoolState, SchemaState};
use crate::storage::outbox::OutboxCounts;
use crate::storage::{
    checkpoints, log, outbox, outbox_pauses, timers, webhook_messages, webhook_stops,
};

/// Whether the database is there and has the tables that this program knows.
pub fn schema(app: &Arc<App>) -> Result<SchemaState, Error> {
    Ok(app.db.schema_state()?)
}

/// How much is waiting.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Load {
    /// Messages that have not gone out.
    pub outbox: OutboxCounts,
    /// Changes that other programs have not been told.
    pub webhooks: OutboxCounts,
    /// Programs that want to be told no more.
    pub webhooks_stopped: i64,
    /// Timers that are due.
    pub timers_due: i64,
    /// Timers that were tried in vain too often.
    pub timers_stuck: i64,
    /// How long the longest waiting mail could have gone out, in seconds.
    pub oldest_mail: i64,
    /// How long ago the longest waiting change happened that a program has not been told, in seconds.
    pub oldest_webhook: i64,
    /// How long the longest waiting timer is overdue, in seconds.
    pub oldest_timer: i64,
    /// Whether nothing leaves since a restore.
    pub paused: bool,
    /// Events that have no place in the log yet.
    pub log_lag: i64,
    /// How long ago the latest checkpoint was made, in seconds; `None` before the first.
    pub checkpoint_age: Option<i64>,
    /// Checkpoints that are not written outside the database yet.
    pub checkpoints_to_anchor: i64,
    /// Connections to the database.
    pub pool: PoolState,
}

/// Counts what is waiting.
pub fn load(app: &Arc<App>) -> Result<Load, Error> {
    let (pool, now) = (app.db.pool_state(), app.now());
    let age = |since: Option<Instant>| since.map_or(0, |at| (now - at).num_seconds().max(0));
    app.db.read(|conn| {
        Ok(Load {
            outbox: outbox::counts(conn)?,
            webhooks: webhook_messages::counts(conn)?,
            webhooks_stopped: webhook_stops::count(conn)?,
            timers_due: timers::due_count(conn, now)?,
            timers_stuck: timers::stuck_count(conn, MOST_TRIES, now)?,
            oldest_mail: age(outbox::longest_waiting(conn)?),
            oldest_webhook: age(webhook_messages::longest_waiting(conn)?),
            oldest_timer: age(timers::longest_waiting(conn, MOST_TRIES)?),
            paused: outbox_pauses::current(conn)?.is_some(),
            log_lag: log::lag(conn)?,
            checkpoint_age: checkpoints::last(conn)?.map(|last| age(Some(last.at))),
            checkpoints_to_anchor: checkpoints::unanchored(conn)?,
            pool,
        })
    })
}
