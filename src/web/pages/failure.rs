//! What went wrong, and the page that says so: what happened, whether the text is kept, what to do.

use actix_web::http::{StatusCode, header};
use handlebars::RenderError;

use super::answer::Answer;
use super::posted::{Fault, Posted};
use super::{access, words};
use crate::attachments::Refusal;
use crate::engine::Rejection;
use crate::messages::text;
use crate::services::Error;
use crate::storage::StorageError;
use crate::web::session::Visit;
use crate::web::views::{AskView, Choice, ErrorView, Fact, Link, Nav, Problem, StopView};

/// Why there is no answer as hoped for.
#[derive(Debug)]
pub enum Failure {
    /// A use case did not succeed.
    Service(Error),
    /// The session ended while a form was being filled in: log in, and it is still there.
    LoggedOut(Box<Posted>),
    /// The form's token is not the session's, but the form is one of ours: look, then send it again.
    Expired(Box<Posted>),
    /// The request comes from somewhere else, or its form has no token.
    Foreign,
    /// The form as a whole will not do; what was typed.
    Form(Fault, Vec<(String, String)>),
    /// The case has moved on: who did what meanwhile, what was typed, and where to look.
    MovedOn {
        /// 赵明 刚提交了意见，请看后再办
        detail: String,
        /// What was typed.
        kept: Vec<Fact>,
        /// The case's page.
        href: String,
    },
    /// Some problem with a page of its own.
    Page(Problem),
    /// A template does not render.
    Render(RenderError),
    /// An answer after all.
    Answer(Box<Answer>),
}

impl From<Error> for Failure {
    fn from(error: Error) -> Self {
        Self::Service(error)
    }
}

impl From<RenderError> for Failure {
    fn from(error: RenderError) -> Self {
        Self::Render(error)
    }
}

impl From<Problem> for Failure {
    fn from(problem: Problem) -> Self {
        Self::Page(problem)
    }
}

impl From<Answer> for Failure {
    fn from(answer: Answer) -> Self {
        Self::Answer(Box::new(answer))
    }
}

impl Failure {
    /// The page that says so.
    #[must_use]
    pub fn answer(self, visit: &Visit) -> Answer {
        self.page(visit).unwrap_or_else(|failure| {
            tracing::error!(?failure, "no page could be made");
            let words = text(visit.language, "pages.error.500.heading", &[]);
            Answer::html(
                StatusCode::INTERNAL_SERVER_ERROR,
                format!("{words} {}", visit.request),
            )
        })
    }

    fn page(self, visit: &Visit) -> Result<Answer, Self> {
        match self {
            Self::Answer(answer) => Ok(*answer),
            Self::Service(Error::Unauthenticated) => access::ask_to_log_in(visit),
            Self::Service(Error::Stopped(message)) => stop(visit, &words::pick(visit, &message)),
            Self::Service(Error::DeadLink(_)) => super::links::dead(visit),
            Self::Service(error) => {
                let (problem, detail) = of_service(visit, &error);
                let answer = error_page(visit, &view(visit, problem).detail(detail))?;
                Ok(match error {
                    Error::TooMany(seconds) => {
                        answer.with(header::RETRY_AFTER, &seconds.to_string())
                    }
                    _ => answer,
                })
            }
            Self::LoggedOut(posted) => access::log_in_and_go_on(visit, *posted),
            Self::Expired(posted) => send_again(visit, &posted),
            Self::Foreign => error_page(visit, &view(visit, Problem::Forbidden)),
            Self::Form(fault, typed) => form_fault(visit, fault, typed),
            Self::MovedOn { detail, kept, href } => {
                let look = text(visit.language, "pages.error.look", &[]);
                let page = view(visit, Problem::Conflict).detail(detail).kept(kept);
                error_page(visit, &page.next(Link::new(href, look)))
            }
            Self::Page(problem) => error_page(visit, &view(visit, problem)),
            Self::Render(error) => {
                tracing::error!(%error, "a page could not be made");
                error_page(visit, &view(visit, Problem::Internal))
            }
        }
    }
}

fn view(visit: &Visit, problem: Problem) -> ErrorView {
    ErrorView::new(problem, visit.request.clone(), visit.language)
}

fn error_page(visit: &Visit, view: &ErrorView) -> Result<Answer, Failure> {
    let status = StatusCode::from_u16(view.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    match visit.reader() {
        Ok(reader) => visit.page_as(status, &reader, Nav::None, view),
        Err(_) => visit.outside(status, view),
    }
}

/// The service's refusal as a problem, with what is special about it.
fn of_service(visit: &Visit, error: &Error) -> (Problem, String) {
    let plain = |problem| (problem, String::new());
    match error {
        Error::NotFound => plain(Problem::NotFound),
        Error::Forbidden(what) => (Problem::Forbidden, words::forbidden(visit.language, what)),
        Error::Rejected(rejection) => {
            let sentence = words::rejection(visit.language, rejection, None);
            (of_rejection(rejection), sentence)
        }
        Error::Invalid(problems) => {
            let sentences: Vec<String> = problems
                .iter()
                .map(|problem| problem.message(&visit.language))
                .collect();
            (Problem::Unprocessable, sentences.join("\n"))
        }
        Error::Stale => plain(Problem::Conflict),
        Error::KeyReused | Error::BadRequest { .. } | Error::Import(_) => {
            plain(Problem::Unprocessable)
        }
        Error::TooMany(_) => plain(Problem::TooMany),
        Error::Upload(refusal) => {
            let problem = match refusal {
                Refusal::TooLarge { .. } => Problem::TooLarge,
                _ => Problem::WrongKind,
            };
            (problem, refusal.sentence(visit.language))
        }
        Error::Storage(StorageError::Unavailable(_)) => {
            tracing::error!(error = causes(error), "the database cannot be used");
            plain(Problem::Maintenance)
        }
        _ => {
            tracing::error!(error = causes(error), "a request failed");
            plain(Problem::Internal)
        }
    }
}

/// An error with everything behind it, for the log.
fn causes(error: &Error) -> String {
    let mut words = error.to_string();
    let mut behind = std::error::Error::source(error);
    while let Some(cause) = behind {
        words = format!("{words}: {cause}");
        behind = cause.source();
    }
    words
}

/// What a refusal of the engine is to a browser.
#[must_use]
pub fn of_rejection(rejection: &Rejection) -> Problem {
    match rejection {
        Rejection::MovedOn { .. }
        | Rejection::TaskClosed(_)
        | Rejection::TakenBy { .. }
        | Rejection::CaseClosed
        | Rejection::AlreadySubmitted
        | Rejection::ActedAlready
        | Rejection::WaitingForSupplement
        | Rejection::SupplementUsed(_)
        | Rejection::TooLateToWithdraw
        | Rejection::TooLateToTakeBack
        | Rejection::NotYourTurn(_) => Problem::Conflict,
        Rejection::NotAsked(_)
        | Rejection::ApplicantSigns
        | Rejection::Excluded
        | Rejection::Clearance { .. }
        | Rejection::NotOffered { .. }
        | Rejection::OnlyApplicant
        | Rejection::MissingPost(_)
        | Rejection::MayNotFile(_) => Problem::Forbidden,
        _ => Problem::Unprocessable,
    }
}

/// A `stop` check: nothing was kept, and where to go instead.
fn stop(visit: &Visit, message: &str) -> Result<Answer, Failure> {
    let view = StopView {
        message: message.to_owned(),
    };
    let reader = visit.reader()?;
    visit.page_as(StatusCode::UNPROCESSABLE_ENTITY, &reader, Nav::Mine, &view)
}

/// The form came from a page of another session of the same person, or of nobody's: it is shown to be sent once more.
fn send_again(visit: &Visit, posted: &Posted) -> Result<Answer, Failure> {
    let reader = visit.reader()?;
    let view = again(visit, &visit.path, posted.pairs.clone());
    visit.page_as(StatusCode::FORBIDDEN, &reader, Nav::None, &view)
}

/// A page with a copy of a form, to be sent by a click.
#[must_use]
pub fn again(visit: &Visit, path: &str, pairs: Vec<(String, String)>) -> AskView {
    let say = |key: &str| text(visit.language, key, &[]);
    AskView {
        heading: say("pages.again.heading"),
        about: say("pages.again.about"),
        facts: Vec::new(),
        action: path.to_owned(),
        hidden: pairs
            .into_iter()
            .filter(|(name, _)| name != "csrf")
            .map(|(name, value)| Choice::new(name, value, false))
            .collect(),
        button: say("pages.again.button"),
        irreversible: false,
        back: Link::new("/inbox", say("pages.again.leave")),
    }
}

fn form_fault(
    visit: &Visit,
    fault: Fault,
    typed: Vec<(String, String)>,
) -> Result<Answer, Failure> {
    let problem = match fault {
        Fault::TooLarge => Problem::TooLarge,
        Fault::TooMany => Problem::Unprocessable,
        Fault::Unreadable => Problem::BadRequest,
    };
    let kept = typed
        .into_iter()
        .filter(|(name, value)| name != "password" && !value.trim().is_empty())
        .map(|(name, value)| Fact::new(name, value))
        .collect();
    error_page(
        visit,
        &view(visit, problem)
            .detail(words::form_fault(visit, fault))
            .kept(kept),
    )
}
