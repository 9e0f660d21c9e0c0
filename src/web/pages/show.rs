//! From a visit to an answer: the work runs beside the event loop, pages get their frame, forms are checked for their origin.

use actix_web::http::StatusCode;

use super::answer::Answer;
use super::failure::Failure;
use super::posted::{Body, Fault, Posted};
use crate::auth::tokens::{self, Token};
use crate::messages::text;
use crate::services::viewer::Wish;
use crate::services::{Error, pauses};
use crate::web::aside;
use crate::web::session::{Reader, Site, Visit};
use crate::web::views::{self, Counts, Nav, Notice, Problem, Shell, Tone, View};

impl Visit {
    /// Answers with what `work` gives, which may wait for the database.
    pub async fn show<F>(self, work: F) -> Answer
    where
        F: FnOnce(&Self) -> Result<Answer, Failure> + Send + 'static,
    {
        let (request, chosen) = (self.request.clone(), self.chosen);
        let cookie = chosen.map(|language| self.language_cookie(language));
        let done = aside(move || {
            let answer = work(&self).unwrap_or_else(|failure| failure.answer(&self));
            answer.to(self.asked_by())
        })
        .await;
        let answer = done.unwrap_or_else(|_| {
            tracing::error!("a request broke off");
            let words = text(chosen.unwrap_or_default(), "pages.error.500.heading", &[]);
            Answer::html(
                StatusCode::INTERNAL_SERVER_ERROR,
                format!("{words} {request}"),
            )
        });
        match cookie {
            Some(cookie) => answer.set(cookie),
            None => answer,
        }
    }

    /// Reads what was posted and answers with what `work` makes of it.
    pub async fn take<F>(self, body: Body, work: F) -> Answer
    where
        F: FnOnce(&Self, Posted) -> Result<Answer, Failure> + Send + 'static,
    {
        let posted = body.read(&self.app.settings.limits).await;
        self.show(move |visit| work(visit, posted)).await
    }

    /// Who posted a form: logged in, from a page of ours, with the session's token. What was typed survives a session
    /// that has ended meanwhile.
    pub fn writer(&self, posted: Posted) -> Result<(Reader, Posted), Failure> {
        if self.site == Site::Foreign {
            return Err(Failure::Foreign);
        }
        let token = posted.get("csrf").unwrap_or_default().to_owned();
        let reader = match self.reader() {
            Ok(reader) => reader,
            // A cookie that is still there tells whose form it was, though its session is over.
            Err(Error::Unauthenticated) if self.session.is_none() || self.is_of_session(&token) => {
                return Err(Failure::LoggedOut(Box::new(posted)));
            }
            Err(Error::Unauthenticated) => return Err(Failure::Foreign),
            Err(other) => return Err(other.into()),
        };
        if tokens::same(&reader.csrf, &token) {
            return Ok((reader, posted));
        }
        // Only a browser that vouches for the page may offer its form once more.
        if self.site == Site::Ours && !token.is_empty() {
            return Err(Failure::Expired(Box::new(posted)));
        }
        Err(Failure::Foreign)
    }

    /// As [`Self::writer`], for forms that are refused whole when they are too large.
    pub fn short_form(&self, posted: Posted) -> Result<(Reader, Posted), Failure> {
        let (reader, posted) = self.writer(posted)?;
        match posted.fault {
            None => Ok((reader, posted)),
            Some(fault) => Err(Failure::Form(fault, posted.typed())),
        }
    }

    /// A page for somebody who is logged in.
    pub fn page<V: View>(&self, reader: &Reader, nav: Nav, view: &V) -> Result<Answer, Failure> {
        self.page_as(StatusCode::OK, reader, nav, view)
    }

    /// As [`Self::page`], with another status.
    pub fn page_as<V: View>(
        &self,
        status: StatusCode,
        reader: &Reader,
        nav: Nav,
        view: &V,
    ) -> Result<Answer, Failure> {
        let person = &reader.viewer.person;
        let department = reader.viewer.directory.department(&person.department);
        let count = |number: i64| u64::try_from(number).unwrap_or(0);
        let administers = reader.viewer.authorize(Wish::Administer).is_ok();
        let shell = Shell {
            reader: Some(views::Reader {
                name: person.name.clone(),
                department: department
                    .map(|department| department.short_name.clone())
                    .unwrap_or_default(),
            }),
            nav,
            counts: Counts {
                inbox: count(reader.around.counts.inbox.open),
                drafts: reader.around.drafts as u64,
                unread: count(reader.around.counts.unread),
            },
            may_file: reader.around.may_file,
            manages: reader.viewer.holds("workflow_admin"),
            sees_definitions: reader.viewer.authorize(Wish::SeeDefinitions).is_ok(),
            administers,
            paused: administers && pauses::is_paused(&self.app)?,
            csrf: reader.csrf.clone(),
            notice: self.notice(),
            ..self.frame()
        };
        let answer = Answer::html(status, views::page(&shell, view)?);
        Ok(match self.said {
            Some(_) => answer.set(self.nothing_said()),
            None => answer,
        })
    }

    /// A page for somebody of whom nothing is known.
    pub fn outside<V: View>(&self, status: StatusCode, view: &V) -> Result<Answer, Failure> {
        Ok(Answer::html(status, views::page(&self.frame(), view)?))
    }

    /// As [`Self::outside`], with a form of ours that is bound to this browser.
    pub fn outside_form<V: View>(&self, status: StatusCode, view: &V) -> Result<Answer, Failure> {
        let fresh = match &self.form {
            Some(_) => None,
            None => Some(Token::generate().map_err(Error::from)?),
        };
        let secret = self
            .form
            .as_deref()
            .or(fresh.as_ref().map(Token::as_str))
            .unwrap_or_default();
        let shell = Shell {
            csrf: self.app.form_tokens.for_session(secret),
            ..self.frame()
        };
        let answer = Answer::html(status, views::page(&shell, view)?);
        Ok(match &fresh {
            Some(token) => answer.set(self.form_cookie(token.as_str())),
            None => answer,
        })
    }

    fn frame(&self) -> Shell {
        Shell {
            language: self.language,
            here: self.here(),
            place: Some(self.app.settings.place.name.clone()),
            demo: self.app.catches_mail,
            dev_mail: self.app.catches_mail,
            ..Shell::default()
        }
    }

    /// What was just done. The cookie only names a sentence, and only one of these.
    fn notice(&self) -> Option<Notice> {
        let said = self.said.as_deref()?;
        let known = SAID.iter().find(|known| **known == said)?;
        let sentence = text(self.language, &format!("pages.said.{known}"), &[]);
        Some(Notice::new(Tone::Ok, sentence))
    }

    /// Goes on to `address`, which says what was done.
    #[must_use]
    pub fn said(&self, address: &str, what: &str) -> Answer {
        Answer::see_other(address).set(self.said_cookie(what))
    }
}

/// What a page can say after a redirect.
const SAID: &[&str] = &[
    "approve",
    "reject",
    "abstain",
    "choose",
    "done",
    "acknowledge",
    "return",
    "supplement",
    "supply",
    "claim",
    "release",
    "comment",
    "withdraw",
    "terminate",
    "void",
    "erase",
    "reassign",
    "transfer",
    "recuse",
    "add_signer",
    "consult",
    "advise",
    "remove_signer",
    "resume",
    "suspend",
    "jump",
    "signal",
    "urge",
    "take_back",
    "resubmit",
    "extend",
    "grant_extension",
    "refuse_extension",
    "copy",
    "opinion_saved",
    "uploaded",
    "saved",
    "discarded",
    "read",
    "nothing_ticked",
    "kept",
    "substitute_named",
    "webhook_resent",
    "webhook_resumed",
    "outbox_resumed",
    "mail_resent",
    "substitute_ended",
    "proposed",
    "confirmed",
    "proposal_withdrawn",
    "chosen",
    "prefilled",
    "imported",
];

/// The page for addresses that there are not.
pub async fn not_found(visit: Visit) -> Answer {
    visit.show(|_| Err(Problem::NotFound.into())).await
}

/// The page for addresses that are asked in the wrong way.
pub async fn wrong_method(visit: Visit) -> Answer {
    visit.show(|_| Err(Problem::MethodNotAllowed.into())).await
}

impl Fault {
    /// The status that goes with it.
    #[must_use]
    pub fn status(self) -> StatusCode {
        match self {
            Self::TooLarge => StatusCode::PAYLOAD_TOO_LARGE,
            Self::TooMany => StatusCode::UNPROCESSABLE_ENTITY,
            Self::Unreadable => StatusCode::BAD_REQUEST,
        }
    }
}
