//! `GET /tasks`: the caller's inbox, soonest deadline first, or what they have done.

use actix_web::web::Payload;
use actix_web::{HttpRequest, HttpResponse};
use serde::Serialize;
use utoipa::ToSchema;

use super::caller::ulid;
use super::query::Query;
use super::shapes::{CaseRow, InBranch, PersonBody, in_branch};
use super::{Caller, body};
use crate::engine::TaskId;
use crate::services::batch;
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
    /// What it asks for: `sign`, `work`, `notice`, `edit`, `supply`, `repair`, `advise`,
    /// `file`.
    asks: String,
    /// `open`, `settled`, `cancelled`.
    state: &'static str,
    /// Who has taken it.
    holder: Option<PersonBody>,
    /// For whom the caller may act on it, who is not asked themselves.
    #[serde(skip_serializing_if = "Option::is_none")]
    acts_for: Option<PersonBody>,
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
        ("state" = Option<String>, Query, description = "`open` (soonest deadline first), `done` (newest first), or `vacant`: what nobody can act on, for workflow administrators"),
        ("cursor" = Option<String>, Query, description = "`next` of the page before"),
        ("limit" = Option<u32>, Query, description = "At most 100"),
    ),
    responses((status = 200, body = TaskPage), (status = 422, body = ProblemBody))
)]
pub(super) async fn list(caller: Caller, request: HttpRequest) -> Result<HttpResponse, Problem> {
    let known = ["state", "cursor", "limit"];
    let state = Query::read(&caller, &request, "", &known)?
        .word("state", &["open", "done", "vacant"], "state-parameter")?
        .unwrap_or("open");
    let list = match state {
        "done" => "tasks-done",
        "vacant" => "tasks-vacant",
        _ => "tasks",
    };
    let query = Query::read(&caller, &request, list, &known)?;
    let (cursor, limit) = (query.cursor::<Cursor>()?, query.limit()?);
    let page = caller
        .run(move |app, viewer| match state {
            "vacant" => lists::vacant(app, viewer, cursor, limit),
            "done" => lists::done(app, viewer, cursor, limit),
            _ => lists::inbox(app, viewer, cursor, limit),
        })
        .await?;
    Ok(HttpResponse::Ok().json(TaskPage {
        next: query.next(page.next),
        items: page
            .rows
            .iter()
            .map(|row| InboxTask::of(row, &caller))
            .collect(),
    }))
}

/// Notices that were read.
#[derive(ToSchema)]
#[allow(dead_code)] // Only described: `body` reads it member by member.
pub(super) struct Batch {
    /// The tasks' ids, at most 100.
    tasks: Vec<String>,
}

/// What became of each task of a batch.
#[derive(Serialize, ToSchema)]
pub(super) struct BatchAnswer {
    /// In the order of the request, each task once.
    items: Vec<BatchItem>,
}

/// What became of one task.
#[derive(Serialize, ToSchema)]
pub(super) struct BatchItem {
    /// The task.
    task: String,
    /// Its case; null where it was not found.
    case: Option<String>,
    /// Whether it was acknowledged.
    acknowledged: bool,
    /// Why not.
    #[serde(skip_serializing_if = "Option::is_none")]
    problem: Option<ProblemBody>,
}

/// Acknowledges several notices, each by itself; nothing else is done in batches.
#[utoipa::path(
    post, path = "/api/v1/tasks/acknowledge", tag = "tasks",
    params(("Idempotency-Key" = Option<String>, Header, description = "A repeat gets the first answers")),
    request_body = Batch,
    responses((status = 200, body = BatchAnswer), (status = 422, body = ProblemBody))
)]
pub(super) async fn acknowledge(
    caller: Caller,
    request: HttpRequest,
    payload: Payload,
) -> Result<HttpResponse, Problem> {
    let limits = &caller.app.settings.limits;
    let mut body = body::read(&request, payload, limits, caller.language).await?;
    let by = caller.by(&body.digest);
    let named = body.texts("tasks");
    body.finish()?;
    let refuse = |code: &str, values: &[(&str, &str)]| {
        let problem = Problem::plain(422, code, caller.language, values);
        Err(problem.flawed("tasks", "tasks"))
    };
    if named.is_empty() || batch::MOST < named.len() {
        return refuse("batch-size", &[("most", &batch::MOST.to_string())]);
    }
    let mut tasks = Vec::new();
    for id in &named {
        let shown: String = id.chars().take(64).collect();
        match ulid(id) {
            Some(task) => tasks.push(task),
            None => return refuse("no-such-id", &[("id", &shown)]),
        }
    }
    let rows = caller
        .run(move |app, _| Ok(batch::acknowledge(app, &by, &tasks)))
        .await?;
    let item = |row: &batch::Row| BatchItem {
        task: row.task.to_string(),
        case: row.case.as_ref().map(|case| case.ulid.to_string()),
        acknowledged: row.result.is_ok(),
        problem: row
            .result
            .as_ref()
            .err()
            .map(|error| (*caller.problem(error)).clone()),
    };
    Ok(HttpResponse::Ok().json(BatchAnswer {
        items: rows.iter().map(item).collect(),
    }))
}

impl InboxTask {
    fn of(row: &Row, caller: &Caller) -> Self {
        let (task, directory) = (&row.row.task, &caller.viewer.directory);
        let language = caller.language;
        let running = &row.case;
        let open = running
            .case
            .task(TaskId(task.number))
            .filter(|task| task.is_open());
        let me = caller.viewer.person.id;
        let acts_for = open.and_then(|task| running.acts_for(task, me, caller.app.now()));
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
            acts_for: acts_for.map(|id| PersonBody::of(id, directory)),
            due_at: task.due_at,
            law: task.law,
            created_at: task.created_at,
            answer: task.answer.clone(),
            settled_at: task.settled_at,
        }
    }
}
