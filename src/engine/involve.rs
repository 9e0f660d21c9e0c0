//! Who has to do with a case, and why: the only source of what lists and searches show.

use serde::{Deserialize, Serialize};

use super::Party;

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
}

impl Why {
    /// Every reason.
    pub const ALL: [Self; 7] = [
        Self::Applicant,
        Self::Asked,
        Self::Consulted,
        Self::Acted,
        Self::Copied,
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
            Self::Copied => "copied",
            Self::Escalated => "escalated",
            Self::Manages => "manages",
        }
    }
}
