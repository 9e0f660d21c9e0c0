//! `GET /openapi.json`: the description of the API, made from the code that serves it.

use std::sync::LazyLock;

use actix_web::HttpResponse;
use utoipa::openapi::security::{HttpAuthScheme, HttpBuilder, SecurityScheme};
use utoipa::openapi::{OpenApi as Description, SecurityRequirement};
use utoipa::{Modify, OpenApi};

use super::{
    actions, attachments, cases, events, registers, sessions, shapes, started, substitutes, tasks,
    workflows,
};
use crate::web::problem::{Flaw, Meanwhile, ProblemBody};

#[derive(OpenApi)]
#[openapi(
    info(
        title = "会签 Huiqian",
        description = "Approvals for government data. Errors are `application/problem+json` (RFC 9457). Sentences are \
                       in Chinese; `Accept-Language: en` asks for English. `Idempotency-Key` is honoured on every \
                       POST but `/sessions`.",
        license(name = "Apache-2.0"),
    ),
    paths(
        sessions::open,
        cases::list,
        cases::create,
        cases::show,
        cases::save_answers,
        actions::act,
        events::history,
        started::open,
        attachments::upload,
        attachments::download,
        tasks::list,
        tasks::acknowledge,
        registers::list,
        registers::check,
        substitutes::list,
        substitutes::create,
        substitutes::end,
        workflows::list,
        workflows::show,
        workflows::form,
        show,
    ),
    components(schemas(ProblemBody, Flaw, Meanwhile, shapes::CaseBody)),
    modifiers(&Bearer),
)]
struct Api;

struct Bearer;

impl Modify for Bearer {
    fn modify(&self, description: &mut Description) {
        let scheme = HttpBuilder::new().scheme(HttpAuthScheme::Bearer).build();
        if let Some(components) = description.components.as_mut() {
            components.add_security_scheme("bearer", SecurityScheme::Http(scheme));
        }
        let none: [String; 0] = [];
        description.security = Some(vec![SecurityRequirement::new("bearer", none)]);
    }
}

static TEXT: LazyLock<Result<String, serde_json::Error>> =
    LazyLock::new(|| serde_json::to_string(&Api::openapi()));

/// This description.
#[utoipa::path(
    get, path = "/api/v1/openapi.json", tag = "openapi",
    security(()),
    responses((status = 200, description = "OpenAPI 3.1", body = Object))
)]
pub(super) async fn show() -> HttpResponse {
    match &*TEXT {
        Ok(text) => HttpResponse::Ok()
            .content_type("application/json")
            .body(text.as_str()),
        Err(error) => {
            tracing::error!(%error, "the API cannot describe itself");
            HttpResponse::InternalServerError().finish()
        }
    }
}
