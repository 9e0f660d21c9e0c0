//! `POST /cases/{id}/drafts`: the draft of another case that a task asks for.

use actix_web::http::header;
use actix_web::web::{Path, Payload};
use actix_web::{HttpRequest, HttpResponse};
use serde_json::Value;
use utoipa::ToSchema;

use super::actions::Named;
use super::shapes::CaseBody;
use super::{Caller, body, cases};
use crate::services::started;
use crate::web::problem::{Problem, ProblemBody};

/// The draft of a case that another one starts.
#[derive(ToSchema)]
#[allow(dead_code)] // Only described: `body` reads it member by member.
pub(super) struct NewDraft {
    /// The task that asks for it (`asks` is `file`): its number within the case, or its id.
    #[schema(value_type = Object)]
    task: Value,
}

/// Opens the draft that a task asks for, filled in with what the case hands over; asked again, it is the same draft. It is
/// completed and submitted like any other.
#[utoipa::path(
    post, path = "/api/v1/cases/{id}/drafts", tag = "cases",
    params(
        ("id" = String, Path, description = "A ULID"),
        ("Idempotency-Key" = Option<String>, Header, description = "A repeat gets the first answer"),
    ),
    request_body = NewDraft,
    responses(
        (status = 201, description = "The draft", body = CaseBody),
        (status = 403, description = "Not this person", body = ProblemBody),
        (status = 404, description = "It is not there, or not for the caller to see", body = ProblemBody),
        (status = 409, description = "It was filed, or somebody else writes it", body = ProblemBody),
        (status = 422, description = "Something in the request will not do", body = ProblemBody),
    )
)]
pub(super) async fn open(
    caller: Caller,
    id: Path<String>,
    request: HttpRequest,
    payload: Payload,
) -> Result<HttpResponse, Problem> {
    let id = caller.id(&id)?;
    let limits = &caller.app.settings.limits;
    let mut body = body::read(&request, payload, limits, caller.language).await?;
    let by = caller.by(&body.digest);
    let task = Named::needed(&mut body);
    body.finish()?;
    let language = caller.language;
    let draft = caller
        .run(move |app, viewer| {
            let task = task.number(app, viewer, id, language)?;
            started::open(app, &by, id, task)
        })
        .await?;
    let case = cases::read(&caller, draft).await?;
    let mut response = HttpResponse::Created();
    response.insert_header((header::LOCATION, format!("/api/v1/cases/{draft}")));
    Ok(response.json(case))
}
