//! What every answer carries, whatever it is: the security headers, the request's id, a line in the log, a count.

use std::sync::Arc;
use std::time::Instant;

use actix_web::body::MessageBody;
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::error::InternalError;
use actix_web::http::header::{self, HeaderMap, HeaderName, HeaderValue};
use actix_web::middleware::Next;
use actix_web::{Error, HttpMessage, HttpRequest};
use tracing::Instrument;
use ulid::Ulid;

use super::metrics::Requests;
use crate::directory::PersonId;

/// Nothing from elsewhere, nothing inline, no frames, and scripts write no markup from texts.
const POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; \
     font-src 'none'; connect-src 'self'; form-action 'self'; base-uri 'none'; \
     frame-ancestors 'none'; require-trusted-types-for 'script'";
const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");

/// The name of a request in the log, on error pages and in its answer.
#[derive(Debug, Clone)]
struct RequestId(String);

/// Who turned out to ask; whoever finds out puts it into the request, so that the log can tell.
#[derive(Debug, Clone, Copy)]
pub struct AskedBy(pub PersonId);

/// The request's id.
#[must_use]
pub fn request_id(request: &HttpRequest) -> String {
    request
        .extensions()
        .get::<RequestId>()
        .map_or_else(String::new, |id| id.0.clone())
}

/// What the guard goes by.
#[derive(Debug)]
pub struct Guard {
    /// Whether people come by HTTPS.
    pub https: bool,
    /// Where answers are counted.
    pub requests: Arc<Requests>,
}

impl Guard {
    /// Names the request, lets it through, and dresses its answer.
    pub async fn pass(
        self: Arc<Self>,
        request: ServiceRequest,
        next: Next<impl MessageBody>,
    ) -> Result<ServiceResponse<impl MessageBody>, Error> {
        let id = Ulid::new().to_string();
        let started = Instant::now();
        let method = request.method().as_str().to_owned();
        request.extensions_mut().insert(RequestId(id.clone()));
        // Every line about the request bears its id, whoever writes it, and whatever the filter leaves.
        let span = tracing::error_span!("request", request = id);
        match next.call(request).instrument(span.clone()).await {
            Ok(mut response) => {
                self.dress(response.headers_mut(), &id);
                let _within = span.enter();
                self.note(&method, started, response.status().as_u16(), &response);
                Ok(response)
            }
            // An answer of a layer between: it has no request any more to tell the route by.
            Err(error) => {
                let mut response = error.error_response();
                self.dress(response.headers_mut(), &id);
                let status = response.status().as_u16();
                self.requests
                    .answered(&method, None, status, started.elapsed());
                Err(InternalError::from_response(error, response).into())
            }
        }
    }

    fn dress(&self, headers: &mut HeaderMap, id: &str) {
        let mut usual = |name, value| {
            if !headers.contains_key(&name) {
                headers.insert(name, HeaderValue::from_static(value));
            }
        };
        // A page may set these two itself: assets are kept, and the frame around a caught mail is tighter still.
        usual(header::CONTENT_SECURITY_POLICY, POLICY);
        usual(header::CACHE_CONTROL, "no-store");
        let mut always = |name, value| {
            headers.insert(name, HeaderValue::from_static(value));
        };
        always(header::X_CONTENT_TYPE_OPTIONS, "nosniff");
        always(header::REFERRER_POLICY, "no-referrer");
        always(
            HeaderName::from_static("cross-origin-opener-policy"),
            "same-origin",
        );
        always(
            HeaderName::from_static("cross-origin-resource-policy"),
            "same-origin",
        );
        if self.https {
            always(header::STRICT_TRANSPORT_SECURITY, "max-age=31536000");
        }
        if let Ok(id) = HeaderValue::from_str(id) {
            headers.insert(REQUEST_ID, id);
        }
    }

    /// The log tells ids and patterns only: addresses hold tokens, and queries what people look for.
    fn note<B>(&self, method: &str, started: Instant, status: u16, response: &ServiceResponse<B>) {
        let request = response.request();
        let route = request.match_pattern();
        let took = started.elapsed();
        let about = request
            .match_info()
            .get("id")
            .and_then(|id| Ulid::from_string(id).ok());
        let by = request.extensions().get::<AskedBy>().map(|by| by.0.0);
        tracing::info!(
            method,
            route = route.as_deref().unwrap_or("none"),
            id = about.map(|about| about.to_string()),
            by,
            status,
            ms = u64::try_from(took.as_millis()).unwrap_or(u64::MAX),
            "answered"
        );
        self.requests.answered(method, route, status, took);
    }
}
