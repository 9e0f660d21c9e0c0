//! The values that expressions see and give.

use std::collections::BTreeMap;

use crate::calendar::Instant;

/// A value of the workflow language.
#[derive(Debug, Clone, PartialEq, Default)]
pub enum Value {
    /// Unanswered or hidden.
    #[default]
    Null,
    /// `yes_no`, `promise`.
    Bool(bool),
    /// `integer`, a count, a level.
    Int(i64),
    /// `number`, `money` (yuan).
    Number(f64),
    /// A text, a code, an id.
    Text(String),
    /// A time; a date is its first instant in Beijing.
    Time(Instant),
    /// Several.
    List(Vec<Value>),
    /// Named parts: a row, a period, the form itself.
    Record(BTreeMap<String, Value>),
}

impl From<serde_json::Value> for Value {
    /// A JSON value as expressions see it; every whole number is an `Int`.
    fn from(json: serde_json::Value) -> Self {
        use serde_json::Value as Json;
        match json {
            Json::Null => Self::Null,
            Json::Bool(answer) => Self::Bool(answer),
            Json::Number(number) => match number.as_i64() {
                Some(whole) => Self::Int(whole),
                None => Self::Number(number.as_f64().unwrap_or(f64::NAN)),
            },
            Json::String(text) => Self::Text(text),
            Json::Array(items) => Self::List(items.into_iter().map(Self::from).collect()),
            Json::Object(parts) => {
                let parts = parts
                    .into_iter()
                    .map(|(name, part)| (name, Self::from(part)));
                Self::Record(parts.collect())
            }
        }
    }
}
