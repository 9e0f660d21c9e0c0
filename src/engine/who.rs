//! Who a definition's `who` means in one case: people, posts and departments.

use std::collections::BTreeSet;

use serde_json::Value;

use super::{Case, Context, Party, StageRecord};
use crate::calendar::day_of;
use crate::directory::{DepartmentCode, PersonId, Post, RoleCode};
use crate::workflow::{Where, Who};

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

fn actor(case: &Case, stage: &str, seat: Option<&str>) -> Option<PersonId> {
    case.stages
        .get(stage)
        .and_then(|record: &StageRecord| record.actors.get(seat.unwrap_or_default()))
        .copied()
}

/// The answer at a path such as `form.provider`.
pub(super) fn answer_at<'a>(path: &str, case: &'a Case) -> Option<&'a Value> {
    let mut parts = path.strip_prefix("form.")?.split('.');
    let first = case.answers.get(parts.next()?)?;
    parts.try_fold(first, |value, part| value.get(part))
}

/// The logins at a path: of a person or of people.
pub(super) fn logins_at(path: &str, case: &Case) -> Vec<String> {
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
