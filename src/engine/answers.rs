//! Answers on their way into a case: checked against the form, private ones put apart.

use std::collections::BTreeSet;

use serde_json::Value as Json;

use super::run::Run;
use super::{Case, Input, Owner, PositionState, Rejection, Task, TaskAsks, scope};
use crate::expression::Scope;
use crate::forms::{self, Answers, CheckContext, Part, Per, Strictness};
use crate::workflow::{CheckLevel, Stage, Text, Workflow};

/// Answers that will do, what stands for the private ones among them, by path, and whose they are.
#[derive(Debug, Clone, Default, PartialEq)]
pub(super) struct Filled {
    pub of: Owner,
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

/// The part of the form that is filled in on a task, whatever it asks for; empty where nothing is.
#[must_use]
pub fn filled_on<'w>(workflow: &'w Workflow, case: &Case, task: &Task) -> Part<'w> {
    let nothing = || workflow.form.part(&[] as &[&str]);
    match task.asks {
        TaskAsks::Supply => match case.position(&task.stage).map(|position| &position.state) {
            Some(PositionState::Supplement { fields }) => workflow.form.part(fields),
            _ => nothing(),
        },
        TaskAsks::Sign | TaskAsks::Work => workflow
            .node(&task.stage)
            .and_then(|node| node.stage())
            .map_or_else(nothing, |stage| filled_by(workflow, stage, task)),
        TaskAsks::Notice
        | TaskAsks::Edit
        | TaskAsks::Repair
        | TaskAsks::Advise
        | TaskAsks::File
        | TaskAsks::Extension => nothing(),
    }
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

/// Where something is filled in: at a stage or block, and on a task.
#[derive(Clone, Copy)]
struct Desk<'t> {
    place: &'t str,
    task: Option<&'t Task>,
}

/// The request as a whole, at submission or after a revision.
pub(super) fn request(run: &Run<'_>, input: &Input) -> Result<Vec<Filled>, Rejection> {
    let desk = Desk {
        place: "",
        task: None,
    };
    checked(run, &asked_at_start(run.workflow), desk, input)
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
    let desk = Desk {
        place: &task.stage,
        task: Some(task),
    };
    let filled = checked(run, &part, desk, input)?;
    run.change_answers(filled)
}

/// What is typed on a task and kept for later. Nothing else is held against it, but where a `stop` check breaks, nothing
/// may be kept.
pub(super) fn drafted(run: &Run<'_>, task: &Task, input: &Input) -> Result<(), Rejection> {
    let part = filled_on(run.workflow, &run.case, task);
    let stored = scope::answers_at(run.workflow, &run.case, &task.stage, Some(task));
    let mut typed = part.merged(&stored, Answers::new());
    typed.extend(input.answers.clone().unwrap_or_default());
    let scope = scope::scope_at(
        run.workflow,
        &run.case,
        run.context,
        &task.stage,
        Some(task),
    );
    let context = CheckContext {
        form: &run.workflow.form,
        scope: &scope,
        lookup: run.context.lookup,
        others: &stored,
    };
    // Pages send texts: only what they are read as can be held against a rule.
    let read = forms::check(&part, typed, &context, Strictness::Draft);
    not_stopped(run, &part, &stored, &read.answers)
}

/// What goes with a signal to a block or wait.
pub(super) fn signalled(
    run: &Run<'_>,
    place: &str,
    fills: &[String],
    input: &Input,
) -> Result<Vec<Filled>, Rejection> {
    let desk = Desk { place, task: None };
    checked(run, &run.workflow.form.part(fills), desk, input)
}

/// What a supplement brings: only the listed fields may change.
pub(super) fn supplied(
    run: &Run<'_>,
    fields: &[String],
    input: &Input,
) -> Result<Vec<Filled>, Rejection> {
    let desk = Desk {
        place: "",
        task: None,
    };
    checked(run, &run.workflow.form.part(fields), desk, input)
}

/// The stored answers of the part with the posted ones over them, checked. A posted field that the part does not ask for
/// stays in, so that the check names it instead of dropping it in silence.
fn checked(
    run: &Run<'_>,
    part: &Part<'_>,
    desk: Desk<'_>,
    input: &Input,
) -> Result<Vec<Filled>, Rejection> {
    let stored = scope::answers_at(run.workflow, &run.case, desk.place, desk.task);
    let posted = input.answers.clone().unwrap_or_default();
    let mut typed = part.merged(&stored, Answers::new());
    typed.extend(posted.clone());
    // Before anything else is said about them: nothing of what was typed may be kept.
    not_stopped(run, part, &stored, &typed)?;

    let scope = scope::scope_at(run.workflow, &run.case, run.context, desk.place, desk.task);
    let context = CheckContext {
        form: &run.workflow.form,
        scope: &scope,
        lookup: run.context.lookup,
        others: &stored,
    };
    let checked = forms::check(part, typed, &context, Strictness::Submit);
    if !checked.problems.is_empty() {
        return Err(Rejection::Answers(checked.problems));
    }
    not_stopped(run, part, &stored, &checked.answers)?;

    let (answers, private) = forms::split_private(&run.workflow.form, &checked.answers);
    let private: Answers = private
        .into_iter()
        .map(|(path, value)| (path.clone(), run.context.vault.put(&path, &value)))
        .collect();
    Ok(by_owner(run, part, desk, &posted, (answers, private)))
}

fn not_stopped(
    run: &Run<'_>,
    part: &Part<'_>,
    stored: &Answers,
    answers: &Answers,
) -> Result<(), Rejection> {
    let mut whole = part.others(stored);
    whole.extend(answers.clone());
    match stopped(run.workflow, &whole, &run.scope("")) {
        None => Ok(()),
        Some(message) => Err(Rejection::Check {
            level: CheckLevel::Stop,
            message,
        }),
    }
}

/// The answers by whose they are. Null stands for what the part asks and is not answered any more; a private answer that
/// was not posted stays where it is.
fn by_owner(
    run: &Run<'_>,
    part: &Part<'_>,
    desk: Desk<'_>,
    posted: &Answers,
    (answers, private): (Answers, Answers),
) -> Vec<Filled> {
    let mut filled = Vec::new();
    for of in owners(run, desk) {
        let (known, sealed) = run.stored(&of);
        let mine = |id: &str| owner(run.workflow, desk, &of, id) && part.asks(id);
        let mut new = only(&answers, |id| owner(run.workflow, desk, &of, id));
        let mut hidden = only(&private, |path| owner(run.workflow, desk, &of, field(path)));
        for id in known.keys().filter(|id| mine(id)) {
            new.entry(id.clone()).or_insert(Json::Null);
        }
        for path in sealed.keys() {
            let id = field(path);
            if mine(id) && posted.contains_key(id) {
                hidden.entry(path.clone()).or_insert(Json::Null);
            }
        }
        filled.push(Filled {
            of,
            answers: new,
            private: hidden,
        });
    }
    filled
}

/// The field of a path: `users` of `users.0.name`.
fn field(path: &str) -> &str {
    path.split('.').next().unwrap_or(path)
}

fn only(answers: &Answers, wanted: impl Fn(&str) -> bool) -> Answers {
    answers
        .iter()
        .filter(|(name, _)| wanted(name))
        .map(|(name, value)| (name.clone(), value.clone()))
        .collect()
}

/// Everyone whose answers can be filled in at a desk.
fn owners(run: &Run<'_>, desk: Desk<'_>) -> Vec<Owner> {
    let branch = run.workflow.part_around(desk.place).map(Owner::Branch);
    let task = desk.task.map(|task| Owner::Task(task.id));
    [Some(Owner::Case), branch, task]
        .into_iter()
        .flatten()
        .collect()
}

/// Whether the answer to a field, filled in at this desk, belongs to this owner. Outside every branch there is nobody but
/// the case.
fn owner(workflow: &Workflow, desk: Desk<'_>, of: &Owner, id: &str) -> bool {
    let per = workflow.form.per(id);
    let in_branch = per == Per::Branch && workflow.part_around(desk.place).is_some();
    let on_task = per == Per::Task && desk.task.is_some();
    match of {
        Owner::Case => !in_branch && !on_task,
        Owner::Branch(_) => in_branch,
        Owner::Task(_) => on_task,
    }
}
