//! What went wrong, as other programs read it (RFC 9457): the one place where errors become HTTP codes and sentences.

use std::ops::{Deref, DerefMut};

use actix_web::http::{StatusCode, header};
use actix_web::web::Data;
use actix_web::{HttpRequest, HttpResponse, ResponseError};
use serde::Serialize;
use utoipa::ToSchema;

pub use super::refusal::refusal;

use crate::attachments::{AttachmentError, Refusal};
use crate::directory::{Directory, MOST_DAYS, Unfit};
use crate::engine::Rejection;
use crate::forms::{self, Words};
use crate::messages::{self, Language};
use crate::services::{App, Error};
use crate::storage::StorageError;
use crate::workflow::CheckLevel;
use chrono::{DateTime, Utc};

/// The media type of every error of the API.
pub const MEDIA_TYPE: &str = "application/problem+json";

/// An error of the API.
#[derive(Debug, Clone, PartialEq)]
pub struct Problem(Box<ProblemBody>);

/// What an error tells.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
#[schema(as = Problem)]
pub struct ProblemBody {
    /// A name of the kind of problem, as a URN.
    #[serde(rename = "type")]
    pub kind: String,
    /// What the status says, in a few words.
    pub title: String,
    /// The HTTP status.
    pub status: u16,
    /// What happened and what to do, in a sentence for people.
    pub detail: String,
    /// The kind of problem, for programs: `moved-on`, `comment-missing`.
    pub code: String,
    /// What is wrong with which member, field or parameter.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub errors: Vec<Flaw>,
    /// Where the case is now, when it has moved on.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub revision: Option<i64>,
    /// What happened since the revision that the sender saw.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub happened: Vec<Meanwhile>,
    #[serde(skip)]
    retry_after: Option<u64>,
}

/// What is wrong with one member, field or parameter.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct Flaw {
    /// Its name; of an answer the path: `purpose`, `users.0.name`.
    pub field: String,
    /// What people call it.
    pub label: String,
    /// What is wrong and how to mend it.
    pub message: String,
}

/// What somebody did meanwhile.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct Meanwhile {
    /// What: `answered`.
    pub kind: String,
    /// Who; nobody for what time did.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// When.
    pub at: DateTime<Utc>,
}

impl Problem {
    /// A problem whose sentence is `error.CODE`.
    #[must_use]
    pub fn plain(status: u16, code: &str, language: Language, values: &[(&str, &str)]) -> Self {
        let detail = messages::text(language, &format!("error.{code}"), values);
        Self::worded(status, code, language, detail)
    }

    /// A problem with a sentence of its own.
    #[must_use]
    pub fn worded(status: u16, code: &str, language: Language, detail: String) -> Self {
        Self(Box::new(ProblemBody {
            kind: format!("urn:huiqian:problem:{code}"),
            title: messages::text(language, &format!("error.title.{status}"), &[]),
            status,
            detail,
            code: code.to_owned(),
            errors: Vec::new(),
            revision: None,
            happened: Vec::new(),
            retry_after: None,
        }))
    }

    /// The problem of a use case. With a directory it can name people and posts: for readers who may know.
    #[must_use]
    pub fn of(error: &Error, language: Language, directory: Option<&Directory>) -> Self {
        let status = status(error).as_u16();
        if 500 <= status {
            tracing::error!(%error, ?error, "a request failed");
        }
        let mut problem = Self::worded(
            status,
            code(error),
            language,
            sentence(error, language, directory),
        );
        problem.errors = flaws(error, language, &problem.detail);
        problem.retry_after = match error {
            Error::TooMany(seconds) => Some(*seconds),
            _ if status == 503 => Some(30),
            _ => None,
        };
        problem
    }

    /// With one thing that is wrong.
    #[must_use]
    pub fn flawed(mut self, field: &str, label: &str) -> Self {
        let message = self.detail.clone();
        self.errors.push(Flaw {
            field: field.to_owned(),
            label: label.to_owned(),
            message,
        });
        self
    }

    /// The answer that tells it.
    #[must_use]
    pub fn response(&self) -> HttpResponse {
        let status = StatusCode::from_u16(self.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        let mut response = HttpResponse::build(status);
        response.insert_header((header::CONTENT_TYPE, MEDIA_TYPE));
        if self.status == 401 {
            response.insert_header((header::WWW_AUTHENTICATE, "Bearer"));
        }
        if let Some(seconds) = self.retry_after {
            response.insert_header((header::RETRY_AFTER, seconds.to_string()));
        }
        response.json(&self.0)
    }
}

impl Deref for Problem {
    type Target = ProblemBody;

    fn deref(&self) -> &ProblemBody {
        &self.0
    }
}

impl DerefMut for Problem {
    fn deref_mut(&mut self) -> &mut ProblemBody {
        &mut self.0
    }
}

impl std::fmt::Display for Problem {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}: {}", self.code, self.detail)
    }
}

impl ResponseError for Problem {
    fn status_code(&self) -> StatusCode {
        StatusCode::from_u16(self.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR)
    }

    fn error_response(&self) -> HttpResponse {
        self.response()
    }
}

/// The language that a request asks for, else that of the place.
#[must_use]
pub fn spoken(request: &HttpRequest) -> Language {
    let usual = request
        .app_data::<Data<App>>()
        .map_or(Language::Zh, |app| app.settings.place.language);
    let asked = request
        .headers()
        .get(header::ACCEPT_LANGUAGE)
        .and_then(|value| value.to_str().ok());
    asked.and_then(preferred).unwrap_or(usual)
}

/// The one of our languages that stands highest: `fr, en;q=0.8, zh;q=0.5`.
fn preferred(accepted: &str) -> Option<Language> {
    let mut best: Option<(Language, f32)> = None;
    for part in accepted.split(',') {
        let (tag, weight) = part.split_once(';').unwrap_or((part, "q=1"));
        let language = match tag
            .trim()
            .split('-')
            .next()
            .map(str::to_lowercase)
            .as_deref()
        {
            Some("zh") => Language::Zh,
            Some("en") => Language::En,
            _ => continue,
        };
        let weight = weight.trim().strip_prefix("q=").unwrap_or("0");
        let weight: f32 = weight.parse().unwrap_or(0.0);
        if 0.0 < weight && best.is_none_or(|(_, known)| known < weight) {
            best = Some((language, weight));
        }
    }
    best.map(|(language, _)| language)
}

/// The HTTP code of an error.
#[must_use]
pub fn status(error: &Error) -> StatusCode {
    match error {
        Error::NotFound => StatusCode::NOT_FOUND,
        Error::Forbidden(_) => StatusCode::FORBIDDEN,
        Error::Unauthenticated => StatusCode::UNAUTHORIZED,
        Error::Rejected(rejection) => rejected(rejection),
        Error::Unfit(Unfit::Overlaps | Unfit::Away | Unfit::StandsIn) => StatusCode::CONFLICT,
        Error::Invalid(_)
        | Error::Unfit(_)
        | Error::Stopped(_)
        | Error::KeyReused
        | Error::BadRequest { .. }
        | Error::Unbound(_)
        | Error::Import(_) => StatusCode::UNPROCESSABLE_ENTITY,
        Error::Stale => StatusCode::CONFLICT,
        Error::TooMany(_) => StatusCode::TOO_MANY_REQUESTS,
        Error::DeadLink(_) => StatusCode::GONE,
        Error::Upload(refusal) => match refusal {
            Refusal::TooLarge { .. } => StatusCode::PAYLOAD_TOO_LARGE,
            Refusal::UnknownType { .. } | Refusal::NotWhatItSays { .. } => {
                StatusCode::UNSUPPORTED_MEDIA_TYPE
            }
            Refusal::Empty { .. } | Refusal::BadName { .. } | Refusal::LongName { .. } => {
                StatusCode::UNPROCESSABLE_ENTITY
            }
        },
        Error::TooManyFiles(_) | Error::NoRoom(_) => StatusCode::PAYLOAD_TOO_LARGE,
        Error::Storage(StorageError::Unavailable(_)) => StatusCode::SERVICE_UNAVAILABLE,
        Error::Attachments(error) if is_full(error) => StatusCode::SERVICE_UNAVAILABLE,
        Error::Storage(_)
        | Error::Attachments(_)
        | Error::Corrupt(_)
        | Error::Random(_)
        | Error::Seal(_)
        | Error::Fault(_) => StatusCode::INTERNAL_SERVER_ERROR,
    }
}

/// 403: not this person. 409: not now, for the case stands elsewhere. 422: not so, something in the request will not do.
fn rejected(rejection: &Rejection) -> StatusCode {
    match rejection {
        Rejection::NotAsked(_)
        | Rejection::ApplicantSigns
        | Rejection::Excluded
        | Rejection::ActedAlready
        | Rejection::Clearance { .. }
        | Rejection::NotOffered { .. }
        | Rejection::LoginFirst
        | Rejection::OnlyApplicant
        | Rejection::MissingPost(_)
        | Rejection::MayNotFile(_) => StatusCode::FORBIDDEN,
        Rejection::TaskClosed(_)
        | Rejection::NotYourTurn(_)
        | Rejection::TakenBy { .. }
        | Rejection::WaitingForSupplement
        | Rejection::SupplementUsed(_)
        | Rejection::TooLateToWithdraw
        | Rejection::UrgedAlready { .. }
        | Rejection::TooLateToTakeBack
        | Rejection::TooLateToExtend
        | Rejection::ExtensionPending
        | Rejection::ExtensionUsed
        | Rejection::CaseClosed
        | Rejection::Suspended
        | Rejection::NotSuspended
        | Rejection::PastLaw(_)
        | Rejection::AlreadySubmitted
        | Rejection::MovedOn { .. } => StatusCode::CONFLICT,
        Rejection::UnknownAction(_)
        | Rejection::TaskMissing(_)
        | Rejection::UnknownTask(_)
        | Rejection::CommentMissing(_)
        | Rejection::CommentTooLong(..)
        | Rejection::CommentUnprintable
        | Rejection::UnknownChoice(..)
        | Rejection::UnknownTarget(..)
        | Rejection::UnknownSignal(..)
        | Rejection::UnknownField(_)
        | Rejection::FieldsMissing
        | Rejection::UnknownWay(..)
        | Rejection::NothingNamed
        | Rejection::NothingToErase(_)
        | Rejection::EraseUnconfirmed
        | Rejection::ReasonTells
        | Rejection::PeopleMissing
        | Rejection::TooManyPeople(..)
        | Rejection::UnknownClock(..)
        | Rejection::NoAmount { .. }
        | Rejection::UnknownPerson(_)
        | Rejection::NamesOneself
        | Rejection::PersonBarred { .. }
        | Rejection::Answers(_)
        | Rejection::Check { .. }
        | Rejection::Guard(_)
        | Rejection::NobodyToAsk(_) => StatusCode::UNPROCESSABLE_ENTITY,
        // Numbers are ours to give.
        Rejection::NumberMissing => StatusCode::INTERNAL_SERVER_ERROR,
    }
}

/// A full disk gets empty again without us, any other fault of it is one.
fn is_full(error: &AttachmentError) -> bool {
    use std::io::ErrorKind;
    match error {
        AttachmentError::Disk(error) => matches!(
            error.kind(),
            ErrorKind::StorageFull | ErrorKind::QuotaExceeded
        ),
        _ => false,
    }
}

/// The kind of error, for programs.
#[must_use]
pub fn code(error: &Error) -> &'static str {
    match error {
        Error::NotFound => "not-found",
        Error::Forbidden(_) => "forbidden",
        Error::Unauthenticated => "unauthenticated",
        Error::Rejected(Rejection::Check { level, .. }) => match level {
            CheckLevel::Error => "check",
            CheckLevel::Warning => "confirm",
            CheckLevel::Stop => "stopped",
        },
        Error::Rejected(rejection) => rejection.code(),
        Error::Invalid(_) => "answers",
        Error::Stopped(_) => "stopped",
        Error::Unfit(why) => why.code(),
        Error::Stale => "stale",
        Error::Unbound(_) => "unbound",
        Error::KeyReused => "key-reused",
        Error::BadRequest { .. } => "bad-request",
        Error::TooMany(_) => "too-many",
        Error::DeadLink(_) => "dead-link",
        Error::Upload(refusal) => match refusal {
            Refusal::Empty { .. } => "file-empty",
            Refusal::TooLarge { .. } => "file-too-large",
            Refusal::BadName { .. } | Refusal::LongName { .. } => "file-name",
            Refusal::UnknownType { .. } | Refusal::NotWhatItSays { .. } => "file-type",
        },
        Error::TooManyFiles(_) => "too-many-files",
        Error::NoRoom(_) => "no-room",
        Error::Import(_) => "import",
        Error::Storage(StorageError::Unavailable(_)) => "unavailable",
        Error::Attachments(error) if is_full(error) => "unavailable",
        Error::Storage(_)
        | Error::Attachments(_)
        | Error::Corrupt(_)
        | Error::Random(_)
        | Error::Seal(_)
        | Error::Fault(_) => "fault",
    }
}

/// What happened and what to do, for people. With a directory it can name people and posts.
#[must_use]
pub fn sentence(error: &Error, language: Language, directory: Option<&Directory>) -> String {
    let say = |values: &[(&str, &str)]| {
        messages::text(language, &format!("error.{}", code(error)), values)
    };
    match error {
        Error::Rejected(rejection) => refusal(rejection, language, directory),
        Error::Forbidden(what) => messages::text(language, &format!("error.forbidden-{what}"), &[]),
        Error::Invalid(problems) => say(&[("count", &problems.len().to_string())]),
        Error::Stopped(message) => language.pick(message).to_owned(),
        Error::Unfit(_) => say(&[("most", &MOST_DAYS.to_string())]),
        Error::BadRequest { name, problem } => say(&[("name", name), ("problem", problem)]),
        Error::TooMany(seconds) => say(&[("seconds", &seconds.to_string())]),
        Error::Upload(refusal) => refusal.sentence(language),
        Error::TooManyFiles(most) => say(&[("most", &most.to_string())]),
        Error::NoRoom(most) => say(&[("most", &(most / (1024 * 1024)).to_string())]),
        Error::Import(faults) => faults.join("\n"),
        Error::Unbound(policies) => say(&[("policies", &policies.join("、"))]),
        _ => say(&[]),
    }
}

/// Which members of the request are to blame.
fn flaws(error: &Error, language: Language, detail: &str) -> Vec<Flaw> {
    let member = |field: &str| {
        vec![Flaw {
            field: field.to_owned(),
            label: messages::text(language, &format!("error.member.{field}"), &[]),
            message: detail.to_owned(),
        }]
    };
    match error {
        Error::Invalid(problems) | Error::Rejected(Rejection::Answers(problems)) => problems
            .iter()
            .map(|problem| flaw(problem, language))
            .collect(),
        Error::BadRequest { name, problem } => vec![Flaw {
            field: (*name).to_owned(),
            label: (*name).to_owned(),
            message: problem.clone(),
        }],
        Error::KeyReused => member("idempotency_key"),
        Error::Unfit(why) => member(why.about()),
        Error::Upload(_) | Error::TooManyFiles(_) | Error::NoRoom(_) => member("file"),
        Error::Rejected(rejection) => match rejection {
            Rejection::UnknownAction(_) => member("action"),
            Rejection::TaskMissing(_) | Rejection::UnknownTask(_) => member("task"),
            Rejection::CommentMissing(_)
            | Rejection::CommentTooLong(..)
            | Rejection::CommentUnprintable
            | Rejection::ReasonTells => member("comment"),
            Rejection::UnknownChoice(..) => member("choice"),
            Rejection::UnknownTarget(..) => member("to"),
            Rejection::UnknownField(_)
            | Rejection::FieldsMissing
            | Rejection::NothingNamed
            | Rejection::NothingToErase(_) => member("fields"),
            Rejection::UnknownWay(..) => member("how"),
            Rejection::PeopleMissing | Rejection::TooManyPeople(..) => member("people"),
            Rejection::UnknownClock(..) => member("clock"),
            Rejection::NoAmount { .. } => member("time"),
            Rejection::UnknownPerson(_)
            | Rejection::NamesOneself
            | Rejection::PersonBarred { .. } => member("person"),
            Rejection::Check {
                level: CheckLevel::Warning,
                ..
            }
            | Rejection::EraseUnconfirmed => member("confirmed"),
            _ => Vec::new(),
        },
        _ => Vec::new(),
    }
}

/// A fault of an answer in its place.
#[must_use]
pub fn flaw(problem: &forms::Problem, language: Language) -> Flaw {
    Flaw {
        field: problem.path.clone(),
        label: language.pick(&problem.label).to_owned(),
        message: problem.message(&language),
    }
}

#[cfg(test)]
#[path = "problem_tests.rs"]
mod tests;
