//! Who a definition's `who` means in one case: parties, and the people behind them.

use std::collections::BTreeSet;

use serde_json::Value;

use super::case::StageRecord;
use super::{Case, Context, Party, Rejection, Task, TaskAsks, TaskState};
use crate::calendar::day_of;
use crate::directory::{DepartmentCode, PersonId, Post, RoleCode};
use crate::workflow::{Kind, Node, Where, Who, Workflow};

/// The parties that `who` means; with `each` one per person, otherwise usually one.
pub(super) fn parties(who: &Who, case: &Case, context: &Context<'_>) -> Vec<Party> {
    match who {
        Who::Post { role, at, each } => {
            let posts = departments(at, role, case, context)
                .into_iter()
                .map(|department| Post {
                    role: role.clone(),
                    department,
                });
            match each {
                false => posts.map(Party::Post).collect(),
                true => posts
                    .flat_map(|post| context.directory.holders(&post, day_of(context.now)))
                    .map(Party::Person)
                    .collect(),
            }
        }
        Who::Applicant => vec![Party::Person(case.applicant)],
        Who::Actor { stage, seat } => actor(case, stage, seat.as_deref())
            .map(Party::Person)
            .into_iter()
            .collect(),
        Who::Path { path, .. } => logins_at(path, case)
            .iter()
            .filter_map(|login| context.directory.by_login(login))
            .map(|person| Party::Person(person.id))
            .collect(),
        Who::User(login) => context
            .directory
            .by_login(login)
            .map(|person| Party::Person(person.id))
            .into_iter()
            .collect(),
        Who::Any => Vec::new(),
    }
}

/// The active people behind a party today.
pub(super) fn people_of(party: &Party, context: &Context<'_>) -> BTreeSet<PersonId> {
    let directory = context.directory;
    match party {
        Party::Person(person) => directory
            .person(*person)
            .filter(|person| person.active)
            .map(|person| person.id)
            .into_iter()
            .collect(),
        Party::Post(post) => directory.holders(post, day_of(context.now)),
        Party::Department(code) => directory
            .people
            .values()
            .filter(|person| person.active && directory.leads(person.id, code, day_of(context.now)))
            .map(|person| person.id)
            .collect(),
    }
}

/// Everyone behind several parties.
pub(super) fn people_of_all(parties: &[Party], context: &Context<'_>) -> BTreeSet<PersonId> {
    parties
        .iter()
        .flat_map(|party| people_of(party, context))
        .collect()
}

/// The workflow administrators who are given what no one can hold: those that the stage names, else the applicant's
/// authority's, else any.
pub(super) fn administrators(
    named: Option<&Who>,
    case: &Case,
    context: &Context<'_>,
) -> Vec<Party> {
    let role = RoleCode("workflow_admin".into());
    let at_authority = Who::Post {
        role: role.clone(),
        at: Where::Authority,
        each: false,
    };
    let anywhere = Who::Post {
        role,
        at: Where::Any,
        each: false,
    };
    [named, Some(&at_authority), Some(&anywhere)]
        .into_iter()
        .flatten()
        .map(|who| parties(who, case, context))
        .find(|found| !people_of_all(found, context).is_empty())
        .unwrap_or_default()
}

/// Whether `person` may act on `task`, besides being asked: the bars that hold by whatever path.
pub(super) fn bar(
    workflow: &Workflow,
    case: &Case,
    task: &Task,
    person: PersonId,
    context: &Context<'_>,
) -> Result<(), Rejection> {
    let signs = task.asks == TaskAsks::Sign;
    if signs && (person == case.applicant || is_party(workflow, case, person, context)) {
        return Err(Rejection::ApplicantSigns);
    }
    if !matches!(
        task.asks,
        TaskAsks::Sign | TaskAsks::Work | TaskAsks::Notice
    ) {
        return Ok(());
    }
    let Some(node) = workflow.node(&task.stage) else {
        return Ok(());
    };
    // `not` names people for signing; the applicant among them may still do work and read a notice.
    let barred = node
        .rules
        .not
        .iter()
        .filter(|who| signs || **who != Who::Applicant);
    if barred
        .flat_map(|who| parties(who, case, context))
        .any(|party| people_of(&party, context).contains(&person))
    {
        return Err(Rejection::Excluded);
    }
    if has_acted(case, task, person) || acted_in_distinct_block(workflow, case, task, person) {
        return Err(Rejection::ActedAlready);
    }
    clearance(case, person, context)
}

fn clearance(case: &Case, person: PersonId, context: &Context<'_>) -> Result<(), Rejection> {
    let level = case.level();
    let clearance = context
        .directory
        .person(person)
        .map_or(0, |person| person.clearance);
    if clearance < level {
        return Err(Rejection::Clearance { level, clearance });
    }
    Ok(())
}

/// A person takes one seat per round.
fn has_acted(case: &Case, task: &Task, person: PersonId) -> bool {
    case.round(&task.stage, task.round)
        .filter(|other| other.id != task.id)
        .any(|other| seated(other) == Some(person))
}

/// With `distinct` on a block, one seat in all of it, in its present round.
fn acted_in_distinct_block(
    workflow: &Workflow,
    case: &Case,
    task: &Task,
    person: PersonId,
) -> bool {
    let distinct = workflow.around(&task.stage).into_iter().filter(|id| {
        matches!(
            workflow.node(id).map(|node| &node.kind),
            Some(Kind::Group { distinct: true, .. })
        )
    });
    distinct.into_iter().any(|block| {
        let since = case.stage(&block).entered;
        case.tasks.iter().any(|other| {
            other.id != task.id
                && seated(other) == Some(person)
                && since.is_none_or(|since| since <= other.opened)
                && workflow.around(&other.stage).contains(&block)
        })
    })
}

/// Who sits on a task: its holder or whoever answered it.
fn seated(task: &Task) -> Option<PersonId> {
    match &task.state {
        TaskState::Settled { by, .. } => Some(*by),
        TaskState::Open => task.holder,
        TaskState::Waiting | TaskState::Cancelled { .. } => None,
    }
}

/// Everyone who may act on `task` now: asked, and not barred.
pub(super) fn eligible(
    workflow: &Workflow,
    case: &Case,
    task: &Task,
    context: &Context<'_>,
) -> BTreeSet<PersonId> {
    let asked = match task.holder {
        Some(holder) => BTreeSet::from([holder]),
        None => people_of_all(&task.offered, context),
    };
    asked
        .into_iter()
        .filter(|person| bar(workflow, case, task, *person, context).is_ok())
        .collect()
}

fn is_party(workflow: &Workflow, case: &Case, person: PersonId, context: &Context<'_>) -> bool {
    let fields = workflow
        .form
        .sections
        .iter()
        .flat_map(|section| &section.fields)
        .filter(|field| field.party);
    let Some(login) = context
        .directory
        .person(person)
        .map(|person| person.login.as_str())
    else {
        return false;
    };
    fields
        .filter_map(|field| case.answers.get(&field.id))
        .any(|value| value.as_str() == Some(login))
}

fn actor(case: &Case, stage: &str, seat: Option<&str>) -> Option<PersonId> {
    case.stages
        .get(stage)
        .and_then(|record: &StageRecord| record.actors.get(seat.unwrap_or_default()))
        .copied()
}

/// The answer at a path such as `form.provider`.
fn answer_at<'a>(path: &str, case: &'a Case) -> Option<&'a Value> {
    let mut parts = path.strip_prefix("form.")?.split('.');
    let first = case.answers.get(parts.next()?)?;
    parts.try_fold(first, |value, part| value.get(part))
}

/// The logins at a path: of a person, people, or a contact's own.
fn logins_at(path: &str, case: &Case) -> Vec<String> {
    match answer_at(path, case) {
        Some(Value::String(login)) => vec![login.clone()],
        Some(Value::Array(logins)) => logins
            .iter()
            .filter_map(Value::as_str)
            .map(str::to_owned)
            .collect(),
        _ => Vec::new(),
    }
}

/// The departments that a definition means; usually one, none when it cannot be told.
fn departments(
    at: &Where,
    role: &RoleCode,
    case: &Case,
    context: &Context<'_>,
) -> Vec<DepartmentCode> {
    match at {
        Where::Any => context
            .directory
            .holdings
            .keys()
            .filter(|post| post.role == *role)
            .map(|post| post.department.clone())
            .collect::<BTreeSet<_>>()
            .into_iter()
            .collect(),
        Where::Region => {
            let region = context
                .directory
                .department(&case.department)
                .map(|department| department.region.clone());
            region
                .and_then(|region| {
                    context
                        .directory
                        .region_body(role, &region, day_of(context.now))
                })
                .into_iter()
                .collect()
        }
        other => department(other, case, context).into_iter().collect(),
    }
}

fn department(at: &Where, case: &Case, context: &Context<'_>) -> Option<DepartmentCode> {
    let directory = context.directory;
    match at {
        Where::Applicant => Some(case.department.clone()),
        Where::Authority => directory.authority_of(&case.department),
        Where::Path(path) => answer_at(path, case)?
            .as_str()
            .map(|code| DepartmentCode(code.to_owned())),
        Where::Code(code) => Some(code.clone()),
        Where::Parent(inner) => directory.parent_of(&department(inner, case, context)?),
        Where::Common(a, b) => directory.common(
            &department(a, case, context)?,
            &department(b, case, context)?,
        ),
        Where::Region | Where::Any => None,
    }
}

/// The administrators for a node, as [`administrators`].
pub(super) fn nobody_for(node: Option<&Node>, case: &Case, context: &Context<'_>) -> Vec<Party> {
    administrators(
        node.and_then(|node| node.rules.nobody.as_ref()),
        case,
        context,
    )
}
