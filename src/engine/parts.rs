//! The branches of a `foreach`: which there are to be, and which there are.

use std::collections::BTreeMap;

use serde_json::Value as Json;

use super::case::BranchRecord;
use super::scope::{foreach_at, scope_at};
use super::{Case, Context};
use crate::calendar::beijing;
use crate::expression::{EvaluationError, Expression, Scope, Value};
use crate::forms::Answers;
use crate::workflow::place::{Place, key_of, keys_of};
use crate::workflow::{Foreach, Workflow};

/// The answers that a case begins with that another one starts; what is null is left out.
pub fn handed_over(
    with: &[(String, Expression)],
    scope: &Scope,
) -> Result<Answers, EvaluationError> {
    let mut answers = Answers::new();
    for (field, value) in with {
        let value = json(&value.value(scope)?);
        if !value.is_null() {
            answers.insert(field.clone(), value);
        }
    }
    Ok(answers)
}

/// One branch that there is to be.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Part {
    /// What tells it from the others.
    pub key: String,
    /// The values of `by`, or the element.
    pub value: Value,
    /// The elements that it is for.
    pub items: Vec<Value>,
}

impl Part {
    /// What it stands for, as its event records it.
    pub fn document(&self) -> Json {
        json(&self.value)
    }
}

/// A branch that a foreach would open now.
#[derive(Debug, Clone, PartialEq)]
pub struct Coming {
    /// Its place.
    pub branch: Place,
    /// What it stands for.
    pub part: Json,
}

/// The branches that a foreach at this place is to have for the answers as they are, in the order of the elements; none
/// where that cannot be told.
#[must_use]
pub fn coming(workflow: &Workflow, case: &Case, context: &Context<'_>, block: &str) -> Vec<Coming> {
    let all = parts_at(workflow, case, context, block).into_iter();
    all.map(|part| Coming {
        branch: format!("{block}[{}]", part.key),
        part: part.document(),
    })
    .collect()
}

/// The elements that a branch of a foreach is for: what is called `items` inside it.
#[must_use]
pub fn elements(
    workflow: &Workflow,
    case: &Case,
    context: &Context<'_>,
    branch: &str,
) -> Vec<Json> {
    let block = workflow.around(branch).pop().unwrap_or_default();
    let key = keys_of(branch).last().unwrap_or_default();
    let all = parts_at(workflow, case, context, &block);
    let own = all.iter().find(|part| part.key == key);
    own.map_or_else(Vec::new, |part| part.items.iter().map(json).collect())
}

fn parts_at(workflow: &Workflow, case: &Case, context: &Context<'_>, block: &str) -> Vec<Part> {
    let foreach = foreach_at(workflow, block);
    let scope = scope_at(workflow, case, context, block, None);
    foreach
        .and_then(|foreach| parts(foreach, &scope).ok())
        .unwrap_or_default()
}

/// The branches that a foreach is to have for these answers, in the order of the elements.
pub(super) fn parts(foreach: &Foreach, scope: &Scope) -> Result<Vec<Part>, EvaluationError> {
    let elements = match foreach.over.value(scope)? {
        Value::List(elements) => elements,
        _ => Vec::new(),
    };
    let mut parts: Vec<Part> = Vec::new();
    for (index, element) in elements.into_iter().enumerate() {
        let (key, value) = match foreach.by.as_slice() {
            [] => (element_key(&element, index), element.clone()),
            by => told_by(&element, by),
        };
        match parts.iter_mut().find(|part| part.key == key) {
            Some(part) => part.items.push(element),
            None => parts.push(Part {
                key,
                value,
                items: vec![element],
            }),
        }
    }
    Ok(parts)
}

/// The branches of a foreach or parallel that there have been so far, by their places.
pub(super) fn branches_of<'c>(
    case: &'c Case,
    block: &str,
) -> impl Iterator<Item = (&'c Place, &'c BranchRecord)> {
    let (id, keys) = match block.split_once('[') {
        Some((id, keys)) => (id.to_owned(), format!("[{keys}")),
        None => (block.to_owned(), String::new()),
    };
    case.branches.iter().filter(move |(place, _)| {
        let Some(rest) = place.strip_prefix(&id) else {
            return false;
        };
        match rest.strip_prefix('.') {
            Some(named) => named.split_once('[').map_or(keys.is_empty(), |(_, of)| {
                keys.strip_prefix('[') == Some(of)
            }),
            None => rest
                .strip_prefix(&keys)
                .is_some_and(|own| own.starts_with('[') && own.matches('[').count() == 1),
        }
    })
}

/// One key out of the parts that tell the branches apart.
fn told_by(element: &Value, by: &[String]) -> (String, Value) {
    let part = |name: &String| match element {
        Value::Record(parts) => parts.get(name).cloned().unwrap_or_default(),
        _ => Value::Null,
    };
    let key: Vec<String> = by.iter().map(|name| text(&part(name))).collect();
    let value = by.iter().map(|name| (name.clone(), part(name)));
    (key_of(&key.join("/")), Value::Record(value.collect()))
}

/// An element is told by what it is; a row of a table, which may be corrected and stays the same row, by its number.
pub(super) fn element_key(element: &Value, index: usize) -> String {
    let Value::Record(parts) = element else {
        return key_of(&text(element));
    };
    let named = |name: &str| parts.get(name).map(text);
    match (named("resource"), named("item")) {
        (Some(resource), Some(item)) => key_of(&format!("{resource}/{item}")),
        (Some(resource), None) => key_of(&resource),
        (None, _) => (index + 1).to_string(),
    }
}

fn text(value: &Value) -> String {
    match json(value) {
        Json::String(text) => text,
        Json::Null => String::new(),
        other => other.to_string(),
    }
}

/// A value as JSON; an instant in the time of Beijing.
pub(super) fn json(value: &Value) -> Json {
    match value {
        Value::Null => Json::Null,
        Value::Bool(yes) => Json::Bool(*yes),
        Value::Int(number) => Json::from(*number),
        Value::Number(number) => Json::from(*number),
        Value::Text(text) => Json::String(text.clone()),
        Value::Time(at) => {
            let local = beijing(*at);
            let midnight = local.time() == chrono::NaiveTime::MIN;
            Json::String(match midnight {
                true => local.format("%Y-%m-%d").to_string(),
                false => local.format("%Y-%m-%dT%H:%M:%S%:z").to_string(),
            })
        }
        Value::List(list) => Json::Array(list.iter().map(json).collect()),
        Value::Record(parts) => Json::Object(
            parts
                .iter()
                .map(|(name, part)| (name.clone(), json(part)))
                .collect::<BTreeMap<_, _>>()
                .into_iter()
                .collect(),
        ),
    }
}
