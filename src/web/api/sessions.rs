//! `POST /sessions`: a login for programs.

use std::sync::Arc;

use actix_web::web::{Data, Payload};
use actix_web::{HttpRequest, HttpResponse};
use serde::Serialize;
use utoipa::ToSchema;

use super::body;
use crate::services::{App, Error, sessions};
use crate::web::problem::{Problem, ProblemBody, spoken};
use crate::web::{blocking, source};
use chrono::{DateTime, Utc};

/// What a login sends.
#[derive(ToSchema)]
#[allow(dead_code)] // Only described: `body` reads it member by member.
pub(super) struct Login {
    /// The login name.
    login: String,
    /// The password.
    password: String,
}

/// A session.
#[derive(Serialize, ToSchema)]
pub(super) struct Session {
    /// To be sent as `Authorization: Bearer TOKEN`.
    token: String,
    /// When it ends, used or not.
    expires_at: DateTime<Utc>,
}

/// Logs in.
#[utoipa::path(
    post, path = "/api/v1/sessions", tag = "sessions",
    request_body = Login,
    security(()),
    responses(
        (status = 200, body = Session),
        (status = 401, description = "Login or password are wrong", body = ProblemBody),
        (status = 429, description = "Too many tries", body = ProblemBody),
    )
)]
pub(super) async fn open(
    app: Data<App>,
    request: HttpRequest,
    payload: Payload,
) -> Result<HttpResponse, Problem> {
    let (app, language): (Arc<App>, _) = (app.into_inner(), spoken(&request));
    let mut body = body::read(&request, payload, &app.settings.limits, language).await?;
    let login = body.needed_text("login");
    let password = body.needed_text("password");
    body.finish()?;
    let source = source::of(&request, &app.settings.trusted_proxies);
    let opened = blocking(&app, move |app| {
        sessions::log_in(app, &login, &password, &source)
    })
    .await
    .map_err(|error| match error {
        Error::Unauthenticated => Problem::plain(401, "wrong-login", language, &[]),
        other => Problem::of(&other, language, None),
    })?;
    Ok(HttpResponse::Ok().json(Session {
        token: opened.token.as_str().to_owned(),
        expires_at: opened.expires_at,
    }))
}
