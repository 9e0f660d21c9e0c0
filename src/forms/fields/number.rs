//! `number`: a number with a fraction. The answer is a JSON number.

use serde_json::{Value as Json, json};

use crate::expression::{Type, Value};
use crate::forms::{
    Bound, Fault, Field, FieldType, Judging, Private, Showing, Shown, Words, limits, reading,
    values,
};

/// A number with a fraction.
pub struct Number;

impl FieldType for Number {
    fn name(&self) -> &'static str {
        "number"
    }

    fn expression_type(&self, _field: &Field) -> Type {
        Type::Number
    }

    fn read(&self, _field: &Field, typed: &Json) -> Result<Option<Json>, Fault> {
        Ok(reading::number(typed)?.map(|(number, _)| canonical(number)))
    }

    fn judge(&self, field: &Field, answer: &Json, _at: &Judging<'_>) -> Result<(), Fault> {
        limits::number(field, answer.as_f64().unwrap_or_default())
    }

    fn value(&self, _field: &Field, answer: &Json, _private: Private) -> Value {
        answer.as_f64().map_or(Value::Null, Value::Number)
    }

    fn control(&self, _offered: usize) -> &'static str {
        "number"
    }

    fn shown(&self, field: &Field, answer: &Json, at: &Showing<'_>) -> Shown {
        shown(field, &values::typed(answer), at)
    }

    fn schema(&self, field: &Field, _words: &dyn Words) -> Json {
        schema(field, "number")
    }
}

/// A JSON number, without an idle fraction.
#[allow(clippy::cast_possible_truncation)]
pub(super) fn canonical(number: f64) -> Json {
    // Reading refuses what is beyond 2^53, so a whole number fits.
    match number.fract() == 0.0 {
        true => json!(number as i64),
        false => json!(number),
    }
}

/// A number and its unit.
pub(super) fn shown(field: &Field, number: &str, at: &Showing<'_>) -> Shown {
    // Four digits read well as they are, and may be a year.
    let number = match number.trim_start_matches('-').len() {
        0..=4 => number.to_owned(),
        _ => values::grouped(number),
    };
    Shown::Text(match &field.unit {
        Some(unit) => format!("{number} {}", at.words.pick(unit)),
        None => number,
    })
}

/// The schema of a number with its bounds.
pub(super) fn schema(field: &Field, kind: &str) -> Json {
    let mut schema = json!({ "type": kind });
    if let Some(Bound::Number(least)) = field.min {
        schema["minimum"] = canonical(least);
    }
    if let Some(Bound::Number(most)) = field.max {
        schema["maximum"] = canonical(most);
    }
    schema
}

#[cfg(test)]
mod tests {
    use crate::expression::Value;
    use crate::forms::testing::{Ask, answer, code, field, sentence, value};
    use serde_json::json;

    #[test]
    fn a_number_is_read_as_people_write_it() {
        let amount = field("amount", "number");

        assert_eq!(answer(&amount, json!("１，２００．５")), json!(1200.5));
        assert_eq!(answer(&amount, json!(3)), json!(3));
        assert_eq!(answer(&amount, json!("-0")), json!(0));
        assert_eq!(answer(&amount, json!("")), json!(null));
        assert_eq!(value(&amount, json!("3")), Value::Number(3.0));
    }

    #[test]
    fn what_is_no_number_stays_as_typed() {
        let amount = field("amount", "number");

        assert_eq!(code(&amount, json!("abc")), "not_number");
        assert_eq!(answer(&amount, json!("abc")), json!("abc"));
        assert_eq!(code(&amount, json!("1e400")), "not_number");
        assert_eq!(code(&amount, json!(1e300)), "number_huge");
        assert_eq!(code(&amount, json!(true)), "not_number");
    }

    #[test]
    fn bounds_are_said_with_the_unit() {
        let amount = field("amount", "number")
            .label("数据量")
            .bounds(0.0, 10.5)
            .unit("万条");

        assert_eq!(sentence(&amount, json!("-1")), "数据量不能小于 0 万条");
        assert_eq!(sentence(&amount, json!("11")), "数据量不能大于 10.5 万条");
    }
}
