//! Who visits, in which language and from which page: read from cookies and headers, once for each request.

use std::future::{Ready, ready};
use std::sync::{Arc, OnceLock};

use actix_web::cookie::{Cookie, SameSite, time};
use actix_web::http::{Method, header};
use actix_web::{FromRequest, HttpRequest, dev, web};
use url::form_urlencoded;

use crate::directory::PersonId;
use crate::messages::Language;
use crate::services::lists::{self, Around};
use crate::services::{App, Error, Viewer, sessions};
use crate::web::{security, source};

/// What our cookies are called, without prefix.
const SESSION: &str = "huiqian";
const FORM: &str = "huiqian-form";
const LINK: &str = "huiqian-link";
const LANGUAGE: &str = "huiqian-language";
const SAID: &str = "huiqian-said";

/// A link's cookie lives this long: it only carries the token from the mail to the page.
const LINK_MINUTES: i64 = 30;

/// Where a request came from, as far as the browser says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Site {
    /// A page of ours, or the person's own doing.
    Ours,
    /// Another site.
    Foreign,
    /// Nothing was said: an old browser, or a program.
    Unsaid,
}

/// One request: from whom, in which language, for what.
pub struct Visit {
    /// The application.
    pub app: Arc<App>,
    /// The language of the answer.
    pub language: Language,
    /// The request's id, which people quote when they ask for help.
    pub request: String,
    /// The path.
    pub path: String,
    /// The query without `lang`.
    pub query: Vec<(String, String)>,
    /// The method.
    pub method: Method,
    /// Where it came from.
    pub site: Site,
    /// The address it came from, for the delays of those who guess.
    pub source: String,
    /// Whether the browser only looks ahead: prefetch, preview.
    pub looks_ahead: bool,
    /// The session's secret.
    pub session: Option<String>,
    /// The secret that forms before login are bound to.
    pub form: Option<String>,
    /// The cookie of an action link.
    pub link: Option<String>,
    /// What was just done, as a key of the messages; said once.
    pub said: Option<String>,
    /// The language chosen by this request, to be remembered.
    pub chosen: Option<Language>,
    /// Who turned out to ask.
    asked_by: OnceLock<PersonId>,
    secure: bool,
}

/// Somebody who is logged in.
pub struct Reader {
    /// Who, with their posts of now.
    pub viewer: Viewer,
    /// The value that each of their forms sends.
    pub csrf: String,
    /// How full their lists are, and what they may begin.
    pub around: Around,
}

impl FromRequest for Visit {
    type Error = actix_web::Error;
    type Future = Ready<Result<Self, Self::Error>>;

    fn from_request(request: &HttpRequest, _: &mut dev::Payload) -> Self::Future {
        let Some(app) = request.app_data::<web::Data<App>>() else {
            return ready(Err(actix_web::error::ErrorInternalServerError(
                "the application was not given to the server",
            )));
        };
        ready(Ok(Self::of(request, app.clone().into_inner())))
    }
}

impl Visit {
    fn of(request: &HttpRequest, app: Arc<App>) -> Self {
        let secure = app.settings.base_url.starts_with("https:");
        let cookie = |name: &str| {
            request
                .cookie(&full_name(name, secure))
                .map(|cookie| cookie.value().to_owned())
        };
        let query: Vec<(String, String)> =
            form_urlencoded::parse(request.query_string().as_bytes())
                .into_owned()
                .collect();
        let chosen = query
            .iter()
            .find(|(name, _)| name == "lang")
            .and_then(|(_, code)| language(code));
        Self {
            language: chosen
                .or(cookie(LANGUAGE).as_deref().and_then(language))
                .unwrap_or(app.settings.place.language),
            request: security::request_id(request),
            path: request.path().to_owned(),
            query: query
                .into_iter()
                .filter(|(name, _)| name != "lang")
                .map(|(name, value)| (name, storable(value)))
                .collect(),
            method: request.method().clone(),
            site: site(request, &app.settings.base_url),
            source: source::of(request, &app.settings.trusted_proxies),
            looks_ahead: looks_ahead(request),
            session: cookie(SESSION),
            form: cookie(FORM),
            link: cookie(LINK),
            said: cookie(SAID),
            chosen,
            asked_by: OnceLock::new(),
            secure,
            app,
        }
    }

    /// The value of a parameter of the query.
    #[must_use]
    pub fn param(&self, name: &str) -> Option<&str> {
        self.query
            .iter()
            .find(|(known, _)| known == name)
            .map(|(_, value)| value.as_str())
    }

    /// Path and query of this page, without `lang`; empty where it cannot be asked for again by its address.
    #[must_use]
    pub fn here(&self) -> String {
        if self.method == Method::POST {
            return String::new();
        }
        if self.query.is_empty() {
            return self.path.clone();
        }
        let query: String = form_urlencoded::Serializer::new(String::new())
            .extend_pairs(&self.query)
            .finish();
        format!("{}?{query}", self.path)
    }

    /// Who turned out to ask, for the log.
    #[must_use]
    pub fn asked_by(&self) -> Option<PersonId> {
        self.asked_by.get().copied()
    }

    /// Who is logged in.
    pub fn reader(&self) -> Result<Reader, Error> {
        let secret = self.session.as_deref().ok_or(Error::Unauthenticated)?;
        let (session, viewer) = sessions::of_cookie(&self.app, secret)?;
        self.asked_by.get_or_init(|| viewer.person.id);
        Ok(Reader {
            around: lists::around(&self.app, &viewer)?,
            csrf: session.csrf,
            viewer,
        })
    }

    /// Whether `value` is the one that forms of this cookie's session send, whether the session still lives or not.
    #[must_use]
    pub fn is_of_session(&self, value: &str) -> bool {
        self.session.as_deref().is_some_and(|secret| {
            let hash = crate::auth::tokens::hash(secret);
            self.app.form_tokens.is_for_session(&hash, value)
        })
    }

    /// Whether `value` is the one that forms before login send.
    #[must_use]
    pub fn is_of_form(&self, value: &str) -> bool {
        self.form
            .as_deref()
            .is_some_and(|secret| self.app.form_tokens.is_for_session(secret, value))
    }

    /// The cookie that keeps a session.
    #[must_use]
    pub fn session_cookie(&self, secret: &str) -> Cookie<'static> {
        self.cookie(SESSION, secret.to_owned(), None)
    }

    /// The cookie that forms before login are bound to.
    #[must_use]
    pub fn form_cookie(&self, secret: &str) -> Cookie<'static> {
        self.cookie(FORM, secret.to_owned(), None)
    }

    /// The short cookie of an action link.
    #[must_use]
    pub fn link_cookie(&self, value: String) -> Cookie<'static> {
        self.cookie(LINK, value, Some(time::Duration::minutes(LINK_MINUTES)))
    }

    /// The cookie that remembers a language.
    #[must_use]
    pub fn language_cookie(&self, chosen: Language) -> Cookie<'static> {
        let code = match chosen {
            Language::Zh => "zh",
            Language::En => "en",
        };
        self.cookie(LANGUAGE, code.to_owned(), Some(time::Duration::days(365)))
    }

    /// The cookie with which the next page says what was done.
    #[must_use]
    pub fn said_cookie(&self, key: &str) -> Cookie<'static> {
        self.cookie(SAID, key.to_owned(), Some(time::Duration::minutes(1)))
    }

    /// What takes the session's cookie away.
    #[must_use]
    pub fn no_session(&self) -> Cookie<'static> {
        self.cookie(SESSION, String::new(), Some(time::Duration::ZERO))
    }

    /// What takes the link's cookie away.
    #[must_use]
    pub fn no_link(&self) -> Cookie<'static> {
        self.cookie(LINK, String::new(), Some(time::Duration::ZERO))
    }

    /// What keeps a sentence from being said twice.
    #[must_use]
    pub fn nothing_said(&self) -> Cookie<'static> {
        self.cookie(SAID, String::new(), Some(time::Duration::ZERO))
    }

    fn cookie(&self, name: &str, value: String, age: Option<time::Duration>) -> Cookie<'static> {
        let mut cookie = Cookie::build(full_name(name, self.secure), value)
            .path("/")
            .http_only(true)
            .secure(self.secure)
            .same_site(SameSite::Lax);
        if let Some(age) = age {
            cookie = cookie.max_age(age);
        }
        cookie.finish()
    }
}

/// Text from outside as the databases can keep it: PostgreSQL knows no NUL. Any other control character is refused by its
/// field just as well.
#[must_use]
pub fn storable(text: String) -> String {
    if text.contains('\0') {
        text.replace('\0', "\u{1}")
    } else {
        text
    }
}

/// Browsers refuse a `__Host-` cookie without TLS, so the demo on plain HTTP goes without the prefix.
fn full_name(name: &str, secure: bool) -> String {
    if secure {
        format!("__Host-{name}")
    } else {
        name.to_owned()
    }
}

fn language(code: &str) -> Option<Language> {
    match code {
        "zh" => Some(Language::Zh),
        "en" => Some(Language::En),
        _ => None,
    }
}

fn text<'r>(request: &'r HttpRequest, name: &str) -> Option<&'r str> {
    request.headers().get(name)?.to_str().ok()
}

/// `Sec-Fetch-Site` cannot be forged by a page; older browsers send `Origin`. Our own pages give no referrer, and then
/// browsers say `Origin: null`, which tells nothing.
fn site(request: &HttpRequest, base_url: &str) -> Site {
    match text(request, "sec-fetch-site") {
        Some("same-origin" | "none") => return Site::Ours,
        Some(_) => return Site::Foreign,
        None => {}
    }
    match text(request, header::ORIGIN.as_str()) {
        None | Some("null") => Site::Unsaid,
        Some(origin) if origin == base_url || is_host_of(request, origin) => Site::Ours,
        Some(_) => Site::Foreign,
    }
}

/// People may reach the server under another name than the one in the settings.
fn is_host_of(request: &HttpRequest, origin: &str) -> bool {
    let host = origin
        .strip_prefix("http://")
        .or_else(|| origin.strip_prefix("https://"));
    host.is_some() && host == text(request, header::HOST.as_str())
}

fn looks_ahead(request: &HttpRequest) -> bool {
    ["sec-purpose", "purpose", "x-purpose", "x-moz"]
        .iter()
        .filter_map(|name| text(request, name))
        .any(|purpose| {
            let purpose = purpose.to_ascii_lowercase();
            ["prefetch", "preview", "prerender"]
                .iter()
                .any(|word| purpose.contains(word))
        })
}

#[cfg(test)]
mod tests {
    use actix_web::test::TestRequest;

    use super::*;

    const BASE: &str = "https://share.henan.example";

    fn from(headers: &[(&'static str, &'static str)]) -> Site {
        let request = headers
            .iter()
            .fold(TestRequest::post(), |request, header| {
                request.insert_header(*header)
            })
            .to_http_request();
        site(&request, BASE)
    }

    #[test]
    fn what_the_browser_says_about_the_site_goes_before_the_origin() {
        assert_eq!(from(&[("sec-fetch-site", "same-origin")]), Site::Ours);
        assert_eq!(
            from(&[("sec-fetch-site", "cross-site"), ("origin", BASE)]),
            Site::Foreign
        );
        assert_eq!(from(&[("sec-fetch-site", "same-site")]), Site::Foreign);
    }

    #[test]
    fn an_origin_is_ours_by_the_settings_or_by_the_host_that_was_asked() {
        assert_eq!(from(&[("origin", BASE)]), Site::Ours);
        assert_eq!(
            from(&[
                ("origin", "http://10.0.0.8:8080"),
                ("host", "10.0.0.8:8080")
            ]),
            Site::Ours
        );
        assert_eq!(from(&[("origin", "https://evil.example")]), Site::Foreign);
    }

    #[test]
    fn an_origin_of_null_says_nothing() {
        assert_eq!(from(&[("origin", "null")]), Site::Unsaid);
        assert_eq!(from(&[]), Site::Unsaid);
    }

    #[test]
    fn looking_ahead_is_noticed() {
        let request = TestRequest::get()
            .insert_header(("sec-purpose", "prefetch;prerender"))
            .to_http_request();

        assert!(looks_ahead(&request));
        assert!(!looks_ahead(&TestRequest::get().to_http_request()));
    }
}
