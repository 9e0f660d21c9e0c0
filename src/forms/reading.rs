//! Reading what people type: line ends, blanks, full-width digits, dates as they are written.

use chrono::{DateTime, Datelike, FixedOffset, NaiveDate, NaiveTime};
use serde_json::Value as Json;

use crate::calendar::{Instant, beijing};

use super::Fault;

/// No text is longer, whatever the definition says (code points).
pub(super) const MOST_CHARACTERS: usize = 4000;

/// JSON numbers beyond this are not exact, in this program or in the next.
const MOST: f64 = 9_007_199_254_740_991.0;

/// Whether a text may have line breaks and tabs.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Breaks {
    Refused,
    Kept,
}

/// A text with line ends made one and blanks at both ends taken off; `None` when nothing is left.
pub(super) fn text(typed: &Json, breaks: Breaks) -> Result<Option<String>, Fault> {
    let Some(typed) = string(typed)? else {
        return Ok(None);
    };
    let unified = typed
        .replace("\r\n", "\n")
        .replace(['\r', '\u{2028}', '\u{2029}'], "\n");
    let trimmed = unified.trim();
    for (position, character) in trimmed.chars().enumerate() {
        refuse(character, breaks).map_err(|fault| fault.with("position", position + 1))?;
    }
    let now = trimmed.chars().count();
    if MOST_CHARACTERS < now {
        return Err(Fault::new("too_long")
            .with("most", MOST_CHARACTERS)
            .with("now", now));
    }
    Ok((!trimmed.is_empty()).then(|| trimmed.to_owned()))
}

fn refuse(character: char, breaks: Breaks) -> Result<(), Fault> {
    match character {
        '\n' | '\t' if breaks == Breaks::Kept => Ok(()),
        '\n' => Err(Fault::new("line_break")),
        // Overrides, embeddings and isolates make a text read otherwise than it is kept.
        '\u{202A}'..='\u{202E}' | '\u{2066}'..='\u{2069}' => Err(Fault::new("direction")),
        _ if character.is_control() => Err(Fault::new("control")),
        _ => Ok(()),
    }
}

/// A word that stands for something: an option, a login, a code. Never longer than a line.
pub(super) fn word(typed: &Json) -> Result<Option<String>, Fault> {
    text(typed, Breaks::Refused)
}

/// Several words, each once, blanks left out. A single word counts as a list of one.
pub(super) fn words(typed: &Json) -> Result<Option<Vec<String>>, Fault> {
    let mut all: Vec<String> = Vec::new();
    let typed = match typed {
        Json::Array(typed) => typed.as_slice(),
        single => std::slice::from_ref(single),
    };
    for one in typed {
        if let Some(word) = word(one)?
            && !all.contains(&word)
        {
            all.push(word);
        }
    }
    Ok((!all.is_empty()).then_some(all))
}

fn string(typed: &Json) -> Result<Option<&str>, Fault> {
    match typed {
        Json::Null => Ok(None),
        Json::String(text) => Ok(Some(text)),
        _ => Err(Fault::new("not_text")),
    }
}

/// Full-width letters, digits and signs as half-width ones, without blanks at the ends.
pub(super) fn half_width(text: &str) -> String {
    text.trim()
        .chars()
        .map(|character| match character {
            '\u{FF01}'..='\u{FF5E}' => {
                char::from_u32(u32::from(character) - 0xFEE0).unwrap_or(character)
            }
            '\u{3000}' => ' ',
            '\u{2212}' | '\u{2013}' | '\u{2014}' | '\u{2010}' | '\u{2011}' => '-',
            other => other,
        })
        .collect()
}

/// A number as typed: its value, and how many decimals were written.
pub(super) fn number(typed: &Json) -> Result<Option<(f64, usize)>, Fault> {
    let (value, decimals) = match typed {
        Json::Number(number) => {
            let value = number.as_f64().ok_or_else(|| Fault::new("number_huge"))?;
            let written = format!("{value}");
            let decimals = written.split_once('.').map_or(0, |(_, after)| after.len());
            (value, decimals)
        }
        Json::Null => return Ok(None),
        Json::String(text) => match half_width(text) {
            blank if blank.is_empty() => return Ok(None),
            written => written_number(&written).ok_or_else(|| Fault::new("not_number"))?,
        },
        _ => return Err(Fault::new("not_number")),
    };
    if !value.is_finite() || MOST < value.abs() {
        return Err(Fault::new("number_huge"));
    }
    Ok(Some((value, decimals)))
}

/// Digits with an optional sign, groups of three and fraction. Neither `1e5` nor `inf`, which a parser would take.
fn written_number(written: &str) -> Option<(f64, usize)> {
    let unsigned = written.strip_prefix(['-', '+']).unwrap_or(written);
    let (whole, fraction) = unsigned.split_once('.').unwrap_or((unsigned, "0"));
    let mut groups = whole.split(',');
    let first = groups.next()?;
    let grouped = whole.contains(',');
    let plain = digits(first)
        && digits(fraction)
        && (!grouped || first.len() <= 3)
        && groups.all(|group| group.len() == 3 && digits(group));
    if !plain {
        return None;
    }
    let decimals = unsigned.split_once('.').map_or(0, |(_, after)| after.len());
    let value = written.replace(',', "").parse().ok()?;
    Some((value, decimals))
}

fn digits(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit())
}

/// A day: `2026-11-01`, and as people write it, `2026/11/1`, `2026.11.1`, `20261101`, `2026年11月1日`.
pub(super) fn date(typed: &Json) -> Result<Option<NaiveDate>, Fault> {
    let Some(text) = string(typed).map_err(|_| Fault::new("not_date"))? else {
        return Ok(None);
    };
    let written = half_width(text);
    if written.is_empty() {
        return Ok(None);
    }
    day(&written).map(Some)
}

fn day(written: &str) -> Result<NaiveDate, Fault> {
    let not_date = || Fault::new("not_date");
    let (year, month, day) = date_parts(written).ok_or_else(not_date)?;
    let year: i32 = year.parse().map_err(|_| not_date())?;
    let month: u32 = month.parse().map_err(|_| not_date())?;
    let day: u32 = day.parse().map_err(|_| not_date())?;
    let date = NaiveDate::from_ymd_opt(year, month, day).ok_or_else(|| {
        Fault::new("no_such_day").with("day", format!("{year:04}-{month:02}-{day:02}"))
    })?;
    if !(1900..2200).contains(&date.year()) {
        return Err(Fault::new("year").with("first", 1900).with("last", 2199));
    }
    Ok(date)
}

fn date_parts(written: &str) -> Option<(&str, &str, &str)> {
    if written.len() == 8 && digits(written) {
        return Some((&written[..4], &written[4..6], &written[6..]));
    }
    let written = written.strip_suffix('日').unwrap_or(written);
    let mut parts = written.split(['-', '/', '.', '年', '月']).map(str::trim);
    let found = (parts.next()?, parts.next()?, parts.next()?);
    let sizes =
        found.0.len() == 4 && (1..=2).contains(&found.1.len()) && (1..=2).contains(&found.2.len());
    let whole = parts.next().is_none() && [found.0, found.1, found.2].into_iter().all(digits);
    (sizes && whole).then_some(found)
}

/// An instant: RFC 3339, or what a page's input gives, a Beijing time without a zone.
pub(super) fn time(typed: &Json) -> Result<Option<Instant>, Fault> {
    let Some(text) = string(typed).map_err(|_| Fault::new("not_time"))? else {
        return Ok(None);
    };
    let written = half_width(text);
    if written.is_empty() {
        return Ok(None);
    }
    let (first, second) = written
        .split_once(['T', ' '])
        .ok_or_else(|| Fault::new("not_time"))?;
    let date = day(first).map_err(|fault| match fault.code {
        "not_date" => Fault::new("not_time"),
        _ => fault,
    })?;
    if let Ok(at) = DateTime::<FixedOffset>::parse_from_rfc3339(&written) {
        return Ok(Some(at.to_utc()));
    }
    let clock = NaiveTime::parse_from_str(second.trim(), "%H:%M")
        .or_else(|_| NaiveTime::parse_from_str(second.trim(), "%H:%M:%S"))
        .map_err(|_| Fault::new("not_time"))?;
    let since_midnight = clock.signed_duration_since(NaiveTime::MIN);
    Ok(Some(super::values::midnight(date) + since_midnight))
}

/// The canonical text of an instant: to the second, in Beijing time.
pub(super) fn written_time(at: Instant) -> String {
    beijing(at).format("%Y-%m-%dT%H:%M:%S%:z").to_string()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn fault_of<T: std::fmt::Debug>(read: Result<T, Fault>) -> &'static str {
        read.unwrap_err().code
    }

    #[test]
    fn line_ends_are_made_one_and_blanks_are_no_answer() {
        let read = |typed: &str| text(&json!(typed), Breaks::Kept).unwrap();

        assert_eq!(read("一\r\n二\r三"), Some("一\n二\n三".into()));
        assert_eq!(read(" \u{3000}\r\n"), None);
    }

    #[test]
    fn control_characters_and_direction_overrides_are_refused_with_their_place() {
        let read = |typed: &str| text(&json!(typed), Breaks::Refused);

        assert_eq!(
            read("张\u{0}三").unwrap_err(),
            Fault::new("control").with("position", 2)
        );
        assert_eq!(fault_of(read("a\u{202E}b")), "direction");
        assert_eq!(fault_of(read("a\u{2067}b")), "direction");
        assert_eq!(fault_of(read("一\n二")), "line_break");
        assert_eq!(fault_of(text(&json!("a\u{7}b"), Breaks::Kept)), "control");
    }

    #[test]
    fn rare_characters_of_names_are_kept() {
        let name = "𠮷田\u{FA11}·买买提";

        assert_eq!(text(&json!(name), Breaks::Refused), Ok(Some(name.into())));
    }

    #[test]
    fn a_text_is_counted_in_characters_not_in_bytes() {
        let most = "字".repeat(MOST_CHARACTERS);

        assert!(text(&json!(most), Breaks::Kept).is_ok());
        assert_eq!(
            fault_of(text(&json!(most + "𠮷"), Breaks::Kept)),
            "too_long"
        );
    }

    #[test]
    fn numbers_are_read_as_people_write_them() {
        let read = |typed: &str| number(&json!(typed)).unwrap().map(|(value, _)| value);

        assert_eq!(read("１２．５"), Some(12.5));
        assert_eq!(read("1，234，567"), Some(1_234_567.0));
        assert_eq!(read("－3"), Some(-3.0));
        assert_eq!(read("　"), None);
    }

    #[test]
    fn what_only_a_parser_takes_for_a_number_is_none() {
        for typed in [
            "1e5", "inf", "NaN", "0x10", "1,23", ".5", "5.", "12abc", "--1",
        ] {
            assert_eq!(fault_of(number(&json!(typed))), "not_number", "{typed}");
        }
        assert_eq!(fault_of(number(&json!("9".repeat(400)))), "number_huge");
        assert_eq!(fault_of(number(&json!(1e300))), "number_huge");
        assert_eq!(fault_of(number(&json!([1]))), "not_number");
    }

    #[test]
    fn dates_are_read_as_people_write_them() {
        let day = NaiveDate::from_ymd_opt(2026, 11, 1);

        for typed in [
            "2026-11-01",
            "２０２６／１１／１",
            "2026.11.1",
            "20261101",
            "2026年11月1日",
        ] {
            assert_eq!(date(&json!(typed)), Ok(day), "{typed}");
        }
    }

    #[test]
    fn an_impossible_date_is_named() {
        assert_eq!(
            date(&json!("2026-02-30")).unwrap_err(),
            Fault::new("no_such_day").with("day", "2026-02-30")
        );
        assert_eq!(fault_of(date(&json!("0206-02-03"))), "year");
        for typed in ["明天", "2026-11", "26-11-01", "2026-11-01-02", "2026111"] {
            assert_eq!(fault_of(date(&json!(typed))), "not_date", "{typed}");
        }
    }

    #[test]
    fn a_time_of_the_page_is_beijing_time() {
        let read = |typed: &str| time(&json!(typed)).unwrap().map(written_time);

        assert_eq!(
            read("2026-10-18T09:30"),
            Some("2026-10-18T09:30:00+08:00".into())
        );
        assert_eq!(
            read("2026-10-18T01:30:00Z"),
            Some("2026-10-18T09:30:00+08:00".into())
        );
        assert_eq!(fault_of(time(&json!("2026-10-18"))), "not_time");
        assert_eq!(fault_of(time(&json!("2026-13-18T09:30"))), "no_such_day");
        assert_eq!(fault_of(time(&json!("2026-10-18T25:30"))), "not_time");
    }
}
