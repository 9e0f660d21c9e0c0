//! `/files/{id}`: an attachment, always as a download.

use actix_web::http::header;
use actix_web::web;
use ulid::Ulid;
use url::form_urlencoded;

use super::answer::Answer;
use super::failure::Failure;
use crate::services::uploads;
use crate::web::session::Visit;
use crate::web::views::Problem;

/// An id in an address; anything else is an address that there is not.
pub fn id(text: &str) -> Result<Ulid, Failure> {
    text.parse().map_err(|_| Problem::NotFound.into())
}

/// `GET /files/{id}`
pub async fn give_out(visit: Visit, path: web::Path<String>) -> Answer {
    visit
        .show(move |visit| {
            let reader = visit.reader()?;
            let (file, bytes) = uploads::give_out(&visit.app, &reader.viewer, id(&path)?)?;
            Ok(Answer::bytes(&file.media_type, bytes)
                .with(header::CONTENT_DISPOSITION, &disposition(&file.file_name))
                .with(
                    header::CONTENT_SECURITY_POLICY,
                    "default-src 'none'; sandbox",
                ))
        })
        .await
}

/// Never shown in the page; the name in the one spelling that holds any letter (RFC 6266).
pub fn disposition(name: &str) -> String {
    let encoded: String = form_urlencoded::byte_serialize(name.as_bytes()).collect();
    format!(
        "attachment; filename*=UTF-8''{}",
        encoded.replace('+', "%20")
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_cannot_break_out_of_its_header() {
        let header = disposition("申请\"\r\nx: y.pdf");

        assert!(!header.contains(['\r', '\n', '"']), "{header}");
        assert!(header.ends_with("x%3A%20y.pdf"), "{header}");
    }
}
