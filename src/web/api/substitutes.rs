//! `/substitutes`: who acts for whom and when; naming somebody, and ending it early.

use actix_web::web::{Path, Payload};
use actix_web::{HttpRequest, HttpResponse};
use chrono::{DateTime, NaiveDate, Utc};
use serde::Serialize;
use utoipa::ToSchema;

use super::shapes::{PartyBody, PersonBody};
use super::{Caller, body};
use crate::calendar::day_of;
use crate::directory::{DepartmentCode, Post, RoleCode};
use crate::engine::Party;
use crate::services::substitutes::{self, Naming, State};
use crate::storage::substitutes::StoredSubstitution;
use crate::web::problem::{Problem, ProblemBody};

/// Substitutions.
#[derive(Serialize, ToSchema)]
pub(super) struct Substitutes {
    /// The newest first.
    items: Vec<SubstituteBody>,
}

/// Somebody acts for the holder of a post.
#[derive(Serialize, ToSchema)]
pub(super) struct SubstituteBody {
    /// Its id.
    id: String,
    /// The post.
    post: PartyBody,
    /// Who holds it.
    holder: PersonBody,
    /// Who acts for them.
    substitute: PersonBody,
    /// First day.
    from: NaiveDate,
    /// Last day.
    until: NaiveDate,
    /// `current`, `coming`, `past`, or `ended` early.
    state: &'static str,
    /// Who named the substitute.
    named_by: PersonBody,
    /// When.
    named_at: DateTime<Utc>,
    /// Who ended it early.
    ended_by: Option<PersonBody>,
    /// When.
    ended_at: Option<DateTime<Utc>>,
}

/// A substitute to be named.
#[derive(ToSchema)]
#[allow(dead_code)] // Only described: `body` reads it member by member.
pub(super) struct NewSubstitute {
    /// The login of who is away; the caller, without.
    holder: Option<String>,
    /// `role@department`; all posts that the holder has on the first day, without.
    post: Option<String>,
    /// The login of who acts for them.
    substitute: String,
    /// First day, today or later: `2026-03-02`.
    from: NaiveDate,
    /// Last day.
    until: NaiveDate,
}

/// The substitutions that the caller is part of, and those that they may set.
#[utoipa::path(
    get, path = "/api/v1/substitutes", tag = "substitutes",
    responses((status = 200, body = Substitutes))
)]
pub(super) async fn list(caller: Caller) -> Result<HttpResponse, Problem> {
    let found = caller.run(substitutes::visible).await?;
    Ok(HttpResponse::Ok().json(caller.substitutes(&found)))
}

/// Names a substitute.
#[utoipa::path(
    post, path = "/api/v1/substitutes", tag = "substitutes",
    params(("Idempotency-Key" = Option<String>, Header, description = "A repeat gets the first answer")),
    request_body = NewSubstitute,
    responses(
        (status = 201, description = "One for each post", body = Substitutes),
        (status = 403, description = "Not the holder, nor an administrator of the department", body = ProblemBody),
        (status = 409, description = "Not in these days", body = ProblemBody),
        (status = 422, description = "Members will not do", body = ProblemBody),
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
    let holder = body.text("holder");
    let post = body.typed("post", "post", |value| post(value.as_str()?));
    let substitute = body.needed_text("substitute");
    let (from, until) = (body.needed_day("from"), body.needed_day("until"));
    body.finish()?;
    let naming = Naming {
        holder,
        post,
        substitute,
        from,
        until,
    };
    let named = caller
        .run(move |app, _| substitutes::name(app, &by, naming))
        .await?;
    Ok(HttpResponse::Created().json(caller.substitutes(&named)))
}

/// Ends a substitution now. One that has ended stays as it is.
#[utoipa::path(
    delete, path = "/api/v1/substitutes/{id}", tag = "substitutes",
    params(("id" = String, Path, description = "A ULID")),
    responses(
        (status = 200, body = SubstituteBody),
        (status = 404, description = "It is not there, or not the caller's to end", body = ProblemBody),
    )
)]
pub(super) async fn end(caller: Caller, id: Path<String>) -> Result<HttpResponse, Problem> {
    let id = caller.id(&id)?;
    let by = caller.by("");
    let ended = caller
        .run(move |app, _| substitutes::end(app, &by, id))
        .await?;
    Ok(HttpResponse::Ok().json(caller.substitute(&ended)))
}

impl Caller {
    fn substitutes(&self, all: &[StoredSubstitution]) -> Substitutes {
        Substitutes {
            items: all.iter().map(|stored| self.substitute(stored)).collect(),
        }
    }

    fn substitute(&self, stored: &StoredSubstitution) -> SubstituteBody {
        let directory = &self.viewer.directory;
        let person = |id| PersonBody::of(id, directory);
        let substitution = &stored.substitution;
        let post = Party::Post(substitution.post.clone());
        SubstituteBody {
            id: stored.ulid.to_string(),
            post: PartyBody::of(&post, directory, self.language),
            holder: person(substitution.holder),
            substitute: person(substitution.substitute),
            from: substitution.from,
            until: substitution.until,
            state: State::of(stored, day_of(self.app.now())).word(),
            named_by: person(stored.named_by),
            named_at: stored.named_at,
            ended_by: stored.ended.map(|(by, _)| person(by)),
            ended_at: stored.ended.map(|(_, at)| at),
        }
    }
}

fn post(text: &str) -> Option<Post> {
    let (role, department) = text.split_once('@')?;
    Some(Post {
        role: RoleCode(role.to_owned()),
        department: DepartmentCode(department.to_owned()),
    })
}
