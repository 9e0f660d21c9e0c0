//! `departments`: several departments of the directory. The answer is a list, each once.

use serde_json::{Value as Json, json};

use crate::expression::{Type, Value};
use crate::forms::{
    Fault, Field, FieldType, Judging, Offer, Offering, Private, Shape, Showing, Shown, Words,
    limits, reading, values,
};

/// Several of them.
pub struct Departments;

impl FieldType for Departments {
    fn name(&self) -> &'static str {
        "departments"
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
            super::department::known(field, one, at)?;
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
        super::department::offers(field, at)
    }

    fn shown(&self, _field: &Field, answer: &Json, at: &Showing<'_>) -> Shown {
        Shown::List(
            values::strings(answer)
                .map(|one| super::department::name(one, at))
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
    fn departments_are_chosen_once_each() {
        let asked = field("asked", "departments");

        assert_eq!(
            answer(&asked, json!(["410000-ga", "410000-ga"])),
            json!(["410000-ga"])
        );
        assert_eq!(
            shown(&asked, json!(["410000-ga", "410000-wj"])),
            "省公安厅、省卫生健康委"
        );
        assert_eq!(code(&asked, json!(["x"])), "no_such_department");
        assert_eq!(code(&asked.required(), json!("")), "choose_some");
    }
}
