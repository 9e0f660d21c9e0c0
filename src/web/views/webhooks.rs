//! 系统通知: the programs that are told of changes, and what they could not be told.

use serde::Serialize;

use super::{Pager, Tag, View};
use crate::messages::{Language, text};

/// `/admin/webhooks`
#[derive(Debug, Clone, Default, Serialize)]
pub struct WebhooksView {
    /// The targets of the settings.
    pub targets: Vec<WebhookTargetRow>,
    /// What was given up, newest first.
    pub failed: Vec<WebhookRow>,
    /// More of it.
    pub pager: Pager,
    /// What waits for another try.
    pub late: Vec<WebhookRow>,
}

/// A target.
#[derive(Debug, Clone, Default, Serialize)]
pub struct WebhookTargetRow {
    /// `exchange`
    pub name: String,
    /// `exchange.henan.example`
    pub host: String,
    /// 共享台账、开放清单
    pub registers: String,
    /// How much waits for it.
    pub waiting: i64,
    /// 正常, 已停用
    pub state: Tag,
    /// Since when it wants to be told no more; empty: it does.
    pub stopped: String,
}

/// A message.
#[derive(Debug, Clone, Default, Serialize)]
pub struct WebhookRow {
    /// Its key.
    pub id: i64,
    /// `webhook-id`, as the receiver's log has it.
    pub webhook_id: String,
    /// To whom.
    pub target: String,
    /// 共享台账
    pub register: String,
    /// When it was written.
    pub when: String,
    /// 试过 3 次
    pub tries: String,
    /// Why it was not taken.
    pub fault: String,
    /// When it is tried next; empty: never.
    pub next: String,
}

impl View for WebhooksView {
    const TEMPLATE: &'static str = "pages/webhooks";

    fn title(&self, language: Language) -> String {
        text(language, "pages.nav.webhooks", &[])
    }
}
