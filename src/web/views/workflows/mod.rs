//! 流程定义: the list, the editor, what is proposed, the versions and what differs between them.

mod diff;
mod moving;
mod rules;
mod trial;

use serde::Serialize;

use super::{ErrorLink, Fact, Link, Tag, View, error_title};
use crate::diagram::Entry;
use crate::messages::{Language, text};

pub use diff::{Comparison, DiffLine, DiffView};
pub use moving::{Done, FateRow, MigrationView, StageRow, Tried};
pub use rules::{PolicyRow, RuleRow, RulesView};
pub use trial::{
    DifferenceRow, EndRow, LegRow, MissingRow, PlayedTests, TestRow, TrialView, Walked,
};

/// `/admin/workflows`
#[derive(Debug, Clone, Default, Serialize)]
pub struct WorkflowsView {
    /// Whether the reader may write.
    pub writes: bool,
    /// What waits for a second person.
    pub waiting: Vec<WaitingRow>,
    /// Every workflow.
    pub rows: Vec<WorkflowRow>,
    /// Registers and policies of an administrator's own.
    pub others: Vec<WorkflowRow>,
    /// 10:21 保存: what the reader began of a new workflow.
    pub fresh: String,
}

/// A version that waits for a second person.
#[derive(Debug, Clone, Serialize)]
pub struct WaitingRow {
    /// Its page.
    pub href: String,
    /// The workflow.
    pub title: String,
    /// 第 5 版
    pub version: Tag,
    /// 陈思远 今天 10:21 提出
    pub who: String,
    /// 去核对, or 查看 for the one who proposed it.
    pub look: String,
    /// Whether it waits for the reader.
    pub decides: bool,
}

/// A workflow.
#[derive(Debug, Clone, Serialize)]
pub struct WorkflowRow {
    /// Its page.
    pub href: String,
    /// Its title.
    pub title: String,
    /// Its key.
    pub key: String,
    /// 第 4 版, or 尚未启用.
    pub state: Tag,
    /// 第 4 版 46 件, one for each version with running cases.
    pub running: Vec<String>,
    /// 陈思远 9月1日 确认
    pub since: String,
    /// 10:21 保存: what the reader is writing.
    pub draft: String,
}

impl View for WorkflowsView {
    const TEMPLATE: &'static str = "pages/workflows";

    fn title(&self, language: Language) -> String {
        text(language, "pages.nav.workflows", &[])
    }
}

/// Where a page about one workflow stands: its title and its address.
#[derive(Debug, Clone, Default, Serialize)]
pub struct Crumb {
    /// 政务数据共享申请
    pub title: String,
    /// `/admin/workflows/data-sharing`
    pub base: String,
}

/// `/admin/workflows/{key}`: the editor, or, for those who only read, the text.
#[derive(Debug, Clone, Default, Serialize)]
pub struct DefinitionView {
    /// What it is about.
    pub crumb: Crumb,
    /// 第 5 版草稿
    pub state: Option<Tag>,
    /// 正在使用：第 4 版，在办 46 件
    pub about: Vec<String>,
    /// 与第 4 版对比, 版本记录 …
    pub links: Vec<Link>,
    /// A version that waits for a second person.
    pub waiting: Option<Pointer>,
    /// Whether the reader may write.
    pub writes: bool,
    /// The text, as stored or as typed.
    pub source: String,
    /// The revision of the draft that the page shows, 0 without.
    pub revision: i64,
    /// 10:21 保存
    pub saved: String,
    /// What was saved elsewhere meanwhile; what is typed here is not.
    pub conflict: Option<Conflicting>,
    /// What stands in the way of the last press of a button.
    pub errors: Vec<ErrorLink>,
    /// Made by [`super::EditView::count_errors`].
    pub error_heading: String,
    /// What the check says.
    pub checks: Checks,
    /// The same for the editor, as JSON.
    pub diagnostics: String,
    /// The text line by line.
    pub lines: Vec<SourceLine>,
    /// The diagram; none where nothing can be read.
    pub picture: Option<Picture>,
    /// 提出第 5 版…
    pub propose: String,
    /// Where the draft can be thrown away.
    pub discard: String,
}

/// A sentence, and where it leads.
#[derive(Debug, Clone, Serialize)]
pub struct Pointer {
    /// 第 5 版已由陈思远提出，等待另一名流程管理员确认。
    pub words: String,
    /// 去看第 5 版
    pub link: Link,
}

/// What was saved elsewhere.
#[derive(Debug, Clone, Serialize)]
pub struct Conflicting {
    /// What differs from what is typed here.
    pub hunks: Vec<Vec<DiffLine>>,
}

/// What the check of a definition says.
#[derive(Debug, Clone, Default, Serialize)]
pub struct Checks {
    /// 1 个错误, 1 个提醒, 58 项通过
    pub tags: Vec<Tag>,
    /// In the order of the text.
    pub rows: Vec<FindingRow>,
}

impl Checks {
    /// How many of them stop publishing.
    #[must_use]
    pub fn errors(&self) -> usize {
        self.rows.iter().filter(|row| row.tone == "bad").count()
    }
}

/// A finding.
#[derive(Debug, Clone, Serialize)]
pub struct FindingRow {
    /// `bad` or `warn`.
    pub tone: &'static str,
    /// The icon's name.
    pub icon: &'static str,
    /// 错误, 提醒, for those who see no colour.
    pub severity: String,
    /// What is wrong; names stand between backticks.
    pub message: String,
    /// How to mend it.
    pub help: String,
    /// Where its rule is explained; empty where there is none.
    pub rule: String,
    /// The rule: `unknown-role`.
    pub code: &'static str,
    /// From 1.
    pub line: usize,
    /// The stage or block that it is about; empty for none.
    pub node: String,
}

impl FindingRow {
    /// The message without the marks around names.
    #[must_use]
    pub fn plain(&self) -> String {
        self.message.replace('`', "")
    }
}

/// A line of a definition.
#[derive(Debug, Clone, Serialize)]
pub struct SourceLine {
    /// From 1.
    pub number: usize,
    /// What it says.
    pub text: String,
    /// `bad` or `warn` where something was found.
    pub mark: &'static str,
}

/// A diagram and the same in words.
#[derive(Debug, Clone, Default, Serialize)]
pub struct Picture {
    /// Whether it shows only what could be read.
    pub partial: bool,
    /// SVG; everything in it is escaped.
    pub svg: String,
    /// The nested list.
    pub items: Vec<Entry>,
}

impl View for DefinitionView {
    const TEMPLATE: &'static str = "pages/workflow";

    fn title(&self, language: Language) -> String {
        let values = [("title", self.crumb.title.as_str())];
        let title = text(language, "workflows.editor.title", &values);
        error_title(language, title, &self.errors)
    }
}

/// `/admin/workflows/{key}/propose`: what the reader wrote, looked at before a second person is asked.
#[derive(Debug, Clone, Default, Serialize)]
pub struct ProposeView {
    /// What it is about.
    pub crumb: Crumb,
    /// 提出第 5 版
    pub heading: String,
    /// What differs from the version in force; none when there is no such version.
    pub comparison: Option<Comparison>,
    /// What the check says; no errors among it.
    pub checks: Checks,
    /// The text line by line, where there is something to say about it.
    pub lines: Vec<SourceLine>,
    /// What is to know: another proposal is replaced, running cases stay.
    pub notes: Vec<String>,
    /// The revision of the draft that the page shows.
    pub revision: i64,
}

impl View for ProposeView {
    const TEMPLATE: &'static str = "pages/workflow-propose";

    fn title(&self, _: Language) -> String {
        format!("{} - {}", self.heading, self.crumb.title)
    }
}

/// `/admin/workflows/{key}/versions/{n}`: a version; the one that waits with what a second person does about it.
#[derive(Debug, Clone, Default, Serialize)]
pub struct VersionView {
    /// What it is about.
    pub crumb: Crumb,
    /// 第 5 版
    pub heading: String,
    /// 等待确认
    pub state: Option<Tag>,
    /// Who proposed it, and what became of it.
    pub facts: Vec<Fact>,
    /// 与第 4 版对比 …
    pub links: Vec<Link>,
    /// Its number.
    pub version: u32,
    /// Whether the reader may put it in force.
    pub confirms: bool,
    /// Which policies would not bind it any more, in a sentence to be agreed to; empty: none.
    pub unbound: String,
    /// Whether the reader may give it up.
    pub withdraws: bool,
    /// Why the reader cannot put it in force, or what happens then.
    pub notes: Vec<String>,
    /// What the check says today, while it waits.
    pub checks: Option<Checks>,
    /// What differs from the version in force, while it waits.
    pub comparison: Option<Comparison>,
    /// The text line by line.
    pub lines: Vec<SourceLine>,
    /// The diagram.
    pub picture: Option<Picture>,
}

impl View for VersionView {
    const TEMPLATE: &'static str = "pages/workflow-version";

    fn title(&self, _: Language) -> String {
        format!("{} - {}", self.heading, self.crumb.title)
    }
}

/// `/admin/workflows/{key}/versions`
#[derive(Debug, Clone, Default, Serialize)]
pub struct VersionsView {
    /// What it is about.
    pub crumb: Crumb,
    /// Newest first.
    pub rows: Vec<VersionRow>,
}

/// What somebody did.
#[derive(Debug, Clone, Serialize)]
pub struct Deed {
    /// 陈思远（省数据局）
    pub who: String,
    /// 今天 10:21
    pub when: String,
}

/// A version in the list.
#[derive(Debug, Clone, Serialize)]
pub struct VersionRow {
    /// Its page.
    pub href: String,
    /// 第 4 版
    pub name: String,
    /// 正在使用, 等待确认, 已停用, 已撤回
    pub state: Tag,
    /// Who proposed it, and when.
    pub proposed: Deed,
    /// Who put it in force or gave it up, and when.
    pub settled: Option<Deed>,
    /// 46 件, or nothing.
    pub running: String,
    /// 与上一版对比, 迁移在办件.
    pub links: Vec<Link>,
}

impl View for VersionsView {
    const TEMPLATE: &'static str = "pages/workflow-versions";

    fn title(&self, language: Language) -> String {
        let values = [("title", self.crumb.title.as_str())];
        text(language, "workflows.versions.title", &values)
    }
}
