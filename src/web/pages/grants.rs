//! `/grants/check`: whether a department may use some data on a day.

use super::answer::Answer;
use super::failure::Failure;
use crate::calendar::day_of;
use crate::directory::DepartmentCode;
use crate::messages::{Language, text};
use crate::services::grants::{self, Grant, ItemAnswer, Question, Refusal};
use crate::web::session::{Reader, Visit};
use crate::web::views::{Choice, Fact, GrantRow, GrantsAnswer, GrantsView, Link, Nav, Tag, Tone};

/// More departments than these are not listed: the code is typed.
const MOST_LISTED: usize = 200;

/// `GET /grants/check`
pub async fn check(visit: Visit) -> Answer {
    visit
        .show(|visit| {
            let reader = visit.reader()?;
            let view = view(visit, &reader)?;
            visit.page(&reader, Nav::Ledger, &view)
        })
        .await
}

fn view(visit: &Visit, reader: &Reader) -> Result<GrantsView, Failure> {
    let given = |name: &str| visit.param(name).unwrap_or_default().trim().to_owned();
    let today = day_of(visit.app.now()).to_string();
    let mut view = GrantsView {
        department: visit
            .param("department")
            .map_or_else(|| reader.viewer.person.department.0.clone(), str::to_owned),
        resource: given("resource"),
        items: given("items"),
        purpose: given("purpose"),
        day: visit.param("day").map_or(today, str::to_owned),
        ..GrantsView::default()
    };
    view.departments = departments(visit, reader, &view.department)?;
    if visit.param("resource").is_none() {
        return Ok(view);
    }
    match question(&view) {
        None => view.wrong = text(visit.language, "registers.grants.need", &[]),
        Some(question) => {
            let answer = grants::check(&visit.app, &reader.viewer, question)?;
            view.answer = Some(told(visit.language, &answer));
        }
    }
    Ok(view)
}

/// The departments that the reader may ask about.
fn departments(visit: &Visit, reader: &Reader, chosen: &str) -> Result<Vec<Choice>, Failure> {
    let reach = grants::Reach::of(&visit.app, &reader.viewer)?;
    let all = reader.viewer.directory.departments.values();
    let open: Vec<Choice> = all
        .filter(|department| reach.covers(&department.code))
        .map(|department| {
            let code = &*department.code.0;
            Choice::new(code, &*department.short_name, code == chosen)
        })
        .collect();
    if MOST_LISTED < open.len() {
        return Ok(Vec::new());
    }
    Ok(open)
}

fn question(view: &GrantsView) -> Option<Question> {
    let fine = |text: &str| text.chars().count() <= 1000 && !text.chars().any(char::is_control);
    let all = [&view.department, &view.resource, &view.items, &view.purpose];
    if view.department.is_empty()
        || view.resource.is_empty()
        || !all.into_iter().all(|one| fine(one))
    {
        return None;
    }
    Some(Question {
        department: DepartmentCode(view.department.clone()),
        resource: view.resource.clone(),
        items: grants::items(&view.items),
        purpose: view.purpose.clone(),
        day: view.day.parse().ok()?,
    })
}

fn told(language: Language, answer: &grants::Answer) -> GrantsAnswer {
    let say = |key: &str, values: &[(&str, &str)]| text(language, key, values);
    let verdict = match answer.allowed {
        true => Tag::new(Tone::Ok, say("registers.grants.yes", &[])),
        false => Tag::new(Tone::Bad, say("registers.grants.no", &[])),
    };
    GrantsAnswer {
        verdict,
        until: answer.until.map_or_else(String::new, |day| {
            say("registers.grants.last", &[("day", &day.to_string())])
        }),
        rows: answer
            .items
            .iter()
            .map(|item| row(language, item))
            .collect(),
    }
}

fn row(language: Language, item: &ItemAnswer) -> GrantRow {
    let say = |key: &str| text(language, key, &[]);
    let (verdict, entry, facts) = match &item.answer {
        Ok(grant) => (
            Tag::new(Tone::Ok, say("registers.grants.yes")),
            Some(entry(grant)),
            facts(language, grant),
        ),
        Err(refusal) => (
            Tag::new(Tone::Bad, refusal_words(language, *refusal)),
            None,
            Vec::new(),
        ),
    };
    GrantRow {
        item: match &item.item {
            Some(item) => item.clone(),
            None => say("registers.grants.whole"),
        },
        verdict,
        entry,
        facts,
    }
}

fn refusal_words(language: Language, refusal: Refusal) -> String {
    text(
        language,
        &format!("registers.refusal.{}", refusal.code()),
        &[],
    )
}

fn entry(grant: &Grant) -> Link {
    let number = grant
        .number
        .clone()
        .unwrap_or_else(|| grant.case.to_string());
    Link::new(format!("/ledger/grants/{}", grant.entry), number)
}

fn facts(language: Language, grant: &Grant) -> Vec<Fact> {
    let say = |key: &str, values: &[(&str, &str)]| {
        text(language, &format!("registers.grants.{key}"), values)
    };
    let day = |day: Option<chrono::NaiveDate>| {
        day.map_or_else(|| say("open", &[]), |day| day.to_string())
    };
    let period = say(
        "from_to",
        &[("from", &day(grant.from)), ("until", &day(grant.until))],
    );
    let calls = grant.calls.map(|calls| calls.to_string());
    [
        ("period", period),
        ("conditions", grant.conditions.join("、")),
        ("purposes", grant.purpose.clone()),
        ("scope", grant.scope.clone()),
        ("calls", calls.unwrap_or_default()),
    ]
    .into_iter()
    .filter(|(_, value)| !value.is_empty())
    .map(|(label, value)| Fact::new(say(label, &[]), value))
    .collect()
}
