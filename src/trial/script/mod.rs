//! The tests of a definition, as its file beside it tells them: who there is, what is answered, and steps on days with
//! what is expected. The language of the file is described in `docs/workflow-tests.md`.

mod expect;
mod head;
mod names;
mod people;
mod read;
mod resources;
mod steps;

use std::collections::BTreeMap;

use chrono::{NaiveDate, NaiveTime};

use super::setting::Setting;
use crate::calendar::{Duration, Instant};
use crate::catalogue::Resource;
use crate::directory::{DepartmentCode, Directory, PersonId};
use crate::engine::{Channel, Input, Notice};
use crate::forms::Answers;
use crate::workflow::{Id, Outcome, Place, Spot};

pub(super) use head::{Head, KEYS as HEAD_KEYS, answers, head};
pub(super) use names::Names;
pub use people::read_directory;
pub(super) use people::roles;
pub use read::read;
pub use resources::read_catalogue;

/// Directories and catalogues by the name that a file gives them: `demo`, a path beside the file, the system's own.
pub trait Shelf {
    /// A directory.
    ///
    /// # Errors
    /// Why it cannot be read.
    fn directory(&self, name: &str) -> Result<Directory, String>;

    /// A catalogue.
    ///
    /// # Errors
    /// Why it cannot be read.
    fn catalogue(&self, name: &str) -> Result<Vec<Resource>, String>;
}

/// A file of tests.
#[derive(Debug, Clone)]
pub struct Script {
    /// Who and what there is.
    pub setting: Setting,
    /// The tests, in their order.
    pub tests: Vec<Test>,
}

/// One case and what happens to it.
#[derive(Debug, Clone)]
pub struct Test {
    /// Its name.
    pub name: String,
    /// Where it is written.
    pub spot: Spot,
    /// When it begins.
    pub start: Instant,
    /// Who files.
    pub applicant: PersonId,
    /// For which department.
    pub department: DepartmentCode,
    /// What the request says.
    pub answers: Answers,
    /// Settings of the definition that are otherwise in this test.
    pub settings: BTreeMap<String, serde_json::Value>,
    /// What happens.
    pub steps: Vec<Step>,
}

/// One step: time passes, or somebody does something, and then something is so.
#[derive(Debug, Clone)]
pub struct Step {
    /// Where it is written.
    pub spot: Spot,
    /// When it happens.
    pub when: When,
    /// What happens; `None`: only time passes.
    pub happens: Option<Happening>,
    /// What is so afterwards.
    pub expects: Vec<Expect>,
}

/// When a step happens.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum When {
    /// At the time of the step before.
    Now,
    /// At this time.
    At(Instant),
    /// At this time of the day.
    Clock(NaiveTime),
    /// So much later; whole working days keep the time of the day.
    After(Duration),
}

/// What happens in a step.
#[derive(Debug, Clone)]
pub enum Happening {
    /// Somebody does something.
    Act(Box<Act>),
    /// A case that this one has started was filed, or has ended.
    Started(Started),
}

/// What became of a case that was started; it runs elsewhere.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Started {
    /// At which `start`.
    pub place: Place,
    /// Who filed it; `None`: whoever is asked to.
    pub by: Option<PersonId>,
    /// How it ended; `None`: it was filed.
    pub outcome: Option<Outcome>,
}

/// What somebody does.
#[derive(Debug, Clone)]
pub struct Act {
    /// Who; `None`: the applicant.
    pub by: Option<PersonId>,
    /// By which way.
    pub channel: Channel,
    /// The action's name.
    pub action: String,
    /// On the task of this stage; `None`: on the one that is theirs.
    pub stage: Option<Place>,
    /// On the task of this seat.
    pub seat: Option<Id>,
    /// What goes with it.
    pub input: Input,
}

/// Something expected, with where it is written.
#[derive(Debug, Clone)]
pub struct Expect {
    /// Where.
    pub spot: Spot,
    /// What.
    pub what: Expected,
}

/// What can be expected.
#[derive(Debug, Clone, PartialEq)]
pub enum Expected {
    /// `refused`: the action is refused with this code.
    Refused(Refusal),
    /// `open`: these are open, and no other stage is.
    Open(Vec<Place>),
    /// `tasks`: these people or posts are asked in a stage, and no other.
    Tasks {
        /// Where.
        stage: Place,
        /// For one seat.
        seat: Option<Id>,
        /// Logins and posts as written.
        who: Vec<String>,
    },
    /// `due`: the deadline of a stage's tasks, or of a block.
    Due {
        /// Where.
        node: Place,
        /// Of the statutory (true) or the internal clocks only.
        law: Option<bool>,
        /// `None`: no clock runs.
        when: Option<Deadline>,
    },
    /// `left`: what is left of the clock of a stage or block.
    Left {
        /// Where.
        node: Place,
        /// So much, begun units in full.
        left: Duration,
    },
    /// `paused`: the clocks of these stand still.
    Paused(Vec<Place>),
    /// `mails`: these people, and no others, got this notice in this step; `None`: nobody got any.
    Mails(Option<(Notice, Vec<String>)>),
    /// `copied`: these people and posts, and no others, got a copy in this step.
    Copied(Vec<String>),
    /// `end`: the case has reached this end; `None`: it is open.
    End(Option<Id>),
    /// `outcome`: the case has ended so.
    Outcome(Outcome),
    /// `answers`: an answer is this.
    Answer {
        /// Of the branch or the task at this place; `None`: of the case.
        place: Option<Place>,
        /// As `decisions.0.decision`.
        path: String,
        /// The value.
        value: serde_json::Value,
    },
    /// `offered` and `not_offered`: somebody may take these actions now, or may not.
    Offered {
        /// The login.
        who: String,
        /// The actions.
        actions: Vec<String>,
        /// Whether they may.
        may: bool,
    },
    /// `done`: these have passed, and were not entered again since.
    Done(Vec<Place>),
    /// `skipped`: these were passed over.
    Skipped(Vec<Place>),
    /// `entries`: the case has left so many entries in a register, each of them like one of these.
    Entries {
        /// Which register.
        register: String,
        /// The entries.
        entries: Vec<EntryLike>,
    },
    /// `rounds`: how often a stage or block was entered.
    Rounds {
        /// Which.
        node: Place,
        /// How often.
        rounds: u32,
    },
}

/// An entry that is expected; what is not written may be anything.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct EntryLike {
    /// Of which element.
    pub element: Option<String>,
    /// In which branch.
    pub branch: Option<Place>,
    /// Its status.
    pub status: Option<String>,
    /// Some of its values.
    pub values: Answers,
}

/// A refusal that is expected.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refusal {
    /// Its code.
    pub code: String,
    /// What its message contains, for a check of the definition.
    pub message: Option<String>,
    /// Of `answers`: fields that will not do, and no others.
    pub fields: Option<Vec<String>>,
}

/// A deadline as written: its last day, or to the minute.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Deadline {
    /// The last day.
    Day(NaiveDate),
    /// Exactly.
    At(Instant),
}

/// Named sets of answers.
pub(super) type Sets = BTreeMap<String, Answers>;
