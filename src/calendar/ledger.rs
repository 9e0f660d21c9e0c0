//! A clock as a ledger: a budget and the intervals in which it ran.

use chrono::{NaiveDate, TimeDelta};
use serde::{Deserialize, Serialize};

use super::reckoning::{
    day_before, days_begun, exact, hours, later, months_later, whole_days_between,
};
use super::{Calendar, Duration, Instant, Unit, day_of, end_of, last_day};

/// One stretch in which a clock ran.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Interval {
    /// When it began to run.
    pub from: Instant,
    /// When it was paused or stopped; `None` while it runs.
    pub until: Option<Instant>,
}

/// A budget and its running intervals, oldest first.
///
/// Working days count as rule 14 of the language says: receipt is day 0 (on a non-working day, the next working day
/// is), and a day counts if the clock ran through all of it, which the day of a start, pause or resumption is not.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Ledger {
    /// The budget, extensions included.
    pub budget: Duration,
    /// When it ran.
    pub intervals: Vec<Interval>,
}

/// A budget can be extended in its own unit only.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("{budget} 的期限不能延长 {by}：单位要相同")]
pub struct UnitMismatch {
    /// What there is.
    pub budget: Duration,
    /// What was to be added.
    pub by: Duration,
}

impl Ledger {
    /// A clock that starts to run at `at`, which may lie in the past.
    #[must_use]
    pub fn start(budget: Duration, at: Instant) -> Self {
        let first = Interval {
            from: at,
            until: None,
        };
        Self {
            budget,
            intervals: vec![first],
        }
    }

    /// Stops counting for now. A clock that does not run stays as it is.
    pub fn pause(&mut self, at: Instant) {
        if let Some(last) = self.intervals.last_mut()
            && last.until.is_none()
        {
            last.until = Some(at.max(last.from));
        }
    }

    /// Counts on. A running clock stays as it is; a pause of no length is none.
    pub fn resume(&mut self, at: Instant) {
        let paused = self.intervals.last().and_then(|last| last.until);
        if let Some(last) = self.intervals.last_mut()
            && last.until.is_none_or(|until| until == at)
        {
            last.until = None;
            return;
        }
        self.intervals.push(Interval {
            from: paused.map_or(at, |paused| at.max(paused)),
            until: None,
        });
    }

    /// Stops for good: the work is done. [`late`](Self::late) keeps what it was then.
    pub fn stop(&mut self, at: Instant) {
        self.pause(at);
    }

    /// Adds to the budget, in its own unit.
    pub fn extend(&mut self, by: Duration) -> Result<(), UnitMismatch> {
        if by.unit != self.budget.unit {
            let budget = self.budget;
            return Err(UnitMismatch { budget, by });
        }
        self.budget.count = self.budget.count.saturating_add(by.count);
        Ok(())
    }

    /// Whether it runs.
    #[must_use]
    pub fn is_running(&self) -> bool {
        self.intervals
            .last()
            .is_some_and(|last| last.until.is_none())
    }

    /// When the budget is used up if nothing stops the clock; `None` while it does not run.
    #[must_use]
    pub fn deadline(&self, calendar: &Calendar) -> Option<Instant> {
        self.ran_out(calendar).filter(|_| self.is_running())
    }

    /// When the budget was or will be used up, also for a clock that was paused or stopped after that; `None` if it
    /// does not run and has something left.
    #[must_use]
    pub fn ran_out(&self, calendar: &Calendar) -> Option<Instant> {
        match self.budget.unit {
            Unit::Wd if self.budget.count == 0 => Some(end_of(self.day_zero(calendar)?)),
            Unit::Wd => self
                .nth_counted_day(calendar, self.budget.count)
                .map(end_of),
            Unit::Wh => self.after_worked(calendar, hours(self.budget)),
            _ => self.after_running(self.length()?),
        }
    }

    /// What was used of the budget by `now`, in its unit, whole ones only.
    #[must_use]
    pub fn used(&self, calendar: &Calendar, now: Instant) -> Duration {
        let unit = self.budget.unit;
        let ran = || -> TimeDelta { self.stretches(now).map(|(from, until)| until - from).sum() };
        let count = match unit {
            Unit::Wd => self.counted_days(calendar, now),
            Unit::Wh => self
                .stretches(now)
                .map(|(from, until)| calendar.worked(from, until))
                .sum::<TimeDelta>()
                .num_hours()
                .try_into()
                .unwrap_or(u32::MAX),
            Unit::D => ran().num_days().try_into().unwrap_or(u32::MAX),
            Unit::H => ran().num_hours().try_into().unwrap_or(u32::MAX),
            Unit::Min => ran().num_minutes().try_into().unwrap_or(u32::MAX),
            Unit::Mo | Unit::Y => self.months_in(ran()),
        };
        Duration { count, unit }
    }

    /// What is left of the budget at `now`, in its unit, a begun one counting in full; nothing once it has run out.
    #[must_use]
    pub fn left(&self, calendar: &Calendar, now: Instant) -> Duration {
        let used = self.used(calendar, now).count;
        let count = self.budget.count.saturating_sub(used);
        Duration::new(count, self.budget.unit)
    }

    /// By how many days it is late at `now`: 0 while in time, else at least 1. Working days begun since the end for
    /// `wd` and `wh`, days of 24 hours begun for the others. What passes while the clock stands still does not count.
    #[must_use]
    pub fn late(&self, calendar: &Calendar, now: Instant) -> i64 {
        let Some(end) = self.ran_out(calendar) else {
            return 0;
        };
        let over: Vec<_> = self
            .stretches(now)
            .filter(|(_, until)| end <= *until)
            .map(|(from, until)| (from.max(end), until))
            .collect();
        if over.is_empty() {
            return 0;
        }
        let days = if self.budget.unit.is_working_time() {
            days_touched(calendar, last_day(end), &over)
        } else {
            days_begun(over.iter().map(|(from, until)| *until - *from).sum())
        };
        days.max(1)
    }

    /// When `percent` of the budget is used, for a running clock. Working days and hours are shared out over office
    /// hours, so that half of `10wd` is 09:00 of the sixth day and half of `1wd` is 14:00 of the only one.
    #[must_use]
    pub fn at_share(&self, percent: u8, calendar: &Calendar) -> Option<Instant> {
        let deadline = self.deadline(calendar)?;
        if 100 <= percent || self.budget.count == 0 {
            return Some(deadline);
        }
        match self.budget.unit {
            Unit::Wd => {
                // Hundredths of a day: a day of 24 or of 7 hours divides by them without a rest.
                let hundredths = u64::from(self.budget.count) * u64::from(percent);
                let day = u32::try_from(hundredths / 100 + 1).unwrap_or(u32::MAX);
                let done =
                    calendar.day_length() / 100 * i32::try_from(hundredths % 100).unwrap_or(0);
                let day = self.nth_counted_day(calendar, day)?;
                Some(calendar.reach_open(day, done))
            }
            Unit::Wh => self.after_worked(calendar, share(hours(self.budget), percent)),
            _ => self.after_running(share(self.length()?, percent)),
        }
    }

    /// When to remind `by` before the deadline, see [`Calendar::before`]; `None` while the clock does not run, and
    /// where that lies outside the budget (rule 17).
    #[must_use]
    pub fn before(&self, by: Duration, calendar: &Calendar) -> Option<Instant> {
        if by.unit == self.budget.unit && self.budget.count < by.count {
            return None;
        }
        let then = calendar.before(self.deadline(calendar)?, by);
        let started = self.intervals.first()?.from;
        (started <= then).then_some(then)
    }

    /// When being overdue `by` so much has a consequence, see [`Calendar::after`]; `None` while it does not run.
    #[must_use]
    pub fn after(&self, by: Duration, calendar: &Calendar) -> Option<Instant> {
        Some(calendar.after(self.deadline(calendar)?, by))
    }

    /// Day 0: when it was received, or the next working day.
    pub(super) fn day_zero(&self, calendar: &Calendar) -> Option<NaiveDate> {
        let first = self.intervals.first()?;
        Some(calendar.working_day_from(day_of(first.from)))
    }

    /// The working days that count by `now`.
    pub(super) fn counted_days(&self, calendar: &Calendar, now: Instant) -> u32 {
        let Some(zero) = self.day_zero(calendar) else {
            return 0;
        };
        self.stretches(now)
            .map(|(from, until)| whole_days_between(calendar, day_of(from).max(zero), until))
            .sum()
    }

    /// The day on which the `n`-th working day counts, which is 1 or more.
    fn nth_counted_day(&self, calendar: &Calendar, n: u32) -> Option<NaiveDate> {
        let zero = self.day_zero(calendar)?;
        let mut left = n;
        for interval in &self.intervals {
            let from = day_of(interval.from).max(zero);
            let Some(until) = interval.until else {
                return Some(calendar.nth_after(from, left));
            };
            let counted = whole_days_between(calendar, from, until);
            if left <= counted {
                return Some(calendar.nth_after(from, left));
            }
            left -= counted;
        }
        None
    }

    /// When it has run for `amount` of working time.
    fn after_worked(&self, calendar: &Calendar, amount: TimeDelta) -> Option<Instant> {
        let mut left = amount;
        for interval in &self.intervals {
            let worked = interval
                .until
                .map(|end| calendar.worked(interval.from, end));
            match worked {
                Some(worked) if worked < left => left -= worked,
                _ => return Some(calendar.after_work(interval.from, left)),
            }
        }
        None
    }

    /// When it has run for `amount` on the wall clock.
    fn after_running(&self, amount: TimeDelta) -> Option<Instant> {
        let mut left = amount;
        for interval in &self.intervals {
            let ran = interval.until.map(|until| until - interval.from);
            match ran {
                Some(ran) if ran < left => left -= ran,
                _ => return Some(later(interval.from, left)),
            }
        }
        None
    }

    /// The budget on the wall clock. Months are measured from the start, so that a pause moves the end by its length.
    fn length(&self) -> Option<TimeDelta> {
        match self.budget.unit {
            Unit::Mo | Unit::Y => {
                let first = self.intervals.first()?.from;
                Some(months_later(first, self.budget) - first)
            }
            _ => Some(exact(self.budget)),
        }
    }

    /// How many whole months or years of the budget's kind fit into `ran`.
    fn months_in(&self, ran: TimeDelta) -> u32 {
        let Some(first) = self.intervals.first() else {
            return 0;
        };
        let unit = self.budget.unit;
        let over = |count| ran < months_later(first.from, Duration::new(count, unit)) - first.from;
        (1..=unit.most())
            .find(|count| over(*count))
            .map_or(unit.most(), |count| count - 1)
    }

    /// The stretches in which it ran, as far as `now`.
    fn stretches(&self, now: Instant) -> impl Iterator<Item = (Instant, Instant)> {
        self.intervals
            .iter()
            .map(move |interval| {
                (
                    interval.from,
                    interval.until.map_or(now, |end| end.min(now)),
                )
            })
            .filter(|(from, until)| from <= until)
    }
}

/// The working days after `last` that one of the stretches touches.
fn days_touched(calendar: &Calendar, last: NaiveDate, stretches: &[(Instant, Instant)]) -> i64 {
    let mut seen = last;
    let mut days = 0;
    for (from, until) in stretches {
        let start = seen.max(day_before(day_of(*from)));
        let end = day_of(*until);
        if start < end {
            days += calendar.working_days_between(start, end);
            seen = end;
        }
    }
    days
}

fn share(whole: TimeDelta, percent: u8) -> TimeDelta {
    TimeDelta::seconds(whole.num_seconds() * i64::from(percent) / 100)
}

#[cfg(test)]
#[path = "ledger_tests.rs"]
mod tests;
