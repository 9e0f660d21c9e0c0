//! Answers on their way into a case: checked against the form, private ones put apart.

use std::collections::BTreeSet;

use super::run::Run;
use super::{Case, Input, Rejection, Task};
use crate::expression::{Scope, Value};
use crate::forms::{self, Answers, CheckContext, Part, Strictness};
use crate::workflow::{CheckLevel, Kind, Node, Stage, Text, Workflow};

/// Answers that will do, and what stands for the private ones among them, by path.
#[derive(Debug, Clone, Default, PartialEq)]
pub(super) struct Filled {
    pub answers: Answers,
    pub private: Answers,
}

/// The names of sections and fields that some stage fills: they are not asked at the start.
#[must_use]
pub fn filled_later(workflow: &Workflow) -> Vec<String> {
    fn collect(nodes: &[Node], names: &mut BTreeSet<String>) {
        for node in nodes {
            match &node.kind {
                Kind::Stage(stage) => {
                    names.extend(stage.fills.iter().cloned());
                    names.extend(
                        stage
                            .seats
                            .iter()
                            .flat_map(|seat| seat.fills.iter().cloned()),
                    );
                }
                Kind::Group { stages, .. } => collect(stages, names),
            }
        }
    }
    let mut names = BTreeSet::new();
    collect(&workflow.stages, &mut names);
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
    let part = asked_at_start(run.workflow);
    let posted = input.answers.clone().unwrap_or_default();
    let typed = if run.is_draft() {
        posted
    } else {
        part.merged(&run.case.answers, posted)
    };
    if let Some(message) = stopped(run.workflow, &typed, &run.scope()) {
        return Err(Rejection::Check {
            level: CheckLevel::Stop,
            message,
        });
    }
    checked(run, &part, typed)
}

/// What a task fills in beside its answer. A refusal fills in nothing.
pub(super) fn fill(
    run: &mut Run<'_>,
    stage: &Stage,
    task: &Task,
    input: &Input,
    passing: bool,
) -> Result<(), Rejection> {
    let workflow = run.workflow;
    let part = filled_by(workflow, stage, task);
    if !passing || (part.fields.is_empty() && input.answers.as_ref().is_none_or(Answers::is_empty))
    {
        return Ok(());
    }
    let typed = typed(&part, &run.case, input);
    let filled = checked(run, &part, typed)?;
    run.change_answers(filled)
}

/// What a supplement brings: only the listed fields may change.
pub(super) fn supplied(
    run: &Run<'_>,
    fields: &[String],
    input: &Input,
) -> Result<Filled, Rejection> {
    let part = run.workflow.form.part(fields);
    let typed = typed(&part, &run.case, input);
    checked(run, &part, typed)
}

/// The stored answers of the part with the posted ones over them. A posted field that the part does not ask for stays in,
/// so that the check names it instead of dropping it in silence.
fn typed(part: &Part<'_>, case: &Case, input: &Input) -> Answers {
    let posted = input.answers.clone().unwrap_or_default();
    let mut typed = part.merged(&case.answers, Answers::new());
    typed.extend(posted);
    typed
}

fn checked(run: &Run<'_>, part: &Part<'_>, typed: Answers) -> Result<Filled, Rejection> {
    let mut scope = run.scope();
    scope.variables.insert("choice".into(), Value::Null);
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
    let (answers, private) = forms::split_private(&run.workflow.form, &checked.answers);
    let private = private
        .into_iter()
        .map(|(path, value)| (path.clone(), run.context.vault.put(&path, &value)))
        .collect();
    Ok(Filled { answers, private })
}

/// A revised request as changes to the case: what is no longer answered is null.
pub(super) fn replacing(case: &Case, workflow: &Workflow, filled: Filled) -> Filled {
    let part = asked_at_start(workflow);
    let gone = |stored: &Answers, new: &Answers| -> Vec<String> {
        let asked = |path: &str| path.split('.').next().is_some_and(|field| part.asks(field));
        stored
            .keys()
            .filter(|path| asked(path) && !new.contains_key(*path))
            .cloned()
            .collect()
    };
    let (no_answer, no_private) = (
        gone(&case.answers, &filled.answers),
        gone(&case.private, &filled.private),
    );
    let Filled {
        mut answers,
        mut private,
    } = filled;
    answers.extend(
        no_answer
            .into_iter()
            .map(|field| (field, serde_json::Value::Null)),
    );
    private.extend(
        no_private
            .into_iter()
            .map(|path| (path, serde_json::Value::Null)),
    );
    Filled { answers, private }
}
