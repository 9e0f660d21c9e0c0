//! Between our values and those of the `cel` crate.

use std::collections::HashMap;
use std::sync::Arc;

use cel::Value as Cel;
use cel::objects::Key;

use super::Value;
use crate::calendar::beijing;

/// Whole numbers stay signed: the crate's own way through serde would make `3` an unsigned number, which then fits no
/// function.
pub(super) fn to_cel(value: &Value) -> Cel {
    match value {
        Value::Null => Cel::Null,
        Value::Bool(answer) => Cel::Bool(*answer),
        Value::Int(number) => Cel::Int(*number),
        Value::Number(number) => Cel::Float(*number),
        Value::Text(text) => Cel::from(text.as_str()),
        Value::Time(at) => Cel::Timestamp(beijing(*at)),
        Value::List(list) => Cel::List(Arc::new(list.iter().map(to_cel).collect())),
        Value::Record(parts) => record_to_cel(parts),
    }
}

/// Named parts.
pub(super) fn record_to_cel<'a>(parts: impl IntoIterator<Item = (&'a String, &'a Value)>) -> Cel {
    Cel::from(
        parts
            .into_iter()
            .map(|(name, part)| (name.clone(), to_cel(part)))
            .collect::<HashMap<String, Cel>>(),
    )
}

/// Fails with the name of what our language has no value for.
pub(super) fn from_cel(value: &Cel) -> Result<Value, String> {
    match value {
        Cel::Null => Ok(Value::Null),
        Cel::Bool(answer) => Ok(Value::Bool(*answer)),
        Cel::Int(number) => Ok(Value::Int(*number)),
        Cel::UInt(number) => i64::try_from(*number)
            .map(Value::Int)
            .map_err(|_| format!("{number} is too large")),
        Cel::Float(number) => Ok(Value::Number(*number)),
        Cel::String(text) => Ok(Value::Text(text.to_string())),
        Cel::Timestamp(at) => Ok(Value::Time(at.to_utc())),
        Cel::List(list) => Ok(Value::List(
            list.iter().map(from_cel).collect::<Result<_, _>>()?,
        )),
        Cel::Map(map) => Ok(Value::Record(
            map.map
                .iter()
                .map(|(key, part)| match key {
                    Key::String(name) => Ok((name.to_string(), from_cel(part)?)),
                    other => Err(format!("the key {other:?} is not a text")),
                })
                .collect::<Result<_, _>>()?,
        )),
        other => Err(format!("{} is no value here", other.type_of())),
    }
}
