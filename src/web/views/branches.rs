//! What a case page shows of blocks: their branches, what can be signalled, where the run can be moved, and the register
//! entries that came of it.

use serde::Serialize;

use super::{Choice, CommentField, DueView, ErrorLink, Signatures, Tag};
use crate::forms::{SectionDisplay, SectionView};

/// A `foreach` or `parallel` with its branches.
#[derive(Debug, Clone, Default, Serialize)]
pub struct BlockView {
    /// Tells it from the others on the page.
    pub key: String,
    /// 数据提供部门办理
    pub title: String,
    /// 3 个分支，1 个已通过
    pub summary: String,
    /// In the order in which they are opened.
    pub branches: Vec<BranchView>,
}

/// A branch.
#[derive(Debug, Clone, Serialize)]
pub struct BranchView {
    /// Tells it from the others on the page.
    pub key: String,
    /// 省公安厅
    pub title: String,
    /// What else tells it apart: 有条件共享.
    pub more: String,
    /// 办理中, 已通过, 不同意, 不计入, 退回等待.
    pub state: Tag,
    /// Whom or what it waits for, one line each.
    pub waiting: Vec<String>,
    /// Its clocks, those set by law first.
    pub dues: Vec<DueView>,
    /// Its stages and who signed there.
    pub signatures: Signatures,
    /// What was filled in in it.
    pub sections: Vec<SectionDisplay>,
    /// The blocks inside it.
    pub blocks: Vec<BlockView>,
    /// Whether it is folded out.
    pub open: bool,
}

/// The signals of one block or `wait`.
#[derive(Debug, Clone, Serialize)]
pub struct SignalGroup {
    /// 使用期（省公安厅）
    pub title: String,
    /// One for each signal.
    pub forms: Vec<SignalForm>,
}

/// A signal that the reader may give. Posted to `/c/:id/act` with `action`, `stage`, `revision`, `comment` and the fields
/// of `fills`.
#[derive(Debug, Clone, Serialize)]
pub struct SignalForm {
    /// Tells it from the others on the page.
    pub key: String,
    /// Sent as `action`: `signal:renew`.
    pub action: String,
    /// The block or `wait`.
    pub stage: String,
    /// 申请续期或变更
    pub title: String,
    /// What is filled in with it.
    pub fills: Vec<SectionView>,
    /// Whether files are among them, so that the form is multipart.
    pub files: bool,
    /// A note.
    pub comment: CommentField,
    /// The mistakes of the last try.
    pub errors: Vec<ErrorLink>,
    /// Their heading.
    pub error_heading: String,
    /// The revision of the case that the reader sees.
    pub revision: i64,
    /// Whether it is folded out.
    pub open: bool,
}

/// Moving the run. Posted to `/c/:id/act` with `action=jump`, `to`, `comment` and `revision`.
#[derive(Debug, Clone, Serialize)]
pub struct JumpForm {
    /// The places that there are (`to`).
    pub targets: Vec<Choice>,
    /// What is wrong with the place.
    pub error: String,
    /// The reason, as typed.
    pub value: String,
    /// What is wrong with it.
    pub comment_error: String,
    /// The revision of the case that the reader sees.
    pub revision: i64,
    /// Whether it is folded out.
    pub open: bool,
}

/// What a case has left in a register.
#[derive(Debug, Clone, Serialize)]
pub struct EntryRow {
    /// 数据使用许可
    pub register: String,
    /// Its page; empty where none is shown.
    pub href: String,
    /// 人口基础信息：姓名
    pub about: String,
    /// The branch that left it.
    pub branch: String,
    /// 使用中
    pub status: Tag,
    /// When it was opened.
    pub opened: String,
    /// For the `datetime` attribute.
    pub machine: String,
}
