//! A resource as its rows keep it, and the way back.

use serde_json::{Value, json};

use crate::catalogue::{Item, Resource, Sharing};
use crate::storage::catalogue as stored;

/// The other way round than [`row`]; `None` for what it does not write.
pub(super) fn resource(row: stored::Resource) -> Option<Resource> {
    let stored::Resource { entry, items } = row;
    let lengths = &entry.document["lengths"];
    Some(Resource {
        items: items
            .into_iter()
            .map(|item| read_item(item, lengths))
            .collect::<Option<_>>()?,
        sharing: Sharing::of(&entry.sharing)?,
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
        sharing: Sharing::of(&item.sharing)?,
        conditions: serde_json::from_value(item.conditions).ok()?,
        code: item.code,
        title: item.title,
        kind: item.kind,
        level: item.level,
        personal: item.personal,
        sensitive: item.sensitive,
    })
}

pub(super) fn row(resource: &Resource, active: bool) -> stored::Resource {
    stored::Resource {
        entry: stored::Entry {
            code: resource.code.clone(),
            title: resource.title.clone(),
            provider: resource.provider.clone(),
            summary: resource.summary.clone(),
            sharing: resource.sharing.word().to_owned(),
            conditions: json!(resource.conditions),
            method: resource.method.clone(),
            cycle: resource.cycle.clone(),
            format: resource.format.clone(),
            level: resource.level,
            open: if resource.open { "yes" } else { "no" }.to_owned(),
            active,
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
        sharing: item.sharing.word().to_owned(),
        conditions: json!(item.conditions),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::catalogue;
    use crate::services::demo;

    #[test]
    fn a_resource_is_read_as_it_was_written() {
        let resources = catalogue::from_csv(demo::CATALOGUE, None).expect("the demo catalogue");

        for written in resources {
            assert_eq!(resource(row(&written, true)), Some(written));
        }
    }
}
