//! What the reader may do besides their task, and the discussion.

use super::Sight;
use super::tried::Tried;
use crate::engine::{Event, MOST_COMMENT, Offered};
use crate::web::format;
use crate::web::views::{Comment, Discussion, Needed, OtherAction, OtherField};

/// What is offered besides the reader's tasks, and an urging that has to wait.
pub fn of(sight: &Sight<'_>, tried: &Tried) -> Vec<OtherAction> {
    let offered = sight.seen.offered.iter();
    offered
        .filter_map(|offered| {
            let (reason, irreversible) = match offered.action {
                "urge" => (Needed::May, false),
                "withdraw" => (Needed::May, true),
                "terminate" => (Needed::Must, true),
                "reassign" => (Needed::Must, false),
                _ => return None,
            };
            let form = Form {
                sight,
                tried,
                offered,
            };
            Some(form.view(reason, irreversible))
        })
        .chain(quiet(sight, tried))
        .collect()
}

/// Nobody urges twice within two hours: the page says from when on.
fn quiet(sight: &Sight<'_>, tried: &Tried) -> Option<OtherAction> {
    let again = sight.seen.urged_until?;
    let offered = Offered {
        action: "urge",
        task: None,
    };
    let form = Form {
        sight,
        tried,
        offered: &offered,
    };
    let time = format::moment(again, sight.seen.now, sight.language);
    Some(OtherAction {
        about: sight.say("case.other.urge.quiet", &[("time", &time)]),
        button: String::new(),
        ..form.view(Needed::No, false)
    })
}

/// One of these actions with what was tried.
struct Form<'a> {
    sight: &'a Sight<'a>,
    tried: &'a Tried,
    offered: &'a Offered,
}

impl Form<'_> {
    fn view(&self, reason: Needed, irreversible: bool) -> OtherAction {
        let (tried, action) = (self.tried, self.offered.action);
        OtherAction {
            key: match self.offered.task {
                Some(task) => format!("{action}-{}", task.0),
                None => action.to_owned(),
            },
            action: action.to_owned(),
            task: self.offered.task.map(|task| task.0.to_string()),
            fields: self.fields(),
            title: self.say("title"),
            about: self.say("about"),
            reason,
            value: self.mine(&tried.comment),
            error: self.mine(
                tried
                    .comment_error
                    .as_ref()
                    .or(tried.error.as_ref())
                    .map_or("", String::as_str),
            ),
            button: self.say("button"),
            irreversible,
            revision: self.sight.seen.running.case.revision,
            open: self.is_here(),
        }
    }

    fn say(&self, part: &str) -> String {
        let stage = self
            .offered
            .task
            .and_then(|task| self.sight.seen.running.case.task(task))
            .map(|task| self.sight.stage(task))
            .unwrap_or_default();
        let key = format!("case.other.{}.{part}", self.offered.action);
        self.sight.say(&key, &[("stage", &stage)])
    }

    fn is_here(&self) -> bool {
        self.tried.is(self.offered.action, self.offered.task)
    }

    /// What was typed, if it was typed here.
    fn mine(&self, words: &str) -> String {
        match self.is_here() {
            true => words.to_owned(),
            false => String::new(),
        }
    }

    fn fields(&self) -> Vec<OtherField> {
        match self.offered.action {
            "reassign" => vec![self.typed("person", "new_holder", &self.tried.person)],
            _ => Vec::new(),
        }
    }

    /// A field that is typed; `words` names its label and hint.
    fn typed(&self, name: &'static str, words: &str, value: &str) -> OtherField {
        let error = self.tried.field_error.as_ref();
        OtherField {
            name,
            label: self.sight.say(&format!("pages.case.{words}"), &[]),
            hint: self.sight.say(&format!("pages.case.{words}_hint"), &[]),
            value: self.mine(value),
            options: Vec::new(),
            error: self.mine(
                error
                    .filter(|(field, _)| *field == name)
                    .map_or("", |(_, sentence)| sentence),
            ),
        }
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
