//! Who calls: the bearer of a token, with the rights of this moment, their language and their idempotency key.

use std::sync::Arc;

use actix_web::dev::Payload;
use actix_web::http::header;
use actix_web::web::Data;
use actix_web::{FromRequest, HttpMessage, HttpRequest};
use futures_util::future::LocalBoxFuture;
use sha2::{Digest, Sha256};
use ulid::Ulid;

use crate::engine::Channel;
use crate::messages::Language;
use crate::services::cases::By;
use crate::services::{App, Error, Viewer, sessions};
use crate::web::blocking;
use crate::web::problem::{Problem, spoken};
use crate::web::security::AskedBy;

/// The longest idempotency key.
const LONGEST_KEY: usize = 200;
/// The longest token that is looked up; ours have 64 characters.
const LONGEST_TOKEN: usize = 256;

/// A logged-in caller.
pub struct Caller {
    /// The application.
    pub app: Arc<App>,
    /// Who, with the posts they hold now.
    pub viewer: Viewer,
    /// The language of sentences to them.
    pub language: Language,
    key: Option<String>,
    asked: String,
}

impl FromRequest for Caller {
    type Error = Problem;
    type Future = LocalBoxFuture<'static, Result<Self, Problem>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let request = request.clone();
        Box::pin(async move { Self::of(&request).await })
    }
}

impl Caller {
    async fn of(request: &HttpRequest) -> Result<Self, Problem> {
        let language = spoken(request);
        let problem = |error: &Error| Problem::of(error, language, None);
        let app = request
            .app_data::<Data<App>>()
            .cloned()
            .map(Data::into_inner)
            .ok_or_else(|| problem(&Error::Fault("the server has no application".to_owned())))?;
        let token = bearer(request).ok_or_else(|| problem(&Error::Unauthenticated))?;
        let viewer = blocking(&app, move |app| sessions::of_bearer(app, &token))
            .await
            .map_err(|error| problem(&error))?;
        request.extensions_mut().insert(AskedBy(viewer.person.id));
        Ok(Self {
            app,
            viewer,
            language,
            key: idempotency_key(request, language)?,
            asked: format!("{} {}", request.method(), request.path()),
        })
    }

    /// This person by the API; `digest` is that of the request's body.
    #[must_use]
    pub fn by(&self, digest: &str) -> By {
        let of_request = || {
            let mut hash = Sha256::new();
            hash.update(self.asked.as_bytes());
            hash.update([0]);
            hash.update(digest.as_bytes());
            hex::encode(hash.finalize())
        };
        By {
            person: self.viewer.person.id,
            channel: Channel::Api,
            key: self.key.clone().map(|key| (key, of_request())),
        }
    }

    /// Runs a use case.
    pub async fn run<T: Send + 'static>(
        &self,
        work: impl FnOnce(&Arc<App>, &Viewer) -> Result<T, Error> + Send + 'static,
    ) -> Result<T, Problem> {
        self.run_or_error(work)
            .await
            .map_err(|error| self.problem(&error))
    }

    /// Runs a use case whose error has more to be told about it.
    pub async fn run_or_error<T: Send + 'static>(
        &self,
        work: impl FnOnce(&Arc<App>, &Viewer) -> Result<T, Error> + Send + 'static,
    ) -> Result<T, Error> {
        let viewer = self.viewer.clone();
        blocking(&self.app, move |app| work(app, &viewer)).await
    }

    /// An error as this person reads it.
    #[must_use]
    pub fn problem(&self, error: &Error) -> Problem {
        Problem::of(error, self.language, Some(&self.viewer.directory))
    }

    /// A thing's public key; what is none names nothing.
    pub fn id(&self, text: &str) -> Result<Ulid, Problem> {
        ulid(text).ok_or_else(|| self.problem(&Error::NotFound))
    }
}

/// A ULID in its one spelling; others would be second names for the same thing.
pub(super) fn ulid(text: &str) -> Option<Ulid> {
    Ulid::from_string(text)
        .ok()
        .filter(|ulid| ulid.to_string() == text.to_uppercase())
}

fn bearer(request: &HttpRequest) -> Option<String> {
    let value = request
        .headers()
        .get(header::AUTHORIZATION)?
        .to_str()
        .ok()?;
    let (scheme, token) = value.split_once(' ')?;
    let token = token.trim();
    let good =
        scheme.eq_ignore_ascii_case("bearer") && !token.is_empty() && token.len() <= LONGEST_TOKEN;
    good.then(|| token.to_owned())
}

fn idempotency_key(request: &HttpRequest, language: Language) -> Result<Option<String>, Problem> {
    let mut given = request.headers().get_all("Idempotency-Key");
    let Some(first) = given.next() else {
        return Ok(None);
    };
    let text = first.to_str().ok().filter(|text| {
        (1..=LONGEST_KEY).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_graphic())
    });
    match (text, given.next()) {
        (Some(text), None) => Ok(Some(text.to_owned())),
        _ => {
            let most = LONGEST_KEY.to_string();
            let problem = Problem::plain(422, "idempotency-key", language, &[("most", &most)]);
            Err(problem.flawed("idempotency_key", "Idempotency-Key"))
        }
    }
}
