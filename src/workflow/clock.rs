//! The clocks of a stage or block: budgets, reminders, and what happens when time is up.

use crate::calendar::Duration;
use crate::expression::Expression;

use super::model::{Target, Text, Who};

/// A clock.
#[derive(Debug, Clone, PartialEq)]
pub struct ClockRule {
    /// Its name.
    pub title: Option<Text>,
    /// The article that sets it; `None`: 内部时限.
    pub law: Option<String>,
    /// How much time, or until when.
    pub budget: Budget,
    /// When it starts; `None`: on entry.
    pub from: Option<Expression>,
    /// Whether more time can be asked for.
    pub extend: Option<Extend>,
    /// When to remind.
    pub remind: Vec<Remind>,
    /// What happens when it is over.
    pub overdue: Vec<Overdue>,
}

impl ClockRule {
    /// A clock of these alternatives and nothing else.
    #[must_use]
    pub fn within(alternatives: Vec<(Option<Expression>, Duration)>) -> Self {
        Self {
            title: None,
            law: None,
            budget: Budget::In(alternatives),
            from: None,
            extend: None,
            remind: Vec::new(),
            overdue: Vec::new(),
        }
    }
}

/// More time, asked for before it is over (延期).
#[derive(Debug, Clone, PartialEq)]
pub struct Extend {
    /// At most so much, all extensions together.
    pub max: Duration,
    /// How often.
    pub times: u32,
    /// Who decides; `None`: whoever asks, at once.
    pub by: Option<Who>,
    /// By when they decide.
    pub due: Vec<ClockRule>,
    /// Who is told.
    pub copy: Vec<Who>,
    /// The article that allows it.
    pub law: Option<String>,
}

/// How much time.
#[derive(Debug, Clone, PartialEq)]
pub enum Budget {
    /// The first alternative that holds.
    In(Vec<(Option<Expression>, Duration)>),
    /// A date.
    At(Expression),
}

/// When to remind.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Remind {
    /// When this share of the budget is used: `50%`.
    Share(u8),
    /// `2wd before`.
    Before(Duration),
    /// `every 1wd after`.
    EveryAfter(Duration),
}

/// What happens when a clock has run out.
#[derive(Debug, Clone, PartialEq)]
pub struct Overdue {
    /// How long after.
    pub after: Duration,
    /// What.
    pub act: OverdueAct,
}

/// One of three.
#[derive(Debug, Clone, PartialEq)]
pub enum OverdueAct {
    /// Informs, and gives sight.
    Escalate(Who),
    /// Moves the task.
    Assign(Who),
    /// The run goes on.
    Next(Target),
}
