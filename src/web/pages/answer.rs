//! What a handler answers, as a value that can leave the thread that talks to the database.

use std::fs::File;
use std::io::{self, Read};

use actix_web::body::BoxBody;
use actix_web::cookie::Cookie;
use actix_web::http::StatusCode;
use actix_web::http::header::{self, HeaderName, HeaderValue};
use actix_web::web::Bytes;
use actix_web::{HttpMessage, HttpRequest, HttpResponse, Responder};
use futures_util::stream::{self, Stream};

use crate::directory::PersonId;
use crate::web::aside;
use crate::web::security::AskedBy;

/// An answer.
#[derive(Debug, Default)]
pub struct Answer {
    status: StatusCode,
    headers: Vec<(HeaderName, HeaderValue)>,
    cookies: Vec<Cookie<'static>>,
    body: Vec<u8>,
    /// Sent instead of `body`, piece by piece.
    file: Option<File>,
    asked_by: Option<PersonId>,
}

impl Answer {
    /// A page.
    #[must_use]
    pub fn html(status: StatusCode, page: String) -> Self {
        Self {
            status,
            body: page.into_bytes(),
            ..Self::default()
        }
        .with(header::CONTENT_TYPE, "text/html; charset=utf-8")
        .with(header::CACHE_CONTROL, "no-store")
    }

    /// Bytes of some type.
    #[must_use]
    pub fn bytes(media_type: &str, body: Vec<u8>) -> Self {
        Self {
            body,
            ..Self::default()
        }
        .with(header::CONTENT_TYPE, media_type)
        .with(header::CACHE_CONTROL, "no-store")
        .with(header::X_CONTENT_TYPE_OPTIONS, "nosniff")
    }

    /// A file of some type, from where it stands to its end.
    #[must_use]
    pub fn file(media_type: &str, file: File) -> Self {
        Self {
            file: Some(file),
            ..Self::bytes(media_type, Vec::new())
        }
    }

    /// Goes on with a `GET` of `address`.
    #[must_use]
    pub fn see_other(address: &str) -> Self {
        Self {
            status: StatusCode::SEE_OTHER,
            ..Self::default()
        }
        .with(header::LOCATION, address)
        .with(header::CACHE_CONTROL, "no-store")
    }

    /// Goes on with the same method at `address`.
    #[must_use]
    pub fn found(address: &str) -> Self {
        Self {
            status: StatusCode::FOUND,
            ..Self::see_other(address)
        }
    }

    /// With a header; a value that no header can hold is left out.
    #[must_use]
    pub fn with(mut self, name: HeaderName, value: &str) -> Self {
        if let Ok(value) = HeaderValue::from_str(value) {
            self.headers.push((name, value));
        }
        self
    }

    /// To this person, as the log notes.
    #[must_use]
    pub fn to(mut self, person: Option<PersonId>) -> Self {
        self.asked_by = person;
        self
    }

    /// With a cookie.
    #[must_use]
    pub fn set(mut self, cookie: Cookie<'static>) -> Self {
        self.cookies.push(cookie);
        self
    }
}

impl Responder for Answer {
    type Body = BoxBody;

    fn respond_to(self, request: &HttpRequest) -> HttpResponse {
        if let Some(person) = self.asked_by {
            request.extensions_mut().insert(AskedBy(person));
        }
        let mut response = HttpResponse::build(self.status);
        for header in self.headers {
            response.insert_header(header);
        }
        for cookie in self.cookies {
            response.cookie(cookie);
        }
        match self.file {
            Some(file) => response.streaming(pieces(file)),
            None => response.body(self.body),
        }
    }
}

/// So much of a file is in memory at a time.
const PIECE: usize = 64 * 1024;

/// What is left of a file, read where waiting for the disk stops nobody else.
fn pieces(file: File) -> impl Stream<Item = io::Result<Bytes>> {
    stream::try_unfold(file, |file| async {
        let read = aside(move || piece(file)).await;
        // The thread is gone: the answer breaks off, and its reader is told.
        read.unwrap_or_else(|error| Err(io::Error::other(error)))
    })
}

fn piece(mut file: File) -> io::Result<Option<(Bytes, File)>> {
    let mut piece = vec![0; PIECE];
    let length = file.read(&mut piece)?;
    piece.truncate(length);
    Ok((0 < length).then(|| (Bytes::from(piece), file)))
}
