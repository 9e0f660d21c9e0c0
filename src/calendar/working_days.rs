//! Which days are worked, and counting them.

use std::collections::BTreeMap;

use chrono::{Datelike, Days, NaiveDate, Weekday};

/// A day that differs from the rule «Monday to Friday».
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DayKind {
    /// A make-up working day (调休上班).
    Work,
    /// A day off (放假).
    Off,
}

/// A named calendar.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Calendar {
    /// `cn-gov`, or `always` for wall-clock time only.
    pub name: String,
    /// Days that differ from Monday to Friday, with the holiday's name.
    pub exceptions: BTreeMap<NaiveDate, (DayKind, String)>,
    /// Every hour of every day is worked, so that `wd` are natural days and `wh` are hours.
    pub round_the_clock: bool,
}

/// Dates stop here instead of overflowing; databases and RFC 3339 know no later year.
pub(super) const LAST: NaiveDate = match NaiveDate::from_ymd_opt(9999, 12, 30) {
    Some(last) => last,
    None => NaiveDate::MAX,
};

impl Calendar {
    /// Wall-clock time only: every day is worked, and every hour of it.
    #[must_use]
    pub fn always() -> Self {
        Self {
            name: "always".to_owned(),
            exceptions: BTreeMap::new(),
            round_the_clock: true,
        }
    }

    /// Whether `date` is worked.
    #[must_use]
    pub fn is_working_day(&self, date: NaiveDate) -> bool {
        if self.round_the_clock {
            return true;
        }
        match self.exceptions.get(&date) {
            Some((kind, _)) => *kind == DayKind::Work,
            None => !matches!(date.weekday(), Weekday::Sat | Weekday::Sun),
        }
    }

    /// What makes `date` differ from Monday to Friday, and the holiday's name. On a make-up working day that is the
    /// holiday which it makes up for.
    #[must_use]
    pub fn exception(&self, date: NaiveDate) -> Option<(DayKind, &str)> {
        self.exceptions
            .get(&date)
            .map(|(kind, name)| (*kind, name.as_str()))
    }

    /// The holiday that `date` belongs to, if it is a day off with a name.
    #[must_use]
    pub fn holiday(&self, date: NaiveDate) -> Option<&str> {
        match self.exception(date) {
            Some((DayKind::Off, name)) => Some(name),
            _ => None,
        }
    }

    /// The last year whose holidays are known.
    #[must_use]
    pub fn last_known_year(&self) -> Option<i32> {
        self.exceptions.keys().next_back().map(Datelike::year)
    }

    /// Whether `date` lies beyond the last known year, so that what falls on it may still move.
    #[must_use]
    pub fn is_provisional(&self, date: NaiveDate) -> bool {
        !self.round_the_clock
            && self
                .last_known_year()
                .is_none_or(|known| known < date.year())
    }

    /// `date` itself if it is worked, else the next day that is: day 0 of what was received on `date`.
    #[must_use]
    pub fn working_day_from(&self, date: NaiveDate) -> NaiveDate {
        if self.is_working_day(date) {
            return date;
        }
        self.nth_after(date, 1)
    }

    /// The last of `n` working days for something received on `date`, which is day 0 (on a non-working day, the next
    /// working day is).
    #[must_use]
    pub fn add_working_days(&self, date: NaiveDate, n: u32) -> NaiveDate {
        self.nth_after(self.working_day_from(date), n)
    }

    /// How many days after `from`, up to and with `to`, are worked; negative if `to` is the earlier one.
    #[must_use]
    pub fn working_days_between(&self, from: NaiveDate, to: NaiveDate) -> i64 {
        if to < from {
            return -self.working_days_between(to, from);
        }
        let mut count = 0;
        let mut day = from;
        while day < to {
            day = next(day);
            count += i64::from(self.is_working_day(day));
            if day == LAST {
                break;
            }
        }
        count
    }

    /// The `n`-th working day after `date`; `date` itself for 0.
    pub(super) fn nth_after(&self, date: NaiveDate, n: u32) -> NaiveDate {
        let mut day = date.min(LAST);
        let mut left = n;
        while 0 < left && day < LAST {
            if let Some((weeks, of_them)) = self.whole_weeks(day, left) {
                day = later(day, weeks);
                left -= of_them;
            }
            day = next(day);
            left -= u32::from(self.is_working_day(day));
        }
        day
    }

    /// The `n`-th working day before `date`; `date` itself for 0.
    pub(super) fn nth_before(&self, date: NaiveDate, n: u32) -> NaiveDate {
        let mut day = date;
        let mut left = n;
        while 0 < left {
            let Some(earlier) = day.pred_opt() else { break };
            day = earlier;
            left -= u32::from(self.is_working_day(day));
        }
        day
    }

    /// Days that can be leapt over at once, and the working days among them, always leaving one to walk to:
    /// beyond the last exception every seven days hold five working days.
    fn whole_weeks(&self, day: NaiveDate, left: u32) -> Option<(u64, u32)> {
        if self.round_the_clock {
            return (1 < left).then(|| (u64::from(left - 1), left - 1));
        }
        let plain = self
            .exceptions
            .keys()
            .next_back()
            .is_none_or(|last| *last < day);
        let weeks = (left - 1) / 5;
        (plain && 0 < weeks).then(|| (u64::from(weeks) * 7, weeks * 5))
    }
}

fn next(day: NaiveDate) -> NaiveDate {
    later(day, 1)
}

fn later(day: NaiveDate, days: u64) -> NaiveDate {
    day.checked_add_days(Days::new(days))
        .unwrap_or(LAST)
        .min(LAST)
}

#[cfg(test)]
mod tests {
    use super::super::testing::date;
    use super::*;

    #[test]
    fn the_published_vectors_hold() {
        let calendar = Calendar::cn_gov();
        for (received, days, last) in [
            ("2026-02-10", 10, "2026-03-02"),
            ("2026-02-13", 1, "2026-02-14"),
            ("2026-04-30", 1, "2026-05-06"),
            ("2026-04-30", 10, "2026-05-18"),
            ("2026-09-18", 10, "2026-10-09"),
            ("2026-09-18", 20, "2026-10-22"),
            ("2026-09-30", 1, "2026-10-08"),
            ("2026-10-09", 1, "2026-10-10"),
            ("2025-09-26", 1, "2025-09-28"),
            ("2025-12-31", 10, "2026-01-15"),
            ("2026-11-23", 10, "2026-12-07"),
            ("2026-11-23", 20, "2026-12-21"),
        ] {
            assert_eq!(
                calendar.add_working_days(date(received), days),
                date(last),
                "{received} + {days}"
            );
        }
    }

    #[test]
    fn each_of_2025_and_2026_has_248_working_days() {
        let calendar = Calendar::cn_gov();

        for year in [2025, 2026] {
            let from = date(&format!("{}-12-31", year - 1));
            let to = date(&format!("{year}-12-31"));
            assert_eq!(calendar.working_days_between(from, to), 248, "{year}");
            assert_eq!(calendar.working_days_between(to, from), -248, "{year}");
        }
    }

    #[test]
    fn received_on_a_day_off_counts_as_received_on_the_next_working_day() {
        let calendar = Calendar::cn_gov();

        for day in ["2026-10-03", "2026-10-07", "2026-10-08"] {
            assert_eq!(
                calendar.add_working_days(date(day), 1),
                date("2026-10-09"),
                "{day}"
            );
            assert_eq!(
                calendar.add_working_days(date(day), 0),
                date("2026-10-08"),
                "{day}"
            );
        }
    }

    #[test]
    fn names_tell_holidays_from_make_up_days() {
        let calendar = Calendar::cn_gov();

        assert_eq!(calendar.holiday(date("2026-02-17")), Some("春节"));
        assert_eq!(calendar.holiday(date("2026-02-14")), None);
        assert!(calendar.is_working_day(date("2026-02-14")), "make-up day");
        assert!(!calendar.is_working_day(date("2026-02-17")));
    }

    #[test]
    fn beyond_the_last_known_year_is_provisional() {
        let calendar = Calendar::cn_gov();

        assert!(!calendar.is_provisional(date("2026-12-31")));
        assert!(calendar.is_provisional(date("2027-01-01")));
        assert!(!Calendar::always().is_provisional(date("2027-01-01")));
        assert_eq!(
            calendar.add_working_days(date("2026-12-31"), 1),
            date("2027-01-01"),
            "an unknown year is Monday to Friday"
        );
    }

    #[test]
    fn leaping_over_weeks_gives_the_same_day_as_walking() {
        let calendar = Calendar::cn_gov();
        for start in 0..14 {
            let from = date("2026-12-25") + Days::new(start);
            let mut walked = from;
            for n in 1..60 {
                loop {
                    walked = walked + Days::new(1);
                    if calendar.is_working_day(walked) {
                        break;
                    }
                }
                assert_eq!(calendar.nth_after(from, n), walked, "{from} + {n}");
            }
        }
    }

    #[test]
    fn always_counts_natural_days_and_nothing_overflows() {
        let always = Calendar::always();

        assert_eq!(
            always.add_working_days(date("2026-10-01"), 30),
            date("2026-10-31")
        );
        assert_eq!(always.add_working_days(date("2026-10-01"), u32::MAX), LAST);
        assert_eq!(
            Calendar::cn_gov().add_working_days(date("2026-10-01"), u32::MAX),
            LAST
        );
    }
}
