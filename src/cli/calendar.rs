//! `huiqian calendar add`.

use std::path::Path;

use chrono::NaiveDate;

use super::failure::{Failure, say};
use super::{Answer, database};
use crate::calendar::Calendar;
use crate::config::{ConfigError, DatabaseSettings, Sources};
use crate::services::calendars;

/// Prints the date plus so many working days; on stderr, whether it may still move.
pub(super) fn add(
    config: Option<&Path>,
    date: NaiveDate,
    days: u32,
    name: &str,
) -> Result<Answer, Failure> {
    let calendar = find(config, name)?;
    let last = calendar.add_working_days(date, days);
    println!("{last}");
    if calendar.is_provisional(last) {
        let year = calendar
            .last_known_year()
            .map(|year| year.to_string())
            .unwrap_or_default();
        eprintln!(
            "{}",
            say(
                "calendar.provisional",
                &[("calendar", name), ("year", &year)]
            )
        );
    }
    Ok(Answer::Fine)
}

/// The calendar as the database has it; without a database, the shipped one.
fn find(config: Option<&Path>, name: &str) -> Result<Calendar, Failure> {
    let unknown = || Failure::refused(say("calendar.unknown", &[("calendar", name)]));
    let sources = Sources::of_process(config)?;
    match DatabaseSettings::read(&sources) {
        Ok(settings) => {
            let db = database::open_current(&settings)?;
            calendars::get(&db, name)?.ok_or_else(unknown)
        }
        Err(ConfigError::Missing { .. }) => calendars::shipped(name).ok_or_else(unknown),
        Err(error) => Err(error.into()),
    }
}
