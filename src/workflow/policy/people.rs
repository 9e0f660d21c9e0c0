//! Whom a stage asks, and without whom it does not pass, as policies spell them.

use crate::workflow::lint::map::Standing;
use crate::workflow::{Kind, Seat, Sign, Stage, Where, Who};

/// Everybody whom a stage asks.
pub(super) fn asked(stage: Option<&Stage>) -> impl Iterator<Item = &Who> {
    let seats = stage.into_iter().flat_map(|stage| &stage.seats);
    seats.flat_map(|seat| &seat.who)
}

/// Those without whom a stage does not pass: one for each seat that is always asked, offered to nobody else, and counted
/// on by the sign rule.
pub(super) fn needed(stage: Option<&Stage>) -> impl Iterator<Item = &Who> {
    stage.into_iter().flat_map(|stage| {
        let alone = stage.seats.len() == 1;
        let counts = move |seat: &&Seat| match &stage.sign {
            Sign::All | Sign::Sequence => true,
            Sign::Any => alone,
            Sign::Vote(vote) => {
                let must = seat.name.as_ref().map(|name| vote.must.contains(name));
                must.unwrap_or(false)
            }
        };
        let seats = stage.seats.iter().filter(|seat| seat.when.is_none());
        seats
            .filter(counts)
            .filter_map(|seat| match seat.who.as_slice() {
                [who] => Some(who),
                _ => None,
            })
    })
}

pub(super) fn departments(
    stage: Option<&Stage>,
    at: &Standing<'_>,
) -> impl Iterator<Item = String> {
    let posts = asked(stage).filter_map(|who| match who {
        Who::Post { at, .. } => Some(at),
        _ => None,
    });
    let names: Vec<String> = posts
        .map(|place| spelt_where(place, at).to_string())
        .collect();
    names.into_iter()
}

/// As it is written, with the element of a foreach called `part` whatever its `as` is.
pub(super) fn spelt(who: &Who, at: &Standing<'_>) -> String {
    match who {
        Who::Post {
            role,
            at: place,
            each,
        } => Who::Post {
            role: role.clone(),
            at: spelt_where(place, at),
            each: *each,
        }
        .to_string(),
        Who::Path { path, each } => Who::Path {
            path: spelt_path(path, at),
            each: *each,
        }
        .to_string(),
        Who::Applicant | Who::Actor { .. } | Who::User(_) | Who::Any => who.to_string(),
    }
}

fn spelt_where(place: &Where, at: &Standing<'_>) -> Where {
    match place {
        Where::Path(path) => Where::Path(spelt_path(path, at)),
        Where::Parent(inner) => Where::Parent(Box::new(spelt_where(inner, at))),
        Where::Common(one, two) => Where::Common(
            Box::new(spelt_where(one, at)),
            Box::new(spelt_where(two, at)),
        ),
        Where::Applicant | Where::Authority | Where::Region | Where::Code(_) | Where::Any => {
            place.clone()
        }
    }
}

fn spelt_path(path: &str, at: &Standing<'_>) -> String {
    let (root, rest) = path.split_once('.').unwrap_or((path, ""));
    let is_part = at.foreachs().any(|node| match &node.kind {
        Kind::Foreach(foreach) => foreach.name == root,
        _ => false,
    });
    match (is_part, rest) {
        (false, _) => path.to_owned(),
        (true, "") => "part".to_owned(),
        (true, rest) => format!("part.{rest}"),
    }
}
