//! 发送: what waits to go out, going on after a restore, and what did not arrive.

use serde::Serialize;

use super::{Fact, Pager, Tag, View};
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
    /// Mails that were given up, newest first.
    pub lost: Vec<LostMailRow>,
    /// More of them.
    pub pager: Pager,
    /// What was sent again lately, newest first.
    pub again: Vec<ResentRow>,
}

/// A mail that was given up: to whom and why, not what it says.
#[derive(Debug, Clone, Default, Serialize)]
pub struct LostMailRow {
    /// Its key.
    pub id: i64,
    /// The key that the log names it by.
    pub mail: String,
    /// 待办, 催办 …
    pub notice: String,
    /// 张慧敏（省卫健委）
    pub to: String,
    /// When it was written.
    pub when: String,
    /// 试过 3 次
    pub tries: String,
    /// What went wrong last.
    pub fault: String,
}

/// A message that was sent again.
#[derive(Debug, Clone, Default, Serialize)]
pub struct ResentRow {
    /// When.
    pub when: String,
    /// By whom.
    pub who: String,
    /// 邮件, 系统通知
    pub queue: String,
    /// The message's key.
    pub message: String,
}

impl View for OutboxView {
    const TEMPLATE: &'static str = "pages/outbox";

    fn title(&self, language: Language) -> String {
        text(language, "pages.nav.outbox", &[])
    }
}
