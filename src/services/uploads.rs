//! Files of drafts and cases: taken in, given out, each with the right to it.

use std::io::Read;
use std::sync::Arc;

use ulid::Ulid;

use super::cases::{By, Done};
use super::viewer::Wish;
use super::visible::Visible;
use super::{App, Error, Viewer, cases, drafts};
use crate::attachments::{AttachmentError, Incoming};
use crate::engine::{self, Actor, Situation, TaskAsks};
use crate::storage::attachments::{self, AttachedTo, Attachment, NewAttachment};
use crate::storage::{self};

/// Takes in a file for a draft of the author's, or for a case that waits for something of the person's. The bytes are
/// on disk before the row; a row that cannot be written takes them away again.
pub fn take_in(
    app: &Arc<App>,
    by: &By,
    ulid: Ulid,
    incoming: &Incoming<'_>,
    bytes: impl Read,
) -> Result<Attachment, Error> {
    let (shared, asked) = (Arc::clone(app), by.clone());
    let earlier = app.db.read(move |conn| {
        let Some(done) = cases::answered(&shared, conn, &asked)? else {
            return Ok::<_, Error>(None);
        };
        attachments::get(conn, done.ulid)?
            .ok_or(Error::NotFound)
            .map(Some)
    })?;
    if let Some(earlier) = earlier {
        return Ok(earlier);
    }
    let to = destination(app, by, ulid)?;
    room(app, to)?;
    let stored = app
        .attachments
        .store(incoming, bytes)
        .map_err(|error| match error {
            AttachmentError::Refused(refusal) => Error::Upload(refusal),
            other => Error::Attachments(other),
        })?;
    let new = NewAttachment {
        ulid: Ulid::new(),
        to,
        uploader_id: by.person,
        file_name: stored.file_name.clone(),
        media_type: stored.kind.media_type().to_owned(),
        size: i64::try_from(stored.size).unwrap_or(i64::MAX),
        digest: stored.digest.clone(),
        stored_as: stored.stored_name.clone(),
        created_at: app.now(),
    };
    let id = new.ulid;
    let written = cases::once(app, by, move |conn| {
        let file = attachments::insert(conn, &new)?;
        Ok(Done {
            case_id: file.case_id,
            ulid: file.ulid,
            revision: 0,
            repeated: false,
        })
    });
    // Written for nothing: refused, or the same request came twice at once and the other one was first.
    if written.as_ref().map_or(true, |done| done.ulid != id) {
        app.attachments
            .remove(&stored.stored_name)
            .map_err(Error::Attachments)?;
    }
    let done = written?;
    app.db
        .read(move |conn| attachments::get(conn, done.ulid)?.ok_or(Error::NotFound))
}

fn destination(app: &Arc<App>, by: &By, ulid: Ulid) -> Result<AttachedTo, Error> {
    let (shared, asked) = (Arc::clone(app), by.clone());
    let case = app.db.read(move |conn| {
        let Some(stored) = storage::cases::get(conn, ulid)? else {
            return Ok(None);
        };
        let running = cases::running(&shared, conn, stored)?;
        let viewer = Viewer::of(&running.directory, asked.person, shared.now())
            .ok_or(Error::Unauthenticated)?;
        viewer
            .authorize(Wish::SeeCase(&running.case))
            .map_err(|_| Error::NotFound)?;
        // Whoever is asked to fill something in may bring files along, and whoever may signal something.
        let (actor, now) = (Actor::Person(asked.person), shared.now());
        let context = running.as_seen_by(actor, asked.channel, now);
        let situation = Situation::new(&running.workflow, &running.case, &context);
        let signals = engine::signals(&situation);
        let fills_in = signals.iter().any(|offer| !offer.signal.fills.is_empty());
        let asked_now = running.case.open_tasks().any(|task| {
            matches!(
                task.asks,
                TaskAsks::Edit | TaskAsks::Supply | TaskAsks::Work | TaskAsks::Sign
            ) && running.able(task, now).contains(&asked.person)
        });
        if asked_now || fills_in {
            Ok(Some(AttachedTo::Case(running.id)))
        } else {
            Err(Error::Forbidden("upload"))
        }
    })?;
    match case {
        Some(to) => Ok(to),
        None => Ok(AttachedTo::Draft(drafts::open(app, by, ulid)?.draft.id)),
    }
}

/// At most so many files and so many bytes a case.
fn room(app: &Arc<App>, to: AttachedTo) -> Result<(), Error> {
    let limits = &app.settings.limits;
    let there = app
        .db
        .read(move |conn| Ok::<_, Error>(attachments::of(conn, to)?))?;
    let bytes: u64 = there
        .iter()
        .map(|file| u64::try_from(file.size).unwrap_or(0))
        .sum();
    if limits.case_attachments <= there.len() {
        return Err(Error::TooManyFiles(limits.case_attachments));
    }
    if limits.case_attachment_bytes <= bytes {
        return Err(Error::NoRoom(limits.case_attachment_bytes));
    }
    Ok(())
}

/// A file with its bytes, for somebody who may see the case or whose draft it is.
pub fn give_out(app: &Arc<App>, viewer: &Viewer, id: Ulid) -> Result<(Attachment, Vec<u8>), Error> {
    let (shared, reader) = (Arc::clone(app), viewer.clone());
    let file = app.db.read(move |conn| {
        let file = attachments::get(conn, id)?.ok_or(Error::NotFound)?;
        match (file.case_id, file.draft_id) {
            (Some(case), _) => {
                let stored = storage::cases::get_by_id(conn, case)?.ok_or(Error::NotFound)?;
                let running = cases::running(&shared, conn, stored)?;
                reader
                    .authorize(Wish::SeeCase(&running.case))
                    .map_err(|_| Error::NotFound)?;
                if !Visible::of(&reader, &running).file(&running, &file, &reader) {
                    return Err(Error::NotFound);
                }
            }
            (None, _) if file.uploader_id == reader.person.id => {}
            (None, _) => return Err(Error::NotFound),
        }
        Ok::<_, Error>(file)
    })?;
    let bytes = app
        .attachments
        .read(&file.stored_as, &file.digest)
        .map_err(Error::Attachments)?;
    Ok((file, bytes))
}

/// Takes a file off a draft.
pub fn remove(app: &Arc<App>, by: &By, ulid: Ulid, file: Ulid) -> Result<(), Error> {
    let draft = drafts::open(app, by, ulid)?.draft.id;
    let stored_as = app.db.write(move |conn| {
        let file = attachments::get(conn, file)?
            .filter(|file| file.draft_id == Some(draft) && file.case_id.is_none())
            .ok_or(Error::NotFound)?;
        attachments::remove(conn, file.id)?;
        Ok::<_, Error>(file.stored_as)
    })?;
    app.attachments
        .remove(&stored_as)
        .map_err(Error::Attachments)
}
