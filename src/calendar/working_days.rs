//! Which days are worked, and counting them.

use std::collections::BTreeMap;

use chrono::NaiveDate;

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
}
