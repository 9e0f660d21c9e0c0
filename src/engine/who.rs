//! Who a definition's `who` means in one case: people, posts and departments.

use std::collections::BTreeSet;

use serde_json::Value;

use super::scope::{branches_around, foreach_at};
use super::{Case, Party, Situation};
use crate::calendar::day_of;
use crate::directory::{DepartmentCode, PersonId, Post, RoleCode};
use crate::workflow::{Where, Who};

/// The parties that `who` means at a place; with `each` one per person, otherwise usually one.
pub(super) fn parties(who: &Who, place: &str, at: &Situation<'_>) -> Vec<Party> {
    let directory = at.context.directory;
    match who {
        Who::Post {
            role,
            at: department,
            each,
        } => {
            let posts = departments(department, role, place, at)
                .into_iter()
                .map(|department| Post {
                    role: role.clone(),
                    department,
                });
            match each {
                false => posts.map(Party::Post).collect(),
                true => posts
                    .flat_map(|post| directory.holders(&post, day_of(at.context.now)))
                    .map(Party::Person)
                    .collect(),
            }
        }
        Who::Applicant => vec![Party::Person(at.case.applicant)],
        Who::Actor { stage, seat } => actor(&at.workflow.seen_from(place, stage), seat, at.case)
            .map(Party::Person)
            .into_iter()
            .collect(),
        Who::Path { path, .. } => logins_at(path, place, at)
            .iter()
            .filter_map(|login| directory.by_login(login))
            .map(|person| Party::Person(person.id))
            .collect(),
        Who::User(login) => directory
            .by_login(login)
            .map(|person| Party::Person(person.id))
            .into_iter()
            .collect(),
        Who::Any => Vec::new(),
    }
}

fn actor(stage: &str, seat: &Option<String>, case: &Case) -> Option<PersonId> {
    case.stages
        .get(stage)
        .and_then(|record| record.actors.get(seat.as_deref().unwrap_or_default()))
        .copied()
}

/// The answer or part at a path such as `form.provider`, `part.provider` or `part`, as it is read at a place.
pub(super) fn answer_at<'a>(path: &str, place: &str, at: &Situation<'a>) -> Option<&'a Value> {
    let (root, rest) = path.split_once('.').unwrap_or((path, ""));
    let mut names = rest.split('.').filter(|name| !name.is_empty());
    let branches = branches_around(at.workflow, place);
    let records = branches.iter().rev().filter_map(|branch| {
        let record = at.case.branches.get(branch)?;
        Some((branch, record))
    });
    let first = match root {
        "form" => {
            let field = names.next()?;
            let own = records
                .into_iter()
                .find_map(|(_, record)| record.answers.get(field));
            own.or_else(|| at.case.answers.get(field))?
        }
        name => {
            let mut named = records.filter(|(branch, _)| {
                foreach_at(at.workflow, branch).is_some_and(|foreach| foreach.name == name)
            });
            &named.next()?.1.part
        }
    };
    names.try_fold(first, |value, name| match value {
        // A part without parts of its own is read as `value`.
        Value::String(_) if name == "value" => Some(value),
        _ => value.get(name),
    })
}

/// The logins at a path: of a person or of people.
pub(super) fn logins_at(path: &str, place: &str, at: &Situation<'_>) -> Vec<String> {
    match answer_at(path, place, at) {
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
    wanted: &Where,
    role: &RoleCode,
    place: &str,
    at: &Situation<'_>,
) -> Vec<DepartmentCode> {
    let (case, context) = (at.case, at.context);
    match wanted {
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
        other => department(other, place, at).into_iter().collect(),
    }
}

fn department(wanted: &Where, place: &str, at: &Situation<'_>) -> Option<DepartmentCode> {
    let directory = at.context.directory;
    match wanted {
        Where::Applicant => Some(at.case.department.clone()),
        Where::Authority => directory.authority_of(&at.case.department),
        Where::Path(path) => answer_at(path, place, at)?
            .as_str()
            .map(|code| DepartmentCode(code.to_owned())),
        Where::Code(code) => Some(code.clone()),
        Where::Parent(inner) => directory.parent_of(&department(inner, place, at)?),
        Where::Common(one, two) => {
            directory.common(&department(one, place, at)?, &department(two, place, at)?)
        }
        Where::Region | Where::Any => None,
    }
}
