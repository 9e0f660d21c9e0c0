//! `choice`: one of the options. The answer is the option's id.

use serde_json::{Value as Json, json};

use crate::expression::{Type, Value};
use crate::forms::{
    Fault, Field, FieldType, Judging, Offer, Offering, Options, Private, Showing, Shown, Words,
    reading, values,
};
use crate::workflow::Text;

/// One of the options.
pub struct Choice;

/// More options than this are a list to open.
const MOST_RADIOS: usize = 7;

impl FieldType for Choice {
    fn name(&self) -> &'static str {
        "choice"
    }

    fn expression_type(&self, _field: &Field) -> Type {
        Type::Text
    }

    fn read(&self, _field: &Field, typed: &Json) -> Result<Option<Json>, Fault> {
        Ok(reading::word(typed)?.map(Json::from))
    }

    fn missing(&self) -> &'static str {
        "choose"
    }

    fn judge(&self, _field: &Field, answer: &Json, at: &Judging<'_>) -> Result<(), Fault> {
        offered(answer.as_str().unwrap_or_default(), at.options)
    }

    fn value(&self, _field: &Field, answer: &Json, _private: Private) -> Value {
        values::text(answer)
    }

    fn control(&self, offered: usize) -> &'static str {
        match offered {
            0..=MOST_RADIOS => "radio",
            _ => "select",
        }
    }

    fn offered(&self, _field: &Field, at: &Offering<'_>) -> Vec<Offer> {
        offers(at)
    }

    fn shown(&self, field: &Field, answer: &Json, at: &Showing<'_>) -> Shown {
        let option = answer.as_str().unwrap_or_default();
        Shown::Text(label(field, option, at.words))
    }

    fn schema(&self, field: &Field, words: &dyn Words) -> Json {
        schema(field, words)
    }
}

/// Whether an option is among the options.
pub(super) fn offered(option: &str, options: &[(String, Text)]) -> Result<(), Fault> {
    match options.iter().any(|(id, _)| id == option) {
        true => Ok(()),
        false => Err(Fault::new("no_such_option").with("option", option)),
    }
}

/// The options as choices on a page.
pub(super) fn offers(at: &Offering<'_>) -> Vec<Offer> {
    let offer = |(id, label): &(String, Text)| Offer {
        value: id.clone(),
        label: at.words.pick(label).to_owned(),
    };
    at.options.iter().map(offer).collect()
}

/// What an option is called; options that come from a value are called what they are.
pub(super) fn label(field: &Field, option: &str, words: &dyn Words) -> String {
    let Options::Fixed(all) = &field.options else {
        return option.to_owned();
    };
    all.iter().find(|(id, _)| id == option).map_or_else(
        || option.to_owned(),
        |(_, text)| words.pick(text).to_owned(),
    )
}

/// The schema of one option, with the labels as titles.
pub(super) fn schema(field: &Field, words: &dyn Words) -> Json {
    let Options::Fixed(all) = &field.options else {
        return json!({"type": "string"});
    };
    let options: Vec<Json> = all
        .iter()
        .map(|(id, text)| json!({"const": id, "title": words.pick(text)}))
        .collect();
    json!({"type": "string", "oneOf": options})
}

#[cfg(test)]
mod tests {
    use crate::forms::testing::{Ask, answer, code, field, shown};
    use serde_json::json;

    #[test]
    fn only_an_option_may_be_chosen() {
        let method =
            field("method", "choice").options(&[("batch", "批量交换"), ("api", "服务接口")]);

        assert_eq!(answer(&method, json!("api")), json!("api"));
        assert_eq!(shown(&method, json!("api")), "服务接口");
        assert_eq!(code(&method, json!("服务接口")), "no_such_option");
        assert_eq!(code(&method, json!(["api"])), "not_text");
        assert_eq!(code(&method.required(), json!("")), "choose");
    }
}
