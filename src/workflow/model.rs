//! A checked workflow: what the engine runs.

use std::collections::BTreeMap;
use std::sync::Arc;

use serde::{Deserialize, Serialize};

use crate::calendar::Duration;
use crate::directory::{DepartmentCode, RoleCode};
use crate::expression::Expression;
use crate::forms::Form;

use super::clock::ClockRule;
use super::register::Register;

/// A text in Chinese, with English beside it where written.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Text {
    /// Chinese.
    pub zh: String,
    /// English; falls back to Chinese.
    pub en: Option<String>,
}

/// The id of a stage, block or end; they share one namespace.
pub type Id = String;

/// A definition that passed the lint.
#[derive(Debug, Clone, PartialEq)]
pub struct Workflow {
    /// Its key: `data-sharing`.
    pub key: String,
    /// Of which kind it is to policies; its key unless something else is written.
    pub kind: String,
    /// Its name.
    pub title: Text,
    /// Printed, not binding.
    pub about: Option<Text>,
    /// The legal basis, printed.
    pub basis: Option<Text>,
    /// The number's pattern: `数享申〔{year}〕{seq}号`.
    pub number: String,
    /// Roles that may file; `any` stands for everyone.
    pub who: Vec<RoleCode>,
    /// The calendar's name.
    pub calendar: String,
    /// The applicant may withdraw until this is entered; `None`: until the first verdict.
    pub withdraw_until: Option<Id>,
    /// How long records are kept.
    pub keep: Keep,
    /// Thresholds and switches.
    pub settings: BTreeMap<String, Setting>,
    /// What is asked.
    pub form: Form,
    /// Hold at submission.
    pub checks: Vec<Check>,
    /// The stages, in order.
    pub stages: Vec<Node>,
    /// How a case can end; the first is where running off the list leads.
    pub ends: Vec<End>,
    /// The YAML text.
    pub source: Arc<str>,
    /// SHA-256 of the text, in hex: names the version's content.
    pub digest: String,
}

/// Years of record.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Keep {
    /// From the case's end.
    pub span: Duration,
    /// What cannot be undercut.
    pub min: Option<Duration>,
    /// The article that asks for it.
    pub law: Option<String>,
}

/// A threshold or switch.
#[derive(Debug, Clone, PartialEq)]
pub struct Setting {
    /// What it is.
    pub title: Text,
    /// Its value.
    pub value: serde_json::Value,
    /// Its unit.
    pub unit: Option<Text>,
}

/// What a check that does not hold does.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum CheckLevel {
    /// Refuses.
    #[default]
    Error,
    /// Asks, and may be confirmed.
    Warning,
    /// Refuses and keeps nothing typed.
    Stop,
}

/// A rule over the answers.
#[derive(Debug, Clone, PartialEq)]
pub struct Check {
    /// Holds for answers that will do.
    pub that: Expression,
    /// Said when it does not.
    pub message: Text,
    /// What then.
    pub level: CheckLevel,
}

/// How a case can end.
#[derive(Debug, Clone, PartialEq)]
pub struct End {
    /// Its id.
    pub id: Id,
    /// Its name.
    pub title: Text,
    /// What it means to other systems.
    pub outcome: Outcome,
    /// Who is told.
    pub copy: Vec<Who>,
    /// What it leaves in registers.
    pub record: Vec<Record>,
}

/// The five outcomes that other systems know.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Outcome {
    /// 同意
    Approved,
    /// 不同意
    Rejected,
    /// 撤回
    Withdrawn,
    /// 失效
    Lapsed,
    /// 其他
    Closed,
}

impl Outcome {
    /// The outcome with this word.
    #[must_use]
    pub fn of_word(word: &str) -> Option<Self> {
        [
            Self::Approved,
            Self::Rejected,
            Self::Withdrawn,
            Self::Lapsed,
            Self::Closed,
        ]
        .into_iter()
        .find(|outcome| outcome.word() == word)
    }

    /// The word by which guards and other systems know it.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Approved => "approved",
            Self::Rejected => "rejected",
            Self::Withdrawn => "withdrawn",
            Self::Lapsed => "lapsed",
            Self::Closed => "closed",
        }
    }
}

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

/// The rules that a stage has of its own, from its block or from `defaults`.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Rules {
    /// May not act here, by whatever path; the applicant and parties never sign anyway.
    pub not: Vec<Who>,
    /// Is given tasks that no one can hold, only to name a holder.
    pub nobody: Option<Who>,
    /// Actions not offered: `reject`, `return`, `transfer` …
    pub deny: Vec<String>,
    /// Actions that need a comment.
    pub comment: Vec<String>,
    /// What a mail's link may do.
    pub email_link: EmailLink,
    /// `skip`: a person who just agreed is passed, and recorded so.
    pub skip_same_person: bool,
}

/// How far a mail's link reaches.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum EmailLink {
    /// The mail is a pointer: log in, then act.
    Never,
    /// A link that acts.
    Offered {
        /// Which actions; empty: all that the stage offers.
        actions: Vec<String>,
        /// For how long at most.
        valid: Duration,
        /// What the link asks for besides.
        auth: LinkAuth,
    },
}

/// What a link asks for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LinkAuth {
    /// A confirmation page.
    Confirm,
    /// A code sent to the same person.
    Code,
    /// A login.
    Login,
}

impl Default for EmailLink {
    fn default() -> Self {
        use crate::calendar::Unit;
        Self::Offered {
            actions: Vec::new(),
            valid: Duration {
                count: 3,
                unit: Unit::Wd,
            },
            auth: LinkAuth::Confirm,
        }
    }
}

/// Who is told when a stage or block is entered, passed, refused or overdue.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Copies {
    /// On entry.
    pub entered: Vec<Who>,
    /// On passing.
    pub passed: Vec<Who>,
    /// On refusal.
    pub refused: Vec<Who>,
    /// When overdue.
    pub overdue: Vec<Who>,
}

/// What kind of work a stage asks for.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Asks {
    /// A verdict.
    #[default]
    Sign,
    /// Work to be done.
    Work,
    /// To be read.
    Notice,
}

/// How an offered task finds its holder.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Offer {
    /// Whoever takes it.
    #[default]
    Claim,
    /// In turn.
    Turn,
    /// Who has the fewest.
    Fewest,
    /// By lot.
    Random,
    /// Who has answered the most of its kind.
    Experienced,
    /// Who had it before; else who had the last of the case that was offered to the same post.
    Same,
}

/// A stage that asks people.
#[derive(Debug, Clone, PartialEq)]
pub struct Stage {
    /// For what.
    pub asks: Asks,
    /// Whom.
    pub seats: Vec<Seat>,
    /// How an offered task finds its holder.
    pub offer: Offer,
    /// What makes a verdict.
    pub sign: Sign,
    /// Other answers than approve and reject.
    pub choices: Vec<Choice>,
    /// Sections or fields edited here.
    pub fills: Vec<String>,
    /// Hold before a passing verdict is taken.
    pub checks: Vec<Check>,
    /// After a verdict that is undecided; empty: `again`.
    pub undecided: Next,
    /// Whether and how more can be asked of the applicant.
    pub supplement: Option<Supplement>,
    /// Where it may be returned to; `None`: earlier ones of the same list, and the applicant.
    pub return_to: Option<Vec<Target>>,
    /// Whether a returned case comes straight back here.
    pub resume_here: bool,
}

/// A seat: one task, or one per holder with `each`.
#[derive(Debug, Clone, PartialEq)]
pub struct Seat {
    /// Its name, where the definition gives one.
    pub name: Option<Id>,
    /// Its title, where given.
    pub title: Option<Text>,
    /// Offered to all of these.
    pub who: Vec<Who>,
    /// Asked only while this holds.
    pub when: Option<Expression>,
    /// Sections or fields edited by this seat only.
    pub fills: Vec<String>,
}

/// What makes a verdict of several signatures.
#[derive(Debug, Clone, PartialEq)]
pub enum Sign {
    /// The first decides.
    Any,
    /// All must.
    All,
    /// All must, one after another.
    Sequence,
    /// A vote.
    Vote(Vote),
}

/// A number of votes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Share {
    /// So many.
    Count(u32),
    /// A share, as a fraction.
    Of(u32, u32),
}

/// A vote.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Vote {
    /// How many must agree.
    pub pass: Share,
    /// Of those who voted instead of those asked.
    pub of_voted: bool,
    /// How many must have voted.
    pub quorum: Option<Share>,
    /// Seats that must agree.
    pub must: Vec<Id>,
    /// Seats whose no decides.
    pub veto: Vec<Id>,
    /// The seat that decides a tie.
    pub casting: Option<Id>,
    /// Counted when the deadline comes.
    pub until_due: bool,
    /// Whether abstaining is offered.
    pub abstain: bool,
}

/// An answer of a stage's own.
#[derive(Debug, Clone, PartialEq)]
pub struct Choice {
    /// Its id.
    pub id: Id,
    /// Its name.
    pub title: Text,
    /// Whether it counts as a refusal.
    pub refuses: bool,
    /// Whether it needs a comment.
    pub comment: bool,
}

/// Asking for what is missing (补正).
#[derive(Debug, Clone, PartialEq)]
pub struct Supplement {
    /// How often per stage and branch, for the life of the case.
    pub times: u32,
    /// Of whom.
    pub from: Who,
    /// What the clock does meanwhile.
    pub clock: SupplementClock,
    /// By when.
    pub due: Vec<ClockRule>,
}

/// What the stage's clock does during a supplement.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum SupplementClock {
    /// Stands still.
    #[default]
    Pause,
    /// Runs on.
    Run,
    /// Begins again afterwards.
    Restart,
}

/// Who.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Who {
    /// `role@DEPARTMENT`, or with `each` a task for every holder.
    Post {
        /// The role.
        role: RoleCode,
        /// Held where.
        at: Where,
        /// One task per holder.
        each: bool,
    },
    /// Who filed.
    Applicant,
    /// Who acted in a stage, or in a seat of it.
    Actor {
        /// The stage.
        stage: Id,
        /// The seat.
        seat: Option<Id>,
    },
    /// The person or contact in `form.FIELD` or an `as` name; with `each` all people in it.
    Path {
        /// As written: `form.handler`, `part`.
        path: String,
        /// A task for each.
        each: bool,
    },
    /// `user:LOGIN`.
    User(String),
    /// Anyone who sees the case.
    Any,
}

/// Which department.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Where {
    /// The applicant's.
    Applicant,
    /// The applicant's 主管部门.
    Authority,
    /// The one body holding the role in the applicant's region.
    Region,
    /// `form.FIELD`, `part.provider`.
    Path(String),
    /// `dept:CODE`.
    Code(DepartmentCode),
    /// The parent.
    Parent(Box<Where>),
    /// The nearest common superior authority.
    Common(Box<Where>, Box<Where>),
    /// Any.
    Any,
}

/// Where the run goes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Target {
    /// A stage or block in the same or an enclosing list.
    Node(Id),
    /// An end.
    End(Id),
    /// This branch or the case has passed.
    Passed,
    /// … is refused.
    Refused,
    /// The branch leaves uncounted.
    Void,
    /// A new round of this one.
    Again,
    /// Nothing moves.
    Stay,
    /// Back to the applicant for editing.
    Applicant,
}

/// Targets with their conditions: the first that holds; the last has none. Empty: the default.
pub type Next = Vec<(Option<Expression>, Target)>;
