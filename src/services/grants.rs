//! May a department use this data today: the answer that the register of grants gives, read anew at every question.

use std::collections::BTreeSet;
use std::sync::Arc;

use chrono::NaiveDate;
use serde_json::Value;
use ulid::Ulid;

use super::ledger::{self, values};
use super::registers::day;
use super::{App, Error, Viewer};
use crate::directory::DepartmentCode;
use crate::engine::Rejection;
use crate::storage::register_search::{self, Found, StoredEntry, Within};

const REGISTER: &str = "grants";

/// The one status in which a grant permits use.
const IN_FORCE: &str = "in_force";

/// What is asked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Question {
    /// Who would use it.
    pub department: DepartmentCode,
    /// The resource's code.
    pub resource: String,
    /// The codes of the items; none: whatever was granted of it.
    pub items: Vec<String>,
    /// Words of the purpose; empty: any.
    pub purpose: String,
    /// On which day.
    pub day: NaiveDate,
}

/// The answer.
#[derive(Debug, Clone, PartialEq)]
pub struct Answer {
    /// Whether the use is covered, every item of it.
    pub allowed: bool,
    /// The last day on which all of it is covered; `None`: without an end, or not at all.
    pub until: Option<NaiveDate>,
    /// Item by item, in the order asked.
    pub items: Vec<ItemAnswer>,
}

/// The answer for an item.
#[derive(Debug, Clone, PartialEq)]
pub struct ItemAnswer {
    /// Its code; `None` for the whole resource.
    pub item: Option<String>,
    /// By which grant, or why not.
    pub answer: Result<Grant, Refusal>,
}

/// What permits a use.
#[derive(Debug, Clone, PartialEq)]
pub struct Grant {
    /// The entry of the register.
    pub entry: Ulid,
    /// The case that left it.
    pub case: Ulid,
    /// Its number.
    pub number: Option<String>,
    /// Under which conditions.
    pub conditions: Vec<String>,
    /// For which purpose.
    pub purpose: String,
    /// Within which scope.
    pub scope: String,
    /// How it is shared.
    pub method: String,
    /// The first day.
    pub from: Option<NaiveDate>,
    /// The last day.
    pub until: Option<NaiveDate>,
    /// How many calls.
    pub calls: Option<i64>,
}

/// Why a use is not covered.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Refusal {
    /// Nobody granted it.
    None,
    /// It was granted for something else.
    Purpose,
    /// The period of use is over.
    Over,
    /// The period of use has not begun.
    NotYet,
    /// It is agreed to, and not provided and confirmed yet.
    Agreed,
    /// It is suspended.
    Suspended,
}

impl Refusal {
    /// Its name in interfaces and messages.
    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            Self::None => "none",
            Self::Purpose => "purpose",
            Self::Over => "over",
            Self::NotYet => "not_yet",
            Self::Agreed => "agreed",
            Self::Suspended => "suspended",
        }
    }
}

/// The codes in a list with commas between them, of either width.
#[must_use]
pub fn items(list: &str) -> Vec<String> {
    let codes = list.split([',', '，', '、']).map(str::trim);
    codes
        .filter(|code| !code.is_empty())
        .map(str::to_owned)
        .collect()
}

/// Answers for those who see the department's grants. Where a grant is of data above the reader's clearance nothing is
/// answered: a «yes» would tell of it, and a «no» would be wrong.
pub fn check(app: &Arc<App>, viewer: &Viewer, question: Question) -> Result<Answer, Error> {
    if !Reach::of(app, viewer)?.covers(&question.department) {
        return Err(Error::Forbidden("grants"));
    }
    let (found, question) = app.db.read(move |conn| {
        let (department, resource) = (&question.department, &question.resource);
        let found = register_search::with_value(conn, REGISTER, department, resource)?;
        Ok::<_, Error>((found, question))
    })?;
    may_know(&found, &question, viewer.person.clearance)?;
    Ok(answer(&found, &question))
}

/// Whom somebody may ask about: their own department, and those whose grants they see.
pub struct Reach {
    own: DepartmentCode,
    grants: Option<Within>,
}

impl Reach {
    /// How far a reader's questions reach.
    pub fn of(app: &App, viewer: &Viewer) -> Result<Self, Error> {
        let grants = match ledger::of(app, viewer, REGISTER) {
            Ok(readable) => Some(readable.within),
            Err(Error::NotFound) => None,
            Err(error) => return Err(error),
        };
        Ok(Self {
            own: viewer.person.department.clone(),
            grants,
        })
    }

    /// Whether a department may be asked about.
    #[must_use]
    pub fn covers(&self, department: &DepartmentCode) -> bool {
        let sees = |within: &Within| match within {
            Within::All => true,
            Within::Departments(all, _) => all.contains(department),
        };
        self.own == *department || self.grants.as_ref().is_some_and(sees)
    }
}

fn may_know(found: &[Found], question: &Question, clearance: u8) -> Result<(), Rejection> {
    let levels = of_resource(found, question).map(|(_, case)| case.level);
    match levels.max().filter(|level| clearance < *level) {
        Some(level) => Err(Rejection::Clearance { level, clearance }),
        None => Ok(()),
    }
}

fn of_resource<'f>(found: &'f [Found], question: &Question) -> impl Iterator<Item = &'f Found> {
    let named = |found: &&Found| text(&found.0, "resource") == question.resource;
    found.iter().filter(named)
}

/// Without items it is asked for each that was granted, and covered if any is.
fn answer(found: &[Found], question: &Question) -> Answer {
    let of_resource: Vec<&Found> = of_resource(found, question).collect();
    let named = !question.items.is_empty();
    let items: Vec<Option<String>> = match named {
        true => question.items.iter().cloned().map(Some).collect(),
        false => granted(&of_resource),
    };
    let mut items: Vec<ItemAnswer> = items
        .into_iter()
        .map(|item| ItemAnswer {
            answer: one(&of_resource, item.as_deref(), question),
            item,
        })
        .collect();
    let allowed = match named {
        true => items.iter().all(|item| item.answer.is_ok()),
        false => items.iter().any(|item| item.answer.is_ok()),
    };
    if items.is_empty() {
        items.push(ItemAnswer {
            item: None,
            answer: Err(Refusal::None),
        });
    }
    let untils = items.iter().filter_map(|item| item.answer.as_ref().ok());
    Answer {
        allowed,
        until: untils
            .filter_map(|grant| grant.until)
            .min()
            .filter(|_| allowed),
        items,
    }
}

/// The items that were granted, each once; `None` stands for the whole resource.
fn granted(found: &[&Found]) -> Vec<Option<String>> {
    let items: BTreeSet<Option<String>> = found.iter().map(|(entry, _)| item(entry)).collect();
    items.into_iter().collect()
}

/// The first grant that covers the item, else what stands in the way of the one that comes nearest.
fn one(found: &[&Found], wanted: Option<&str>, question: &Question) -> Result<Grant, Refusal> {
    let mut nearest = Refusal::None;
    for found in found {
        let granted = item(&found.0);
        if granted.is_some() && granted.as_deref() != wanted {
            continue;
        }
        match stands_in_the_way(&found.0, question) {
            None => return Ok(grant(found)),
            Some(refusal) => nearest = nearest.max(refusal),
        }
    }
    Err(nearest)
}

fn stands_in_the_way(entry: &StoredEntry, question: &Question) -> Option<Refusal> {
    let refusal = match entry.status.as_deref() {
        Some(IN_FORCE) => None,
        Some("suspended") => Some(Refusal::Suspended),
        Some("agreed" | "provided") => Some(Refusal::Agreed),
        Some(_) | None => Some(Refusal::None),
    };
    if refusal.is_some() {
        return refusal;
    }
    let date = |field: &str| values(entry)?.get(field).and_then(day);
    if date("until").is_some_and(|until| until < question.day) {
        return Some(Refusal::Over);
    }
    if date("from").is_some_and(|from| question.day < from) {
        return Some(Refusal::NotYet);
    }
    let asked = plain(&question.purpose);
    let fits = plain(&text(entry, "purpose")).contains(&asked);
    (!fits).then_some(Refusal::Purpose)
}

/// Without spaces, for comparing.
fn plain(text: &str) -> String {
    text.split_whitespace().collect()
}

fn grant((entry, case): &Found) -> Grant {
    let value = |field: &str| values(entry)?.get(field);
    let conditions = value("conditions").and_then(Value::as_array);
    Grant {
        entry: entry.ulid,
        case: case.ulid,
        number: case.number.clone(),
        conditions: conditions
            .into_iter()
            .flatten()
            .filter_map(|one| one.as_str().map(str::to_owned))
            .collect(),
        purpose: text(entry, "purpose"),
        scope: text(entry, "scope"),
        method: text(entry, "method"),
        from: value("from").and_then(day),
        until: value("until").and_then(day),
        calls: value("calls").and_then(Value::as_i64),
    }
}

fn item(entry: &StoredEntry) -> Option<String> {
    Some(text(entry, "item")).filter(|item| !item.is_empty())
}

fn text(entry: &StoredEntry, field: &str) -> String {
    let value = values(entry).and_then(|values| values.get(field));
    value.and_then(Value::as_str).unwrap_or_default().to_owned()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::storage::register_search::CaseOf;

    fn found(status: &str, item: &str, until: &str) -> Found {
        let at = chrono::DateTime::UNIX_EPOCH;
        let entry = StoredEntry {
            id: 1,
            ulid: Ulid::nil(),
            register: REGISTER.to_owned(),
            case_id: 1,
            department: DepartmentCode("A".to_owned()),
            status: Some(status.to_owned()),
            document: json!({"values": {
                "resource": "R1", "item": item, "from": "2026-03-01", "until": until,
                "purpose": "办理 医保待遇核验", "conditions": ["不得转供第三方"], "calls": 500,
            }}),
            opened_at: at,
            updated_at: at,
        };
        let case = CaseOf {
            ulid: Ulid::nil(),
            number: Some("1号".to_owned()),
            title: "申请".to_owned(),
            level: 2,
        };
        (entry, case)
    }

    fn asking(items: &[&str], day: &str) -> Question {
        Question {
            department: DepartmentCode("A".to_owned()),
            resource: "R1".to_owned(),
            items: items.iter().map(|item| (*item).to_owned()).collect(),
            purpose: "医保待遇 核验".to_owned(),
            day: day.parse().expect("a day"),
        }
    }

    fn refusal(found: &[Found], question: &Question) -> Option<Refusal> {
        answer(found, question).items[0].answer.clone().err()
    }

    #[test]
    fn a_use_is_covered_until_the_last_day_of_the_shortest_grant() {
        let grants = [
            found(IN_FORCE, "name", "2026-12-31"),
            found(IN_FORCE, "born", "2026-06-30"),
        ];

        let both = answer(&grants, &asking(&["name", "born"], "2026-06-30"));
        let later = answer(&grants, &asking(&["name", "born"], "2026-07-01"));

        assert!(both.allowed);
        assert_eq!(both.until, "2026-06-30".parse().ok());
        assert!(!later.allowed);
        assert_eq!(
            later.items[0].answer.as_ref().map(|grant| grant.calls),
            Ok(Some(500))
        );
        assert_eq!(later.items[1].answer, Err(Refusal::Over));
    }

    #[test]
    fn what_is_suspended_agreed_only_or_early_is_not_covered() {
        let on = "2026-05-01";
        for (status, day, why) in [
            ("suspended", on, Refusal::Suspended),
            ("agreed", on, Refusal::Agreed),
            ("ended", on, Refusal::None),
            (IN_FORCE, "2026-02-28", Refusal::NotYet),
        ] {
            let grants = [found(status, "name", "2026-12-31")];
            assert_eq!(refusal(&grants, &asking(&["name"], day)), Some(why));
        }
    }

    #[test]
    fn whoever_may_not_know_the_data_is_told_neither_yes_nor_no() {
        let grants = [found(IN_FORCE, "name", "2026-12-31")];
        let question = asking(&["name"], "2026-05-01");
        let other = Question {
            resource: "R2".to_owned(),
            ..question.clone()
        };

        assert_eq!(may_know(&grants, &question, 2), Ok(()));
        let refused = Rejection::Clearance {
            level: 2,
            clearance: 1,
        };
        assert_eq!(may_know(&grants, &question, 1), Err(refused));
        assert_eq!(may_know(&grants, &other, 1), Ok(()), "nothing to tell of");
    }

    #[test]
    fn another_purpose_or_item_is_not_covered() {
        let grants = [found(IN_FORCE, "name", "2026-12-31")];
        let other = Question {
            purpose: "商业推广".to_owned(),
            ..asking(&["name"], "2026-05-01")
        };

        assert_eq!(refusal(&grants, &other), Some(Refusal::Purpose));
        let unknown = asking(&["address"], "2026-05-01");
        assert_eq!(refusal(&grants, &unknown), Some(Refusal::None));
        assert!(!answer(&[], &asking(&[], "2026-05-01")).allowed);
    }
}
