//! 台账: the registers, one with its entries, an entry with what became of it; and the question whether a use is covered.

use serde::Serialize;

use super::{Choice, Fact, Link, Pager, Tag, TimelineItem, View};
use crate::messages::{Language, text};

/// `/ledger`
#[derive(Debug, Clone, Default, Serialize)]
pub struct LedgerView {
    /// The registers that the reader sees.
    pub rows: Vec<LedgerRow>,
    /// Whether the reader may ask about uses.
    pub asks: bool,
}

/// A register.
#[derive(Debug, Clone, Serialize)]
pub struct LedgerRow {
    /// Its page.
    pub href: String,
    /// Its name.
    pub title: String,
    /// Its entries by status: where they are looked at.
    pub statuses: Vec<Link>,
}

impl View for LedgerView {
    const TEMPLATE: &'static str = "pages/ledger";

    fn title(&self, language: Language) -> String {
        text(language, "pages.nav.ledger", &[])
    }
}

/// `/ledger/{register}`
#[derive(Debug, Clone, Default, Serialize)]
pub struct RegisterView {
    /// The register's name.
    pub heading: String,
    /// Words that entries hold (`k`).
    pub text: String,
    /// Statuses to choose from (`status`); the first means all.
    pub statuses: Vec<Choice>,
    /// Departments to choose from (`department`); empty where they are too many, then the code is typed.
    pub departments: Vec<Choice>,
    /// The department that was typed.
    pub department: String,
    /// Fields with a day to choose from (`date`); empty where the register has none.
    pub dates: Vec<Choice>,
    /// The first day (`from`).
    pub from: String,
    /// The last day (`until`).
    pub until: String,
    /// Fields to be shown (`c`).
    pub columns: Vec<Choice>,
    /// Whether anything is filtered, so that clearing is offered.
    pub active: bool,
    /// The headings of the fields shown.
    pub heads: Vec<String>,
    /// Newest first.
    pub rows: Vec<RegisterRow>,
    /// The same entries as a file.
    pub files: Vec<Link>,
    /// The rest.
    pub pager: Pager,
}

/// An entry in a list.
#[derive(Debug, Clone, Serialize)]
pub struct RegisterRow {
    /// Its page.
    pub href: String,
    /// The number of its case.
    pub number: String,
    /// Its status.
    pub status: Tag,
    /// What stands in the fields shown.
    pub cells: Vec<Cell>,
}

/// What stands in a field.
#[derive(Debug, Clone, Serialize)]
pub struct Cell {
    /// The field's heading, for narrow screens.
    pub label: String,
    /// The words.
    pub text: String,
}

impl View for RegisterView {
    const TEMPLATE: &'static str = "pages/ledger-register";

    fn title(&self, _: Language) -> String {
        self.heading.clone()
    }
}

/// `/ledger/{register}/{entry}`
#[derive(Debug, Clone, Default, Serialize)]
pub struct EntryView {
    /// The register.
    pub register: Option<Link>,
    /// The number of its case.
    pub heading: String,
    /// Its status.
    pub status: Tag,
    /// What stands in it.
    pub facts: Vec<Fact>,
    /// Its case, where the reader may open it.
    pub case: Option<Link>,
    /// What the case is called, where they may not.
    pub case_title: String,
    /// Cases that a day in it has started, which the reader may open.
    pub started: Vec<Link>,
    /// The statuses that it took, and what was done about its days.
    pub items: Vec<TimelineItem>,
}

impl View for EntryView {
    const TEMPLATE: &'static str = "pages/ledger-entry";

    fn title(&self, _: Language) -> String {
        self.heading.clone()
    }
}

/// `/grants/check`
#[derive(Debug, Clone, Default, Serialize)]
pub struct GrantsView {
    /// Who would use it: a code.
    pub department: String,
    /// Departments to choose from; empty where they are too many, then the code is typed.
    pub departments: Vec<Choice>,
    /// The resource's code.
    pub resource: String,
    /// The items' codes.
    pub items: String,
    /// Words of the purpose.
    pub purpose: String,
    /// The day.
    pub day: String,
    /// What is wrong with the question.
    pub wrong: String,
    /// The answer, once something was asked.
    pub answer: Option<GrantsAnswer>,
}

/// The answer to a question.
#[derive(Debug, Clone, Serialize)]
pub struct GrantsAnswer {
    /// Yes or no.
    pub verdict: Tag,
    /// Until when, in words.
    pub until: String,
    /// Item by item.
    pub rows: Vec<GrantRow>,
}

/// The answer for an item.
#[derive(Debug, Clone, Serialize)]
pub struct GrantRow {
    /// Its code.
    pub item: String,
    /// Yes, or why not.
    pub verdict: Tag,
    /// By which case: the entry's page.
    pub entry: Option<Link>,
    /// Under which conditions, for what, until when.
    pub facts: Vec<Fact>,
}

impl View for GrantsView {
    const TEMPLATE: &'static str = "pages/grants";

    fn title(&self, language: Language) -> String {
        text(language, "registers.grants.title", &[])
    }
}
