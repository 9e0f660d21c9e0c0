//! The data directory: every change of it goes through [`put_all`], which keeps its history and has the open cases looked at
//! again that it concerns; reading all of it.

pub mod browse;
mod export;
pub mod import;
mod rows;
pub mod start;

pub use export::export;
pub use import::{Report, import};

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::Error;
use crate::catalogue::{Difference, Resource, between, from_values};
use crate::engine::{Context, Entry};
use crate::storage::case_resources;
use crate::storage::catalogue as stored;
use crate::storage::resource_versions::{self, Change, Source};
use crate::storage::{Connection, at_once};
use crate::workflow::Register;

/// So many resources are read at a time.
const AT_ONCE: usize = 500;

/// A resource, and whether it can be asked for: one that was taken out of the directory stays in its history.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Kept {
    /// The resource.
    #[serde(flatten)]
    pub resource: Resource,
    /// Whether it can be asked for.
    pub active: bool,
}

/// What saving a resource did.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Put {
    /// There was none.
    Added,
    /// It was otherwise.
    Changed,
    /// It was like that already.
    Unchanged,
}

/// The resource with this code, whether it can be asked for or not.
pub(super) fn get(conn: &mut Connection, code: &str) -> Result<Option<Kept>, Error> {
    stored::get(conn, code)?.map(kept).transpose()
}

fn kept(row: stored::Resource) -> Result<Kept, Error> {
    let (active, code) = (row.entry.active, row.entry.code.clone());
    let resource = rows::resource(row)
        .ok_or_else(|| Error::Corrupt(format!("resource {code} cannot be read")))?;
    Ok(Kept { resource, active })
}

/// Writes resources and what became of them; answers in the order in which they are written. What is as it was is left
/// alone.
///
/// Everybody writes in the order of the codes, and marks cases in the order of their keys when that is done: two imports at
/// once would lock one another up otherwise.
fn put_all(
    conn: &mut Connection,
    mut wanted: Vec<Kept>,
    change: &Change,
) -> Result<Vec<Put>, Error> {
    wanted.sort_by(|one, other| one.resource.code.cmp(&other.resource.code));
    let mut concerned = BTreeSet::new();
    let mut done = Vec::with_capacity(wanted.len());
    for one in &wanted {
        let (put, weighs) = put(conn, one, change)?;
        if weighs {
            concerned.extend(case_resources::open_with(conn, &one.resource.code)?);
        }
        done.push(put);
    }
    // The cases are not touched here, where somebody waits: a job looks at each of them.
    for case in concerned {
        at_once(conn, |writes| case_resources::ask(writes, case, change.at))?;
    }
    Ok(done)
}

/// Answers also whether cases that name it are to be looked at again.
fn put(conn: &mut Connection, wanted: &Kept, change: &Change) -> Result<(Put, bool), Error> {
    let code = &wanted.resource.code;
    let was = get(conn, code)?;
    if was.as_ref() == Some(wanted) {
        return Ok((Put::Unchanged, false));
    }
    stored::save(conn, &rows::row(&wanted.resource, wanted.active))?;
    let before = was.as_ref().map(serde_json::to_value).transpose()?;
    let after = serde_json::to_value(wanted)?;
    resource_versions::add(conn, code, change, before.as_ref(), &after)?;
    match was {
        None => Ok((Put::Added, false)),
        Some(was) => {
            let weighs = weighs_otherwise(&was.resource, &wanted.resource);
            Ok((Put::Changed, weighs))
        }
    }
}

/// Whether a level or a sharing class is another one, of the resource or of an item.
fn weighs_otherwise(was: &Resource, now: &Resource) -> bool {
    let weighs = |difference: &Difference| matches!(difference.part, "level" | "sharing");
    between(was, now).iter().any(weighs)
}

/// Writes what a case has left in the register of the directory into the directory itself, in the same transaction: the
/// engine held it to the directory's rules. Void brings back what was there before, unless it was changed since.
pub(super) fn record(
    conn: &mut Connection,
    case: i64,
    entry: &Entry,
    context: &Context<'_>,
) -> Result<(), Error> {
    let change = Change {
        source: Source::Case,
        person: context.person(),
        case: Some(case),
        at: context.now,
    };
    match entry.status.as_deref() {
        Some(Register::VOIDED) => bring_back(conn, case, &change),
        Some(Register::REMOVED) => {
            let code = entry.values.get("code").and_then(Value::as_str);
            let gone = without(conn, code.unwrap_or_default())?;
            put_all(conn, vec![gone], &change).map(drop)
        }
        Some(_) | None => {
            let resource = from_values(&entry.values).map_err(|faults| {
                let faults: Vec<String> = faults.iter().map(ToString::to_string).collect();
                Error::Corrupt(format!(
                    "an entry that is no resource: {}",
                    faults.join("; ")
                ))
            })?;
            let wanted = Kept {
                resource,
                active: true,
            };
            put_all(conn, vec![wanted], &change).map(drop)
        }
    }
}

/// A resource that is taken out.
fn without(conn: &mut Connection, code: &str) -> Result<Kept, Error> {
    let Some(kept) = get(conn, code)? else {
        return Err(Error::Corrupt(format!("there is no resource {code}")));
    };
    Ok(Kept {
        active: false,
        ..kept
    })
}

fn bring_back(conn: &mut Connection, case: i64, change: &Change) -> Result<(), Error> {
    let mut wanted = Vec::new();
    for (code, was) in resource_versions::left_by(conn, case)? {
        wanted.push(match was {
            Some(was) => serde_json::from_value(was)?,
            None => without(conn, &code)?,
        });
    }
    put_all(conn, wanted, change).map(drop)
}

/// Every resource that can be asked for, by code.
///
/// # Errors
/// The database's own failure; [`Error::Corrupt`] for a row that no import writes.
pub fn all(conn: &mut Connection) -> Result<Vec<Resource>, Error> {
    let mut all = Vec::new();
    each(conn, &stored::Search::default(), |resource| {
        all.push(resource);
        Ok(())
    })?;
    Ok(all)
}

/// Takes the resources that fit one by one, by code.
fn each(
    conn: &mut Connection,
    wanted: &stored::Search,
    mut take: impl FnMut(Resource) -> Result<(), Error>,
) -> Result<(), Error> {
    let mut after: Option<String> = None;
    loop {
        let page = stored::search(conn, wanted, after.as_deref(), AT_ONCE)?;
        for row in page.rows {
            take(kept(row)?.resource)?;
        }
        let Some(next) = page.next else {
            return Ok(());
        };
        after = Some(next);
    }
}
