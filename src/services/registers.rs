//! Registers: what a case leaves in them, and what guards ask of them.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use super::Error;
use super::cases::Running;
use crate::directory::DepartmentCode;
use crate::engine::{Case, Context};
use crate::forms::Answers;
use crate::storage::Connection;
use crate::storage::register_entries::{self, EntryRow};
use crate::workflow::Workflow;

/// Writes the entries that the decision has opened or changed.
pub(super) fn write(
    conn: &mut Connection,
    running: &Running,
    case: &Case,
    context: &Context<'_>,
) -> Result<(), Error> {
    let changed = case
        .entries
        .iter()
        .filter(|(_, entry)| entry.changed == case.revision);
    for (key, entry) in changed {
        let document = json!({
            "branch": entry.branch,
            "element": entry.element,
            "values": entry.values,
        });
        let row = EntryRow {
            case_id: running.id,
            entry: key,
            register: &entry.register,
            department: &case.department,
            status: entry.status.as_deref(),
            document: &document,
            opened_at: entry.opened,
            updated_at: context.now,
        };
        register_entries::save(conn, &row)?;
    }
    Ok(())
}

/// What `registered(register, value, department)` may find for a case of this department with these answers.
pub(super) fn asked(
    conn: &mut Connection,
    workflow: &Workflow,
    department: &DepartmentCode,
    answers: &[&Answers],
) -> Result<Vec<(String, String, String)>, Error> {
    // Only a definition that asks makes the database look.
    if !workflow.source.contains("registered(") {
        return Ok(Vec::new());
    }
    let mut texts = BTreeSet::new();
    for answer in answers.iter().flat_map(|answers| answers.values()) {
        collect(answer, &mut texts);
    }
    let texts: Vec<String> = texts.into_iter().collect();
    let known = register_entries::known(conn, department, &texts)?;
    Ok(known
        .into_iter()
        .map(|(register, value)| (register, value, department.0.clone()))
        .collect())
}

fn collect(answer: &Value, texts: &mut BTreeSet<String>) {
    match answer {
        Value::String(text) => {
            texts.insert(text.clone());
        }
        Value::Array(list) => list.iter().for_each(|value| collect(value, texts)),
        Value::Object(parts) => parts.values().for_each(|value| collect(value, texts)),
        Value::Null | Value::Bool(_) | Value::Number(_) => {}
    }
}
