//! 数据目录: the directory with its filter, a resource, and a file that is about to be imported.

use serde::Serialize;

use super::{Choice, Fact, Link, Pager, Tag, TimelineItem, View};
use crate::messages::{Language, text};

/// `/catalogue`
#[derive(Debug, Clone, Default, Serialize)]
pub struct CatalogueView {
    /// Words in names, summaries, codes and items (`k`).
    pub text: String,
    /// Departments to choose from (`department`); empty where they are too many, then the code is typed.
    pub departments: Vec<Choice>,
    /// The department that was typed.
    pub department: String,
    /// Sharing classes to choose from (`sharing`).
    pub classes: Vec<Choice>,
    /// Levels to choose from (`level`).
    pub levels: Vec<Choice>,
    /// Whether anything is filtered, so that clearing is offered.
    pub active: bool,
    /// By code.
    pub rows: Vec<ResourceRow>,
    /// Whether the reader may ask for the use of data.
    pub may_use: bool,
    /// Whether the reader may import.
    pub imports: bool,
    /// The same resources as a file.
    pub files: Vec<Link>,
    /// The rest.
    pub pager: Pager,
}

/// A resource in the list.
#[derive(Debug, Clone, Serialize)]
pub struct ResourceRow {
    /// Its page.
    pub href: String,
    /// Its name.
    pub title: String,
    /// Its code.
    pub code: String,
    /// Who provides it.
    pub provider: String,
    /// Its sharing class.
    pub class: Tag,
    /// Its level.
    pub level: String,
    /// How often it is updated.
    pub cycle: String,
    /// How many items it has.
    pub items: String,
    /// What is to be kept to, or why it is not shared.
    pub condition: String,
    /// Whether anything of it can be asked for.
    pub shared: bool,
}

impl View for CatalogueView {
    const TEMPLATE: &'static str = "pages/catalogue";

    fn title(&self, language: Language) -> String {
        text(language, "pages.nav.catalogue", &[])
    }
}

/// `/catalogue/{code}`
#[derive(Debug, Clone, Default, Serialize)]
pub struct ResourceView {
    /// Its name.
    pub heading: String,
    /// Its code.
    pub code: String,
    /// Its sharing class.
    pub class: Tag,
    /// Its level.
    pub level: Tag,
    /// Whether it was taken out of the directory.
    pub gone: bool,
    /// What it is.
    pub facts: Vec<Fact>,
    /// The conditions of use, or the reasons why it is not shared.
    pub conditions: Vec<String>,
    /// Whether these are reasons.
    pub refused: bool,
    /// Whether use can be asked for here.
    pub may_use: bool,
    /// The words of proposing a change, where the reader may.
    pub change: String,
    /// Its items.
    pub items: Vec<ItemRow>,
    /// Open cases that name it and that the reader sees.
    pub cases: Vec<Link>,
    /// What to know where there are more.
    pub more_cases: String,
    /// How many grants are in force, where the reader may see them.
    pub grants: Option<Link>,
    /// What became of it.
    pub history: Vec<TimelineItem>,
}

/// An item of a resource.
#[derive(Debug, Clone, Serialize)]
pub struct ItemRow {
    /// Its name.
    pub title: String,
    /// Its code.
    pub code: String,
    /// Its type and length.
    pub kind: String,
    /// Its level.
    pub level: String,
    /// Whether it is personal information, in words.
    pub personal: Option<Tag>,
    /// Its sharing class.
    pub class: Tag,
    /// Its own conditions; empty where they are the resource's.
    pub conditions: String,
}

impl View for ResourceView {
    const TEMPLATE: &'static str = "pages/catalogue-resource";

    fn title(&self, _: Language) -> String {
        self.heading.clone()
    }
}

/// `/catalogue/import`
#[derive(Debug, Clone, Default, Serialize)]
pub struct ImportView {
    /// What keeps the file from being imported, line by line.
    pub faults: Vec<String>,
    /// What the file that was looked at would do.
    pub plan: Option<ImportPlan>,
}

/// What a file would do.
#[derive(Debug, Clone, Serialize)]
pub struct ImportPlan {
    /// The file and how many resources it adds, changes and leaves alone.
    pub summary: String,
    /// What tells it from others.
    pub digest: String,
    /// Whether it would do anything.
    pub does: bool,
    /// What it adds and changes.
    pub rows: Vec<ImportRow>,
}

/// What becomes of a resource.
#[derive(Debug, Clone, Serialize)]
pub struct ImportRow {
    /// Its code.
    pub code: String,
    /// Its name.
    pub title: String,
    /// Added or changed.
    pub what: Tag,
    /// What is changed, one by one.
    pub changes: Vec<String>,
}

impl View for ImportView {
    const TEMPLATE: &'static str = "pages/catalogue-import";

    fn title(&self, language: Language) -> String {
        text(language, "catalogue.import.heading", &[])
    }
}
