//! Dates, times and sizes as people read them, in Beijing time.

use chrono::{Datelike, NaiveDate, Timelike};

use crate::calendar::{Duration, Instant, Unit, beijing, day_of};
use crate::messages::{Language, text};

const MONTHS: [&str; 12] = [
    "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec",
];

/// `10月22日`, with the year if it is not this one: `2025年10月22日`; `22 Oct`, `22 Oct 2025`.
#[must_use]
pub fn day(day: NaiveDate, now: Instant, language: Language) -> String {
    if day.year() == day_of(now).year() {
        short_day(day, language)
    } else {
        long_day(day, language)
    }
}

/// `2026年10月22日`, `22 Oct 2026`: always with the year.
#[must_use]
pub fn long_day(day: NaiveDate, language: Language) -> String {
    let year = day.year().to_string();
    let values = [("day", &*short_day(day, language)), ("year", &*year)];
    text(language, "pages.time.with_year", &values)
}

/// `10月22日（周四）`, `Thu 22 Oct`.
#[must_use]
pub fn weekday(date: NaiveDate, now: Instant, language: Language) -> String {
    let name = weekday_name(date, language);
    let values = [("day", &*day(date, now, language)), ("weekday", &*name)];
    text(language, "pages.time.with_weekday", &values)
}

/// `09:48`, 24 hours.
#[must_use]
pub fn clock(at: Instant) -> String {
    beijing(at).format("%H:%M").to_string()
}

/// `今天 09:48`, `昨天 16:20`, `10月12日 16:05`, `2025年10月12日 16:05`.
#[must_use]
pub fn moment(at: Instant, now: Instant, language: Language) -> String {
    let time = clock(at);
    let date = day_of(at);
    let today = day_of(now);
    if date == today {
        return text(language, "pages.time.today", &[("time", &time)]);
    }
    if Some(date) == today.pred_opt() {
        return text(language, "pages.time.yesterday", &[("time", &time)]);
    }
    let date = day(date, now, language);
    text(
        language,
        "pages.time.day_time",
        &[("day", &date), ("time", &time)],
    )
}

/// `2026年10月13日 10:36`: for what is kept.
#[must_use]
pub fn full(at: Instant, language: Language) -> String {
    let date = long_day(day_of(at), language);
    let values = [("day", &*date), ("time", &*clock(at))];
    text(language, "pages.time.day_time", &values)
}

/// `10月22日（周四）24:00`. A deadline at midnight is the end of the day before it.
#[must_use]
pub fn deadline(at: Instant, now: Instant, language: Language) -> String {
    let date = weekday(deadline_day(at), now, language);
    let values = [("day", &*date), ("time", &*deadline_clock(at))];
    text(language, "pages.time.deadline", &values)
}

/// The day that a deadline names: midnight belongs to the day that it ends.
#[must_use]
pub fn deadline_day(at: Instant) -> NaiveDate {
    let date = day_of(at);
    if is_midnight(at) {
        date.pred_opt().unwrap_or(date)
    } else {
        date
    }
}

/// The time that a deadline names: `24:00` for midnight.
#[must_use]
pub fn deadline_clock(at: Instant) -> String {
    if is_midnight(at) {
        "24:00".to_owned()
    } else {
        clock(at)
    }
}

/// For the `datetime` attribute: `2026-10-13T10:36+08:00`.
#[must_use]
pub fn machine(at: Instant) -> String {
    beijing(at).format("%Y-%m-%dT%H:%M%:z").to_string()
}

/// 10 个工作日
#[must_use]
pub fn span(duration: Duration, language: Language) -> String {
    let key = match duration.unit {
        Unit::Wd => "case.span.wd",
        Unit::Wh => "case.span.wh",
        Unit::D => "case.span.d",
        Unit::H => "case.span.h",
        Unit::Min => "case.span.min",
        Unit::Mo => "case.span.mo",
        Unit::Y => "case.span.y",
    };
    text(language, key, &[("n", &duration.count.to_string())])
}

/// `640 KB`, `1.8 MB`.
#[must_use]
pub fn file_size(bytes: u64) -> String {
    const KB: u64 = 1024;
    const MB: u64 = 1024 * KB;
    const GB: u64 = 1024 * MB;
    match bytes {
        0..KB => format!("{bytes} B"),
        KB..MB => format!("{} KB", bytes.div_ceil(KB)),
        MB..GB => tenths(bytes, MB, "MB"),
        _ => tenths(bytes, GB, "GB"),
    }
}

/// `王` of `王建国`: the letter in the circle beside a comment.
#[must_use]
pub fn initial(name: &str) -> String {
    name.trim().chars().take(1).collect()
}

/// An address with little enough left to be shown on a page without login: `wang***@henan.example`.
#[must_use]
pub fn masked_address(address: &str) -> String {
    let Some((local, domain)) = address.split_once('@') else {
        return "***".to_owned();
    };
    let shown = local.chars().count().div_ceil(2).min(4);
    let head: String = local.chars().take(shown).collect();
    format!("{head}***@{domain}")
}

fn tenths(bytes: u64, unit: u64, name: &str) -> String {
    let tenths = (bytes * 10).div_ceil(unit);
    if tenths.is_multiple_of(10) {
        format!("{} {name}", tenths / 10)
    } else {
        format!("{}.{} {name}", tenths / 10, tenths % 10)
    }
}

fn is_midnight(at: Instant) -> bool {
    beijing(at).num_seconds_from_midnight() == 0
}

fn short_day(day: NaiveDate, language: Language) -> String {
    let month = match language {
        Language::Zh => day.month().to_string(),
        Language::En => MONTHS[day.month0() as usize].to_owned(),
    };
    let values = [("month", &*month), ("day", &*day.day().to_string())];
    text(language, "pages.time.day", &values)
}

fn weekday_name(day: NaiveDate, language: Language) -> String {
    const KEYS: [&str; 7] = [
        "pages.time.monday",
        "pages.time.tuesday",
        "pages.time.wednesday",
        "pages.time.thursday",
        "pages.time.friday",
        "pages.time.saturday",
        "pages.time.sunday",
    ];
    let index = day.weekday().num_days_from_monday() as usize;
    text(language, KEYS[index], &[])
}

#[cfg(test)]
mod tests {
    use super::*;
    use chrono::{TimeZone, Utc};

    /// An instant by its Beijing wall clock.
    fn at(year: i32, month: u32, day: u32, hour: u32, minute: u32) -> Instant {
        Utc.with_ymd_and_hms(year, month, day, hour, minute, 0)
            .single()
            .expect("a time that exists")
            - chrono::Duration::hours(8)
    }

    fn now() -> Instant {
        at(2026, 10, 13, 10, 0)
    }

    #[test]
    fn today_and_yesterday_come_with_a_time() {
        assert_eq!(
            moment(at(2026, 10, 13, 9, 48), now(), Language::Zh),
            "今天 09:48"
        );
        assert_eq!(
            moment(at(2026, 10, 12, 16, 20), now(), Language::Zh),
            "昨天 16:20"
        );
        assert_eq!(
            moment(at(2026, 10, 11, 0, 5), now(), Language::Zh),
            "10月11日 00:05"
        );
        assert_eq!(
            moment(at(2026, 10, 13, 9, 48), now(), Language::En),
            "today 09:48"
        );
    }

    #[test]
    fn a_day_of_another_year_names_it() {
        let last_year = at(2025, 10, 12, 16, 5);

        assert_eq!(
            moment(last_year, now(), Language::Zh),
            "2025年10月12日 16:05"
        );
        assert_eq!(moment(last_year, now(), Language::En), "12 Oct 2025, 16:05");
    }

    #[test]
    fn the_day_is_the_one_in_beijing() {
        let late_in_utc = Utc
            .with_ymd_and_hms(2026, 10, 12, 17, 30, 0)
            .single()
            .expect("a time that exists");

        assert_eq!(moment(late_in_utc, now(), Language::Zh), "今天 01:30");
    }

    #[test]
    fn a_deadline_at_midnight_is_the_end_of_the_day_before() {
        let midnight = at(2026, 10, 23, 0, 0);

        assert_eq!(
            deadline(midnight, now(), Language::Zh),
            "10月22日（周四）24:00"
        );
        assert_eq!(deadline(midnight, now(), Language::En), "Thu 22 Oct, 24:00");
        assert_eq!(
            deadline(at(2026, 10, 22, 17, 30), now(), Language::Zh),
            "10月22日（周四）17:30"
        );
    }

    #[test]
    fn what_is_kept_always_names_the_year() {
        assert_eq!(
            full(at(2026, 10, 13, 10, 36), Language::Zh),
            "2026年10月13日 10:36"
        );
        assert_eq!(machine(at(2026, 10, 13, 10, 36)), "2026-10-13T10:36+08:00");
    }

    #[test]
    fn sizes_are_short() {
        assert_eq!(file_size(0), "0 B");
        assert_eq!(file_size(640 * 1024), "640 KB");
        assert_eq!(file_size(1_843_200), "1.8 MB");
        assert_eq!(file_size(20 * 1024 * 1024), "20 MB");
    }

    #[test]
    fn an_address_is_masked_and_never_shown_whole() {
        assert_eq!(
            masked_address("wangjianguo@henan.example"),
            "wang***@henan.example"
        );
        assert_eq!(masked_address("li@henan.example"), "l***@henan.example");
        assert_eq!(masked_address("broken"), "***");
    }

    #[test]
    fn the_initial_is_one_character() {
        assert_eq!(initial("𠮷田"), "𠮷");
        assert_eq!(initial(""), "");
    }
}
