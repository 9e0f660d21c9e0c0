//! One sample of every page, as the tests and the gallery show it. Names and numbers are made up.

use chrono::{TimeZone, Utc};

mod branches;
mod case;
mod catalogue;
mod erase;
mod filing;
mod ledger;
mod lists;
mod outside;
mod print;
mod webhooks;
mod workflows;

pub(super) use case::case_sample;

use super::*;
use crate::calendar::Instant;
use crate::web::format;

/// A page that was rendered: its name, its language and its HTML.
pub(super) struct Sample {
    pub name: &'static str,
    pub language: Language,
    pub html: String,
}

const CASE: &str = "01K7A4V0M7Q9H3Z8X2B5C6D7E8";
const NUMBER: &str = "豫数共申〔2026〕0137号";

fn at(month: u32, day: u32, hour: u32, minute: u32) -> Instant {
    Utc.with_ymd_and_hms(2026, month, day, hour, minute, 0)
        .single()
        .expect("a time that exists")
        - chrono::Duration::hours(8)
}

fn now() -> Instant {
    at(10, 13, 10, 0)
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

fn due(pattern: &str, month: u32, day: u32, language: Language) -> DueView {
    let facts = ClockFacts {
        title: "省公安厅审核".into(),
        law: Some("《政务数据共享条例》第二十一条".into()),
        due: at(month, day, 0, 0),
        days: days(pattern),
        paused: pattern == "uuuuhllllll",
        overdue: pattern.contains('o'),
        provisional: false,
    };
    DueView::of(facts, now(), language)
}

fn shell(nav: Nav, here: &str, language: Language) -> Shell {
    Shell {
        language,
        reader: Some(Reader {
            name: "王建国".into(),
            department: "省公安厅".into(),
        }),
        nav,
        counts: Counts {
            inbox: 7,
            drafts: 1,
            unread: 2,
        },
        may_file: true,
        manages: false,
        sees_definitions: false,
        administers: false,
        paused: false,
        csrf: "token".into(),
        here: here.into(),
        place: Some("河南省".into()),
        demo: true,
        dev_mail: true,
        notice: None,
    }
}

fn stranger(language: Language) -> Shell {
    Shell {
        reader: None,
        nav: Nav::None,
        here: "/login".into(),
        ..shell(Nav::None, "", language)
    }
}

/// Every page, in both languages.
/// A page by its name.
type Rendered = (&'static str, Result<String, RenderError>);

/// Every page, in both languages.
pub(super) fn all() -> Vec<Sample> {
    [Language::Zh, Language::En]
        .into_iter()
        .flat_map(|language| {
            let pages = [
                lists::pages(language),
                erase::pages(language),
                filing::pages(language),
                catalogue::pages(language),
                ledger::pages(language),
                branches::pages(language),
                case::pages(language),
                outside::pages(language),
                print::pages(language),
                workflows::pages(language),
                webhooks::pages(language),
            ];
            pages.into_iter().flatten().map(move |(name, html)| Sample {
                name,
                language,
                html: html.unwrap_or_else(|error| panic!("{name}: {error}")),
            })
        })
        .collect()
}
