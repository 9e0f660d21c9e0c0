//! The catalogue of a file: one by name, and resources written in the file itself.

use super::Shelf;
use super::people::unreadable;
use crate::catalogue::{self, Item, Resource, Sharing};
use crate::directory::{DepartmentCode, Directory};
use crate::expression::Words;
use crate::workflow::{Entry, Sheet, Tree};

const SHARING: &[(&str, Sharing)] = &[
    ("unconditional", Sharing::Unconditional),
    ("conditional", Sharing::Conditional),
    ("none", Sharing::None),
];

/// The resources of a file.
pub(super) fn resources<'t>(
    sheet: &mut Sheet<'t>,
    tree: &'t Tree,
    directory: &Directory,
    shelf: &dyn Shelf,
) -> Vec<Resource> {
    let mut all = match tree.get("catalogue") {
        Some(name) => from_shelf(sheet, name, shelf),
        None => Vec::new(),
    };
    if let Some(written) = tree.get("resources") {
        for entry in sheet.entries(written) {
            all.extend(resource(sheet, entry, directory));
        }
    }
    all
}

fn from_shelf<'t>(sheet: &mut Sheet<'t>, tree: &'t Tree, shelf: &dyn Shelf) -> Vec<Resource> {
    let Some(name) = sheet.text(tree) else {
        return Vec::new();
    };
    shelf.catalogue(name).unwrap_or_else(|cause| {
        sheet.note("bad-value", &tree.at, unreadable(name, &cause), None);
        Vec::new()
    })
}

/// The resources of a file as `catalogue import` reads it.
///
/// # Errors
/// The first fault.
pub fn read_catalogue(text: &str) -> Result<Vec<Resource>, String> {
    catalogue::from_csv(text, None)
        .map_err(|faults| faults.first().map(ToString::to_string).unwrap_or_default())
}

/// `R1: {provider: p, sharing: conditional, level: 3, items: {I1: {level: 2}}}`.
fn resource<'t>(
    sheet: &mut Sheet<'t>,
    entry: &'t Entry,
    directory: &Directory,
) -> Option<Resource> {
    let keys = [
        "title",
        "provider",
        "sharing",
        "level",
        "conditions",
        "items",
    ];
    if !sheet.keys(&entry.value, &keys) {
        return None;
    }
    let Some(provider) = entry.value.get("provider") else {
        sheet.missing(&entry.value, "provider");
        return None;
    };
    let provider = DepartmentCode(sheet.text(provider)?.to_owned());
    if directory.department(&provider).is_none() {
        let known: Vec<&str> = directory.departments.keys().map(|code| &*code.0).collect();
        let at = entry.value.place(&["provider"]);
        let what = Words::new("部门", "department");
        sheet.unknown("unknown-name", &at, (&what, &provider.0), known);
    }
    let common = common(sheet, entry);
    let mut resource = Resource {
        code: entry.key.clone(),
        title: common.title.unwrap_or_else(|| entry.key.clone()),
        provider,
        summary: String::new(),
        sharing: common.sharing.unwrap_or(Sharing::Conditional),
        conditions: common.conditions.unwrap_or_default(),
        method: String::new(),
        cycle: String::new(),
        format: String::new(),
        level: common.level.unwrap_or(1),
        open: false,
        items: Vec::new(),
    };
    if let Some(items) = entry.value.get("items") {
        for item in sheet.entries(items) {
            let made = self::item(sheet, item, &resource);
            resource.items.extend(made);
        }
    }
    Some(resource)
}

fn item<'t>(sheet: &mut Sheet<'t>, entry: &'t Entry, resource: &Resource) -> Option<Item> {
    if !sheet.keys(&entry.value, &["title", "sharing", "level", "conditions"]) {
        return None;
    }
    let common = common(sheet, entry);
    let conditions = common.conditions;
    Some(Item {
        code: entry.key.clone(),
        title: common.title.unwrap_or_else(|| entry.key.clone()),
        kind: String::new(),
        length: String::new(),
        level: common.level.unwrap_or(resource.level),
        personal: false,
        sensitive: false,
        sharing: common.sharing.unwrap_or(resource.sharing),
        conditions: conditions.unwrap_or_else(|| resource.conditions.clone()),
    })
}

/// What resources and items both have.
struct Common {
    title: Option<String>,
    sharing: Option<Sharing>,
    level: Option<u8>,
    conditions: Option<Vec<String>>,
}

fn common<'t>(sheet: &mut Sheet<'t>, entry: &'t Entry) -> Common {
    let tree = &entry.value;
    let title = tree.get("title").and_then(|one| sheet.text(one));
    let sharing = tree.get("sharing").and_then(|one| sheet.word(one, SHARING));
    let level = tree.get("level").and_then(|one| level(sheet, one));
    let conditions = tree.get("conditions").map(|list| {
        let items = sheet.one_or_more(list).iter();
        items
            .filter_map(|one| sheet.text(one).map(str::to_owned))
            .collect()
    });
    Common {
        title: title.map(str::to_owned),
        sharing,
        level,
        conditions,
    }
}

fn level(sheet: &mut Sheet<'_>, tree: &Tree) -> Option<u8> {
    let level = sheet.count(tree)?;
    if !(1..=6).contains(&level) {
        sheet.expected(tree, &Words::new("1 至 6 的级别", "a level from 1 to 6"));
    }
    u8::try_from(level).ok()
}
