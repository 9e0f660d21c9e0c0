//! The form as JSON Schema, for `GET /api/v1/workflows/{key}/form`.

use serde_json::{Map, Value as Json, json};

use super::{Field, Form, Part, Required, Words};

/// The whole form as a JSON Schema (draft 2020-12). Guards are given beside it as `x-show-when` and `x-required-when`,
/// for a schema cannot say them; the sections are listed under `x-sections`.
#[must_use]
pub fn json_schema(form: &Form, words: &dyn Words) -> Json {
    let Part { fields } = form.whole();
    let mut schema = object(fields.iter().map(|(_, field)| *field), words);
    schema["$schema"] = json!("https://json-schema.org/draft/2020-12/schema");
    // What stands in a section with a guard is not always asked.
    let guarded = |id: &Json| {
        let hidden = |(section, field): &(&super::Section, &Field)| {
            section.show_when.is_some() && id == field.id.as_str()
        };
        fields.iter().any(hidden)
    };
    if let Some(required) = schema["required"].as_array_mut() {
        required.retain(|id| !guarded(id));
    }
    let sections = form.sections.iter().map(|section| {
        let fields: Vec<&str> = section.fields.iter().map(|field| &*field.id).collect();
        let mut shown = json!({
            "id": section.id,
            "title": words.pick(&section.title),
            "fields": fields,
        });
        if let Some(guard) = &section.show_when {
            shown["x-show-when"] = json!(guard.source());
        }
        shown
    });
    schema["x-sections"] = sections.collect();
    schema
}

/// An object of fields: the form, or a row.
pub(super) fn object<'f>(fields: impl Iterator<Item = &'f Field>, words: &dyn Words) -> Json {
    let mut properties = Map::new();
    let mut required = Vec::new();
    for field in fields {
        if field.required == Required::Yes && field.show_when.is_none() && field.value.is_none() {
            required.push(json!(field.id));
        }
        properties.insert(field.id.clone(), property(field, words));
    }
    json!({
        "type": "object",
        "properties": properties,
        "required": required,
        "additionalProperties": false,
    })
}

fn property(field: &Field, words: &dyn Words) -> Json {
    let mut schema = field.kind.0.schema(field, words);
    schema["title"] = json!(words.pick(&field.label));
    schema["x-type"] = json!(field.kind.0.name());
    if let Some(help) = &field.help {
        schema["description"] = json!(words.pick(help));
    }
    if let Some(unit) = &field.unit {
        schema["x-unit"] = json!(words.pick(unit));
    }
    if let Some(guard) = &field.show_when {
        schema["x-show-when"] = json!(guard.source());
    }
    if let Required::When(guard) = &field.required {
        schema["x-required-when"] = json!(guard.source());
    }
    if field.value.is_some() {
        schema["readOnly"] = json!(true);
    }
    if field.private {
        schema["x-private"] = json!(true);
    }
    schema
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::super::testing::*;
    use super::super::*;

    #[test]
    fn the_schema_says_what_is_asked() {
        let mut form = form(vec![
            field("purpose", "paragraph").required().lengths(30, 1000),
            field("method", "choice")
                .required()
                .options(&[("api", "服务接口")]),
            field("calls", "integer")
                .required()
                .show_when("form.method == \"api\""),
            field("resources", "resources")
                .pick_items()
                .required()
                .columns(vec![field("use", "text").required()]),
        ]);
        form.sections.push(Section {
            show_when: Some(cel("form.calls != null")),
            ..section("more", vec![field("why", "text").required()])
        });

        let schema = json_schema(&form, &Spoken::zh());

        assert_eq!(
            schema["required"],
            json!(["purpose", "method", "resources"])
        );
        assert_eq!(schema["properties"]["purpose"]["minLength"], json!(30));
        assert_eq!(
            schema["properties"]["method"]["oneOf"],
            json!([{"const": "api", "title": "服务接口"}])
        );
        assert_eq!(
            schema["properties"]["calls"]["x-show-when"],
            json!("form.method == \"api\"")
        );
        assert_eq!(
            schema["properties"]["resources"]["items"]["required"],
            json!(["resource", "item", "use"])
        );
    }
}
