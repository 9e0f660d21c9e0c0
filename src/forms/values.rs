//! Between JSON answers and the values that expressions see.

use chrono::{Duration, NaiveDate, NaiveTime};
use serde_json::{Map, Value as Json, json};

use crate::calendar::Instant;
use crate::expression::Value;

/// Marks a time in JSON that was copied from a value, so that it comes back as one.
const TIME: &str = "$time";

/// A value as JSON; [`value_of`] reads it back.
pub(super) fn json_of(value: &Value) -> Json {
    match value {
        Value::Null => Json::Null,
        Value::Bool(answer) => Json::Bool(*answer),
        Value::Int(number) => json!(number),
        Value::Number(number) => json!(number),
        Value::Text(text) => Json::String(text.clone()),
        Value::Time(at) => json!({ TIME: at.to_rfc3339() }),
        Value::List(all) => all.iter().map(json_of).collect(),
        Value::Record(parts) => parts
            .iter()
            .map(|(name, part)| (name.clone(), json_of(part)))
            .collect::<Map<_, _>>()
            .into(),
    }
}

/// JSON as a value, by its looks.
pub(super) fn value_of(json: &Json) -> Value {
    match json {
        Json::Null => Value::Null,
        Json::Bool(answer) => Value::Bool(*answer),
        Json::Number(number) => number
            .as_i64()
            .map(Value::Int)
            .or_else(|| number.as_f64().map(Value::Number))
            .unwrap_or_default(),
        Json::String(text) => Value::Text(text.clone()),
        Json::Array(all) => Value::List(all.iter().map(value_of).collect()),
        Json::Object(parts) => time_of(parts).unwrap_or_else(|| {
            Value::Record(
                parts
                    .iter()
                    .map(|(name, part)| (name.clone(), value_of(part)))
                    .collect(),
            )
        }),
    }
}

fn time_of(parts: &Map<String, Json>) -> Option<Value> {
    let at = parts.get(TIME)?.as_str()?;
    let at = chrono::DateTime::parse_from_rfc3339(at).ok()?;
    Some(Value::Time(at.to_utc()))
}

/// The first instant of a day in Beijing.
pub(super) fn midnight(day: NaiveDate) -> Instant {
    (day.and_time(NaiveTime::MIN) - Duration::hours(8)).and_utc()
}

/// A canonical date.
pub(super) fn day(answer: &Json) -> Option<NaiveDate> {
    answer.as_str()?.parse().ok()
}

/// A text answer as a value.
pub(super) fn text(answer: &Json) -> Value {
    answer
        .as_str()
        .map_or(Value::Null, |text| Value::Text(text.to_owned()))
}

/// A list of texts as a value.
pub(super) fn texts(answer: &Json) -> Value {
    let Some(all) = answer.as_array() else {
        return Value::Null;
    };
    Value::List(all.iter().map(text).collect())
}

/// The strings in a list.
pub(super) fn strings(answer: &Json) -> impl Iterator<Item = &str> {
    answer
        .as_array()
        .into_iter()
        .flatten()
        .filter_map(Json::as_str)
}

/// The text in a control for anything that was typed: nothing is lost, whatever it is.
pub(super) fn typed(answer: &Json) -> String {
    match answer {
        Json::Null => String::new(),
        Json::String(text) => text.clone(),
        Json::Number(number) => number.as_f64().map_or_else(|| number.to_string(), decimal),
        other => other.to_string(),
    }
}

/// A number without an idle fraction: `5`, `2.5`.
pub(super) fn decimal(number: f64) -> String {
    format!("{number}")
}

/// A number for readers, in groups of three: `12,345.6`.
pub(super) fn grouped(number: &str) -> String {
    let (sign, rest) = match number.strip_prefix('-') {
        Some(rest) => ("-", rest),
        None => ("", number),
    };
    let (whole, fraction) = rest.split_once('.').unwrap_or((rest, ""));
    let mut out = String::from(sign);
    for (position, digit) in whole.chars().enumerate() {
        if 0 < position && (whole.len() - position).is_multiple_of(3) {
            out.push(',');
        }
        out.push(digit);
    }
    if !fraction.is_empty() {
        out.push('.');
        out.push_str(fraction);
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_copied_value_comes_back_as_it_was() {
        let day = NaiveDate::from_ymd_opt(2026, 11, 1).unwrap();
        let value = Value::Record(
            [
                ("at".to_owned(), Value::Time(midnight(day))),
                ("level".to_owned(), Value::Int(3)),
                ("share".to_owned(), Value::Number(2.0)),
                ("none".to_owned(), Value::Null),
                ("list".to_owned(), Value::List(vec![Value::Bool(true)])),
            ]
            .into(),
        );

        assert_eq!(value_of(&json_of(&value)), value);
    }

    #[test]
    fn numbers_are_read_in_groups_of_three() {
        assert_eq!(grouped("1234567.5"), "1,234,567.5");
        assert_eq!(grouped("-100"), "-100");
        assert_eq!(decimal(5.0), "5");
    }
}
