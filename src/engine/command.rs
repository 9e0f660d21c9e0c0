//! What a person asks for.

use serde::{Deserialize, Serialize};

use super::TaskId;
use crate::forms::Answers;

/// One action on one case, as pages, links, the API and the command line send it.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Command {
    /// The action's name: `approve`.
    pub action: String,
    /// What goes with it.
    pub input: Input,
    /// The revision that the sender saw; `None` skips the check for changes since.
    pub seen: Option<i64>,
}

/// What may go with an action; each action reads what it needs.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Input {
    /// On which task.
    pub task: Option<TaskId>,
    /// The opinion, reason or note.
    pub comment: Option<String>,
    /// Answers filled in with it.
    pub answers: Option<Answers>,
    /// For `choose`.
    pub choice: Option<String>,
    /// For `return`: a stage's id or `applicant`; for `jump`: a stage's place.
    pub to: Option<String>,
    /// For `signal`: its name.
    pub signal: Option<String>,
    /// For `signal`: the place of the block or `wait`, where the signal is open in several branches.
    pub stage: Option<String>,
    /// For `supplement`: the fields to be completed.
    pub fields: Vec<String>,
    /// For `reassign` and `transfer`: the login of the new holder.
    pub person: Option<String>,
    /// For `add_signer`, `consult` and `copy`: the logins of the new signers, advisers or readers.
    pub people: Vec<String>,
    /// For `extend`: the key of the clock; not needed where there is only one.
    pub clock: Option<String>,
    /// For `extend` and `grant_extension`: how much time, `5wd` or a number of the budget's unit.
    pub time: Option<String>,
    /// For `add_signer`: `before`, `after` or `with`.
    pub how: Option<String>,
    /// The sender has read the warnings and goes on.
    pub confirmed: bool,
}
