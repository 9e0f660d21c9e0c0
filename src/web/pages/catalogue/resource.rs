//! `/catalogue/{code}`: a resource with its items, its conditions, what became of it, and who uses it as far as the reader
//! may see.

use actix_web::web;

use super::{class, is_asked_for, names};
use crate::catalogue::{Difference, Item, Resource, Sharing};
use crate::messages::{Language, text};
use crate::services::catalogue::browse::{self, Seen, Step};
use crate::services::catalogue::start;
use crate::storage::resource_versions::Source;
use crate::web::format;
use crate::web::pages::answer::Answer;
use crate::web::pages::words::{self, Names};
use crate::web::session::{Reader, Visit, storable};
use crate::web::views::{Fact, ItemRow, Link, Nav, ResourceView, Tag, TimelineItem, Tone};

/// `GET /catalogue/{code}`
pub async fn show(visit: Visit, path: web::Path<String>) -> Answer {
    visit
        .show(move |visit| {
            let reader = visit.reader()?;
            let code = storable(path.into_inner());
            let seen = browse::one(&visit.app, &reader.viewer, &code)?;
            let view = ResourceView {
                may_use: seen.kept.active
                    && is_asked_for(&reader, &seen.kept.resource)
                    && start::to_ask_by(&visit.app, &reader.viewer)?.is_some(),
                change: match start::to_propose_by(&visit.app, &reader.viewer, &seen.kept.resource)?
                {
                    Some(_) => text(visit.language, "catalogue.change", &[]),
                    None => String::new(),
                },
                ..view(visit, &reader, &seen)
            };
            visit.page(&reader, Nav::Catalogue, &view)
        })
        .await
}

fn view(visit: &Visit, reader: &Reader, seen: &Seen) -> ResourceView {
    let (language, names) = (visit.language, names(visit, reader));
    let resource = &seen.kept.resource;
    ResourceView {
        heading: resource.title.clone(),
        code: resource.code.clone(),
        class: class(language, resource.sharing),
        level: Tag::plain(Tone::Line, words::level(language, resource.level)),
        gone: !seen.kept.active,
        facts: facts(names, resource),
        conditions: resource.conditions.clone(),
        refused: resource.sharing == Sharing::None,
        may_use: false,
        change: String::new(),
        items: resource
            .items
            .iter()
            .map(|item| item_row(names, resource, item))
            .collect(),
        cases: seen
            .cases
            .rows
            .iter()
            .map(|case| {
                let number = case.number.clone().unwrap_or_default();
                Link::new(
                    format!("/c/{}", case.ulid),
                    format!("{number} {}", case.title),
                )
            })
            .collect(),
        more_cases: match seen.cases.next {
            Some(_) => text(language, "catalogue.page.more_cases", &[]),
            None => String::new(),
        },
        grants: seen
            .grants
            .map(|count| grants(language, &resource.code, count)),
        history: seen
            .history
            .iter()
            .map(|step| took(visit, names, step))
            .collect(),
    }
}

fn grants(language: Language, code: &str, count: usize) -> Link {
    let query: String = url::form_urlencoded::Serializer::new(String::new())
        .extend_pairs([("status", "in_force"), ("k", code)])
        .finish();
    let n = count.to_string();
    let words = text(language, "catalogue.page.grants", &[("n", &n)]);
    Link::new(format!("/ledger/grants?{query}"), words)
}

fn facts(names: Names<'_>, resource: &Resource) -> Vec<Fact> {
    let say = |key: &str| text(names.language, &format!("catalogue.part.{key}"), &[]);
    let all = [
        ("provider", names.department(&resource.provider)),
        ("summary", resource.summary.clone()),
        ("method", resource.method.clone()),
        ("format", resource.format.clone()),
        ("cycle", resource.cycle.clone()),
        ("open", truth(names.language, resource.open)),
    ];
    all.into_iter()
        .filter(|(_, value)| !value.is_empty())
        .map(|(key, value)| Fact::new(say(key), value))
        .collect()
}

fn truth(language: Language, truth: bool) -> String {
    let key = match truth {
        true => "catalogue.yes",
        false => "catalogue.no",
    };
    text(language, key, &[])
}

fn item_row(names: Names<'_>, resource: &Resource, item: &Item) -> ItemRow {
    let language = names.language;
    let personal = match (item.sensitive, item.personal) {
        (true, _) => Some((Tone::Bad, "catalogue.sensitive")),
        (false, true) => Some((Tone::Warn, "catalogue.personal")),
        (false, false) => None,
    };
    ItemRow {
        title: item.title.clone(),
        code: item.code.clone(),
        kind: match item.length.is_empty() {
            true => item.kind.clone(),
            false => format!("{}（{}）", item.kind, item.length),
        },
        level: words::level(language, item.level),
        personal: personal.map(|(tone, key)| Tag::plain(tone, text(language, key, &[]))),
        class: class(language, item.sharing),
        conditions: match item.conditions == resource.conditions {
            true => String::new(),
            false => item.conditions.join("；"),
        },
    }
}

fn took(visit: &Visit, names: Names<'_>, step: &Step) -> TimelineItem {
    let language = visit.language;
    let what = match step.active {
        (_, false) => "removed",
        (false, true) => "added",
        (true, true) => "changed",
    };
    let who = match (&step.case, step.person) {
        (Some((_, number)), _) => text(language, "catalogue.by.case", &[("number", number)]),
        (None, Some(person)) => {
            let name = names.person(person);
            text(language, "catalogue.by.page", &[("who", &name)])
        }
        (None, None) => {
            let key = match step.source {
                Source::File => "catalogue.by.file",
                Source::Page | Source::Case => "catalogue.by.nobody",
            };
            text(language, key, &[])
        }
    };
    let when = format::moment(step.at, visit.app.now(), language);
    let changes = step.differences.iter();
    TimelineItem {
        dot: if what == "removed" { "bad" } else { "ok" },
        text: text(language, &format!("catalogue.took.{what}"), &[]),
        machine: format::machine(step.at),
        when: text(
            language,
            "registers.entry.by",
            &[("when", &when), ("who", &who)],
        ),
        comment: changes
            .map(|one| difference(names, one))
            .collect::<Vec<_>>()
            .join("\n"),
    }
}

/// A change in words: 数据级别：3级 → 4级
pub(super) fn difference(names: Names<'_>, one: &Difference) -> String {
    let language = names.language;
    let say = |value: &str| -> String {
        match (one.part, value) {
            (_, "") => text(language, "catalogue.nothing", &[]),
            ("level", level) => level
                .parse()
                .map_or_else(|_| level.to_owned(), |level| words::level(language, level)),
            ("sharing", word) => text(language, &format!("forms.sharing.{word}"), &[]),
            ("open" | "personal" | "sensitive", word) => truth(language, word == "true"),
            (_, value) => value.to_owned(),
        }
    };
    let part = text(language, &format!("catalogue.part.{}", one.part), &[]);
    let part = match &one.item {
        Some(item) => format!("{item} {part}"),
        None => part,
    };
    text(
        language,
        "catalogue.difference",
        &[
            ("part", &part),
            ("was", &say(&one.was)),
            ("now", &say(&one.now)),
        ],
    )
}
