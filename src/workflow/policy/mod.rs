//! Policies: what the law and the department's own rules demand of a definition, as data in the guard language.
//!
//! A policy says to which workflows it applies and what it demands of them, each demand with its article. Its guards read
//! a description of the definition (`parts`), and what does not hold becomes a finding at the line concerned.

mod description;
#[cfg(test)]
mod page;
mod parts;
mod people;
mod read;
mod shipped;
mod spans;
#[cfg(test)]
mod tests;
mod unavoidable;

use std::collections::BTreeMap;

use super::model::{Text, Workflow};
use crate::expression::{Expression, Scope, Value, Words};

pub(super) use description::{Description, of_workflow};
pub use parts::{EXTEND, Of, Part, VARIABLES, Variable};
pub use read::{is_policy, read};
pub(super) use shipped::adopt;
pub use shipped::shipped;

/// What is demanded of the workflows of a kind.
#[derive(Debug, Clone, PartialEq)]
pub struct Policy {
    /// Its id.
    pub id: String,
    /// Its name.
    pub title: Text,
    /// Why it is there, printed.
    pub about: Option<Text>,
    /// The law that its demands come from: 《政务数据共享条例》.
    pub law: Option<String>,
    /// Whether it has anything to say of a workflow.
    pub applies: Expression,
    /// What it demands.
    pub demands: Vec<Demand>,
}

/// One demand.
#[derive(Debug, Clone, PartialEq)]
pub struct Demand {
    /// Its id, unique in the policy.
    pub id: String,
    /// Holds for a definition that meets it.
    pub that: Expression,
    /// Asked of each element of this list, which `that` reads as `row`.
    pub each: Option<Expression>,
    /// What is supposed of the case, by the names of the workflow's guards.
    pub given: BTreeMap<String, Value>,
    /// Where a finding points; with `each`, below the element.
    pub at: Option<String>,
    /// The article, in full; `None`: a rule of the house, never printed as law.
    pub law: Option<String>,
    /// Whether it only warns.
    pub warns: bool,
    /// Said when it is not met.
    pub message: Text,
}

/// The policies that bind one version of a workflow and not the one that comes after it.
#[must_use]
pub fn escaped<'p>(policies: &'p [Policy], old: &Workflow, new: &Workflow) -> Vec<&'p Policy> {
    let binds = |policy: &Policy, workflow: &Workflow| {
        let scope = Scope {
            variables: [("workflow".to_owned(), of_workflow(workflow))].into(),
            ..Scope::default()
        };
        // One that gives no answer is a finding of the lint, and binds.
        policy.applies.guard(&scope).unwrap_or(true)
    };
    let policies = policies.iter();
    policies
        .filter(|policy| binds(policy, old) && !binds(policy, new))
        .collect()
}

impl Policy {
    /// What is said of a definition that does not meet a demand, with the article.
    #[must_use]
    pub fn complaint(&self, demand: &Demand) -> Words {
        let (zh, en) = match &demand.law {
            Some(law) => (law.as_str(), law.as_str()),
            None => ("内部管理要求", "internal rule"),
        };
        let message = &demand.message;
        let english = message.en.as_ref().unwrap_or(&message.zh);
        Words::new(
            format!("{}（{zh}）", message.zh.trim_end_matches('。')),
            format!("{} ({en})", english.trim_end_matches('.')),
        )
    }
}
