//! The rules that definitions are checked by.

use serde::Serialize;

use crate::messages::{Language, text};
use crate::web::views::{Tag, View};

/// `/admin/workflow-rules`
#[derive(Debug, Clone, Default, Serialize)]
pub struct RulesView {
    /// Every rule, those about reading first.
    pub rows: Vec<RuleRow>,
    /// What the shipped policies demand.
    pub policies: Vec<PolicyRow>,
}

/// A policy.
#[derive(Debug, Clone, Serialize)]
pub struct PolicyRow {
    /// `sharing`
    pub id: String,
    /// 政务数据共享
    pub title: String,
    /// Each with its article.
    pub demands: Vec<String>,
}

/// A rule.
#[derive(Debug, Clone, Serialize)]
pub struct RuleRow {
    /// `unknown-role`
    pub code: &'static str,
    /// 错误, 提醒
    pub severity: Tag,
    /// 没有这个角色
    pub title: &'static str,
    /// Why it is there.
    pub explanation: &'static str,
    /// Some lines that break it.
    pub example: &'static str,
}

impl View for RulesView {
    const TEMPLATE: &'static str = "pages/workflow-rules";

    fn title(&self, language: Language) -> String {
        text(language, "workflows.rules.title", &[])
    }
}
