//! Rows that a worker has claimed: kept while it lives, and settled even while the database is away for a moment.

use std::sync::atomic::{AtomicBool, AtomicI64, Ordering};
use std::sync::mpsc;
use std::thread;
use std::time::Duration;

use chrono::TimeDelta;
use ulid::Ulid;

use super::kind;
use crate::calendar::Instant;
use crate::services::{App, Error};
use crate::storage::{Lease, StorageError};

/// What a process that was killed had claimed is free after this; a process that lives keeps its claim.
const LEASE: TimeDelta = TimeDelta::seconds(30);
/// How often it does so.
const EXTENDED_EVERY: Duration = Duration::from_secs(8);
/// How often settling is tried while the database cannot be used: what left must not leave again.
const SETTLING: u32 = 6;

/// What waits for the other side is let go at most this often, in seconds: one piece that always times out must not do it
/// each time.
const LET_GO_SECONDS: i64 = 600;

/// Whether the other side is out of reach, for everything that is to go there.
pub(super) struct Outage {
    seen: AtomicBool,
    /// When what waited was last let go, in seconds.
    let_go: AtomicI64,
}

impl Outage {
    /// There may have been one before this process began.
    pub(super) fn new() -> Self {
        Self {
            seen: AtomicBool::new(true),
            let_go: AtomicI64::new(i64::MIN),
        }
    }

    /// Notes how a batch went: whether it met an outage, and whether anything was taken. Answers whether an outage is over,
    /// so that what waits for its end may go.
    pub(super) fn is_over(&self, now: Instant, met: bool, taken: bool) -> bool {
        let now = now.timestamp();
        let lately = now.saturating_sub(self.let_go.load(Ordering::Relaxed)) < LET_GO_SECONDS;
        if met {
            self.seen.store(true, Ordering::Relaxed);
            return false;
        }
        let over = taken && !lately && self.seen.swap(false, Ordering::Relaxed);
        if over {
            self.let_go.store(now, Ordering::Relaxed);
        }
        over
    }
}

/// A claim of its own.
pub(super) fn lease(app: &App) -> Lease {
    Lease {
        owner: Ulid::new().to_string(),
        until: app.now() + LEASE,
    }
}

/// Works while the claim is kept: one slow piece of work may take minutes.
pub(super) fn kept<R>(
    app: &App,
    lease: &Lease,
    extend: &(dyn Fn(&Lease) -> Result<(), Error> + Sync),
    work: impl FnOnce() -> R,
) -> Result<R, Error> {
    let (finished, end) = mpsc::channel::<()>();
    let keep = move || {
        while end.recv_timeout(EXTENDED_EVERY) == Err(mpsc::RecvTimeoutError::Timeout) {
            let longer = Lease {
                owner: lease.owner.clone(),
                until: app.now() + LEASE,
            };
            if let Err(error) = extend(&longer) {
                // The next try may succeed; nothing is begun whose claim has ended.
                tracing::warn!(fault = kind(&error), "a claim could not be kept");
            }
        }
    };
    thread::scope(|scope| {
        thread::Builder::new()
            .name("lease".into())
            .spawn_scoped(scope, keep)
            .map_err(|error| Error::Fault(format!("no thread: {error}")))?;
        let worked = work();
        // The other thread ends with this.
        drop(finished);
        Ok(worked)
    })
}

/// Settles a claimed row. Answers whether it was still ours.
pub(super) fn settled(settle: impl Fn() -> Result<(), Error>) -> Result<bool, Error> {
    let mut pause = Duration::from_millis(100);
    for left in (0..SETTLING).rev() {
        match settle() {
            Ok(()) => break,
            // Cancelled while it was under way, or another's by now.
            Err(Error::Stale) => return Ok(false),
            Err(Error::Storage(StorageError::Unavailable(_))) if 0 < left => {
                thread::sleep(pause);
                pause *= 2;
            }
            Err(error) => return Err(error),
        }
    }
    Ok(true)
}
