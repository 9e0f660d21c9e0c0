//! Calendars as files: `date,kind,name`, one line for each day that differs from Monday to Friday.
//!
//! The shipped one follows the yearly notices of the State Council's office, as collected in the data set
//! chinesecalendar 1.11.0 (MIT).

use std::collections::BTreeMap;
use std::sync::LazyLock;

use chrono::{Datelike, NaiveDate};

use super::{Calendar, DayKind};

const HEADER: [&str; 3] = ["date", "kind", "name"];
const YEARS: std::ops::RangeInclusive<i32> = 1949..=2200;
const MOST_LINES: usize = 20_000;

static CN_GOV: LazyLock<Calendar> = LazyLock::new(|| {
    // The file is part of the program, and a test reads it.
    Calendar::from_csv("cn-gov", include_str!("cn-holidays.csv"))
        .unwrap_or_else(|error| unreachable!("the shipped calendar: {error}"))
});

/// Why a calendar file was refused.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("第 {line} 行：{problem}")]
pub struct CalendarError {
    /// The line, counted from 1.
    pub line: u64,
    /// What is wrong and how to mend it.
    pub problem: String,
}

impl Calendar {
    /// The calendar of Chinese government offices, 2004 to the last year whose holidays were announced.
    #[must_use]
    pub fn cn_gov() -> Self {
        CN_GOV.clone()
    }

    /// A calendar from a CSV text with the columns `date,kind,name`: an ISO date, `work` or `off`, the holiday.
    pub fn from_csv(name: &str, text: &str) -> Result<Self, CalendarError> {
        let text = text.strip_prefix('\u{feff}').unwrap_or(text);
        let mut reader = csv::ReaderBuilder::new()
            .has_headers(false)
            .flexible(true)
            .trim(csv::Trim::All)
            .from_reader(text.as_bytes());
        let mut exceptions = BTreeMap::new();
        for (index, record) in reader.records().enumerate() {
            let record = record.map_err(|error| unreadable(&error))?;
            let line = record.position().map_or(1, csv::Position::line);
            let refuse = |problem| CalendarError { line, problem };
            if index == 0 {
                header(&record).map_err(refuse)?;
                continue;
            }
            if MOST_LINES < index {
                return Err(refuse(format!("文件太长，最多 {MOST_LINES} 行")));
            }
            let (date, day) = day(&record).map_err(refuse)?;
            if exceptions.insert(date, day).is_some() {
                return Err(refuse(format!("{date} 在前面已经写过，请只留一行")));
            }
        }
        if exceptions.is_empty() {
            let problem = "文件里没有日期；第一行写 date,kind,name，以下每行一个日期".to_owned();
            return Err(CalendarError { line: 1, problem });
        }
        Ok(Self {
            name: name.to_owned(),
            exceptions,
            round_the_clock: false,
        })
    }
}

fn header(record: &csv::StringRecord) -> Result<(), String> {
    if record.iter().eq(HEADER) {
        return Ok(());
    }
    let found = record.iter().collect::<Vec<_>>().join(",");
    Err(format!("表头应当是 date,kind,name，现在是“{found}”"))
}

fn day(record: &csv::StringRecord) -> Result<(NaiveDate, (DayKind, String)), String> {
    let [Some(date), Some(kind), Some(name)] = [record.get(0), record.get(1), record.get(2)] else {
        return Err("应当有三列：date,kind,name".to_owned());
    };
    if 3 < record.len() {
        return Err("多于三列；名称里有逗号的，请用双引号括起来".to_owned());
    }
    let kind = match kind {
        "work" => DayKind::Work,
        "off" => DayKind::Off,
        other => {
            return Err(format!(
                "kind 是“{other}”，只能写 work（调休上班）或者 off（放假）"
            ));
        }
    };
    if name.is_empty() || 30 < name.chars().count() || name.contains(char::is_control) {
        return Err("name 要写节日名称，不超过 30 个字".to_owned());
    }
    Ok((parse_date(date)?, (kind, name.to_owned())))
}

fn parse_date(text: &str) -> Result<NaiveDate, String> {
    let date = NaiveDate::parse_from_str(text, "%Y-%m-%d")
        .map_err(|_| format!("“{text}”不是日期，请写成 2026-10-01 的样子"))?;
    if !YEARS.contains(&date.year()) {
        let (first, last) = (YEARS.start(), YEARS.end());
        return Err(format!("{date} 的年份不在 {first} 至 {last} 年之间"));
    }
    Ok(date)
}

fn unreadable(error: &csv::Error) -> CalendarError {
    CalendarError {
        line: error.position().map_or(1, csv::Position::line),
        problem: format!("读不懂这一行（{error}），请另存为 UTF-8 编码的 CSV"),
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing::date;
    use super::*;

    #[test]
    fn the_shipped_calendar_knows_the_years_2004_to_2026() {
        let calendar = Calendar::cn_gov();

        assert_eq!(calendar.exceptions.len(), 771);
        assert_eq!(calendar.last_known_year(), Some(2026));
        assert_eq!(
            calendar.exception(date("2026-10-10")),
            Some((DayKind::Work, "国庆节"))
        );
    }

    #[test]
    fn a_byte_order_mark_and_windows_lines_do_no_harm() {
        let read = Calendar::from_csv("x", "\u{feff}date,kind,name\r\n2027-01-01,off,元旦\r\n");

        assert_eq!(
            read.expect("reads").exception(date("2027-01-01")),
            Some((DayKind::Off, "元旦"))
        );
    }

    #[test]
    fn each_fault_names_its_line_and_the_remedy() {
        for (text, line, words) in [
            ("", 1, "没有日期"),
            ("day,kind,name\n", 1, "表头"),
            ("date,kind,name\n2027-02-30,off,x\n", 2, "2027-02-30"),
            ("date,kind,name\n2027-01-01,rest,元旦\n", 2, "work"),
            ("date,kind,name\n2027-01-01,off,\n", 2, "节日名称"),
            ("date,kind,name\n2027-01-01,off\n", 2, "三列"),
            ("date,kind,name\n2027-01-01,off,a,b\n", 2, "双引号"),
            ("date,kind,name\n0027-01-01,off,元旦\n", 2, "年份"),
            (
                "date,kind,name\n\n2027-01-01,off,元旦\n2027-01-01,work,元旦\n",
                4,
                "已经写过",
            ),
        ] {
            let error = Calendar::from_csv("x", text).expect_err(text);

            assert_eq!(error.line, line, "{text:?}: {error}");
            assert!(error.problem.contains(words), "{text:?}: {error}");
        }
    }
}
