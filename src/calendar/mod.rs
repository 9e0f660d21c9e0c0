//! Working-day arithmetic: durations, calendars of holidays and make-up days, and the ledger of a running clock.

mod duration;
mod ledger;
mod working_days;

pub use duration::{Duration, Unit};
pub use ledger::{Interval, Ledger};
pub use working_days::{Calendar, DayKind};

use chrono::{DateTime, FixedOffset, NaiveDate, Utc};

/// An instant, always in UTC; rules of law are read in [`beijing`] time.
pub type Instant = DateTime<Utc>;

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
