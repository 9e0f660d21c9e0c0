//! Pages for what went wrong: what happened, whether the text is kept, what to do, whom to call.

use serde::Serialize;

use super::{Fact, Link, View};
use crate::messages::{Language, text};

/// What went wrong.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Problem {
    /// 400: cannot be read.
    BadRequest,
    /// 403: not allowed, or the form's token is stale.
    Forbidden,
    /// 404: not there, or not to be seen.
    NotFound,
    /// 405: asked in the wrong way.
    MethodNotAllowed,
    /// 409: the case has moved on.
    Conflict,
    /// 413: too much was sent.
    TooLarge,
    /// 415: a kind of file that is not taken.
    WrongKind,
    /// 422: understood, but it will not do.
    Unprocessable,
    /// 429: too many tries.
    TooMany,
    /// 500: a fault of ours.
    Internal,
    /// 503: being maintained, or the disk is full.
    Maintenance,
}

/// An error page.
#[derive(Debug, Clone, Serialize)]
pub struct ErrorView {
    /// The HTTP status.
    pub status: u16,
    /// What happened.
    pub heading: String,
    /// What it means and what to do.
    pub about: String,
    /// The special of this case: 赵明 刚提交了意见，请看后再办.
    pub detail: String,
    /// What was typed, so that nothing is lost.
    pub kept: Vec<Fact>,
    /// Where to go on.
    pub next: Link,
    /// The request's id, for whoever is asked for help.
    pub request: String,
}

impl Problem {
    /// The HTTP status.
    #[must_use]
    pub fn status(self) -> u16 {
        match self {
            Self::BadRequest => 400,
            Self::Forbidden => 403,
            Self::NotFound => 404,
            Self::MethodNotAllowed => 405,
            Self::Conflict => 409,
            Self::TooLarge => 413,
            Self::WrongKind => 415,
            Self::Unprocessable => 422,
            Self::TooMany => 429,
            Self::Internal => 500,
            Self::Maintenance => 503,
        }
    }

    fn keys(self) -> (&'static str, &'static str) {
        match self {
            Self::BadRequest => ("pages.error.400.heading", "pages.error.400.about"),
            Self::Forbidden => ("pages.error.403.heading", "pages.error.403.about"),
            Self::NotFound => ("pages.error.404.heading", "pages.error.404.about"),
            Self::MethodNotAllowed => ("pages.error.405.heading", "pages.error.405.about"),
            Self::Conflict => ("pages.error.409.heading", "pages.error.409.about"),
            Self::TooLarge => ("pages.error.413.heading", "pages.error.413.about"),
            Self::WrongKind => ("pages.error.415.heading", "pages.error.415.about"),
            Self::Unprocessable => ("pages.error.422.heading", "pages.error.422.about"),
            Self::TooMany => ("pages.error.429.heading", "pages.error.429.about"),
            Self::Internal => ("pages.error.500.heading", "pages.error.500.about"),
            Self::Maintenance => ("pages.error.503.heading", "pages.error.503.about"),
        }
    }
}

impl ErrorView {
    /// The page for `problem`; `request` is the request's id.
    #[must_use]
    pub fn new(problem: Problem, request: impl Into<String>, language: Language) -> Self {
        let (heading, about) = problem.keys();
        Self {
            status: problem.status(),
            heading: text(language, heading, &[]),
            about: text(language, about, &[]),
            detail: String::new(),
            kept: Vec::new(),
            next: Link::new("/inbox", text(language, "pages.error.home", &[])),
            request: request.into(),
        }
    }

    /// With what is special about this case.
    #[must_use]
    pub fn detail(mut self, detail: impl Into<String>) -> Self {
        self.detail = detail.into();
        self
    }

    /// With what was typed.
    #[must_use]
    pub fn kept(mut self, kept: Vec<Fact>) -> Self {
        self.kept = kept;
        self
    }

    /// With another way on.
    #[must_use]
    pub fn next(mut self, next: Link) -> Self {
        self.next = next;
        self
    }
}

/// A `stop` check: what was typed is gone, and has to be.
#[derive(Debug, Clone, Serialize)]
pub struct StopView {
    /// What the definition says: why, and the way outside of the system.
    pub message: String,
}

impl View for StopView {
    const TEMPLATE: &'static str = "pages/stop";

    fn title(&self, language: Language) -> String {
        text(language, "pages.stop.heading", &[])
    }
}

impl View for ErrorView {
    const TEMPLATE: &'static str = "pages/error";

    fn title(&self, _: Language) -> String {
        self.heading.clone()
    }
}
