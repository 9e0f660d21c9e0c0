//! The clocks of a case: how much time there is, how much is left, and who says so.

use serde::Serialize;
use utoipa::ToSchema;

use super::branch::{InBranch, in_branch};
use crate::calendar::{Calendar, last_day};
use crate::engine::{self, ClockReading, Measure};
use crate::forms::Words;
use crate::messages::Language;
use crate::services::seen::Seen;
use crate::services::titles::Titles;
use crate::workflow::place::id_of;
use chrono::{DateTime, Utc};

/// A clock.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct ClockBody {
    /// Its key within the case.
    pub key: String,
    /// What it measures.
    pub title: String,
    /// The stage or block that it belongs to.
    pub stage: String,
    /// Its place.
    pub place: String,
    /// The branch that it stands in.
    pub branch: Option<InBranch>,
    /// Whether it times a supplement.
    pub supplement: bool,
    /// Whether it times the decision about more time.
    pub extension: bool,
    /// The article that sets it; null: an internal deadline.
    pub law: Option<String>,
    /// `running`, `paused`, `late`, `stopped`.
    pub state: &'static str,
    /// How much time there is: `10wd`; null where a date is set.
    pub budget: Option<String>,
    /// How much of it was granted besides.
    pub extended: Option<String>,
    /// How much more somebody is to decide about.
    pub asked: Option<String>,
    /// How much of it is used.
    pub used: Option<String>,
    /// How much is left.
    pub left: Option<String>,
    /// When it runs out; null while it stands still.
    pub deadline: Option<DateTime<Utc>>,
    /// Days past the deadline.
    pub late_days: i64,
    /// Whether the deadline lies beyond the last year whose holidays are known.
    pub provisional: bool,
}

/// Every clock of a case.
pub fn clocks(seen: &Seen, language: Language) -> Vec<ClockBody> {
    let running = &seen.running;
    engine::all_readings(&running.workflow, &running.case, &running.calendar)
        .iter()
        .map(|reading| clock(seen, reading, language))
        .collect()
}

fn clock(seen: &Seen, reading: &ClockReading<'_>, language: Language) -> ClockBody {
    let calendar: &Calendar = &seen.running.calendar;
    let ledger = match &reading.clock.measure {
        Measure::Budget(ledger) => Some(ledger),
        Measure::Fixed { .. } => None,
    };
    let titles = Titles::of(&seen.running, language);
    let title = match &reading.rule.title {
        Some(title) => language.pick(title).to_owned(),
        None => titles.bare(reading.node),
    };
    let late_days = reading.clock.late(calendar, seen.now);
    ClockBody {
        key: reading.key.to_owned(),
        title,
        stage: id_of(reading.node).to_owned(),
        place: reading.node.to_owned(),
        branch: in_branch(&titles, reading.node),
        supplement: reading.supplement,
        extension: reading.extension,
        law: reading.rule.law.clone(),
        state: match reading.deadline {
            _ if reading.clock.stopped => "stopped",
            _ if !reading.clock.is_running() => "paused",
            Some(deadline) if deadline <= seen.now => "late",
            _ => "running",
        },
        budget: ledger.map(|ledger| ledger.budget.to_string()),
        extended: reading.clock.granted().map(|by| by.to_string()),
        asked: reading
            .clock
            .pending()
            .map(|(_, asked)| asked.by.to_string()),
        used: ledger.map(|ledger| ledger.used(calendar, seen.now).to_string()),
        left: ledger.map(|ledger| ledger.left(calendar, seen.now).to_string()),
        deadline: reading.deadline,
        late_days,
        provisional: reading
            .deadline
            .is_some_and(|deadline| calendar.is_provisional(last_day(deadline))),
    }
}
