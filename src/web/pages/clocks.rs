//! A clock of the engine as pages show it: the date first, then one cell for each working day, then how it is counted.

use chrono::{Datelike, Days, NaiveDate};

use crate::calendar::{Calendar, CellState, DayKind, Instant, Ledger, day_of, last_day};
use crate::engine::{ClockReading, Measure};
use crate::forms::Words;
use crate::messages::{Language, text};
use crate::services::seen::Seen;
use crate::services::titles::Titles;
use crate::web::views::{ClockFacts, DayCell, DueView, Fact};
use crate::web::{format, refusal};

/// What clocks are read against.
#[derive(Clone, Copy)]
pub struct Reckoning<'a> {
    /// The names of the case's places.
    pub titles: Titles<'a>,
    /// The calendar.
    pub calendar: &'a Calendar,
    /// Now.
    pub now: Instant,
    /// The language.
    pub language: Language,
}

impl<'a> Reckoning<'a> {
    /// For a case as its reader sees it.
    #[must_use]
    pub fn of(seen: &'a Seen, language: Language) -> Self {
        Self {
            titles: Titles::of(&seen.running, language),
            calendar: &seen.running.calendar,
            now: seen.now,
            language,
        }
    }
}

impl Reckoning<'_> {
    /// The date, the state and the scale.
    #[must_use]
    pub fn due(&self, reading: &ClockReading<'_>) -> DueView {
        DueView::of(self.facts(reading), self.now, self.language)
    }

    /// As [`Self::due`], with how it is counted.
    #[must_use]
    pub fn explained(&self, reading: &ClockReading<'_>) -> DueView {
        let due = self.due(reading);
        let Measure::Budget(ledger) = &reading.clock.measure else {
            return due;
        };
        let mut rows = self.rows(ledger);
        if let Some(granted) = reading.clock.granted() {
            let granted = refusal::duration(granted, self.language);
            rows.push(self.row("case.clock.extended", granted));
        }
        due.explained(rows, self.how(ledger))
    }

    /// When it runs out: for a clock that stands still, when it would if it ran on from now.
    #[must_use]
    pub fn end(&self, reading: &ClockReading<'_>) -> Instant {
        match (&reading.clock.measure, reading.deadline) {
            (_, Some(deadline)) => deadline,
            (Measure::Fixed { at, .. }, None) => *at,
            (Measure::Budget(ledger), None) => {
                let mut running = ledger.clone();
                running.resume(self.now);
                running.deadline(self.calendar).unwrap_or(self.now)
            }
        }
    }

    fn facts(&self, reading: &ClockReading<'_>) -> ClockFacts {
        let due = self.end(reading);
        let days = match &reading.clock.measure {
            Measure::Budget(ledger) => ledger.day_scale(self.calendar, self.now),
            Measure::Fixed { .. } => Vec::new(),
        };
        ClockFacts {
            title: self.title(reading),
            law: reading.rule.law.clone(),
            due,
            days: days.iter().map(|cell| day_cell(cell.state)).collect(),
            paused: !reading.clock.is_running(),
            overdue: reading
                .deadline
                .is_some_and(|deadline| deadline <= self.now),
            provisional: self.calendar.is_provisional(last_day(due)),
        }
    }

    /// What it is called: its own title or that of its stage, with the branch.
    #[must_use]
    pub fn title(&self, reading: &ClockReading<'_>) -> String {
        match &reading.rule.title {
            Some(title) => {
                let own = self.language.pick(title).to_owned();
                self.titles.in_branch(own, reading.node)
            }
            None => self.after(reading, self.titles.place(reading.node)),
        }
    }

    /// What it measures, without the branch that its stage or block stands in.
    #[must_use]
    pub fn title_alone(&self, reading: &ClockReading<'_>) -> String {
        match &reading.rule.title {
            Some(title) => self.language.pick(title).to_owned(),
            None => self.after(reading, self.titles.bare(reading.node)),
        }
    }

    /// Named after its stage.
    fn after(&self, reading: &ClockReading<'_>, stage: String) -> String {
        let key = match (reading.extension, reading.supplement) {
            (true, _) => "case.clock.extension",
            (false, true) => "case.clock.supplement",
            (false, false) => return stage,
        };
        text(self.language, key, &[("stage", &stage)])
    }

    fn rows(&self, ledger: &Ledger) -> Vec<Fact> {
        let mut rows = Vec::new();
        if let Some(first) = ledger.intervals.first() {
            rows.push(self.row("case.clock.started", self.moment(first.from)));
        }
        for pair in ledger.intervals.windows(2) {
            if let [before, after] = pair
                && let Some(paused) = before.until
            {
                let from = self.moment(paused);
                let until = self.moment(after.from);
                let words = text(
                    self.language,
                    "case.clock.from_until",
                    &[("from", &from), ("until", &until)],
                );
                rows.push(self.row("case.clock.paused", words));
            }
        }
        if let Some(last) = ledger.intervals.last()
            && let Some(paused) = last.until
        {
            let since = self.moment(paused);
            let words = text(self.language, "case.clock.since", &[("since", &since)]);
            rows.push(self.row("case.clock.paused", words));
        }
        rows.extend(self.exceptions(ledger));
        rows
    }

    /// Days between the start and the end that differ from Monday to Friday.
    fn exceptions(&self, ledger: &Ledger) -> Vec<Fact> {
        let (Some(first), true) = (
            ledger.intervals.first(),
            ledger.budget.unit.is_working_time(),
        ) else {
            return Vec::new();
        };
        let mut running = ledger.clone();
        running.resume(self.now);
        let Some(end) = running.ran_out(self.calendar) else {
            return Vec::new();
        };
        let between: Vec<NaiveDate> = self
            .calendar
            .exceptions
            .range(day_of(first.from)..=last_day(end))
            .map(|(day, _)| *day)
            .collect();
        let of = |kind: DayKind| -> Vec<NaiveDate> {
            between
                .iter()
                .copied()
                .filter(|day| {
                    self.calendar
                        .exception(*day)
                        .is_some_and(|(is, _)| is == kind)
                })
                .collect()
        };
        let mut rows = Vec::new();
        let (off, made_up) = (of(DayKind::Off), of(DayKind::Work));
        if !off.is_empty() {
            let days = self.days(&off);
            let words = text(self.language, "case.clock.not_counted", &[("days", &days)]);
            rows.push(self.row("case.clock.holidays", words));
        }
        if !made_up.is_empty() {
            let days = self.days(&made_up);
            let words = text(self.language, "case.clock.worked", &[("days", &days)]);
            rows.push(self.row("case.clock.made_up", words));
        }
        rows
    }

    fn how(&self, ledger: &Ledger) -> Vec<String> {
        let say = |key: &str| text(self.language, key, &[]);
        if !ledger.budget.unit.is_working_time() {
            return vec![say("case.clock.how_natural")];
        }
        let known = self.calendar.last_known_year();
        let year = known.map(|year| year.to_string()).unwrap_or_default();
        vec![
            say("case.clock.how_start"),
            say("case.clock.how_pause"),
            text(self.language, "case.clock.how_calendar", &[("year", &year)]),
        ]
    }

    /// 10月1日至7日, 10月10日: neighbouring days together.
    fn days(&self, days: &[NaiveDate]) -> String {
        let mut runs: Vec<(NaiveDate, NaiveDate)> = Vec::new();
        for day in days {
            match runs.last_mut() {
                Some((_, last)) if last.checked_add_days(Days::new(1)) == Some(*day) => {
                    *last = *day
                }
                _ => runs.push((*day, *day)),
            }
        }
        let words: Vec<String> = runs
            .into_iter()
            .map(|(first, last)| self.run(first, last))
            .collect();
        words.join(&text(self.language, "case.and", &[]))
    }

    fn run(&self, first: NaiveDate, last: NaiveDate) -> String {
        let from = format::day(first, self.now, self.language);
        if first == last {
            return from;
        }
        let same_month = (first.year(), first.month()) == (last.year(), last.month());
        let until = match (same_month, self.language) {
            (true, Language::Zh) => format!("{}日", last.day()),
            _ => format::day(last, self.now, self.language),
        };
        let values = [("from", &*from), ("until", &*until)];
        text(self.language, "case.clock.from_until", &values)
    }

    fn row(&self, key: &str, value: String) -> Fact {
        Fact::new(text(self.language, key, &[]), value)
    }

    fn moment(&self, at: Instant) -> String {
        format::moment(at, self.now, self.language)
    }
}

fn day_cell(state: CellState) -> DayCell {
    match state {
        CellState::Used => DayCell::Used,
        CellState::Paused => DayCell::Hold,
        CellState::Today => DayCell::Today,
        CellState::Left => DayCell::Left,
        CellState::Over => DayCell::Over,
    }
}
