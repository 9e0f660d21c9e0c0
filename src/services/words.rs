//! The words under which the engine's values stand in tables, lists and the API.

use crate::engine::{Answer, Case, Channel, Status, TaskAsks};
use crate::workflow::{Outcome, Workflow};

/// The word of a channel in the tables.
#[must_use]
pub fn channel(channel: Channel) -> &'static str {
    match channel {
        Channel::Page => "page",
        Channel::Link => "link",
        Channel::Api => "api",
        Channel::Cli => "cli",
        Channel::Timer => "timer",
    }
}

/// `open`, `ended`: the word in lists and in the API.
#[must_use]
pub fn status_word(case: &Case) -> &'static str {
    match case.status {
        Status::Draft => "draft",
        Status::Open { .. } if case.in_force() => "in_force",
        Status::Open { .. } => "open",
        Status::Suspended { .. } => "suspended",
        Status::Ended { .. } => "ended",
    }
}

/// What an end means to other systems.
#[must_use]
pub fn outcome_of(workflow: &Workflow, end: &str) -> Outcome {
    workflow.end(end).map_or(Outcome::Closed, |end| end.outcome)
}

/// The outcome's word.
#[must_use]
pub fn outcome_word(outcome: Outcome) -> &'static str {
    outcome.word()
}

/// The word of what a task asks for.
#[must_use]
pub fn asks_word(asks: TaskAsks) -> &'static str {
    match asks {
        TaskAsks::Sign => "sign",
        TaskAsks::Work => "work",
        TaskAsks::Notice => "notice",
        TaskAsks::Edit => "edit",
        TaskAsks::Supply => "supply",
        TaskAsks::Repair => "repair",
        TaskAsks::Advise => "advise",
        TaskAsks::File => "file",
        TaskAsks::Extension => "extension",
    }
}

/// The word of an answer.
#[must_use]
pub fn answer_word(answer: &Answer) -> &'static str {
    match answer {
        Answer::Approved => "approved",
        Answer::Rejected => "rejected",
        Answer::Abstained => "abstained",
        Answer::Chosen { refuses: false, .. } => "chosen",
        Answer::Chosen { refuses: true, .. } => "refused",
        Answer::Done => "done",
        Answer::Acknowledged => "acknowledged",
        Answer::Returned => "returned",
        Answer::Submitted => "submitted",
        Answer::Supplied => "supplied",
        Answer::Repaired => "repaired",
        Answer::Granted => "granted",
        Answer::Declined => "declined",
        Answer::Advised => "advised",
        Answer::Filed => "filed",
    }
}
