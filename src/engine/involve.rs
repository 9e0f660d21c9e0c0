//! Who has to do with a case, and why: the only source of what lists and searches show.

use serde::{Deserialize, Serialize};

use super::Party;
use crate::workflow::place::{Place, keys_of};

/// Why somebody has to do with a case.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Why {
    /// Filed it.
    Applicant,
    /// Was asked.
    Asked,
    /// Was asked for advice.
    Consulted,
    /// Acted.
    Acted,
    /// Was copied on.
    Copied,
    /// Was sent a copy by somebody, who may see less than all.
    Sent,
    /// Was told of a deadline.
    Escalated,
    /// Is to name a holder or mend the case.
    Manages,
}

/// A party and why.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Involvement {
    /// Who.
    pub party: Party,
    /// Why.
    pub why: Why,
    /// In which branch of a foreach: the stage or block there at which it was; `None` outside every branch.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub at: Option<Place>,
}

impl Involvement {
    /// Somebody who has to do with a case at a stage or block, or as a whole at "".
    #[must_use]
    pub fn new(party: Party, why: Why, place: &str) -> Self {
        let in_branch = keys_of(place).next().is_some();
        Self {
            party,
            why,
            at: in_branch.then(|| place.to_owned()),
        }
    }
}

impl Why {
    /// Every reason.
    pub const ALL: [Self; 8] = [
        Self::Applicant,
        Self::Asked,
        Self::Consulted,
        Self::Acted,
        Self::Copied,
        Self::Sent,
        Self::Escalated,
        Self::Manages,
    ];

    /// The word in the tables.
    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            Self::Applicant => "applicant",
            Self::Asked => "asked",
            Self::Consulted => "consulted",
            Self::Acted => "acted",
            Self::Copied | Self::Sent => "copied",
            Self::Escalated => "escalated",
            Self::Manages => "manages",
        }
    }
}
