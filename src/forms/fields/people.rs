//! `people`: several people of the directory. The answer is a list, each once.

use serde_json::{Value as Json, json};

use crate::expression::{Type, Value};
use crate::forms::{
    Fault, Field, FieldType, Judging, Offer, Offering, Private, Shape, Showing, Shown, Words,
    limits, reading, values,
};

/// Several of them.
pub struct People;

impl FieldType for People {
    fn name(&self) -> &'static str {
        "people"
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
        for one in values::strings(answer) {
            super::person::known(field, one, at)?;
        }
        limits::count(field, values::strings(answer).count())
    }

    fn value(&self, _field: &Field, answer: &Json, _private: Private) -> Value {
        values::texts(answer)
    }

    fn control(&self, offered: usize) -> &'static str {
        match offered {
            0 => "several",
            _ => "checkboxes",
        }
    }

    fn offered(&self, field: &Field, at: &Offering<'_>) -> Vec<Offer> {
        super::person::offers(field, at)
    }

    fn shown(&self, _field: &Field, answer: &Json, at: &Showing<'_>) -> Shown {
        Shown::List(
            values::strings(answer)
                .map(|one| super::person::name(one, at))
                .collect(),
        )
    }

    fn schema(&self, field: &Field, _words: &dyn Words) -> Json {
        super::choices::list_schema(field, &json!({"type": "string"}))
    }
}

#[cfg(test)]
mod tests {
    use crate::forms::testing::{Ask, answer, code, field, shown};
    use serde_json::json;

    #[test]
    fn people_are_chosen_once_each_and_counted() {
        let experts = field("experts", "people").bounds(2.0, 2.0);

        assert_eq!(
            answer(&experts, json!(["liwj", "zhaom", "liwj"])),
            json!(["liwj", "zhaom"])
        );
        assert_eq!(code(&experts, json!(["liwj"])), "too_few");
        assert_eq!(code(&experts, json!(["liwj", "nobody"])), "no_such_person");
        assert_eq!(code(&experts.required(), json!([])), "choose_some");
        assert_eq!(
            shown(&field("experts", "people"), json!(["liwj", "zhaom"])),
            "李文静（省卫生健康委）、赵明（省公安厅）"
        );
    }
}
