//! The pages behind a mail's link: confirm, done, and the one page for links that no longer act.

use serde::Serialize;

use super::{ActOption, Choice, CommentField, ErrorLink, Fact, SupplementForm, View, error_title};
use crate::messages::{Language, text};

/// `/a/confirm`. Shows little and changes nothing; posted to the same address with `csrf`, `action`, `comment`, `to`, `ask`.
#[derive(Debug, Clone, Serialize)]
pub struct ConfirmView {
    /// Whose link it is.
    pub person: String,
    /// Their department.
    pub department: String,
    /// Where it was sent, masked.
    pub address: String,
    /// The case's number.
    pub number: String,
    /// 申请部门, 申请数据, 您的环节, 期限: no free text of the case's files.
    pub facts: Vec<Fact>,
    /// 审核意见
    pub legend: String,
    /// The answers that the link allows; the one pressed in the mail is chosen.
    pub options: Vec<ActOption>,
    /// Whether there is only one.
    pub single: bool,
    /// The comment, where the answer can have one.
    pub comment: Option<CommentField>,
    /// Asking for what is missing, where offered.
    pub supplement: Option<SupplementForm>,
    /// Where it may be returned to.
    pub return_to: Vec<Choice>,
    /// Mistakes of the last try.
    pub errors: Vec<ErrorLink>,
    /// Their heading.
    pub error_heading: String,
    /// The token bound to cookie, link and action.
    pub csrf: String,
    /// The revision of the case that the page shows.
    pub revision: i64,
    /// When the link ends: 10月22日（周四）24:00.
    pub ends: String,
    /// The case's page, behind the login.
    pub case_href: String,
}

impl View for ConfirmView {
    const TEMPLATE: &'static str = "pages/confirm";

    fn title(&self, language: Language) -> String {
        let title = text(language, "pages.confirm.title", &[("number", &self.number)]);
        error_title(language, title, &self.errors)
    }
}

/// After the decision.
#[derive(Debug, Clone, Serialize)]
pub struct ConfirmDoneView {
    /// What was decided: 同意.
    pub answer: String,
    /// The case's number.
    pub number: String,
    /// When, with the year.
    pub when: String,
    /// What comes next.
    pub next: String,
    /// The receipt.
    pub receipt: String,
    /// The case's page, behind the login.
    pub case_href: String,
}

impl View for ConfirmDoneView {
    const TEMPLATE: &'static str = "pages/confirm-done";

    fn title(&self, language: Language) -> String {
        text(
            language,
            "pages.confirm_done.title",
            &[("answer", &self.answer)],
        )
    }
}

/// 410: used, expired, unknown and revoked look the same to a stranger; the cause is told after login.
#[derive(Debug, Clone, Default, Serialize)]
pub struct DeadLinkView {
    /// The cause, for the one whose link it was, after login.
    pub cause: String,
    /// The case's page, if the reader may see it, otherwise `/inbox`.
    pub href: String,
    /// The receipt of the decision, after login.
    pub receipt: String,
}

impl View for DeadLinkView {
    const TEMPLATE: &'static str = "pages/dead-link";

    fn title(&self, language: Language) -> String {
        text(language, "pages.dead_link.title", &[])
    }
}
