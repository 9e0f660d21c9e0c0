//! Answers on their way into a case: checked against the form, private ones put apart.

use std::collections::BTreeSet;

use serde_json::Value as Json;

use super::run::Run;
use super::{Case, Input, Rejection, Task};
use crate::expression::Scope;
use crate::forms::{self, Answers, CheckContext, Part, Strictness};
use crate::workflow::{CheckLevel, Stage, Text, Workflow};

/// Answers that will do, and what stands for the private ones among them, by path.
#[derive(Debug, Clone, Default, PartialEq)]
pub(super) struct Filled {
    pub answers: Answers,
    pub private: Answers,
}

/// The names of sections and fields that some stage fills: they are not asked at the start.
#[must_use]
pub fn filled_later(workflow: &Workflow) -> Vec<String> {
    let names: BTreeSet<String> = workflow.filled_later().map(str::to_owned).collect();
    names.into_iter().collect()
}

/// The part of the form that is asked at the start.
#[must_use]
pub fn asked_at_start(workflow: &Workflow) -> Part<'_> {
    workflow.form.without(&filled_later(workflow))
}

/// The part of the form that a task fills: the stage's, and its own seat's.
#[must_use]
pub fn filled_by<'w>(workflow: &'w Workflow, stage: &Stage, task: &Task) -> Part<'w> {
    if task.is_beside() {
        return workflow.form.part(&[] as &[&str]);
    }
    let seat = stage
        .seats
        .get(usize::from(task.place))
        .map(|seat| seat.fills.as_slice())
        .unwrap_or_default();
    let names: Vec<&String> = stage.fills.iter().chain(seat).collect();
    workflow.form.part(&names)
}

/// The message of a `stop` check that these answers break: nothing of them may be kept. Checks that cannot be answered
/// yet do not stop.
#[must_use]
pub fn stopped(workflow: &Workflow, answers: &Answers, scope: &Scope) -> Option<Text> {
    let mut scope = scope.clone();
    scope
        .variables
        .insert("form".into(), forms::scope_value(&workflow.form, answers));
    let stops = workflow
        .checks
        .iter()
        .filter(|check| check.level == CheckLevel::Stop);
    stops
        .into_iter()
        .find(|check| check.that.guard(&scope) == Ok(false))
        .map(|check| check.message.clone())
}

/// The request as a whole, at submission or after a revision.
pub(super) fn request(run: &Run<'_>, input: &Input) -> Result<Filled, Rejection> {
    checked(run, &asked_at_start(run.workflow), input)
}

/// What a task fills in beside its answer. A refusal fills in nothing.
pub(super) fn fill(
    run: &mut Run<'_>,
    stage: &Stage,
    task: &Task,
    input: &Input,
    passing: bool,
) -> Result<(), Rejection> {
    let part = filled_by(run.workflow, stage, task);
    let nothing = input.answers.as_ref().is_none_or(Answers::is_empty);
    if !passing || (part.fields.is_empty() && nothing) {
        return Ok(());
    }
    let filled = checked(run, &part, input)?;
    run.change_answers(filled)
}

/// What a supplement brings: only the listed fields may change.
pub(super) fn supplied(
    run: &Run<'_>,
    fields: &[String],
    input: &Input,
) -> Result<Filled, Rejection> {
    checked(run, &run.workflow.form.part(fields), input)
}

/// The stored answers of the part with the posted ones over them, checked. A posted field that the part does not ask for
/// stays in, so that the check names it instead of dropping it in silence.
fn checked(run: &Run<'_>, part: &Part<'_>, input: &Input) -> Result<Filled, Rejection> {
    let posted = input.answers.clone().unwrap_or_default();
    let mut typed = part.merged(&run.case.answers, Answers::new());
    typed.extend(posted.clone());
    // Before anything else is said about them: nothing of what was typed may be kept.
    not_stopped(run, part, &typed)?;

    let scope = run.scope();
    let context = CheckContext {
        form: &run.workflow.form,
        scope: &scope,
        lookup: run.context.lookup,
        others: &run.case.answers,
    };
    let checked = forms::check(part, typed, &context, Strictness::Submit);
    if !checked.problems.is_empty() {
        return Err(Rejection::Answers(checked.problems));
    }
    not_stopped(run, part, &checked.answers)?;

    let (answers, private) = forms::split_private(&run.workflow.form, &checked.answers);
    let private = private
        .into_iter()
        .map(|(path, value)| (path.clone(), run.context.vault.put(&path, &value)))
        .collect();
    Ok(replacing(
        &run.case,
        part,
        &posted,
        Filled { answers, private },
    ))
}

fn not_stopped(run: &Run<'_>, part: &Part<'_>, answers: &Answers) -> Result<(), Rejection> {
    let mut whole = part.others(&run.case.answers);
    whole.extend(answers.clone());
    match stopped(run.workflow, &whole, &run.scope()) {
        None => Ok(()),
        Some(message) => Err(Rejection::Check {
            level: CheckLevel::Stop,
            message,
        }),
    }
}

/// Null for what the part asks and is not answered any more. A private answer that was not posted stays where it is.
fn replacing(case: &Case, part: &Part<'_>, posted: &Answers, filled: Filled) -> Filled {
    let Filled {
        mut answers,
        mut private,
    } = filled;
    let field = |path: &str| path.split('.').next().unwrap_or(path).to_owned();
    for id in case.answers.keys().filter(|id| part.asks(id)) {
        answers.entry(id.clone()).or_insert(Json::Null);
    }
    for path in case.private.keys() {
        let id = field(path);
        if part.asks(&id) && posted.contains_key(&id) {
            private.entry(path.clone()).or_insert(Json::Null);
        }
    }
    Filled { answers, private }
}
