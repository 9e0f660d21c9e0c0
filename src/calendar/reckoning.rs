//! Reckoning from an instant: what is due when, and how far from a deadline a reminder or a consequence lies.

use chrono::{Days, Months, TimeDelta};

use super::working_days::LAST;
use super::working_hours::OPENING;
use super::{
    Calendar, Duration, Instant, Ledger, Unit, at, beijing, day_of, end_of, last_day, start_of,
};

impl Calendar {
    /// When something received at `from` is due: the end of a clock that starts then and never pauses.
    #[must_use]
    pub fn due(&self, from: Instant, budget: Duration) -> Instant {
        Ledger::start(budget, from).deadline(self).unwrap_or(from)
    }

    /// The instant `by` ahead of a deadline, at which to remind.
    ///
    /// Working days are reckoned so that this many whole ones are left that morning, and told at 09:00, when people
    /// read mail: `1wd before` 24:00 of Friday is 09:00 of Friday. `0wd before` is the deadline itself.
    #[must_use]
    pub fn before(&self, deadline: Instant, by: Duration) -> Instant {
        if by.count == 0 {
            return deadline;
        }
        match by.unit {
            Unit::Wd => at(self.nth_before(day_of(deadline), by.count), OPENING),
            Unit::Wh => self.before_work(deadline, hours(by)),
            Unit::Mo | Unit::Y => months_earlier(deadline, by),
            Unit::D | Unit::H | Unit::Min => earlier(deadline, exact(by)),
        }
    }

    /// The instant `by` behind a deadline, at which it has a consequence. Working days are whole ones: `1wd after`
    /// 24:00 of Friday is 24:00 of Monday. `0wd after` is the deadline itself.
    #[must_use]
    pub fn after(&self, deadline: Instant, by: Duration) -> Instant {
        if by.count == 0 {
            return deadline;
        }
        match by.unit {
            Unit::Wd => end_of(self.nth_after(last_day(deadline), by.count)),
            Unit::Wh => self.after_work(deadline, hours(by)),
            Unit::Mo | Unit::Y => months_later(deadline, by),
            Unit::D | Unit::H | Unit::Min => later(deadline, exact(by)),
        }
    }
}

/// `by` in minutes, hours or days of 24 hours; nothing for the units that a calendar decides.
pub(super) fn exact(by: Duration) -> TimeDelta {
    let count = i64::from(by.count);
    match by.unit {
        Unit::D => TimeDelta::days(count),
        Unit::H => TimeDelta::hours(count),
        Unit::Min => TimeDelta::minutes(count),
        Unit::Wd | Unit::Wh | Unit::Mo | Unit::Y => TimeDelta::zero(),
    }
}

/// `by` in working hours.
pub(super) fn hours(by: Duration) -> TimeDelta {
    TimeDelta::hours(i64::from(by.count))
}

/// The same day number and time so many months later in Beijing, else the last of that month.
pub(super) fn months_later(from: Instant, by: Duration) -> Instant {
    let local = beijing(from).naive_local();
    match local.checked_add_months(Months::new(months(by))) {
        Some(then) => capped(at(then.date(), then.time())),
        None => end_of(LAST),
    }
}

fn months_earlier(from: Instant, by: Duration) -> Instant {
    let local = beijing(from).naive_local();
    match local.checked_sub_months(Months::new(months(by))) {
        Some(then) => at(then.date(), then.time()),
        None => from,
    }
}

fn months(by: Duration) -> u32 {
    match by.unit {
        Unit::Y => by.count.saturating_mul(12),
        _ => by.count,
    }
}

pub(super) fn later(from: Instant, by: TimeDelta) -> Instant {
    from.checked_add_signed(by)
        .map_or_else(|| end_of(LAST), capped)
}

fn earlier(from: Instant, by: TimeDelta) -> Instant {
    from.checked_sub_signed(by).unwrap_or(from)
}

fn capped(instant: Instant) -> Instant {
    instant.min(end_of(LAST))
}

/// `time` as days of 24 hours, a begun one counting in full.
pub(super) fn days_begun(time: TimeDelta) -> i64 {
    let day = TimeDelta::days(1).num_seconds();
    (time.num_seconds() + day - 1).div_euclid(day)
}

/// Working days from the one after `day` to the one before that of `until`: those in between in full.
pub(super) fn whole_days_between(
    calendar: &Calendar,
    day: chrono::NaiveDate,
    until: Instant,
) -> u32 {
    let last = last_day(start_of(day_of(until)));
    if last <= day {
        return 0;
    }
    u32::try_from(calendar.working_days_between(day, last)).unwrap_or(u32::MAX)
}

/// The day before, for ranges that leave out their first day.
pub(super) fn day_before(day: chrono::NaiveDate) -> chrono::NaiveDate {
    day.checked_sub_days(Days::new(1)).unwrap_or(day)
}

#[cfg(test)]
mod tests {
    use super::super::testing::*;
    use super::*;

    #[test]
    fn reminders_before_a_deadline_come_in_the_morning() {
        let calendar = Calendar::cn_gov();
        let friday_evening = end_of(date("2026-10-23"));
        for (by, when) in [
            ("0wd", "2026-10-24 00:00"),
            ("1wd", "2026-10-23 09:00"),
            ("2wd", "2026-10-22 09:00"),
            ("5wd", "2026-10-19 09:00"),
            ("6wd", "2026-10-16 09:00"),
            ("2wh", "2026-10-23 15:30"),
            ("1d", "2026-10-23 00:00"),
            ("30min", "2026-10-23 23:30"),
            ("1mo", "2026-09-24 00:00"),
        ] {
            assert_eq!(
                calendar.before(friday_evening, span(by)),
                time(when),
                "{by} before"
            );
        }
        assert_eq!(
            calendar.before(time("2026-10-20 10:30"), span("1wd")),
            time("2026-10-19 09:00"),
            "before a deadline inside a day, the last whole day is the one before"
        );
    }

    #[test]
    fn consequences_after_a_deadline_wait_for_whole_days() {
        let calendar = Calendar::cn_gov();
        let friday_evening = end_of(date("2026-10-23"));
        for (by, when) in [
            ("0wd", "2026-10-24 00:00"),
            ("1wd", "2026-10-27 00:00"),
            ("3wd", "2026-10-29 00:00"),
            ("2wh", "2026-10-26 11:00"),
            ("1d", "2026-10-25 00:00"),
            ("4h", "2026-10-24 04:00"),
            ("1y", "2027-10-24 00:00"),
        ] {
            assert_eq!(
                calendar.after(friday_evening, span(by)),
                time(when),
                "{by} after"
            );
        }
    }

    #[test]
    fn due_is_the_end_of_a_clock_that_never_pauses() {
        let calendar = Calendar::cn_gov();

        assert_eq!(
            calendar.due(time("2026-10-12 15:00"), span("3wd")),
            time("2026-10-16 00:00")
        );
    }
}
