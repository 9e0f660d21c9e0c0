//! Registers and policies of an administrator's own: texts with versions, put in force by a second person like workflows,
//! so that every server of a database knows them.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::Error;
use crate::storage::workflows::WorkflowVersion;
use crate::storage::{self, Connection, register_search};
use crate::workflow::{self, Finding, Register, Severity, Surroundings, policy};

/// The registers that there are, by id.
pub type Registers = BTreeMap<String, Arc<Register>>;

/// What the keys of registers begin with; no key of a workflow has a colon.
pub(super) const REGISTER: &str = "register:";
/// What the keys of policies begin with.
pub(super) const POLICY: &str = "policy:";

/// Whether a key is that of a register or policy.
#[must_use]
pub fn is_ours(key: &str) -> bool {
    key.starts_with(REGISTER) || key.starts_with(POLICY)
}

/// What a text is published as.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Named {
    pub key: String,
    pub title: String,
}

/// The key and title of a register or policy that is sound among these surroundings; `None` for a workflow.
pub(super) fn sound(
    conn: &mut Connection,
    around: &Surroundings,
    file: &str,
    text: &str,
) -> Result<Option<Named>, Error> {
    if policy::is_policy(text) {
        return sound_policy(around, file, text).map(Some);
    }
    if workflow::is_register(text) {
        return sound_register(conn, around, file, text).map(Some);
    }
    Ok(None)
}

fn sound_policy(around: &Surroundings, file: &str, text: &str) -> Result<Named, Error> {
    refuse(&around.clone().demand(file, text), text)?;
    let (policy, findings) = policy::read(file, text);
    let policy = policy.ok_or_else(|| import(&findings, text))?;
    Ok(Named {
        key: format!("{POLICY}{}", policy.id),
        title: policy.title.zh,
    })
}

/// A register must also fit what writes it already: the workflows in force, and the entries that there are.
fn sound_register(
    conn: &mut Connection,
    around: &Surroundings,
    file: &str,
    text: &str,
) -> Result<Named, Error> {
    let read = workflow::read_register(file, text, around);
    refuse(&read.findings, text)?;
    let register = read.register.ok_or_else(|| import(&read.findings, text))?;
    let mut unfit = Vec::new();
    for status in register_search::statuses(conn, &register.id)? {
        if status != Register::VOIDED && register.status(&status).is_none() {
            unfit.push(format!(
                "{file}: 有的条目状态是 `{status}`，定义里没有 / entries have the status `{status}`, which is not defined"
            ));
        }
    }
    let mut after = around.clone();
    after.learn(text);
    for version in storage::workflows::all_current(conn)? {
        unfit.extend(broken(&version, around, &after));
    }
    match unfit.is_empty() {
        true => Ok(Named {
            key: format!("{REGISTER}{}", register.id),
            title: register.title.zh,
        }),
        false => Err(Error::Import(unfit)),
    }
}

/// What a workflow in force would be wrong with by the new register that is right with it now.
fn broken(version: &WorkflowVersion, before: &Surroundings, after: &Surroundings) -> Vec<String> {
    let name = format!("{}.yaml", version.key);
    let errors = |around: &Surroundings| -> Vec<String> {
        let found = workflow::read(&name, &version.source, around).findings;
        found
            .iter()
            .filter(|finding| finding.severity == Severity::Error)
            .map(|finding| finding.show(&version.source))
            .collect()
    };
    // Only a definition that names a register can be touched by it.
    if !version.source.contains("register") {
        return Vec::new();
    }
    let known = errors(before);
    let mut found = errors(after);
    found.retain(|error| !known.contains(error));
    found
}

fn refuse(findings: &[Finding], text: &str) -> Result<(), Error> {
    let wrong = |finding: &&Finding| finding.severity == Severity::Error;
    match findings.iter().any(|finding| wrong(&finding)) {
        true => Err(import(findings, text)),
        false => Ok(()),
    }
}

fn import(findings: &[Finding], text: &str) -> Error {
    let errors = findings
        .iter()
        .filter(|finding| finding.severity == Severity::Error);
    Error::Import(errors.map(|finding| finding.show(text)).collect())
}

/// Adds the registers and policies in force to what stands around a definition.
pub(super) fn add(conn: &mut Connection, around: &mut Surroundings) -> Result<(), Error> {
    for version in storage::workflows::current_with(conn, REGISTER)? {
        around.learn(&version.source);
    }
    for version in storage::workflows::current_with(conn, POLICY)? {
        // It was sound when it was put in force; what a later release finds wrong with it stops no other definition.
        around.demand(&version.key, &version.source);
    }
    Ok(())
}

/// Adds the registers that wait for a second person.
pub(super) fn add_waiting(conn: &mut Connection, around: &mut Surroundings) -> Result<(), Error> {
    for key in storage::workflows::keys_with(conn, REGISTER)? {
        if let Some(version) = storage::workflows::proposed(conn, &key)? {
            around.learn(&version.source);
        }
    }
    Ok(())
}
