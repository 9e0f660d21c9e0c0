//! Threads that look for work again and again until they are told to stop.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use super::kind;
use crate::services::Error;

/// A failing worker pauses for this long, so that it does not fill the log.
const AFTER_FAILURE: Duration = Duration::from_secs(5);
/// How long stopping waits for what is under way.
const STOP: Duration = Duration::from_secs(25);

/// The workers of this process. Dropping it tells them to stop; [`Running::stop`] waits for them as well.
pub struct Running {
    signal: Arc<Signal>,
    threads: Vec<JoinHandle<()>>,
}

/// What the workers wait for between two looks.
#[derive(Default)]
pub(super) struct Signal {
    state: Mutex<State>,
    changed: Condvar,
}

#[derive(Default)]
struct State {
    stopping: bool,
    woken: u64,
}

impl Running {
    pub(super) fn new() -> Self {
        Self {
            signal: Arc::default(),
            threads: Vec::new(),
        }
    }

    /// Starts a worker. It looks again at once while there is more to do, and otherwise after a pause.
    pub(super) fn worker(
        &mut self,
        name: &str,
        pause: Duration,
        mut look: impl FnMut(&Signal) -> Result<bool, Error> + Send + 'static,
    ) -> Result<(), Error> {
        let signal = Arc::clone(&self.signal);
        let worker = name.to_owned();
        let work = move || {
            while !signal.is_stopping() {
                let seen = signal.state().woken;
                // A panic must not end the worker: the next piece of work has nothing to do with it.
                match catch_unwind(AssertUnwindSafe(|| look(&signal))) {
                    Ok(Ok(true)) => {}
                    Ok(Ok(false)) => signal.wait(pause, seen),
                    Ok(Err(error)) => {
                        tracing::error!(worker, fault = kind(&error), "a worker failed");
                        signal.wait(AFTER_FAILURE.min(pause.max(Duration::from_secs(1))), seen);
                    }
                    Err(_) => {
                        tracing::error!(worker, fault = "panic", "a worker failed");
                        signal.wait(AFTER_FAILURE, seen);
                    }
                }
            }
        };
        let thread = thread::Builder::new()
            .name(name.to_owned())
            .spawn(work)
            .map_err(|error| {
                Error::Fault(format!("the worker `{name}` does not start: {error}"))
            })?;
        self.threads.push(thread);
        Ok(())
    }

    /// Lets the workers look at once instead of after their pause.
    pub fn wake(&self) {
        self.signal.state().woken += 1;
        self.signal.changed.notify_all();
    }

    /// Tells the workers to stop and waits for what is under way; what does not end in time is left to its lease.
    pub fn stop(mut self) {
        self.signal.stop();
        let until = Instant::now() + STOP;
        for thread in std::mem::take(&mut self.threads) {
            while !thread.is_finished() && Instant::now() < until {
                thread::sleep(Duration::from_millis(10));
            }
            if !thread.is_finished() {
                tracing::warn!(
                    "a worker did not end in time; its work is done again when its lease ends"
                );
            } else if thread.join().is_err() {
                tracing::error!("a worker had ended with a panic");
            }
        }
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        self.signal.stop();
    }
}

impl Signal {
    /// Whether the workers are to stop.
    pub(super) fn is_stopping(&self) -> bool {
        self.state().stopping
    }

    fn stop(&self) {
        self.state().stopping = true;
        self.changed.notify_all();
    }

    /// Waits for the pause, a wake-up since `seen`, or the end.
    fn wait(&self, pause: Duration, seen: u64) {
        let state = self.state();
        // Waking up for no reason only means to look once more.
        drop(
            self.changed
                .wait_timeout_while(state, pause, |state| !state.stopping && state.woken == seen),
        );
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use std::sync::mpsc;

    use super::*;

    const LONG: Duration = Duration::from_secs(60);

    #[test]
    fn a_worker_looks_when_it_is_woken_and_ends_when_it_is_stopped() {
        let (looked, looks) = mpsc::channel();
        let mut running = Running::new();
        running
            .worker("test", LONG, move |_| {
                looked.send(()).ok();
                Ok(false)
            })
            .expect("starts");
        looks.recv_timeout(LONG).expect("looks at first");

        running.wake();
        looks.recv_timeout(LONG).expect("looks again");

        running.stop();
        assert!(looks.recv().is_err(), "no worker is left to look");
    }

    #[test]
    fn a_worker_outlives_a_panic_and_a_failure() {
        let (looked, looks) = mpsc::channel();
        let mut running = Running::new();
        let mut count = 0;
        running
            .worker("test", Duration::from_millis(1), move |_| {
                count += 1;
                looked.send(count).ok();
                match count {
                    1 => panic!("for the test"),
                    2 => Err(Error::NotFound),
                    _ => Ok(false),
                }
            })
            .expect("starts");

        while looks.recv_timeout(LONG).expect("goes on") < 3 {
            running.wake();
        }
        running.stop();
    }
}
