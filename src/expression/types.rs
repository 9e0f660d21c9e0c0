//! The types of the workflow language, and checking an expression against them.

use std::collections::BTreeMap;

/// A static type.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Type {
    /// Not known before it runs; fits everything.
    Any,
    /// Only null.
    Null,
    /// True or false.
    Bool,
    /// A whole number.
    Int,
    /// A number with a fraction.
    Number,
    /// A text.
    Text,
    /// An instant or a date.
    Time,
    /// A list of one type.
    List(Box<Type>),
    /// Named parts.
    Record(BTreeMap<String, Type>),
    /// This type or null: a field that may be unanswered or hidden.
    Maybe(Box<Type>),
}

/// What is wrong with an expression, and where.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TypeFault {
    /// The lint code.
    pub code: &'static str,
    /// What is wrong and how to mend it.
    pub message: String,
    /// The place in the text, in bytes.
    pub offset: usize,
    /// How many bytes to mark.
    pub length: usize,
}
