//! Registers: what a case leaves in them, and what guards ask of them.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use chrono::NaiveDate;
use serde_json::{Value, json};

use super::cases::Running;
use super::catalogue::start as catalogue;
use super::{App, Error, webhooks};
use crate::directory::DepartmentCode;
use crate::engine::{Context, Decision, Entry, Event};
use crate::forms::Answers;
use crate::storage::Connection;
use crate::storage::catalogue as stored;
use crate::storage::register_entries::{self, EntryRow, Taken};
use crate::workflow::{Register, Workflow, stage_map};

/// The registers that there are.
pub(super) fn all() -> &'static BTreeMap<String, Arc<Register>> {
    Register::shipped()
}

/// Writes the entries that the decision has opened or changed, and what statuses they took by which of its events; the
/// first of these stands at `first` in the case's history.
pub(super) fn write(
    app: &App,
    conn: &mut Connection,
    running: &Running,
    decision: &Decision,
    context: &Context<'_>,
    first: i64,
) -> Result<(), Error> {
    let case = &decision.case;
    rename(conn, running, decision)?;
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
        let title = super::projection::title(&running.workflow, case);
        let number = case.number.as_deref();
        let row = EntryRow {
            case_id: running.id,
            entry: key,
            register: &entry.register,
            department: &case.department,
            status: entry.status.as_deref(),
            document: &document,
            departments: departments(entry, &case.department),
            dates: dates(entry),
            texts: number.into_iter().chain([title.as_str()]).collect(),
            opened_at: entry.opened,
            updated_at: context.now,
        };
        let id = register_entries::save(conn, &row)?;
        if all()
            .get(&entry.register)
            .is_some_and(|register| register.directory)
        {
            super::catalogue::record(conn, running.id, entry, context)?;
        }
        for (event, status) in (first..).zip(&decision.events).filter_map(|(seq, event)| {
            let status = taken(event, key)?;
            Some((seq, status))
        }) {
            let taken = Taken {
                event,
                status,
                person: context.person(),
                at: context.now,
            };
            register_entries::took(conn, id, &taken)?;
        }
        webhooks::tell(app, conn, running, decision, context, (key, id))?;
    }
    Ok(())
}

/// Entries of branches that are called otherwise in the version to which the case was moved.
fn rename(conn: &mut Connection, running: &Running, decision: &Decision) -> Result<(), Error> {
    for event in &decision.events {
        let Event::Migrated { stages, .. } = event else {
            continue;
        };
        let moved: Vec<(&String, String)> = running
            .case
            .entries
            .iter()
            .filter_map(|(key, entry)| {
                let branch = stage_map::renamed(entry.branch.as_deref()?, stages);
                let now = Entry::key(&entry.register, Some(&branch), &entry.element);
                (*key != now).then_some((key, now))
            })
            .collect();
        // Two may take each other's names, so each goes by way of a name that no entry has.
        for (key, now) in &moved {
            register_entries::rename(conn, running.id, key, &format!("{now}\n"))?;
        }
        for (_, now) in &moved {
            register_entries::rename(conn, running.id, &format!("{now}\n"), now)?;
        }
    }
    Ok(())
}

/// The status that an entry took by an event.
fn taken<'e>(event: &'e Event, entry: &str) -> Option<&'e str> {
    let Event::Recorded {
        register,
        branch,
        element,
        status,
        ..
    } = event
    else {
        return None;
    };
    let key = Entry::key(register, branch.as_deref(), element);
    status.as_deref().filter(|_| key == entry)
}

/// The departments that stand in an entry: those that its fields name, and whose case left it.
fn departments(entry: &Entry, own: &DepartmentCode) -> BTreeSet<DepartmentCode> {
    let mut found = BTreeSet::from([own.clone()]);
    for value in of_type(entry, &["department", "departments"]) {
        let codes = match value.1 {
            Value::Array(codes) => codes.as_slice(),
            code => std::slice::from_ref(code),
        };
        let codes = codes.iter().filter_map(Value::as_str);
        found.extend(codes.map(|code| DepartmentCode(code.to_owned())));
    }
    found
}

/// The days in an entry, by field.
fn dates(entry: &Entry) -> Vec<(&str, NaiveDate)> {
    let values = of_type(entry, &["date", "time"]);
    values
        .filter_map(|(field, value)| Some((field, day(value)?)))
        .collect()
}

/// The day of a date or a time as entries hold them: in Beijing.
pub(super) fn day(value: &Value) -> Option<NaiveDate> {
    value.as_str()?.get(..10)?.parse().ok()
}

fn of_type<'e>(
    entry: &'e Entry,
    kinds: &'e [&str],
) -> impl Iterator<Item = (&'e str, &'e Value)> + 'e {
    let fields = all().get(&entry.register).into_iter();
    fields
        .flat_map(|register| register.of_type(kinds))
        .filter_map(|field| Some((field.id.as_str(), entry.values.get(&field.id)?)))
}

/// What `registered(register, value, department)` may find for a case of this department with these answers.
pub(super) fn asked(
    conn: &mut Connection,
    workflow: &Workflow,
    department: &DepartmentCode,
    answers: &[&Answers],
) -> Result<Vec<(String, String, String)>, Error> {
    // Only a definition that asks makes the database look, or one that writes into the data directory.
    let directories = all().values().filter(|register| register.directory);
    let writes = catalogue::records(workflow)
        .filter_map(|record| record.known.as_ref())
        .any(|register| register.directory);
    if !writes && !workflow.source.contains("registered(") {
        return Ok(Vec::new());
    }
    let mut texts = BTreeSet::new();
    for answer in answers.iter().flat_map(|answers| answers.values()) {
        collect(answer, &mut texts);
    }
    let texts: Vec<String> = texts.into_iter().collect();
    let known = register_entries::known(conn, department, &texts)?;
    let mut asked: Vec<(String, String, String)> = known
        .into_iter()
        .map(|(register, value)| (register, value, department.0.clone()))
        .collect();
    // What stands in the directory need not have come by a case.
    let providers = stored::providers(conn, &texts)?;
    for register in directories {
        let id = &register.id;
        asked.retain(|(known, ..)| known != id);
        let entries = providers.iter();
        asked
            .extend(entries.map(|(code, provider)| (id.clone(), code.clone(), provider.0.clone())));
    }
    Ok(asked)
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
