//! `/registers` and `/grants/check`: what approvals have left behind, and whether a use is covered by it.

use actix_web::web::Path;
use actix_web::{HttpRequest, HttpResponse};
use chrono::{DateTime, NaiveDate, Utc};
use serde::Serialize;
use serde_json::Value;
use utoipa::ToSchema;

use super::Caller;
use super::query::Query;
use crate::calendar::day_of;
use crate::directory::DepartmentCode;
use crate::services::grants::{self, Question};
use crate::services::ledger::{self, Narrowing};
use crate::storage::register_search::Found;
use crate::web::problem::{Problem, ProblemBody};

/// A page of a register.
#[derive(Serialize, ToSchema)]
pub(super) struct EntryPage {
    /// The entries, newest first.
    items: Vec<EntryBody>,
    /// `cursor` of the next page; null on the last one.
    next: Option<String>,
}

/// An entry of a register.
#[derive(Serialize, ToSchema)]
pub(super) struct EntryBody {
    /// Its id.
    id: String,
    /// Its status; `voided`: its case was declared void.
    status: Option<String>,
    /// The department whose case left it.
    department: String,
    /// That case.
    case: CaseRef,
    /// What stands in it, by the register's fields.
    values: Value,
    /// When it was opened.
    opened_at: DateTime<Utc>,
    /// When it was changed last.
    updated_at: DateTime<Utc>,
}

/// A case that is named.
#[derive(Serialize, ToSchema)]
pub(super) struct CaseRef {
    /// Its id.
    id: String,
    /// Its number.
    number: Option<String>,
}

/// Whether a use is covered.
#[derive(Serialize, ToSchema)]
pub(super) struct GrantCheck {
    /// Whether every item of it is covered; without `items`: whether any is.
    allowed: bool,
    /// The last day on which all of it is covered; null: without an end, or not covered.
    until: Option<NaiveDate>,
    /// The day that was asked about.
    day: NaiveDate,
    /// Item by item.
    items: Vec<ItemCheck>,
}

/// Whether an item is covered.
#[derive(Serialize, ToSchema)]
pub(super) struct ItemCheck {
    /// Its code; null for the whole resource.
    item: Option<String>,
    /// Whether it is covered.
    allowed: bool,
    /// Why not: `none`, `purpose`, `over`, `not_yet`, `agreed`, `suspended`.
    reason: Option<&'static str>,
    /// What covers it.
    grant: Option<GrantBody>,
}

/// What covers a use.
#[derive(Serialize, ToSchema)]
pub(super) struct GrantBody {
    /// The entry of the register `grants`.
    entry: String,
    /// The case that left it.
    case: CaseRef,
    /// Under which conditions.
    conditions: Vec<String>,
    /// For which purpose.
    purpose: String,
    /// Within which scope.
    scope: String,
    /// How it is shared: `interface`, `batch`, `download`.
    method: String,
    /// The first day.
    from: Option<NaiveDate>,
    /// The last day.
    until: Option<NaiveDate>,
    /// How many calls.
    calls: Option<i64>,
}

/// The entries of a register that the caller sees.
#[utoipa::path(
    get, path = "/api/v1/registers/{name}", tag = "registers",
    params(
        ("name" = String, Path, description = "The register: `grants`, `systems` …"),
        ("status" = Option<String>, Query, description = "With this status only"),
        ("department" = Option<String>, Query, description = "With this department in it only"),
        ("q" = Option<String>, Query, description = "With all of these words in it"),
        ("cursor" = Option<String>, Query, description = "`next` of the page before"),
        ("limit" = Option<u32>, Query, description = "At most 100"),
    ),
    responses((status = 200, body = EntryPage), (status = 404, body = ProblemBody), (status = 422, body = ProblemBody))
)]
pub(super) async fn list(
    caller: Caller,
    name: Path<String>,
    request: HttpRequest,
) -> Result<HttpResponse, Problem> {
    let known = ["status", "department", "q", "cursor", "limit"];
    let query = Query::read(&caller, &request, "register", &known)?;
    let (cursor, limit) = (query.cursor::<i64>()?, query.limit()?);
    let narrowing = Narrowing {
        status: query.text("status"),
        department: query.text("department").map(DepartmentCode),
        text: query.text("q").unwrap_or_default(),
        dates: None,
    };
    let page = caller
        .run(move |app, viewer| {
            let readable = ledger::of(app, viewer, &name)?;
            ledger::page(app, &readable, &narrowing, cursor, limit)
        })
        .await?;
    Ok(HttpResponse::Ok().json(EntryPage {
        next: query.next(page.next),
        items: page.rows.iter().map(body).collect(),
    }))
}

fn body((entry, case): &Found) -> EntryBody {
    EntryBody {
        id: entry.ulid.to_string(),
        status: entry.status.clone(),
        department: entry.department.0.clone(),
        case: CaseRef {
            id: case.ulid.to_string(),
            number: case.number.clone(),
        },
        values: entry.document.get("values").cloned().unwrap_or_default(),
        opened_at: entry.opened_at,
        updated_at: entry.updated_at,
    }
}

/// Whether a department may use some data on a day.
#[utoipa::path(
    get, path = "/api/v1/grants/check", tag = "registers",
    params(
        ("department" = String, Query, description = "Who would use it: its code"),
        ("resource" = String, Query, description = "The resource's code"),
        ("items" = Option<String>, Query, description = "The items' codes with commas between them; without, whatever was granted"),
        ("purpose" = Option<String>, Query, description = "Words that the granted purpose must hold"),
        ("day" = Option<String>, Query, description = "`2026-03-01`; today without"),
        ("on" = Option<String>, Query, description = "Another name of `day`"),
    ),
    responses((status = 200, body = GrantCheck), (status = 403, body = ProblemBody), (status = 422, body = ProblemBody))
)]
pub(super) async fn check(caller: Caller, request: HttpRequest) -> Result<HttpResponse, Problem> {
    let known = ["department", "resource", "items", "purpose", "day", "on"];
    let query = Query::read(&caller, &request, "grants", &known)?;
    let needed = |name: &'static str| {
        query.text(name).ok_or_else(|| {
            let values = [("name", name)];
            Problem::plain(422, "parameter-missing", caller.language, &values).flawed(name, name)
        })
    };
    let question = Question {
        department: DepartmentCode(needed("department")?),
        resource: needed("resource")?,
        items: grants::items(&query.text("items").unwrap_or_default()),
        purpose: query.text("purpose").unwrap_or_default(),
        day: match query.text("day").or_else(|| query.text("on")) {
            None => day_of(caller.app.now()),
            Some(day) => day.parse().map_err(|_| {
                Problem::plain(422, "day-parameter", caller.language, &[]).flawed("day", "day")
            })?,
        },
    };
    let day = question.day;
    let answer = caller
        .run(move |app, viewer| grants::check(app, viewer, question))
        .await?;
    Ok(HttpResponse::Ok().json(GrantCheck {
        allowed: answer.allowed,
        until: answer.until,
        day,
        items: answer.items.into_iter().map(item).collect(),
    }))
}

fn item(one: grants::ItemAnswer) -> ItemCheck {
    ItemCheck {
        item: one.item,
        allowed: one.answer.is_ok(),
        reason: one.answer.as_ref().err().map(|refusal| refusal.code()),
        grant: one.answer.ok().map(grant),
    }
}

fn grant(grant: grants::Grant) -> GrantBody {
    GrantBody {
        entry: grant.entry.to_string(),
        case: CaseRef {
            id: grant.case.to_string(),
            number: grant.number,
        },
        conditions: grant.conditions,
        purpose: grant.purpose,
        scope: grant.scope,
        method: grant.method,
        from: grant.from,
        until: grant.until,
        calls: grant.calls,
    }
}
