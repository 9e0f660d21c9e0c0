//! How the server is: whether it can work, and how much is waiting.

use std::sync::Arc;

use super::{App, Error};
use crate::storage::connection::{PoolState, SchemaState};
use crate::storage::outbox::OutboxCounts;
use crate::storage::{outbox, timers, webhook_messages, webhook_stops};

/// Whether the database is there and has the tables that this program knows.
pub fn schema(app: &Arc<App>) -> Result<SchemaState, Error> {
    Ok(app.db.schema_state()?)
}

/// How much is waiting.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Load {
    /// Messages that have not gone out.
    pub outbox: OutboxCounts,
    /// Changes that other programs have not been told.
    pub webhooks: OutboxCounts,
    /// Programs that want to be told no more.
    pub webhooks_stopped: i64,
    /// Cases of which something is to come.
    pub timers: i64,
    /// Connections to the database.
    pub pool: PoolState,
}

/// Counts what is waiting.
pub fn load(app: &Arc<App>) -> Result<Load, Error> {
    let pool = app.db.pool_state();
    app.db.read(|conn| {
        Ok(Load {
            outbox: outbox::counts(conn)?,
            webhooks: webhook_messages::counts(conn)?,
            webhooks_stopped: webhook_stops::count(conn)?,
            timers: timers::count(conn)?,
            pool,
        })
    })
}
