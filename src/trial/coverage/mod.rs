//! What of a definition its tests have been through: stages, branches, targets, actions, guards and ends.

mod actions;
mod guards;
mod places;
mod targets;

pub use guards::{Guard, watch};

use super::office::Running;
use super::play::{Played, Taken};
use crate::engine::Event;
use crate::workflow::Workflow;

/// A kind of thing that can be gone through.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Part {
    /// Stages and blocks that were entered.
    Stages,
    /// Branches of `parallel` and `foreach` that were opened.
    Branches,
    /// Targets written in `next`, `refused`, `undecided`, `return` and overdue steps that were followed.
    Targets,
    /// What a stage lets people do that was done.
    Actions,
    /// Guards of the run that held, and did not.
    Guards,
    /// Guards of the form that held, and did not.
    Form,
    /// Ends that were reached.
    Ends,
}

impl Part {
    /// All of them, in the order in which they are told.
    pub const ALL: [Self; 7] = [
        Self::Stages,
        Self::Branches,
        Self::Targets,
        Self::Actions,
        Self::Guards,
        Self::Form,
        Self::Ends,
    ];

    /// The word behind which its name stands in the messages.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Stages => "stages",
            Self::Branches => "branches",
            Self::Targets => "targets",
            Self::Actions => "actions",
            Self::Guards => "guards",
            Self::Form => "form",
            Self::Ends => "ends",
        }
    }
}

/// What is missing of one thing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Missing {
    /// Nothing.
    Nothing,
    /// All of it.
    Everything,
    /// A guard never held.
    Yes,
    /// A guard always held.
    No,
}

/// One thing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Item {
    /// What kind of thing.
    pub part: Part,
    /// How the definition calls it: `review`, `conformity return → applicant`.
    pub name: String,
    /// What is missing.
    pub missing: Missing,
}

/// What a definition's tests have been through.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Coverage {
    /// Everything that there is.
    pub items: Vec<Item>,
}

impl Coverage {
    /// How much of a part was gone through, and how much there is.
    #[must_use]
    pub fn count(&self, part: Part) -> (usize, usize) {
        let of_part = || self.items.iter().filter(|item| item.part == part);
        let met = of_part().filter(|item| item.missing == Missing::Nothing);
        (met.count(), of_part().count())
    }

    /// The share of everything, in percent, rounded down.
    #[must_use]
    pub fn percent(&self) -> usize {
        let met = self.items.iter();
        let met = met.filter(|item| item.missing == Missing::Nothing).count();
        (met * 100).checked_div(self.items.len()).unwrap_or(100)
    }

    /// What was not gone through.
    pub fn missing(&self, part: Part) -> impl Iterator<Item = &Item> {
        let items = self.items.iter();
        items.filter(move |item| item.part == part && item.missing != Missing::Nothing)
    }
}

/// Looks at everything that was played of a watched workflow.
#[must_use]
pub fn coverage(workflow: &Workflow, guards: &[Guard], played: &[Played]) -> Coverage {
    let seen = Observed {
        decisions: played
            .iter()
            .flat_map(|played| &played.office.cases)
            .filter(|running| running.workflow.key == workflow.key)
            .flat_map(decisions)
            .collect(),
        taken: played.iter().flat_map(|played| &played.taken).collect(),
    };
    let mut items = Vec::new();
    items.extend(places::items(workflow, &seen));
    items.extend(targets::items(workflow, &seen));
    items.extend(actions::items(workflow, &seen));
    items.extend(guards.iter().map(Guard::item));
    Coverage { items }
}

/// What was seen while the tests were played.
struct Observed<'p> {
    /// The events of each decision.
    decisions: Vec<Vec<&'p Event>>,
    /// The actions that were accepted.
    taken: Vec<&'p Taken>,
}

/// The events of a case, by the decision that they belong to.
fn decisions(running: &Running) -> Vec<Vec<&Event>> {
    let revision = |entry: &(Event, crate::engine::Stamp)| entry.1.revision;
    running
        .log
        .chunk_by(|one, two| revision(one) == revision(two))
        .map(|chunk| chunk.iter().map(|(event, _)| event).collect())
        .collect()
}

fn item(part: Part, name: String, met: bool) -> Item {
    Item {
        part,
        name,
        missing: match met {
            true => Missing::Nothing,
            false => Missing::Everything,
        },
    }
}
