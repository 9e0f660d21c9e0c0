//! `money`: an amount in yuan with at most two decimals. The answer is a JSON number.

use serde_json::{Value as Json, json};

use crate::expression::{Type, Value};
use crate::forms::{
    Fault, Field, FieldType, Judging, Private, Showing, Shown, Words, limits, reading, values,
};

/// An amount in yuan.
pub struct Money;

impl FieldType for Money {
    fn name(&self) -> &'static str {
        "money"
    }

    fn expression_type(&self, _field: &Field) -> Type {
        Type::Number
    }

    fn read(&self, _field: &Field, typed: &Json) -> Result<Option<Json>, Fault> {
        match reading::number(typed)? {
            Some((_, decimals)) if 2 < decimals => Err(Fault::new("cents")),
            Some((amount, _)) if MOST < amount.abs() => Err(Fault::new("number_huge")),
            Some((amount, _)) => Ok(Some(super::number::canonical(amount))),
            None => Ok(None),
        }
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
        let amount = format!("{:.2}", answer.as_f64().unwrap_or_default());
        match field.unit {
            Some(_) => super::number::shown(field, &amount, at),
            None => {
                let amount = values::grouped(&amount);
                Shown::Text(at.words.say("forms.yuan", &[("amount", &amount)]))
            }
        }
    }

    fn schema(&self, field: &Field, _words: &dyn Words) -> Json {
        let mut schema = super::number::schema(field, "number");
        schema["multipleOf"] = json!(0.01);
        schema
    }
}

/// Beyond this the cents are no longer exact.
const MOST: f64 = 90_000_000_000_000.0;

#[cfg(test)]
mod tests {
    use crate::forms::testing::{answer, code, field, shown};
    use serde_json::json;

    #[test]
    fn an_amount_has_at_most_two_decimals() {
        let price = field("price", "money");

        assert_eq!(answer(&price, json!("12,345.60")), json!(12345.6));
        assert_eq!(answer(&price, json!(0.29)), json!(0.29));
        assert_eq!(code(&price, json!("0.125")), "cents");
        assert_eq!(code(&price, json!(0.125)), "cents");
        assert_eq!(code(&price, json!("1000000000000000")), "number_huge");
    }

    #[test]
    fn an_amount_is_read_in_yuan() {
        assert_eq!(
            shown(&field("price", "money"), json!(1234.5)),
            "1,234.50 元"
        );
    }
}
