//! The types of the workflow language, and what is found wrong when an expression is checked against them.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::Words;

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
    /// A text that is one of these: the options of a choice.
    OneOf(Arc<[String]>),
    /// An instant or a date.
    Time,
    /// What lies between two times: `now - form.found_at`, `duration("24h")`.
    Span,
    /// A list of one type.
    List(Box<Type>),
    /// Named parts; shared, because every expression of a definition sees the whole form.
    Record(Arc<BTreeMap<String, Type>>),
    /// This type or null: a field that may be unanswered or hidden.
    Maybe(Box<Type>),
}

/// What is wrong with an expression, and where.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TypeFault {
    /// The lint code.
    pub code: &'static str,
    /// What is wrong.
    pub message: Words,
    /// How to mend it.
    pub help: Option<Words>,
    /// The place in the text, in bytes.
    pub offset: usize,
    /// How many bytes to mark.
    pub length: usize,
}

impl Type {
    /// A list of `element`.
    #[must_use]
    pub fn list(element: Type) -> Self {
        Self::List(Box::new(element))
    }

    /// Named parts.
    pub fn record<N: Into<String>>(parts: impl IntoIterator<Item = (N, Self)>) -> Self {
        let parts = parts.into_iter().map(|(name, of)| (name.into(), of));
        Self::Record(Arc::new(parts.collect()))
    }

    /// A text that is one of these.
    pub fn one_of<O: Into<String>>(options: impl IntoIterator<Item = O>) -> Self {
        Self::OneOf(options.into_iter().map(Into::into).collect())
    }

    /// This type or null.
    #[must_use]
    pub fn maybe(self) -> Self {
        match self {
            Self::Any | Self::Null | Self::Maybe(_) => self,
            other => Self::Maybe(Box::new(other)),
        }
    }

    /// The type without null.
    #[must_use]
    pub fn known(&self) -> &Self {
        match self {
            Self::Maybe(inner) => inner,
            other => other,
        }
    }

    /// Whether values of both can be equal.
    #[must_use]
    pub fn comparable(&self, other: &Self) -> bool {
        match (self.known(), other.known()) {
            (Self::Any | Self::Null, _)
            | (_, Self::Any | Self::Null)
            | (Self::Int | Self::Number, Self::Int | Self::Number)
            | (Self::Text | Self::OneOf(_), Self::Text | Self::OneOf(_)) => true,
            (Self::List(one), Self::List(two)) => one.comparable(two),
            (Self::Record(_), Self::Record(_)) => true,
            (one, two) => one == two,
        }
    }

    /// What is of both types, for the two arms of `? :` and the elements of a list; `None` when nothing but `Any` is.
    #[must_use]
    pub fn join(&self, other: &Self) -> Option<Self> {
        let joined = match (self.known(), other.known()) {
            (Self::Null, found) | (found, Self::Null) => return Some(found.clone().maybe()),
            (Self::Any, _) | (_, Self::Any) => return Some(Self::Any),
            (one, two) if one == two => one.clone(),
            (Self::Text | Self::OneOf(_), Self::Text | Self::OneOf(_)) => Self::Text,
            (Self::List(one), Self::List(two)) => Self::list(one.join(two)?),
            _ => return None,
        };
        let maybe = matches!(self, Self::Maybe(_)) || matches!(other, Self::Maybe(_));
        Some(if maybe { joined.maybe() } else { joined })
    }

    /// Its name for people.
    #[must_use]
    pub fn name(&self) -> Words {
        match self {
            Self::Any => Words::new("任意值", "anything"),
            Self::Null => Words::new("空值", "null"),
            Self::Bool => Words::new("是或否", "true or false"),
            Self::Int => Words::new("整数", "a whole number"),
            Self::Number => Words::new("小数", "a number"),
            Self::Text | Self::OneOf(_) => Words::new("文本", "a text"),
            Self::Time => Words::new("时间", "a time"),
            Self::Span => Words::new("时间长度", "a span of time"),
            Self::List(_) => Words::new("列表", "a list"),
            Self::Record(_) => Words::new("一组值", "a record"),
            Self::Maybe(inner) => inner.name(),
        }
    }
}
