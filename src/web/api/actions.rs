//! `POST /cases/{id}/actions`: one action on a case.

use std::sync::Arc;

use actix_web::web::{Path, Payload};
use actix_web::{HttpRequest, HttpResponse};
use serde_json::Value;
use ulid::Ulid;
use utoipa::ToSchema;

use super::caller::ulid;
use super::shapes::CaseBody;
use super::{Caller, body, conflict};
use crate::engine::{Command, Input, TaskId};
use crate::forms::Answers;
use crate::messages::{self, Language};
use crate::services::{App, Error, Viewer, cases as use_case, seen};
use crate::web::problem::{Problem, ProblemBody};

/// An action; `actions` of the case says which there are and what each needs.
#[derive(ToSchema)]
#[allow(dead_code)] // Only described: `body` reads it member by member.
pub(super) struct NewAction {
    /// Its name: `approve`.
    action: String,
    /// On which task: its number within the case, or its id.
    #[schema(value_type = Option<Object>)]
    task: Option<Value>,
    /// The opinion, reason or note.
    comment: Option<String>,
    /// Answers filled in with it.
    #[schema(value_type = Option<Object>)]
    answers: Option<Answers>,
    /// For `return`: a stage, or `applicant`; for `jump`: the place of a stage.
    to: Option<String>,
    /// For `choose`.
    choice: Option<String>,
    /// For `signal`: its name.
    signal: Option<String>,
    /// For `signal`: the place where it is given, where it is open in several branches.
    stage: Option<String>,
    /// For `supplement`: the fields to be completed.
    fields: Option<Vec<String>>,
    /// For `reassign` and `transfer`: the login of the new holder.
    person: Option<String>,
    /// For `add_signer`, `consult` and `copy`: the logins of the new signers, advisers or readers.
    people: Option<Vec<String>>,
    /// For `extend`: the key of the clock; not needed where there is only one.
    clock: Option<String>,
    /// For `extend` and `grant_extension`: how much time, `5wd`, or a number of the budget's unit.
    time: Option<String>,
    /// For `add_signer`: `before`, `after` or `with`.
    how: Option<String>,
    /// The sender has read the warnings and goes on.
    confirmed: Option<bool>,
    /// The revision of the case that the sender saw.
    revision: Option<i64>,
}

/// A task as its sender names it.
pub(super) enum Named {
    Number(u32),
    Id(String),
}

impl Named {
    /// The member `task` of a body.
    pub fn read(body: &mut body::Members) -> Option<Self> {
        body.typed("task", "task", |value| match value {
            Value::String(text) => Some(Self::Id(text.chars().take(64).collect())),
            value => u32::try_from(value.as_u64()?).ok().map(Self::Number),
        })
    }

    /// The same, where it must be there.
    pub fn needed(body: &mut body::Members) -> Self {
        body.need("task");
        Self::read(body).unwrap_or(Self::Number(0))
    }

    /// Its number within the case.
    pub fn number(
        self,
        app: &Arc<App>,
        viewer: &Viewer,
        case: Ulid,
        language: Language,
    ) -> Result<TaskId, Error> {
        let text = match self {
            Self::Number(number) => return Ok(TaskId(number)),
            Self::Id(text) => text,
        };
        let found = ulid(&text).map(|task| seen::task_number(app, viewer, case, task));
        let missing = || Error::BadRequest {
            name: "task",
            problem: messages::text(language, "error.no-such-task", &[("id", &text)]),
        };
        found.transpose()?.flatten().ok_or_else(missing)
    }
}

/// Takes an action.
#[utoipa::path(
    post, path = "/api/v1/cases/{id}/actions", tag = "cases",
    params(
        ("id" = String, Path, description = "A ULID"),
        ("Idempotency-Key" = Option<String>, Header, description = "A repeat gets the first answer"),
    ),
    request_body = NewAction,
    responses(
        (status = 200, body = CaseBody),
        (status = 403, description = "Not this person", body = ProblemBody),
        (status = 404, description = "It is not there, or not for the caller to see", body = ProblemBody),
        (status = 409, description = "The case has moved on", body = ProblemBody),
        (status = 422, description = "Something in the request will not do", body = ProblemBody),
    )
)]
pub(super) async fn act(
    caller: Caller,
    id: Path<String>,
    request: HttpRequest,
    payload: Payload,
) -> Result<HttpResponse, Problem> {
    let id = caller.id(&id)?;
    let limits = &caller.app.settings.limits;
    let mut body = body::read(&request, payload, limits, caller.language).await?;
    let by = caller.by(&body.digest);
    let (command, task) = command(&mut body);
    body.finish()?;
    let (seen, language) = (command.seen, caller.language);
    let done = caller
        .run_or_error(move |app, viewer| {
            let mut command = command;
            command.input.task = task
                .map(|task| task.number(app, viewer, id, language))
                .transpose()?;
            let done = use_case::perform(app, &by, id, command)?;
            // A case that is submitted again answers with its new draft.
            let case = CaseBody::read(app, viewer, &by, done.ulid, language);
            Ok((done.repeated, case))
        })
        .await;
    let (repeated, case) = match done {
        Ok(done) => done,
        Err(error) => return Err(conflict::explain(&caller, id, seen, &error).await),
    };
    let case = case.map_err(|error| caller.problem(&error))?;
    let mut response = HttpResponse::Ok();
    if repeated {
        response.insert_header(("Idempotent-Replayed", "true"));
    }
    Ok(response.json(case))
}

fn command(body: &mut body::Members) -> (Command, Option<Named>) {
    let action = body.needed_text("action");
    let task = Named::read(body);
    let input = Input {
        task: None,
        comment: body.text("comment"),
        answers: body.answers("answers"),
        choice: body.text("choice"),
        to: body.text("to"),
        signal: body.text("signal"),
        stage: body.text("stage"),
        fields: body.texts("fields"),
        person: body.text("person"),
        people: body.texts("people"),
        clock: body.text("clock"),
        time: body.text("time"),
        how: body.text("how"),
        confirmed: body.flag("confirmed"),
    };
    let command = Command {
        action,
        input,
        seen: body.whole("revision"),
    };
    (command, task)
}
