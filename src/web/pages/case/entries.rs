//! What the case has left in registers (台账).

use serde_json::Value;

use super::Sight;
use crate::calendar::day_of;
use crate::engine::Entry;
use crate::forms::Words;
use crate::storage::register_search::StoredEntry;
use crate::web::format;
use crate::web::pages::ledger;
use crate::web::views::{EntryRow, Tag, Tone};
use crate::workflow::Register;

/// The entries, by register, branch and element.
pub fn of(sight: &Sight<'_>) -> Vec<EntryRow> {
    let entries = sight.seen.running.case.entries.values();
    let origin = sight.seen.origin.iter();
    entries
        .map(|entry| row(sight, entry))
        .chain(origin.map(|(register, entry)| origin_row(sight, register, entry)))
        .collect()
}

/// The entry whose date has started this case.
fn origin_row(sight: &Sight<'_>, register: &Register, entry: &StoredEntry) -> EntryRow {
    EntryRow {
        register: sight.language.pick(&register.title).to_owned(),
        href: format!("/ledger/{}/{}", register.id, entry.ulid),
        about: sight.say("pages.case.origin", &[]),
        branch: String::new(),
        status: ledger::tag(register, entry.status.as_deref(), sight.language),
        opened: format::day(day_of(entry.opened_at), sight.seen.now, sight.language),
        machine: format::machine(entry.opened_at),
    }
}

fn row(sight: &Sight<'_>, entry: &Entry) -> EntryRow {
    let branch = entry.branch.as_ref();
    EntryRow {
        register: register(sight, &entry.register),
        href: String::new(),
        about: about(sight, entry),
        branch: branch.map_or_else(String::new, |branch| sight.titles().branches(branch)),
        status: status(sight, entry),
        opened: format::day(day_of(entry.opened), sight.seen.now, sight.language),
        machine: format::machine(entry.opened),
    }
}

/// A register's name; of one that is not known any more, its code.
pub fn register(sight: &Sight<'_>, code: &str) -> String {
    sight.seen.registers.get(code).map_or_else(
        || code.to_owned(),
        |register| sight.language.pick(&register.title).to_owned(),
    )
}

fn status(sight: &Sight<'_>, entry: &Entry) -> Tag {
    match sight.seen.registers.get(&entry.register) {
        Some(register) => ledger::tag(register, entry.status.as_deref(), sight.language),
        None => Tag::plain(Tone::Hold, entry.status.clone().unwrap_or_default()),
    }
}

/// What an entry is of: a data item by its title, a row by its number.
fn about(sight: &Sight<'_>, entry: &Entry) -> String {
    let answers = sight.seen.running.case.answers.values();
    let rows = answers.filter_map(Value::as_array).flatten();
    let (resource, item) = entry
        .element
        .split_once('/')
        .unwrap_or((&entry.element, ""));
    let is = |row: &&Value, name: &str, code: &str| {
        row.get(name).and_then(Value::as_str).unwrap_or_default() == code
    };
    let chosen = rows
        .into_iter()
        .find(|row| is(row, "resource", resource) && is(row, "item", item));
    match (chosen, entry.element.parse::<u32>()) {
        (Some(row), _) if !resource.is_empty() => crate::forms::heading(row),
        (_, Ok(number)) => sight.say("forms.row", &[("number", &number.to_string())]),
        _ => entry.element.clone(),
    }
}
