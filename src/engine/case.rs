//! A case: where one request stands. The snapshot in the database is this value; replaying the events gives it again.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use super::event::{LeftAs, Move, Onward};
use super::extension::Extension;
use super::involve::Involvement;
use super::{Task, TaskAsks, TaskId};
use crate::calendar::{Clock as Measure, Instant};
use crate::directory::{DepartmentCode, PersonId};
use crate::forms::Answers;
use crate::workflow::{Id, Outcome, Place};

/// A case's key in the database.
pub type CaseId = i64;

/// The key of a clock within its case: the node, the rule and, unless a law sets it, the round.
pub type ClockKey = String;

/// One request running through a workflow.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Case {
    /// Counts up with every command that was accepted.
    pub revision: i64,
    /// The workflow's key.
    pub workflow: String,
    /// Its number, given at submission.
    pub number: Option<String>,
    /// Who filed it.
    pub applicant: PersonId,
    /// For which department.
    pub department: DepartmentCode,
    /// When it was submitted first.
    pub submitted: Option<Instant>,
    /// Where it stands.
    pub status: Status,
    /// What was answered, without the private values.
    pub answers: Answers,
    /// What stands for the private values, by path: `phone`, `users.0.name`.
    pub private: Answers,
    /// The revision that last changed the answers.
    pub answers_changed: i64,
    /// What is known of the stages, blocks and branches that were entered.
    pub stages: BTreeMap<Place, StageRecord>,
    /// What is known of the branches besides.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub branches: BTreeMap<Place, BranchRecord>,
    /// What it has left in registers, by [`Entry::key`].
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub entries: BTreeMap<String, Entry>,
    /// Every task there ever was, in the order of their numbers.
    pub tasks: Vec<Task>,
    /// The clocks.
    pub clocks: BTreeMap<ClockKey, Clock>,
    /// Who has to do with the case, and why.
    pub involved: BTreeSet<Involvement>,
    /// The level of its data before and after the data directory was changed last.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reweighed: Option<(u8, u8)>,
    /// The revision in which somebody last acted: what is said, copied and urged besides does not count.
    #[serde(default)]
    pub acted: i64,
    /// The private answers that were erased, by what stands for them.
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    pub erased: BTreeSet<String>,
    /// When somebody last urged.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub urged: Option<Instant>,
}

/// Where a case stands.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Status {
    /// Being written; it has no number and no events.
    Draft,
    /// Running.
    Open {
        /// Where.
        at: Region,
    },
    /// Held up by a manager (挂起): clocks stand still and nobody acts.
    Suspended {
        /// Where it goes on.
        at: Region,
        /// Since when.
        since: Instant,
    },
    /// Over.
    Ended {
        /// At which end.
        end: Id,
        /// When.
        at: Instant,
        /// Since when it is void.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        voided: Option<Instant>,
    },
}

/// A list of stages that the run is in.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Region {
    /// What is open in it.
    pub open: Vec<Position>,
}

/// One open stage or block, and inside a block its own region.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Position {
    /// Which.
    pub id: Place,
    /// Its round, from 1.
    pub round: u32,
    /// Whether the run has gone on meanwhile (`await`).
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub beside: bool,
    /// Where it hands the run back after passing, the next last.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub resume: Vec<Onward>,
    /// What is going on.
    pub state: PositionState,
}

/// What is going on at a position.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PositionState {
    /// Its people are asked.
    Asked,
    /// It waits for a supplement.
    Supplement {
        /// What is missing.
        fields: Vec<String>,
    },
    /// A block is open.
    Inside(Region),
    /// It stands until a time or a signal.
    Waiting,
    /// It stands until its next round (`every`).
    Between,
    /// A case of another workflow is to end.
    Started {
        /// What that one begins with.
        with: Answers,
    },
    /// Something that is still open must be closed first (`await`).
    Held {
        /// What then.
        step: Move,
    },
    /// The applicant revises the request.
    Editing(Resume),
    /// A guard failed.
    Parked {
        /// What to try again.
        step: Move,
        /// Why it stands.
        reason: String,
    },
}

/// Where the run goes when the applicant has revised the request.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Resume {
    /// Through all stages again.
    Again,
    /// Straight back to this stage.
    Here(Place),
    /// Through all stages of this branch again.
    Branch(Place),
}

/// What is known of a branch besides its [`StageRecord`].
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct BranchRecord {
    /// The round of its block in which it was opened.
    pub round: u32,
    /// What it stands for: the parts by which a foreach tells its branches, or the element; null in a parallel.
    pub part: serde_json::Value,
    /// Its own answers, without the private values.
    #[serde(default, skip_serializing_if = "Answers::is_empty")]
    pub answers: Answers,
    /// What stands for the private values, by path.
    #[serde(default, skip_serializing_if = "Answers::is_empty")]
    pub private: Answers,
    /// The revision that last changed its answers.
    #[serde(default)]
    pub changed: i64,
    /// Where it goes on when it was sent back and is to come straight back (`resume: here`).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub back: Option<Move>,
}

/// What a case has left in a register.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Entry {
    /// Which register.
    pub register: String,
    /// The branch that left it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub branch: Option<Place>,
    /// Which element of `each`; empty without.
    pub element: String,
    /// Its status.
    pub status: Option<String>,
    /// Its values.
    pub values: Answers,
    /// When it was opened.
    pub opened: Instant,
    /// The revision that last changed it.
    pub changed: i64,
}

/// What is known of a stage, block or branch.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct StageRecord {
    /// How often it was entered.
    pub rounds: u32,
    /// The last entry.
    pub entered: Option<Instant>,
    /// The revision of the last entry.
    pub changed: i64,
    /// The last time it passed or was refused.
    pub left: Option<Instant>,
    /// Whether it has passed, and was not entered again since.
    pub done: bool,
    /// How it was left the last time; `None` while it is open.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub how: Option<LeftAs>,
    /// How the case that it started ended.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub outcome: Option<Outcome>,
    /// The revision of the last entry on the run's way; a detour does not count.
    pub reached: i64,
    /// The revision in which it was passed over, when it was the last time.
    pub skipped: Option<i64>,
    /// The verdict's last choice; `approve`, `reject`, `done`, `acknowledge` where the stage has none of its own.
    pub choice: Option<Id>,
    /// Who acted last, under "", and per seat.
    pub actors: BTreeMap<String, PersonId>,
    /// How many supplements it has asked for, in all rounds.
    pub supplements: u32,
    /// Who may not sign here and said so; in no round any more.
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    pub recused: BTreeSet<PersonId>,
}

/// A clock.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Clock {
    /// The stage or block it belongs to.
    pub node: Place,
    /// Which of its rules.
    pub rule: usize,
    /// Whether a law sets it.
    pub law: bool,
    /// How it measures: a budget with its ledger, or a date.
    pub measure: Measure,
    /// When it was started; it may count from earlier.
    pub opened: Instant,
    /// Whether it has nothing more to measure.
    pub stopped: bool,
    /// The steps that came, with when they were due.
    pub came: BTreeMap<String, Instant>,
    /// More time that was asked for, oldest first.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub extensions: Vec<Extension>,
}

impl Case {
    /// A case that nobody has submitted yet.
    #[must_use]
    pub fn draft(workflow: &str, applicant: PersonId, department: DepartmentCode) -> Self {
        Self {
            revision: 0,
            workflow: workflow.to_owned(),
            number: None,
            applicant,
            department,
            submitted: None,
            status: Status::Draft,
            answers: Answers::new(),
            private: Answers::new(),
            answers_changed: 0,
            stages: BTreeMap::new(),
            branches: BTreeMap::new(),
            entries: BTreeMap::new(),
            tasks: Vec::new(),
            clocks: BTreeMap::new(),
            involved: BTreeSet::new(),
            reweighed: None,
            acted: 0,
            erased: BTreeSet::new(),
            urged: None,
        }
    }

    /// Where the run is, when it has not ended.
    #[must_use]
    pub fn region(&self) -> Option<&Region> {
        match &self.status {
            Status::Open { at } | Status::Suspended { at, .. } => Some(at),
            Status::Draft | Status::Ended { .. } => None,
        }
    }

    /// The same, to be changed.
    pub fn region_mut(&mut self) -> Option<&mut Region> {
        match &mut self.status {
            Status::Open { at } | Status::Suspended { at, .. } => Some(at),
            Status::Draft | Status::Ended { .. } => None,
        }
    }

    /// Whether it is running; a suspended case is not.
    #[must_use]
    pub fn is_open(&self) -> bool {
        matches!(self.status, Status::Open { .. })
    }

    /// Whether a manager holds it up.
    #[must_use]
    pub fn is_suspended(&self) -> bool {
        matches!(self.status, Status::Suspended { .. })
    }

    /// Whether only waits are open: what was applied for is in force, and nothing is pending.
    #[must_use]
    pub fn in_force(&self) -> bool {
        self.region().is_some_and(Region::in_force)
    }

    /// Since when it is void.
    #[must_use]
    pub fn voided(&self) -> Option<Instant> {
        match self.status {
            Status::Ended { voided, .. } => voided,
            _ => None,
        }
    }

    /// The task with this number.
    #[must_use]
    pub fn task(&self, id: TaskId) -> Option<&Task> {
        let found = self.tasks.binary_search_by_key(&id, |task| task.id);
        found.ok().map(|index| &self.tasks[index])
    }

    /// The tasks of one round of a stage; those that a verdict had opened which was taken back are none.
    pub fn round<'a>(&'a self, stage: &'a str, round: u32) -> impl Iterator<Item = &'a Task> {
        self.tasks
            .iter()
            .filter(move |task| task.stage == stage && task.round == round)
            .filter(|task| !task.is_undone())
    }

    /// Tasks that wait for an answer.
    pub fn open_tasks(&self) -> impl Iterator<Item = &Task> {
        self.tasks.iter().filter(|task| task.is_open())
    }

    /// Tasks that hold the case up now: while a supplement is out, it and not the stage that waits for it.
    pub fn awaited(&self) -> impl Iterator<Item = &Task> {
        self.open_tasks().filter(|task| {
            let position = self.position(&task.stage).map(|position| &position.state);
            let supplement = matches!(position, Some(PositionState::Supplement { .. }));
            !supplement || task.asks == TaskAsks::Supply
        })
    }

    /// The open position with this id, wherever it is.
    #[must_use]
    pub fn position(&self, id: &str) -> Option<&Position> {
        self.region()?.find(id)
    }

    /// The record of a stage; of one never entered, an empty one.
    #[must_use]
    pub fn stage(&self, id: &str) -> StageRecord {
        self.stages.get(id).cloned().unwrap_or_default()
    }

    /// All answers in it: the case's own, those of its branches, those on its tasks.
    pub fn all_answers(&self) -> impl Iterator<Item = &Answers> {
        let of_branches = self.branches.values().map(|branch| &branch.answers);
        let on_tasks = self.tasks.iter().map(|task| &task.answers);
        std::iter::once(&self.answers)
            .chain(of_branches)
            .chain(on_tasks)
    }

    /// The highest level of the chosen data: 1–4, 5 重要, 6 核心; 0 without any.
    #[must_use]
    pub fn level(&self) -> u8 {
        // A table may have a column called `level` as well; only what came from the catalogue has a resource.
        let rows = self
            .all_answers()
            .flat_map(Answers::values)
            .filter_map(serde_json::Value::as_array)
            .flatten()
            .filter(|row| row.get("resource").is_some());
        let levels = rows.filter_map(|row| row.get("level")?.as_u64());
        levels
            .max()
            .and_then(|level| u8::try_from(level).ok())
            .unwrap_or(0)
    }
}

impl Region {
    /// Whether only waits are open in it.
    #[must_use]
    pub fn in_force(&self) -> bool {
        let mut leaves = self.all();
        leaves.retain(|position| position.inside().is_none());
        let stands = |position: &Position| {
            matches!(
                position.state,
                PositionState::Waiting | PositionState::Between
            )
        };
        let waits = |position: &Position| position.state == PositionState::Waiting;
        leaves.iter().all(|position| stands(position))
            && leaves.iter().any(|position| waits(position))
    }

    /// The position with this id, here or in a block inside.
    #[must_use]
    pub fn find(&self, id: &str) -> Option<&Position> {
        self.open.iter().find_map(|position| {
            if position.id == id {
                Some(position)
            } else {
                position.inside()?.find(id)
            }
        })
    }

    /// The position with this id, to be changed.
    pub fn find_mut(&mut self, id: &str) -> Option<&mut Position> {
        self.open.iter_mut().find_map(|position| {
            if position.id == id {
                return Some(position);
            }
            match &mut position.state {
                PositionState::Inside(region) => region.find_mut(id),
                _ => None,
            }
        })
    }

    /// Takes the position with this id out. What the run has gone on from inside it (`await`) stays, in its place.
    pub fn remove(&mut self, id: &str) {
        let mut staying = Vec::new();
        self.open.retain_mut(|position| {
            let gone = position.id == id;
            if gone && let PositionState::Inside(region) = &mut position.state {
                staying.append(&mut region.open);
            }
            !gone
        });
        self.open.append(&mut staying);
        for position in &mut self.open {
            if let PositionState::Inside(region) = &mut position.state {
                region.remove(id);
            }
        }
    }

    /// Every open position, blocks before what is inside them.
    pub fn all(&self) -> Vec<&Position> {
        self.open
            .iter()
            .flat_map(|position| {
                std::iter::once(position).chain(position.inside().into_iter().flat_map(Region::all))
            })
            .collect()
    }
}

impl PositionState {
    /// The place because of which something stands that is no stage or block itself: a revision of the request, a step
    /// that is held back or parked. `None` where it is the case as a whole.
    #[must_use]
    pub fn cause(&self) -> Option<&str> {
        match self {
            Self::Editing(Resume::Here(place) | Resume::Branch(place)) => Some(place),
            Self::Held { step } | Self::Parked { step, .. } => step.place(),
            Self::Editing(Resume::Again)
            | Self::Asked
            | Self::Supplement { .. }
            | Self::Inside(_)
            | Self::Waiting
            | Self::Between
            | Self::Started { .. } => None,
        }
    }
}

impl Position {
    /// Whether it is a block in which only waits are open.
    #[must_use]
    pub fn in_force(&self) -> bool {
        self.inside().is_some_and(Region::in_force)
    }

    /// The region inside a block.
    #[must_use]
    pub fn inside(&self) -> Option<&Region> {
        match &self.state {
            PositionState::Inside(region) => Some(region),
            _ => None,
        }
    }
}

impl Entry {
    /// The status of an entry whose case was declared void, or whose writing was taken back.
    pub const VOIDED: &'static str = "voided";

    /// The key of an entry within its case: one per register, branch and element.
    #[must_use]
    pub fn key(register: &str, branch: Option<&str>, element: &str) -> String {
        format!("{register}/{}/{element}", branch.unwrap_or_default())
    }
}
