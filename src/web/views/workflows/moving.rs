//! Moving running cases to the version in force: the map of stages, what would come of it, what has come of it.

use serde::Serialize;

use super::Crumb;
use crate::messages::{Language, text};
use crate::web::views::{Choice, ErrorLink, Tag, View, error_title};

/// `/admin/workflows/{key}/migrate`
#[derive(Debug, Clone, Default, Serialize)]
pub struct MigrationView {
    /// What it is about.
    pub crumb: Crumb,
    /// 从第 3 版迁移到第 4 版
    pub heading: String,
    /// 第 3 版在办 12 件
    pub lead: String,
    /// The version that the cases run on.
    pub from: u32,
    /// The version in force.
    pub to: u32,
    /// The versions with running cases; more than one to choose from.
    pub versions: Vec<Choice>,
    /// The stages of the old version.
    pub stages: Vec<StageRow>,
    /// What is wrong with what was sent.
    pub errors: Vec<ErrorLink>,
    /// Made by [`crate::web::views::EditView::count_errors`].
    pub error_heading: String,
    /// What would come of it, once it was tried out.
    pub tried: Option<Tried>,
    /// What has come of it, once it was done.
    pub done: Option<Done>,
}

/// A stage, block or branch of the old version.
#[derive(Debug, Clone, Serialize)]
pub struct StageRow {
    /// Its id.
    pub id: String,
    /// Its title.
    pub title: String,
    /// What of the new version it becomes.
    pub choices: Vec<Choice>,
}

/// What would come of a migration.
#[derive(Debug, Clone, Default, Serialize)]
pub struct Tried {
    /// 12 件中 10 件可以迁移，2 件不能
    pub lead: String,
    /// Whether nothing can move.
    pub none: bool,
    /// Those that cannot move first.
    pub rows: Vec<FateRow>,
    /// 其余 300 件没有列出
    pub more: String,
    /// The map as it was tried out, as a file.
    pub map: String,
    /// The same as hidden fields of the form that carries it out.
    pub hidden: Vec<Choice>,
    /// The reason, as typed.
    pub reason: String,
    /// What is wrong with it.
    pub reason_error: String,
    /// 迁移这 10 件
    pub button: String,
}

/// What has come of a migration.
#[derive(Debug, Clone, Default, Serialize)]
pub struct Done {
    /// 已迁移 10 件，2 件没有迁移
    pub lead: String,
    /// Those that stayed, of the last step.
    pub rows: Vec<FateRow>,
    /// When there are more: what the form sends that goes on.
    pub hidden: Vec<Choice>,
}

/// What would become, or has become, of a case.
#[derive(Debug, Clone, Serialize)]
pub struct FateRow {
    /// Its number.
    pub number: String,
    /// Its page; empty for those who may not see it.
    pub href: String,
    /// Where it is: 受理
    pub at: String,
    /// 可以迁移, 不能迁移
    pub state: Tag,
    /// Where it will be, what it goes past, or what is in the way.
    pub notes: Vec<String>,
}

impl View for MigrationView {
    const TEMPLATE: &'static str = "pages/workflow-migrate";

    fn title(&self, language: Language) -> String {
        let values = [("title", self.crumb.title.as_str())];
        let title = text(language, "workflows.migrate.title", &values);
        error_title(language, title, &self.errors)
    }
}
