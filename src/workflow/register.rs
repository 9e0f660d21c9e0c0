//! What a register is: its fields, the statuses of an entry and the moves between them, who sees it.

use std::collections::BTreeMap;
use std::sync::{Arc, LazyLock};

use chrono::{Days, Months, NaiveDate};

use super::model::{Id, Text, Who};
use super::surroundings::Surroundings;
use crate::calendar::{Duration, Unit};
use crate::directory::RoleCode;
use crate::expression::Expression;
use crate::forms::{Field, Options};

/// The registers that the product ships.
const SHIPPED: &[(&str, &str)] = &[
    (
        "catalogue.yaml",
        include_str!("../../workflows/registers/catalogue.yaml"),
    ),
    (
        "contractors.yaml",
        include_str!("../../workflows/registers/contractors.yaml"),
    ),
    (
        "corrections.yaml",
        include_str!("../../workflows/registers/corrections.yaml"),
    ),
    (
        "destructions.yaml",
        include_str!("../../workflows/registers/destructions.yaml"),
    ),
    (
        "disputes.yaml",
        include_str!("../../workflows/registers/disputes.yaml"),
    ),
    (
        "grants.yaml",
        include_str!("../../workflows/registers/grants.yaml"),
    ),
    (
        "incidents.yaml",
        include_str!("../../workflows/registers/incidents.yaml"),
    ),
    (
        "open_data.yaml",
        include_str!("../../workflows/registers/open_data.yaml"),
    ),
    (
        "systems.yaml",
        include_str!("../../workflows/registers/systems.yaml"),
    ),
];

/// A register, as its file defines it.
#[derive(Debug, Clone, PartialEq)]
pub struct Register {
    /// Its id: `grants`.
    pub id: Id,
    /// Its name.
    pub title: Text,
    /// The statuses of an entry, in the order of its life; [`Register::VOIDED`] is not among them.
    pub statuses: Vec<StatusRule>,
    /// From which status to which an entry may go.
    pub moves: Vec<(Id, Id)>,
    /// Roles that may read it; `any` stands for everyone.
    pub sees: Vec<RoleCode>,
    /// Whether an entry is an entry of the data directory: what is written here is written there, in the same transaction.
    pub directory: bool,
    /// What an entry holds.
    pub fields: Vec<Field>,
    /// The days that something is done about.
    pub dates: Vec<RegisterDate>,
    /// The fields that other programs are told of when an entry changes; none of them is prose.
    pub tells: Vec<Id>,
}

/// A status of an entry.
#[derive(Debug, Clone, PartialEq)]
pub struct StatusRule {
    /// Its id.
    pub id: Id,
    /// What it is called.
    pub title: Text,
    /// An entry with it is out of force: `registered(…)` does not find it.
    pub over: bool,
}

/// A day in an entry that something is done about.
#[derive(Debug, Clone, PartialEq)]
pub struct RegisterDate {
    /// The field that holds it.
    pub field: Id,
    /// What comes then: the field's label unless something else is written.
    pub title: Text,
    /// How long after the day in the field it comes.
    pub after: Option<Duration>,
    /// The statuses in which it matters.
    pub matters: Vec<Id>,
    /// How long before to remind, the shortest first.
    pub remind: Vec<Duration>,
    /// Who is reminded; empty: the applicant while in office, and who leads the applicant's department.
    pub to: Vec<Who>,
    /// The case that is started when it comes.
    pub start: Option<RegisterStart>,
}

/// A case that a date starts.
#[derive(Debug, Clone, PartialEq)]
pub struct RegisterStart {
    /// Of which workflow.
    pub workflow: Id,
    /// Its answers, by field, read from the entry.
    pub with: Vec<(String, Expression)>,
    /// Who files it: the first of these who may.
    pub by: Vec<Who>,
    /// Whether it is submitted at once instead of left as a draft.
    pub submit: bool,
}

impl RegisterDate {
    /// The mark of what a date starts.
    pub const START: &'static str = "start";

    /// The day on which it comes, by the day in the field; `None` beyond the calendar.
    #[must_use]
    pub fn comes(&self, day: NaiveDate) -> Option<NaiveDate> {
        self.after.map_or(Some(day), |after| later(day, after))
    }

    /// The names under which is kept what was done about a day: `30d`, `start`.
    #[must_use]
    pub fn marks(&self) -> Vec<String> {
        let remind = self.remind.iter().map(Self::mark);
        let start = self.start.iter().map(|_| Self::START.to_owned());
        remind.chain(start).collect()
    }

    /// The mark of a reminder.
    #[must_use]
    pub fn mark(before: &Duration) -> String {
        before.to_string()
    }

    /// The latest day in the field of which something is due by `today` that is done so long `before` it comes.
    #[must_use]
    pub fn latest(&self, before: Option<Duration>, today: NaiveDate) -> Option<NaiveDate> {
        let due = |day: NaiveDate| {
            let comes = self.comes(day)?;
            let from = before.map_or(Some(comes), |before| earlier(comes, before))?;
            Some(from <= today)
        };
        // Months differ in length, so the way back is only a guess, at most a few days off.
        let guess = before.map_or(Some(today), |before| later(today, before))?;
        let guess = self
            .after
            .map_or(Some(guess), |after| earlier(guess, after))?;
        let mut day = guess.checked_sub_days(Days::new(5))?;
        while due(day.succ_opt()?)? {
            day = day.succ_opt()?;
        }
        Some(day)
    }
}

fn later(day: NaiveDate, by: Duration) -> Option<NaiveDate> {
    match by.unit {
        Unit::Y => day.checked_add_months(Months::new(by.count.checked_mul(12)?)),
        Unit::Mo => day.checked_add_months(Months::new(by.count)),
        Unit::D | Unit::Wd | Unit::Wh | Unit::H | Unit::Min => {
            day.checked_add_days(Days::new(u64::from(by.count)))
        }
    }
}

fn earlier(day: NaiveDate, by: Duration) -> Option<NaiveDate> {
    match by.unit {
        Unit::Y => day.checked_sub_months(Months::new(by.count.checked_mul(12)?)),
        Unit::Mo => day.checked_sub_months(Months::new(by.count)),
        Unit::D | Unit::Wd | Unit::Wh | Unit::H | Unit::Min => {
            day.checked_sub_days(Days::new(u64::from(by.count)))
        }
    }
}

impl Register {
    /// The last status of every register: the case was declared void, or what it wrote was taken back.
    pub const VOIDED: &'static str = "voided";

    /// The status of an entry of the data directory that was taken out of it.
    pub const REMOVED: &'static str = "removed";

    /// The registers that the product ships, by id.
    #[must_use]
    pub fn shipped() -> &'static BTreeMap<Id, Arc<Self>> {
        static READ: LazyLock<BTreeMap<Id, Arc<Register>>> = LazyLock::new(|| {
            let around = Surroundings::without_registers();
            let read = SHIPPED.iter().filter_map(|(name, text)| {
                let register = super::read_register(name, text, &around).register?;
                Some((register.id.clone(), Arc::new(register)))
            });
            read.collect()
        });
        &READ
    }

    /// A field by its id.
    #[must_use]
    pub fn field(&self, id: &str) -> Option<&Field> {
        self.fields.iter().find(|field| field.id == id)
    }

    /// What a status is called.
    #[must_use]
    pub fn status(&self, id: &str) -> Option<&Text> {
        self.statuses
            .iter()
            .find(|status| status.id == id)
            .map(|status| &status.title)
    }

    /// Whether an entry with this status is out of force.
    #[must_use]
    pub fn is_over(&self, status: &str) -> bool {
        let over = |known: &&StatusRule| known.id == status && known.over;
        status == Self::VOIDED || self.statuses.iter().any(|known| over(&known))
    }

    /// Whether an entry may go from a status to another. The first one may be any, and so may the first after what was
    /// written was taken back.
    #[must_use]
    pub fn allows(&self, from: Option<&str>, to: &str) -> bool {
        match from {
            None | Some(Self::VOIDED) => true,
            Some(from) => self.moves.iter().any(|(a, b)| a == from && b == to),
        }
    }

    /// The fields of a type: `department`, `date`.
    pub fn of_type<'a>(&'a self, kinds: &'a [&str]) -> impl Iterator<Item = &'a Field> {
        let fields = self.fields.iter();
        fields.filter(|field| kinds.contains(&field.kind.0.name()))
    }

    /// The options of a field by their codes.
    #[must_use]
    pub fn options<'a>(&self, field: &'a Field) -> &'a [(String, Text)] {
        match &field.options {
            Options::Fixed(options) => options,
            Options::None | Options::From(_) => &[],
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_file_that_is_shipped_is_read_without_a_finding() {
        let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/workflows/registers");
        let mut files: Vec<String> = std::fs::read_dir(folder)
            .expect("the folder of registers")
            .map(|entry| entry.expect("an entry").file_name())
            .map(|name| name.to_string_lossy().into_owned())
            .collect();
        files.sort();
        let known: Vec<&str> = SHIPPED.iter().map(|(name, _)| *name).collect();
        assert_eq!(files, known);

        let around = Surroundings::without_registers();
        for (name, text) in SHIPPED {
            let read = super::super::read_register(name, text, &around);
            let shown: Vec<String> = read.findings.iter().map(|found| found.show(text)).collect();
            assert!(shown.is_empty(), "{}", shown.join("\n"));
        }
        assert_eq!(Register::shipped().len(), SHIPPED.len());
    }

    #[test]
    fn an_entry_goes_only_where_a_move_leads() {
        let grants = &Register::shipped()["grants"];

        assert!(grants.allows(None, "suspended"));
        assert!(grants.allows(Some("in_force"), "suspended"));
        assert!(!grants.allows(Some("ended"), "in_force"));
        assert!(grants.allows(Some("voided"), "agreed"));
    }

    fn found(old: &str, new: &str) -> Vec<&'static str> {
        let text = "register: licences
title: 执照
statuses: {valid: {title: 有效}, lapsed: {title: 失效, over: true}}
moves: [valid > lapsed]
sees: [any]
fields:
  - {id: holder, type: text, label: 持有人}
  - {id: keeper, type: department, label: 部门}
  - {id: until, type: date, label: 有效期至}
dates:
  - {field: until, title: 到期, after: 1d, while: [valid], remind: [30d before, 0d before], to: [section_head@entry.keeper], start: {workflow: data-destruction, with: {subject: entry.holder}, for: [applicant]}}
";
        assert!(text.contains(old), "there is no {old:?}");
        let changed = text.replacen(old, new, 1);
        let read = super::super::read_register("own.yaml", &changed, &around());
        read.findings.iter().map(|found| found.code).collect()
    }

    /// Of the workflow that is started, the form is known as well.
    fn around() -> Surroundings {
        let mut around = Surroundings::standard();
        around.learn(include_str!("../../workflows/data-destruction.yaml"));
        around
    }

    #[test]
    fn what_is_wrong_with_a_date_is_found() {
        assert_eq!(found("", ""), Vec::<&str>::new());
        for (code, old, new) in [
            ("unknown-field", "field: until", "field: untill"),
            ("bad-value", "field: until", "field: holder"),
            ("unknown-status", "while: [valid]", "while: [valit]"),
            ("bad-value", "30d before", "50%"),
            ("bad-value", "30d before", "5wd before"),
            ("bad-value", "30d before", "every 1d after"),
            ("bad-value", "after: 1d", "after: 1wd"),
            ("unknown-role", "section_head@", "section_heat@"),
            ("bad-who", "entry.keeper", "entry.holder"),
            ("unknown-field", "entry.keeper", "entry.keepers"),
            ("bad-who", "to: [section_head@entry.keeper]", "to: any"),
            ("unknown-workflow", "data-destruction", "data-destructoin"),
            ("unknown-field", "subject: entry", "subjekt: entry"),
            ("unknown-name", "entry.holder}", "entry.holders}"),
            ("guard-type", "entry.holder}", "entry.until}"),
            ("bad-value", "title: 有效}", "title: 有效, over: true}"),
        ] {
            let codes = found(old, new);
            assert!(codes.contains(&code), "{new}: {codes:?}");
        }
        let twice = "dates:\n  - {field: until, remind: [30d before]}";
        assert_eq!(found("dates:", twice), ["bad-value"]);
        assert_eq!(
            found(", remind: [30d before, 0d before]", ""),
            Vec::<&str>::new()
        );
    }

    #[test]
    fn a_day_counts_from_when_it_comes_and_the_latest_reminder_before_it() {
        let register = &Register::shipped()["systems"];
        let date = &register.dates[0];
        let day = |text: &str| text.parse::<NaiveDate>().expect("a day");

        assert_eq!(date.comes(day("2024-02-29")), Some(day("2025-02-28")));
        assert_eq!(date.marks(), ["30d", "60d"]);
        let month = date.remind[0];
        // 30 days before 2027-03-31 is 2027-03-01.
        assert_eq!(
            date.latest(Some(month), day("2027-03-01")),
            Some(day("2026-03-31"))
        );
        assert_eq!(
            date.latest(None, day("2025-02-28")),
            Some(day("2024-02-29"))
        );
    }
}
