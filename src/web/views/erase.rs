//! 删除个人信息: what there is, and what goes and stays before it is erased.

use serde::Serialize;

use super::{Choice, Link, View};
use crate::messages::{Language, text};

/// `/c/:id/erase`
#[derive(Debug, Clone, Serialize)]
pub struct EraseView {
    /// The case.
    pub id: String,
    /// Its number.
    pub number: String,
    /// The private answers that are kept.
    pub rows: Vec<ErasableRow>,
    /// The reason, as typed.
    pub comment: String,
    /// What is wrong with it.
    pub comment_error: String,
    /// What else is wrong.
    pub error: String,
    /// Whether it is asked for once more.
    pub confirming: bool,
    /// To the case.
    pub back: Link,
}

/// A private answer that can be erased.
#[derive(Debug, Clone, Serialize)]
pub struct ErasableRow {
    /// Sent as `fields`; what it is called, and whether it was chosen.
    pub choice: Choice,
    /// The branch or stage that it belongs to; empty: the case.
    pub about: String,
    /// What it says, for whoever handles the case.
    pub value: Option<String>,
}

impl View for EraseView {
    const TEMPLATE: &'static str = "pages/erase";

    fn title(&self, language: Language) -> String {
        let key = match self.confirming {
            true => "pages.erase.confirm",
            false => "pages.erase.title",
        };
        text(language, key, &[])
    }
}
