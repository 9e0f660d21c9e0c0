//! Durations as the workflow language writes them: `10wd 4wh 30d 24h 30min 1mo 1y`.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

/// What one unit of a [`Duration`] is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Unit {
    /// Whole working days on the workflow's calendar.
    Wd,
    /// Working hours on the workflow's calendar.
    Wh,
    /// Days of 24 hours.
    D,
    /// Hours.
    H,
    /// Minutes.
    Min,
    /// Months: ends on the same day number, else on the last of the month.
    Mo,
    /// Years, likewise.
    Y,
}

impl Unit {
    /// Every unit, in the order in which messages list them.
    pub const ALL: [Self; 7] = [
        Self::Wd,
        Self::Wh,
        Self::D,
        Self::H,
        Self::Min,
        Self::Mo,
        Self::Y,
    ];

    /// As written behind the number.
    #[must_use]
    pub fn symbol(self) -> &'static str {
        match self {
            Self::Wd => "wd",
            Self::Wh => "wh",
            Self::D => "d",
            Self::H => "h",
            Self::Min => "min",
            Self::Mo => "mo",
            Self::Y => "y",
        }
    }

    /// Whether it is counted on the workflow's calendar.
    #[must_use]
    pub fn is_working_time(self) -> bool {
        matches!(self, Self::Wd | Self::Wh)
    }

    /// The most that may be written: about a hundred years of each, so that no date leaves the calendar.
    #[must_use]
    pub fn most(self) -> u32 {
        match self {
            Self::Wd | Self::D => 36_525,
            Self::Wh | Self::H => 876_600,
            Self::Min => 52_596_000,
            Self::Mo => 1_200,
            Self::Y => 100,
        }
    }
}

/// A budget of time.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Duration {
    /// How many units; 0 is allowed (`0wd before`).
    pub count: u32,
    /// Of which unit.
    pub unit: Unit,
}

impl Duration {
    /// `count` of `unit`.
    #[must_use]
    pub const fn new(count: u32, unit: Unit) -> Self {
        Self { count, unit }
    }
}

/// Why a text is no duration.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum DurationError {
    /// Not a number with a unit.
    #[error(
        "“{0}”不是时长：写一个整数，紧跟一个单位，如 10wd（工作日）、4wh（工作小时）、30d（日）、24h（小时）、30min（分钟）、1mo（月）、1y（年）"
    )]
    Shape(String),
    /// Longer than a hundred years.
    #[error("时长“{text}”太长：单位 {unit} 最多写 {most}")]
    TooLong {
        /// As written.
        text: String,
        /// Its unit.
        unit: &'static str,
        /// The most of it.
        most: u32,
    },
}

impl FromStr for Duration {
    type Err = DurationError;

    fn from_str(text: &str) -> Result<Self, DurationError> {
        let shape = || DurationError::Shape(text.to_owned());
        let digits = text.bytes().take_while(u8::is_ascii_digit).count();
        let (number, symbol) = text.split_at(digits);
        let unit = Unit::ALL
            .into_iter()
            .find(|unit| unit.symbol() == symbol)
            .ok_or_else(shape)?;
        if number.is_empty() {
            return Err(shape());
        }
        match number.parse::<u32>() {
            Ok(count) if count <= unit.most() => Ok(Self { count, unit }),
            // Only too many digits are left as a reason.
            _ => Err(DurationError::TooLong {
                text: text.to_owned(),
                unit: unit.symbol(),
                most: unit.most(),
            }),
        }
    }
}

impl fmt::Display for Duration {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}{}", self.count, self.unit.symbol())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_unit_reads_back_as_it_was_written() {
        for text in ["10wd", "4wh", "30d", "24h", "30min", "1mo", "1y", "0wd"] {
            let read: Duration = text.parse().expect(text);

            assert_eq!(read.to_string(), text);
        }
    }

    #[test]
    fn what_is_no_duration_is_quoted_with_the_units() {
        for text in [
            "", "10", "wd", "10 wd", "-1wd", "1.5h", "3w", "10WD", "１0wd",
        ] {
            let error = text.parse::<Duration>().expect_err(text).to_string();

            assert!(
                error.contains(text) && error.contains("10wd") && error.contains("1y"),
                "{error}"
            );
        }
    }

    #[test]
    fn more_than_a_hundred_years_are_refused_with_the_most() {
        let error = "99999999999wd".parse::<Duration>().expect_err("too long");

        assert!(error.to_string().contains("36525"), "{error}");
        assert!("101y".parse::<Duration>().is_err());
        assert!("100y".parse::<Duration>().is_ok());
    }

    #[test]
    fn it_is_stored_as_count_and_unit() {
        let stored = serde_json::to_string(&Duration::new(10, Unit::Wd)).expect("JSON");

        assert_eq!(stored, r#"{"count":10,"unit":"wd"}"#);
    }
}
