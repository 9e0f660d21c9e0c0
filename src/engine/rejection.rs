//! Why the engine says no: values with words. What people read is in `templates/messages/*/rejections.toml`.

use crate::calendar::{Duration, Instant};
use crate::directory::PersonId;
use crate::engine::TaskId;
use crate::forms::Problem;
use crate::workflow::{CheckLevel, Text};

/// A refusal. Nothing has happened.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum Rejection {
    /// No such action.
    #[error("there is no action `{0}`")]
    UnknownAction(String),
    /// The action needs a task and none was named.
    #[error("`{0}` needs a task")]
    TaskMissing(&'static str),
    /// No such task in this case.
    #[error("this case has no task {}", .0.0)]
    UnknownTask(TaskId),
    /// The task is closed.
    #[error("task {} is closed", .0.0)]
    TaskClosed(TaskId),
    /// The task waits for its turn.
    #[error("task {} waits for its turn", .0.0)]
    NotYourTurn(TaskId),
    /// Somebody else has claimed the task.
    #[error("person {by} has claimed task {}", .task.0)]
    TakenBy {
        /// The task.
        task: TaskId,
        /// Who has it.
        by: PersonId,
    },
    /// The task waits for somebody else.
    #[error("this task is waiting for `{0}`")]
    NotAsked(String),
    /// The applicant and parties never sign.
    #[error("the applicant never signs their own case")]
    ApplicantSigns,
    /// The definition says that this person may not act here.
    #[error("the definition excludes this person here")]
    Excluded,
    /// This person has a seat in the round, or acted in the block, already.
    #[error("this person has already acted here")]
    ActedAlready,
    /// The data is above the person's clearance.
    #[error("level {level} is above the clearance {clearance}")]
    Clearance {
        /// The case's data level.
        level: u8,
        /// What the person is cleared for.
        clearance: u8,
    },
    /// The action is not for a task of this kind, or the stage denies it.
    #[error("`{action}` is not offered here")]
    NotOffered {
        /// The action.
        action: &'static str,
    },
    /// A mail's link may not do this.
    #[error("a link in a mail may not do this; log in first")]
    LoginFirst,
    /// The case waits for something else first.
    #[error("the case is waiting for a supplement")]
    WaitingForSupplement,
    /// No more supplements.
    #[error("a supplement was already asked for {0} times")]
    SupplementUsed(u32),
    /// Too late to withdraw.
    #[error("the case can no longer be withdrawn")]
    TooLateToWithdraw,
    /// Only the applicant may.
    #[error("only the applicant may do this")]
    OnlyApplicant,
    /// Only a workflow administrator or whoever the rule names may.
    #[error("only a holder of `{0}` may do this")]
    MissingPost(String),
    /// The case is not open.
    #[error("the case is closed")]
    CaseClosed,
    /// A manager holds the case up.
    #[error("the case is suspended")]
    Suspended,
    /// The case is not held up.
    #[error("the case is not suspended")]
    NotSuspended,
    /// No such signal is open to this person.
    #[error("there is no signal `{0}` here; there are: {1}")]
    UnknownSignal(String, String),
    /// A jump would pass over what a law requires.
    #[error("`{0}` is required by law and cannot be jumped over")]
    PastLaw(String),
    /// The case is open already.
    #[error("the case was submitted already")]
    AlreadySubmitted,
    /// A comment is required.
    #[error("`{0}` needs a comment")]
    CommentMissing(String),
    /// The comment will not do.
    #[error("the comment has {0} characters, at most {1} are kept")]
    CommentTooLong(usize, usize),
    /// The comment holds control characters or direction overrides.
    #[error("the comment holds characters that cannot be shown")]
    CommentUnprintable,
    /// No such choice.
    #[error("`{0}` is no choice here; there are: {1}")]
    UnknownChoice(String, String),
    /// No such target to return or jump to.
    #[error("`{0}` is not offered as a target; there are: {1}")]
    UnknownTarget(String, String),
    /// A supplement names nothing, or a field that is not in the form.
    #[error("`{0}` is no field that can be supplemented")]
    UnknownField(String),
    /// A supplement must say what is missing.
    #[error("name at least one field to be completed")]
    FieldsMissing,
    /// Somebody has acted after the verdict.
    #[error("somebody has acted since; it cannot be taken back")]
    TooLateToTakeBack,
    /// More time is asked for before time runs out.
    #[error("the time has run out already")]
    TooLateToExtend,
    /// Somebody is to decide about more time already.
    #[error("more time was asked for already and not decided yet")]
    ExtensionPending,
    /// The clock was extended as often, or by as much, as may be.
    #[error("the time was extended as far as may be")]
    ExtensionUsed,
    /// No such clock here.
    #[error("`{0}` is no clock that can be extended here; there are: {1}")]
    UnknownClock(String, String),
    /// How much time is not said, or too much.
    #[error("`{text}` will not do; say how much, at most {most}")]
    NoAmount {
        /// What was said.
        text: String,
        /// At most so much.
        most: Duration,
    },
    /// No such way to add signers.
    #[error("signers cannot be added `{0}`; there are: {1}")]
    UnknownWay(String, String),
    /// Nothing is said of what is to be erased.
    #[error("name at least one private answer to be erased")]
    NothingNamed,
    /// There is no such private answer, or it was erased already.
    #[error("`{0}` is no private answer that is kept here")]
    NothingToErase(String),
    /// What is erased cannot be had back, so it is asked for twice.
    #[error("nothing was erased yet; confirm that it cannot be had back")]
    EraseUnconfirmed,
    /// The reason would keep in the record what is erased from it.
    #[error("the reason holds what is to be erased")]
    ReasonTells,
    /// An action names at least one person.
    #[error("name at least one person")]
    PeopleMissing,
    /// An action names too many people.
    #[error("{0} people are too many, at most {1} are taken")]
    TooManyPeople(usize, usize),
    /// Somebody urged not long ago.
    #[error("somebody urged already; again from {again}")]
    UrgedAlready {
        /// From when on it may be done again.
        again: Instant,
    },
    /// No such person.
    #[error("there is no person `{0}`")]
    UnknownPerson(String),
    /// Whoever names somebody names somebody else.
    #[error("name somebody else")]
    NamesOneself,
    /// Whoever was named may not have the task.
    #[error("person {person} may not have this task: {why}")]
    PersonBarred {
        /// Who was named.
        person: PersonId,
        /// What bars them.
        why: Box<Rejection>,
    },
    /// The answers will not do.
    #[error("{} answers will not do", .0.len())]
    Answers(Vec<Problem>),
    /// A check of the definition does not hold.
    #[error("{}", .message.zh)]
    Check {
        /// What it does.
        level: CheckLevel,
        /// What the definition says.
        message: Text,
    },
    /// A guard failed while deciding something that is not part of the run.
    #[error("{0}")]
    Guard(String),
    /// Neither the post nor any workflow administrator is held by anyone.
    #[error("nobody holds `{0}`, and there is no workflow administrator to name somebody")]
    NobodyToAsk(String),
    /// The applicant's role does not allow to file.
    #[error("filing needs one of the roles {0}")]
    MayNotFile(String),
    /// A case is submitted with a number.
    #[error("a case cannot be submitted without a number")]
    NumberMissing,
    /// Somebody changed what the sender saw.
    #[error("the case moved on to revision {now}; the sender saw {seen}")]
    MovedOn {
        /// What the sender saw.
        seen: i64,
        /// Where it is.
        now: i64,
    },
}

impl Rejection {
    /// A stable code for the API and for the message files.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Self::UnknownAction(_) => "unknown-action",
            Self::TaskMissing(_) => "task-missing",
            Self::UnknownTask(_) => "unknown-task",
            Self::TaskClosed(_) => "task-closed",
            Self::NotYourTurn(_) => "not-your-turn",
            Self::TakenBy { .. } => "taken",
            Self::NotAsked(_) => "not-asked",
            Self::ApplicantSigns => "applicant-signs",
            Self::Excluded => "excluded",
            Self::ActedAlready => "acted-already",
            Self::Clearance { .. } => "clearance",
            Self::NotOffered { .. } => "not-offered",
            Self::LoginFirst => "login-first",
            Self::WaitingForSupplement => "waiting-for-supplement",
            Self::SupplementUsed(_) => "supplement-used",
            Self::TooLateToWithdraw => "too-late-to-withdraw",
            Self::OnlyApplicant => "only-applicant",
            Self::MissingPost(_) => "missing-post",
            Self::CaseClosed => "case-closed",
            Self::Suspended => "suspended",
            Self::NotSuspended => "not-suspended",
            Self::UnknownSignal(..) => "unknown-signal",
            Self::PastLaw(_) => "past-law",
            Self::AlreadySubmitted => "already-submitted",
            Self::CommentMissing(_) => "comment-missing",
            Self::CommentTooLong(..) => "comment-too-long",
            Self::CommentUnprintable => "comment-unprintable",
            Self::UnknownChoice(..) => "unknown-choice",
            Self::UnknownTarget(..) => "unknown-target",
            Self::UnknownField(_) => "unknown-field",
            Self::FieldsMissing => "fields-missing",
            Self::TooLateToTakeBack => "too-late-to-take-back",
            Self::TooLateToExtend => "too-late-to-extend",
            Self::ExtensionPending => "extension-pending",
            Self::ExtensionUsed => "extension-used",
            Self::UnknownClock(..) => "unknown-clock",
            Self::NoAmount { .. } => "no-amount",
            Self::UnknownWay(..) => "unknown-way",
            Self::NothingNamed => "nothing-named",
            Self::NothingToErase(_) => "nothing-to-erase",
            Self::EraseUnconfirmed => "erase-unconfirmed",
            Self::ReasonTells => "reason-tells",
            Self::PeopleMissing => "people-missing",
            Self::TooManyPeople(..) => "too-many-people",
            Self::UrgedAlready { .. } => "urged-already",
            Self::UnknownPerson(_) => "unknown-person",
            Self::NamesOneself => "names-oneself",
            Self::PersonBarred { .. } => "person-barred",
            Self::Answers(_) => "answers",
            Self::Check { .. } => "check",
            Self::Guard(_) => "guard",
            Self::NobodyToAsk(_) => "nobody-to-ask",
            Self::MayNotFile(_) => "may-not-file",
            Self::NumberMissing => "number-missing",
            Self::MovedOn { .. } => "moved-on",
        }
    }
}
