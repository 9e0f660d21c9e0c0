//! What a diagram shows, in words and blocks, before anything has a place: each format draws this.

use super::guard::Condition;
use super::progress::{BranchMark, Mark, Standing};

/// A definition, or a case running through it, as a diagram shows it.
#[derive(Debug, Clone, PartialEq)]
pub struct Sketch {
    /// The workflow's key.
    pub key: String,
    /// The workflow's title.
    pub title: String,
    /// What happens, from the filing on, and how it can end.
    pub list: List,
    /// Whether it shows a case.
    pub of_case: bool,
    /// The few words that the formats add by themselves.
    pub(super) terms: Terms,
}

/// Steps one after another.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct List {
    /// In order; asides among them.
    pub steps: Vec<Step>,
    /// Where the run can leave the list; of a case's list, its ends, the first being where it leads by itself.
    pub exits: Vec<Exit>,
}

/// A stage or block.
#[derive(Debug, Clone, PartialEq)]
pub struct Step {
    /// Its id.
    pub id: String,
    /// How it is drawn.
    pub shape: Shape,
    /// What it is, in a word: 签署, 并行.
    pub kind: String,
    /// Its title.
    pub title: String,
    /// It is passed over unless this holds.
    pub when: Option<Condition>,
    /// Who acts, or what else there is to say below the title.
    pub about: Vec<String>,
    /// Deadlines, the sign rule and other rules.
    pub chips: Vec<Chip>,
    /// The ways out of it that are written down.
    pub ways: Vec<Way>,
    /// Whether it goes on with the following step, or passes with its list.
    pub falls: bool,
    /// The lists inside: none, one, or one for each branch of a parallel.
    pub inside: Vec<Branch>,
    /// When its branches have come together.
    pub join: Option<Join>,
    /// How far it is.
    pub standing: Option<Standing>,
    /// The branches that there are.
    pub branches: Vec<BranchMark>,
    /// Whether its branches run one after another.
    pub in_turn: bool,
    /// Whether it comes again and again.
    pub recurs: bool,
    /// The key of the workflow that it opens a case of.
    pub calls: Option<String>,
    /// What was found there when the definition was checked.
    pub remark: Option<Remark>,
}

/// Something that was found at a step.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Remark {
    /// Whether it stops publishing.
    pub stops: bool,
    /// In a few words: 第 30 行：没有角色 `chef`
    pub text: String,
}

/// How a step is drawn.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Shape {
    /// The filing of the request.
    Filing,
    /// A stage that asks for a verdict.
    Sign,
    /// A stage that asks for work.
    Work,
    /// A stage that is to be read.
    Notice,
    /// A time or a signal that is waited for.
    Wait,
    /// A case of another workflow.
    Start,
    /// Stages under one rule.
    Group,
    /// Branches side by side.
    Parallel,
    /// One branch for each.
    Foreach,
    /// Off the run's way.
    Aside,
}

impl Shape {
    /// Whether there is a list inside.
    #[must_use]
    pub fn is_block(self) -> bool {
        matches!(
            self,
            Self::Group | Self::Parallel | Self::Foreach | Self::Aside
        )
    }
}

/// A list inside a block.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Branch {
    /// Its name: `life.open`; the block's id where there is only one.
    pub id: String,
    /// Its title; empty where there is only one.
    pub title: String,
    /// It is opened only while this holds.
    pub when: Option<Condition>,
    /// The steps.
    pub list: List,
    /// How far it is.
    pub mark: Option<Mark>,
}

impl Branch {
    /// What is to be said of it as a whole; its only step may say it already.
    #[must_use]
    pub fn own_condition(&self) -> Option<&Condition> {
        let said = match self.list.steps.as_slice() {
            [only] => only.when.as_ref(),
            _ => None,
        };
        self.when.as_ref().filter(|when| said != Some(when))
    }
}

/// When branches have come together.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Join {
    /// In words: 全部通过后继续.
    pub words: String,
    /// Whether every branch must pass.
    pub all: bool,
}

/// A way out of a list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Exit {
    /// Its name: that of the end, `providers!refused`.
    pub id: String,
    /// Its title.
    pub title: String,
    /// What it means.
    pub outcome: Leaving,
    /// Whether a case has come here.
    pub mark: Option<Mark>,
}

/// What leaving by an exit means.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Leaving {
    /// It has passed.
    Passed,
    /// It is refused.
    Refused,
    /// Neither.
    Other,
}

/// A short fact in a frame of its own.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Chip {
    /// What it is about.
    pub about: ChipKind,
    /// The words.
    pub text: String,
}

/// What a chip is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ChipKind {
    /// A deadline set by law.
    Law,
    /// A deadline set by the department itself.
    Due,
    /// Anything else.
    Rule,
}

/// A way out of a step that is written down.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Way {
    /// What leads there.
    pub tone: Tone,
    /// When: 不同意, 逾期 3 个工作日.
    pub text: String,
    /// The guard behind the words, where they do not say all.
    pub guard: Option<String>,
    /// The id of a step or exit; `None` where nothing moves.
    pub goal: Option<String>,
    /// What the goal is called.
    pub goal_title: String,
}

/// What leads somewhere.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Tone {
    /// It has passed.
    Next,
    /// It is refused.
    Refused,
    /// It is returned.
    Return,
    /// Time is up.
    Late,
    /// Something happened outside.
    Signal,
}

impl Tone {
    /// Every one, in the order of the legend.
    pub const ALL: [Self; 5] = [
        Self::Next,
        Self::Refused,
        Self::Return,
        Self::Late,
        Self::Signal,
    ];

    /// Its word in classes and keys.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Next => "next",
            Self::Refused => "refused",
            Self::Return => "return",
            Self::Late => "late",
            Self::Signal => "signal",
        }
    }
}

/// Words that the formats add by themselves, read once.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Terms {
    /// 流程图：政务数据共享申请
    pub heading: String,
    /// For each tone, what its line means.
    pub tones: Vec<(Tone, String)>,
    /// For each mark, its word.
    pub marks: Vec<(Mark, String)>,
    /// 仅当
    pub only_when: String,
    /// 可能的结果
    pub exits: String,
    /// 分支
    pub branch: String,
    /// 转到
    pub to: String,
    /// What stands between a label and what it labels: `：`.
    pub colon: String,
    /// What stands between facts in a row.
    pub comma: String,
    /// What stands between the last two: `、`.
    pub and: String,
    /// Brackets around what is said besides.
    pub open: String,
    pub close: String,
    /// What ends a sentence.
    pub stop: String,
}

impl Terms {
    pub fn mark(&self, mark: Mark) -> &str {
        let known = self.marks.iter().find(|(own, _)| *own == mark);
        known.map_or("", |(_, word)| word)
    }
}

impl Sketch {
    /// Every step, each block before what is inside it.
    pub fn steps(&self) -> impl Iterator<Item = &Step> {
        let mut waiting: Vec<&Step> = self.list.steps.iter().rev().collect();
        std::iter::from_fn(move || {
            let step = waiting.pop()?;
            let inside = step.inside.iter().flat_map(|branch| &branch.list.steps);
            waiting.extend(inside.rev());
            Some(step)
        })
    }
}

impl Sketch {
    /// Marks the step with this id; the first remark that stops publishing stays, else the first.
    pub fn remark(&mut self, id: &str, remark: Remark) {
        if let Some(step) = step_in(&mut self.list, id)
            && step
                .remark
                .as_ref()
                .is_none_or(|known| remark.stops && !known.stops)
        {
            step.remark = Some(remark);
        }
    }

    /// 省公安厅：审核中（业务与安全审核）
    pub(super) fn branch_line(&self, step: &Step, branch: &BranchMark) -> String {
        let inside = step.inside.iter().flat_map(|inside| &inside.list.steps);
        let mut titles: Vec<String> = Vec::new();
        collect_titles(inside, &branch.at, &mut titles);
        let standing = match titles.is_empty() {
            true => self.terms.mark(branch.mark).to_owned(),
            false => titles.join(&self.terms.and),
        };
        format!("{}{}{standing}", branch.label, self.terms.colon)
    }
}

fn step_in<'s>(list: &'s mut List, id: &str) -> Option<&'s mut Step> {
    for step in &mut list.steps {
        if step.id == id {
            return Some(step);
        }
        let mut inside = step.inside.iter_mut();
        if let Some(found) = inside.find_map(|branch| step_in(&mut branch.list, id)) {
            return Some(found);
        }
    }
    None
}

fn collect_titles<'s>(
    steps: impl Iterator<Item = &'s Step>,
    ids: &[String],
    titles: &mut Vec<String>,
) {
    for step in steps {
        if ids.contains(&step.id) {
            titles.push(step.title.clone());
        }
        let inside = step.inside.iter().flat_map(|branch| &branch.list.steps);
        let inside: Box<dyn Iterator<Item = &Step>> = Box::new(inside);
        collect_titles(inside, ids, titles);
    }
}
