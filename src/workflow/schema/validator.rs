//! As much of JSON Schema as the schema of the language uses; an unknown keyword is a fault of the schema.

use serde_json::Value as Json;

/// Whether a value fits a schema; the first reason why not.
pub fn validate(root: &Json, schema: &Json, value: &Json, at: &str) -> Result<(), String> {
    let Some(keywords) = schema.as_object() else {
        return match schema {
            Json::Bool(true) => Ok(()),
            _ => Err(format!("{at}: nothing may stand here")),
        };
    };
    for (keyword, wanted) in keywords {
        keyword_holds(root, schema, keyword, wanted, value, at)?;
    }
    Ok(())
}

fn keyword_holds(
    root: &Json,
    schema: &Json,
    keyword: &str,
    wanted: &Json,
    value: &Json,
    at: &str,
) -> Result<(), String> {
    let fails = |why: String| Err(format!("{at}: {why}"));
    let fits = |schema: &Json| validate(root, schema, value, at);
    let schemas = || wanted.as_array().into_iter().flatten();
    match keyword {
        "$schema" | "$defs" | "title" | "description" | "then" => Ok(()),
        "$ref" => {
            let pointer = wanted.as_str().and_then(|text| text.strip_prefix('#'));
            let target = pointer.and_then(|pointer| root.pointer(pointer));
            fits(target.ok_or_else(|| format!("{wanted} refers to nothing"))?)
        }
        "type" => {
            let kinds: Vec<&Json> = match wanted {
                Json::Array(kinds) => kinds.iter().collect(),
                kind => vec![kind],
            };
            match kinds
                .iter()
                .any(|kind| is(value, kind.as_str().unwrap_or_default()))
            {
                true => Ok(()),
                false => fails(format!("{value} is not {wanted}")),
            }
        }
        "enum" if schemas().any(|known| known == value) => Ok(()),
        "const" if wanted == value => Ok(()),
        "enum" | "const" => fails(format!("{value} is not in {wanted}")),
        "pattern" => {
            let pattern = wanted.as_str().unwrap_or_default();
            let pattern = regex::Regex::new(pattern).map_err(|error| error.to_string())?;
            match value.as_str().is_none_or(|text| pattern.is_match(text)) {
                true => Ok(()),
                false => fails(format!("{value} does not match {wanted}")),
            }
        }
        "minimum" => match value.as_f64() < wanted.as_f64() && value.is_number() {
            true => fails(format!("{value} is less than {wanted}")),
            false => Ok(()),
        },
        "minItems" | "minProperties" => {
            let size = value
                .as_array()
                .map(Vec::len)
                .or(value.as_object().map(|map| map.len()));
            match size.is_some_and(|size| (size as u64) < wanted.as_u64().unwrap_or(0)) {
                true => fails("it is empty".to_owned()),
                false => Ok(()),
            }
        }
        "items" => {
            let mut items = value.as_array().into_iter().flatten().enumerate();
            items.try_for_each(|(index, item)| {
                validate(root, wanted, item, &format!("{at}/{index}"))
            })
        }
        "properties" | "additionalProperties" => {
            let known = schema.get("properties");
            for (key, inner) in value.as_object().into_iter().flatten() {
                let own = known.and_then(|known| known.get(key));
                let inside = format!("{at}/{key}");
                match (keyword, own) {
                    ("properties", Some(own)) => validate(root, own, inner, &inside)?,
                    ("additionalProperties", None) => validate(root, wanted, inner, &inside)?,
                    _ => {}
                }
            }
            Ok(())
        }
        "propertyNames" => {
            let mut keys = value.as_object().into_iter().flatten().map(|(key, _)| key);
            keys.try_for_each(|key| validate(root, wanted, &Json::from(key.as_str()), at))
        }
        "required" => {
            let missing = schemas()
                .filter_map(Json::as_str)
                .find(|key| value.is_object() && value.get(key).is_none());
            missing.map_or(Ok(()), |key| fails(format!("{key} is missing")))
        }
        "dependentRequired" => {
            let rules = wanted.as_object().into_iter().flatten();
            for (key, needed) in rules.filter(|(key, _)| value.get(key).is_some()) {
                for needed in needed.as_array().into_iter().flatten() {
                    if value.get(needed.as_str().unwrap_or_default()).is_none() {
                        return fails(format!("{key} needs {needed}"));
                    }
                }
            }
            Ok(())
        }
        "allOf" => schemas().try_for_each(fits),
        "anyOf" | "oneOf" => {
            let results: Vec<Result<(), String>> = schemas().map(fits).collect();
            let fitting = results.iter().filter(|result| result.is_ok()).count();
            match (keyword, fitting) {
                ("anyOf", 1..) | (_, 1) => Ok(()),
                (_, 0) => {
                    let reasons = results.into_iter().filter_map(Result::err);
                    fails(reasons.collect::<Vec<_>>().join("; "))
                }
                _ => fails("more than one alternative fits".to_owned()),
            }
        }
        "if" => match (fits(wanted), schema.get("then")) {
            (Ok(()), Some(then)) => fits(then),
            _ => Ok(()),
        },
        other => Err(format!("the schema has a keyword {other}")),
    }
}

fn is(value: &Json, kind: &str) -> bool {
    match kind {
        "string" => value.is_string(),
        "number" => value.is_number(),
        "integer" => value.is_i64() || value.is_u64(),
        "boolean" => value.is_boolean(),
        "array" => value.is_array(),
        "object" => value.is_object(),
        _ => false,
    }
}
