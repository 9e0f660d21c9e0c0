//! The branches of a case, and what it has left in registers.

use serde::Serialize;
use serde_json::Value;
use utoipa::ToSchema;

use crate::engine::{BranchRecord, Entry, LeftAs};
use crate::forms::{self, Answers};
use crate::messages::Language;
use crate::services::seen::Seen;
use crate::services::titles::{Titles, branch_at};
use crate::workflow::place::{branch_of, keys_of};
use chrono::{DateTime, Utc};

/// The branch of a `foreach` that something stands in.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct InBranch {
    /// What tells it from the others.
    pub key: String,
    /// What people call it: a department's name, a resource's title.
    pub label: String,
    /// Its place, as it stands in `branches`.
    pub place: String,
}

/// A branch of a `foreach` or `parallel`.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct BranchBody {
    /// Its place: `providers[340000]`, `life.open`.
    pub place: String,
    /// The place of its block.
    pub block: String,
    /// What tells it from the others.
    pub key: String,
    /// What people call it.
    pub label: String,
    /// `open`, `in_force`, `passed`, `refused`, `void`, `returned`, `undecided`, `abandoned`.
    pub status: &'static str,
    /// What it stands for: the parts that tell it apart, or the element; null in a `parallel`.
    #[schema(value_type = Object)]
    pub part: Value,
    /// Its own answers by field; private ones only for those who handle the case.
    #[schema(value_type = Object)]
    pub answers: Answers,
    /// When it was opened last.
    pub entered: Option<DateTime<Utc>>,
    /// When it passed or was refused.
    pub left: Option<DateTime<Utc>>,
}

/// What the case has left in a register.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct EntryBody {
    /// Which register.
    pub register: String,
    /// The branch that left it.
    pub branch: Option<InBranch>,
    /// Which element of several; empty for one.
    pub element: String,
    /// Its status.
    pub status: Option<String>,
    /// Its values.
    #[schema(value_type = Object)]
    pub values: Answers,
    /// When it was opened.
    pub opened_at: DateTime<Utc>,
}

/// The branch of a `foreach` that a place stands in, innermost; `None` outside.
pub fn in_branch(titles: &Titles<'_>, place: &str) -> Option<InBranch> {
    let branch = branch_at(titles.workflow, titles.case, place)?;
    Some(InBranch {
        key: keys_of(&branch).last().unwrap_or_default().to_owned(),
        label: titles.branches(&branch),
        place: branch,
    })
}

/// The branches that the reader sees, by their places.
pub fn branches(seen: &Seen, language: Language) -> Vec<BranchBody> {
    let titles = Titles::of(&seen.running, language);
    let branches = seen.running.case.branches.iter();
    branches
        .map(|(place, record)| branch(seen, &titles, place, record))
        .collect()
}

fn branch(seen: &Seen, titles: &Titles<'_>, place: &str, record: &BranchRecord) -> BranchBody {
    let running = &seen.running;
    let own = running.case.stage(place);
    let opened = seen.private.as_ref().map(|opened| &opened.branches);
    let key = branch_of(place).or_else(|| keys_of(place).last());
    BranchBody {
        block: running.workflow.around(place).pop().unwrap_or_default(),
        key: key.unwrap_or_default().to_owned(),
        label: titles.branch(place),
        status: status(seen, place, own.how),
        part: record.part.clone(),
        answers: match opened.and_then(|branches| branches.get(place)) {
            Some(private) => forms::join_private(&running.workflow.form, &record.answers, private),
            None => record.answers.clone(),
        },
        entered: own.entered,
        left: own.left,
        place: place.to_owned(),
    }
}

fn status(seen: &Seen, place: &str, how: Option<LeftAs>) -> &'static str {
    match (seen.running.case.position(place), how) {
        (Some(position), _) if position.in_force() => "in_force",
        (Some(_), _) => "open",
        (None, Some(LeftAs::Passed)) => "passed",
        (None, Some(LeftAs::Refused)) => "refused",
        (None, Some(LeftAs::Undecided)) => "undecided",
        (None, Some(LeftAs::Void | LeftAs::Gone)) => "void",
        (None, Some(LeftAs::Returned)) => "returned",
        (None, Some(LeftAs::Abandoned) | None) => "abandoned",
    }
}

/// The register entries that the reader sees.
pub fn entries(seen: &Seen, language: Language) -> Vec<EntryBody> {
    let titles = Titles::of(&seen.running, language);
    let entries = seen.running.case.entries.values();
    entries.map(|entry| self::entry(&titles, entry)).collect()
}

fn entry(titles: &Titles<'_>, entry: &Entry) -> EntryBody {
    let branch = entry.branch.as_deref();
    EntryBody {
        register: entry.register.clone(),
        branch: branch.and_then(|branch| in_branch(titles, branch)),
        element: entry.element.clone(),
        status: entry.status.clone(),
        values: entry.values.clone(),
        opened_at: entry.opened,
    }
}
