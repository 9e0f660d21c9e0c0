//! What an expression may read: variables, and facts about the case's stages behind the functions.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use super::Value;
use crate::calendar::Instant;

/// The variables of one evaluation and the facts behind the functions.
#[derive(Debug, Clone, Default)]
pub struct Scope {
    /// `form case settings now row choice` and the `as` names of enclosing foreach blocks.
    pub variables: BTreeMap<String, Value>,
    /// Behind `entered("id")` and its like.
    pub facts: Arc<Facts>,
}

/// What is known of the stages of one case.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Facts {
    /// By stage id; a stage never entered is missing.
    pub stages: HashMap<String, StageFacts>,
    /// Behind `registered(register, value, department)`: the entries in force that the service looked up.
    pub registered: Vec<(String, String, String)>,
}

/// What is known of one stage or block.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct StageFacts {
    /// `entered("id")`: the last entry.
    pub entered: Option<Instant>,
    /// `left("id")`: the last time it passed or was refused.
    pub left: Option<Instant>,
    /// `done("id")`: whether it has passed.
    pub done: bool,
    /// `rounds("id")`: how often it was entered.
    pub rounds: i64,
    /// `choice("id")`: the verdict's last choice.
    pub choice: Option<String>,
    /// `late("id")`: days (working days for a clock in `wd`) past its deadline.
    pub late: i64,
    /// `extended("id")`: days by which it was extended.
    pub extended: i64,
    /// `actor("id")` under the key "", `actor("id.seat")` under the seat's name: logins.
    pub actors: BTreeMap<String, String>,
    /// `answers("id")`: the copies of a `per: task` section.
    pub answers: Vec<Value>,
}
