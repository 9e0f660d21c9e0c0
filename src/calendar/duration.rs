//! Durations as the workflow language writes them: `10wd 4wh 30d 24h 30min 1mo 1y`.

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

/// A budget of time.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Duration {
    /// How many units; 0 is allowed (`0wd before`).
    pub count: u32,
    /// Of which unit.
    pub unit: Unit,
}

/// Why a text is no duration.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("not a duration: `{0}`")]
pub struct DurationError(pub String);

impl std::str::FromStr for Duration {
    type Err = DurationError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let fault = || DurationError(text.to_owned());
        let digits = text.bytes().take_while(u8::is_ascii_digit).count();
        let unit = match &text[digits..] {
            "wd" => Unit::Wd,
            "wh" => Unit::Wh,
            "d" => Unit::D,
            "h" => Unit::H,
            "min" => Unit::Min,
            "mo" => Unit::Mo,
            "y" => Unit::Y,
            _ => return Err(fault()),
        };
        let count = text[..digits].parse().map_err(|_| fault())?;
        Ok(Self { count, unit })
    }
}
