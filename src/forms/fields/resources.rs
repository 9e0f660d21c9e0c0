//! `resources`: entries of the data catalogue. The answer is a list of objects: `resource`, for `pick: item` also `item`,
//! the columns, and what the catalogue knew when it was answered: `title item_title provider sharing level conditions`.

use serde_json::{Map, Value as Json, json};

use crate::expression::{Type, Value};
use crate::forms::{
    ChosenResource, Fault, Field, FieldType, Judging, Lookup, Pick, Private, Shape, Showing, Shown,
    Words, field_type_of, limits, reading, schema, values,
};

/// Entries of the data catalogue.
pub struct Resources;

/// No answer has more, whatever the definition says.
const MOST_CHOSEN: usize = 1000;

impl FieldType for Resources {
    fn name(&self) -> &'static str {
        "resources"
    }

    fn expression_type(&self, field: &Field) -> Type {
        let item = match field.pick {
            Pick::Item => Type::Text,
            Pick::Resource => Type::Null,
        };
        let facts = [
            ("resource", Type::Text),
            ("item", item.clone()),
            ("title", Type::Text),
            ("item_title", item),
            ("provider", Type::Text),
            ("sharing", Type::Text),
            ("level", Type::Int),
            ("conditions", Type::List(Box::new(Type::Text))),
        ];
        let columns = field
            .columns
            .iter()
            .map(|column| (column.id.clone(), field_type_of(column)));
        let all = facts
            .map(|(name, kind)| (name.to_owned(), kind))
            .into_iter()
            .chain(columns);
        Type::list(Type::record(all))
    }

    fn shape(&self) -> Shape {
        Shape::Chosen
    }

    fn read(&self, field: &Field, typed: &Json) -> Result<Option<Json>, Fault> {
        let typed = match typed {
            Json::Null => return Ok(None),
            Json::String(blank) if blank.is_empty() => return Ok(None),
            Json::Array(typed) => typed,
            _ => return Err(Fault::new("not_resources")),
        };
        if MOST_CHOSEN < typed.len() {
            return Err(Fault::new("too_many")
                .with("most", MOST_CHOSEN)
                .with("now", typed.len()));
        }
        let rows: Vec<Json> = typed
            .iter()
            .map(|one| row(field, one))
            .collect::<Result<_, _>>()?;
        Ok((!rows.is_empty()).then_some(Json::Array(rows)))
    }

    fn complete(&self, field: &Field, answer: Json, lookup: &dyn Lookup) -> Json {
        let text = |part: &str| answer.get(part).and_then(Json::as_str);
        let item = text("item").filter(|_| field.pick == Pick::Item);
        let resource = text("resource").unwrap_or_default();
        let found = match (field.pick, item) {
            (Pick::Item, None) => None,
            _ => lookup.resource(resource, item),
        };
        // What came with it is not believed: only the catalogue says who provides and how.
        found.map_or_else(|| key(resource, item), |found| facts(&found))
    }

    fn missing(&self) -> &'static str {
        "choose_resources"
    }

    fn judge(&self, field: &Field, answer: &Json, _at: &Judging<'_>) -> Result<(), Fault> {
        let rows = answer.as_array().map_or(&[][..], Vec::as_slice);
        for (position, row) in rows.iter().enumerate() {
            let same = |other: &Json| {
                other.get("resource") == row.get("resource") && other.get("item") == row.get("item")
            };
            if rows[..position].iter().any(same) {
                return Err(Fault::new("chosen_twice").with("title", title(row)));
            }
        }
        limits::count(field, rows.len())
    }

    fn value(&self, field: &Field, answer: &Json, private: Private) -> Value {
        let row = |row: &Json| {
            let mut parts = std::collections::BTreeMap::new();
            for name in FACTS {
                let fact = row.get(*name).map_or(Value::Null, values::value_of);
                parts.insert((*name).to_owned(), fact);
            }
            parts.extend(super::table::columns(field, row, private));
            Value::Record(parts)
        };
        Value::List(answer.as_array().into_iter().flatten().map(row).collect())
    }

    fn control(&self, _offered: usize) -> &'static str {
        "resources"
    }

    fn shown(&self, _field: &Field, answer: &Json, _at: &Showing<'_>) -> Shown {
        Shown::List(answer.as_array().into_iter().flatten().map(title).collect())
    }

    fn schema(&self, field: &Field, words: &dyn Words) -> Json {
        let mut row = schema::object(field.columns.iter(), words);
        row["properties"]["resource"] = json!({"type": "string"});
        let mut required = vec![json!("resource")];
        if field.pick == Pick::Item {
            row["properties"]["item"] = json!({"type": "string"});
            required.push(json!("item"));
        }
        if let Some(columns) = row["required"].as_array() {
            required.extend(columns.iter().cloned());
        }
        row["required"] = required.into();
        let mut schema = json!({"type": "array", "items": row});
        super::choices::count_schema(field, &mut schema);
        schema
    }
}

const FACTS: &[&str] = &[
    "resource",
    "item",
    "title",
    "item_title",
    "provider",
    "sharing",
    "level",
    "conditions",
];

fn row(field: &Field, typed: &Json) -> Result<Json, Fault> {
    match typed {
        Json::String(token) => Ok(from_token(field.pick, token).into()),
        Json::Object(parts) => {
            let mut row = parts.clone();
            for part in ["resource", "item"] {
                match parts.get(part).map(reading::word).transpose()?.flatten() {
                    Some(code) => row.insert(part.to_owned(), code.into()),
                    None => row.remove(part),
                };
            }
            Ok(row.into())
        }
        _ => Err(Fault::new("not_resources")),
    }
}

fn key(resource: &str, item: Option<&str>) -> Json {
    let mut key = Map::new();
    key.insert("resource".to_owned(), resource.into());
    key.extend(item.map(|item| ("item".to_owned(), item.into())));
    key.into()
}

fn facts(found: &ChosenResource) -> Json {
    let mut facts = json!({
        "resource": found.resource,
        "title": found.title,
        "provider": found.provider,
        "sharing": found.sharing,
        "level": found.level,
        "conditions": found.conditions,
    });
    if let Some(item) = &found.item {
        facts["item"] = json!(item);
        facts["item_title"] = json!(found.item_title);
    }
    facts
}

/// What a chosen entry is called.
pub(in crate::forms) fn title(row: &Json) -> String {
    let text = |part: &str| row.get(part).and_then(Json::as_str);
    let resource = text("title")
        .or_else(|| text("resource"))
        .unwrap_or_default();
    match text("item_title").or_else(|| text("item")) {
        Some(item) => format!("{resource}：{item}"),
        None => resource.to_owned(),
    }
}

/// One chosen entry as one word, for check boxes: `code` or `code/item`.
pub(in crate::forms) fn token(resource: &str, item: Option<&str>) -> String {
    match item {
        // Codes of resources have slashes, so the item's own are written otherwise.
        Some(item) => format!(
            "{resource}/{}",
            item.replace('%', "%25").replace('/', "%2F")
        ),
        None => resource.to_owned(),
    }
}

/// The entry behind a word.
pub(in crate::forms) fn from_token(pick: Pick, token: &str) -> Map<String, Json> {
    let (resource, item) = match (pick, token.rsplit_once('/')) {
        (Pick::Item, Some((resource, item))) => {
            (resource, Some(item.replace("%2F", "/").replace("%25", "%")))
        }
        _ => (token, None),
    };
    let mut row = Map::new();
    row.insert("resource".to_owned(), resource.into());
    row.extend(item.map(|item| ("item".to_owned(), item.into())));
    row
}
