//! `/cases`: filing, reading, saving drafts, listing.

use actix_web::http::header;
use actix_web::web::{Path, Payload};
use actix_web::{HttpRequest, HttpResponse};
use serde::Serialize;
use ulid::Ulid;
use utoipa::ToSchema;

use super::query::Query;
use super::shapes::{CaseBody, CaseRow};
use super::{Caller, body, conflict};
use crate::engine::{Command, Input};
use crate::forms::Answers;
use crate::services::lists::{self, Narrow};
use crate::services::{Error, drafts};
use crate::web::problem::{Problem, ProblemBody};

/// A request to be filed, or begun.
#[derive(ToSchema)]
#[allow(dead_code)] // Only described: `body` reads it member by member.
pub(super) struct NewCase {
    /// The workflow's key: `data-sharing`.
    workflow: String,
    /// Answers by field, see `/workflows/{key}/form`.
    #[schema(value_type = Option<Object>)]
    answers: Option<Answers>,
    /// Whether it is submitted at once; else it is a draft.
    submit: Option<bool>,
    /// The sender has read the warnings and goes on.
    confirmed: Option<bool>,
}

/// Answers to be saved over those of a draft; `null` removes one.
#[derive(ToSchema)]
#[allow(dead_code)] // Only described: `body` reads it member by member.
pub(super) struct NewAnswers {
    /// Answers by field.
    #[schema(value_type = Object)]
    answers: Answers,
    /// The revision of the draft that the sender saw.
    revision: Option<i64>,
}

/// How a case that is no draft can stand.
const STATUSES: &[&str] = &["open", "in_force", "suspended", "ended"];

/// A page of cases.
#[derive(Serialize, ToSchema)]
pub(super) struct CasePage {
    /// The cases, newest first.
    items: Vec<CaseRow>,
    /// `cursor` of the next page; null on the last one.
    next: Option<String>,
}

/// Files a request, or begins a draft.
#[utoipa::path(
    post, path = "/api/v1/cases", tag = "cases",
    request_body = NewCase,
    params(("Idempotency-Key" = Option<String>, Header, description = "A repeat gets the first answer")),
    responses(
        (status = 201, body = CaseBody),
        (status = 403, description = "This person may not file such a request", body = ProblemBody),
        (status = 422, description = "Answers or members will not do; nothing is kept", body = ProblemBody),
    )
)]
pub(super) async fn create(
    caller: Caller,
    request: HttpRequest,
    payload: Payload,
) -> Result<HttpResponse, Problem> {
    let limits = &caller.app.settings.limits;
    let mut body = body::read(&request, payload, limits, caller.language).await?;
    let by = caller.by(&body.digest);
    let workflow = body.needed_text("workflow");
    let answers = body.answers("answers").unwrap_or_default();
    let (submit, confirmed) = (body.flag("submit"), body.flag("confirmed"));
    body.finish()?;
    let command = submit.then(|| Command {
        action: "submit".to_owned(),
        input: Input {
            confirmed,
            ..Input::default()
        },
        seen: None,
    });
    let key = workflow.clone();
    let unknown = |problem: Problem| match problem.status {
        // The address is there; what it was asked for is not.
        404 => Problem::plain(
            422,
            "unknown-workflow",
            caller.language,
            &[("key", &workflow)],
        )
        .flawed("workflow", "workflow"),
        _ => problem,
    };
    let language = caller.language;
    let (done, case) = caller
        .run(move |app, viewer| {
            let done = drafts::create(app, &by, &key, answers, command)?;
            let case = match done.case_id {
                // What was just made is a draft still; of an earlier one this is not known.
                None if !done.repeated => CaseBody::of_draft(app, &by, done.ulid, language),
                _ => CaseBody::read(app, viewer, &by, done.ulid, language),
            };
            Ok((done, case))
        })
        .await
        .map_err(unknown)?;
    let case = case.map_err(|error| caller.problem(&error))?;
    let mut response = HttpResponse::Created();
    response.insert_header((header::LOCATION, format!("/api/v1/cases/{}", done.ulid)));
    if done.repeated {
        response.insert_header(("Idempotent-Replayed", "true"));
    }
    Ok(response.json(case))
}

/// A case as the caller sees it.
pub(super) async fn read(caller: &Caller, id: Ulid) -> Result<CaseBody, Problem> {
    let (by, language) = (caller.by(""), caller.language);
    caller
        .run(move |app, viewer| CaseBody::read(app, viewer, &by, id, language))
        .await
}

/// The case, or the caller's draft.
#[utoipa::path(
    get, path = "/api/v1/cases/{id}", tag = "cases",
    params(("id" = String, Path, description = "A ULID")),
    responses(
        (status = 200, body = CaseBody),
        (status = 404, description = "It is not there, or not for the caller to see", body = ProblemBody),
    )
)]
pub(super) async fn show(caller: Caller, id: Path<String>) -> Result<HttpResponse, Problem> {
    let case = read(&caller, caller.id(&id)?).await?;
    Ok(HttpResponse::Ok().json(case))
}

/// Saves answers over those of a draft, or of a case that was returned to the caller. Whatever was typed is kept;
/// `problems` in the answer says what keeps it from being submitted.
#[utoipa::path(
    put, path = "/api/v1/cases/{id}/answers", tag = "cases",
    params(("id" = String, Path, description = "A ULID")),
    request_body = NewAnswers,
    responses(
        (status = 200, body = CaseBody),
        (status = 404, description = "No draft of the caller's", body = ProblemBody),
        (status = 409, description = "Somebody saved a newer version", body = ProblemBody),
        (status = 422, description = "Stopped by a check, or members will not do", body = ProblemBody),
    )
)]
pub(super) async fn save_answers(
    caller: Caller,
    id: Path<String>,
    request: HttpRequest,
    payload: Payload,
) -> Result<HttpResponse, Problem> {
    let id = caller.id(&id)?;
    let limits = &caller.app.settings.limits;
    let mut body = body::read(&request, payload, limits, caller.language).await?;
    let answers = body.needed_answers("answers");
    let seen = body.whole("revision");
    body.finish()?;
    let by = caller.by("");
    let saved = caller
        .run_or_error(move |app, _| drafts::save(app, &by, id, answers, seen).map(drop))
        .await;
    match saved {
        Ok(()) => {}
        // The address is there for those who see the case; only nothing can be written now.
        Err(Error::NotFound) => {
            let case = read(&caller, id).await?;
            let mut problem = Problem::plain(409, "not-editable", caller.language, &[]);
            problem.revision = Some(case.revision);
            return Err(problem);
        }
        Err(error) => return Err(conflict::explain(&caller, id, seen, &error).await),
    }
    let case = read(&caller, id).await?;
    Ok(HttpResponse::Ok().json(case))
}

/// A page of the cases that the caller may see, newest first.
#[utoipa::path(
    get, path = "/api/v1/cases", tag = "cases",
    params(
        ("workflow" = Option<String>, Query, description = "Of this workflow only"),
        ("status" = Option<String>, Query, description = "`open`, `in_force`, `suspended` or `ended`"),
        ("q" = Option<String>, Query, description = "Words in number, title, departments or chosen data"),
        ("cursor" = Option<String>, Query, description = "`next` of the page before"),
        ("limit" = Option<u32>, Query, description = "At most 100"),
    ),
    responses((status = 200, body = CasePage), (status = 422, body = ProblemBody))
)]
pub(super) async fn list(caller: Caller, request: HttpRequest) -> Result<HttpResponse, Problem> {
    let known = ["workflow", "status", "q", "cursor", "limit"];
    let query = Query::read(&caller, &request, "cases", &known)?;
    let narrow = Narrow {
        workflow: query.text("workflow"),
        status: query
            .word("status", STATUSES, "status-parameter")?
            .map(str::to_owned),
        text: query.text("q").unwrap_or_default(),
    };
    let (before, limit) = (query.cursor::<i64>()?, query.limit()?);
    let page = caller
        .run(move |app, viewer| lists::visible(app, viewer, &narrow, before, limit))
        .await?;
    let directory = &caller.viewer.directory;
    Ok(HttpResponse::Ok().json(CasePage {
        next: query.next(page.next),
        items: page
            .rows
            .iter()
            .map(|row| CaseRow::of(row, directory))
            .collect(),
    }))
}
