//! 台账: the registers, one of them with filters in the address, an entry, and a register as a file.

use actix_web::http::header;
use actix_web::web;
use chrono::{Datelike, NaiveDate};

use super::answer::Answer;
use super::failure::Failure;
use super::files;
use super::lists::{key, pager};
use super::words::Names;
use crate::calendar::day_of;
use crate::directory::DepartmentCode;
use crate::forms::Words;
use crate::messages::{Language, text};
use crate::services::export::{self, Format};
use crate::services::ledger::{self, Narrowing, Readable, Seen};
use crate::storage::register_marks::Mark;
use crate::storage::register_search::{Found, Step};
use crate::web::format;
use crate::web::session::{Reader, Visit};
use crate::web::views::{
    Cell, Choice, EntryView, Fact, LedgerRow, LedgerView, Link, Nav, Problem, RegisterRow,
    RegisterView, Tag, TimelineItem, Tone,
};
use crate::workflow::{Register, RegisterDate};

/// So many rows on a page, unless the settings allow less.
const ROWS: usize = 100;

/// So many fields are shown where nobody chose any.
const USUAL_COLUMNS: usize = 5;

/// More departments than these are not listed: the code is typed.
const MOST_LISTED: usize = 200;

/// `GET /ledger`
pub async fn list(visit: Visit) -> Answer {
    visit
        .show(|visit| {
            let reader = visit.reader()?;
            let registers = ledger::readable(&visit.app, &reader.viewer)?;
            let view = LedgerView {
                rows: registers.iter().map(|one| row(visit, one)).collect(),
                asks: true,
            };
            visit.page(&reader, Nav::Ledger, &view)
        })
        .await
}

fn row(visit: &Visit, readable: &Readable) -> LedgerRow {
    let register = &readable.register;
    let href = format!("/ledger/{}", register.id);
    LedgerRow {
        title: visit.language.pick(&register.title).to_owned(),
        statuses: register
            .statuses
            .iter()
            .map(|status| {
                let words = visit.language.pick(&status.title);
                Link::new(format!("{href}?status={}", status.id), words)
            })
            .collect(),
        href,
    }
}

/// `GET /ledger/{register}`
pub async fn register(visit: Visit, path: web::Path<String>) -> Answer {
    visit
        .show(move |visit| {
            let reader = visit.reader()?;
            let shelf = Shelf::open(visit, &reader, &path)?;
            let limit = ROWS.min(visit.app.settings.limits.page_size);
            let page = ledger::page(
                &visit.app,
                &shelf.readable,
                &shelf.narrowing,
                key(visit)?,
                limit,
            )?;
            let view = shelf.view(&page.rows, page.next);
            visit.page(&reader, Nav::Ledger, &view)
        })
        .await
}

/// `GET /ledger/{register}/export.csv`
pub async fn csv(visit: Visit, path: web::Path<String>) -> Answer {
    take_out(visit, path, Format::Csv).await
}

/// `GET /ledger/{register}/export.xlsx`
pub async fn xlsx(visit: Visit, path: web::Path<String>) -> Answer {
    take_out(visit, path, Format::Xlsx).await
}

async fn take_out(visit: Visit, path: web::Path<String>, format: Format) -> Answer {
    visit
        .show(move |visit| {
            let reader = visit.reader()?;
            let shelf = Shelf::open(visit, &reader, &path)?;
            let file = export::register(
                &visit.app,
                &reader.viewer,
                &shelf.readable,
                &shelf.narrowing,
                format,
                &visit.language,
            )?;
            let (end, media_type) = match format {
                Format::Csv => ("csv", "text/csv; charset=utf-8"),
                Format::Xlsx => (
                    "xlsx",
                    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
                ),
            };
            let day = day_of(visit.app.now());
            let name = format!("{}-{day}.{end}", shelf.title());
            Ok(Answer::file(media_type, file)
                .with(header::CONTENT_DISPOSITION, &files::disposition(&name)))
        })
        .await
}

/// A register as somebody looks at it.
struct Shelf<'a> {
    visit: &'a Visit,
    reader: &'a Reader,
    readable: Readable,
    narrowing: Narrowing,
}

impl<'a> Shelf<'a> {
    fn open(visit: &'a Visit, reader: &'a Reader, id: &str) -> Result<Self, Failure> {
        let readable = ledger::of(&visit.app, &reader.viewer, id)?;
        let narrowing = narrowing(visit, &readable.register)?;
        Ok(Self {
            visit,
            reader,
            readable,
            narrowing,
        })
    }

    fn title(&self) -> &str {
        self.visit.language.pick(&self.readable.register.title)
    }

    fn say(&self, key: &str) -> String {
        text(self.visit.language, key, &[])
    }

    fn view(&self, rows: &[Found], next: Option<i64>) -> RegisterView {
        let (visit, register) = (self.visit, &self.readable.register);
        let shown: Vec<&str> = self.shown();
        let label = |id: &str| {
            register
                .field(id)
                .map(|field| visit.language.pick(&field.label))
        };
        let given = |name: &str| visit.param(name).unwrap_or_default().to_owned();
        RegisterView {
            heading: self.title().to_owned(),
            text: given("k"),
            statuses: self.statuses(),
            departments: self.departments(),
            department: given("department"),
            dates: self.dates(),
            from: given("from"),
            until: given("until"),
            columns: register
                .fields
                .iter()
                .map(|field| {
                    let words = visit.language.pick(&field.label);
                    Choice::new(&*field.id, words, shown.contains(&field.id.as_str()))
                })
                .collect(),
            active: self.narrowing != Narrowing::default(),
            heads: shown
                .iter()
                .filter_map(|id| label(id).map(str::to_owned))
                .collect(),
            rows: rows.iter().map(|found| self.row(found, &shown)).collect(),
            files: ["csv", "xlsx"]
                .map(|end| self.file(end))
                .into_iter()
                .collect(),
            pager: pager(visit, next.map(|next| next.to_string())),
        }
    }

    fn row(&self, found: &Found, shown: &[&str]) -> RegisterRow {
        let (entry, case) = found;
        let (register, directory) = (&self.readable.register, &self.reader.viewer.directory);
        let fields = shown.iter().filter_map(|id| register.field(id));
        RegisterRow {
            href: format!("/ledger/{}/{}", register.id, entry.ulid),
            number: case.number.clone().unwrap_or_else(|| case.title.clone()),
            status: tag(register, entry.status.as_deref(), self.visit.language),
            cells: fields
                .map(|field| Cell {
                    label: self.visit.language.pick(&field.label).to_owned(),
                    text: ledger::shown(field, entry, directory, &self.visit.language),
                })
                .collect(),
        }
    }

    /// The fields chosen, else the first few.
    fn shown(&self) -> Vec<&str> {
        let chosen: Vec<&str> = self
            .visit
            .query
            .iter()
            .filter(|(name, _)| name == "c")
            .map(|(_, value)| value.as_str())
            .collect();
        let fields = self.readable.register.fields.iter();
        let ids = fields.map(|field| field.id.as_str());
        match chosen.is_empty() {
            true => ids.take(USUAL_COLUMNS).collect(),
            false => ids.filter(|id| chosen.contains(id)).collect(),
        }
    }

    fn statuses(&self) -> Vec<Choice> {
        let chosen = self.narrowing.status.as_deref();
        let known = self.readable.register.statuses.iter();
        let known =
            known.map(|status| (status.id.as_str(), self.visit.language.pick(&status.title)));
        let voided = self.say("registers.voided");
        let all = self.say("pages.filter.all");
        std::iter::once(("", &*all))
            .chain(known)
            .chain([(Register::VOIDED, &*voided)])
            .map(|(id, title)| Choice::new(id, title, id == chosen.unwrap_or_default()))
            .collect()
    }

    fn departments(&self) -> Vec<Choice> {
        let chosen = self.narrowing.department.as_ref();
        let directory = &self.reader.viewer.directory;
        if MOST_LISTED < directory.departments.len() {
            return Vec::new();
        }
        let all = self.say("registers.filter.all_departments");
        // Others stand in entries beside the reader's own.
        let names = directory.departments.values();
        std::iter::once(Choice::new("", all, chosen.is_none()))
            .chain(names.map(|department| {
                let code = &department.code;
                Choice::new(&*code.0, &*department.short_name, Some(code) == chosen)
            }))
            .collect()
    }

    fn dates(&self) -> Vec<Choice> {
        let register = &self.readable.register;
        let chosen = self.visit.param("date").unwrap_or_default();
        let fields: Vec<_> = register.of_type(&["date", "time"]).collect();
        if fields.is_empty() {
            return Vec::new();
        }
        let any = Choice::new("", self.say("registers.filter.any_date"), chosen.is_empty());
        let choices = fields.into_iter().map(|field| {
            let words = self.visit.language.pick(&field.label);
            Choice::new(&*field.id, words, field.id == chosen)
        });
        std::iter::once(any).chain(choices).collect()
    }

    /// The same entries as a file.
    fn file(&self, end: &str) -> Link {
        let pairs =
            self.visit.query.iter().filter(|(name, value)| {
                !value.is_empty() && !matches!(name.as_str(), "after" | "c")
            });
        let query: String = url::form_urlencoded::Serializer::new(String::new())
            .extend_pairs(pairs)
            .finish();
        let joint = if query.is_empty() { "" } else { "?" };
        let href = format!(
            "/ledger/{}/export.{end}{joint}{query}",
            self.readable.register.id
        );
        Link::new(href, self.say(&format!("registers.page.{end}")))
    }
}

/// The filter that stands in the address; what cannot be meant is refused.
fn narrowing(visit: &Visit, register: &Register) -> Result<Narrowing, Failure> {
    let given = |name: &str| visit.param(name).filter(|value| !value.is_empty());
    for name in ["k", "status", "department", "date", "from", "until"] {
        let strange = |value: &str| 100 < value.chars().count() || value.contains('\0');
        if given(name).is_some_and(strange) {
            return Err(Problem::Unprocessable.into());
        }
    }
    let status = given("status");
    if status.is_some_and(|id| id != Register::VOIDED && register.status(id).is_none()) {
        return Err(Problem::Unprocessable.into());
    }
    Ok(Narrowing {
        status: status.map(str::to_owned),
        department: given("department").map(|code| DepartmentCode(code.to_owned())),
        text: given("k").unwrap_or_default().to_owned(),
        dates: dates(given("date"), given("from"), given("until"), register)?,
    })
}

/// A field with the days between which it lies; a day that is not given is no bound.
fn dates(
    field: Option<&str>,
    from: Option<&str>,
    until: Option<&str>,
    register: &Register,
) -> Result<Option<(String, NaiveDate, NaiveDate)>, Failure> {
    let Some(field) = field else { return Ok(None) };
    let known = register
        .of_type(&["date", "time"])
        .any(|one| one.id == field);
    let from = day(from, NaiveDate::default());
    let until = day(
        until,
        NaiveDate::default().with_year(9999).unwrap_or_default(),
    );
    match (known, from, until) {
        (true, Some(from), Some(until)) => Ok(Some((field.to_owned(), from, until))),
        _ => Err(Problem::Unprocessable.into()),
    }
}

fn day(given: Option<&str>, otherwise: NaiveDate) -> Option<NaiveDate> {
    let Some(text) = given else {
        return Some(otherwise);
    };
    let day: NaiveDate = text.parse().ok()?;
    (1..=9999).contains(&day.year()).then_some(day)
}

/// The colour of a status says whether more is to come.
pub(super) fn tag(register: &Register, id: Option<&str>, language: Language) -> Tag {
    let goes_on = |id: &str| register.moves.iter().any(|(from, _)| from == id);
    let tone = match id {
        Some(Register::VOIDED) => Tone::Bad,
        Some("suspended") => Tone::Warn,
        Some("in_force") => Tone::Ok,
        Some(id) if goes_on(id) => Tone::Run,
        Some(_) | None => Tone::Hold,
    };
    Tag::plain(tone, ledger::status(register, id, &language))
}

/// `GET /ledger/{register}/{entry}`
pub async fn entry(visit: Visit, path: web::Path<(String, String)>) -> Answer {
    visit
        .show(move |visit| {
            let reader = visit.reader()?;
            let (register, entry) = &*path;
            let seen = ledger::entry(&visit.app, &reader.viewer, register, files::id(entry)?)?;
            visit.page(&reader, Nav::Ledger, &entry_view(visit, &reader, &seen))
        })
        .await
}

fn entry_view(visit: &Visit, reader: &Reader, seen: &Seen) -> EntryView {
    let (register, (entry, case)) = (&seen.register, &seen.found);
    let language = visit.language;
    let title = language.pick(&register.title);
    let fields = register.fields.iter();
    let facts = fields
        .map(|field| {
            let words = ledger::shown(field, entry, &reader.viewer.directory, &language);
            Fact::new(language.pick(&field.label), words)
        })
        .filter(|fact| !fact.value.is_empty());
    let number = case.number.clone().unwrap_or_default();
    let words = format!("{number} {}", case.title);
    EntryView {
        register: Some(Link::new(format!("/ledger/{}", register.id), title)),
        heading: format!("{title} {number}"),
        status: tag(register, entry.status.as_deref(), language),
        facts: facts.collect(),
        case: seen
            .case_seen
            .then(|| Link::new(format!("/c/{}", case.ulid), &*words)),
        case_title: words,
        started: seen
            .marks
            .iter()
            .filter_map(|marked| marked.case.as_ref())
            .map(|(case, number)| Link::new(format!("/c/{case}"), number.as_str()))
            .collect(),
        items: timeline(visit, reader, seen),
    }
}

/// The statuses that an entry took and what was done about its days, the latest first.
fn timeline(visit: &Visit, reader: &Reader, seen: &Seen) -> Vec<TimelineItem> {
    let register = &seen.register;
    let steps = seen
        .history
        .iter()
        .map(|step| (step.at, took(visit, reader, register, step)));
    let marks = seen
        .marks
        .iter()
        .map(|marked| (marked.mark.at, done(visit, register, &marked.mark)));
    let mut all: Vec<_> = steps.chain(marks).collect();
    all.sort_by_key(|(at, _)| *at);
    all.into_iter().rev().map(|(_, item)| item).collect()
}

/// What was done about a day.
fn done(visit: &Visit, register: &Register, mark: &Mark) -> TimelineItem {
    let language = visit.language;
    let mut dates = register.dates.iter();
    let date = dates.find(|date| date.field == mark.field && date.marks().contains(&mark.mark));
    let what = date.map_or(mark.field.as_str(), |date| language.pick(&date.title));
    let comes = date.and_then(|date| date.comes(mark.day));
    let day = format::long_day(comes.unwrap_or(mark.day), language);
    let people = mark.people.to_string();
    let key = match (mark.mark == RegisterDate::START, &mark.started) {
        (false, _) => "registers.entry.reminded",
        (true, Some(_)) => "registers.entry.started",
        (true, None) => "registers.entry.unstarted",
    };
    let values = [("what", what), ("day", &*day), ("people", &*people)];
    TimelineItem {
        dot: "ok",
        text: text(language, key, &values),
        machine: format::machine(mark.at),
        when: format::moment(mark.at, visit.app.now(), language),
        comment: String::new(),
    }
}

fn took(visit: &Visit, reader: &Reader, register: &Register, step: &Step) -> TimelineItem {
    let language = visit.language;
    let names = Names {
        directory: &reader.viewer.directory,
        language,
    };
    let who = match step.person_id {
        Some(person) => names.person(person),
        None => text(language, "registers.entry.by_time", &[]),
    };
    let when = format::moment(step.at, visit.app.now(), language);
    TimelineItem {
        dot: "ok",
        text: ledger::status(register, Some(&step.status), &language),
        machine: format::machine(step.at),
        when: text(
            language,
            "registers.entry.by",
            &[("when", &when), ("who", &who)],
        ),
        comment: String::new(),
    }
}
