//! What the page behind a link shows: less than the case's page, because a link proves access to a mailbox and no more.

use super::Live;
use crate::calendar::Instant;
use crate::directory::PersonId;
use crate::engine::{Answer, Case, Task, TaskAsks, TaskState, return_targets};
use crate::messages::Language;
use crate::notify::facts::DataFacts;
use crate::services::titles::Titles;
use crate::services::{Error, mail, projection};
use crate::workflow::{Kind, Node, Stage, Text};
use ulid::Ulid;

/// The page behind a link.
#[derive(Debug, Clone, PartialEq)]
pub struct Page {
    /// The link, for form values that are bound to it.
    pub link: i64,
    /// Whose link it is.
    pub person: PersonId,
    /// Their name.
    pub name: String,
    /// Their department's short name.
    pub department: String,
    /// Where it was sent, masked.
    pub address: String,
    /// The case's public id.
    pub case: Ulid,
    /// Its number.
    pub number: String,
    /// Its title.
    pub title: String,
    /// Its workflow.
    pub workflow: Text,
    /// The applicant's department by its short name.
    pub applicant: String,
    /// The data that is asked for, by resource.
    pub data: Option<DataFacts>,
    /// The stage's title, in Chinese and English.
    pub stage: Text,
    /// For whom they act, by name.
    pub acts_for: Option<String>,
    /// What the task asks for.
    pub asks: TaskAsks,
    /// When it is due.
    pub due: Option<Instant>,
    /// Who has answered in this round of the stage and in those before it.
    pub signed: Vec<Signed>,
    /// The answers that the link allows.
    pub offers: Vec<Offer>,
    /// When the link ends.
    pub expires_at: Instant,
    /// The case's revision, to be sent back with the answer.
    pub revision: i64,
}

/// An answer that somebody gave.
#[derive(Debug, Clone, PartialEq)]
pub struct Signed {
    /// In which stage.
    pub stage: Text,
    /// Their name.
    pub name: String,
    /// For whom they acted, by name.
    pub on_behalf: Option<String>,
    /// Their department by its short name.
    pub department: String,
    /// The answer.
    pub answer: Answer,
    /// When.
    pub at: Instant,
}

/// An answer that the link allows.
#[derive(Debug, Clone, PartialEq)]
pub struct Offer {
    /// As it is posted: `approve`, `choose:agree`.
    pub answer: String,
    /// The choice's own title.
    pub title: Option<Text>,
    /// Whether it needs a comment.
    pub comment: bool,
    /// Where it may return to, the last being the usual one.
    pub return_to: Vec<ReturnTo>,
}

/// Where a case may be returned to.
#[derive(Debug, Clone, PartialEq)]
pub struct ReturnTo {
    /// As it is posted: a stage's id, or `applicant`.
    pub id: String,
    /// The stage's title; `None`: the applicant.
    pub title: Option<Text>,
}

pub(super) fn page(live: &Live) -> Result<Page, Error> {
    let running = &live.running;
    let task = live.task()?;
    let person = &live.viewer.person;
    Ok(Page {
        link: live.link.id,
        person: person.id,
        name: person.name.clone(),
        department: mail::short_name(running, &person.department),
        address: masked(&person.email),
        case: running.ulid,
        number: running.case.number.clone().unwrap_or_default(),
        title: projection::title(&running.workflow, &running.case),
        workflow: running.workflow.title.clone(),
        applicant: mail::short_name(running, &running.case.department),
        data: mail::data(running, Some(task), Language::Zh, live.now),
        stage: stage(live, task),
        acts_for: running
            .acts_for(task, person.id, live.now)
            .and_then(|holder| name(live, holder)),
        asks: task.asks,
        due: live.row.due_at,
        signed: signed(live, &live.visible.of_case(running).case),
        offers: offers(live, task),
        expires_at: live.link.link.expires_at,
        revision: running.case.revision,
    })
}

fn name(live: &Live, person: PersonId) -> Option<String> {
    let found = live.running.directory.person(person)?;
    Some(found.name.clone())
}

fn stage(live: &Live, task: &Task) -> Text {
    Text {
        zh: Titles::of(&live.running, Language::Zh).task(task),
        en: Some(Titles::of(&live.running, Language::En).task(task)),
    }
}

fn signed(live: &Live, case: &Case) -> Vec<Signed> {
    let directory = &live.running.directory;
    case.tasks
        .iter()
        .filter_map(|task| match &task.state {
            TaskState::Settled {
                answer,
                by,
                on_behalf,
                at,
                ..
            } => Some((task, answer, (*by, *on_behalf), *at)),
            TaskState::Waiting | TaskState::Open | TaskState::Cancelled { .. } => None,
        })
        .filter_map(|(task, answer, (by, on_behalf), at)| {
            let person = directory.person(by)?;
            Some(Signed {
                stage: stage(live, task),
                name: person.name.clone(),
                on_behalf: on_behalf.and_then(|holder| name(live, holder)),
                department: mail::short_name(&live.running, &person.department),
                answer: answer.clone(),
                at,
            })
        })
        .collect()
}

fn offers(live: &Live, task: &Task) -> Vec<Offer> {
    let Some(node) = live.running.workflow.node(&task.stage) else {
        return Vec::new();
    };
    let Kind::Stage(stage) = &node.kind else {
        return Vec::new();
    };
    live.allowed
        .iter()
        .flat_map(|action| match action.as_str() {
            "choose" => choices(node, stage),
            action => vec![Offer {
                answer: action.to_owned(),
                title: None,
                // A return always says why.
                comment: action == "return" || needs_comment(node, action),
                return_to: match action {
                    "return" => live
                        .task()
                        .map_or_else(|_| Vec::new(), |task| returns(live, &task.stage, stage)),
                    _ => Vec::new(),
                },
            }],
        })
        .collect()
}

fn choices(node: &Node, stage: &Stage) -> Vec<Offer> {
    stage
        .choices
        .iter()
        .map(|choice| Offer {
            answer: format!("choose:{}", choice.id),
            title: Some(choice.title.clone()),
            comment: choice.comment || needs_comment(node, &choice.id),
            return_to: Vec::new(),
        })
        .collect()
}

fn returns(live: &Live, place: &str, stage: &Stage) -> Vec<ReturnTo> {
    let workflow = &live.running.workflow;
    return_targets(workflow, &live.running.case, place, stage)
        .into_iter()
        .map(|id| ReturnTo {
            title: workflow.node(&id).map(|node| node.title.clone()),
            id,
        })
        .collect()
}

fn needs_comment(node: &Node, answer: &str) -> bool {
    node.rules.comment.iter().any(|needs| needs == answer)
}

/// An address of which its owner knows that it is theirs, and nobody else which it is: `wang***@henan.example`.
fn masked(address: &str) -> String {
    let (local, host) = address.split_once('@').unwrap_or((address, ""));
    let shown = (local.chars().count() / 2).clamp(1, 4);
    let shown: String = local.chars().take(shown).collect();
    format!("{shown}***@{host}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_shows_at_most_half_of_its_name() {
        assert_eq!(
            masked("wang.jianguo@henan.example"),
            "wang***@henan.example"
        );
        assert_eq!(masked("li@henan.example"), "l***@henan.example");
        assert_eq!(masked("l@henan.example"), "l***@henan.example");
    }
}
