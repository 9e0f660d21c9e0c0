//! Importing the data directory: all of a file or nothing; what is as it was is left alone.

use serde_json::{Value, json};

use super::Error;
use crate::catalogue::{self, Item, Resource, Sharing};
use crate::storage::catalogue as stored;
use crate::storage::{self, Db};

/// What an import did.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Report {
    /// New resources.
    pub added: usize,
    /// Resources that were changed.
    pub changed: usize,
    /// Resources that were as the file says already.
    pub unchanged: usize,
}

/// Imports a CSV file in the usual columns; `name` is how it is called in faults.
///
/// # Errors
/// [`Error::Import`] with every fault of the file.
pub fn import(db: &Db, name: &str, bytes: Vec<u8>) -> Result<Report, Error> {
    let name = name.to_owned();
    db.write(move |conn| {
        let directory = storage::directory::load(conn)?;
        let resources = catalogue::from_bytes(&bytes, Some(&directory)).map_err(|faults| {
            let lines = faults.iter().map(|fault| format!("{name}：{fault}"));
            Error::Import(lines.collect())
        })?;
        let mut report = Report::default();
        for resource in &resources {
            let wanted = row(resource);
            match stored::get(conn, &resource.code)? {
                Some(known) if known == wanted => {
                    report.unchanged += 1;
                    continue;
                }
                Some(_) => report.changed += 1,
                None => report.added += 1,
            }
            stored::save(conn, &wanted)?;
        }
        Ok(report)
    })
}

fn row(resource: &Resource) -> stored::Resource {
    stored::Resource {
        entry: stored::Entry {
            code: resource.code.clone(),
            title: resource.title.clone(),
            provider: resource.provider.clone(),
            summary: resource.summary.clone(),
            sharing: sharing(resource.sharing),
            conditions: json!(resource.conditions),
            method: resource.method.clone(),
            cycle: resource.cycle.clone(),
            format: resource.format.clone(),
            level: resource.level,
            open: if resource.open { "yes" } else { "no" }.to_owned(),
            active: true,
            document: lengths(resource),
        },
        items: resource.items.iter().map(item).collect(),
    }
}

/// Lengths are kept as written where they are no plain number: `10,2`.
fn lengths(resource: &Resource) -> Value {
    let odd: serde_json::Map<String, Value> = resource
        .items
        .iter()
        .filter(|item| !item.length.is_empty() && item.length.parse::<i32>().is_err())
        .map(|item| (item.code.clone(), json!(item.length)))
        .collect();
    if odd.is_empty() {
        json!({})
    } else {
        json!({ "lengths": odd })
    }
}

fn item(item: &Item) -> stored::Item {
    stored::Item {
        code: item.code.clone(),
        title: item.title.clone(),
        kind: item.kind.clone(),
        length: item.length.parse().ok(),
        level: item.level,
        personal: item.personal,
        sensitive: item.sensitive,
        sharing: sharing(item.sharing),
        conditions: json!(item.conditions),
    }
}

/// The word that workflows compare with.
fn sharing(class: Sharing) -> String {
    match class {
        Sharing::Unconditional => "unconditional",
        Sharing::Conditional => "conditional",
        Sharing::None => "none",
    }
    .to_owned()
}
