//! 发送: what waits to go out, and going on after a restore.

use serde::Serialize;

use super::{Fact, Tag, View};
use crate::messages::{Language, text};

/// `/admin/outbox`
#[derive(Debug, Clone, Default, Serialize)]
pub struct OutboxView {
    /// 正常发送, 已暂停
    pub state: Tag,
    /// Since when it is paused, and by which backup; empty: it is not.
    pub paused: String,
    /// How much waits, since when.
    pub facts: Vec<Fact>,
}

impl View for OutboxView {
    const TEMPLATE: &'static str = "pages/outbox";

    fn title(&self, language: Language) -> String {
        text(language, "pages.nav.outbox", &[])
    }
}
