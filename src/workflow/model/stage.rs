//! What a stage asks of whom: its rules, its seats, its vote.

use serde::{Deserialize, Serialize};

use crate::calendar::Duration;
use crate::expression::Expression;
use crate::workflow::clock::ClockRule;

use super::{Check, Id, Next, Target, Text, Who};

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
