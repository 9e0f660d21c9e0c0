//! The engine decides: `handle(workflow, case, command, context)` answers with a decision or a rejection.
//!
//! `decide` (the [`actions`]) turns rules into [`Event`]s, `evolve` applies an event to a [`Case`] and cannot fail, and
//! `react` says what else must happen. Nothing here reads a clock, a database or a random number.

mod about;
pub mod actions;
mod allotment;
mod answers;
mod case;
mod clocks;
mod command;
mod context;
mod earlier;
mod erasure;
mod event;
mod evolve;
mod extension;
mod involve;
mod mails;
mod migrate;
mod moves;
mod naming;
mod opening;
mod parts;
mod people;
mod react;
mod rejection;
mod reweigh;
mod run;
mod scope;
mod signers;
mod situation;
mod standing_in;
mod task;
mod tick;
mod timing;
mod verdict;
mod who;

pub use about::About;
pub use actions::{
    JumpTarget, MOST_ADDED, MOST_COMMENT, MOST_CONSULTED, SignalOffer, jump_targets, signals,
    taken_back_from, targets as return_targets, ways as ways_to_add,
};
pub use allotment::{NoWorkload, Workload, line_of};
pub use answers::{asked_at_start, filled_by, filled_later, filled_on, stopped};
pub use case::{
    BranchRecord, Case, CaseId, Clock, ClockKey, Entry, Position, PositionState, Region, Resume,
    StageRecord, Status,
};
pub use clocks::{ClockReading, all_readings, next_wake, place_of_clock, readings};
pub use command::{Command, Input};
pub use context::{Actor, Channel, Child, Context, Kept, PlainVault, Stamp, Vault};
pub use earlier::Earlier;
pub use erasure::{Erased, Standing, column_of, sealed_in};
pub use event::{Event, LeftAs, Move, Onward, Owner, SkipReason};
pub use evolve::{EDITING, HELD, PARKED, clock_key_after};
pub use extension::{Extension, ExtensionState, MoreTime};
pub use involve::{Involvement, Why};
pub use migrate::{CarriedClock, Obstacle, gone_past, migrate, reason_given};
pub use parts::{Coming, coming, elements, handed_over};
pub use react::{Effect, Notice};
pub use rejection::Rejection;
pub use reweigh::{Reweighed, Weight, reweigh};
pub use scope::{answers_at, scope, scope_at};
pub use situation::{Offered, Situation};
pub use standing_in::Right;
pub use task::{
    Answer, Called, CalledAs, CancelReason, NewTask, Party, Task, TaskAsks, TaskId, TaskState,
};
pub use tick::tick;
pub use verdict::{Ballot, Cast, Verdict, verdict, verdict_of_share};

/// How a clock measures: a budget with its ledger, or a date.
pub use crate::calendar::Clock as Measure;
use crate::directory::PersonId;
use crate::workflow::Workflow;

use clocks::node_of_clock;

/// What a command leads to.
#[derive(Debug, Clone, PartialEq)]
pub struct Decision {
    /// What happened, in order.
    pub events: Vec<Event>,
    /// The case after it.
    pub case: Case,
    /// What else must happen.
    pub effects: Vec<Effect>,
    /// For whom it was taken, by a substitute.
    pub on_behalf: Option<PersonId>,
}

impl Decision {
    /// The stamp of its events, taken in this context.
    #[must_use]
    pub fn stamp(&self, context: &Context<'_>) -> Stamp {
        Stamp {
            on_behalf: self.on_behalf,
            ..context.stamp(self.case.revision)
        }
    }
}

/// Decides one command of a person. A rejection leaves no event.
pub fn handle(
    workflow: &Workflow,
    case: &Case,
    command: &Command,
    context: &Context<'_>,
) -> Result<Decision, Rejection> {
    let rule = actions::find(&command.action)
        .ok_or_else(|| Rejection::UnknownAction(command.action.clone()))?;
    let situation = Situation::new(workflow, case, context);
    situation.unchanged_since(command)?;
    rule.may(&situation, command.input.task)?;
    let right = rule.right(&situation, &command.input);

    let mut run = run::Run::begin(workflow, case, context).by(right);
    let lost = run.end_lost_claims();
    rule.decide(&mut run, &command.input)?;
    for task in lost {
        run.allot(task);
    }
    // What leaves no trace has changed nothing.
    if run.is_empty() {
        return Ok(Decision {
            events: Vec::new(),
            case: case.clone(),
            effects: Vec::new(),
            on_behalf: None,
        });
    }
    Ok(run.finish())
}

/// Applies events that were recorded with their stamps: the case that they make.
#[must_use]
pub fn replay<'a>(start: Case, recorded: impl IntoIterator<Item = (&'a Event, &'a Stamp)>) -> Case {
    let mut case = start;
    for (event, stamp) in recorded {
        case.evolve(event, stamp);
    }
    case
}
