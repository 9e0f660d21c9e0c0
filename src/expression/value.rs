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
