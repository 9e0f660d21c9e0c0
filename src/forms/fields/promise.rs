//! `promise`: a sentence to be confirmed. The answer is `true`; not confirmed is unanswered.

use serde_json::{Value as Json, json};

use crate::expression::{Type, Value};
use crate::forms::{Fault, Field, FieldType, Private, Showing, Shown, Words};

/// A sentence to be confirmed.
pub struct Promise;

impl FieldType for Promise {
    fn name(&self) -> &'static str {
        "promise"
    }

    fn expression_type(&self, _field: &Field) -> Type {
        Type::Bool
    }

    fn read(&self, _field: &Field, typed: &Json) -> Result<Option<Json>, Fault> {
        // A promise that was not given is no answer, so that `required` means that it must be given.
        Ok(super::yes_no::read(typed)?.filter(|answer| *answer == json!(true)))
    }

    fn missing(&self) -> &'static str {
        "confirm"
    }

    fn value(&self, _field: &Field, answer: &Json, _private: Private) -> Value {
        answer.as_bool().map_or(Value::Null, Value::Bool)
    }

    fn control(&self, _offered: usize) -> &'static str {
        "promise"
    }

    fn shown(&self, _field: &Field, answer: &Json, at: &Showing<'_>) -> Shown {
        let key = match answer.as_bool() {
            Some(true) => "forms.confirmed",
            _ => "forms.not_confirmed",
        };
        Shown::Text(at.words.say(key, &[]))
    }

    fn schema(&self, _field: &Field, _words: &dyn Words) -> Json {
        json!({"type": "boolean"})
    }
}

#[cfg(test)]
mod tests {
    use crate::forms::testing::{Ask, answer, code, field};
    use serde_json::json;

    #[test]
    fn a_promise_must_be_given() {
        let promise = field("promise", "promise").required();

        assert_eq!(answer(&promise, json!("true")), json!(true));
        assert_eq!(code(&promise, json!(false)), "confirm");
        assert_eq!(code(&promise, json!("")), "confirm");
        assert_eq!(code(&promise, json!("是")), "not_yes_no");
    }
}
