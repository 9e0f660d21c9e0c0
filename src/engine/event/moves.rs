//! Where the run goes, as events keep it.

use serde::{Deserialize, Serialize};

use crate::workflow::{Id, Place};

/// How a stage or block was left.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum LeftAs {
    /// It passed.
    Passed,
    /// It was refused.
    Refused,
    /// Neither: no quorum or a tie.
    Undecided,
    /// It does not count: a branch that left uncounted.
    Void,
    /// It does not count: what the branch was opened for is not there any more.
    Gone,
    /// The case was returned to an earlier place.
    Returned,
    /// The run went elsewhere: a deadline, an end.
    Abandoned,
}

/// Why a stage was passed over.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SkipReason {
    /// Its `when` did not hold.
    When,
    /// Nobody had to sign: every seat's `when` was false.
    NoSeat,
    /// There was nothing to open a branch for.
    NoBranch,
}

/// Where a stage or block that was opened out of turn hands the run back.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Onward {
    /// To this stage, whose holder sent the case back (`resume: here`).
    To(Id),
    /// To wherever this one leads, after which an earlier stage was made up for.
    Behind(Id),
}

/// One move of the run. A move at which a guard fails is kept, to be tried again.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Move {
    /// Enter a stage or block.
    Enter {
        /// Which.
        id: Id,
        /// Where it hands the run back, the next last.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        resume: Vec<Onward>,
        /// Whether it lies off the run's way: sent for, made up for, or come back to.
        #[serde(default, skip_serializing_if = "std::ops::Not::not")]
        detour: bool,
        /// Of a foreach: every branch, those that have passed too (`again`).
        #[serde(default, skip_serializing_if = "std::ops::Not::not")]
        all: bool,
    },
    /// Begin with a branch: one that was just opened, or one that was sent back.
    Branch {
        /// Which.
        id: Place,
    },
    /// Look whether the branches of a block have come together.
    Join {
        /// The block.
        id: Place,
    },
    /// Open another round of what the run does not stand at: a stage that comes again and again, or one that the run has
    /// gone on from.
    Round {
        /// Which.
        id: Place,
        /// Where it hands the run back, the next last.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        resume: Vec<Onward>,
        /// Of a foreach: every branch, those that have passed too (`again`).
        #[serde(default, skip_serializing_if = "std::ops::Not::not")]
        all: bool,
    },
    /// Go on from a stage that came again and again and does so no more.
    Over {
        /// Which.
        id: Place,
        /// Where it hands the run back, the next last.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        resume: Vec<Onward>,
    },
    /// Reach an end.
    End {
        /// Which.
        id: Id,
    },
    /// Go on from a stage or block that was left.
    After {
        /// Which.
        id: Id,
        /// How it was left.
        how: LeftAs,
        /// Where it hands the run back, the next last.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        resume: Vec<Onward>,
    },
    /// Read the budgets and branches again after answers changed; the run itself goes on.
    Budgets,
}

impl Move {
    /// The place that it is about; `None` when it is an end, or the answers as a whole.
    #[must_use]
    pub fn place(&self) -> Option<&str> {
        match self {
            Self::Enter { id, .. }
            | Self::Branch { id }
            | Self::Join { id }
            | Self::Round { id, .. }
            | Self::Over { id, .. }
            | Self::After { id, .. } => Some(id),
            Self::End { .. } | Self::Budgets => None,
        }
    }

    /// Enters a stage or block on the run's way.
    pub(in crate::engine) fn to(id: &str) -> Self {
        Self::Enter {
            id: id.to_owned(),
            resume: Vec::new(),
            detour: false,
            all: false,
        }
    }

    /// Enters a stage or block off the run's way.
    pub(in crate::engine) fn aside(id: &str, resume: Vec<Onward>) -> Self {
        Self::Enter {
            id: id.to_owned(),
            resume,
            detour: true,
            all: false,
        }
    }
}
