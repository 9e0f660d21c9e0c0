//! `/dev/mail`: mails that were caught instead of sent.

use serde::Serialize;

use super::{Link, Tag, View};
use crate::messages::{Language, text};

/// The list of caught mails.
#[derive(Debug, Clone, Default, Serialize)]
pub struct MailListView {
    /// Latest first.
    pub rows: Vec<MailRow>,
    /// An address that the list is narrowed to (`to`).
    pub to: String,
    /// The next page.
    pub next: Option<String>,
}

/// A caught mail.
#[derive(Debug, Clone, Serialize)]
pub struct MailRow {
    /// Its page.
    pub href: String,
    /// Its subject.
    pub subject: String,
    /// To whom.
    pub to: String,
    /// When.
    pub when: String,
    /// For the `datetime` attribute.
    pub machine: String,
    /// 待办, 提醒, …
    pub kind: Tag,
}

impl View for MailListView {
    const TEMPLATE: &'static str = "pages/mail-list";

    fn title(&self, language: Language) -> String {
        text(language, "pages.nav.mail", &[])
    }
}

/// A caught mail, whole.
#[derive(Debug, Clone, Serialize)]
pub struct MailView {
    /// Its subject.
    pub subject: String,
    /// To whom.
    pub to: String,
    /// From whom.
    pub from: String,
    /// When.
    pub when: String,
    /// The address of its HTML alone, for the frame; that answer needs `frame-ancestors 'self'`, this one `frame-src 'self'`.
    pub html_href: String,
    /// Its plain text.
    pub text: String,
    /// Its headers.
    pub headers: Vec<MailHeader>,
    /// The addresses in it: the frame lets none of them through.
    pub links: Vec<Link>,
}

/// A header.
#[derive(Debug, Clone, Serialize)]
pub struct MailHeader {
    /// Its name.
    pub name: String,
    /// Its value, decoded.
    pub value: String,
}

impl View for MailView {
    const TEMPLATE: &'static str = "pages/mail";

    fn title(&self, _: Language) -> String {
        self.subject.clone()
    }
}
