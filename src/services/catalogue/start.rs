//! Requests that begin at a resource: to use it, and to change its entry in the directory.

use std::sync::Arc;

use serde_json::{Value, json};

use super::get;
use crate::catalogue::{self, Resource, Sharing};
use crate::engine;
use crate::forms::{Answers, Field};
use crate::services::cases::By;
use crate::services::drafts::{self, Open};
use crate::services::{App, Error, Viewer, lists};
use crate::workflow::{Record, Workflow};

/// The register that tells who may use what: the workflow that writes it is the one to ask by.
const GRANTS: &str = "grants";

/// Starts a request to use a resource: all its items that can be shared are chosen already.
pub fn to_use(app: &Arc<App>, by: &By, viewer: &Viewer, code: &str) -> Result<Open, Error> {
    let kept = app.db.read(|conn| get(conn, code))?;
    let resource = kept.filter(|kept| kept.active).ok_or(Error::NotFound)?;
    let workflow = to_ask_by(app, viewer)?.ok_or(Error::Forbidden("file"))?;
    let field = choosing(&workflow).ok_or(Error::NotFound)?;
    let chosen = chosen(&resource.resource, field);
    if chosen.is_empty() {
        return Err(Error::Forbidden("not_shared"));
    }
    let answers = Answers::from([(field.id.clone(), Value::Array(chosen))]);
    drafts::start(app, by, &workflow.key, answers)
}

/// The workflow by which the viewer may ask to use data; `None`: there is none for them.
pub fn to_ask_by(app: &Arc<App>, viewer: &Viewer) -> Result<Option<Arc<Workflow>>, Error> {
    let all = lists::workflows(app, viewer)?.into_iter();
    let mut fit = all.filter(|(_, workflow, may)| {
        *may && choosing(workflow).is_some()
            && records(workflow).any(|record| record.register == GRANTS)
    });
    Ok(fit.next().map(|(_, workflow, _)| workflow))
}

/// Starts a proposal to change a resource, filled in with what the directory says now.
pub fn to_change(app: &Arc<App>, by: &By, viewer: &Viewer, code: &str) -> Result<Open, Error> {
    let kept = app.db.read(|conn| get(conn, code))?;
    let resource = kept.ok_or(Error::NotFound)?.resource;
    let workflow = to_propose_by(app, viewer, &resource)?.ok_or(Error::Forbidden("file"))?;
    drafts::start(app, by, &workflow.key, as_answers(&workflow, &resource))
}

/// The workflow by which the viewer may propose to change a resource of their own department; `None`: there is none for them.
pub fn to_propose_by(
    app: &Arc<App>,
    viewer: &Viewer,
    resource: &Resource,
) -> Result<Option<Arc<Workflow>>, Error> {
    if viewer.person.department != resource.provider {
        return Ok(None);
    }
    let all = lists::workflows(app, viewer)?.into_iter();
    let mut fit =
        all.filter(|(_, workflow, may)| *may && into_directory(workflow).next().is_some());
    Ok(fit.next().map(|(_, workflow, _)| workflow))
}

fn into_directory(workflow: &Workflow) -> impl Iterator<Item = &Record> {
    records(workflow).filter(|record| {
        let known = record.known.as_ref();
        known.is_some_and(|register| register.directory)
    })
}

/// What the workflow writes from a field into the directory is read from there into the field.
fn as_answers(workflow: &Workflow, resource: &Resource) -> Answers {
    let values = catalogue::values(resource);
    let set = into_directory(workflow).flat_map(|record| &record.set);
    set.filter_map(|(name, value)| {
        let field = value.source().trim().strip_prefix("form.")?;
        workflow.form.field(field)?;
        Some((field.to_owned(), values.get(name)?.clone()))
    })
    .collect()
}

/// Everything that a workflow writes down.
pub(in crate::services) fn records(workflow: &Workflow) -> impl Iterator<Item = &Record> {
    let nodes = workflow.nodes().flat_map(|node| &node.record);
    nodes.chain(workflow.ends.iter().flat_map(|end| &end.record))
}

/// The field in which data is chosen when a request begins.
fn choosing(workflow: &Workflow) -> Option<&Field> {
    let asked = engine::asked_at_start(workflow);
    let mut fields = asked.fields.iter().map(|(_, field)| *field);
    let found = fields.find(|field| field.kind.0.name() == "resources")?;
    workflow.form.field(&found.id)
}

fn chosen(resource: &Resource, field: &Field) -> Vec<Value> {
    let whole = field.pick == crate::forms::Pick::Resource;
    let shared = resource
        .items
        .iter()
        .filter(|item| item.sharing != Sharing::None);
    let code = &resource.code;
    match whole {
        true if resource.sharing == Sharing::None => Vec::new(),
        true => vec![json!({"resource": code})],
        false => shared
            .map(|item| json!({"resource": code, "item": item.code}))
            .collect(),
    }
}
