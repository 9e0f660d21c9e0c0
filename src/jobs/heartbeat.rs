//! A claim that is kept up while its work goes on: short enough that the work of a process that died is soon taken up,
//! renewed for as long as this one lives.

use std::sync::{Arc, Condvar, Mutex, PoisonError};
use std::thread::{self, JoinHandle};
use std::time::Duration;

use chrono::TimeDelta;

use crate::services::{App, queues};

/// How long a claim on mails lasts without a sign of life.
pub(super) const LEASE: TimeDelta = TimeDelta::seconds(30);
/// How often a sign of life is given.
const BEAT: Duration = Duration::from_secs(10);

/// Renews the owner's claim until it is dropped.
pub(super) struct Heartbeat {
    ended: Arc<(Mutex<bool>, Condvar)>,
    beating: Option<JoinHandle<()>>,
}

impl Heartbeat {
    /// Begins to renew the claim of `owner`.
    pub fn start(app: &Arc<App>, owner: &str) -> Self {
        let ended = Arc::new((Mutex::new(false), Condvar::new()));
        let (app, owner, told) = (Arc::clone(app), owner.to_owned(), Arc::clone(&ended));
        let beating = thread::spawn(move || {
            while !waited(&told) {
                let until = app.now() + LEASE;
                if let Err(error) = queues::renew_mails(&app, &owner, until) {
                    // The claim ends by itself when this goes on, and settling finds that out.
                    tracing::warn!(%error, "a claim on mails could not be renewed");
                }
            }
        });
        Self {
            ended,
            beating: Some(beating),
        }
    }
}

/// Waits for the next beat; true when the work has ended.
fn waited((ended, rung): &(Mutex<bool>, Condvar)) -> bool {
    let guard = ended.lock().unwrap_or_else(PoisonError::into_inner);
    let (guard, _) = rung
        .wait_timeout_while(guard, BEAT, |ended| !*ended)
        .unwrap_or_else(PoisonError::into_inner);
    *guard
}

impl Drop for Heartbeat {
    fn drop(&mut self) {
        *self.ended.0.lock().unwrap_or_else(PoisonError::into_inner) = true;
        self.ended.1.notify_all();
        if let Some(beating) = self.beating.take()
            && beating.join().is_err()
        {
            tracing::error!("the renewal of a claim broke off");
        }
    }
}
