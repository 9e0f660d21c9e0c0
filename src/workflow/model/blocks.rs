//! What stands in `stages`: stages and blocks, and what they leave in registers.

use std::sync::Arc;

use crate::expression::Expression;
use crate::workflow::clock::ClockRule;
use crate::workflow::register::Register;

use super::{Copies, Id, Next, Rules, Share, Stage, Text, Who};

/// A step of the workflow: a stage or a block.
#[derive(Debug, Clone, PartialEq)]
pub struct Node {
    /// Its id.
    pub id: Id,
    /// Its name.
    pub title: Text,
    /// A sentence for those who handle it.
    pub about: Option<Text>,
    /// Its legal basis, printed, not binding.
    pub basis: Option<Text>,
    /// Passed over unless this holds.
    pub when: Option<Expression>,
    /// After passing; empty: the following one.
    pub next: Next,
    /// After a refusal; empty: the enclosing block is refused.
    pub refused: Next,
    /// The article that requires it: never skipped.
    pub law: Option<String>,
    /// Its clocks.
    pub due: Vec<ClockRule>,
    /// Who is told of what.
    pub copy: Copies,
    /// The rules that `defaults` can give as well.
    pub rules: Rules,
    /// Everyone acting in it is a different person.
    pub distinct: bool,
    /// How far the run goes on before it is closed.
    pub awaits: Await,
    /// Whether it comes again and again.
    pub every: Option<Every>,
    /// What it leaves in registers.
    pub record: Vec<Record>,
    /// What may be signalled while it is open; blocks and `wait` only.
    pub signals: Vec<Signal>,
    /// What it is.
    pub kind: Kind,
}

/// What a node is. Blocks open and close a region.
#[derive(Debug, Clone, PartialEq)]
pub enum Kind {
    /// Asks people.
    Stage(Box<Stage>),
    /// A clock, a rule or signals over several.
    Group {
        /// Inside.
        stages: Vec<Node>,
    },
    /// Several ways at once.
    Parallel(Parallel),
    /// A branch for each element, opened at run time.
    Foreach(Box<Foreach>),
    /// Passed over by the run, entered by name, left by `next`.
    Aside {
        /// Inside.
        stages: Vec<Node>,
    },
    /// Stands until a time or a signal.
    Wait(Box<Wait>),
    /// Opens a case of another workflow.
    Start(Start),
}

/// How far the run goes on while a node is still open (`await`).
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub enum Await {
    /// It stays here until the node is closed.
    #[default]
    Here,
    /// It goes on; the case does not end before the node is closed.
    End,
    /// It goes on, and the case may end all the same.
    Never,
    /// It goes on; this one is not entered before the node is closed.
    Before(Id),
}

/// A new round each period (`every`, `while`), the first after one period.
#[derive(Debug, Clone, PartialEq)]
pub struct Every {
    /// The period, as the clock that measures it.
    pub clock: ClockRule,
    /// Only while this holds.
    pub holds: Option<Expression>,
}

/// What is written into a register (`record`).
#[derive(Debug, Clone, PartialEq)]
pub struct Record {
    /// Which register.
    pub register: String,
    /// How it is defined; `None` where it is not known any more to a version that was in force once.
    pub known: Option<Arc<Register>>,
    /// One entry for each of these; `None`: one of the case or branch.
    pub each: Option<Expression>,
    /// When.
    pub at: RecordAt,
    /// Its new status.
    pub status: Option<String>,
    /// The values, by the register's field; `row` is the element of `each`.
    pub set: Vec<(String, Expression)>,
}

/// When a register is written.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum RecordAt {
    /// On passing; of an end, on reaching it.
    #[default]
    Passed,
    /// On entry.
    Entered,
}

/// What somebody may signal while a block is open.
#[derive(Debug, Clone, PartialEq)]
pub struct Signal {
    /// Its name.
    pub name: Id,
    /// What it is called.
    pub title: Text,
    /// Who may.
    pub by: Vec<Who>,
    /// Sections or fields that go with it.
    pub fills: Vec<String>,
    /// Where the run goes then.
    pub next: Next,
}

/// Several ways at once (`parallel`).
#[derive(Debug, Clone, PartialEq)]
pub struct Parallel {
    /// The ways.
    pub branches: Vec<Branch>,
    /// When they have come together.
    pub join: Join,
}

/// One way of a `parallel`.
#[derive(Debug, Clone, PartialEq)]
pub struct Branch {
    /// Its name, unique among its siblings.
    pub name: Id,
    /// Its title.
    pub title: Text,
    /// Open only while this holds.
    pub when: Option<Expression>,
    /// Inside.
    pub stages: Vec<Node>,
}

/// A branch for each element (`foreach`).
#[derive(Debug, Clone, PartialEq)]
pub struct Foreach {
    /// The elements: a list.
    pub over: Expression,
    /// One branch per distinct value of these parts; empty: one per element.
    pub by: Vec<Id>,
    /// What guards inside call the branch's part.
    pub name: Id,
    /// One branch after another instead of all together.
    pub in_turn: bool,
    /// When they have come together.
    pub join: Join,
    /// Inside.
    pub stages: Vec<Node>,
}

/// When branches have come together. Void branches do not count.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Join {
    /// What must pass.
    pub pass: JoinPass,
    /// `rest: wait`: decided only once every branch is closed; otherwise the rest is cancelled.
    pub wait: bool,
}

impl Join {
    /// Every branch must pass; the first refusal decides.
    #[must_use]
    pub fn all() -> Self {
        Self {
            pass: JoinPass::All,
            wait: false,
        }
    }
}

/// What must pass.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum JoinPass {
    /// Every branch.
    All,
    /// So many of the branches.
    Share(Share),
    /// These decide, the others end with them.
    Named(Vec<Id>),
}

/// Stands until a time or a signal (`wait`).
#[derive(Debug, Clone, PartialEq)]
pub struct Wait {
    /// The time (`until`), as a clock with its reminders; `None`: only a signal.
    pub until: Option<ClockRule>,
    /// Whether the clocks around it stand still meanwhile.
    pub pauses: bool,
}

/// Opens a case of another workflow (`start`).
#[derive(Debug, Clone, PartialEq)]
pub struct Start {
    /// Which.
    pub workflow: String,
    /// Its answers, by field.
    pub with: Vec<(String, Expression)>,
    /// Who files it.
    pub applicant: Who,
    /// Whether it is submitted at once instead of left as a draft.
    pub submit: bool,
}
