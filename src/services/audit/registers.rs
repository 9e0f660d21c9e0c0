//! Holding what registers show of a case to the events that wrote it.

use std::collections::BTreeSet;

use serde_json::Value;

use crate::engine::{Actor, Case, Entry, Event, Stamp};
use crate::services::registers;
use crate::storage::register_entries;
use crate::storage::register_kept::Kept;
use crate::storage::register_search::Step;
use crate::workflow::stage_map;

/// An event with its place in the case's history.
pub(super) type Recorded = (i64, Event, Stamp);

/// Whether the entries of a case are those that its events make, and whether they are found by nothing else. Answers with the
/// key of the first that is not.
pub(super) fn sound(kept: &[Kept], case: &Case, recorded: &[Recorded]) -> Result<(), String> {
    let taken = taken(recorded);
    for row in kept {
        let made = case.entries.get(&row.key);
        let steps = taken.iter().filter(|(key, _)| *key == row.key);
        let steps: Vec<&Step> = steps.map(|(_, step)| step).collect();
        let holds = made.is_some_and(|made| {
            is_made(row, made, case, recorded) && row.steps.iter().eq(steps) && is_found(row, case)
        });
        if !holds {
            return Err(row.key.clone());
        }
    }
    let keys: BTreeSet<&String> = kept.iter().map(|row| &row.key).collect();
    match case.entries.keys().find(|key| !keys.contains(key)) {
        Some(missing) => Err(missing.clone()),
        None => Ok(()),
    }
}

fn is_made(row: &Kept, made: &Entry, case: &Case, recorded: &[Recorded]) -> bool {
    let kept = &row.entry;
    let changed = recorded
        .iter()
        .find(|(_, _, stamp)| stamp.revision == made.changed);
    // The branch is left out: after a move to another version an entry keeps the name that it had, until it changes.
    let values: Option<&serde_json::Map<String, Value>> = kept.document["values"].as_object();
    kept.register == made.register
        && kept.department == case.department
        && kept.status == made.status
        && kept.document["element"] == made.element.as_str()
        && values.is_some_and(|values| values.iter().eq(made.values.iter()))
        && kept.opened_at == made.opened
        && changed.is_some_and(|(_, _, stamp)| stamp.at == kept.updated_at)
}

/// What it is found by is in it. What it is not found by depends on the register's definition, which may have changed since:
/// only that guards find all of an entry or nothing of it.
fn is_found(row: &Kept, case: &Case) -> bool {
    let entry = &row.entry;
    let texts = register_entries::texts(&entry.document);
    let values: BTreeSet<&str> = row
        .values
        .iter()
        .map(|(_, _, text)| text.as_str())
        .collect();
    let day = |field: &str| registers::day(&entry.document["values"][field]);
    row.values.iter().all(|(register, department, _)| {
        *register == entry.register && *department == entry.department
    }) && (values.is_empty() || values == texts)
        && row.departments.iter().all(|(register, department)| {
            let is_named = *department == case.department || texts.contains(department.0.as_str());
            *register == entry.register && is_named
        })
        && row
            .departments
            .iter()
            .any(|(_, department)| *department == case.department)
        && row
            .dates
            .iter()
            .all(|(register, field, at)| *register == entry.register && day(field) == Some(*at))
}

/// What makes the key of an entry: its register, branch and element. Moves to another version give branches other names.
type Parts<'a> = (&'a str, Option<String>, &'a str);

/// The statuses that entries took, each under the key that the entry has in the end.
fn taken(recorded: &[Recorded]) -> Vec<(String, Step)> {
    let mut taken: Vec<(Parts<'_>, Step)> = Vec::new();
    for (seq, event, stamp) in recorded {
        match event {
            Event::Recorded {
                register,
                branch,
                element,
                status: Some(status),
                ..
            } => taken.push((
                (register, branch.clone(), element),
                Step {
                    event: *seq,
                    status: status.clone(),
                    person_id: match stamp.actor {
                        Actor::Person(person) => Some(person),
                        Actor::System => None,
                    },
                    at: stamp.at,
                },
            )),
            Event::Migrated { stages, .. } => {
                for ((_, branch, _), _) in &mut taken {
                    *branch = branch
                        .as_deref()
                        .map(|branch| stage_map::renamed(branch, stages));
                }
            }
            _ => {}
        }
    }
    taken
        .into_iter()
        .map(|((register, branch, element), step)| {
            (Entry::key(register, branch.as_deref(), element), step)
        })
        .collect()
}
