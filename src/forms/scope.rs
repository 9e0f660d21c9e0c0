//! The form as guards see it: its value, and its type.

use std::collections::BTreeMap;

use crate::expression::{Type, Value};

use super::{Answers, Field, Form, Private, Required};

/// The record `form`: every field is there, null when it is unanswered, hidden or private. The answers are canonical ones,
/// from which submission has dropped what was hidden.
#[must_use]
pub fn scope_value(form: &Form, answers: &Answers) -> Value {
    let parts = form.fields().map(|field| {
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
    Type::Record(parts)
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
