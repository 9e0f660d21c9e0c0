//! A clock of the workflow: a budget with its ledger (`in`), or a date (`at`).

use serde::{Deserialize, Serialize};

use super::reckoning::days_begun;
use super::{Calendar, Cell, Duration, Instant, Ledger};

/// A running deadline.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Clock {
    /// `in`: so much time, which pauses stretch.
    Budget(Ledger),
    /// `at`: a date, which nothing moves.
    Fixed {
        /// When it was set.
        from: Instant,
        /// The deadline.
        at: Instant,
        /// When the work was done.
        stopped: Option<Instant>,
    },
}

impl Clock {
    /// A clock with a budget that starts to run at `at`.
    #[must_use]
    pub fn start(budget: Duration, at: Instant) -> Self {
        Self::Budget(Ledger::start(budget, at))
    }

    /// A clock that ends at `at`.
    #[must_use]
    pub fn fixed(from: Instant, at: Instant) -> Self {
        Self::Fixed {
            from,
            at,
            stopped: None,
        }
    }

    /// Stops counting for now; a date does not move.
    pub fn pause(&mut self, at: Instant) {
        if let Self::Budget(ledger) = self {
            ledger.pause(at);
        }
    }

    /// Counts on.
    pub fn resume(&mut self, at: Instant) {
        match self {
            Self::Budget(ledger) => ledger.resume(at),
            Self::Fixed { stopped, .. } => *stopped = None,
        }
    }

    /// Stops for good: the work is done.
    pub fn stop(&mut self, at: Instant) {
        match self {
            Self::Budget(ledger) => ledger.stop(at),
            Self::Fixed { stopped, .. } => *stopped = stopped.or(Some(at)),
        }
    }

    /// Whether it runs.
    #[must_use]
    pub fn is_running(&self) -> bool {
        match self {
            Self::Budget(ledger) => ledger.is_running(),
            Self::Fixed { stopped, .. } => stopped.is_none(),
        }
    }

    /// When it ends; `None` while it does not run.
    #[must_use]
    pub fn deadline(&self, calendar: &Calendar) -> Option<Instant> {
        match self {
            Self::Budget(ledger) => ledger.deadline(calendar),
            Self::Fixed { at, stopped, .. } => stopped.is_none().then_some(*at),
        }
    }

    /// By how many days it is late, see [`Ledger::late`]; natural days for a date.
    #[must_use]
    pub fn late(&self, calendar: &Calendar, now: Instant) -> i64 {
        match self {
            Self::Budget(ledger) => ledger.late(calendar, now),
            Self::Fixed { at, stopped, .. } => {
                let until = stopped.unwrap_or(now).min(now);
                if until < *at {
                    return 0;
                }
                days_begun(until - *at).max(1)
            }
        }
    }

    /// When `percent` of it is used, see [`Ledger::at_share`].
    #[must_use]
    pub fn at_share(&self, percent: u8, calendar: &Calendar) -> Option<Instant> {
        match self {
            Self::Budget(ledger) => ledger.at_share(percent, calendar),
            Self::Fixed { from, at, stopped } => {
                let share = (*at - *from).num_seconds() * i64::from(percent.min(100)) / 100;
                let then = *from + chrono::TimeDelta::seconds(share);
                (stopped.is_none() && *from <= *at).then_some(then)
            }
        }
    }

    /// When to remind `by` before its end, see [`Ledger::before`].
    #[must_use]
    pub fn before(&self, by: Duration, calendar: &Calendar) -> Option<Instant> {
        match self {
            Self::Budget(ledger) => ledger.before(by, calendar),
            Self::Fixed { from, .. } => {
                let then = calendar.before(self.deadline(calendar)?, by);
                (*from <= then).then_some(then)
            }
        }
    }

    /// When being overdue `by` so much has a consequence, see [`Ledger::after`].
    #[must_use]
    pub fn after(&self, by: Duration, calendar: &Calendar) -> Option<Instant> {
        Some(calendar.after(self.deadline(calendar)?, by))
    }

    /// A cell for each working day, see [`Ledger::day_scale`]; none for a date.
    #[must_use]
    pub fn day_scale(&self, calendar: &Calendar, now: Instant) -> Vec<Cell> {
        match self {
            Self::Budget(ledger) => ledger.day_scale(calendar, now),
            Self::Fixed { .. } => Vec::new(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing::*;
    use super::*;

    #[test]
    fn a_date_is_not_moved_by_a_pause() {
        let calendar = Calendar::cn_gov();
        let mut clock = Clock::fixed(time("2026-10-12 10:00"), time("2026-10-20 10:00"));
        clock.pause(time("2026-10-13 10:00"));

        assert_eq!(clock.deadline(&calendar), Some(time("2026-10-20 10:00")));
        assert_eq!(
            clock.at_share(50, &calendar),
            Some(time("2026-10-16 10:00"))
        );
        assert_eq!(
            clock.before(span("1wd"), &calendar),
            Some(time("2026-10-19 09:00"))
        );
        assert_eq!(
            clock.before(span("30d"), &calendar),
            None,
            "before its start"
        );
    }

    #[test]
    fn a_date_is_late_in_natural_days_until_the_work_is_done() {
        let calendar = Calendar::cn_gov();
        let mut clock = Clock::fixed(time("2026-10-12 10:00"), time("2026-10-20 10:00"));

        assert_eq!(clock.late(&calendar, time("2026-10-20 09:59")), 0);
        assert_eq!(clock.late(&calendar, time("2026-10-22 09:00")), 2);

        clock.stop(time("2026-10-21 09:00"));

        assert_eq!(clock.late(&calendar, time("2026-12-01 10:00")), 1);
        assert_eq!(clock.deadline(&calendar), None);
    }
}
