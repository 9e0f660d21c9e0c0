//! Working-day arithmetic: durations, calendars of holidays and make-up days, and the ledger of a running clock.
//!
//! How days are counted is rule 14 of the workflow language: receipt is day 0 (on a non-working day, the next working
//! day is), a day counts if the clock ran through all of it, and the last day ends at 24:00 Beijing time. An end is
//! kept as the first instant after it, so that 24:00 of Friday is 00:00 of Saturday; [`last_day`] gives Friday back.

mod clock;
mod csv_file;
mod duration;
mod ledger;
mod reckoning;
mod scale;
mod working_days;
mod working_hours;

pub use clock::Clock;
pub use csv_file::CalendarError;
pub use duration::{Duration, DurationError, Unit};
pub use ledger::{Interval, Ledger, UnitMismatch};
pub use scale::{Cell, CellState};
pub use working_days::{Calendar, DayKind};

use chrono::{DateTime, FixedOffset, NaiveDate, NaiveTime, TimeDelta, Utc};

/// An instant, always in UTC; rules of law are read in [`beijing`] time.
pub type Instant = DateTime<Utc>;

/// Beijing is 8 hours ahead of UTC, all year round.
const AHEAD: TimeDelta = TimeDelta::hours(8);

/// Beijing time, +08:00 all year round.
#[must_use]
pub fn beijing(at: Instant) -> DateTime<FixedOffset> {
    // 8 h east is within chrono's range, so `east_opt` cannot answer `None`.
    let zone = FixedOffset::east_opt(8 * 3600)
        .unwrap_or_else(|| FixedOffset::east_opt(0).unwrap_or_else(|| unreachable!()));
    at.with_timezone(&zone)
}

/// The day in Beijing on which `at` falls.
#[must_use]
pub fn day_of(at: Instant) -> NaiveDate {
    beijing(at).date_naive()
}

/// `time` of `day` in Beijing.
#[must_use]
pub fn at(day: NaiveDate, time: NaiveTime) -> Instant {
    let local = day.and_time(time).and_utc();
    local.checked_sub_signed(AHEAD).unwrap_or(local)
}

/// The first instant of `day` in Beijing.
#[must_use]
pub fn start_of(day: NaiveDate) -> Instant {
    at(day, NaiveTime::MIN)
}

/// 24:00 of `day` in Beijing, which is the first instant of the following day.
#[must_use]
pub fn end_of(day: NaiveDate) -> Instant {
    start_of(day.succ_opt().unwrap_or(day))
}

/// The last day on which something due before `deadline` is in time: 24:00 of Friday is Friday, not Saturday.
#[must_use]
pub fn last_day(deadline: Instant) -> NaiveDate {
    day_of(deadline - TimeDelta::nanoseconds(1))
}

/// A deadline as people write it: its last day, and `24:00` or the time of that day as `HH:MM`.
#[must_use]
pub fn day_and_time(deadline: Instant) -> (NaiveDate, String) {
    let day = last_day(deadline);
    if day < day_of(deadline) {
        return (day, "24:00".to_owned());
    }
    (day, beijing(deadline).format("%H:%M").to_string())
}

#[cfg(test)]
pub(crate) mod testing {
    //! Short spellings for the tests of this module.

    use super::{Duration, Instant, at};
    use chrono::{NaiveDate, NaiveDateTime};

    /// A date from `2026-02-10`.
    pub fn date(text: &str) -> NaiveDate {
        text.parse().expect(text)
    }

    /// A Beijing time from `2026-02-10 09:00`.
    pub fn time(text: &str) -> Instant {
        let local = NaiveDateTime::parse_from_str(text, "%Y-%m-%d %H:%M").expect(text);
        at(local.date(), local.time())
    }

    /// A duration from `10wd`.
    pub fn span(text: &str) -> Duration {
        text.parse().expect(text)
    }
}

#[cfg(test)]
mod tests {
    use super::testing::*;
    use super::*;

    #[test]
    fn an_end_at_midnight_belongs_to_the_day_before() {
        let deadline = end_of(date("2026-10-22"));

        assert_eq!(
            day_and_time(deadline),
            (date("2026-10-22"), "24:00".to_owned())
        );
        assert_eq!(deadline, time("2026-10-23 00:00"));
        assert_eq!(
            day_and_time(time("2026-10-22 10:30")),
            (date("2026-10-22"), "10:30".to_owned())
        );
    }
}
