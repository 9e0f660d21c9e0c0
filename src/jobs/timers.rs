//! Timers that have come due: claimed with a lease, oldest first; each acts in its own transaction.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;

use chrono::TimeDelta;
use ulid::Ulid;

use super::claims::settled;
use super::kind;
use crate::calendar::Instant;
use crate::notify::backoff;
use crate::services::queues::{self, MOST_TRIES};
use crate::services::{App, Error};
use crate::storage::timers::Timer;
use crate::storage::{Lease, StorageError};

/// Timers that are claimed together.
const BATCH: u32 = 20;
/// What a process that was killed had claimed comes up again after this.
const LEASE: TimeDelta = TimeDelta::seconds(30);
/// No timer is begun with less than this left of the lease.
const LONGEST: TimeDelta = TimeDelta::seconds(10);

/// When the database could not be used, a timer is tried again after this.
const SOON: TimeDelta = TimeDelta::seconds(10);

/// What a due timer does: [`cases::tick`](crate::services::cases::tick).
pub type Act<'a> = dyn Fn(&Arc<App>, i64, &Lease) -> Result<bool, Error> + 'a;

/// Claims what is due and lets it act. Answers whether there may be more.
pub fn pass(app: &Arc<App>, act: &Act<'_>) -> Result<bool, Error> {
    let lease = Lease {
        owner: Ulid::new().to_string(),
        until: app.now() + LEASE,
    };
    let due = queues::claim_timers(app, &lease, BATCH)?;
    for timer in &due {
        if lease.until < app.now() + LONGEST {
            put_back(app, &lease, timer, timer.available_at)?;
        } else {
            fire(app, act, &lease, timer)?;
        }
    }
    Ok(!due.is_empty())
}

fn fire(app: &Arc<App>, act: &Act<'_>, lease: &Lease, timer: &Timer) -> Result<(), Error> {
    let case = timer.case_id;
    let (fault, words) = match catch_unwind(AssertUnwindSafe(|| act(app, case, lease))) {
        Ok(Ok(_)) => return Ok(()),
        // Set anew by somebody's action, or claimed by another server: theirs now.
        Ok(Err(Error::Stale)) => return Ok(()),
        // No fault of the timer's, so it is not counted against it.
        Ok(Err(Error::Storage(StorageError::Unavailable(cause)))) => {
            tracing::warn!(case, %cause, "a timer waits for the database");
            return put_back(app, lease, timer, app.now() + SOON);
        }
        Ok(Err(error)) => (kind(&error), error.to_string()),
        Err(_) => ("panic", "panic".to_owned()),
    };
    let attempts = timer.attempts.saturating_add(1);
    let retry_at = app.now()
        + TimeDelta::from_std(backoff::delay(attempts, case.unsigned_abs()))
            .unwrap_or(TimeDelta::minutes(1));
    if attempts < MOST_TRIES {
        tracing::warn!(case, attempts, fault, "a timer failed");
    } else {
        tracing::error!(
            case,
            attempts,
            fault,
            "a timer failed too often and is left to an administrator"
        );
    }
    // One that is another's by now is none of ours.
    settled(|| queues::release_timer(app, lease, timer, retry_at, &words)).map(drop)
}

/// As if it had not been claimed.
fn put_back(app: &App, lease: &Lease, timer: &Timer, at: Instant) -> Result<(), Error> {
    settled(|| queues::put_timer_back(app, lease, timer, at)).map(drop)
}
