//! What a page posts: pairs of names and values, and files, read within the limits; nothing that fits is thrown away.

use std::fs::File;
use std::future::{Ready, ready};
use std::io::{Seek, SeekFrom, Write};

use actix_multipart::{Field, Multipart};
use actix_web::http::header::{self, HeaderMap};
use actix_web::{FromRequest, HttpRequest, dev, web};
use futures_util::StreamExt;
use url::form_urlencoded;

use crate::config::Limits;
use crate::web::session::storable;

/// So many times more than is taken is still read, so that it can be given back.
const GIVEN_BACK: usize = 4;

/// What is wrong with a post as a whole.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fault {
    /// More bytes than a form may have.
    TooLarge,
    /// More fields than a form may have.
    TooMany,
    /// It cannot be read.
    Unreadable,
}

/// A post.
#[derive(Debug, Default)]
pub struct Posted {
    /// The pairs, in the order of the page.
    pub pairs: Vec<(String, String)>,
    /// The files.
    pub files: Vec<PostedFile>,
    /// What is wrong with it; the pairs hold what could be read all the same.
    pub fault: Option<Fault>,
}

/// A file that came with a form.
#[derive(Debug)]
pub struct PostedFile {
    /// The name of its input.
    pub input: String,
    /// Its name on the sender's machine.
    pub file_name: String,
    /// The type that the browser declares.
    pub declared_type: String,
    /// Its bytes; one more than is taken when there were more.
    pub content: File,
}

/// The body of a request that nobody has read yet.
pub struct Body {
    payload: dev::Payload,
    headers: HeaderMap,
}

impl FromRequest for Body {
    type Error = actix_web::Error;
    type Future = Ready<Result<Self, Self::Error>>;

    fn from_request(request: &HttpRequest, payload: &mut dev::Payload) -> Self::Future {
        ready(Ok(Self {
            payload: payload.take(),
            headers: request.headers().clone(),
        }))
    }
}

impl Posted {
    /// The last value under this name.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<&str> {
        self.pairs
            .iter()
            .rev()
            .find(|(known, _)| known == name)
            .map(|(_, value)| value.as_str())
    }

    /// Every value under this name.
    #[must_use]
    pub fn all(&self, name: &str) -> Vec<String> {
        self.pairs
            .iter()
            .filter(|(known, _)| known == name)
            .map(|(_, value)| value.clone())
            .collect()
    }

    /// A number that a hidden field brings back.
    #[must_use]
    pub fn number(&self, name: &str) -> Option<i64> {
        self.get(name)?.parse().ok()
    }

    /// What somebody typed: everything but our own hidden fields.
    #[must_use]
    pub fn typed(&self) -> Vec<(String, String)> {
        self.pairs
            .iter()
            .filter(|(name, _)| !matches!(name.as_str(), "csrf" | "revision" | "do"))
            .cloned()
            .collect()
    }
}

impl Body {
    /// Reads it.
    pub async fn read(self, limits: &Limits) -> Posted {
        let multipart = self
            .headers
            .get(header::CONTENT_TYPE)
            .and_then(|value| value.to_str().ok())
            .is_some_and(|value| value.starts_with("multipart/form-data"));
        let mut posted = if multipart {
            parts(self, limits).await
        } else {
            pairs(self, limits).await
        };
        if posted.fault.is_none() && limits.form_fields < posted.pairs.len() {
            posted.fault = Some(Fault::TooMany);
        }
        posted
            .pairs
            .truncate(limits.form_fields.saturating_mul(GIVEN_BACK));
        for (_, value) in &mut posted.pairs {
            *value = storable(std::mem::take(value));
        }
        posted
    }
}

async fn pairs(body: Body, limits: &Limits) -> Posted {
    let mut payload = body.payload;
    let mut bytes = web::BytesMut::new();
    let mut fault = None;
    while let Some(chunk) = payload.next().await {
        let Ok(chunk) = chunk else {
            fault = Some(Fault::Unreadable);
            break;
        };
        bytes.extend_from_slice(&chunk);
        if limits.form_bytes < bytes.len() {
            fault = Some(Fault::TooLarge);
        }
        if limits.form_bytes.saturating_mul(GIVEN_BACK) < bytes.len() {
            break;
        }
    }
    Posted {
        pairs: form_urlencoded::parse(&bytes).into_owned().collect(),
        files: Vec::new(),
        fault,
    }
}

async fn parts(body: Body, limits: &Limits) -> Posted {
    let mut multipart = Multipart::new(&body.headers, body.payload);
    let mut posted = Posted::default();
    let mut text_bytes = 0;
    while let Some(field) = multipart.next().await {
        let Ok(mut field) = field else {
            posted.fault = Some(Fault::Unreadable);
            break;
        };
        let Some(name) = field.name().map(str::to_owned) else {
            posted.fault = Some(Fault::Unreadable);
            break;
        };
        let file_name = field
            .content_disposition()
            .and_then(|disposition| disposition.get_filename().map(str::to_owned));
        let read = match file_name {
            Some(file_name) if file_name.is_empty() => drain(&mut field).await,
            Some(_) if limits.case_attachments <= posted.files.len() => {
                posted.fault = Some(Fault::TooMany);
                drain(&mut field).await
            }
            Some(file_name) => take(&mut field, name, file_name, limits)
                .await
                .map(|file| posted.files.push(file)),
            None => match value(&mut field, limits, &mut text_bytes).await {
                Ok(value) => {
                    posted.pairs.push((name, value));
                    Ok(())
                }
                Err(fault) => Err(fault),
            },
        };
        if limits.form_bytes < text_bytes {
            posted.fault = Some(Fault::TooLarge);
        }
        if let Err(fault) = read {
            posted.fault = Some(fault);
            break;
        }
    }
    posted
}

async fn drain(field: &mut Field) -> Result<(), Fault> {
    while let Some(chunk) = field.next().await {
        chunk.map_err(|_| Fault::Unreadable)?;
    }
    Ok(())
}

async fn value(field: &mut Field, limits: &Limits, read: &mut usize) -> Result<String, Fault> {
    let mut bytes = Vec::new();
    while let Some(chunk) = field.next().await {
        let chunk = chunk.map_err(|_| Fault::Unreadable)?;
        *read += chunk.len();
        if limits.form_bytes.saturating_mul(GIVEN_BACK) < *read {
            return Err(Fault::TooLarge);
        }
        bytes.extend_from_slice(&chunk);
    }
    Ok(String::from_utf8_lossy(&bytes).into_owned())
}

/// Keeps a file's bytes in a nameless temporary file, as far as one may have; the rest is read and forgotten.
async fn take(
    field: &mut Field,
    input: String,
    file_name: String,
    limits: &Limits,
) -> Result<PostedFile, Fault> {
    let fault = |_| Fault::Unreadable;
    let mut content = tempfile::tempfile().map_err(fault)?;
    let most = limits.attachment_bytes + 1;
    let mut kept: u64 = 0;
    while let Some(chunk) = field.next().await {
        let chunk = chunk.map_err(|_| Fault::Unreadable)?;
        let room = usize::try_from(most - kept).unwrap_or(usize::MAX);
        let part = &chunk[..chunk.len().min(room)];
        content.write_all(part).map_err(fault)?;
        kept += part.len() as u64;
    }
    content.seek(SeekFrom::Start(0)).map_err(fault)?;
    let declared_type = field.content_type().map(ToString::to_string);
    Ok(PostedFile {
        input,
        file_name,
        declared_type: declared_type.unwrap_or_default(),
        content,
    })
}

#[cfg(test)]
mod tests {
    use actix_web::test::TestRequest;

    use super::*;

    async fn read(content_type: &'static str, body: &'static [u8], limits: &Limits) -> Posted {
        let (request, mut payload) = TestRequest::post()
            .insert_header(("content-type", content_type))
            .set_payload(body)
            .to_http_parts();
        let body = Body::from_request(&request, &mut payload)
            .await
            .expect("a body");
        body.read(limits).await
    }

    const FORM: &str = "application/x-www-form-urlencoded";

    #[actix_web::test]
    async fn pairs_keep_their_order_and_repetition() {
        let posted = read(
            FORM,
            b"ask=a&ask=b&comment=%E5%90%8C+%E6%84%8F",
            &Limits::default(),
        )
        .await;

        assert_eq!(posted.all("ask"), ["a", "b"]);
        assert_eq!(posted.get("comment"), Some("同 意"));
        assert_eq!(posted.fault, None);
    }

    #[actix_web::test]
    async fn what_is_too_large_or_too_much_is_read_all_the_same() {
        let small = Limits {
            form_bytes: 8,
            form_fields: 2,
            ..Limits::default()
        };

        let large = read(FORM, b"a=123456789", &small).await;
        assert_eq!(large.fault, Some(Fault::TooLarge));
        assert_eq!(large.get("a"), Some("123456789"));

        let many = read(FORM, b"a&b&c", &small).await;
        assert_eq!(many.fault, Some(Fault::TooMany));
        assert_eq!(many.pairs.len(), 3);
    }

    #[actix_web::test]
    async fn invalid_utf8_is_no_fault_and_nul_is_like_any_control_character() {
        let posted = read(FORM, b"a=%FF%00", &Limits::default()).await;

        assert_eq!(posted.get("a"), Some("\u{FFFD}\u{1}"));
    }

    #[actix_web::test]
    async fn a_file_comes_with_its_name_and_an_empty_input_does_not_count() {
        let body = b"--x\r\ncontent-disposition: form-data; name=\"a\"\r\n\r\n1\r\n\
            --x\r\ncontent-disposition: form-data; name=\"upload.pia\"; filename=\"a.txt\"\r\ncontent-type: text/plain\r\n\r\nbytes\r\n\
            --x\r\ncontent-disposition: form-data; name=\"upload.more\"; filename=\"\"\r\n\r\n\r\n--x--\r\n";

        let posted = read("multipart/form-data; boundary=x", body, &Limits::default()).await;

        assert_eq!(posted.fault, None);
        assert_eq!(posted.get("a"), Some("1"));
        assert_eq!(posted.files.len(), 1);
        assert_eq!(posted.files[0].input, "upload.pia");
        assert_eq!(posted.files[0].declared_type, "text/plain");
    }

    #[actix_web::test]
    async fn a_body_that_breaks_off_is_unreadable() {
        let posted = read(
            "multipart/form-data; boundary=x",
            b"--x\r\ncontent-disposition: form-data; name=\"a\"\r\n\r\n1",
            &Limits::default(),
        )
        .await;

        assert_eq!(posted.fault, Some(Fault::Unreadable));
    }
}
