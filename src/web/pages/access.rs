//! Logging in and out, and choosing a language; a form that was being filled in when the session ended waits on the page.

use actix_web::http::StatusCode;
use ulid::Ulid;
use url::form_urlencoded;

use super::answer::Answer;
use super::edit;
use super::failure::{self, Failure};
use super::posted::{Body, Posted};
use crate::messages::{Language, text};
use crate::services::{Error, sessions};
use crate::web::session::{Reader, Site, Visit};
use crate::web::views::{AskView, Choice, Link, LoginView, LogoutView, Nav, Problem};

/// Before the names of a form that waits for its owner to log in.
const KEPT: &str = "kept.";

/// `GET /login`
pub async fn login_page(visit: Visit) -> Answer {
    visit
        .show(|visit| {
            let next = local(visit.param("next").unwrap_or_default());
            if visit.reader().is_ok() {
                return Ok(Answer::see_other(&next));
            }
            let view = LoginView {
                next,
                ..blank(visit)
            };
            visit.outside_form(StatusCode::OK, &view)
        })
        .await
}

/// `POST /login`
pub async fn log_in(visit: Visit, body: Body) -> Answer {
    visit
        .take(body, |visit, posted| {
            if visit.site == Site::Foreign {
                return Err(Failure::Foreign);
            }
            if !visit.is_of_form(posted.get("csrf").unwrap_or_default()) {
                let why = text(visit.language, "pages.login.again", &[]);
                return refused(visit, &posted, StatusCode::FORBIDDEN, String::new(), why);
            }
            let login = posted.get("login").unwrap_or_default().trim().to_owned();
            let password = posted.get("password").unwrap_or_default();
            match sessions::log_in(&visit.app, &login, password, &visit.source) {
                Ok(logged_in) => welcome(visit, &posted, logged_in.token.as_str()),
                Err(Error::Unauthenticated) => {
                    let wrong = text(visit.language, "pages.login.wrong", &[]);
                    let status = StatusCode::UNPROCESSABLE_ENTITY;
                    refused(visit, &posted, status, wrong, String::new())
                }
                Err(Error::TooMany(seconds)) => {
                    let minutes = seconds.div_ceil(60).to_string();
                    let wait = text(visit.language, "pages.login.wait", &[("minutes", &minutes)]);
                    let status = StatusCode::TOO_MANY_REQUESTS;
                    refused(visit, &posted, status, wait, String::new())
                }
                Err(other) => Err(other.into()),
            }
        })
        .await
}

/// The page again, with the login and a waiting form, without the password.
fn refused(
    visit: &Visit,
    posted: &Posted,
    status: StatusCode,
    error: String,
    why: String,
) -> Result<Answer, Failure> {
    let view = LoginView {
        login: posted.get("login").unwrap_or_default().to_owned(),
        error,
        why,
        next: local(posted.get("next").unwrap_or_default()),
        again: posted.get("again").unwrap_or_default().to_owned(),
        kept: posted
            .pairs
            .iter()
            .filter(|(name, _)| name.starts_with(KEPT))
            .map(|(name, value)| Choice::new(name, value, false))
            .collect(),
        ..blank(visit)
    };
    visit.outside_form(status, &view)
}

/// Goes on to where the person wanted to go, or to the form that waited.
fn welcome(visit: &Visit, posted: &Posted, secret: &str) -> Result<Answer, Failure> {
    let cookie = visit.session_cookie(secret);
    let path = posted.get("again").map(local).unwrap_or_default();
    let kept: Vec<(String, String)> = posted
        .pairs
        .iter()
        .filter_map(|(name, value)| Some((name.strip_prefix(KEPT)?.to_owned(), value.clone())))
        .collect();
    if kept.is_empty() {
        let next = local(posted.get("next").unwrap_or_default());
        return Ok(Answer::see_other(&next).set(cookie));
    }
    let reader = fresh_reader(visit, secret)?;
    if let Some((case, section)) = edited(&path)
        && edit::keep(visit, &reader, case, section, &kept).is_ok()
    {
        return Ok(visit.said(&path, "kept").set(cookie));
    }
    let view = failure::again(visit, &path, kept);
    Ok(visit.page(&reader, Nav::None, &view)?.set(cookie))
}

fn fresh_reader(visit: &Visit, secret: &str) -> Result<Reader, Failure> {
    let (session, viewer) = sessions::of_cookie(&visit.app, secret)?;
    Ok(Reader {
        around: crate::services::lists::around(&visit.app, &viewer)?,
        csrf: session.csrf,
        viewer,
    })
}

/// Draft and section of the address of a form: only these can be saved without being asked.
fn edited(path: &str) -> Option<(Ulid, &str)> {
    let (id, section) = path.strip_prefix("/c/")?.split_once("/edit/")?;
    Some((id.parse().ok()?, section))
}

/// Somebody wants a page without being logged in.
pub fn ask_to_log_in(visit: &Visit) -> Result<Answer, Failure> {
    let here = visit.here();
    let next: String = form_urlencoded::byte_serialize(here.as_bytes()).collect();
    if here.is_empty() || here == "/" {
        return Ok(Answer::see_other("/login"));
    }
    Ok(Answer::see_other(&format!("/login?next={next}")))
}

/// The session ended while a form was being filled in: the page to log in carries what was typed.
pub fn log_in_and_go_on(visit: &Visit, posted: Posted) -> Result<Answer, Failure> {
    let say = |key: &str| text(visit.language, key, &[]);
    let why = if posted.files.is_empty() {
        say("pages.login.ended")
    } else {
        say("pages.login.ended_files")
    };
    let kept = posted
        .pairs
        .into_iter()
        .filter(|(name, _)| name != "csrf")
        .map(|(name, value)| Choice::new(format!("{KEPT}{name}"), value, false))
        .collect();
    let view = LoginView {
        why,
        again: visit.path.clone(),
        kept,
        ..blank(visit)
    };
    visit.outside_form(StatusCode::UNAUTHORIZED, &view)
}

fn blank(visit: &Visit) -> LoginView {
    let (accounts, demo_password) = super::demo::accounts(visit);
    LoginView {
        accounts,
        demo_password,
        ..LoginView::default()
    }
}

/// `POST /logout`
pub async fn log_out(visit: Visit, body: Body) -> Answer {
    visit
        .take(body, |visit, posted| {
            if visit.site == Site::Foreign {
                return Err(Failure::Foreign);
            }
            let Some(secret) = visit.session.as_deref() else {
                return Ok(Answer::see_other("/logout"));
            };
            if !visit.is_of_session(posted.get("csrf").unwrap_or_default()) {
                return Err(Failure::Foreign);
            }
            sessions::log_out(&visit.app, secret)?;
            Ok(Answer::see_other("/logout").set(visit.no_session()))
        })
        .await
}

/// `GET /logout`: asks, or says that it is done.
pub async fn logged_out(visit: Visit) -> Answer {
    visit
        .show(|visit| {
            let say = |key: &str| text(visit.language, key, &[]);
            match visit.reader() {
                Ok(reader) => {
                    let view = AskView {
                        heading: say("pages.logout.ask"),
                        about: say("pages.logout.ask_about"),
                        facts: Vec::new(),
                        action: "/logout".into(),
                        hidden: Vec::new(),
                        button: say("pages.shell.logout"),
                        irreversible: false,
                        back: Link::new("/inbox", say("pages.error.home")),
                    };
                    visit.page(&reader, Nav::None, &view)
                }
                Err(Error::Unauthenticated) => visit.outside(StatusCode::OK, &LogoutView {}),
                Err(other) => Err(other.into()),
            }
        })
        .await
}

/// `GET /lang?to=en&next=/inbox`: remembers a language in a cookie.
pub async fn choose_language(visit: Visit) -> Answer {
    visit
        .show(|visit| {
            let next = local(visit.param("next").unwrap_or_default());
            let answer = Answer::see_other(&next);
            match visit.param("to") {
                Some("zh") => Ok(answer.set(visit.language_cookie(Language::Zh))),
                Some("en") => Ok(answer.set(visit.language_cookie(Language::En))),
                _ => Err(Problem::NotFound.into()),
            }
        })
        .await
}

/// A path of ours, or the inbox: an address from outside must not lead away from here.
fn local(path: &str) -> String {
    let ours = path.starts_with('/')
        && !path.starts_with("//")
        && !path.contains(['\\', '\r', '\n', '\t'])
        && !path.starts_with("/login")
        && !path.starts_with("/logout");
    if ours {
        path.to_owned()
    } else {
        "/inbox".to_owned()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_way_on_after_login_stays_here() {
        assert_eq!(local("/c/1?a=b"), "/c/1?a=b");
        for foreign in [
            "//evil.example",
            "https://evil.example",
            "/\\evil",
            "",
            "/login?next=/x",
        ] {
            assert_eq!(local(foreign), "/inbox", "{foreign}");
        }
    }

    #[test]
    fn only_the_address_of_a_form_is_saved_by_itself() {
        let id = "01K7A4V0M7Q9H3Z8X2B5C6D7E8";

        assert!(edited(&format!("/c/{id}/edit/request")).is_some());
        assert!(edited(&format!("/c/{id}/act")).is_none());
        assert!(edited("/c/1/edit/request").is_none());
    }
}
