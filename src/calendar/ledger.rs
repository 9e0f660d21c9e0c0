//! A clock as a ledger: a budget and the intervals in which it ran.

use serde::{Deserialize, Serialize};

use super::{Duration, Instant};

/// One stretch in which a clock ran.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Interval {
    /// When it began to run.
    pub from: Instant,
    /// When it was paused or stopped; `None` while it runs.
    pub until: Option<Instant>,
}

/// A budget and its running intervals, oldest first.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Ledger {
    /// The budget, extensions included.
    pub budget: Duration,
    /// When it ran.
    pub intervals: Vec<Interval>,
}
