//! Tasks: one signature, or piece of work, asked of one person or of the holders of one post.

use serde::{Deserialize, Serialize};

use crate::calendar::Instant;
use crate::directory::{DepartmentCode, PersonId, Post};
use crate::forms::Answers;
use crate::workflow::{Asks, Id, Place};

/// A task's number within its case, from 1.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct TaskId(pub u32);

/// Somebody that a task, a copy or a right of sight can be given to.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Party {
    /// One person.
    Person(PersonId),
    /// Whoever holds the post at the time.
    Post(Post),
    /// A department: those who hold a leading post there.
    Department(DepartmentCode),
}

/// What a task asks for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum TaskAsks {
    /// A verdict.
    Sign,
    /// Work to be done.
    Work,
    /// To be read.
    Notice,
    /// The applicant to revise the request (退回修改).
    Edit,
    /// What is missing (补正).
    Supply,
    /// The workflow administrator to set a parked case going again.
    Repair,
    /// Advice, for whoever has the task (征求意见).
    Advise,
    /// The draft of a case that this one starts, to be filed.
    File,
    /// Whether a clock gets more time (延期).
    Extension,
}

impl From<Asks> for TaskAsks {
    fn from(asks: Asks) -> Self {
        match asks {
            Asks::Sign => Self::Sign,
            Asks::Work => Self::Work,
            Asks::Notice => Self::Notice,
        }
    }
}

/// What somebody answered on a task.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Answer {
    /// 同意
    Approved,
    /// 不同意
    Rejected,
    /// 弃权
    Abstained,
    /// One of the stage's own choices, and whether it refuses.
    Chosen {
        /// The choice.
        choice: Id,
        /// Whether it counts as a refusal.
        refuses: bool,
    },
    /// 办结
    Done,
    /// 知悉
    Acknowledged,
    /// 退回
    Returned,
    /// 再次提交
    Submitted,
    /// 已补充
    Supplied,
    /// Set going again.
    Repaired,
    /// 已提供意见
    Advised,
    /// Filed.
    Filed,
    /// 同意延期
    Granted,
    /// 不同意延期
    Declined,
}

/// Why a task was closed without an answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CancelReason {
    /// The round was decided without it.
    Decided,
    /// The case was returned.
    Returned,
    /// The run went elsewhere by a deadline.
    Overdue,
    /// An administrator moved the run.
    Jumped,
    /// The case ended.
    Ended,
    /// The verdict that had opened it was taken back.
    TakenBack,
    /// They had been added, and were taken out again.
    Removed,
    /// Whoever was asked may not sign, nobody is left for it, and the rule can do without.
    Recused,
}

/// By whom a task was called for that the definition does not ask for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Called {
    /// On which task.
    pub from: TaskId,
    /// Who called.
    pub by: PersonId,
    /// As what.
    pub how: CalledAs,
}

/// As what somebody was called.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum CalledAs {
    /// 前加签: signs first, then it comes back.
    Before,
    /// 后加签: signs after the other, before the stage ends.
    After,
    /// 并加签: signs beside the other, under the stage's rule.
    With,
    /// 征求意见: advises the other, and decides nothing.
    Adviser,
}

impl CalledAs {
    /// The word in events and in the API.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Before => "before",
            Self::After => "after",
            Self::With => "with",
            Self::Adviser => "adviser",
        }
    }
}

/// Where a task stands.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum TaskState {
    /// Its turn has not come (依次).
    Waiting,
    /// Asked.
    Open,
    /// Answered.
    Settled {
        /// With what.
        answer: Answer,
        /// By whom; for an automatic pass, on whose behalf.
        by: PersonId,
        /// For whom, by a substitute.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        on_behalf: Option<PersonId>,
        /// When.
        at: Instant,
        /// The opinion.
        comment: Option<String>,
        /// Passed because the same person had just agreed.
        automatic: bool,
    },
    /// Closed without an answer.
    Cancelled {
        /// Why.
        why: CancelReason,
        /// When.
        at: Instant,
    },
}

/// A task to be opened, as its event records it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct NewTask {
    /// The seat's name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub seat: Option<Id>,
    /// Which seat of the stage's list, from 0.
    #[serde(default)]
    pub place: u16,
    /// What it asks for.
    pub asks: TaskAsks,
    /// Offered to these.
    pub offered: Vec<Party>,
    /// The post that its person must hold: one task of `each role@DEPARTMENT`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub through: Option<Post>,
    /// When no one can hold it: who names a holder.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub nobody: Vec<Party>,
    /// Whether it must wait for its turn.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub waits: bool,
    /// By whom it was called for, where the definition does not ask for it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub called: Option<Called>,
}

/// A task of a case.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Task {
    /// Its number.
    pub id: TaskId,
    /// The stage it belongs to.
    pub stage: Place,
    /// The round of that stage.
    pub round: u32,
    /// The seat's name.
    pub seat: Option<Id>,
    /// Which seat of the stage's list, from 0.
    pub place: u16,
    /// What it asks for.
    pub asks: TaskAsks,
    /// Offered to these.
    pub offered: Vec<Party>,
    /// The post that its person must hold: one task of `each role@DEPARTMENT`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub through: Option<Post>,
    /// By whom it was called for, where the definition does not ask for it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub called: Option<Called>,
    /// What an adviser is asked.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub question: Option<String>,
    /// When no one can hold it: who names a holder.
    pub nobody: Vec<Party>,
    /// Who claimed it.
    pub holder: Option<PersonId>,
    /// Who gave it back; they are not offered it first again.
    pub released_by: Vec<PersonId>,
    /// Where it stands.
    pub state: TaskState,
    /// When it was opened.
    pub opened: Instant,
    /// The revision of the case that last changed it.
    pub changed: i64,
    /// What was filled in on it alone (`per: task`), without the private values.
    #[serde(default, skip_serializing_if = "Answers::is_empty")]
    pub answers: Answers,
    /// What stands for the private values, by path.
    #[serde(default, skip_serializing_if = "Answers::is_empty")]
    pub private: Answers,
}

impl Task {
    /// Whether it waits for an answer now.
    #[must_use]
    pub fn is_open(&self) -> bool {
        self.state == TaskState::Open
    }

    /// Whether it is one of the stage's own: asked for by its `who`.
    #[must_use]
    pub fn is_seat(&self) -> bool {
        matches!(
            self.asks,
            TaskAsks::Sign | TaskAsks::Work | TaskAsks::Notice
        )
    }

    /// Whether its signer must agree besides, outside of what the rule counts.
    #[must_use]
    pub fn is_beside(&self) -> bool {
        self.called.as_ref().is_some_and(|called| match called.how {
            CalledAs::Before | CalledAs::After => true,
            CalledAs::With | CalledAs::Adviser => false,
        })
    }

    /// Makes it these people's, and nobody's who had it before.
    pub(super) fn hand_over(&mut self, to: &[Party]) {
        self.offered = to.to_vec();
        self.through = None;
        self.nobody.clear();
        self.holder = None;
    }

    /// Whether it counts for nothing: the verdict that had opened it was taken back.
    #[must_use]
    pub fn is_undone(&self) -> bool {
        matches!(
            self.state,
            TaskState::Cancelled {
                why: CancelReason::TakenBack,
                ..
            }
        )
    }

    /// Whether it was closed without an answer.
    #[must_use]
    pub fn is_cancelled(&self) -> bool {
        matches!(self.state, TaskState::Cancelled { .. })
    }

    /// Whether it is neither answered nor cancelled.
    #[must_use]
    pub fn is_live(&self) -> bool {
        matches!(self.state, TaskState::Open | TaskState::Waiting)
    }
}
