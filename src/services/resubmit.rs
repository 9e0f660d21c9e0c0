//! 再次提交: a new draft, filled from a case of one's own that has ended, with copies of the files that its answers name.

use std::collections::HashMap;
use std::sync::Arc;

use serde_json::Value;
use ulid::Ulid;

use super::cases::{self, By, Done};
use super::viewer::Wish;
use super::{App, Error, Viewer, drafts, vault};
use crate::attachments::{AttachmentError, Incoming};
use crate::engine::{self, Actor, Command};
use crate::forms::{self, Answers};
use crate::storage::attachments::{self, AttachedTo, Attachment, NewAttachment};
use crate::storage::{self, Connection};

/// Begins the draft. What the workflow in force does not ask for at the start any more, or computes, is left out.
pub fn resubmit(app: &Arc<App>, by: &By, ulid: Ulid, command: &Command) -> Result<Done, Error> {
    let done = begin(app, by, ulid, command);
    app.counters.acted(&command.action, done.is_ok());
    done
}

fn begin(app: &Arc<App>, by: &By, ulid: Ulid, command: &Command) -> Result<Done, Error> {
    let (shared, asked, wanted) = (Arc::clone(app), by.clone(), command.clone());
    let earlier = app
        .db
        .read(move |conn| cases::answered(&shared, conn, &asked))?;
    if let Some(earlier) = earlier {
        return Ok(earlier);
    }
    let (shared, asked) = (Arc::clone(app), by.clone());
    let mut old = app
        .db
        .read(move |conn| read(&shared, conn, &asked, ulid, &wanted))?;
    let copies = copy_files(app, by, &old.files)?;
    rename(&mut old.answers, &old.files, &copies);
    let stored: Vec<String> = copies.values().map(|file| file.stored_as.clone()).collect();
    let (shared, asked) = (Arc::clone(app), by.clone());
    let written = cases::once(app, by, move |conn| {
        let ground = shared.ground(conn, None)?;
        let viewer = Viewer::of(&ground.directory, asked.person, shared.now());
        let viewer = viewer.ok_or(Error::Unauthenticated)?;
        let opened = drafts::start_in(&shared, conn, &ground, &viewer, &old.workflow, old.answers)?;
        for file in copies.into_values() {
            let to = AttachedTo::Draft(opened.draft.id);
            attachments::insert(conn, &NewAttachment { to, ..file })?;
        }
        Ok(Done {
            case_id: None,
            ulid: opened.draft.ulid,
            revision: opened.draft.revision,
            repeated: false,
        })
    });
    // Copied for nothing: refused, or the same request came twice at once and the other one was first.
    if written.as_ref().map_or(true, |done| done.repeated) {
        remove(app, &stored)?;
    }
    written
}

/// What of the old case goes into the new draft.
struct Old {
    workflow: String,
    answers: Answers,
    files: Vec<Attachment>,
}

fn read(
    app: &Arc<App>,
    conn: &mut Connection,
    by: &By,
    ulid: Ulid,
    command: &Command,
) -> Result<Old, Error> {
    let ground = app.ground(conn, None)?;
    let viewer = Viewer::of(&ground.directory, by.person, app.now());
    let viewer = viewer.ok_or(Error::Unauthenticated)?;
    let stored = storage::cases::get(conn, ulid)?.ok_or(Error::NotFound)?;
    let running = cases::running_on(app, conn, &ground, stored)?;
    viewer
        .authorize(Wish::SeeCase(&running.case))
        .map_err(|_| Error::NotFound)?;
    let context = running.as_seen_by(Actor::Person(by.person), by.channel, app.now());
    engine::handle(&running.workflow, &running.case, command, &context)?;

    let key = &running.workflow.key;
    let version = ground.in_force(key).ok_or(Error::NotFound)?;
    let workflow = ground.published(app, conn, version)?.workflow;
    let private = vault::open_case(app, conn, ulid, (running.id, &running.case))?;
    let all = forms::join_private(&running.workflow.form, &running.case.answers, &private.case);
    let asked = engine::asked_at_start(&workflow);
    let is_asked = |field: &str| {
        let computed = workflow
            .form
            .field(field)
            .is_some_and(|field| field.value.is_some());
        asked.asks(field) && !computed
    };
    let answers: Answers = all
        .into_iter()
        .filter(|(field, _)| is_asked(field))
        .collect();
    let files = attachments::of(conn, AttachedTo::Case(running.id))?
        .into_iter()
        .filter(|file| answers.values().any(|answer| names(answer, file)))
        .collect();
    Ok(Old {
        workflow: key.clone(),
        answers,
        files,
    })
}

/// Whether an answer names a file.
fn names(answer: &Value, file: &Attachment) -> bool {
    match answer {
        Value::String(text) => *text == file.ulid.to_string(),
        Value::Array(items) => items.iter().any(|item| names(item, file)),
        Value::Object(parts) => parts.values().any(|part| names(part, file)),
        Value::Null | Value::Bool(_) | Value::Number(_) => false,
    }
}

/// Files of the new draft's own, by the keys of the old ones. One that the limits of today refuse is left out.
fn copy_files(
    app: &App,
    by: &By,
    files: &[Attachment],
) -> Result<HashMap<Ulid, NewAttachment>, Error> {
    let mut copies = HashMap::new();
    for file in files {
        match copy(app, by, file) {
            Ok(Some(copy)) => {
                copies.insert(file.ulid, copy);
            }
            Ok(None) => {}
            Err(error) => {
                let made: Vec<String> = copies.into_values().map(|copy| copy.stored_as).collect();
                remove(app, &made)?;
                return Err(error);
            }
        }
    }
    Ok(copies)
}

fn copy(app: &App, by: &By, file: &Attachment) -> Result<Option<NewAttachment>, Error> {
    let folder = &app.attachments;
    let bytes = folder
        .read(&file.stored_as, &file.digest)
        .map_err(Error::Attachments)?;
    let incoming = Incoming {
        file_name: &file.file_name,
        declared_type: &file.media_type,
    };
    let stored = match folder.store(&incoming, bytes.as_slice()) {
        Ok(stored) => stored,
        Err(AttachmentError::Refused(_)) => return Ok(None),
        Err(error) => return Err(Error::Attachments(error)),
    };
    Ok(Some(NewAttachment {
        ulid: Ulid::new(),
        // The draft is not there yet.
        to: AttachedTo::Draft(0),
        uploader_id: by.person,
        file_name: stored.file_name,
        media_type: stored.kind.media_type().to_owned(),
        size: file.size,
        digest: stored.digest,
        stored_as: stored.stored_name,
        created_at: app.now(),
    }))
}

fn remove(app: &App, names: &[String]) -> Result<(), Error> {
    for name in names {
        app.attachments.remove(name).map_err(Error::Attachments)?;
    }
    Ok(())
}

/// Puts the copies in the place of the old files; a file without one is taken out.
fn rename(answers: &mut Answers, files: &[Attachment], copies: &HashMap<Ulid, NewAttachment>) {
    let new: HashMap<String, Option<String>> = files
        .iter()
        .map(|file| {
            let copy = copies.get(&file.ulid).map(|copy| copy.ulid.to_string());
            (file.ulid.to_string(), copy)
        })
        .collect();
    for answer in answers.values_mut() {
        *answer = renamed(answer.take(), &new);
    }
    answers.retain(|_, answer| !answer.is_null());
}

fn renamed(answer: Value, new: &HashMap<String, Option<String>>) -> Value {
    match answer {
        Value::String(text) => match new.get(&text) {
            None => Value::String(text),
            Some(copy) => copy.clone().map_or(Value::Null, Value::String),
        },
        Value::Array(items) => {
            let items = items.into_iter().map(|item| match item {
                Value::Null => Value::Null,
                item => renamed(item, new),
            });
            Value::Array(items.filter(|item| !item.is_null()).collect())
        }
        Value::Object(parts) => Value::Object(
            parts
                .into_iter()
                .map(|(name, part)| (name, renamed(part, new)))
                .collect(),
        ),
        other => other,
    }
}
