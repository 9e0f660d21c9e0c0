//! Sound definitions fit the schema, and what is misspelt does not.

use serde_json::Value as Json;

use super::json_schema;
use super::validator::validate;
use crate::workflow::lint::broken;
use crate::workflow::testing::{BLOCKS, SOUND};
use crate::workflow::tree::{Kind, Tree, parse};

/// What an editor sees of a text.
fn json(tree: &Tree) -> Json {
    match &tree.kind {
        Kind::Null => Json::Null,
        Kind::Bool(value) => Json::from(*value),
        Kind::Int(value) => Json::from(*value),
        Kind::Float(value) => Json::from(*value),
        Kind::Text(text) => Json::from(text.as_str()),
        Kind::List(items) => items.iter().map(json).collect(),
        Kind::Map(entries) => {
            let entries = entries.iter();
            Json::Object(
                entries
                    .map(|entry| (entry.key.clone(), json(&entry.value)))
                    .collect(),
            )
        }
    }
}

fn fits(text: &str) -> Result<(), String> {
    let schema = json_schema();
    let tree = parse(text).map_err(|note| note.message.en)?;
    validate(&schema, &schema, &json(&tree), "")
}

#[test]
fn sound_definitions_fit() {
    assert_eq!(fits(SOUND), Ok(()));
    assert_eq!(fits(BLOCKS), Ok(()));
}

#[test]
fn the_shipped_definitions_and_the_drafts_fit() {
    for folder in ["workflows", "tests/it/drafts"] {
        let folder = format!("{}/{folder}", env!("CARGO_MANIFEST_DIR"));
        for file in std::fs::read_dir(folder).expect("the folder") {
            let path = file.expect("a file").path();
            if path.is_dir() || path.to_string_lossy().ends_with(".test.yaml") {
                continue;
            }
            let text = std::fs::read_to_string(&path).expect("a text");

            assert_eq!(fits(&text), Ok(()), "{path:?}");
        }
    }
}

#[test]
fn what_is_misspelt_or_misplaced_does_not_fit() {
    let shape = [
        "shape",
        "missing-key",
        "missing-value",
        "unknown-key",
        "quote-guard",
        "bad-id",
        "bad-duration",
        "bad-who",
        "bad-value",
        "not-for-kind",
        "not-for-type",
        "unknown-type",
        "unknown-action",
    ];
    // What only the text around tells: which words may stand for a department, which minimum goes with which maximum,
    // what a notice cannot have.
    let beyond = [
        "data_security_officer@home",
        "min_length: 9",
        "section_head\n",
        "kind: notice",
        "5/3",
    ];
    let mut tried = 0;
    for example in broken::all() {
        let known = beyond
            .iter()
            .any(|text| format!("{}\n", example.shown).contains(text));
        if !shape.contains(&example.code) || known {
            continue;
        }
        tried += 1;
        assert!(
            fits(&example.text).is_err(),
            "{}: {}",
            example.code,
            example.shown
        );
    }
    assert!(12 <= tried, "{tried}");
}

#[test]
fn every_key_has_a_description() {
    fn walk(schema: &Json, at: &str, missing: &mut Vec<String>) {
        if let Some(properties) = schema.get("properties").and_then(Json::as_object) {
            let plain = schema.get("additionalProperties").is_some();
            for (key, inner) in properties.iter().filter(|_| plain) {
                if inner
                    .get("description")
                    .and_then(Json::as_str)
                    .is_none_or(str::is_empty)
                {
                    missing.push(format!("{at}/{key}"));
                }
            }
        }
        match schema {
            Json::Object(parts) => {
                for (key, inner) in parts {
                    walk(inner, &format!("{at}/{key}"), missing);
                }
            }
            Json::Array(items) => items.iter().for_each(|inner| walk(inner, at, missing)),
            _ => {}
        }
    }
    let mut missing = Vec::new();

    walk(&json_schema(), "", &mut missing);

    assert_eq!(missing, Vec::<String>::new());
}

#[test]
fn the_schema_has_exactly_the_keys_that_the_reader_knows() {
    use crate::workflow::resolve as reader;
    let schema = json_schema();
    let keys = |pointer: &str| -> Vec<String> {
        let map = schema.pointer(pointer).and_then(Json::as_object);
        map.unwrap_or_else(|| panic!("{pointer}"))
            .keys()
            .cloned()
            .collect()
    };
    let sorted = |known: &[&str]| {
        let mut known: Vec<String> = known.iter().map(|key| (*key).to_owned()).collect();
        known.sort_unstable();
        known
    };

    assert_eq!(keys("/properties"), sorted(reader::TOP));
    assert_eq!(keys("/$defs/field/properties"), sorted(reader::FIELD));
    assert_eq!(keys("/$defs/column/properties"), sorted(reader::FIELD));
    assert_eq!(keys("/$defs/clock/properties"), sorted(reader::CLOCK));
    assert_eq!(keys("/$defs/extend/properties"), sorted(reader::EXTEND));
    assert_eq!(keys("/$defs/vote/properties"), sorted(reader::VOTE));
    assert_eq!(keys("/$defs/signal/properties"), sorted(reader::SIGNAL));
    assert_eq!(keys("/$defs/record/properties"), sorted(reader::OF_NODE));
    assert_eq!(keys("/$defs/end_record/properties"), sorted(reader::OF_END));
    assert_eq!(
        keys("/properties/defaults/properties"),
        sorted(reader::RULE_KEYS)
    );
    for kind in reader::KINDS {
        let mut known = reader::keys_of(kind);
        known.push(kind);
        assert_eq!(
            keys(&format!("/$defs/{kind}/properties")),
            sorted(&known),
            "{kind}"
        );
    }
}
