//! `/workflows`: what can be filed, and the form of it.

use std::sync::Arc;

use actix_web::web::Path;
use actix_web::{HttpRequest, HttpResponse};
use serde::Serialize;
use utoipa::ToSchema;

use super::Caller;
use super::query::Query;
use crate::forms::{self, Words};
use crate::messages::Language;
use crate::services::{Error, lists};
use crate::storage::workflows::WorkflowVersion;
use crate::web::problem::{Problem, ProblemBody};
use crate::workflow::{Node, Text, Workflow};
use chrono::{DateTime, Utc};

/// The workflows in force.
#[derive(Serialize, ToSchema)]
pub(super) struct WorkflowList {
    /// The workflows.
    items: Vec<WorkflowRow>,
}

/// A workflow.
#[derive(Serialize, ToSchema)]
pub(super) struct WorkflowRow {
    /// Its key.
    key: String,
    /// The version in force.
    version: u32,
    /// Its name.
    title: String,
    /// What it is for.
    about: Option<String>,
    /// Whether the caller may file by it.
    may_file: bool,
}

/// A workflow in full.
#[derive(Serialize, ToSchema)]
pub(super) struct WorkflowBody {
    #[serde(flatten)]
    row: WorkflowRow,
    /// Its legal basis.
    basis: Option<String>,
    /// The pattern of the numbers of its cases.
    number: String,
    /// The roles that may file.
    who: Vec<String>,
    /// Its stages and blocks, in order, each block before what is inside it.
    stages: Vec<StageOutline>,
    /// How a case can end.
    ends: Vec<EndOutline>,
    /// SHA-256 of the definition.
    digest: String,
    /// When this version came into force.
    since: Option<DateTime<Utc>>,
}

/// A stage or block of a workflow.
#[derive(Serialize, ToSchema)]
pub(super) struct StageOutline {
    /// Its id.
    id: String,
    /// Its name.
    title: String,
    /// The block that it stands in.
    block: Option<String>,
    /// The article that requires it.
    law: Option<String>,
}

/// An end of a workflow.
#[derive(Serialize, ToSchema)]
pub(super) struct EndOutline {
    /// Its id.
    id: String,
    /// Its name.
    title: String,
    /// What it means: `approved`, `rejected`, `withdrawn`, `lapsed`, `closed`.
    outcome: &'static str,
}

type Found = (WorkflowVersion, Arc<Workflow>, bool);

/// The workflows in force.
#[utoipa::path(
    get, path = "/api/v1/workflows", tag = "workflows",
    responses((status = 200, body = WorkflowList))
)]
pub(super) async fn list(caller: Caller, request: HttpRequest) -> Result<HttpResponse, Problem> {
    Query::read(&caller, &request, "workflows", &[])?;
    let all = caller.run(lists::workflows).await?;
    let items = all
        .iter()
        .map(|found| row(found, caller.language))
        .collect();
    Ok(HttpResponse::Ok().json(WorkflowList { items }))
}

/// A workflow.
#[utoipa::path(
    get, path = "/api/v1/workflows/{key}", tag = "workflows",
    params(("key" = String, Path, description = "The workflow's key")),
    responses((status = 200, body = WorkflowBody), (status = 404, body = ProblemBody))
)]
pub(super) async fn show(caller: Caller, key: Path<String>) -> Result<HttpResponse, Problem> {
    let found = find(&caller, &key).await?;
    let (version, workflow, _) = &found;
    let language = caller.language;
    let pick = |text: &Text| language.pick(text).to_owned();
    Ok(HttpResponse::Ok().json(WorkflowBody {
        row: row(&found, language),
        basis: workflow.basis.as_ref().map(pick),
        number: workflow.number.clone(),
        who: workflow.who.iter().map(|role| role.0.clone()).collect(),
        stages: outline(&workflow.stages, None, language),
        ends: workflow
            .ends
            .iter()
            .map(|end| EndOutline {
                id: end.id.clone(),
                title: pick(&end.title),
                outcome: crate::services::words::outcome_word(end.outcome),
            })
            .collect(),
        digest: workflow.digest.clone(),
        since: version.confirmed_at,
    }))
}

/// The form as JSON Schema (draft 2020-12).
#[utoipa::path(
    get, path = "/api/v1/workflows/{key}/form", tag = "workflows",
    params(("key" = String, Path, description = "The workflow's key")),
    responses(
        (status = 200, description = "A JSON Schema", body = Object, content_type = "application/schema+json"),
        (status = 404, body = ProblemBody),
    )
)]
pub(super) async fn form(caller: Caller, key: Path<String>) -> Result<HttpResponse, Problem> {
    let (_, workflow, _) = find(&caller, &key).await?;
    Ok(HttpResponse::Ok()
        .content_type("application/schema+json")
        .json(forms::json_schema(&workflow.form, &caller.language)))
}

async fn find(caller: &Caller, key: &str) -> Result<Found, Problem> {
    let all = caller.run(lists::workflows).await?;
    all.into_iter()
        .find(|(version, ..)| version.key == key)
        .ok_or_else(|| caller.problem(&Error::NotFound))
}

fn row((version, workflow, may_file): &Found, language: Language) -> WorkflowRow {
    WorkflowRow {
        key: version.key.clone(),
        version: version.version,
        title: language.pick(&workflow.title).to_owned(),
        about: workflow
            .about
            .as_ref()
            .map(|about| language.pick(about).to_owned()),
        may_file: *may_file,
    }
}

fn outline(nodes: &[Node], block: Option<&str>, language: Language) -> Vec<StageOutline> {
    nodes
        .iter()
        .flat_map(|node| {
            let own = StageOutline {
                id: node.id.clone(),
                title: language.pick(&node.title).to_owned(),
                block: block.map(str::to_owned),
                law: node.law.clone(),
            };
            let inside = node
                .lists()
                .flat_map(|list| outline(list, Some(&node.id), language));
            std::iter::once(own).chain(inside.collect::<Vec<_>>())
        })
        .collect()
}
