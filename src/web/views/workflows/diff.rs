//! What differs between two versions: in words, and line by line.

use serde::Serialize;

use super::Crumb;
use crate::messages::{Language, text};
use crate::web::views::{Choice, View};
use crate::workflow::compare::{Hunk, LineKind};

/// What differs between two versions.
#[derive(Debug, Clone, Default, Serialize)]
pub struct Comparison {
    /// 第 4 版
    pub from: String,
    /// 第 5 版
    pub to: String,
    /// Whether both can be read, so that what has changed could be told in words.
    pub told: bool,
    /// 环节“受理”：期限由 10 个工作日改为 15 个工作日
    pub changes: Vec<String>,
    /// The lines that differ, with some around them.
    pub hunks: Vec<Vec<DiffLine>>,
}

/// A line of one text or of both.
#[derive(Debug, Clone, Serialize)]
pub struct DiffLine {
    /// `gone`, `new` or nothing.
    pub kind: &'static str,
    /// Its number in the old text.
    pub old: Option<usize>,
    /// Its number in the new text.
    pub new: Option<usize>,
    /// What it says.
    pub text: String,
}

impl DiffLine {
    /// The lines that differ between two texts.
    #[must_use]
    pub fn of(hunks: Vec<Hunk>) -> Vec<Vec<Self>> {
        let line = |line: crate::workflow::compare::Line| Self {
            kind: match line.kind {
                LineKind::Same => "",
                LineKind::Gone => "gone",
                LineKind::Added => "new",
            },
            old: line.old,
            new: line.new,
            text: line.text,
        };
        let lines = |hunk: Hunk| hunk.lines.into_iter().map(line).collect();
        hunks.into_iter().map(lines).collect()
    }
}

/// `/admin/workflows/{key}/diff`
#[derive(Debug, Clone, Default, Serialize)]
pub struct DiffView {
    /// What it is about.
    pub crumb: Crumb,
    /// The older versions to choose from.
    pub from: Vec<Choice>,
    /// The newer versions to choose from.
    pub to: Vec<Choice>,
    /// What differs; none when there are no two versions.
    pub comparison: Option<Comparison>,
}

impl View for DiffView {
    const TEMPLATE: &'static str = "pages/workflow-diff";

    fn title(&self, language: Language) -> String {
        let values = [("title", self.crumb.title.as_str())];
        text(language, "workflows.diff.title", &values)
    }
}
