//! `choices`: some of the options. The answer is a list of their ids, each once.

use serde_json::{Value as Json, json};

use crate::expression::{Type, Value};
use crate::forms::{
    Fault, Field, FieldType, Judging, Offer, Offering, Private, Shape, Showing, Shown, Words,
    limits, reading, values,
};

/// Some of the options.
pub struct Choices;

impl FieldType for Choices {
    fn name(&self) -> &'static str {
        "choices"
    }

    fn expression_type(&self, _field: &Field) -> Type {
        Type::List(Box::new(Type::Text))
    }

    fn shape(&self) -> Shape {
        Shape::Many
    }

    fn read(&self, _field: &Field, typed: &Json) -> Result<Option<Json>, Fault> {
        Ok(reading::words(typed)?.map(Json::from))
    }

    fn missing(&self) -> &'static str {
        "choose_some"
    }

    fn judge(&self, field: &Field, answer: &Json, at: &Judging<'_>) -> Result<(), Fault> {
        for option in values::strings(answer) {
            super::choice::offered(option, at.options)?;
        }
        limits::count(field, values::strings(answer).count())
    }

    fn value(&self, _field: &Field, answer: &Json, _private: Private) -> Value {
        values::texts(answer)
    }

    fn control(&self, _offered: usize) -> &'static str {
        "checkboxes"
    }

    fn offered(&self, _field: &Field, at: &Offering<'_>) -> Vec<Offer> {
        super::choice::offers(at)
    }

    fn shown(&self, field: &Field, answer: &Json, at: &Showing<'_>) -> Shown {
        let labels =
            values::strings(answer).map(|option| super::choice::label(field, option, at.words));
        Shown::List(labels.collect())
    }

    fn schema(&self, field: &Field, words: &dyn Words) -> Json {
        list_schema(field, &super::choice::schema(field, words))
    }
}

/// The schema of a list without repetitions.
pub(super) fn list_schema(field: &Field, one: &Json) -> Json {
    let mut schema = json!({"type": "array", "items": one, "uniqueItems": true});
    count_schema(field, &mut schema);
    schema
}

/// The counts of a list.
pub(super) fn count_schema(field: &Field, schema: &mut Json) {
    if 0 < limits::least(field) {
        schema["minItems"] = json!(limits::least(field));
    }
    if let Some(most) = limits::most(field) {
        schema["maxItems"] = json!(most);
    }
}

#[cfg(test)]
mod tests {
    use crate::forms::testing::{Ask, answer, code, field, shown};
    use serde_json::json;

    #[test]
    fn options_are_chosen_once_each() {
        let measures = field("measures", "choices").options(&[("mask", "脱敏"), ("audit", "审计")]);

        assert_eq!(
            answer(&measures, json!(["audit", "", "audit"])),
            json!(["audit"])
        );
        assert_eq!(shown(&measures, json!(["mask", "audit"])), "脱敏、审计");
        assert_eq!(code(&measures, json!(["audit", "x"])), "no_such_option");
        assert_eq!(code(&measures, json!([["audit"]])), "not_text");
        assert_eq!(code(&measures.required(), json!([])), "choose_some");
    }

    #[test]
    fn counts_are_bounded() {
        let measures = field("measures", "choices")
            .options(&[("a", "甲"), ("b", "乙"), ("c", "丙")])
            .bounds(2.0, 2.0);

        assert_eq!(code(&measures, json!(["a"])), "too_few");
        assert_eq!(code(&measures, json!(["a", "b", "c"])), "too_many");
    }
}
