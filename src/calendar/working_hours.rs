//! Working hours: 09:00–12:00 and 13:30–17:30 Beijing time on working days, all hours on a calendar without rest.

use chrono::{NaiveDate, NaiveTime, TimeDelta};

use super::{Calendar, Instant, at, day_of, end_of, start_of};

const fn clock(hour: u32, minute: u32) -> NaiveTime {
    match NaiveTime::from_hms_opt(hour, minute, 0) {
        Some(time) => time,
        None => NaiveTime::MIN,
    }
}

/// When offices open, and when reminders are best read.
pub(super) const OPENING: NaiveTime = clock(9, 0);
const WINDOWS: [(NaiveTime, NaiveTime); 2] =
    [(OPENING, clock(12, 0)), (clock(13, 30), clock(17, 30))];

impl Calendar {
    /// Working time in a working day: 7 hours, or 24 on a calendar without rest.
    #[must_use]
    pub fn day_length(&self) -> TimeDelta {
        TimeDelta::hours(if self.round_the_clock { 24 } else { 7 })
    }

    /// The working time between two instants.
    #[must_use]
    pub fn worked(&self, from: Instant, until: Instant) -> TimeDelta {
        if until <= from {
            return TimeDelta::zero();
        }
        if self.round_the_clock {
            return until - from;
        }
        let (first, last) = (day_of(from), day_of(until));
        let inside = |day| self.worked_on(day, from, until);
        if first == last {
            return inside(first);
        }
        let before_last = last.pred_opt().unwrap_or(last);
        let whole = i32::try_from(self.working_days_between(first, before_last)).unwrap_or(0);
        inside(first) + self.day_length() * whole + inside(last)
    }

    /// The instant at which `amount` of working time has gone by since `from`; `from` itself for none.
    #[must_use]
    pub fn after_work(&self, from: Instant, amount: TimeDelta) -> Instant {
        if self.round_the_clock || amount <= TimeDelta::zero() {
            return later(from, amount);
        }
        let today = day_of(from);
        let in_today = self.worked_on(today, from, end_of(today));
        if amount <= in_today {
            return self.reach(today, from, amount);
        }
        let rest = amount - in_today;
        let (days, last) = whole_days(rest, self.day_length());
        let day = self.nth_after(today, days);
        self.reach(day, start_of(day), last)
    }

    /// The instant from which `amount` of working time is left until `until`.
    pub(super) fn before_work(&self, until: Instant, amount: TimeDelta) -> Instant {
        if self.round_the_clock || amount <= TimeDelta::zero() {
            return until.checked_sub_signed(amount).unwrap_or(until);
        }
        let today = day_of(until);
        let in_today = self.worked_on(today, start_of(today), until);
        if amount <= in_today {
            return self.reach(today, start_of(today), in_today - amount);
        }
        let (days, last) = whole_days(amount - in_today, self.day_length());
        let day = self.nth_before(today, days);
        // A whole day's work before its end is its opening, not the close of the working day before.
        self.reach_open(day, self.day_length() - last)
    }

    /// The instant inside the working time of `day` after `done` of it; at a break, the first instant after it.
    pub(super) fn reach_open(&self, day: NaiveDate, done: TimeDelta) -> Instant {
        if self.round_the_clock {
            return later(start_of(day), done);
        }
        let mut left = done;
        for (open, close) in WINDOWS {
            let length = close - open;
            if left < length {
                return at(day, open) + left;
            }
            left -= length;
        }
        at(day, WINDOWS[1].1)
    }

    /// As [`reach_open`](Self::reach_open), counted from `from`; at a break, the last instant before it.
    fn reach(&self, day: NaiveDate, from: Instant, amount: TimeDelta) -> Instant {
        let mut left = amount;
        for (open, close) in WINDOWS {
            let (open, close) = (at(day, open).max(from), at(day, close));
            let length = (close - open).max(TimeDelta::zero());
            if left <= length && TimeDelta::zero() < length {
                return open + left;
            }
            left -= length;
        }
        at(day, WINDOWS[1].1)
    }

    fn worked_on(&self, day: NaiveDate, from: Instant, until: Instant) -> TimeDelta {
        if !self.is_working_day(day) {
            return TimeDelta::zero();
        }
        WINDOWS
            .into_iter()
            .map(|(open, close)| at(day, close).min(until) - at(day, open).max(from))
            .filter(|worked| TimeDelta::zero() < *worked)
            .sum()
    }
}

/// `amount` as days of `length` and what is left for the last, which is never nothing.
fn whole_days(amount: TimeDelta, length: TimeDelta) -> (u32, TimeDelta) {
    let length = length.num_milliseconds();
    let whole = (amount.num_milliseconds() - 1).div_euclid(length);
    let rest = amount - TimeDelta::milliseconds(whole * length);
    (u32::try_from(whole + 1).unwrap_or(u32::MAX), rest)
}

fn later(from: Instant, amount: TimeDelta) -> Instant {
    from.checked_add_signed(amount).unwrap_or(from)
}

#[cfg(test)]
mod tests {
    use super::super::testing::time;
    use super::*;

    fn hours(hours: i64) -> TimeDelta {
        TimeDelta::hours(hours)
    }

    #[test]
    fn hours_run_across_lunch_the_night_and_a_holiday() {
        let calendar = Calendar::cn_gov();
        for (from, amount, until) in [
            ("2026-10-12 09:00", 1, "2026-10-12 10:00"),
            ("2026-10-12 11:00", 2, "2026-10-12 14:30"),
            ("2026-10-12 09:00", 3, "2026-10-12 12:00"),
            ("2026-10-12 12:30", 4, "2026-10-12 17:30"),
            ("2026-10-12 16:30", 4, "2026-10-13 12:00"),
            ("2026-10-12 07:00", 7, "2026-10-12 17:30"),
            ("2026-10-12 09:00", 14, "2026-10-13 17:30"),
            ("2026-09-30 16:30", 2, "2026-10-08 10:00"),
            ("2026-10-10 16:30", 2, "2026-10-12 10:00"),
            ("2026-10-12 22:00", 1, "2026-10-13 10:00"),
        ] {
            let (from, until) = (time(from), time(until));

            assert_eq!(
                calendar.after_work(from, hours(amount)),
                until,
                "{from} + {amount}"
            );
            assert_eq!(
                calendar.worked(from, until),
                hours(amount),
                "{from} to {until}"
            );
        }
    }

    #[test]
    fn going_back_leaves_that_much_working_time() {
        let calendar = Calendar::cn_gov();
        for (until, amount, from) in [
            ("2026-10-12 10:00", 1, "2026-10-12 09:00"),
            ("2026-10-12 14:30", 2, "2026-10-12 11:00"),
            ("2026-10-12 10:00", 2, "2026-10-10 16:30"),
            ("2026-10-13 00:00", 7, "2026-10-12 09:00"),
            ("2026-10-08 10:00", 2, "2026-09-30 16:30"),
        ] {
            let (from, until) = (time(from), time(until));

            assert_eq!(
                calendar.before_work(until, hours(amount)),
                from,
                "{until} - {amount}"
            );
            assert_eq!(calendar.worked(from, until), hours(amount));
        }
    }

    #[test]
    fn a_calendar_without_rest_works_at_night() {
        let always = Calendar::always();

        assert_eq!(
            always.after_work(time("2026-10-03 23:00"), hours(4)),
            time("2026-10-04 03:00")
        );
        assert_eq!(
            always.worked(time("2026-10-03 23:00"), time("2026-10-04 03:00")),
            hours(4)
        );
    }
}
