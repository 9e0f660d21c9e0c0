//! A resource as values by name, as forms and registers hold it, held to the same rules as a line of the file.
//!
//! `code title provider summary sharing conditions method cycle format level open items`, and of each item
//! `code title kind length level personal sensitive sharing conditions`. Levels are `l1` to `l6`, classes are the words of
//! workflows, conditions are one text with a line or a `；` between two of them.

use std::collections::{BTreeMap, HashMap};

use serde_json::{Map, Value, json};

use super::row::{Reader, Row};
use super::words::{self, said};
use super::{Fault, Item, Resource, Sharing};

/// The columns of the file by the names of values.
const OF_RESOURCE: [(&str, &str); 11] = [
    ("code", "信息资源代码"),
    ("title", "信息资源名称"),
    ("provider", "提供方代码"),
    ("summary", "信息资源摘要"),
    ("sharing", "共享类型"),
    ("conditions", "共享条件"),
    ("method", "共享方式"),
    ("cycle", "更新周期"),
    ("format", "信息资源格式"),
    ("level", "数据级别"),
    ("open", "是否向社会开放"),
];

/// Likewise of an item.
const OF_ITEM: [(&str, &str); 9] = [
    ("code", "数据项代码"),
    ("title", "数据项名称"),
    ("kind", "数据项类型"),
    ("length", "数据项长度"),
    ("level", "数据项级别"),
    ("personal", "是否个人信息"),
    ("sensitive", "是否敏感个人信息"),
    ("sharing", "数据项共享类型"),
    ("conditions", "数据项共享条件"),
];

/// The resource that values tell of; a fault's line is that of the item, from 1.
pub fn from_values(values: &BTreeMap<String, Value>) -> Result<Resource, Vec<Fault>> {
    let mut faults = Vec::new();
    let given: Map<String, Value> = values.clone().into_iter().collect();
    let row = row(1, &given, &OF_RESOURCE);
    let mut resource = Reader {
        row: &row,
        faults: &mut faults,
    }
    .resource();
    let items = values.get("items").and_then(Value::as_array);
    for (item, line) in items.into_iter().flatten().zip(1u64..) {
        let Some(parts) = item.as_object() else {
            continue;
        };
        let row = self::row(line, parts, &OF_ITEM);
        let item = Reader {
            row: &row,
            faults: &mut faults,
        }
        .item(&resource);
        if resource.items.iter().any(|other| other.code == item.code) {
            let message = said("写了两次", "it stands there twice");
            faults.push(row.fault("数据项代码", message));
        }
        resource.items.push(item);
    }
    if resource.items.is_empty() {
        let message = said(
            "每个资源至少要有一个数据项",
            "a resource has one item at least",
        );
        faults.push(row.fault("数据项代码", message));
    }
    match faults.is_empty() {
        true => Ok(resource),
        false => Err(faults),
    }
}

fn row(line: u64, values: &Map<String, Value>, names: &[(&str, &'static str)]) -> Row {
    let cells: HashMap<&'static str, String> = names
        .iter()
        .map(|(name, column)| (*column, values.get(*name).map_or_else(String::new, cell)))
        .collect();
    Row { line, cells }
}

/// A value in the words of the file.
fn cell(value: &Value) -> String {
    match value {
        Value::Bool(truth) => words::truth_word(*truth).to_owned(),
        Value::Number(number) => number.to_string(),
        Value::String(text) => {
            let level = text.strip_prefix('l').filter(|rest| rest.len() == 1);
            match (Sharing::of(text), level) {
                (Some(class), _) => words::sharing_word(class).to_owned(),
                (None, Some(level)) => level.to_owned(),
                (None, None) => text.trim().to_owned(),
            }
        }
        Value::Null | Value::Array(_) | Value::Object(_) => String::new(),
    }
}

/// The values of a resource; a class and conditions that an item has from its resource are left out.
#[must_use]
pub fn values(resource: &Resource) -> BTreeMap<String, Value> {
    let items: Vec<Value> = resource
        .items
        .iter()
        .map(|item| item_values(item, resource))
        .collect();
    BTreeMap::from([
        ("code".to_owned(), json!(resource.code)),
        ("title".to_owned(), json!(resource.title)),
        ("provider".to_owned(), json!(resource.provider)),
        ("summary".to_owned(), json!(resource.summary)),
        ("sharing".to_owned(), json!(resource.sharing.word())),
        (
            "conditions".to_owned(),
            json!(resource.conditions.join("\n")),
        ),
        ("method".to_owned(), json!(resource.method)),
        ("cycle".to_owned(), json!(resource.cycle)),
        ("format".to_owned(), json!(resource.format)),
        ("level".to_owned(), json!(format!("l{}", resource.level))),
        ("open".to_owned(), json!(resource.open)),
        ("items".to_owned(), json!(items)),
    ])
}

fn item_values(item: &Item, resource: &Resource) -> Value {
    let mut values = json!({
        "code": item.code,
        "title": item.title,
        "kind": item.kind,
        "length": item.length,
        "level": format!("l{}", item.level),
        "personal": item.personal,
        "sensitive": item.sensitive,
    });
    if item.sharing != resource.sharing || item.conditions != resource.conditions {
        values["sharing"] = json!(item.sharing.word());
        values["conditions"] = json!(item.conditions.join("；"));
    }
    values
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::catalogue::from_csv;

    fn known() -> Vec<Resource> {
        from_csv(include_str!("../../demo/catalogue.csv"), None).unwrap()
    }

    #[test]
    fn the_values_of_a_resource_tell_of_it_again() {
        for resource in known() {
            assert_eq!(from_values(&values(&resource)), Ok(resource));
        }
    }

    #[test]
    fn values_are_held_to_the_rules_of_the_file() {
        let mut wrong = values(&known()[0]);
        wrong.insert("level".to_owned(), json!("l2"));
        wrong.insert("conditions".to_owned(), json!(""));

        let faults = from_values(&wrong).expect_err("refused");

        let columns: Vec<&str> = faults.iter().map(|fault| fault.column).collect();
        assert!(
            columns.contains(&"共享条件") && columns.contains(&"数据项级别"),
            "{columns:?}"
        );
    }
}
