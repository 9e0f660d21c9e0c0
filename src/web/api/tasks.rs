//! `GET /tasks`: the caller's inbox, soonest deadline first, or what they have done.

use actix_web::{HttpRequest, HttpResponse};
use serde::Serialize;
use utoipa::ToSchema;

use super::Caller;
use super::query::Query;
use super::shapes::{CaseRow, InBranch, PersonBody, in_branch};
use crate::directory::Directory;
use crate::messages::Language;
use crate::services::lists::{self, Row};
use crate::services::titles::Titles;
use crate::storage::Cursor;
use crate::web::problem::{Problem, ProblemBody};
use crate::workflow::place::id_of;
use chrono::{DateTime, Utc};

/// A page of tasks.
#[derive(Serialize, ToSchema)]
pub(super) struct TaskPage {
    /// The tasks.
    items: Vec<InboxTask>,
    /// `cursor` of the next page; null on the last one.
    next: Option<String>,
}

/// A task with its case.
#[derive(Serialize, ToSchema)]
pub(super) struct InboxTask {
    /// Its id.
    id: String,
    /// Its number within the case.
    number: u32,
    /// Its case.
    case: CaseRow,
    /// The stage it belongs to.
    stage: String,
    /// The place of that stage: inside a `foreach` with the keys of its branches.
    place: String,
    /// The branch that it stands in.
    branch: Option<InBranch>,
    /// What that stage, or the seat in it, is called, with the branch.
    title: String,
    /// What it asks for: `sign`, `work`, `notice`, `edit`, `supply`, `repair`, `file`.
    asks: String,
    /// `open`, `settled`, `cancelled`.
    state: &'static str,
    /// Who has taken it.
    holder: Option<PersonBody>,
    /// When it is due.
    due_at: Option<DateTime<Utc>>,
    /// Whether a law sets that deadline.
    law: bool,
    /// When it was asked.
    created_at: DateTime<Utc>,
    /// The answer, once there is one.
    answer: Option<String>,
    /// When it was answered.
    settled_at: Option<DateTime<Utc>>,
}

/// The caller's tasks.
#[utoipa::path(
    get, path = "/api/v1/tasks", tag = "tasks",
    params(
        ("state" = Option<String>, Query, description = "`open` (soonest deadline first) or `done` (newest first)"),
        ("cursor" = Option<String>, Query, description = "`next` of the page before"),
        ("limit" = Option<u32>, Query, description = "At most 100"),
    ),
    responses((status = 200, body = TaskPage), (status = 422, body = ProblemBody))
)]
pub(super) async fn list(caller: Caller, request: HttpRequest) -> Result<HttpResponse, Problem> {
    let known = ["state", "cursor", "limit"];
    let state = Query::read(&caller, &request, "", &known)?
        .word("state", &["open", "done"], "state-parameter")?
        .unwrap_or("open");
    let list = if state == "done" {
        "tasks-done"
    } else {
        "tasks"
    };
    let query = Query::read(&caller, &request, list, &known)?;
    let (cursor, limit) = (query.cursor::<Cursor>()?, query.limit()?);
    let page = caller
        .run(move |app, viewer| match state {
            "done" => lists::done(app, viewer, cursor, limit),
            _ => lists::inbox(app, viewer, cursor, limit),
        })
        .await?;
    let directory = &caller.viewer.directory;
    Ok(HttpResponse::Ok().json(TaskPage {
        next: query.next(page.next),
        items: page
            .rows
            .iter()
            .map(|row| InboxTask::of(row, directory, caller.language))
            .collect(),
    }))
}

impl InboxTask {
    fn of(row: &Row, directory: &Directory, language: Language) -> Self {
        let task = &row.row.task;
        Self {
            id: task.ulid.to_string(),
            number: task.number,
            case: CaseRow::of(&row.row.case, directory),
            stage: id_of(&task.stage).to_owned(),
            place: task.stage.clone(),
            branch: in_branch(&Titles::of(&row.case, language), &task.stage),
            title: task.stage_title.clone(),
            asks: task.asks.clone(),
            state: task.state.as_str(),
            holder: task.person_id.map(|id| PersonBody::of(id, directory)),
            due_at: task.due_at,
            law: task.law,
            created_at: task.created_at,
            answer: task.answer.clone(),
            settled_at: task.settled_at,
        }
    }
}
