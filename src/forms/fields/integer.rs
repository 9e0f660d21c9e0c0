//! `integer`: a whole number. The answer is a JSON number without fraction.

use serde_json::Value as Json;

use crate::expression::{Type, Value};
use crate::forms::{
    Fault, Field, FieldType, Judging, Private, Showing, Shown, Words, limits, reading, values,
};

/// A whole number.
pub struct Integer;

impl FieldType for Integer {
    fn name(&self) -> &'static str {
        "integer"
    }

    fn expression_type(&self, _field: &Field) -> Type {
        Type::Int
    }

    fn read(&self, _field: &Field, typed: &Json) -> Result<Option<Json>, Fault> {
        match reading::number(typed)? {
            Some((number, _)) if number.fract() != 0.0 => Err(Fault::new("not_whole")),
            Some((number, _)) => Ok(Some(super::number::canonical(number))),
            None => Ok(None),
        }
    }

    fn judge(&self, field: &Field, answer: &Json, _at: &Judging<'_>) -> Result<(), Fault> {
        limits::number(field, answer.as_f64().unwrap_or_default())
    }

    fn value(&self, _field: &Field, answer: &Json, _private: Private) -> Value {
        answer.as_i64().map_or(Value::Null, Value::Int)
    }

    fn control(&self, _offered: usize) -> &'static str {
        "number"
    }

    fn shown(&self, field: &Field, answer: &Json, at: &Showing<'_>) -> Shown {
        super::number::shown(field, &values::typed(answer), at)
    }

    fn schema(&self, field: &Field, _words: &dyn Words) -> Json {
        super::number::schema(field, "integer")
    }
}

#[cfg(test)]
mod tests {
    use crate::expression::Value;
    use crate::forms::testing::{Ask, answer, code, field, value};
    use serde_json::json;

    #[test]
    fn a_whole_number_has_no_fraction() {
        let calls = field("calls", "integer").bounds(1.0, 9.0);

        assert_eq!(answer(&calls, json!("７")), json!(7));
        assert_eq!(answer(&calls, json!(7.0)), json!(7));
        assert_eq!(value(&calls, json!("7")), Value::Int(7));
        assert_eq!(code(&calls, json!("7.5")), "not_whole");
        assert_eq!(code(&calls, json!("0")), "too_small");
        assert_eq!(code(&calls, json!("10")), "too_large");
        assert_eq!(code(&calls, json!("99999999999999999999")), "number_huge");
    }
}
