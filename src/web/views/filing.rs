//! From 发起申请 to 已提交: choosing a workflow, filling in, checking, done; and asking before something is given up.

use serde::Serialize;

use super::{Choice, ErrorLink, Fact, Link, Tag, View, error_title};
use crate::forms::{Line, SectionView};
use crate::messages::{Language, text};

/// `/new`
#[derive(Debug, Clone, Default, Serialize)]
pub struct NewView {
    /// What the reader may file.
    pub workflows: Vec<WorkflowCard>,
    /// If nothing: who can grant it.
    pub ask_whom: String,
}

/// A workflow to choose.
#[derive(Debug, Clone, Serialize)]
pub struct WorkflowCard {
    /// Its key, sent as `workflow`.
    pub key: String,
    /// Its title.
    pub title: String,
    /// What it is for.
    pub about: String,
    /// The legal basis.
    pub basis: String,
    /// What one needs: 申请函（盖章扫描件）.
    pub needs: Vec<String>,
    /// How long it takes: 填写约 20 分钟；提交后 10 个工作日内答复.
    pub takes: String,
    /// The departments that one may file for, sent as `department`; a choice only if there are several.
    pub departments: Vec<Choice>,
    /// Whether there are several departments.
    pub several: bool,
    /// A draft of this workflow, to go on with instead.
    pub draft: Option<Link>,
}

impl View for NewView {
    const TEMPLATE: &'static str = "pages/new";

    fn title(&self, language: Language) -> String {
        text(language, "pages.new.title", &[])
    }
}

/// How far a step of the form is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum StepState {
    /// Complete.
    Ok,
    /// With mistakes or gaps.
    Bad,
    /// Not begun.
    Todo,
}

/// A step in the list beside the form.
#[derive(Debug, Clone, Serialize)]
pub struct Step {
    /// 1, 2, …
    pub number: usize,
    /// The section's title, or 核对并提交.
    pub title: String,
    /// Its page; `None` while it cannot be opened.
    pub href: Option<String>,
    /// How far it is.
    pub state: StepState,
    /// 已完成, 3 处需要修改, 未填写.
    pub note: String,
    /// Whether it is this page.
    pub current: bool,
}

/// `/c/:id/edit/:section`. The form is posted to the same address with `revision`, the fields, and `do`: `next`,
/// `draft`, or what a button of a field says (`refresh`, `find:NAME`, `pick:NAME`, `add:NAME`, `remove:NAME:ROW`,
/// `upload:NAME`).
#[derive(Debug, Clone, Serialize)]
pub struct EditView {
    /// The case.
    pub id: String,
    /// The heading: what the application is called.
    pub heading: String,
    /// 流程：省级有条件共享申请。填写约需 20 分钟，可随时保存后再填。
    pub lead: String,
    /// 草稿，10:32 已保存
    pub saved: String,
    /// The steps, checking included.
    pub steps: Vec<Step>,
    /// 第 2 步，共 5 步：数据与用途; made by [`EditView::progress`].
    pub progress: String,
    /// Mistakes of this page.
    pub errors: Vec<ErrorLink>,
    /// The heading of the mistakes; made by [`EditView::count_errors`].
    pub error_heading: String,
    /// The section with its fields.
    pub section: SectionView,
    /// The revision that the form was filled from.
    pub revision: i64,
    /// Another tab or person saved meanwhile.
    pub conflict: Option<Conflict>,
    /// What was asked for in a supplement or on return, word for word.
    pub asked: Option<Asked>,
    /// The page that asks whether to give up; `None` where it cannot be given up here.
    pub discard_href: Option<String>,
    /// The page before; `None` on the first.
    pub back_href: Option<String>,
}

/// What the applicant was asked to change.
#[derive(Debug, Clone, Serialize)]
pub struct Asked {
    /// 王建国（省公安厅）于 10月9日 要求补正
    pub heading: String,
    /// The words.
    pub comment: String,
    /// What is asked for.
    pub items: Vec<Link>,
    /// By when.
    pub due: String,
}

/// Two versions of the same section.
#[derive(Debug, Clone, Serialize)]
pub struct Conflict {
    /// 10:35 在另一处保存过
    pub text: String,
    /// The fields that differ.
    pub rows: Vec<ConflictRow>,
}

/// A field that differs.
#[derive(Debug, Clone, Serialize)]
pub struct ConflictRow {
    /// Its label.
    pub label: String,
    /// What this page has.
    pub mine: String,
    /// What was saved meanwhile.
    pub theirs: String,
}

impl EditView {
    /// 第 2 步，共 5 步：数据与用途
    #[must_use]
    pub fn progress(steps: &[Step], language: Language) -> String {
        let Some(step) = steps.iter().find(|step| step.current) else {
            return String::new();
        };
        let values = [
            ("n", &*step.number.to_string()),
            ("total", &*steps.len().to_string()),
            ("title", &*step.title),
        ];
        text(language, "pages.edit.progress", &values)
    }

    /// 有 3 处需要修改
    #[must_use]
    pub fn count_errors(count: usize, language: Language) -> String {
        let key = if count == 1 {
            "pages.errors.one"
        } else {
            "pages.errors.many"
        };
        text(language, key, &[("n", &count.to_string())])
    }
}

impl View for EditView {
    const TEMPLATE: &'static str = "pages/edit";

    fn title(&self, language: Language) -> String {
        let values = [("heading", &*self.heading), ("step", &*self.progress)];
        let title = text(language, "pages.edit.title", &values);
        error_title(language, title, &self.errors)
    }
}

/// `/c/:id/check`. Posted to the same address with `revision` and `confirmed` (one per warning).
#[derive(Debug, Clone, Serialize)]
pub struct CheckView {
    /// The case.
    pub id: String,
    /// What the application is called.
    pub heading: String,
    /// 草稿，10:32 已保存
    pub saved: String,
    /// The steps.
    pub steps: Vec<Step>,
    /// 第 5 步，共 5 步：核对并提交
    pub progress: String,
    /// Gaps and mistakes, each with the page that mends it; none: it can be submitted.
    pub errors: Vec<ErrorLink>,
    /// Their heading.
    pub error_heading: String,
    /// The answers, section by section.
    pub sections: Vec<CheckSection>,
    /// Checks that ask.
    pub warnings: Vec<WarningRow>,
    /// Who will be asked, in order.
    pub stages: Vec<PreviewStep>,
    /// When the whole is expected to be over.
    pub expected: String,
    /// The declaration that is made by submitting.
    pub declaration: String,
    /// The revision shown.
    pub revision: i64,
    /// Whether it can be submitted.
    pub ready: bool,
    /// Whether it is submitted again after a supplement or return: the button says so.
    pub again: bool,
}

/// A section on the check page.
#[derive(Debug, Clone, Serialize)]
pub struct CheckSection {
    /// Its id.
    pub id: String,
    /// Its title.
    pub title: String,
    /// Where it is changed.
    pub edit_href: String,
    /// 已完成, 2 处需要修改.
    pub state: Tag,
    /// The answers.
    pub lines: Vec<Line>,
}

/// A check that asks before it lets pass.
#[derive(Debug, Clone, Serialize)]
pub struct WarningRow {
    /// Sent as `confirmed`.
    pub value: String,
    /// What it says.
    pub text: String,
    /// Whether the box is ticked.
    pub confirmed: bool,
    /// Said when it is not.
    pub error: String,
}

/// A stage that will come.
#[derive(Debug, Clone, Serialize)]
pub struct PreviewStep {
    /// The stage.
    pub title: String,
    /// Whom it asks: 省公安厅 审核人.
    pub who: String,
    /// How long: 10 个工作日（法定）.
    pub takes: String,
}

impl View for CheckView {
    const TEMPLATE: &'static str = "pages/check";

    fn title(&self, language: Language) -> String {
        let title = text(language, "pages.check.title", &[]);
        error_title(language, title, &self.errors)
    }
}

/// `/c/:id/submitted`
#[derive(Debug, Clone, Serialize)]
pub struct SubmittedView {
    /// The case.
    pub id: String,
    /// What was submitted.
    pub heading: String,
    /// 豫数共申〔2026〕0137号
    pub number: String,
    /// Submitted when, with the year.
    pub when: String,
    /// The next step: 需求部门负责人同意，等待 李卫东（省卫生健康委）.
    pub next: String,
    /// By when.
    pub due: String,
    /// Where mail about it goes.
    pub address: String,
    /// Whether it was submitted again after a supplement or return.
    pub again: bool,
}

impl View for SubmittedView {
    const TEMPLATE: &'static str = "pages/submitted";

    fn title(&self, language: Language) -> String {
        text(
            language,
            "pages.submitted.title",
            &[("number", &self.number)],
        )
    }
}

/// A page that asks before something is given up: discarding a draft, logging out by address.
#[derive(Debug, Clone, Serialize)]
pub struct AskView {
    /// The question: 放弃这份草稿？
    pub heading: String,
    /// What follows from it.
    pub about: String,
    /// What it is about.
    pub facts: Vec<Fact>,
    /// Where the form goes.
    pub action: String,
    /// Hidden fields besides the token.
    pub hidden: Vec<Choice>,
    /// What the button says.
    pub button: String,
    /// Whether it cannot be undone.
    pub irreversible: bool,
    /// The way back.
    pub back: Link,
}

impl View for AskView {
    const TEMPLATE: &'static str = "pages/ask";

    fn title(&self, _: Language) -> String {
        self.heading.clone()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_mistake_is_not_many() {
        assert_eq!(
            EditView::count_errors(1, Language::En),
            "There is 1 thing to correct"
        );
        assert_eq!(
            EditView::count_errors(3, Language::En),
            "There are 3 things to correct"
        );
        assert_eq!(EditView::count_errors(3, Language::Zh), "有 3 处需要修改");
    }
}
