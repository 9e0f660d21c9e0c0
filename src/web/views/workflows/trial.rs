//! A trial run of a definition: one request walked on paper, or tests played.

use serde::Serialize;

use super::{Checks, Crumb, Pointer, SourceLine};
use crate::messages::{Language, text};
use crate::web::trials::Leg;
use crate::web::views::{ErrorLink, Link, Tag, View, error_title};

/// `/admin/workflows/{key}/trial`
#[derive(Debug, Clone, Default, Serialize)]
pub struct TrialView {
    /// What it is about.
    pub crumb: Crumb,
    /// 用第 2 版草稿试运行
    pub about: String,
    /// Why nothing can be run: the definition has errors.
    pub broken: Option<Pointer>,
    /// What was typed, or an example.
    pub text: String,
    /// Where examples are to be had.
    pub examples: Vec<Link>,
    /// What stands in the way.
    pub errors: Vec<ErrorLink>,
    /// Made by [`crate::web::views::EditView::count_errors`].
    pub error_heading: String,
    /// What is wrong with the text.
    pub checks: Checks,
    /// The same for the editor, as JSON.
    pub diagnostics: String,
    /// The text line by line, where lines are pointed at.
    pub lines: Vec<SourceLine>,
    /// The walk.
    pub walked: Option<Walked>,
    /// The tests.
    pub played: Option<PlayedTests>,
}

/// A request that was walked.
#[derive(Debug, Clone, Default, Serialize)]
pub struct Walked {
    /// 李文静 2026-03-02 09:00 提交。假定……
    pub opening: String,
    /// What it comes by.
    pub legs: Vec<LegRow>,
    /// How it ends, and when.
    pub result: Vec<String>,
    /// Every end, and the answers that lead there.
    pub ends: Vec<EndRow>,
}

/// A stage of a walk.
#[derive(Debug, Clone, Serialize)]
pub struct LegRow {
    /// 受理
    pub title: String,
    /// `intake`
    pub place: String,
    /// Whether it was passed over.
    pub skipped: bool,
    /// When, by when, who is asked.
    pub facts: Vec<String>,
    /// Where the other answers lead.
    pub ways: Vec<String>,
}

impl From<Leg> for LegRow {
    fn from(leg: Leg) -> Self {
        Self {
            title: leg.title,
            place: leg.place,
            skipped: leg.skipped,
            facts: leg.facts,
            ways: leg.ways,
        }
    }
}

/// An end.
#[derive(Debug, Clone, Serialize)]
pub struct EndRow {
    /// 已办结 (approved)
    pub title: String,
    /// 都同意
    pub how: Vec<String>,
}

/// Tests that were played.
#[derive(Debug, Clone, Default, Serialize)]
pub struct PlayedTests {
    /// 3 项测试，2 项通过，1 项没有通过
    pub summary: String,
    /// Each of them, those that failed first.
    pub tests: Vec<TestRow>,
    /// 覆盖 81%：环节 7/9 …
    pub covered: String,
    /// What was not gone through.
    pub missing: Vec<MissingRow>,
}

/// A test.
#[derive(Debug, Clone, Serialize)]
pub struct TestRow {
    /// Its name.
    pub name: String,
    /// 通过, 没有通过
    pub state: Tag,
    /// Where it is written.
    pub line: usize,
    /// 第 3 步（第 12 行）bob approve; empty when it passed.
    pub step: String,
    /// What is otherwise than expected, and where that is written.
    pub differences: Vec<DifferenceRow>,
    /// What had happened before, case by case.
    pub before: Vec<Vec<String>>,
}

/// Something that is otherwise than expected.
#[derive(Debug, Clone, Serialize)]
pub struct DifferenceRow {
    /// open：应为 head，实为 leader
    pub words: String,
    /// Where it is written.
    pub line: usize,
}

/// Things that no test went through.
#[derive(Debug, Clone, Serialize)]
pub struct MissingRow {
    /// 没有进入的环节：
    pub heading: String,
    /// Which.
    pub items: Vec<String>,
}

impl View for TrialView {
    const TEMPLATE: &'static str = "pages/workflow-trial";

    fn title(&self, language: Language) -> String {
        let values = [("title", self.crumb.title.as_str())];
        let title = text(language, "workflows.trial.title", &values);
        error_title(language, title, &self.errors)
    }
}
