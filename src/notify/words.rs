//! Days, deadlines and amounts of time, in the words of a mail.

use chrono::{Datelike, NaiveDate, Timelike};

use super::facts::Due;
use crate::calendar::{Duration, Unit, beijing, day_of};
use crate::messages::{self, Language};

/// Says things in one language, on one day.
#[derive(Debug, Clone, Copy)]
pub(super) struct Words {
    pub(super) language: Language,
    pub(super) today: NaiveDate,
}

impl Words {
    pub(super) fn say(&self, key: &str, values: &[(&str, &str)]) -> String {
        messages::text(self.language, &format!("mail.{key}"), values)
    }

    pub(super) fn has(&self, key: &str) -> bool {
        messages::has(self.language, &format!("mail.{key}"))
    }

    /// 10月22日; with the year if it is not this one.
    pub(super) fn day(&self, day: NaiveDate) -> String {
        let key = if day.year() == self.today.year() {
            "day"
        } else {
            "day_and_year"
        };
        self.dated(key, day)
    }

    /// 2026年10月22日.
    pub(super) fn full_day(&self, day: NaiveDate) -> String {
        self.dated("day_and_year", day)
    }

    /// 10月22日前, for a subject.
    pub(super) fn by(&self, due: &Due) -> String {
        self.say("by", &[("day", &self.day(due.day()))])
    }

    /// 10月22日（周四）24:00 前.
    pub(super) fn deadline(&self, due: &Due) -> String {
        let time = match due {
            Due::EndOf(_) => "24:00".to_owned(),
            Due::At(at) => {
                let at = beijing(*at);
                format!("{:02}:{:02}", at.hour(), at.minute())
            }
        };
        let weekday = self.say(&format!("weekday.{}", due.day().weekday()), &[]);
        self.say(
            "deadline",
            &[
                ("day", &self.day(due.day())),
                ("weekday", &weekday),
                ("time", &time),
            ],
        )
    }

    /// 10 个工作日.
    pub(super) fn amount(&self, duration: Duration) -> String {
        let unit = match duration.unit {
            Unit::Wd => "wd",
            Unit::Wh => "wh",
            Unit::D => "d",
            Unit::H => "h",
            Unit::Min => "min",
            Unit::Mo => "mo",
            Unit::Y => "y",
        };
        let number = if duration.count == 1 { "one" } else { "many" };
        self.say(
            &format!("amount.{unit}.{number}"),
            &[("count", &duration.count.to_string())],
        )
    }

    fn dated(&self, key: &str, day: NaiveDate) -> String {
        let month = self.say(&format!("month.{}", day.month()), &[]);
        self.say(
            key,
            &[
                ("year", &day.year().to_string()),
                ("month", &month),
                ("day", &day.day().to_string()),
            ],
        )
    }
}

impl Due {
    /// The day in Beijing on which time runs out.
    #[must_use]
    pub fn day(&self) -> NaiveDate {
        match self {
            Self::EndOf(day) => *day,
            Self::At(at) => day_of(*at),
        }
    }
}
