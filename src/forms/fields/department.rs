//! `department`: a department of the directory. The answer is its code.

use serde_json::{Value as Json, json};

use crate::expression::{Type, Value};
use crate::forms::{
    DepartmentFacts, Fault, Field, FieldType, Judging, Offer, Offering, Private, Showing, Shown,
    Words, reading, values,
};

/// A department.
pub struct Department;

impl FieldType for Department {
    fn name(&self) -> &'static str {
        "department"
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

    fn judge(&self, field: &Field, answer: &Json, at: &Judging<'_>) -> Result<(), Fault> {
        known(field, answer.as_str().unwrap_or_default(), at)
    }

    fn value(&self, _field: &Field, answer: &Json, _private: Private) -> Value {
        values::text(answer)
    }

    fn control(&self, offered: usize) -> &'static str {
        match offered {
            0 => "text",
            _ => "select",
        }
    }

    fn offered(&self, field: &Field, at: &Offering<'_>) -> Vec<Offer> {
        offers(field, at)
    }

    fn shown(&self, _field: &Field, answer: &Json, at: &Showing<'_>) -> Shown {
        Shown::Text(name(answer.as_str().unwrap_or_default(), at))
    }

    fn schema(&self, _field: &Field, _words: &dyn Words) -> Json {
        json!({"type": "string"})
    }
}

/// Whether there is a department with this code.
pub(super) fn known(_field: &Field, code: &str, at: &Judging<'_>) -> Result<(), Fault> {
    match at.lookup.department(code) {
        Some(_) => Ok(()),
        None => Err(Fault::new("no_such_department").with("code", code)),
    }
}

/// The departments to choose from.
pub(super) fn offers(_field: &Field, at: &Offering<'_>) -> Vec<Offer> {
    let offer = |department: DepartmentFacts| Offer {
        value: department.code,
        label: department.short_name,
    };
    at.lookup.departments().into_iter().map(offer).collect()
}

/// What people call the department with this code.
pub(super) fn name(code: &str, at: &Showing<'_>) -> String {
    at.lookup
        .department(code)
        .map_or_else(|| code.to_owned(), |department| department.short_name)
}

#[cfg(test)]
mod tests {
    use crate::forms::testing::{Ask, answer, code, field, shown};
    use serde_json::json;

    #[test]
    fn a_department_is_chosen_by_code() {
        let provider = field("provider", "department");

        assert_eq!(answer(&provider, json!(" 410000-ga ")), json!("410000-ga"));
        assert_eq!(shown(&provider, json!("410000-ga")), "省公安厅");
        assert_eq!(code(&provider, json!("410000-xx")), "no_such_department");
        assert_eq!(code(&provider.required(), json!(null)), "choose");
    }
}
