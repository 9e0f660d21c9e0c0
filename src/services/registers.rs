//! Registers: what a case leaves in them, and what guards ask of them.

use std::collections::BTreeSet;

use chrono::NaiveDate;
use serde_json::{Value, json};

use super::cases::Running;
use super::catalogue::start as catalogue;
use super::{App, Error, webhooks};
use crate::directory::DepartmentCode;
use crate::engine::{Case, Context, Decision, Entry, Event};
use crate::forms::Answers;
use crate::storage::Connection;
use crate::storage::catalogue as stored;
use crate::storage::register_entries::{self, EntryRow, Taken};
use crate::workflow::{Register, Workflow, stage_map};

/// Whether a decision changes entries.
pub(super) fn concerned(decision: &Decision) -> bool {
    changed(&decision.case).next().is_some()
}

fn changed(case: &Case) -> impl Iterator<Item = (&String, &Entry)> {
    let now = case.revision;
    case.entries
        .iter()
        .filter(move |(_, entry)| entry.changed == now)
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
    let mut changed = changed(case).peekable();
    if changed.peek().is_none() {
        return Ok(());
    }
    let registers = app.registers(conn)?;
    for (key, entry) in changed {
        let register = registers.get(&entry.register).map(AsRef::as_ref);
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
            over: is_over(register, entry),
            document: &document,
            departments: departments(register, entry, &case.department),
            dates: dates(register, entry),
            texts: number.into_iter().chain([title.as_str()]).collect(),
            opened_at: entry.opened,
            updated_at: context.now,
        };
        let id = register_entries::save(conn, &row)?;
        if register.is_some_and(|register| register.directory) {
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

fn is_over(register: Option<&Register>, entry: &Entry) -> bool {
    match (register, entry.status.as_deref()) {
        (Some(register), Some(status)) => register.is_over(status),
        (None, Some(status)) => status == Register::VOIDED,
        (_, None) => false,
    }
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
pub(super) fn departments(
    register: Option<&Register>,
    entry: &Entry,
    own: &DepartmentCode,
) -> BTreeSet<DepartmentCode> {
    let mut found = BTreeSet::from([own.clone()]);
    for value in of_type(register, entry, &["department", "departments"]) {
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
fn dates<'e>(register: Option<&'e Register>, entry: &'e Entry) -> Vec<(&'e str, NaiveDate)> {
    let values = of_type(register, entry, &["date", "time"]);
    values
        .filter_map(|(field, value)| Some((field, day(value)?)))
        .collect()
}

/// The day of a date or a time as entries hold them: in Beijing.
pub(super) fn day(value: &Value) -> Option<NaiveDate> {
    value.as_str()?.get(..10)?.parse().ok()
}

fn of_type<'e>(
    register: Option<&'e Register>,
    entry: &'e Entry,
    kinds: &'e [&str],
) -> impl Iterator<Item = (&'e str, &'e Value)> + 'e {
    let fields = register.into_iter();
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
    let written = catalogue::records(workflow).filter_map(|record| record.known.as_ref());
    let written: Vec<_> = written.filter(|register| register.directory).collect();
    if written.is_empty() && !workflow.source.contains("registered(") {
        return Ok(Vec::new());
    }
    let shipped = Register::shipped().values();
    let directories: BTreeSet<&str> = shipped
        .filter(|register| register.directory)
        .chain(written)
        .map(|register| register.id.as_str())
        .collect();
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
    asked.retain(|(known, ..)| !directories.contains(known.as_str()));
    for id in directories {
        let entries = providers.iter();
        asked.extend(
            entries.map(|(code, provider)| (id.to_owned(), code.clone(), provider.0.clone())),
        );
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
