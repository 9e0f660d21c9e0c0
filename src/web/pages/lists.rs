//! 待办, 已办, 我发起的, 抄送我的: rows that say what is awaited, of whom and by when.

mod narrow;
mod rows;

use actix_web::http::Method;
use ulid::Ulid;

use super::answer::Answer;
use super::failure::Failure;
use super::posted::Body;
use super::words;
use crate::calendar::{day_of, last_day};
use crate::engine::Channel;
use crate::messages::text;
use crate::services::cases::By;
use crate::services::lists::{self, Row};
use crate::services::{Error, batch};
use crate::storage::Cursor;
use crate::web::session::{Reader, Visit};
use crate::web::views::{
    BatchRow, BatchView, CcView, DoneView, InboxGroup, InboxRow, InboxView, MineView, Nav, Pager,
    Problem, Tag, Tone, VacantView,
};
use crate::web::{format, problem};

use narrow::{Narrowed, Place};
pub(super) use rows::{Rows, state_of};

/// So many rows on a page, unless the settings allow less.
const ROWS: usize = 50;

/// `GET /`
pub async fn start(visit: Visit) -> Answer {
    visit.show(|_| Ok(Answer::see_other("/inbox"))).await
}

/// `GET /inbox`
pub async fn inbox(visit: Visit) -> Answer {
    visit
        .show(|visit| {
            let reader = visit.reader()?;
            let narrowed = Narrowed::of(visit, &reader)?;
            let rows = rows(visit, &reader);
            let (found, next) = narrowed.gather(
                cursor(visit)?,
                |after, limit| Ok(lists::inbox(&visit.app, &reader.viewer, after, limit)?),
                |row: &Row| rows.narrowing(row),
            )?;
            let view = inbox_view(visit, &reader, &narrowed, &rows, found, next);
            visit.page(&reader, Nav::Inbox, &view)
        })
        .await
}

fn inbox_view(
    visit: &Visit,
    reader: &Reader,
    narrowed: &Narrowed,
    rows: &Rows<'_>,
    found: Vec<Row>,
    next: Option<Cursor>,
) -> InboxView {
    let today = day_of(rows.now);
    let (mut late, mut due_today, mut open) = (Vec::new(), Vec::new(), Vec::new());
    for row in &found {
        let group = match row.row.task.due_at {
            Some(due) if due <= rows.now => &mut late,
            Some(due) if last_day(due) == today => &mut due_today,
            _ => &mut open,
        };
        group.push(rows.inbox(row));
    }
    let all = || late.iter().chain(&due_today).chain(&open);
    let batch = all().any(|row| !row.notice.is_empty());
    let counts = reader.around.counts.inbox;
    let count = |number: i64| u64::try_from(number).unwrap_or(0);
    let lead = InboxView::lead(
        count(counts.open),
        count(counts.overdue),
        due_today.len() as u64,
        &format::weekday(today, rows.now, visit.language),
        rows.is_working_day(&found, today),
        visit.language,
    );
    let group = |rows: Vec<InboxRow>,
                 make: fn(Vec<InboxRow>, crate::messages::Language) -> InboxGroup| {
        (!rows.is_empty()).then(|| make(rows, visit.language))
    };
    InboxView {
        lead,
        filter: narrowed.filter(visit, true),
        groups: [
            group(late, InboxGroup::late),
            group(due_today, InboxGroup::today),
            group(open, InboxGroup::open),
        ]
        .into_iter()
        .flatten()
        .collect(),
        batch,
        address: reader.viewer.person.email.clone(),
        pager: pager(visit, next.map(|next| next.to_string())),
    }
}

/// `POST /inbox/acknowledge`
pub async fn acknowledge(visit: Visit, body: Body) -> Answer {
    visit
        .take(body, |visit, posted| {
            let (reader, posted) = visit.short_form(posted)?;
            let tasks: Vec<Ulid> = posted
                .all("task")
                .iter()
                .filter_map(|task| task.parse().ok())
                .collect();
            if tasks.is_empty() {
                return Ok(visit.said("/inbox", "nothing_ticked"));
            }
            let by = By::person(reader.viewer.person.id, Channel::Page);
            let done = batch::acknowledge(&visit.app, &by, &tasks);
            visit.page(&reader, Nav::Inbox, &batch_view(visit, &reader, &done))
        })
        .await
}

fn batch_view(visit: &Visit, reader: &Reader, done: &[batch::Row]) -> BatchView {
    let say = |key: &str, values: &[(&str, &str)]| text(visit.language, key, values);
    let good = done.iter().filter(|row| row.result.is_ok()).count();
    let (good, bad) = (good.to_string(), (done.len() - good).to_string());
    let values = [("good", &*good), ("bad", &*bad)];
    let key = match bad.as_str() {
        "0" => "pages.batch.all",
        _ => "pages.batch.some",
    };
    let result = |row: &batch::Row| match &row.result {
        Ok(_) => Tag::new(Tone::Ok, say("case.answer.acknowledged", &[])),
        Err(error) => Tag::new(Tone::Bad, refusal(visit, reader, error)),
    };
    BatchView {
        lead: say(key, &values),
        rows: done
            .iter()
            .map(|row| BatchRow {
                href: match &row.case {
                    Some(case) => format!("/c/{}", case.ulid),
                    None => String::new(),
                },
                title: match &row.case {
                    Some(case) => case.title.clone(),
                    None => say("pages.batch.unknown", &[]),
                },
                number: row
                    .case
                    .as_ref()
                    .and_then(|case| case.number.clone())
                    .unwrap_or_default(),
                result: result(row),
            })
            .collect(),
    }
}

fn refusal(visit: &Visit, reader: &Reader, error: &Error) -> String {
    let directory = Some(&*reader.viewer.directory);
    match error {
        Error::Rejected(rejection) => words::rejection(visit.language, rejection, directory),
        other => problem::sentence(other, visit.language, directory),
    }
}

fn rows<'a>(visit: &'a Visit, reader: &'a Reader) -> Rows<'a> {
    Rows {
        visit,
        viewer: &reader.viewer,
        now: visit.app.now(),
    }
}

/// Where the page begins; a forged place is no place.
fn cursor(visit: &Visit) -> Result<Option<Cursor>, Failure> {
    match visit.param("after").filter(|text| !text.is_empty()) {
        None => Ok(None),
        Some(text) => match text.parse() {
            Ok(cursor) => Ok(Some(cursor)),
            Err(_) => Err(Problem::Unprocessable.into()),
        },
    }
}

pub(super) fn key(visit: &Visit) -> Result<Option<i64>, Failure> {
    match visit.param("after").filter(|text| !text.is_empty()) {
        None => Ok(None),
        Some(text) => match text.parse() {
            Ok(key) if 0 < key => Ok(Some(key)),
            _ => Err(Problem::Unprocessable.into()),
        },
    }
}

/// The addresses of the beginning and of the next page, with the same filter.
pub(super) fn pager(visit: &Visit, next: Option<String>) -> Pager {
    let with = |after: Option<&str>| {
        let pairs = visit
            .query
            .iter()
            .filter(|(name, _)| name != "after")
            .map(|(name, value)| (name.as_str(), value.as_str()))
            .chain(after.map(|after| ("after", after)));
        let query: String = url::form_urlencoded::Serializer::new(String::new())
            .extend_pairs(pairs)
            .finish();
        if query.is_empty() {
            visit.path.clone()
        } else {
            format!("{}?{query}", visit.path)
        }
    };
    Pager {
        first: visit.param("after").map(|_| with(None)),
        next: next.map(|next| with(Some(&next))),
    }
}

/// `GET /admin/vacant`
pub async fn vacant(visit: Visit) -> Answer {
    visit
        .show(|visit| {
            let reader = visit.reader()?;
            let narrowed = Narrowed::of(visit, &reader)?;
            let rows = rows(visit, &reader);
            let (found, next) = narrowed.gather(
                cursor(visit)?,
                |after, limit| Ok(lists::vacant(&visit.app, &reader.viewer, after, limit)?),
                |row: &Row| rows.narrowing(row),
            )?;
            let view = VacantView {
                filter: narrowed.filter(visit, true),
                rows: found.iter().map(|row| rows.vacant(row)).collect(),
                pager: pager(visit, next.map(|next| next.to_string())),
            };
            visit.page(&reader, Nav::Vacant, &view)
        })
        .await
}

/// `GET /done`
pub async fn done(visit: Visit) -> Answer {
    visit
        .show(|visit| {
            let reader = visit.reader()?;
            let narrowed = Narrowed::of(visit, &reader)?;
            let rows = rows(visit, &reader);
            let (found, next) = narrowed.gather(
                cursor(visit)?,
                |before, limit| Ok(lists::done(&visit.app, &reader.viewer, before, limit)?),
                |row: &Row| rows.narrowing(row),
            )?;
            let view = DoneView {
                filter: narrowed.filter(visit, false),
                rows: found.iter().map(|row| rows.done(row)).collect(),
                pager: pager(visit, next.map(|next| next.to_string())),
            };
            visit.page(&reader, Nav::Done, &view)
        })
        .await
}

/// `GET /mine`
pub async fn mine(visit: Visit) -> Answer {
    visit
        .show(|visit| {
            let reader = visit.reader()?;
            let narrowed = Narrowed::of(visit, &reader)?;
            let rows = rows(visit, &reader);
            let person = reader.viewer.person.id;
            let (found, next) = narrowed.gather(
                key(visit)?,
                |before, limit| Ok(lists::filed(&visit.app, &reader.viewer, before, limit)?),
                |row: &lists::CaseRow| rows.narrowing_case(&row.summary, &row.case),
            )?;
            // Drafts stand above the first page only.
            let drafts = match visit.param("after") {
                None => lists::my_drafts(&visit.app, person, ROWS)?,
                Some(_) => Vec::new(),
            };
            let view = MineView {
                filter: narrowed.filter(visit, false),
                drafts: drafts
                    .iter()
                    .map(|draft| rows.draft(draft, narrowed.workflow_title(&draft.workflow_key)))
                    .collect(),
                rows: found.iter().map(|row| rows.filed(row)).collect(),
                may_file: reader.around.may_file,
                pager: pager(visit, next.map(|next| next.to_string())),
            };
            visit.page(&reader, Nav::Mine, &view)
        })
        .await
}

/// `GET /cc`
pub async fn copies(visit: Visit) -> Answer {
    visit
        .show(|visit| {
            let reader = visit.reader()?;
            let narrowed = Narrowed::of(visit, &reader)?;
            let rows = rows(visit, &reader);
            let (mut found, next) = narrowed.gather(
                cursor(visit)?,
                |before, limit| Ok(lists::copies_of(&visit.app, &reader.viewer, before, limit)?),
                |copied: &lists::Copied| rows.narrowing_case(&copied.row.summary, &copied.row.case),
            )?;
            found.sort_by_key(|copied| copied.copy.read_at.is_some());
            let unread = reader.around.counts.unread;
            let view = CcView {
                filter: narrowed.filter(visit, false),
                unread: u64::try_from(unread).unwrap_or(0),
                rows: found.iter().map(|copied| rows.copy(copied)).collect(),
                pager: pager(visit, next.map(|next| next.to_string())),
            };
            visit.page(&reader, Nav::Cc, &view)
        })
        .await
}

/// `POST /cc/read`
pub async fn read_all(visit: Visit, body: Body) -> Answer {
    visit
        .take(body, |visit, posted| {
            let (reader, _) = visit.short_form(posted)?;
            lists::mark_all_read(&visit.app, reader.viewer.person.id)?;
            Ok(visit.said("/cc", "read"))
        })
        .await
}

/// Opening a case is the receipt of its copy, unless the browser only looks ahead.
pub(super) fn receipt(visit: &Visit, reader: &Reader, case: i64) -> Result<(), Failure> {
    if visit.method == Method::GET && !visit.looks_ahead && 0 < reader.around.counts.unread {
        lists::mark_read(&visit.app, reader.viewer.person.id, case)?;
    }
    Ok(())
}

impl Place for Cursor {}
impl Place for i64 {}

/// 政务数据共享申请（第 4 版）
pub(super) fn workflow_version(visit: &Visit, title: &str, version: u32) -> String {
    let version = version.to_string();
    let values = [("workflow", title), ("version", &version)];
    text(visit.language, "case.workflow_version", &values)
}
