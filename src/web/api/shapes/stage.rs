//! The stages of a case: what is behind it, where it is, what is to come.

use serde::Serialize;
use utoipa::ToSchema;

use crate::engine::{Case, Event, LeftAs, PositionState};
use crate::forms::Words;
use crate::messages::Language;
use crate::services::seen::Seen;
use crate::workflow::{Node, Workflow};
use chrono::{DateTime, Utc};

/// A stage or block.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct StageBody {
    /// Its id.
    pub id: String,
    /// Its name.
    pub title: String,
    /// The block that it stands in.
    pub block: Option<String>,
    /// `passed`, `refused`, `skipped`, `open`, `waiting` (for the applicant, or to be mended), `to_come`.
    pub status: &'static str,
    /// How often it was entered.
    pub rounds: u32,
    /// The last entry.
    pub entered: Option<DateTime<Utc>>,
    /// The last time it was left.
    pub left: Option<DateTime<Utc>>,
    /// The article that requires it.
    pub law: Option<String>,
}

/// Every stage and block in order, each block before what is inside it.
pub fn stages(seen: &Seen, language: Language) -> Vec<StageBody> {
    let workflow = &seen.running.workflow;
    workflow
        .nodes()
        .map(|node| stage(seen, workflow, node, language))
        .collect()
}

fn stage(seen: &Seen, workflow: &Workflow, node: &Node, language: Language) -> StageBody {
    let case = &seen.running.case;
    let record = case.stage(&node.id);
    let block = workflow
        .path_to(&node.id)
        .and_then(|path| path.last().map(|block| block.id.clone()));
    StageBody {
        id: node.id.clone(),
        title: language.pick(&node.title).to_owned(),
        block,
        status: status(case, &node.id, last_exit(seen, &node.id)),
        rounds: record.rounds,
        entered: record.entered,
        left: record.left,
        law: node.law.clone(),
    }
}

fn last_exit(seen: &Seen, stage: &str) -> Option<LeftAs> {
    let exits = seen.history.iter().rev();
    exits
        .filter_map(|happened| match &happened.body.event {
            Event::Left { id, how } if seen.called_now(happened, id) == stage => Some(*how),
            _ => None,
        })
        .next()
}

fn status(case: &Case, id: &str, last_exit: Option<LeftAs>) -> &'static str {
    if let Some(position) = case.position(id) {
        return match position.state {
            PositionState::Asked | PositionState::Inside(_) | PositionState::Started { .. } => {
                "open"
            }
            PositionState::Waiting | PositionState::Between => "in_force",
            PositionState::Held { .. }
            | PositionState::Supplement { .. }
            | PositionState::Editing(_)
            | PositionState::Parked { .. } => "waiting",
        };
    }
    let record = case.stage(id);
    if record.done {
        return "passed";
    }
    // What never came, or was broken off, is passed over once the case has ended, and may still come before that.
    let not_done = if case.is_open() { "to_come" } else { "skipped" };
    match last_exit {
        _ if record.skipped.is_some() => "skipped",
        Some(LeftAs::Refused | LeftAs::Undecided) => "refused",
        Some(LeftAs::Void | LeftAs::Gone) => "void",
        Some(LeftAs::Abandoned) => "skipped",
        Some(LeftAs::Passed | LeftAs::Returned) | None => not_done,
    }
}
