//! `/c/{id}/erase`: which personal information is to be erased, why, and what goes and stays; then once more, before it does.

use actix_web::http::StatusCode;
use actix_web::web;
use serde_json::Value;

use super::{Sight, by, id, see};
use crate::engine::{Command, Input, Owner, Rejection, Standing};
use crate::forms;
use crate::services::seen::Seen;
use crate::services::vault::Opened;
use crate::services::{Error, cases};
use crate::web::pages::answer::Answer;
use crate::web::pages::failure::Failure;
use crate::web::pages::posted::{Body, Posted};
use crate::web::refusal;
use crate::web::session::{Reader, Visit};
use crate::web::views::{Choice, ErasableRow, EraseView, Link, Nav};

/// `GET /c/{id}/erase`
pub async fn show(visit: Visit, path: web::Path<String>) -> Answer {
    visit
        .show(move |visit| {
            let reader = visit.reader()?;
            let seen = erasable(visit, &reader, &path)?;
            let view = view(&Sight::new(visit, &seen), &Posted::default(), None);
            visit.page(&reader, Nav::Inbox, &view)
        })
        .await
}

/// `POST /c/{id}/erase`
pub async fn erase(visit: Visit, path: web::Path<String>, body: Body) -> Answer {
    visit
        .take(body, move |visit, posted| {
            let (reader, posted) = visit.short_form(posted)?;
            let seen = erasable(visit, &reader, &path)?;
            let ulid = seen.summary.ulid;
            let command = Command {
                action: "erase".to_owned(),
                input: Input {
                    fields: posted.all("fields"),
                    comment: posted.get("comment").map(str::to_owned),
                    confirmed: posted.get("confirmed") == Some("1"),
                    ..Input::default()
                },
                // Whatever else was done meanwhile, this is what is to go.
                seen: None,
            };
            match cases::perform(&visit.app, &by(&reader, None), ulid, command) {
                Ok(_) => Ok(visit.said(&format!("/c/{ulid}"), "erase")),
                Err(Error::Rejected(rejection)) => {
                    let view = view(&Sight::new(visit, &seen), &posted, Some(&rejection));
                    let status = match rejection {
                        Rejection::EraseUnconfirmed => StatusCode::OK,
                        _ => StatusCode::UNPROCESSABLE_ENTITY,
                    };
                    visit.page_as(status, &reader, Nav::Inbox, &view)
                }
                Err(other) => Err(other.into()),
            }
        })
        .await
}

/// The case, where the reader may erase something of it.
fn erasable(visit: &Visit, reader: &Reader, path: &web::Path<String>) -> Result<Seen, Failure> {
    let seen = see(visit, reader, id(path)?)?;
    match seen.may("erase", None) {
        true => Ok(seen),
        false => Err(Error::NotFound.into()),
    }
}

fn view(sight: &Sight<'_>, posted: &Posted, refused: Option<&Rejection>) -> EraseView {
    let seen = sight.seen;
    let chosen = posted.all("fields");
    let standing = seen.running.case.standing();
    let rows = standing.iter().map(|one| row(sight, one, &chosen));
    let earlier = seen.left_behind().into_iter();
    let earlier = earlier.map(|path| {
        let label = forms::label_of(&seen.running.workflow.form, &path, &sight.language);
        let is_chosen = chosen.contains(&path);
        ErasableRow {
            about: sight.say("pages.erase.earlier", &[]),
            value: None,
            choice: Choice::new(path, label, is_chosen),
        }
    });
    let confirming = refused == Some(&Rejection::EraseUnconfirmed);
    let words = |of: &dyn Fn(&Rejection) -> bool| {
        let refused = refused.filter(|refused| !confirming && of(refused));
        let directory = Some(&*seen.viewer.directory);
        refused
            .map(|refused| refusal::refusal(refused, sight.language, directory))
            .unwrap_or_default()
    };
    let about_reason = |refused: &Rejection| {
        matches!(
            refused,
            Rejection::CommentMissing(_)
                | Rejection::CommentTooLong(..)
                | Rejection::CommentUnprintable
                | Rejection::ReasonTells
        )
    };
    EraseView {
        id: seen.summary.ulid.to_string(),
        number: seen.summary.number.clone().unwrap_or_default(),
        rows: rows.chain(earlier).collect(),
        comment: posted.get("comment").unwrap_or_default().to_owned(),
        comment_error: words(&about_reason),
        error: words(&|refused| !about_reason(refused)),
        confirming,
        back: Link::new(
            format!("/c/{}", seen.summary.ulid),
            sight.say("pages.erase.back", &[]),
        ),
    }
}

fn row(sight: &Sight<'_>, one: &Standing, chosen: &[String]) -> ErasableRow {
    let key = one.key();
    let form = &sight.seen.running.workflow.form;
    let label = forms::label_of(form, &one.path, &sight.language);
    ErasableRow {
        about: match &one.of {
            Owner::Case => String::new(),
            Owner::Branch(place) => sight.titles().branch(place),
            Owner::Task(task) => {
                let task = sight.seen.running.case.task(*task);
                task.map(|task| sight.stage(task)).unwrap_or_default()
            }
        },
        value: opened(sight.seen.private.as_ref(), one).map(plain),
        choice: Choice::new(key.clone(), label, chosen.contains(&key)),
    }
}

fn opened<'o>(all: Option<&'o Opened>, one: &Standing) -> Option<&'o Value> {
    let all = all?;
    let answers = match &one.of {
        Owner::Case => Some(&all.case),
        Owner::Branch(place) => all.branches.get(place),
        Owner::Task(task) => all.tasks.get(task),
    };
    answers?.get(&one.path)
}

/// A value on one line, so that the right one is chosen.
fn plain(value: &Value) -> String {
    match value {
        Value::Null => String::new(),
        Value::Bool(_) | Value::Number(_) => value.to_string(),
        Value::String(text) => text.clone(),
        Value::Array(items) => joined(items.iter()),
        Value::Object(parts) => joined(parts.values()),
    }
}

fn joined<'v>(values: impl Iterator<Item = &'v Value>) -> String {
    let words: Vec<String> = values
        .map(plain)
        .filter(|words| !words.is_empty())
        .collect();
    words.join(" ")
}
