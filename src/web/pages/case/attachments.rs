//! `/c/{id}/attachments`: files for a case that waits for something of the reader's.

use actix_web::http::StatusCode;
use actix_web::web;
use ulid::Ulid;

use super::tried::Tried;
use super::{Sight, by, id, page, see};
use crate::attachments::Incoming;
use crate::engine::TaskAsks;
use crate::messages::text;
use crate::services::{Error, uploads};
use crate::web::pages::answer::Answer;
use crate::web::pages::edit;
use crate::web::pages::failure::Failure;
use crate::web::pages::posted::Body;
use crate::web::session::{Reader, Visit};

/// `POST /c/{id}/attachments`
pub async fn attach(visit: Visit, path: web::Path<String>, body: Body) -> Answer {
    visit
        .take(body, move |visit, posted| {
            let (reader, mut posted) = visit.short_form(posted)?;
            let id = id(&path)?;
            let mut tried = Tried::default();
            let mut files = std::mem::take(&mut posted.files);
            let Some(file) = files.pop() else {
                tried.upload_error = Some(text(visit.language, "case.no_file", &[]));
                return upload_again(visit, &reader, id, &tried);
            };
            let incoming = Incoming {
                file_name: &file.file_name,
                declared_type: &file.declared_type,
            };
            match uploads::take_in(&visit.app, &by(&reader, None), id, &incoming, file.content) {
                Ok(_) => Ok(visit.said(&format!("/c/{id}#files-t"), "uploaded")),
                Err(Error::Upload(refusal)) => {
                    tried.upload_error = Some(refusal.sentence(visit.language));
                    upload_again(visit, &reader, id, &tried)
                }
                Err(Error::BadRequest { .. }) => {
                    tried.upload_error = Some(edit::no_room(visit));
                    upload_again(visit, &reader, id, &tried)
                }
                Err(other) => Err(other.into()),
            }
        })
        .await
}

fn upload_again(
    visit: &Visit,
    reader: &Reader,
    id: Ulid,
    tried: &Tried,
) -> Result<Answer, Failure> {
    let seen = see(visit, reader, id)?;
    page::show(
        visit,
        reader,
        StatusCode::UNPROCESSABLE_ENTITY,
        &seen,
        tried,
    )
}

/// Whether the reader may add files: who is asked to sign, work, revise or supply may.
pub(super) fn may_attach(sight: &Sight<'_>) -> bool {
    sight.seen.running.case.is_open()
        && sight.seen.running.case.open_tasks().any(|task| {
            sight.is_mine(task)
                && matches!(
                    task.asks,
                    TaskAsks::Edit | TaskAsks::Supply | TaskAsks::Work | TaskAsks::Sign
                )
        })
}
