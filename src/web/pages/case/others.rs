//! What the reader may do besides their task, and the discussion.

use super::Sight;
use super::tried::Tried;
use crate::engine::{Event, MOST_COMMENT, Offered};
use crate::web::format;
use crate::web::views::{Comment, Discussion, Needed, OtherAction};

/// Withdraw, suspend, resume, terminate, reassign.
pub fn of(sight: &Sight<'_>, tried: &Tried) -> Vec<OtherAction> {
    let offered = sight.seen.offered.iter();
    offered
        .filter_map(|offered| {
            let (reason, irreversible) = match offered.action {
                "withdraw" => (Needed::May, true),
                "terminate" => (Needed::Must, true),
                "reassign" => (Needed::Must, false),
                "suspend" => (Needed::Must, false),
                // A parked case is set going again on its own card.
                "resume" if offered.task.is_none() => (Needed::May, false),
                _ => return None,
            };
            Some(other(sight, tried, offered, reason, irreversible))
        })
        .collect()
}

fn other(
    sight: &Sight<'_>,
    tried: &Tried,
    offered: &Offered,
    reason: Needed,
    irreversible: bool,
) -> OtherAction {
    let action = offered.action;
    let here = tried.is(action, offered.task);
    let mine = |words: &str| {
        if here {
            words.to_owned()
        } else {
            String::new()
        }
    };
    let error = |error: &Option<String>| mine(error.as_deref().unwrap_or_default());
    let stage = offered
        .task
        .and_then(|task| sight.seen.running.case.task(task))
        .map(|task| sight.stage(task))
        .unwrap_or_default();
    let say = |part: &str| sight.say(&format!("case.other.{action}.{part}"), &[("stage", &stage)]);
    OtherAction {
        key: match offered.task {
            Some(task) => format!("{action}-{}", task.0),
            None => action.to_owned(),
        },
        action: action.to_owned(),
        task: offered.task.map(|task| task.0.to_string()),
        person: (action == "reassign").then(|| mine(&tried.person)),
        person_error: error(&tried.person_error),
        title: say("title"),
        about: say("about"),
        reason,
        value: mine(&tried.comment),
        error: match error(&tried.comment_error) {
            words if words.is_empty() => error(&tried.error),
            words => words,
        },
        button: say("button"),
        irreversible,
        revision: sight.seen.running.case.revision,
        open: here,
    }
}

/// What was said outside the record of opinions, oldest first.
pub fn discussion(sight: &Sight<'_>, tried: &Tried) -> Discussion {
    let said = sight
        .seen
        .history
        .iter()
        .filter_map(|happened| match &happened.body.event {
            Event::Commented { text } => Some((happened, text)),
            _ => None,
        });
    let here = tried.is("comment", None);
    let mine = |words: &str| {
        if here {
            words.to_owned()
        } else {
            String::new()
        }
    };
    Discussion {
        comments: said
            .map(|(happened, words)| {
                let person = happened
                    .actor
                    .map(|actor| sight.names.person(actor))
                    .unwrap_or_default();
                let department = happened
                    .actor
                    .map(|actor| sight.names.department_of(actor))
                    .unwrap_or_default();
                let when = format::moment(happened.at, sight.seen.now, sight.language);
                let values = [("department", &*department), ("when", &*when)];
                Comment {
                    initial: format::initial(&person),
                    about: sight.say("case.said_at", &values),
                    person,
                    text: words.clone(),
                }
            })
            .collect(),
        may_write: sight.seen.may("comment", None),
        value: mine(&tried.comment),
        error: mine(
            tried
                .comment_error
                .as_ref()
                .or(tried.error.as_ref())
                .map_or("", String::as_str),
        ),
        revision: sight.seen.running.case.revision,
        max: u32::try_from(MOST_COMMENT).unwrap_or(u32::MAX),
    }
}
