//! Bounds as definitions write them: least and most, lengths, patterns.

use chrono::NaiveDate;
use regex::{Regex, RegexBuilder};

use crate::expression::Value;
use crate::workflow::Text;

use super::{Bound, Fault, Field, values};

/// The regular expression of a field's `pattern`, which the whole text must match, or what is wrong with it.
pub fn pattern(written: &str) -> Result<Regex, String> {
    RegexBuilder::new(&format!("^(?:{written})$"))
        .size_limit(1 << 20)
        .build()
        .map_err(|error| error.to_string())
}

/// Lengths and pattern of a text.
pub(super) fn text(field: &Field, text: &str) -> Result<(), Fault> {
    let now = u32::try_from(text.chars().count()).unwrap_or(u32::MAX);
    if let Some(least) = field.min_length
        && now < least
    {
        return Err(Fault::new("too_short")
            .with("least", least)
            .with("now", now));
    }
    if let Some(most) = field.max_length
        && most < now
    {
        return Err(Fault::new("too_long").with("most", most).with("now", now));
    }
    let Some(written) = &field.pattern else {
        return Ok(());
    };
    let regex =
        pattern(written).map_err(|reason| Fault::new("pattern_broken").with("reason", reason))?;
    if regex.is_match(text) {
        return Ok(());
    }
    Err(match &field.message {
        Some(message) => Fault::new("own").worded("message", message.clone()),
        None => Fault::new("pattern"),
    })
}

/// `min` and `max` of a number.
pub(super) fn number(field: &Field, number: f64) -> Result<(), Fault> {
    if let Some(Bound::Number(least)) = field.min
        && number < least
    {
        return Err(sized(Fault::new("too_small"), field, "least", least));
    }
    if let Some(Bound::Number(most)) = field.max
        && most < number
    {
        return Err(sized(Fault::new("too_large"), field, "most", most));
    }
    Ok(())
}

fn sized(fault: Fault, field: &Field, name: &'static str, bound: f64) -> Fault {
    let unit = field.unit.as_ref().map(|unit| Text {
        zh: format!(" {}", unit.zh),
        en: unit.en.as_ref().map(|unit| format!(" {unit}")),
    });
    fault
        .with(name, values::decimal(bound))
        .worded("unit", unit.unwrap_or_default())
}

/// `min` and `max` of a day.
pub(super) fn day(field: &Field, day: NaiveDate) -> Result<(), Fault> {
    if let Some(Bound::Date(first)) = field.min
        && day < first
    {
        return Err(Fault::new("too_early").with("first", first));
    }
    if let Some(Bound::Date(last)) = field.max
        && last < day
    {
        return Err(Fault::new("too_late").with("last", last));
    }
    Ok(())
}

/// `min` and `max` of a count of rows, files or choices.
pub(super) fn count(field: &Field, now: usize) -> Result<(), Fault> {
    if now < least(field) {
        return Err(Fault::new("too_few")
            .with("least", least(field))
            .with("now", now));
    }
    match most(field) {
        Some(most) if most < now => Err(Fault::new("too_many").with("most", most).with("now", now)),
        _ => Ok(()),
    }
}

/// The least count of rows, files or choices.
pub(super) fn least(field: &Field) -> usize {
    counted(field.min.as_ref()).unwrap_or(0)
}

/// The greatest count.
pub(super) fn most(field: &Field) -> Option<usize> {
    counted(field.max.as_ref())
}

#[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)]
fn counted(bound: Option<&Bound>) -> Option<usize> {
    match bound {
        // A negative or fractional count is cut to what it can mean.
        Some(Bound::Number(number)) => Some(*number as usize),
        _ => None,
    }
}

/// Texts of a value for options: a list of texts.
pub(super) fn texts(value: &Value) -> Vec<String> {
    match value {
        Value::List(all) => all.iter().filter_map(text_of).collect(),
        _ => Vec::new(),
    }
}

fn text_of(value: &Value) -> Option<String> {
    match value {
        Value::Text(text) => Some(text.clone()),
        Value::Int(number) => Some(number.to_string()),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pattern_matches_the_whole_text() {
        let regex = pattern("[0-9]{6}|x").unwrap();

        assert!(regex.is_match("410000"));
        assert!(!regex.is_match("410000x"));
        assert!(pattern("(").is_err());
    }
}
