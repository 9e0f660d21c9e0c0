//! A deadline in words and as a scale with one cell per working day.

use serde::Serialize;

use super::{Fact, Tag, Tone};
use crate::calendar::Instant;
use crate::messages::{Language, text};
use crate::web::format;

/// One working day of a clock.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum DayCell {
    /// Used up.
    Used,
    /// Not used yet.
    Left,
    /// The clock stood still.
    Hold,
    /// The day that is running now.
    Today,
    /// Beyond the end.
    Over,
}

/// What is known about a clock.
#[derive(Debug, Clone)]
pub struct ClockFacts {
    /// Its name, or its stage's: 审核, 答复.
    pub title: String,
    /// The article that sets it; `None`: 内部时限.
    pub law: Option<String>,
    /// When it runs out, as far as known now.
    pub due: Instant,
    /// Its working days in the order of time; empty for budgets that are not counted in working days.
    pub days: Vec<DayCell>,
    /// Whether it stands still.
    pub paused: bool,
    /// Whether it ran out.
    pub overdue: bool,
    /// Whether the calendar's last known year is passed, so that the date may still move.
    pub provisional: bool,
}

/// A deadline as shown.
#[derive(Debug, Clone, Serialize)]
pub struct DueView {
    /// Its name.
    pub title: String,
    /// 法定 or 内部.
    pub basis: Tag,
    /// The article, where there is one.
    pub law: Option<String>,
    /// 计时中, 临期, 今天到期, 逾期, 已暂停.
    pub state: Tag,
    /// 10月22日（周四）24:00
    pub date: String,
    /// 10月22日（周四）24:00 前
    pub before: String,
    /// What a list shows first: the date, or how late it is.
    pub headline: String,
    /// Its colour: `late`, `soon` or nothing.
    pub class: &'static str,
    /// 第 3 个工作日，共 10 个
    pub progress: String,
    /// 今天是第 3 个工作日，共 10 个，还剩 7 个
    pub sentence: String,
    /// For the `datetime` attribute.
    pub machine: String,
    /// The cells, where the budget is in working days.
    pub scale: Option<DayScale>,
    /// Rows below the scale: 开始计时, 暂停, 节假日, 调休. The handler adds them.
    pub facts: Vec<Fact>,
    /// 期限怎么算, sentence by sentence. The handler adds them.
    pub how: Vec<String>,
    /// Whether the date may still move.
    pub provisional: bool,
    /// Whether the clock stands still.
    pub paused: bool,
}

/// The cells as a drawing.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct DayScale {
    /// Width of the drawing.
    pub width: f64,
    /// `is-warn`, `is-bad`, `is-hold` or nothing.
    pub class: &'static str,
    /// Said instead of the drawing.
    pub label: String,
    /// From left to right.
    pub cells: Vec<ScaleCell>,
}

/// One cell.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct ScaleCell {
    /// `ds-used`, `ds-hold`, `ds-today`, `ds-left`, `ds-over`.
    pub class: &'static str,
    /// Its left side.
    pub x: f64,
    /// Its width.
    pub width: f64,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum State {
    Running,
    Soon,
    Today,
    Overdue,
    Paused,
}

impl DueView {
    /// The words and the drawing for `facts`.
    #[must_use]
    pub fn of(facts: ClockFacts, now: Instant, language: Language) -> Self {
        let count = Count::of(&facts.days);
        let state = facts.state(&count, now);
        let date = format::deadline(facts.due, now, language);
        Self {
            basis: basis(&facts, language),
            state: state_tag(state, language),
            before: text(language, "pages.due.before", &[("date", &date)]),
            headline: headline(&facts, state, &count, &date, language),
            class: match state {
                State::Overdue => "late",
                State::Today | State::Soon => "soon",
                State::Running | State::Paused => "",
            },
            progress: progress(&facts, state, &count, &date, language),
            sentence: sentence(state, &count, language),
            machine: format::machine(facts.due),
            scale: DayScale::of(
                &facts.days,
                scale_class(state),
                label(state, &count, language),
            ),
            date,
            title: facts.title,
            law: facts.law,
            facts: Vec::new(),
            how: Vec::new(),
            provisional: facts.provisional,
            paused: facts.paused,
        }
    }

    /// With the rows and sentences that explain it.
    #[must_use]
    pub fn explained(mut self, facts: Vec<Fact>, how: Vec<String>) -> Self {
        self.facts = facts;
        self.how = how;
        self
    }
}

impl ClockFacts {
    fn state(&self, count: &Count, now: Instant) -> State {
        if self.paused {
            State::Paused
        } else if self.overdue {
            State::Overdue
        } else if format::deadline_day(self.due) <= crate::calendar::day_of(now) {
            State::Today
        } else if count.total > 0 && (count.used + count.today) * 4 > count.total * 3 {
            State::Soon
        } else {
            State::Running
        }
    }
}

/// The cells counted.
#[derive(Debug, Default, PartialEq, Eq)]
struct Count {
    used: usize,
    today: usize,
    left: usize,
    hold: usize,
    over: usize,
    total: usize,
}

impl Count {
    fn of(days: &[DayCell]) -> Self {
        let of = |kind| days.iter().filter(|day| **day == kind).count();
        let mut count = Self {
            used: of(DayCell::Used),
            today: of(DayCell::Today),
            left: of(DayCell::Left),
            hold: of(DayCell::Hold),
            over: of(DayCell::Over),
            total: 0,
        };
        count.total = count.used + count.today + count.left;
        count
    }
}

fn basis(facts: &ClockFacts, language: Language) -> Tag {
    if facts.law.is_some() {
        let words = text(language, "pages.due.statutory", &[]);
        Tag::plain(Tone::Run, words)
    } else {
        Tag::plain(Tone::Line, text(language, "pages.due.internal", &[]))
    }
}

fn state_tag(state: State, language: Language) -> Tag {
    let (tone, icon, key) = match state {
        State::Running => (Tone::Ok, "clock", "pages.due.state.running"),
        State::Soon => (Tone::Warn, "clock", "pages.due.state.soon"),
        State::Today => (Tone::Warn, "clock", "pages.due.state.today"),
        State::Overdue => (Tone::Bad, "circle-alert", "pages.due.state.overdue"),
        State::Paused => (Tone::Hold, "circle-pause", "pages.due.state.paused"),
    };
    Tag::with_icon(tone, icon, text(language, key, &[]))
}

fn headline(
    facts: &ClockFacts,
    state: State,
    count: &Count,
    date: &str,
    language: Language,
) -> String {
    match state {
        State::Overdue if count.over > 0 => say(language, "pages.due.late_days", count),
        State::Overdue => text(language, "pages.due.late", &[]),
        State::Today => {
            let time = format::deadline_clock(facts.due);
            text(language, "pages.due.today", &[("time", &time)])
        }
        State::Paused => text(language, "pages.due.paused", &[]),
        State::Running | State::Soon => date.to_owned(),
    }
}

fn progress(
    facts: &ClockFacts,
    state: State,
    count: &Count,
    date: &str,
    language: Language,
) -> String {
    match state {
        State::Overdue => text(language, "pages.due.should", &[("date", date)]),
        _ if facts.days.is_empty() => String::new(),
        State::Paused => say(language, "pages.due.used", count),
        _ if count.today > 0 => say(language, "pages.due.nth", count),
        _ => say(language, "pages.due.used_of", count),
    }
}

fn sentence(state: State, count: &Count, language: Language) -> String {
    match state {
        State::Overdue if count.over > 0 => say(language, "pages.due.sentence_late", count),
        _ if count.total == 0 => String::new(),
        State::Overdue => text(language, "pages.due.late", &[]),
        State::Paused => say(language, "pages.due.sentence_paused", count),
        _ if count.today > 0 => say(language, "pages.due.sentence", count),
        _ => say(language, "pages.due.sentence_used", count),
    }
}

fn label(state: State, count: &Count, language: Language) -> String {
    let main = sentence(state, count, language);
    if count.hold == 0 || state == State::Paused {
        return main;
    }
    let held = say(language, "pages.due.held", count);
    text(
        language,
        "pages.due.and",
        &[("first", &main), ("second", &held)],
    )
}

/// A sentence over the counts: `{nth}` is today's number, `{used}`, `{left}`, `{hold}`, `{over}`, `{total}`.
fn say(language: Language, key: &str, count: &Count) -> String {
    let numbers = [
        ("nth", count.used + count.today),
        ("used", count.used),
        ("left", count.left),
        ("hold", count.hold),
        ("over", count.over),
        ("total", count.total),
    ]
    .map(|(name, number)| (name, number.to_string()));
    let values: Vec<(&str, &str)> = numbers
        .iter()
        .map(|(name, number)| (*name, number.as_str()))
        .collect();
    text(language, key, &values)
}

fn scale_class(state: State) -> &'static str {
    match state {
        State::Running => "",
        State::Soon | State::Today => "is-warn",
        State::Overdue => "is-bad",
        State::Paused => "is-hold",
    }
}

/// Beyond this many cells several days share one.
const MOST_CELLS: usize = 54;
/// Up to this many cells keep their full width.
const WIDE_CELLS: usize = 13;
const PITCH: f64 = 17.0;

impl DayScale {
    fn of(days: &[DayCell], class: &'static str, label: String) -> Option<Self> {
        if days.is_empty() {
            return None;
        }
        let days = merged(days);
        let (pitch, gap) = spacing(days.len());
        let cells = days
            .iter()
            .zip(0u16..)
            .map(|(day, index)| ScaleCell {
                class: cell_class(*day),
                x: round(f64::from(index) * pitch + 0.5),
                width: round(pitch - gap),
            })
            .collect::<Vec<_>>();
        let width = cells
            .last()
            .map_or(0.0, |last| round(last.x + last.width + 0.5));
        Some(Self {
            width,
            class,
            label,
            cells,
        })
    }
}

fn spacing(cells: usize) -> (f64, f64) {
    if cells <= WIDE_CELLS {
        return (PITCH, 4.0);
    }
    // At most `MOST_CELLS`, so the conversion is exact.
    let cells = f64::from(u16::try_from(cells).unwrap_or(u16::MAX));
    let pitch = 13.0 * PITCH / cells;
    (pitch, if pitch < 9.0 { 1.5 } else { 3.0 })
}

/// A long clock in fewer cells; in each, what matters most is shown.
fn merged(days: &[DayCell]) -> Vec<DayCell> {
    let together = days.len().div_ceil(MOST_CELLS);
    days.chunks(together)
        .filter_map(|chunk| chunk.iter().max().copied())
        .collect()
}

fn cell_class(day: DayCell) -> &'static str {
    match day {
        DayCell::Used => "ds-used",
        DayCell::Left => "ds-left",
        DayCell::Hold => "ds-hold",
        DayCell::Today => "ds-today",
        DayCell::Over => "ds-over",
    }
}

fn round(value: f64) -> f64 {
    (value * 10.0).round() / 10.0
}

#[cfg(test)]
mod tests {
    use super::*;
    use chrono::{TimeZone, Utc};

    fn at(month: u32, day: u32, hour: u32) -> Instant {
        Utc.with_ymd_and_hms(2026, month, day, hour, 0, 0)
            .single()
            .expect("a time that exists")
            - chrono::Duration::hours(8)
    }

    fn facts(days: Vec<DayCell>) -> ClockFacts {
        ClockFacts {
            title: "审核".into(),
            law: None,
            due: at(10, 23, 0),
            days,
            paused: false,
            overdue: false,
            provisional: false,
        }
    }

    fn days(pattern: &str) -> Vec<DayCell> {
        pattern
            .chars()
            .map(|letter| match letter {
                'u' => DayCell::Used,
                'h' => DayCell::Hold,
                't' => DayCell::Today,
                'o' => DayCell::Over,
                _ => DayCell::Left,
            })
            .collect()
    }

    #[test]
    fn the_date_comes_first_and_then_the_count() {
        let view = DueView::of(facts(days("uuhhhtlllllll")), at(10, 13, 10), Language::Zh);

        assert_eq!(view.headline, "10月22日（周四）24:00");
        assert_eq!(view.progress, "第 3 个工作日，共 10 个");
        assert_eq!(view.sentence, "今天是第 3 个工作日，共 10 个，还剩 7 个");
        assert_eq!(view.class, "");
    }

    #[test]
    fn colour_starts_when_three_quarters_are_used() {
        let calm = DueView::of(facts(days("uuuuuutlll")), at(10, 13, 10), Language::Zh);
        let soon = DueView::of(facts(days("uuuuuuutll")), at(10, 13, 10), Language::Zh);

        assert_eq!((calm.class, soon.class), ("", "soon"));
    }

    #[test]
    fn the_last_day_says_so() {
        let view = DueView::of(facts(days("ut")), at(10, 22, 9), Language::Zh);

        assert_eq!(view.headline, "今天 24:00 到期");
    }

    #[test]
    fn a_late_one_says_how_late() {
        let mut late = facts(days("uuuuuuuuuuoo"));
        late.overdue = true;

        let view = DueView::of(late, at(10, 26, 9), Language::Zh);

        assert_eq!(view.headline, "逾期 2 个工作日");
        assert_eq!(view.progress, "应于 10月22日（周四）24:00");
        assert_eq!(view.class, "late");
    }

    #[test]
    fn a_paused_one_is_never_counted_down() {
        let mut paused = facts(days("uuuuhllllll"));
        paused.paused = true;

        let view = DueView::of(paused, at(10, 26, 9), Language::Zh);

        assert_eq!(view.headline, "计时已暂停");
        assert!(!view.sentence.contains("还剩"), "{}", view.sentence);
    }

    #[test]
    fn a_clock_without_working_days_has_no_scale() {
        let view = DueView::of(facts(Vec::new()), at(10, 13, 10), Language::Zh);

        assert!(view.scale.is_none());
        assert_eq!(view.sentence, "");
    }

    #[test]
    fn a_long_clock_keeps_its_drawing_narrow() {
        let scale = DayScale::of(&[DayCell::Left; 200], "", String::new()).expect("cells");

        assert!(scale.cells.len() <= MOST_CELLS);
        assert!(scale.width <= 222.0, "{}", scale.width);
    }

    #[test]
    fn when_days_share_a_cell_today_stays_visible() {
        let mut long = days(&"u".repeat(60));
        long.push(DayCell::Today);
        long.extend(days(&"l".repeat(60)));

        assert!(merged(&long).contains(&DayCell::Today));
    }
}
