//! Private answers beside the log: each that an event points to is kept as the event commits to it, or an event tells that
//! it was erased.

use std::collections::HashMap;

use serde_json::Value;

use crate::engine::{Case, Event, Stamp, sealed_in};
use crate::forms::Answers;
use crate::storage::personal_values::StoredValue;

/// Holds the values to the events and the case that they make; the error is the place of the first event that points to
/// a wrong one.
pub(super) fn kept_or_erased(
    recorded: &[(Event, Stamp)],
    case: &Case,
    values: &[StoredValue],
) -> Result<(), usize> {
    let by_key: HashMap<String, &StoredValue> = values
        .iter()
        .map(|value| (value.ulid.to_string(), value))
        .collect();
    let is_right = |stands: &Value| {
        let Some(sealed) = sealed_in(stands) else {
            return true;
        };
        let committed = stands.get("digest").and_then(Value::as_str);
        by_key.get(sealed).is_some_and(|value| {
            let is_there = value.salt.is_some() && value.envelope.is_some();
            let is_gone = value.salt.is_none() && value.envelope.is_none();
            Some(value.digest.as_str()) == committed
                && match case.erased.contains(sealed) {
                    true => is_gone && value.erased_at.is_some(),
                    false => is_there && value.erased_at.is_none(),
                }
        })
    };
    let wrong = recorded
        .iter()
        .position(|(event, _)| !private_in(event).is_none_or(|all| all.values().all(is_right)));
    match wrong {
        Some(place) => Err(place),
        None => Ok(()),
    }
}

fn private_in(event: &Event) -> Option<&Answers> {
    match event {
        Event::Submitted { private, .. } | Event::AnswersChanged { private, .. } => Some(private),
        _ => None,
    }
}
