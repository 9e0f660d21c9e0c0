//! A checked workflow: what the engine runs.

use std::collections::BTreeMap;
use std::sync::Arc;

use serde::{Deserialize, Serialize};

use crate::calendar::Duration;
use crate::directory::{DepartmentCode, RoleCode};
use crate::expression::Expression;
use crate::forms::Form;

mod blocks;
mod stage;

pub use blocks::*;
pub use stage::*;

/// A text in Chinese, with English beside it where written.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Text {
    /// Chinese.
    pub zh: String,
    /// English; falls back to Chinese.
    pub en: Option<String>,
}

/// The id of a stage, block or end; they share one namespace.
pub type Id = String;

/// A definition that passed the lint.
#[derive(Debug, Clone, PartialEq)]
pub struct Workflow {
    /// Its key: `data-sharing`.
    pub key: String,
    /// Of which kind it is to policies; its key unless something else is written.
    pub kind: String,
    /// Its name.
    pub title: Text,
    /// Printed, not binding.
    pub about: Option<Text>,
    /// The legal basis, printed.
    pub basis: Option<Text>,
    /// The number's pattern: `数享申〔{year}〕{seq}号`.
    pub number: String,
    /// Roles that may file; `any` stands for everyone.
    pub who: Vec<RoleCode>,
    /// The calendar's name.
    pub calendar: String,
    /// The applicant may withdraw until this is entered; `None`: until the first verdict.
    pub withdraw_until: Option<Id>,
    /// How long records are kept.
    pub keep: Keep,
    /// Thresholds and switches.
    pub settings: BTreeMap<String, Setting>,
    /// What is asked.
    pub form: Form,
    /// Hold at submission.
    pub checks: Vec<Check>,
    /// The stages, in order.
    pub stages: Vec<Node>,
    /// How a case can end; the first is where running off the list leads.
    pub ends: Vec<End>,
    /// The YAML text.
    pub source: Arc<str>,
    /// SHA-256 of the text, in hex: names the version's content.
    pub digest: String,
}

/// Years of record.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Keep {
    /// From the case's end.
    pub span: Duration,
    /// What cannot be undercut.
    pub min: Option<Duration>,
    /// The article that asks for it.
    pub law: Option<String>,
}

/// A threshold or switch.
#[derive(Debug, Clone, PartialEq)]
pub struct Setting {
    /// What it is.
    pub title: Text,
    /// Its value.
    pub value: serde_json::Value,
    /// Its unit.
    pub unit: Option<Text>,
}

/// What a check that does not hold does.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum CheckLevel {
    /// Refuses.
    #[default]
    Error,
    /// Asks, and may be confirmed.
    Warning,
    /// Refuses and keeps nothing typed.
    Stop,
}

/// A rule over the answers.
#[derive(Debug, Clone, PartialEq)]
pub struct Check {
    /// Holds for answers that will do.
    pub that: Expression,
    /// Said when it does not.
    pub message: Text,
    /// What then.
    pub level: CheckLevel,
}

/// How a case can end.
#[derive(Debug, Clone, PartialEq)]
pub struct End {
    /// Its id.
    pub id: Id,
    /// Its name.
    pub title: Text,
    /// What it means to other systems.
    pub outcome: Outcome,
    /// Who is told.
    pub copy: Vec<Who>,
    /// What it leaves in registers.
    pub record: Vec<Record>,
}

/// The five outcomes that other systems know.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Outcome {
    /// 同意
    Approved,
    /// 不同意
    Rejected,
    /// 撤回
    Withdrawn,
    /// 失效
    Lapsed,
    /// 其他
    Closed,
}

impl Outcome {
    /// The outcome with this word.
    #[must_use]
    pub fn of_word(word: &str) -> Option<Self> {
        [
            Self::Approved,
            Self::Rejected,
            Self::Withdrawn,
            Self::Lapsed,
            Self::Closed,
        ]
        .into_iter()
        .find(|outcome| outcome.word() == word)
    }

    /// The word by which guards and other systems know it.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Approved => "approved",
            Self::Rejected => "rejected",
            Self::Withdrawn => "withdrawn",
            Self::Lapsed => "lapsed",
            Self::Closed => "closed",
        }
    }
}

/// Who.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Who {
    /// `role@DEPARTMENT`, or with `each` a task for every holder.
    Post {
        /// The role.
        role: RoleCode,
        /// Held where.
        at: Where,
        /// One task per holder.
        each: bool,
    },
    /// Who filed.
    Applicant,
    /// Who acted in a stage, or in a seat of it.
    Actor {
        /// The stage.
        stage: Id,
        /// The seat.
        seat: Option<Id>,
    },
    /// The person or contact in `form.FIELD` or an `as` name; with `each` all people in it.
    Path {
        /// As written: `form.handler`, `part`.
        path: String,
        /// A task for each.
        each: bool,
    },
    /// `user:LOGIN`.
    User(String),
    /// Anyone who sees the case.
    Any,
}

/// Which department.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Where {
    /// The applicant's.
    Applicant,
    /// The applicant's 主管部门.
    Authority,
    /// The one body holding the role in the applicant's region.
    Region,
    /// `form.FIELD`, `part.provider`.
    Path(String),
    /// `dept:CODE`.
    Code(DepartmentCode),
    /// The parent.
    Parent(Box<Where>),
    /// The nearest common superior authority.
    Common(Box<Where>, Box<Where>),
    /// Any.
    Any,
}

/// Where the run goes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Target {
    /// A stage or block in the same or an enclosing list.
    Node(Id),
    /// An end.
    End(Id),
    /// This branch or the case has passed.
    Passed,
    /// … is refused.
    Refused,
    /// The branch leaves uncounted.
    Void,
    /// A new round of this one.
    Again,
    /// Nothing moves.
    Stay,
    /// Back to the applicant for editing.
    Applicant,
}

/// Targets with their conditions: the first that holds; the last has none. Empty: the default.
pub type Next = Vec<(Option<Expression>, Target)>;
