//! What is printed of a case: the approval form, the papers beside it, and the page that verifies them.

use serde::Serialize;

use super::{Link, Notice, Tag, View};
use crate::forms::Line;
use crate::messages::{Language, text};
use crate::web::qr::Qr;

/// Words of an official form: Chinese always, English beside it for those who read English.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Both {
    /// Chinese.
    pub zh: String,
    /// English, where it is wanted and differs.
    pub en: String,
}

impl Both {
    /// The words in Chinese, and in English for a reader of English.
    #[must_use]
    pub fn of(reader: Language, words: impl Fn(Language) -> String) -> Self {
        let zh = words(Language::Zh);
        let en = match reader {
            Language::Zh => String::new(),
            Language::En => words(Language::En),
        };
        Self {
            en: if en == zh { String::new() } else { en },
            zh,
        }
    }

    /// The words in one language.
    #[must_use]
    pub fn read(&self, language: Language) -> &str {
        match language {
            Language::En if !self.en.is_empty() => &self.en,
            Language::Zh | Language::En => &self.zh,
        }
    }

    /// Words that are the same in every language: a name, a number.
    #[must_use]
    pub fn plain(words: impl Into<String>) -> Self {
        Self {
            zh: words.into(),
            en: String::new(),
        }
    }
}

/// `/c/{id}/print`: 审批表.
#[derive(Debug, Clone, Default, Serialize)]
pub struct SheetView {
    /// Back to the case.
    pub back: Link,
    /// The other papers of the case.
    pub papers: Vec<Link>,
    /// The same as a file.
    pub pdf: Download,
    /// The authority in whose name it is: 河南省行政审批和政务信息管理局.
    pub office: String,
    /// The number for people.
    pub number: String,
    /// 政务数据共享申请审批表
    pub heading: Both,
    /// The table, from top to bottom.
    pub parts: Vec<Part>,
    /// What it can be verified by.
    pub record: Record,
}

/// A paper as a PDF.
#[derive(Debug, Clone, Default, Serialize)]
pub struct Download {
    /// Where it is; empty where it cannot be made.
    pub href: String,
    /// Why it cannot, and what would help.
    pub why_not: String,
}

/// One part of the table.
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Part {
    /// A section of answers.
    Section(SheetSection),
    /// The boxes of a branch follow.
    Branch(SheetBranch),
    /// The opinions of a stage.
    Stage(SheetBox),
}

/// Answers under their heading.
#[derive(Debug, Clone, Default, Serialize)]
pub struct SheetSection {
    /// The heading; none for what every form has.
    pub title: Both,
    /// One or two answers beside each other.
    pub rows: Vec<Vec<SheetCell>>,
}

/// An answer.
#[derive(Debug, Clone, Default, Serialize)]
pub struct SheetCell {
    /// What was asked.
    pub label: Both,
    /// The answer, but for rows.
    pub line: Line,
    /// Its rows.
    pub table: Option<SheetTable>,
    /// Its words in English, where they are those of the definition.
    pub en: String,
    /// Whether it fills the row.
    pub wide: bool,
    /// Whether its label stands above it and not beside: for a table of many columns, and under a label that is a sentence.
    pub whole: bool,
}

/// The rows of an answer.
#[derive(Debug, Clone, Default, Serialize)]
pub struct SheetTable {
    /// The headings.
    pub columns: Vec<Both>,
    /// The rows.
    pub rows: Vec<Vec<SheetCell>>,
}

/// A branch: whom it is for and how it stands.
#[derive(Debug, Clone, Default, Serialize)]
pub struct SheetBranch {
    /// 提供部门办理：省公安厅，有条件共享
    pub title: Both,
    /// 已通过
    pub state: String,
}

/// The box of a stage.
#[derive(Debug, Clone, Default, Serialize)]
pub struct SheetBox {
    /// The stage.
    pub title: Both,
    /// The article that asks for it.
    pub law: String,
    /// What was said, in order.
    pub opinions: Vec<Signed>,
    /// Whom it waits for.
    pub awaited: Vec<String>,
    /// Whether nobody has been asked yet: the date stays open.
    pub blank: bool,
    /// Whether a department puts its seal here.
    pub seal: bool,
}

/// One opinion with its signature.
#[derive(Debug, Clone, Default, Serialize)]
pub struct Signed {
    /// The seat, where it has a title of its own.
    pub seat: String,
    /// 同意
    pub said: Both,
    /// The words.
    pub comment: String,
    /// What was filled in on the task alone.
    pub answers: Vec<SheetCell>,
    /// 李娜 代 王建国
    pub name: String,
    /// 河南省公安厅科室负责人; the department alone where no post is known.
    pub post: Both,
    /// 2026年10月13日 10:36
    pub when: String,
    /// For the `datetime` attribute.
    pub machine: String,
}

/// What a paper can be verified by.
#[derive(Debug, Clone, Default, Serialize)]
pub struct Record {
    /// The last hash of the case's chain.
    pub hash: String,
    /// The page that verifies it, with the server's name.
    pub href: String,
    /// The same as a QR code.
    pub qr: Option<Qr>,
    /// When it was printed.
    pub printed: String,
}

/// `/c/{id}/print/{paper}`: a notice, certificate or list.
#[derive(Debug, Clone, Default, Serialize)]
pub struct PaperView {
    /// Back to the case.
    pub back: Link,
    /// The approval form and the other papers.
    pub papers: Vec<Link>,
    /// The same as a file.
    pub pdf: Download,
    /// In whose name it is.
    pub office: String,
    /// The number of the case.
    pub number: String,
    /// Its heading.
    pub heading: Both,
    /// To whom; empty for a paper to the file.
    pub addressee: String,
    /// What it says first.
    pub lead: Both,
    /// Why it was refused.
    pub reasons: Vec<Reason>,
    /// What holds for all.
    pub facts: Vec<PaperFact>,
    /// The headings of the list.
    pub columns: Vec<Both>,
    /// Its rows.
    pub rows: Vec<Vec<Both>>,
    /// What it says last.
    pub close: Both,
    /// Who signs by hand.
    pub signs: Vec<Both>,
    /// The department that puts its seal to it.
    pub sender: String,
    /// Of which day.
    pub day: String,
    /// What it can be verified by.
    pub record: Record,
}

/// What holds for everything on a paper.
#[derive(Debug, Clone, Default, Serialize)]
pub struct PaperFact {
    /// 销毁方式
    pub label: Both,
    /// 物理粉碎
    pub value: Both,
}

/// An opinion that refused.
#[derive(Debug, Clone, Default, Serialize)]
pub struct Reason {
    /// The stage, with its branch.
    pub stage: Both,
    /// The opinion.
    pub signed: Signed,
    /// What was answered with it.
    pub sections: Vec<SheetSection>,
    /// The article behind it.
    pub law: String,
}

/// `/verify/{number-or-ulid}`: what a hash on a paper is to the case's record.
#[derive(Debug, Clone, Default, Serialize)]
pub struct VerifyView {
    /// Where to log in; empty for those who are.
    pub login: String,
    /// The case's name as it was asked for: the form goes there.
    pub named: String,
    /// The case; none before login.
    pub case: Option<Link>,
    /// Its number.
    pub number: String,
    /// The hash as it was typed.
    pub hash: String,
    /// What it is; none where no hash was given.
    pub verdict: Option<Notice>,
    /// The event that an earlier hash belongs to.
    pub event: String,
    /// When that was, with the year.
    pub when: String,
    /// The record's hash now.
    pub now: String,
    /// Whether the record is sound.
    pub state: Option<Tag>,
}

impl View for SheetView {
    const TEMPLATE: &'static str = "pages/print";

    fn title(&self, _: Language) -> String {
        format!("{} {}", self.heading.zh, self.number)
    }
}

impl View for PaperView {
    const TEMPLATE: &'static str = "pages/paper";

    fn title(&self, _: Language) -> String {
        format!("{} {}", self.heading.zh, self.number)
    }
}

impl View for VerifyView {
    const TEMPLATE: &'static str = "pages/verify";

    fn title(&self, language: Language) -> String {
        text(language, "print.verify.title", &[])
    }
}
