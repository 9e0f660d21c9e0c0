//! 数据目录: what there is with filters in the address, a resource, the directory as a file, and requests that begin here.

mod import;
mod resource;

pub use import::{confirm, forget, look, upload};
pub use resource::show as resource;

use actix_web::http::header;
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};

use super::answer::Answer;
use super::failure::Failure;
use super::files;
use super::lists::pager;
use super::posted::Body;
use super::words::{self, Names};
use crate::calendar::day_of;
use crate::catalogue::{Resource, Sharing};
use crate::directory::DepartmentCode;
use crate::engine::{self, Channel};
use crate::messages::{Language, text};
use crate::services::cases::By;
use crate::services::catalogue::{browse, export, start};
use crate::services::drafts::Open;
use crate::services::export::Format;
use crate::services::viewer::Wish;
use crate::storage::catalogue::Search;
use crate::web::session::{Reader, Visit, storable};
use crate::web::views::{CatalogueView, Choice, Link, Nav, Problem, ResourceRow, Tag, Tone};

/// So many rows on a page, unless the settings allow less.
const ROWS: usize = 50;

/// More departments than these are not listed: the code is typed.
const MOST_LISTED: usize = 200;

/// What a code may have besides letters and digits, except the slash.
const PLAIN: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'_').remove(b'.');

/// `GET /catalogue`
pub async fn list(visit: Visit) -> Answer {
    visit
        .show(|visit| {
            let reader = visit.reader()?;
            let wanted = wanted(visit)?;
            let limit = ROWS.min(visit.app.settings.limits.page_size);
            let after = visit.param("after").filter(|after| !after.is_empty());
            let page = browse::page(&visit.app, &wanted, after, limit)?;
            let may_use = start::to_ask_by(&visit.app, &reader.viewer)?.is_some();
            let names = names(visit, &reader);
            let view = CatalogueView {
                text: wanted.text.clone(),
                departments: departments(visit, &reader, &wanted),
                department: visit.param("department").unwrap_or_default().to_owned(),
                classes: classes(visit, &wanted),
                levels: levels(visit, &wanted),
                active: wanted != Search::default(),
                rows: page
                    .rows
                    .iter()
                    .map(|one| row(names, &reader, one))
                    .collect(),
                may_use,
                imports: reader.viewer.authorize(Wish::Administer).is_ok(),
                files: ["csv", "xlsx"].map(|end| file(visit, end)).into(),
                pager: pager(visit, page.next),
            };
            visit.page(&reader, Nav::Catalogue, &view)
        })
        .await
}

/// `GET /catalogue/export.csv`
pub async fn csv(visit: Visit) -> Answer {
    take_out(visit, Format::Csv).await
}

/// `GET /catalogue/export.xlsx`
pub async fn xlsx(visit: Visit) -> Answer {
    take_out(visit, Format::Xlsx).await
}

async fn take_out(visit: Visit, format: Format) -> Answer {
    visit
        .show(move |visit| {
            let reader = visit.reader()?;
            let file = export(&visit.app, &reader.viewer, &wanted(visit)?, format)?;
            let (end, media_type) = match format {
                Format::Csv => ("csv", "text/csv; charset=utf-8"),
                Format::Xlsx => (
                    "xlsx",
                    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
                ),
            };
            let title = text(visit.language, "pages.nav.catalogue", &[]);
            let name = format!("{title}-{}.{end}", day_of(visit.app.now()));
            Ok(Answer::file(media_type, file)
                .with(header::CONTENT_DISPOSITION, &files::disposition(&name)))
        })
        .await
}

/// `POST /catalogue/use`
pub async fn ask_for(visit: Visit, body: Body) -> Answer {
    visit
        .take(body, |visit, posted| {
            let (reader, posted) = visit.short_form(posted)?;
            let code = storable(posted.get("resource").unwrap_or_default().to_owned());
            let by = By::person(reader.viewer.person.id, Channel::Page);
            let open = start::to_use(&visit.app, &by, &reader.viewer, &code)?;
            go_on(visit, &open, "chosen")
        })
        .await
}

/// `POST /catalogue/change`
pub async fn propose(visit: Visit, body: Body) -> Answer {
    visit
        .take(body, |visit, posted| {
            let (reader, posted) = visit.short_form(posted)?;
            let code = storable(posted.get("resource").unwrap_or_default().to_owned());
            let by = By::person(reader.viewer.person.id, Channel::Page);
            let open = start::to_change(&visit.app, &by, &reader.viewer, &code)?;
            go_on(visit, &open, "prefilled")
        })
        .await
}

/// On to the first part of a draft's form.
fn go_on(visit: &Visit, open: &Open, said: &str) -> Result<Answer, Failure> {
    let part = engine::asked_at_start(&open.workflow);
    let Some((section, _)) = part.sections().into_iter().next() else {
        return Err(Problem::Internal.into());
    };
    let address = format!("/c/{}/edit/{}", open.draft.ulid, section.id);
    Ok(visit.said(&address, said))
}

/// The page of a resource.
pub(super) fn address(code: &str) -> String {
    format!("/catalogue/{}", utf8_percent_encode(code, PLAIN))
}

fn names<'a>(visit: &Visit, reader: &'a Reader) -> Names<'a> {
    Names {
        directory: &reader.viewer.directory,
        language: visit.language,
    }
}

/// The filter that stands in the address; what cannot be meant is refused.
fn wanted(visit: &Visit) -> Result<Search, Failure> {
    let given = |name: &str| visit.param(name).filter(|value| !value.is_empty());
    for name in ["k", "department", "sharing", "level", "after"] {
        let strange = |value: &str| 100 < value.chars().count() || value.contains('\0');
        if given(name).is_some_and(strange) {
            return Err(Problem::Unprocessable.into());
        }
    }
    let level = given("level").map(str::parse::<u8>).transpose();
    let level = level.map_err(|_| Failure::from(Problem::Unprocessable))?;
    if given("sharing").is_some_and(|word| Sharing::of(word).is_none()) {
        return Err(Problem::Unprocessable.into());
    }
    Ok(Search {
        text: given("k").unwrap_or_default().to_owned(),
        provider: given("department").map(|code| DepartmentCode(code.to_owned())),
        sharing: given("sharing").map(str::to_owned),
        level,
    })
}

fn row(names: Names<'_>, reader: &Reader, resource: &Resource) -> ResourceRow {
    let language = names.language;
    let items = resource.items.len().to_string();
    ResourceRow {
        href: address(&resource.code),
        title: resource.title.clone(),
        code: resource.code.clone(),
        provider: names.department(&resource.provider),
        class: class(language, resource.sharing),
        level: words::level(language, resource.level),
        cycle: cycle(language, &resource.cycle),
        items: text(language, "catalogue.items", &[("n", &items)]),
        condition: resource.conditions.join("；"),
        shared: is_asked_for(reader, resource),
    }
}

/// Whether the reader may ask for any of it: what a department provides it has already.
fn is_asked_for(reader: &Reader, resource: &Resource) -> bool {
    let shared = |sharing| sharing != Sharing::None;
    reader.viewer.person.department != resource.provider
        && resource.items.iter().any(|item| shared(item.sharing))
}

fn class(language: Language, class: Sharing) -> Tag {
    let tone = match class {
        Sharing::Unconditional => Tone::Ok,
        Sharing::Conditional => Tone::Warn,
        Sharing::None => Tone::Bad,
    };
    Tag::plain(
        tone,
        text(language, &format!("forms.sharing.{}", class.word()), &[]),
    )
}

fn cycle(language: Language, cycle: &str) -> String {
    match cycle {
        "" => String::new(),
        cycle => text(language, "catalogue.updated", &[("cycle", cycle)]),
    }
}

fn departments(visit: &Visit, reader: &Reader, wanted: &Search) -> Vec<Choice> {
    let directory = &reader.viewer.directory;
    if MOST_LISTED < directory.departments.len() {
        return Vec::new();
    }
    let chosen = wanted.provider.as_ref();
    let all = text(visit.language, "registers.filter.all_departments", &[]);
    let names = directory.departments.values();
    std::iter::once(Choice::new("", all, chosen.is_none()))
        .chain(names.map(|department| {
            let code = &department.code;
            Choice::new(&*code.0, &*department.short_name, Some(code) == chosen)
        }))
        .collect()
}

fn classes(visit: &Visit, wanted: &Search) -> Vec<Choice> {
    let chosen = wanted.sharing.as_deref().unwrap_or_default();
    let all = text(visit.language, "pages.filter.all", &[]);
    let known = Sharing::ALL.map(|one| (one.word(), class(visit.language, one).text));
    std::iter::once(("", all))
        .chain(known)
        .map(|(word, title)| Choice::new(word, title, word == chosen))
        .collect()
}

fn levels(visit: &Visit, wanted: &Search) -> Vec<Choice> {
    let all = text(visit.language, "pages.filter.all", &[]);
    let level = |level: u8| {
        let words = words::level(visit.language, level);
        Choice::new(level.to_string(), words, wanted.level == Some(level))
    };
    std::iter::once(Choice::new("", all, wanted.level.is_none()))
        .chain((1..=6).map(level))
        .collect()
}

/// The same resources as a file.
fn file(visit: &Visit, end: &str) -> Link {
    let filter = visit.query.iter();
    let pairs = filter.filter(|(name, value)| !value.is_empty() && name != "after");
    let query: String = url::form_urlencoded::Serializer::new(String::new())
        .extend_pairs(pairs)
        .finish();
    let joint = if query.is_empty() { "" } else { "?" };
    let words = text(visit.language, &format!("registers.page.{end}"), &[]);
    Link::new(format!("/catalogue/export.{end}{joint}{query}"), words)
}
