//! The data directory: importing it, all of a file or nothing, what is as it was left alone; and reading all of it.

use serde_json::{Value, json};

use super::Error;
use crate::catalogue::{self, Item, Resource, Sharing};
use crate::storage::catalogue as stored;
use crate::storage::{self, Connection, Db};

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

/// So many resources are read at a time.
const AT_ONCE: usize = 500;

/// Every resource that can be asked for, by code.
///
/// # Errors
/// The database's own failure; [`Error::Corrupt`] for a row that no import writes.
pub fn all(conn: &mut Connection) -> Result<Vec<Resource>, Error> {
    let (wanted, mut all) = (stored::Search::default(), Vec::new());
    let mut after: Option<String> = None;
    loop {
        let page = stored::search(conn, &wanted, after.as_deref(), AT_ONCE)?;
        for row in page.rows {
            let code = row.entry.code.clone();
            let read = resource(row);
            all.push(
                read.ok_or_else(|| Error::Corrupt(format!("resource {code} cannot be read")))?,
            );
        }
        let Some(next) = page.next else {
            return Ok(all);
        };
        after = Some(next);
    }
}

/// The other way round than [`row`]; `None` for what it does not write.
fn resource(row: stored::Resource) -> Option<Resource> {
    let stored::Resource { entry, items } = row;
    let lengths = &entry.document["lengths"];
    Some(Resource {
        items: items
            .into_iter()
            .map(|item| read_item(item, lengths))
            .collect::<Option<_>>()?,
        sharing: class(&entry.sharing)?,
        conditions: serde_json::from_value(entry.conditions).ok()?,
        code: entry.code,
        title: entry.title,
        provider: entry.provider,
        summary: entry.summary,
        method: entry.method,
        cycle: entry.cycle,
        format: entry.format,
        level: entry.level,
        open: entry.open == "yes",
    })
}

fn read_item(item: stored::Item, lengths: &Value) -> Option<Item> {
    let odd = lengths.get(&item.code).and_then(Value::as_str);
    Some(Item {
        length: match (item.length, odd) {
            (Some(length), _) => length.to_string(),
            (None, Some(odd)) => odd.to_owned(),
            (None, None) => String::new(),
        },
        sharing: class(&item.sharing)?,
        conditions: serde_json::from_value(item.conditions).ok()?,
        code: item.code,
        title: item.title,
        kind: item.kind,
        level: item.level,
        personal: item.personal,
        sensitive: item.sensitive,
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

fn class(word: &str) -> Option<Sharing> {
    [Sharing::Unconditional, Sharing::Conditional, Sharing::None]
        .into_iter()
        .find(|class| sharing(*class) == word)
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::services::demo;

    #[test]
    fn a_resource_is_read_as_it_was_written() {
        let resources = catalogue::from_csv(demo::CATALOGUE, None).expect("the demo catalogue");

        for written in resources {
            assert_eq!(resource(row(&written)), Some(written));
        }
    }
}
