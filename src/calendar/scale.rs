//! The day scale: one cell for each working day of a clock, as pages and mails draw it.

use chrono::NaiveDate;

use super::working_days::LAST;
use super::{Calendar, Instant, Ledger, Unit, day_of};

/// Longer budgets are not drawn.
const MOST_DAYS: u32 = 60;
/// A longer pause is drawn with so many cells.
const MOST_PAUSED: usize = 10;
/// A longer delay is drawn with so many cells.
const MOST_OVER: usize = 20;

/// What a working day is to a clock.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CellState {
    /// It counted.
    Used,
    /// A pause touched it, so that it did not count.
    Paused,
    /// It is today, and the clock runs.
    Today,
    /// It is still to come.
    Left,
    /// It lies past the end.
    Over,
}

/// One working day.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Cell {
    /// The day; of a paused clock, the days to come are those if it resumed today.
    pub day: NaiveDate,
    /// What it is.
    pub state: CellState,
}

impl Ledger {
    /// A cell for each working day, oldest first, from the first that can count; empty for clocks that are not in
    /// working days or too long to draw. For a clock that has stopped, `now` is when it did.
    #[must_use]
    pub fn day_scale(&self, calendar: &Calendar, now: Instant) -> Vec<Cell> {
        let budget = self.budget;
        if budget.unit != Unit::Wd || MOST_DAYS < budget.count {
            return Vec::new();
        }
        let Some(zero) = self.day_zero(calendar) else {
            return Vec::new();
        };
        let today = day_of(now);
        let mut cells = Vec::new();
        let mut used = 0;
        let mut day = calendar.nth_after(zero, 1);
        while day < today && day < LAST {
            let state = self.past(day, used < budget.count);
            used += u32::from(state == Some(CellState::Used));
            push(&mut cells, day, state);
            day = calendar.nth_after(day, 1);
        }
        if day == today {
            push(&mut cells, day, self.present(used < budget.count));
            used += u32::from(self.is_running() && self.ran_into(day));
        }
        let mut day = today.max(zero);
        for _ in used..budget.count {
            day = calendar.nth_after(day, 1);
            push(&mut cells, day, Some(CellState::Left));
        }
        cells
    }

    /// What a day that is over was; `None` when the budget was used up and the clock stood still.
    fn past(&self, day: NaiveDate, in_time: bool) -> Option<CellState> {
        match (in_time, self.ran_through(day)) {
            (true, true) => Some(CellState::Used),
            (true, false) => Some(CellState::Paused),
            (false, _) => self.touched(day).then_some(CellState::Over),
        }
    }

    fn present(&self, in_time: bool) -> Option<CellState> {
        match (in_time, self.is_running()) {
            (true, true) => Some(CellState::Today),
            (true, false) => Some(CellState::Paused),
            (false, runs) => runs.then_some(CellState::Over),
        }
    }

    fn ran_through(&self, day: NaiveDate) -> bool {
        self.intervals.iter().any(|interval| {
            day_of(interval.from) < day && interval.until.is_none_or(|until| day < day_of(until))
        })
    }

    fn touched(&self, day: NaiveDate) -> bool {
        self.intervals.iter().any(|interval| {
            day_of(interval.from) <= day && interval.until.is_none_or(|until| day <= day_of(until))
        })
    }

    /// Whether the running interval began before `day`, so that it can still count.
    fn ran_into(&self, day: NaiveDate) -> bool {
        self.intervals
            .last()
            .is_some_and(|last| day_of(last.from) < day)
    }
}

fn push(cells: &mut Vec<Cell>, day: NaiveDate, state: Option<CellState>) {
    let Some(state) = state else { return };
    let most = match state {
        CellState::Paused => MOST_PAUSED,
        CellState::Over => MOST_OVER,
        CellState::Used | CellState::Today | CellState::Left => usize::MAX,
    };
    let same = cells.iter().rev().take_while(|cell| cell.state == state);
    if same.count() < most {
        cells.push(Cell { day, state });
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing::*;
    use super::*;

    /// `u` used, `p` paused, `T` today, `.` left, `!` over.
    fn drawn(ledger: &Ledger, now: &str) -> String {
        ledger
            .day_scale(&Calendar::cn_gov(), time(now))
            .iter()
            .map(|cell| match cell.state {
                CellState::Used => 'u',
                CellState::Paused => 'p',
                CellState::Today => 'T',
                CellState::Left => '.',
                CellState::Over => '!',
            })
            .collect()
    }

    #[test]
    fn one_cell_for_each_day_of_the_budget() {
        let ledger = Ledger::start(span("5wd"), time("2026-10-12 10:00"));

        assert_eq!(drawn(&ledger, "2026-10-12 11:00"), ".....");
        assert_eq!(drawn(&ledger, "2026-10-13 11:00"), "T....");
        assert_eq!(drawn(&ledger, "2026-10-15 11:00"), "uuT..");
        assert_eq!(drawn(&ledger, "2026-10-17 11:00"), "uuuu.");
        assert_eq!(drawn(&ledger, "2026-10-19 11:00"), "uuuuT");
    }

    #[test]
    fn days_past_the_end_extend_it() {
        let ledger = Ledger::start(span("2wd"), time("2026-10-12 10:00"));

        assert_eq!(drawn(&ledger, "2026-10-16 11:00"), "uu!!");
        assert_eq!(drawn(&ledger, "2027-10-15 11:00").len(), 2 + MOST_OVER);
    }

    #[test]
    fn days_touched_by_a_pause_are_shown_and_do_not_count() {
        let mut ledger = Ledger::start(span("4wd"), time("2026-10-12 10:00"));
        ledger.pause(time("2026-10-14 10:00"));

        assert_eq!(drawn(&ledger, "2026-10-15 11:00"), "upp...");

        ledger.resume(time("2026-10-16 10:00"));

        assert_eq!(drawn(&ledger, "2026-10-16 11:00"), "uppT...");
        assert_eq!(drawn(&ledger, "2026-10-20 11:00"), "upppuT.");
    }

    #[test]
    fn the_last_cell_is_the_day_of_the_deadline() {
        let calendar = Calendar::cn_gov();
        let ledger = Ledger::start(span("10wd"), time("2026-09-18 10:00"));

        let cells = ledger.day_scale(&calendar, time("2026-09-30 10:00"));

        assert_eq!(cells.len(), 10);
        assert_eq!(cells.last().map(|cell| cell.day), Some(date("2026-10-09")));
    }

    #[test]
    fn other_units_have_no_scale() {
        assert_eq!(
            drawn(
                &Ledger::start(span("24h"), time("2026-10-12 10:00")),
                "2026-10-12 11:00"
            ),
            ""
        );
    }
}
