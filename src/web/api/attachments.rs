//! Files of cases and drafts: multipart in, bytes out.

use std::fs::File;
use std::io::{Seek, Write};

use actix_multipart::{Field, Multipart};
use actix_web::http::header;
use actix_web::web::{Path, Payload};
use actix_web::{HttpRequest, HttpResponse};
use futures_util::{StreamExt, TryStreamExt};
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use sha2::{Digest, Sha256};
use utoipa::ToSchema;

use super::Caller;
use super::shapes::AttachmentBody;
use crate::attachments::{Incoming, Refusal};
use crate::services::{Error, uploads};
use crate::web::aside;
use crate::web::problem::{Problem, ProblemBody};

/// So much of a file is collected before it goes to the disk.
const CHUNK: usize = 256 * 1024;

/// A file to be added.
#[derive(ToSchema)]
#[allow(dead_code)] // Only described: it comes as a stream.
pub(super) struct Upload {
    /// The file, with its name and type.
    #[schema(value_type = String, format = Binary)]
    file: Vec<u8>,
}

/// A file on its way in.
struct Received {
    name: String,
    media_type: String,
    content: File,
    size: u64,
    digest: String,
}

/// Adds a file to a draft, or to a case that waits for something of the caller's.
#[utoipa::path(
    post, path = "/api/v1/cases/{id}/attachments", tag = "attachments",
    params(
        ("id" = String, Path, description = "A ULID"),
        ("Idempotency-Key" = Option<String>, Header, description = "A repeat gets the first answer"),
    ),
    request_body(content = Upload, content_type = "multipart/form-data"),
    responses(
        (status = 201, body = AttachmentBody),
        (status = 403, description = "Nothing of the caller's is asked for", body = ProblemBody),
        (status = 404, body = ProblemBody),
        (status = 413, description = "The file, or all files of the case, are too large", body = ProblemBody),
        (status = 415, description = "A type that is not taken, or content that is not what its name says", body = ProblemBody),
        (status = 422, body = ProblemBody),
    )
)]
pub(super) async fn upload(
    caller: Caller,
    id: Path<String>,
    request: HttpRequest,
    payload: Payload,
) -> Result<HttpResponse, Problem> {
    let id = caller.id(&id)?;
    let received = receive(&caller, &request, payload).await?;
    let by = caller.by(&received.digest);
    let taken = caller
        .run(move |app, _| {
            let incoming = Incoming {
                file_name: &received.name,
                declared_type: &received.media_type,
            };
            let limit = app.settings.limits.attachment_bytes;
            if limit < received.size {
                let file = received.name.clone();
                return Err(Error::Upload(Refusal::TooLarge { file, limit }));
            }
            uploads::take_in(app, &by, id, &incoming, received.content)
        })
        .await?;
    Ok(HttpResponse::Created()
        .insert_header((
            header::LOCATION,
            format!("/api/v1/attachments/{}", taken.ulid),
        ))
        .json(AttachmentBody::of(&taken, &caller.viewer.directory)))
}

async fn receive(
    caller: &Caller,
    request: &HttpRequest,
    payload: Payload,
) -> Result<Received, Problem> {
    let plain = |status, code: &str| Problem::plain(status, code, caller.language, &[]);
    let is_multipart = request
        .headers()
        .get(header::CONTENT_TYPE)
        .and_then(|value| value.to_str().ok())
        .is_some_and(|value| value.to_lowercase().starts_with("multipart/form-data"));
    if !is_multipart {
        return Err(plain(415, "not-multipart"));
    }
    let mut parts = Multipart::new(request.headers(), payload.map_err(Into::into));
    let mut received = None;
    while let Some(part) = parts.next().await {
        let part = part.map_err(|_| plain(400, "malformed-multipart"))?;
        match (part.name(), &received) {
            (Some("file"), None) => received = Some(keep(caller, part).await?),
            (Some("file"), Some(_)) => {
                return Err(plain(422, "one-file").flawed("file", "file"));
            }
            (other, _) => {
                let other: String = other.unwrap_or_default().chars().take(100).collect();
                let values = [("member", other.as_str()), ("known", "file")];
                let problem = Problem::plain(422, "unknown-member", caller.language, &values);
                return Err(problem.flawed(&other, &other));
            }
        }
    }
    received.ok_or_else(|| plain(422, "no-file").flawed("file", "file"))
}

/// Keeps a file aside until it is known whether it will do; what is beyond the limit is counted and forgotten.
async fn keep(caller: &Caller, mut part: Field) -> Result<Received, Problem> {
    let limit = caller.app.settings.limits.attachment_bytes;
    let fault = |error: std::io::Error| {
        caller.problem(&Error::Attachments(
            crate::attachments::AttachmentError::Disk(error),
        ))
    };
    let disposition = part.content_disposition();
    let name = disposition
        .and_then(|disposition| disposition.get_filename_ext().map(decoded))
        .or_else(|| {
            disposition
                .and_then(|disposition| disposition.get_filename())
                .map(str::to_owned)
        })
        .unwrap_or_default();
    let media_type = part
        .content_type()
        .map(|media| media.essence_str().to_owned())
        .unwrap_or_default();
    let mut content = on_disk(tempfile::tempfile).await.map_err(fault)?;
    let mut hash = Sha256::new();
    hash.update(name.as_bytes());
    hash.update([0]);
    hash.update(media_type.as_bytes());
    hash.update([0]);
    let (mut size, mut waiting) = (0u64, Vec::with_capacity(CHUNK));
    while let Some(chunk) = part.next().await {
        let malformed = |_| Problem::plain(400, "malformed-multipart", caller.language, &[]);
        let chunk = chunk.map_err(malformed)?;
        size = size.saturating_add(chunk.len() as u64);
        if limit < size {
            // Far beyond the limit nobody waits for the end.
            if limit.saturating_mul(2) < size {
                break;
            }
            waiting.clear();
            continue;
        }
        hash.update(&chunk);
        waiting.extend_from_slice(&chunk);
        if CHUNK <= waiting.len() {
            content = write(content, std::mem::take(&mut waiting))
                .await
                .map_err(fault)?;
        }
    }
    content = write(content, waiting).await.map_err(fault)?;
    content.rewind().map_err(fault)?;
    Ok(Received {
        name,
        media_type,
        content,
        size,
        digest: hex::encode(hash.finalize()),
    })
}

fn decoded(name: &header::ExtendedValue) -> String {
    String::from_utf8_lossy(&name.value).into_owned()
}

async fn write(mut file: File, bytes: Vec<u8>) -> std::io::Result<File> {
    on_disk(move || {
        file.write_all(&bytes)?;
        Ok(file)
    })
    .await
}

async fn on_disk<T: Send + 'static>(
    work: impl FnOnce() -> std::io::Result<T> + Send + 'static,
) -> std::io::Result<T> {
    match aside(work).await {
        Ok(done) => done,
        Err(_) => Err(std::io::Error::other("a piece of work broke off")),
    }
}

/// The bytes of a file.
#[utoipa::path(
    get, path = "/api/v1/attachments/{id}", tag = "attachments",
    params(("id" = String, Path, description = "A ULID")),
    responses(
        (status = 200, description = "The bytes, under their name", body = Vec<u8>, content_type = "application/octet-stream"),
        (status = 404, body = ProblemBody),
    )
)]
pub(super) async fn download(caller: Caller, id: Path<String>) -> Result<HttpResponse, Problem> {
    let id = caller.id(&id)?;
    let (file, bytes) = caller
        .run(move |app, viewer| uploads::give_out(app, viewer, id))
        .await?;
    let name = utf8_percent_encode(&file.file_name, NON_ALPHANUMERIC);
    Ok(HttpResponse::Ok()
        .insert_header((header::CONTENT_TYPE, file.media_type.clone()))
        .insert_header((
            header::CONTENT_DISPOSITION,
            format!("attachment; filename*=UTF-8''{name}"),
        ))
        .body(bytes))
}
