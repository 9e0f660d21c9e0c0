//! The stages of a case: what is behind it, where it is, what is to come.

use serde::Serialize;
use utoipa::ToSchema;

use super::branch::{InBranch, in_branch};
use crate::engine::{Case, Event, LeftAs, PositionState};
use crate::messages::Language;
use crate::services::seen::Seen;
use crate::services::titles::Titles;
use crate::workflow::place::id_of;
use crate::workflow::{Kind, Node, Place};
use chrono::{DateTime, Utc};

/// A stage or block; inside a `foreach` once for each branch.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct StageBody {
    /// Its id in the definition.
    pub id: String,
    /// Its place: the id, and inside a `foreach` the keys of its branches: `review[340000]`.
    pub place: String,
    /// The branch that it stands in.
    pub branch: Option<InBranch>,
    /// Its name.
    pub title: String,
    /// The block that it stands in.
    pub block: Option<String>,
    /// `passed`, `refused`, `skipped`, `void`, `open`, `in_force` (a wait), `waiting` (for the applicant, for something else
    /// to close, or to be mended), `to_come`.
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
    let titles = Titles::of(&seen.running, language);
    let nodes = titles.workflow.nodes();
    nodes
        .flat_map(|node| {
            let places = places(&titles, &node.id).into_iter();
            places.map(|place| stage(seen, &titles, node, place))
        })
        .collect()
}

/// The places of a node: one for each branch that there is around it.
fn places(titles: &Titles<'_>, id: &str) -> Vec<Place> {
    let (workflow, case) = (titles.workflow, titles.case);
    let path = workflow.path_to(id).unwrap_or_default();
    let foreach = path
        .iter()
        .rev()
        .find(|block| matches!(block.kind, Kind::Foreach(_)));
    let Some(foreach) = foreach else {
        return vec![id.to_owned()];
    };
    let branches = case.branches.keys();
    let own = branches.filter(|branch| id_of(branch) == foreach.id && branch.contains('['));
    let places: Vec<Place> = own.map(|branch| workflow.seen_from(branch, id)).collect();
    match places.is_empty() {
        true => vec![id.to_owned()],
        false => places,
    }
}

fn stage(seen: &Seen, titles: &Titles<'_>, node: &Node, place: Place) -> StageBody {
    let case = &seen.running.case;
    let record = case.stage(&place);
    let block = titles.workflow.path_to(&node.id);
    StageBody {
        id: node.id.clone(),
        title: titles.bare(&node.id),
        branch: in_branch(titles, &place),
        block: block.and_then(|path| path.last().map(|block| block.id.clone())),
        status: status(case, &place, last_exit(seen, &place)),
        rounds: record.rounds,
        entered: record.entered,
        left: record.left,
        law: node.law.clone(),
        place,
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
