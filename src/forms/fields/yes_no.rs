//! `yes_no`: yes or no. The answer is a JSON boolean.

use serde_json::{Value as Json, json};

use crate::expression::{Type, Value};
use crate::forms::{
    Fault, Field, FieldType, Offer, Offering, Private, Showing, Shown, Words, reading,
};

/// Yes or no.
pub struct YesNo;

impl FieldType for YesNo {
    fn name(&self) -> &'static str {
        "yes_no"
    }

    fn expression_type(&self, _field: &Field) -> Type {
        Type::Bool
    }

    fn read(&self, _field: &Field, typed: &Json) -> Result<Option<Json>, Fault> {
        read(typed)
    }

    fn missing(&self) -> &'static str {
        "choose"
    }

    fn value(&self, _field: &Field, answer: &Json, _private: Private) -> Value {
        answer.as_bool().map_or(Value::Null, Value::Bool)
    }

    fn control(&self, _offered: usize) -> &'static str {
        "radio"
    }

    fn offered(&self, _field: &Field, at: &Offering<'_>) -> Vec<Offer> {
        [("true", "forms.yes"), ("false", "forms.no")]
            .map(|(value, key)| Offer {
                value: value.to_owned(),
                label: at.words.say(key, &[]),
            })
            .into()
    }

    fn shown(&self, _field: &Field, answer: &Json, at: &Showing<'_>) -> Shown {
        let key = match answer.as_bool() {
            Some(true) => "forms.yes",
            _ => "forms.no",
        };
        Shown::Text(at.words.say(key, &[]))
    }

    fn schema(&self, _field: &Field, _words: &dyn Words) -> Json {
        json!({"type": "boolean"})
    }
}

/// True or false, as JSON has it or as a page posts it.
pub(super) fn read(typed: &Json) -> Result<Option<Json>, Fault> {
    if let Json::Bool(_) = typed {
        return Ok(Some(typed.clone()));
    }
    match reading::word(typed).map_err(|_| Fault::new("not_yes_no"))? {
        None => Ok(None),
        Some(word) if word == "true" => Ok(Some(json!(true))),
        Some(word) if word == "false" => Ok(Some(json!(false))),
        Some(_) => Err(Fault::new("not_yes_no")),
    }
}

#[cfg(test)]
mod tests {
    use crate::expression::Value;
    use crate::forms::testing::{Ask, answer, code, field, shown, value};
    use serde_json::json;

    #[test]
    fn no_is_an_answer_and_blank_is_none() {
        let secret = field("secret", "yes_no").required();

        assert_eq!(answer(&secret, json!("false")), json!(false));
        assert_eq!(value(&secret, json!(false)), Value::Bool(false));
        assert_eq!(code(&secret, json!("")), "choose");
        assert_eq!(shown(&secret, json!(false)), "否");
    }

    #[test]
    fn anything_else_is_neither() {
        for typed in [json!("maybe"), json!(1), json!([true])] {
            assert_eq!(code(&field("secret", "yes_no"), typed), "not_yes_no");
        }
    }
}
