//! Pages of long lists: the rows, and where the next page begins.

use std::fmt;
use std::str::FromStr;

use chrono::{DateTime, Datelike};

use crate::calendar::Instant;

/// One page of a list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Page<T, C = Cursor> {
    /// The rows, in the order of the list.
    pub rows: Vec<T>,
    /// Where the next page begins; `None` on the last one.
    pub next: Option<C>,
}

impl<T, C> Page<T, C> {
    /// Makes a page of at most `limit` rows out of `rows`, of which one more was asked for than is shown.
    pub(super) fn cut(mut rows: Vec<T>, limit: usize, place: impl Fn(&T) -> C) -> Self {
        let more = limit < rows.len();
        rows.truncate(limit);
        let next = rows.last().filter(|_| more).map(place);
        Self { rows, next }
    }
}

/// A place in a list sorted by time and key. As text it is safe in an address.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Cursor {
    /// The time of the last row shown.
    pub at: Instant,
    /// Its key.
    pub id: i64,
}

/// The text is no cursor.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("this is not a place in the list")]
pub struct BadCursor;

impl fmt::Display for Cursor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{}", self.at.timestamp_micros(), self.id)
    }
}

impl FromStr for Cursor {
    type Err = BadCursor;

    fn from_str(text: &str) -> Result<Self, BadCursor> {
        let (at, id) = text.split_once('.').ok_or(BadCursor)?;
        let micros: i64 = at.parse().map_err(|_| BadCursor)?;
        let at = DateTime::from_timestamp_micros(micros).ok_or(BadCursor)?;
        let id = id.parse().map_err(|_| BadCursor)?;
        // PostgreSQL cannot hold every year that chrono can; nothing in a list is older than the machine's epoch.
        let sensible = (1970..=9999).contains(&at.year());
        if sensible {
            Ok(Self { at, id })
        } else {
            Err(BadCursor)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cursor_survives_its_text() {
        let place = Cursor {
            at: DateTime::from_timestamp_micros(1_790_000_000_123_456).unwrap(),
            id: 42,
        };

        assert_eq!(place.to_string().parse(), Ok(place));
    }

    #[test]
    fn a_forged_cursor_is_refused() {
        for text in [
            "",
            "1",
            "x.1",
            "1.x",
            "9223372036854775807.1",
            "-9000000000000000.1",
            "1.2.3",
            "１.2",
        ] {
            assert_eq!(text.parse::<Cursor>(), Err(BadCursor), "{text}");
        }
    }

    #[test]
    fn a_full_page_points_to_the_next_and_the_last_one_does_not() {
        assert_eq!(
            Page::cut(vec![1, 2, 3], 2, |row| *row),
            Page {
                rows: vec![1, 2],
                next: Some(2)
            }
        );
        assert_eq!(
            Page::cut(vec![1, 2], 2, |row| *row),
            Page {
                rows: vec![1, 2],
                next: None
            }
        );
    }
}
