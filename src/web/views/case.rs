//! `/c/:id`: where the case is, what I am asked, by when, who signed, what it says, and what happened.

use serde::Serialize;

use super::{
    BlockView, Choice, DueView, EntryRow, ErrorLink, FlowView, JumpForm, Link, Notice, SignalGroup,
    Tag, View, error_title,
};
use crate::forms::{SectionDisplay, SectionView};
use crate::messages::{Language, text};

/// The case page.
#[derive(Debug, Clone, Serialize)]
pub struct CaseView {
    /// The case.
    pub id: String,
    /// 省卫生健康委申请共享省公安厅“人口基础信息”
    pub heading: String,
    /// Its number.
    pub number: String,
    /// 审核中, 已办结 …
    pub state: Tag,
    /// 省级有条件共享申请（第 4 版）
    pub workflow: String,
    /// 9月28日 09:12 提交
    pub submitted: String,
    /// The list that the reader came from.
    pub crumb: Link,
    /// The printable 审批表.
    pub print_href: Option<String>,
    /// What happened meanwhile, or what stands in the way of deciding.
    pub meanwhile: Option<Notice>,
    /// 处理下一件: after my answer, the next case that waits for me at the same stage.
    pub next: Option<Link>,
    /// 办到哪一步了
    pub flow: FlowView,
    /// What is asked of me; several seats give several cards.
    pub acts: Vec<ActCard>,
    /// The clocks of the open stages, earliest first.
    pub dues: Vec<DueView>,
    /// 办件进度
    pub timeline: Timeline,
    /// 签署情况
    pub signatures: Signatures,
    /// 申请内容
    pub content: Content,
    /// 附件
    pub attachments: Vec<AttachmentRow>,
    /// Uploading, while it is allowed.
    pub upload: Option<Upload>,
    /// 抄送
    pub copies: Vec<CopyReceipt>,
    /// 讨论
    pub discussion: Discussion,
    /// Withdraw, claim, release, terminate: what I may do besides.
    pub others: Vec<OtherAction>,
    /// Where personal information of the case can be erased.
    pub erase_href: Option<String>,
    /// The people whom a field can be filled in with, by login; empty where nobody is to be named, or where they are too
    /// many.
    pub people: Vec<Choice>,
    /// 通知事件: what I may signal.
    pub signals: Vec<SignalGroup>,
    /// Moving the run, for who may.
    pub jump: Option<JumpForm>,
    /// The branches of blocks.
    pub blocks: Vec<BlockView>,
    /// 台账: what came of it.
    pub entries: Vec<EntryRow>,
}

impl View for CaseView {
    const TEMPLATE: &'static str = "pages/case";

    fn title(&self, language: Language) -> String {
        let values = [("heading", &*self.heading), ("number", &*self.number)];
        let title = text(language, "pages.case.title", &values);
        let signals = self.signals.iter().flat_map(|group| &group.forms);
        let errors: Vec<ErrorLink> = self
            .acts
            .iter()
            .flat_map(|act| &act.errors)
            .chain(signals.flat_map(|form| &form.errors))
            .cloned()
            .collect();
        error_title(language, title, &errors)
    }
}

/// My task. Posted to `/c/:id/act` with `task`, `revision`, `action`, `comment`, `to`, `ask` (one per thing asked for)
/// and the fields of `fills`.
#[derive(Debug, Clone, Serialize)]
pub struct ActCard {
    /// The task.
    pub task: String,
    /// The revision of the case that the reader sees.
    pub revision: i64,
    /// 请您办理：省公安厅业务审核
    pub heading: String,
    /// 您以 科技信息化总队 审核人 的身份办理
    pub capacity: String,
    /// A sentence about the stage.
    pub about: String,
    /// 审核意见; the legend over the options.
    pub legend: String,
    /// The answers; a single one becomes the button.
    pub options: Vec<ActOption>,
    /// Whether there is only one answer.
    pub single: bool,
    /// The mistakes of the last try.
    pub errors: Vec<ErrorLink>,
    /// Their heading.
    pub error_heading: String,
    /// The comment, where the answer can have one.
    pub comment: Option<CommentField>,
    /// The sections or fields filled in here.
    pub fills: Vec<SectionView>,
    /// What an answer may say besides.
    pub more: Vec<OtherField>,
    /// Whether files are among them, so that the form is multipart.
    pub files: bool,
    /// Asking for what is missing, where offered.
    pub supplement: Option<SupplementForm>,
    /// Where it may be returned to (`to`); empty: not offered. One: no choice is shown.
    pub return_to: Vec<Choice>,
    /// What the button says: 提交意见, 知悉, 办结.
    pub button: String,
    /// The task is offered and must be taken first, or may be given back.
    pub claim: Option<Claim>,
    /// Where it is done, if not here: the pages of the form.
    pub link: Option<Link>,
    /// The button that opens the draft of another case, posted with `task` to `/c/:id/file`; empty where none is asked
    /// for.
    pub begin: String,
    /// Whether what is typed can be saved for later (`save`).
    pub may_save: bool,
    /// 今天 10:12 暂存，只有您能看到
    pub saved: String,
    /// What must be confirmed (`confirmed`) before the answer is taken.
    pub warning: String,
}

/// Taking an offered task, or giving it back. Posted to `/c/:id/act` with `task`, `revision` and `action`.
#[derive(Debug, Clone, Serialize)]
pub struct Claim {
    /// `claim` or `release`.
    pub action: &'static str,
    /// 签收, 退签.
    pub button: String,
    /// What follows from it.
    pub about: String,
}

/// An answer.
#[derive(Debug, Clone, Serialize)]
pub struct ActOption {
    /// Sent as `action`: `approve`, `reject`, `return`, `supplement`, `abstain`, `done`, `acknowledge`, `choose:ID`.
    pub value: String,
    /// 同意
    pub label: String,
    /// What follows from it.
    pub hint: String,
    /// Whether it is chosen.
    pub chosen: bool,
}

/// The comment beside an answer.
#[derive(Debug, Clone, Default, Serialize)]
pub struct CommentField {
    /// 选“同意”时可不填
    pub optional: String,
    /// Who reads it.
    pub hint: String,
    /// As typed.
    pub value: String,
    /// What is wrong with it.
    pub error: String,
    /// The most characters.
    pub max: u32,
}

/// What is missing, listed once.
#[derive(Debug, Clone, Serialize)]
pub struct SupplementForm {
    /// 只能要求补正 1 次，请一次写全。申请部门要在 5 个工作日内补正。
    pub hint: String,
    /// Fields and files that can be asked for (`ask`).
    pub items: Vec<Choice>,
    /// What is wrong with it.
    pub error: String,
}

/// 签署情况
#[derive(Debug, Clone, Default, Serialize)]
pub struct Signatures {
    /// 已签 4 人，待签 1 人，未开始 2 步
    pub summary: String,
    /// In the order of the stages.
    pub rows: Vec<Signature>,
}

/// A signature, given or awaited; or what stands in the place of one: a block with its branches, a period of use.
#[derive(Debug, Clone, Default, Serialize)]
pub struct Signature {
    /// The stage.
    pub stage: String,
    /// Where its branches are shown, of a block.
    pub href: String,
    /// 王建国（您）
    pub person: String,
    /// 省公安厅科技信息化总队
    pub department: String,
    /// The opinion, or 待签, 未开始.
    pub opinion: Tag,
    /// The words given with it.
    pub comment: String,
    /// When, or by when.
    pub when: String,
    /// Whether `when` is a deadline.
    pub until: bool,
    /// Whether it is awaited now.
    pub now: bool,
    /// What was filled in with it alone.
    pub answers: Vec<SectionDisplay>,
}

/// 办件进度
#[derive(Debug, Clone, Default, Serialize)]
pub struct Timeline {
    /// What is awaited now, and the three newest.
    pub newest: Vec<TimelineItem>,
    /// The rest, folded.
    pub older: Vec<TimelineItem>,
    /// 更早的 3 条; made by [`Timeline::folded`].
    pub older_title: String,
}

/// Something that happened, or is awaited.
#[derive(Debug, Clone, Serialize)]
pub struct TimelineItem {
    /// `now ok warn bad` or nothing.
    pub dot: &'static str,
    /// 赵明 同意
    pub text: String,
    /// For the `datetime` attribute; empty for what is awaited.
    pub machine: String,
    /// 今天 09:48，通过邮件链接
    pub when: String,
    /// The words given with it.
    pub comment: String,
}

impl Timeline {
    /// What is awaited stays open, and the three newest events; the rest is folded.
    #[must_use]
    pub fn folded(
        awaited: Vec<TimelineItem>,
        events_newest_first: Vec<TimelineItem>,
        language: Language,
    ) -> Self {
        let mut newest = awaited;
        let mut events = events_newest_first.into_iter();
        newest.extend(events.by_ref().take(3));
        let older: Vec<TimelineItem> = events.collect();
        let count = older.len().to_string();
        Self {
            newest,
            older_title: text(language, "pages.case.older", &[("n", &count)]),
            older,
        }
    }
}

/// 申请内容
#[derive(Debug, Clone, Default, Serialize)]
pub struct Content {
    /// 第 2 稿（补正后）
    pub version: String,
    /// Section by section; those filled in by later stages included.
    pub sections: Vec<SectionDisplay>,
}

/// A file.
#[derive(Debug, Clone, Serialize)]
pub struct AttachmentRow {
    /// Its address; `None` while it may not be opened.
    pub href: Option<String>,
    /// Its name.
    pub name: String,
    /// 李文静，9月28日
    pub uploaded: String,
    /// 补正新增
    pub tag: Option<Tag>,
    /// 1.8 MB
    pub size: String,
}

/// Uploading. Posted as multipart to `/c/:id/attachments` with `file`.
#[derive(Debug, Clone, Serialize)]
pub struct Upload {
    /// PDF、DOCX、…，单个不超过 20 MB
    pub hint: String,
    /// The `accept` attribute.
    pub accept: String,
    /// What is wrong with the last one.
    pub error: String,
}

/// A copy that was given, with its receipt.
#[derive(Debug, Clone, Serialize)]
pub struct CopyReceipt {
    /// 张志远（省公安厅）
    pub person: String,
    /// “综合审批”环节抄送, or who gave it and when.
    pub why: String,
    /// When it was given.
    pub when: String,
    /// 已阅 and when, or 未阅.
    pub read: Tag,
}

/// 讨论
#[derive(Debug, Clone, Default, Serialize)]
pub struct Discussion {
    /// Oldest first.
    pub comments: Vec<Comment>,
    /// Whether the reader may write one; posted to `/c/:id/act` with `action=comment`.
    pub may_write: bool,
    /// As typed.
    pub value: String,
    /// What is wrong with it.
    pub error: String,
    /// The revision of the case that the reader sees.
    pub revision: i64,
    /// The most characters.
    pub max: u32,
}

/// A comment.
#[derive(Debug, Clone, Serialize)]
pub struct Comment {
    /// One letter, for the circle.
    pub initial: String,
    /// Who.
    pub person: String,
    /// 省公安厅，今天 09:31
    pub about: String,
    /// What; line breaks are kept.
    pub text: String,
}

/// Whether an action wants words.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Needed {
    /// No field.
    No,
    /// A field that may stay empty.
    May,
    /// A field that must be filled in.
    Must,
}

/// Something I may do besides my task. Posted to `/c/:id/act` with `action`, `task`, `revision`, its fields and `comment`.
#[derive(Debug, Clone, Serialize)]
pub struct OtherAction {
    /// Tells it from the others on the page.
    pub key: String,
    /// Sent as `action`: `withdraw`, `terminate`, …
    pub action: String,
    /// On which task, where it needs one.
    pub task: Option<String>,
    /// Who is to be named; `None` where nobody is.
    pub named: Option<Named>,
    /// Ways to choose from (`how`); empty where there is nothing to choose.
    pub ways: Vec<Choice>,
    /// What is wrong with the choice.
    pub ways_error: String,
    /// What else it asks for besides the reason.
    pub fields: Vec<OtherField>,
    /// 撤回申请; what is folded out.
    pub title: String,
    /// What follows from it.
    pub about: String,
    /// Whether it wants a reason.
    pub reason: Needed,
    /// As typed.
    pub value: String,
    /// What is wrong with it.
    pub error: String,
    /// What the button says; empty while it cannot be done again yet.
    pub button: String,
    /// Whether it cannot be undone.
    pub irreversible: bool,
    /// The revision of the case that the reader sees.
    pub revision: i64,
    /// Whether it is folded out.
    pub open: bool,
}

/// A field for the login of somebody to be named.
#[derive(Debug, Clone, Serialize)]
pub struct Named {
    /// Sent as `person`, or with several logins as `people`.
    pub field: &'static str,
    /// 新办理人的登录名
    pub label: String,
    /// Who will do.
    pub hint: String,
    /// As typed.
    pub value: String,
    /// What is wrong with it.
    pub error: String,
}

/// A field of such an action.
#[derive(Debug, Clone, Default, Serialize)]
pub struct OtherField {
    /// Sent as.
    pub name: &'static str,
    /// Its label.
    pub label: String,
    /// What may be filled in.
    pub hint: String,
    /// As typed.
    pub value: String,
    /// What there is to choose from; empty: it is typed.
    pub options: Vec<Choice>,
    /// What is wrong with it.
    pub error: String,
}

#[cfg(test)]
mod tests {
    use super::*;

    fn event(number: usize) -> TimelineItem {
        TimelineItem {
            dot: "",
            text: format!("事件 {number}"),
            machine: String::new(),
            when: String::new(),
            comment: String::new(),
        }
    }

    #[test]
    fn three_events_stay_open_and_the_rest_is_folded() {
        let events = (0..8).map(event).collect();

        let timeline = Timeline::folded(vec![event(99)], events, Language::Zh);

        assert_eq!(timeline.newest.len(), 4);
        assert_eq!(timeline.older.len(), 5);
        assert_eq!(timeline.older_title, "更早的 5 条");
    }
}
