//! What the guards of a case may read.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use super::clocks;
use super::{Case, Context, StageRecord};
use crate::calendar::beijing;
use crate::expression::{Facts, Scope, StageFacts, Value};
use crate::forms;
use crate::workflow::Workflow;

/// The scope of a case's guards, after whatever has happened so far.
#[must_use]
pub fn scope(workflow: &Workflow, case: &Case, context: &Context<'_>) -> Scope {
    let variables = BTreeMap::from([
        (
            "form".to_owned(),
            forms::scope_value(&workflow.form, &case.answers),
        ),
        ("case".to_owned(), case_value(case, context)),
        ("settings".to_owned(), settings_value(workflow)),
        ("now".to_owned(), Value::Time(context.now)),
        ("choice".to_owned(), Value::Null),
    ]);
    Scope {
        variables,
        facts: Arc::new(facts(workflow, case, context)),
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

fn facts(workflow: &Workflow, case: &Case, context: &Context<'_>) -> Facts {
    let stages = case
        .stages
        .iter()
        .map(|(id, record)| (id.clone(), stage_facts(workflow, case, id, record, context)));
    Facts {
        stages: stages.collect::<HashMap<_, _>>(),
        registered: Vec::new(),
    }
}

fn stage_facts(
    workflow: &Workflow,
    case: &Case,
    id: &str,
    record: &StageRecord,
    context: &Context<'_>,
) -> StageFacts {
    let login = |person| {
        context
            .directory
            .person(person)
            .map(|person| person.login.clone())
    };
    StageFacts {
        entered: record.entered,
        left: record.left,
        done: record.done,
        rounds: i64::from(record.rounds),
        choice: record.choice.clone(),
        late: clocks::late(workflow, case, id, context),
        extended: 0,
        actors: record
            .actors
            .iter()
            .filter_map(|(seat, person)| Some((seat.clone(), login(*person)?)))
            .collect(),
        answers: Vec::new(),
    }
}
