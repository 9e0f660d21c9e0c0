//! Which part of a case an event is about, for readers who do not see all of it.

use super::{Event, Owner, TaskId};

/// A part of a case.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum About<'e> {
    /// The case as a whole.
    Case,
    /// A stage, block or branch.
    Place(&'e str),
    /// A task.
    Task(TaskId),
    /// The clock with this key.
    Clock(&'e str),
}

impl Event {
    /// What it is about.
    #[must_use]
    pub fn about(&self) -> About<'_> {
        match self {
            Self::Submitted { .. }
            | Self::Suspended { .. }
            | Self::Continued { .. }
            | Self::Commented { .. }
            | Self::CopySent { .. }
            | Self::Urged { .. }
            | Self::Voided { .. }
            | Self::Migrated { .. }
            | Self::Reweighed { .. }
            | Self::Unparked { .. }
            | Self::Unheld { .. }
            | Self::Withdrawn { .. }
            | Self::Terminated { .. }
            | Self::Ended { .. } => About::Case,
            Self::AnswersChanged { of, .. } | Self::Erased { of, .. } => match of {
                Owner::Case => About::Case,
                Owner::Branch(branch) => About::Place(branch),
                Owner::Task(task) => About::Task(*task),
            },
            Self::Skipped { id, .. }
            | Self::Entered { id, .. }
            | Self::ComesBack { id, .. }
            | Self::BranchOpened { id, .. }
            | Self::Waits { id }
            | Self::Stands { id, .. }
            | Self::CaseStarted { id, .. }
            | Self::CaseFiled { id, .. }
            | Self::CaseClosed { id, .. }
            | Self::Signalled { id, .. }
            | Self::Recorded { id, .. }
            | Self::TasksOpened { id, .. }
            | Self::Left { id, .. }
            | Self::Resubmitted { id }
            | Self::SupplementAsked { id, .. }
            | Self::ExtensionAsked { id, .. }
            | Self::Supplied { id, .. }
            | Self::Copied { id, .. } => About::Place(id),
            Self::Jumped { from, .. } | Self::Returned { from, .. } => About::Place(from),
            Self::EditAsked { from, branch, .. } => About::Place(branch.as_ref().unwrap_or(from)),
            Self::Held { path, .. } | Self::Parked { path, .. } => path
                .last()
                .map_or(About::Case, |innermost| About::Place(innermost)),
            Self::TurnCame { task }
            | Self::Allotted { task, .. }
            | Self::Transferred { task, .. }
            | Self::Recused { task, .. }
            | Self::SignersAdded { task, .. }
            | Self::SignerRemoved { task, .. }
            | Self::Consulted { task, .. }
            | Self::Claimed { task }
            | Self::Released { task }
            | Self::ClaimLost { task }
            | Self::Reassigned { task, .. }
            | Self::Answered { task, .. }
            | Self::TakenBack { task, .. }
            | Self::TaskCancelled { task, .. } => About::Task(*task),
            Self::ClockStarted { key, .. }
            | Self::ClockPaused { key }
            | Self::ClockResumed { key }
            | Self::ClockStopped { key }
            | Self::ClockBudgeted { key, .. }
            | Self::Extended { key, .. }
            | Self::ExtensionRefused { key, .. }
            | Self::StepCame { key, .. }
            | Self::Escalated { key, .. } => About::Clock(key),
        }
    }
}
