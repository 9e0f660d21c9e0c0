//! What the guards of a case may read, at one place of it.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use super::parts::{self, Part};
use super::task::Task;
use super::{Case, Context, LeftAs, StageRecord, clocks, extension};
use crate::calendar::beijing;
use crate::expression::{Facts, Scope, StageFacts, Value};
use crate::forms::{self, Answers, Per};
use crate::workflow::place::{self, Place, id_of};
use crate::workflow::{Foreach, Kind, Workflow};

/// The scope of a case's guards outside every branch, after whatever has happened so far.
#[must_use]
pub fn scope(workflow: &Workflow, case: &Case, context: &Context<'_>) -> Scope {
    scope_at(workflow, case, context, "", None)
}

/// The scope of the guards of a stage or block; with a task, of what concerns that task alone.
#[must_use]
pub fn scope_at(
    workflow: &Workflow,
    case: &Case,
    context: &Context<'_>,
    place: &str,
    task: Option<&Task>,
) -> Scope {
    let mut variables = BTreeMap::from([
        (
            "form".to_owned(),
            forms::scope_value(&workflow.form, &answers_at(workflow, case, place, task)),
        ),
        ("case".to_owned(), case_value(case, context)),
        ("settings".to_owned(), settings_value(workflow)),
        ("now".to_owned(), Value::Time(context.now)),
        ("choice".to_owned(), Value::Null),
    ]);
    let facts = facts(workflow, case, context, place);
    let mut scope = Scope {
        variables: std::mem::take(&mut variables),
        facts: Arc::new(facts),
    };
    for branch in branches_around(workflow, place) {
        if let Some(foreach) = foreach_at(workflow, &branch) {
            let found = parts::parts(foreach, &scope).unwrap_or_default();
            let part = part_value(workflow, case, &found, &branch);
            scope.variables.insert(foreach.name.clone(), part);
        }
    }
    add_parts(workflow, case, place, &mut scope);
    add_started(workflow, case, place, &mut scope);
    scope
}

/// The answers as they are read at a place: the case's, over them those of the branches around it, over them the task's.
#[must_use]
pub fn answers_at(workflow: &Workflow, case: &Case, place: &str, task: Option<&Task>) -> Answers {
    let mut answers = case.answers.clone();
    for branch in branches_around(workflow, place) {
        if let Some(record) = case.branches.get(&branch) {
            answers.extend(record.answers.clone());
        }
    }
    if let Some(task) = task {
        answers.extend(task.answers.clone());
    }
    answers
}

/// The branches of foreach blocks that a place stands in or is, outermost first.
pub(super) fn branches_around(workflow: &Workflow, place: &str) -> Vec<Place> {
    if !place.contains('[') {
        return Vec::new();
    }
    let mut around = workflow.around(place);
    around.push(place.to_owned());
    around.retain(|around| place::branch_of(around).is_none() && workflow.is_branch(around));
    around
}

pub(super) fn foreach_at<'w>(workflow: &'w Workflow, place: &str) -> Option<&'w Foreach> {
    match &workflow.node(place)?.kind {
        Kind::Foreach(foreach) => Some(foreach),
        _ => None,
    }
}

/// After a foreach was entered its id stands in `form` for the list of its parts.
fn add_parts(workflow: &Workflow, case: &Case, place: &str, scope: &mut Scope) {
    let mut lists = Vec::new();
    for node in workflow.nodes() {
        let Kind::Foreach(foreach) = &node.kind else {
            continue;
        };
        let block = workflow.seen_from(place, &node.id);
        if place::keys_of(&block).count() < workflow.depth_of(&node.id) {
            continue;
        }
        // Read once for all of its branches: a request may have hundreds of them.
        let found = parts::parts(foreach, scope).unwrap_or_default();
        let parts = parts::branches_of(case, &block)
            .map(|(branch, _)| part_value(workflow, case, &found, branch));
        lists.push((node.id.clone(), Value::List(parts.collect())));
    }
    if let Some(Value::Record(form)) = scope.variables.get_mut("form") {
        form.extend(lists);
    }
}

/// A `start` stands under its id for the case that it opened: `destroy.outcome`.
fn add_started(workflow: &Workflow, case: &Case, place: &str, scope: &mut Scope) {
    for node in workflow.nodes() {
        if !matches!(node.kind, Kind::Start(_)) {
            continue;
        }
        let record = case.stages.get(&workflow.seen_from(place, &node.id));
        let outcome = record
            .and_then(|record| record.outcome)
            .map_or(Value::Null, |outcome| Value::Text(outcome.word().into()));
        let started = BTreeMap::from([("outcome".to_owned(), outcome)]);
        scope
            .variables
            .insert(node.id.clone(), Value::Record(started));
    }
}

/// What guards inside a branch call by the `as` name: the parts that tell the branches apart, or the element's, and beside
/// them `key items form verdict`. `found` are the parts that its block has now.
fn part_value(workflow: &Workflow, case: &Case, found: &[Part], branch: &str) -> Value {
    let key = place::keys_of(branch).last().unwrap_or_default();
    let part = found.iter().find(|part| part.key == key);
    let record = case.branches.get(branch);
    let mut value = match part {
        Some(Part { value, .. }) => value.clone(),
        // An element that is gone still has what told it apart.
        None => record.map_or(Value::Null, |record| Value::from(record.part.clone())),
    };
    if !matches!(value, Value::Record(_)) {
        value = Value::Record(BTreeMap::from([("value".to_owned(), value)]));
    }
    let Value::Record(parts) = &mut value else {
        return Value::Null;
    };
    let answers = record
        .map(|record| record.answers.clone())
        .unwrap_or_default();
    parts.insert("key".into(), Value::Text(key.to_owned()));
    parts.insert(
        "items".into(),
        Value::List(part.map(|part| part.items.clone()).unwrap_or_default()),
    );
    parts.insert("form".into(), of_sections(workflow, &answers, Per::Branch));
    parts.insert("verdict".into(), verdict_value(case.stages.get(branch)));
    value
}

fn verdict_value(record: Option<&StageRecord>) -> Value {
    let word = record
        .and_then(|record| record.how)
        .and_then(|how| match how {
            LeftAs::Passed => Some("passed"),
            LeftAs::Refused => Some("refused"),
            LeftAs::Void | LeftAs::Gone => Some("void"),
            LeftAs::Undecided | LeftAs::Returned | LeftAs::Abandoned => None,
        });
    word.map_or(Value::Null, |word| Value::Text(word.to_owned()))
}

/// The answers of the sections of one kind only.
fn of_sections(workflow: &Workflow, answers: &Answers, per: Per) -> Value {
    let sections = workflow.form.sections.iter();
    let fields: Vec<&str> = sections
        .filter(|section| section.per == per)
        .flat_map(|section| section.fields.iter().map(|field| field.id.as_str()))
        .collect();
    match forms::scope_value(&workflow.form, answers) {
        Value::Record(mut all) => {
            all.retain(|id, _| fields.contains(&id.as_str()));
            Value::Record(all)
        }
        other => other,
    }
}

/// The `case` record: `number department applicant submitted year`.
fn case_value(case: &Case, context: &Context<'_>) -> Value {
    use chrono::Datelike;
    let applicant = context
        .directory
        .person(case.applicant)
        .map_or(Value::Null, |person| Value::Text(person.login.clone()));
    Value::Record(BTreeMap::from([
        (
            "number".to_owned(),
            case.number.clone().map_or(Value::Null, Value::Text),
        ),
        (
            "department".to_owned(),
            Value::Text(case.department.0.clone()),
        ),
        ("applicant".to_owned(), applicant),
        (
            "submitted".to_owned(),
            case.submitted.map_or(Value::Null, Value::Time),
        ),
        (
            "year".to_owned(),
            Value::Int(i64::from(beijing(context.now).year())),
        ),
    ]))
}

fn settings_value(workflow: &Workflow) -> Value {
    Value::Record(
        workflow
            .settings
            .iter()
            .map(|(name, setting)| (name.clone(), Value::from(setting.value.clone())))
            .collect(),
    )
}

/// What is known of the stages that can be seen from a place: those of its own branches, and those outside every branch.
fn facts(workflow: &Workflow, case: &Case, context: &Context<'_>, place: &str) -> Facts {
    let seen = case.stages.iter().filter(|(at, _)| {
        place::branch_of(at).is_none() && workflow.seen_from(place, id_of(at)) == **at
    });
    let stages = seen.map(|(at, record)| {
        let facts = stage_facts(workflow, case, at, record, context);
        (id_of(at).to_owned(), facts)
    });
    Facts {
        stages: stages.collect::<HashMap<_, _>>(),
        registered: context.registered.to_vec(),
    }
}

fn stage_facts(
    workflow: &Workflow,
    case: &Case,
    at: &str,
    record: &StageRecord,
    context: &Context<'_>,
) -> StageFacts {
    let login = |person| {
        context
            .directory
            .person(person)
            .map(|person| person.login.clone())
    };
    let filled = case
        .round(at, record.rounds)
        .filter(|task| !task.answers.is_empty());
    StageFacts {
        entered: record.entered,
        left: record.left,
        done: record.done,
        rounds: i64::from(record.rounds),
        choice: record.choice.clone(),
        late: clocks::late(workflow, case, at, context),
        extended: extension::days(workflow, case, at),
        actors: record
            .actors
            .iter()
            .filter_map(|(seat, person)| Some((seat.clone(), login(*person)?)))
            .collect(),
        answers: filled
            .map(|task| of_sections(workflow, &task.answers, Per::Task))
            .collect(),
    }
}
