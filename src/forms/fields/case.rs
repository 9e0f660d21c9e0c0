//! `case`: another case. It is typed as id or number; the answer is its id, a ULID.

use serde_json::{Value as Json, json};

use crate::expression::{Type, Value};
use crate::forms::{
    Fault, Field, FieldType, Judging, Lookup, Private, Showing, Shown, Words, reading, values,
};

/// Another case.
pub struct Case;

impl FieldType for Case {
    fn name(&self) -> &'static str {
        "case"
    }

    fn expression_type(&self, _field: &Field) -> Type {
        Type::Text
    }

    fn read(&self, _field: &Field, typed: &Json) -> Result<Option<Json>, Fault> {
        Ok(reading::word(typed)?.map(Json::from))
    }

    fn complete(&self, _field: &Field, answer: Json, lookup: &dyn Lookup) -> Json {
        answer
            .as_str()
            .and_then(|number| lookup.case(number))
            .map_or(answer, |case| case.id.into())
    }

    fn judge(&self, field: &Field, answer: &Json, at: &Judging<'_>) -> Result<(), Fault> {
        let number = answer.as_str().unwrap_or_default();
        let Some(case) = at.lookup.case(number) else {
            return Err(Fault::new("no_such_case").with("number", number));
        };
        match &field.workflow {
            Some(workflow) if *workflow != case.workflow => {
                Err(Fault::new("wrong_workflow").with("number", case.number))
            }
            _ => Ok(()),
        }
    }

    fn value(&self, _field: &Field, answer: &Json, _private: Private) -> Value {
        values::text(answer)
    }

    fn control(&self, _offered: usize) -> &'static str {
        "case"
    }

    fn shown(&self, _field: &Field, answer: &Json, at: &Showing<'_>) -> Shown {
        let id = answer.as_str().unwrap_or_default();
        Shown::Text(at.lookup.case(id).map_or_else(
            || id.to_owned(),
            |case| format!("{} {}", case.number, case.title),
        ))
    }

    fn schema(&self, _field: &Field, _words: &dyn Words) -> Json {
        json!({"type": "string", "maxLength": 100})
    }
}

#[cfg(test)]
mod tests {
    use crate::forms::testing::{Ask, CASE, answer, code, field, shown};
    use serde_json::json;

    #[test]
    fn a_case_is_typed_by_number_and_kept_by_id() {
        let origin = field("origin", "case").workflow("data-sharing");

        assert_eq!(answer(&origin, json!("数享申〔2026〕1号")), json!(CASE));
        assert_eq!(answer(&origin, json!(CASE)), json!(CASE));
        assert_eq!(
            shown(&origin, json!(CASE)),
            "数享申〔2026〕1号 人口基础信息"
        );
        assert_eq!(code(&origin, json!("数享申〔2026〕2号")), "no_such_case");
        assert_eq!(code(&origin.required(), json!("")), "fill");
    }

    #[test]
    fn a_case_of_another_workflow_is_refused() {
        let origin = field("origin", "case").workflow("data-destruction");

        assert_eq!(code(&origin, json!(CASE)), "wrong_workflow");
    }
}
