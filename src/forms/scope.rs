//! The form as guards see it: its value, and its type.

use std::collections::BTreeMap;

use crate::expression::{Type, Value};

use super::{Answers, Field, Form, Private, Required};

/// The record `form`: every field is there, null when it is unanswered, hidden or private. The answers are canonical ones,
/// from which submission has dropped what was hidden.
#[must_use]
pub fn scope_value(form: &Form, answers: &Answers) -> Value {
    fields_value(form.fields(), answers)
}

/// The same of any fields, such as those of a register.
#[must_use]
pub fn fields_value<'f>(fields: impl Iterator<Item = &'f Field>, answers: &Answers) -> Value {
    let parts = fields.map(|field| {
        let value = match answers.get(&field.id) {
            Some(answer) if !field.private && !answer.is_null() => {
                field.kind.0.value(field, answer, Private::Kept)
            }
            _ => Value::Null,
        };
        (field.id.clone(), value)
    });
    Value::Record(parts.collect())
}

/// The type of the record `form`. A field that a later stage fills is typed as if it were filled: which stage comes when
/// is the lint's knowledge.
#[must_use]
pub fn form_type(form: &Form) -> Type {
    let mut parts = BTreeMap::new();
    for section in &form.sections {
        for field in &section.fields {
            let kind = field_type_of(field);
            let kind = match section.show_when {
                Some(_) => kind.maybe(),
                None => kind,
            };
            parts.insert(field.id.clone(), kind);
        }
    }
    Type::record(parts)
}

/// The type of one field or column: [`Type::Maybe`] unless it is always answered.
#[must_use]
pub fn field_type_of(field: &Field) -> Type {
    let answered = field.kind.0.expression_type(field);
    let always = field.required == Required::Yes && field.show_when.is_none() && !field.private;
    match always {
        true => answered,
        false => answered.maybe(),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::super::testing::*;
    use super::super::*;
    use crate::expression::Value;

    #[test]
    fn every_field_is_there_and_private_ones_are_null() {
        let form = form(vec![
            field("office", "text"),
            field("phone", "phone").private(),
            field("users", "table").columns(vec![
                field("name", "text").private(),
                field("post", "text"),
                field("level", "integer"),
            ]),
        ]);
        let stored = answers(json!({
            "phone": "13803711234",
            "users": [{"name": "某甲", "post": "科员"}],
        }));

        let Value::Record(parts) = scope_value(&form, &stored) else {
            panic!("a record");
        };

        let row = [
            ("name", Value::Null),
            ("post", Value::Text("科员".into())),
            ("level", Value::Null),
        ];
        let row = Value::Record(row.map(|(name, part)| (name.to_owned(), part)).into());
        assert_eq!(parts["office"], Value::Null);
        assert_eq!(parts["phone"], Value::Null);
        assert_eq!(parts["users"], Value::List(vec![row]));
    }

    #[test]
    fn types_say_what_may_be_unanswered() {
        use crate::expression::Type;
        let mut form = form(vec![
            field("a", "number").required(),
            field("b", "number"),
            field("c", "date").required().show_when("form.a > 0"),
        ]);
        form.sections.push(Section {
            show_when: Some(cel("form.a > 0")),
            ..section("more", vec![field("d", "yes_no").required()])
        });

        let Type::Record(parts) = form_type(&form) else {
            panic!("a record");
        };

        assert_eq!(parts["a"], Type::Number);
        assert_eq!(parts["b"], Type::Number.maybe());
        assert_eq!(parts["c"], Type::Time.maybe());
        assert_eq!(parts["d"], Type::Bool.maybe());
    }

    #[test]
    fn the_value_of_every_type_fits_the_type() {
        let typed = every_answer();
        for (_, asked) in every_field().whole().fields {
            let kind = field_type_of(asked);
            let seen = value(asked, typed[&asked.id].clone());
            assert!(seen != Value::Null, "{} is answered", asked.id);
            assert!(fits(&seen, &kind), "{}: {seen:?} is no {kind:?}", asked.id);
        }
    }

    fn fits(value: &Value, kind: &crate::expression::Type) -> bool {
        use crate::expression::Type;
        match (value, kind) {
            (_, Type::Any) | (Value::Null, Type::Null | Type::Maybe(_)) => true,
            (_, Type::Maybe(inner)) => fits(value, inner),
            (Value::Bool(_), Type::Bool)
            | (Value::Int(_), Type::Int)
            | (Value::Number(_), Type::Number)
            | (Value::Text(_), Type::Text)
            | (Value::Time(_), Type::Time) => true,
            (Value::List(all), Type::List(one)) => all.iter().all(|value| fits(value, one)),
            (Value::Record(parts), Type::Record(kinds)) => {
                parts.keys().eq(kinds.keys())
                    && parts.iter().all(|(name, part)| fits(part, &kinds[name]))
            }
            _ => false,
        }
    }
}
