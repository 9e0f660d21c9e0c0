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
    /// The draft of a case that this one starts, to be filed.
    File,
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
    /// Filed.
    Filed,
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

    /// Whether it is neither answered nor cancelled.
    #[must_use]
    pub fn is_live(&self) -> bool {
        matches!(self.state, TaskState::Open | TaskState::Waiting)
    }
}
