//! The clock: the one source of «now» for everything that time decides.

use std::sync::{Arc, Mutex, PoisonError};

use chrono::{DurationRound, TimeDelta, Utc};

use crate::calendar::Instant;

/// Tells the time.
pub trait Clock: Send + Sync {
    /// The present instant, in whole microseconds: PostgreSQL keeps no more, and what is stored must equal what was
    /// decided on.
    fn now(&self) -> Instant;
}

/// The machine's clock.
#[derive(Debug, Clone, Copy, Default)]
pub struct SystemClock;

impl Clock for SystemClock {
    fn now(&self) -> Instant {
        to_microseconds(Utc::now())
    }
}

/// A clock that stands still until it is told otherwise. Clones show the same time.
#[derive(Debug, Clone)]
pub struct ManualClock(Arc<Mutex<Instant>>);

impl ManualClock {
    /// A clock that shows `at`.
    #[must_use]
    pub fn new(at: Instant) -> Self {
        Self(Arc::new(Mutex::new(to_microseconds(at))))
    }

    /// Shows `at` from now on.
    pub fn set(&self, at: Instant) {
        self.change(|shown| *shown = to_microseconds(at));
    }

    /// Moves forward by `step`, or back where it is negative.
    pub fn advance(&self, step: TimeDelta) {
        self.change(|shown| *shown = to_microseconds(*shown + step));
    }

    // A clock whose holder panicked still shows a whole instant, so poison means nothing here.
    fn change<T>(&self, change: impl FnOnce(&mut Instant) -> T) -> T {
        change(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

impl Clock for ManualClock {
    fn now(&self) -> Instant {
        self.change(|shown| *shown)
    }
}

/// `at` without its nanoseconds.
#[must_use]
pub fn to_microseconds(at: Instant) -> Instant {
    // Truncation fails only beyond the year 2262, where chrono cannot count nanoseconds; such an instant stays as it is.
    at.duration_trunc(TimeDelta::microseconds(1)).unwrap_or(at)
}

#[cfg(test)]
mod tests {
    use chrono::{TimeZone, Timelike};

    use super::*;

    #[test]
    fn both_clocks_show_whole_microseconds() {
        let odd = Utc.timestamp_nanos(1_700_000_000_123_456_789);
        let manual = ManualClock::new(odd);

        assert_eq!(manual.now().nanosecond(), 123_456_000);
        assert_eq!(SystemClock.now().nanosecond() % 1_000, 0);
    }

    #[test]
    fn a_manual_clock_stands_still_and_its_clones_move_with_it() {
        let clock = ManualClock::new(Utc.timestamp_nanos(0));
        let clone = clock.clone();

        clock.advance(TimeDelta::hours(2));

        assert_eq!(clone.now(), Utc.timestamp_nanos(7_200_000_000_000));
        clone.set(Utc.timestamp_nanos(0));
        assert_eq!(clock.now(), Utc.timestamp_nanos(0));
    }
}
