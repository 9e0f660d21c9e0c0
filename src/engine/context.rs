//! What a decision may look at besides the workflow and the case.

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::{Case, TaskId, Workload};

use crate::calendar::{Calendar, Instant};
use crate::directory::{Directory, PersonId};
use crate::forms::Lookup;
use crate::workflow::Outcome;

/// Who acts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Actor {
    /// A person.
    Person(PersonId),
    /// Time itself: a timer that came due.
    System,
}

/// By which way a command came.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Channel {
    /// A page after login.
    Page,
    /// A mail's link: proves access to a mailbox, no more.
    Link,
    /// The HTTP API.
    Api,
    /// The command line.
    Cli,
    /// A timer.
    Timer,
}

/// Who, when and how: written beside every event.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Stamp {
    /// Who acted.
    pub actor: Actor,
    /// For whom, when a substitute acts.
    pub on_behalf: Option<PersonId>,
    /// By which way.
    pub channel: Channel,
    /// When, to the microsecond.
    pub at: Instant,
    /// The case's revision that the command made.
    pub revision: i64,
}

/// Where private answers go: the case keeps only what `put` gives back.
pub trait Vault {
    /// Keeps `value` apart and answers with what stands in its place: an object with the key `sealed`.
    fn put(&self, field: &str, value: &Value) -> Value;

    /// What is kept of the case's private answers, of earlier ones too, and is not erased; for who may have it erased.
    fn kept(&self) -> Vec<Kept> {
        Vec::new()
    }
}

/// A private answer that is kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Kept {
    /// What stands for it.
    pub sealed: String,
    /// Its path.
    pub path: String,
}

/// A case that another one has started, once it was filed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Child {
    /// The task of the starting case that asked for it.
    pub task: TaskId,
    /// Its number.
    pub number: Option<String>,
    /// Who filed it.
    pub by: PersonId,
    /// How it ended; `None` while it runs.
    pub outcome: Option<Outcome>,
}

/// A vault for trials and tests: keeps nothing, and says so.
#[derive(Debug, Clone, Copy, Default)]
pub struct PlainVault;

impl Vault for PlainVault {
    fn put(&self, field: &str, _: &Value) -> Value {
        serde_json::json!({ "sealed": field })
    }
}

/// Everything else a decision depends on.
#[derive(Clone, Copy)]
pub struct Context<'a> {
    /// Who acts.
    pub actor: Actor,
    /// By which way.
    pub channel: Channel,
    /// Now, to the microsecond.
    pub now: Instant,
    /// Departments, people and posts.
    pub directory: &'a Directory,
    /// The workflow's calendar.
    pub calendar: &'a Calendar,
    /// Facts that answers refer to.
    pub lookup: &'a dyn Lookup,
    /// Where private answers go.
    pub vault: &'a dyn Vault,
    /// Behind `registered(register, value, department)`: the entries in force that the service looked up.
    pub registered: &'a [(String, String, String)],
    /// The cases that this one has started, as far as they were filed.
    pub children: &'a [Child],
    /// For `take_back`: the case as it was before the verdict, made from its events.
    pub earlier: Option<&'a Case>,
    /// The work in all cases, where tasks are given out by it.
    pub workload: &'a dyn Workload,
    /// The number for a case that is submitted by this command.
    pub number: Option<&'a str>,
}

impl Context<'_> {
    /// The stamp of every event of the decision that makes `revision`.
    #[must_use]
    pub fn stamp(&self, revision: i64) -> Stamp {
        Stamp {
            actor: self.actor,
            on_behalf: None,
            channel: self.channel,
            at: self.now,
            revision,
        }
    }

    /// The person who acts; `None` for a timer.
    #[must_use]
    pub fn person(&self) -> Option<PersonId> {
        match self.actor {
            Actor::Person(person) => Some(person),
            Actor::System => None,
        }
    }
}
