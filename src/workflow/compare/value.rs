//! What an aspect of a definition is, as far as it can be told in a few words.

use std::collections::BTreeMap;
use std::fmt::Debug;

use crate::calendar::Duration;
use crate::expression::Expression;
use crate::workflow::clock::{Budget, ClockRule};
use crate::workflow::model::{Id, Text};

/// A value of an aspect.
#[derive(Debug, Clone, PartialEq)]
pub enum Value {
    /// Not there.
    None,
    /// A text for people.
    Words(Text),
    /// As it is written in the definition.
    Written(String),
    /// Several of these.
    List(Vec<String>),
    /// Yes or no.
    Switch(bool),
    /// Deadlines.
    Clocks(Vec<Budgeted>),
    /// Too long to be told; differs as this text does.
    Hidden(String),
}

/// A deadline in short.
#[derive(Debug, Clone, PartialEq)]
pub struct Budgeted {
    /// Its name.
    pub title: Option<Text>,
    /// The article that sets it.
    pub law: Option<String>,
    /// The budgets that it can have.
    pub spans: Vec<Duration>,
    /// A date instead.
    pub at: Option<String>,
}

impl Value {
    /// A text that may be missing.
    pub fn words(text: Option<&Text>) -> Self {
        text.map_or(Self::None, |text| Self::Words(text.clone()))
    }

    /// Something written, that may be missing.
    pub fn written(text: Option<impl ToString>) -> Self {
        text.map_or(Self::None, |text| Self::Written(text.to_string()))
    }

    /// A guard or value.
    pub fn guard(guard: Option<&Expression>) -> Self {
        Self::written(guard.map(Expression::source))
    }

    /// Several things written.
    pub fn list(all: impl IntoIterator<Item = impl ToString>) -> Self {
        let all: Vec<String> = all.into_iter().map(|one| one.to_string()).collect();
        match all.is_empty() {
            true => Self::None,
            false => Self::List(all),
        }
    }

    /// Something whose difference is told without its value.
    pub fn hidden(value: impl Debug) -> Self {
        Self::Hidden(format!("{value:?}"))
    }

    /// The same with stages under other names.
    pub fn renamed(&self, names: &BTreeMap<Id, Id>) -> Self {
        match self {
            Self::Written(text) => Self::Written(with_names(text, names)),
            Self::Hidden(text) => Self::Hidden(with_names(text, names)),
            Self::List(all) => Self::List(all.iter().map(|text| with_names(text, names)).collect()),
            Self::None | Self::Words(_) | Self::Switch(_) | Self::Clocks(_) => self.clone(),
        }
    }

    /// The budgets of clocks.
    pub fn clocks(rules: &[ClockRule]) -> Self {
        if rules.is_empty() {
            return Self::None;
        }
        Self::Clocks(rules.iter().map(budgeted).collect())
    }
}

/// A text in which whole words are replaced.
fn with_names(text: &str, names: &BTreeMap<Id, Id>) -> String {
    let is_of_word =
        |letter: char| letter.is_ascii_alphanumeric() || letter == '_' || letter == '-';
    text.split_inclusive(|letter| !is_of_word(letter))
        .map(|piece| {
            let word = piece.trim_end_matches(|letter| !is_of_word(letter));
            let rest = &piece[word.len()..];
            names.get(word).map_or(word, String::as_str).to_owned() + rest
        })
        .collect()
}

fn budgeted(rule: &ClockRule) -> Budgeted {
    let (spans, at) = match &rule.budget {
        Budget::In(alternatives) => (alternatives.iter().map(|(_, span)| *span).collect(), None),
        Budget::At(at) => (Vec::new(), Some(at.source().to_owned())),
    };
    Budgeted {
        title: rule.title.clone(),
        law: rule.law.clone(),
        spans,
        at,
    }
}

/// What else a clock does: from when it counts, when it reminds, what comes of its end.
pub(super) fn consequences(rules: &[ClockRule]) -> Value {
    let rest: Vec<_> = rules
        .iter()
        .map(|rule| {
            let whens: Vec<_> = match &rule.budget {
                Budget::In(alternatives) => alternatives.iter().map(|(when, _)| when).collect(),
                Budget::At(_) => Vec::new(),
            };
            format!(
                "{whens:?}{:?}{:?}{:?}{:?}",
                rule.from, rule.extend, rule.remind, rule.overdue
            )
        })
        .collect();
    Value::hidden(rest)
}
