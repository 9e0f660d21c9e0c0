//! What somebody tried on the page of a case, so that it comes back with every word when it does not succeed.

use super::task_id;
use crate::engine::{Rejection, SignalOffer, TaskId};
use crate::forms::{self, Answers, Problem};
use crate::web::pages::posted::Posted;
use crate::workflow::CheckLevel;
use std::collections::BTreeMap;

/// A form of the page as it was sent, and what is wrong with it.
#[derive(Debug, Default)]
pub struct Tried {
    /// On which task.
    pub task: Option<TaskId>,
    /// The action, without the choice.
    pub action: String,
    /// For `choose`: which.
    pub choice: Option<String>,
    /// The opinion, reason or words.
    pub comment: String,
    /// For `return`: where to.
    pub to: String,
    /// For `supplement`: what is missing.
    pub ask: Vec<String>,
    /// For `reassign`, `transfer`: the new holder's login.
    pub person: String,
    /// For `add_signer`, `consult` and `copy`: logins, as typed.
    pub people: String,
    /// For `add_signer`: before, after or with.
    pub how: String,
    /// For `signal`: at which block or wait.
    pub stage: String,
    /// For `extend`: which clock.
    pub clock: String,
    /// For `extend` and `grant_extension`: how much time, as typed.
    pub time: String,
    /// Whether it is only to be saved for later.
    pub save: bool,
    /// Whether the warning was confirmed.
    pub confirmed: bool,
    /// The revision that the page showed.
    pub revision: Option<i64>,
    /// What was filled in.
    pub answers: Answers,
    /// What was typed into search boxes.
    pub searches: BTreeMap<String, String>,
    /// What is wrong with what was filled in.
    pub problems: Vec<Problem>,
    /// What is wrong with the answer as a whole.
    pub error: Option<String>,
    /// What is wrong with the words.
    pub comment_error: Option<String>,
    /// What is wrong with the list of what is missing.
    pub ask_error: Option<String>,
    /// What is wrong with whoever was named.
    pub person_error: Option<String>,
    /// What is wrong with the time asked for.
    pub time_error: Option<String>,
    /// What is wrong with how they are to be added.
    pub how_error: Option<String>,
    /// What asks to be confirmed.
    pub warning: Option<String>,
    /// What is wrong with an uploaded file.
    pub upload_error: Option<String>,
    /// What happened meanwhile.
    pub meanwhile: Option<String>,
}

impl Tried {
    /// As it was posted.
    pub fn read(posted: &Posted) -> Self {
        let typed = |name: &str| posted.get(name).unwrap_or_default().to_owned();
        let answer = typed("action");
        let (action, choice) = match answer.split_once(':') {
            Some((action, choice)) => (action.to_owned(), Some(choice.to_owned())),
            None => (answer, None),
        };
        Self {
            task: posted.get("task").and_then(task_id),
            action,
            choice,
            comment: typed("comment"),
            to: typed("to"),
            ask: posted.all("ask"),
            person: typed("person"),
            people: typed("people"),
            clock: typed("clock"),
            time: typed("time"),
            how: typed("how"),
            stage: typed("stage"),
            save: posted.get("save").is_some(),
            confirmed: posted.get("confirmed").is_some(),
            revision: posted.number("revision"),
            searches: forms::searches(&posted.pairs),
            ..Self::default()
        }
    }

    /// The answer as the page names it: `approve`, `choose:agree`.
    pub fn answer(&self) -> String {
        match &self.choice {
            Some(choice) => format!("{}:{choice}", self.action),
            None => self.action.clone(),
        }
    }

    /// The logins of several people, however they were set apart.
    pub fn logins(&self) -> Vec<String> {
        self.people
            .split(|letter: char| letter.is_whitespace() || "，、；,;".contains(letter))
            .filter(|login| !login.is_empty())
            .map(str::to_owned)
            .collect()
    }

    /// Whether it was tried on this task.
    pub fn is_on(&self, task: TaskId) -> bool {
        self.task == Some(task)
    }

    /// Whether it was this action, on no task or on this one.
    pub fn is(&self, action: &str, task: Option<TaskId>) -> bool {
        self.action == action && self.task == task
    }

    /// Whether it was this signal.
    pub fn is_signal(&self, offer: &SignalOffer<'_>) -> bool {
        self.action == "signal"
            && self.choice.as_ref() == Some(&offer.signal.name)
            && self.stage == offer.place
    }

    /// Puts the engine's refusal where it belongs.
    pub fn refuse(&mut self, rejection: &Rejection, words: impl Fn(&Rejection) -> String) {
        let sentence = || Some(words(rejection));
        match rejection {
            // Each problem stands at its field.
            Rejection::Answers(_) => {}
            Rejection::CommentMissing(_)
            | Rejection::CommentTooLong(..)
            | Rejection::CommentUnprintable => self.comment_error = sentence(),
            Rejection::FieldsMissing | Rejection::UnknownField(_) => self.ask_error = sentence(),
            Rejection::NoAmount { .. } | Rejection::UnknownClock(..) => {
                self.time_error = sentence();
            }
            Rejection::UnknownPerson(_)
            | Rejection::NamesOneself
            | Rejection::PeopleMissing
            | Rejection::TooManyPeople(..)
            | Rejection::PersonBarred { .. } => self.person_error = sentence(),
            Rejection::UnknownWay(..) => self.how_error = sentence(),
            Rejection::Check {
                level: CheckLevel::Warning,
                ..
            } => self.warning = sentence(),
            _ if self.action == "reassign" => self.person_error = sentence(),
            _ => self.error = sentence(),
        }
    }
}
