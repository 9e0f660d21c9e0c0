//! `files`: attachments. The answer is a list of their ids, ULIDs, each once.

use serde_json::Value as Json;

use crate::expression::{Type, Value};
use crate::forms::{
    Fault, Field, FieldType, Judging, Private, Shape, Showing, Shown, Words, limits, values,
};

/// Attachments.
pub struct Files;

impl FieldType for Files {
    fn name(&self) -> &'static str {
        "files"
    }

    fn expression_type(&self, _field: &Field) -> Type {
        Type::List(Box::new(Type::Text))
    }

    fn shape(&self) -> Shape {
        Shape::Many
    }

    fn read(&self, _field: &Field, typed: &Json) -> Result<Option<Json>, Fault> {
        Ok(super::file::read(typed)?.map(Json::from))
    }

    fn missing(&self) -> &'static str {
        "upload"
    }

    fn judge(&self, field: &Field, answer: &Json, at: &Judging<'_>) -> Result<(), Fault> {
        for id in values::strings(answer) {
            super::file::known(id, at)?;
        }
        limits::count(field, values::strings(answer).count())
    }

    fn value(&self, _field: &Field, answer: &Json, _private: Private) -> Value {
        values::texts(answer)
    }

    fn control(&self, _offered: usize) -> &'static str {
        "files"
    }

    fn shown(&self, _field: &Field, answer: &Json, at: &Showing<'_>) -> Shown {
        super::file::shown(values::strings(answer), at)
    }

    fn schema(&self, field: &Field, _words: &dyn Words) -> Json {
        super::choices::list_schema(field, &super::file::schema())
    }
}

#[cfg(test)]
mod tests {
    use crate::forms::testing::{Ask, FILE, answer, code, field};
    use serde_json::json;

    #[test]
    fn attachments_are_listed_once_each_and_counted() {
        let proofs = field("proofs", "files").bounds(0.0, 0.0);

        assert_eq!(
            answer(&field("proofs", "files"), json!([FILE, FILE])),
            json!([FILE])
        );
        assert_eq!(code(&proofs, json!([FILE])), "too_many");
        assert_eq!(code(&proofs, json!([7])), "not_text");
        assert_eq!(
            code(&field("proofs", "files").required(), json!([])),
            "upload"
        );
    }
}
