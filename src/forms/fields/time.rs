//! `time`: an instant. The answer is RFC 3339, to the second, in Beijing time; pages type `YYYY-MM-DDTHH:MM` without a zone.

use chrono::DateTime;
use serde_json::{Value as Json, json};

use crate::calendar::{Instant, beijing, day_of};
use crate::expression::{Type, Value};
use crate::forms::{
    Fault, Field, FieldType, Judging, Private, Showing, Shown, Words, limits, reading, values,
};

/// An instant.
pub struct Time;

impl FieldType for Time {
    fn name(&self) -> &'static str {
        "time"
    }

    fn expression_type(&self, _field: &Field) -> Type {
        Type::Time
    }

    fn read(&self, _field: &Field, typed: &Json) -> Result<Option<Json>, Fault> {
        Ok(reading::time(typed)?.map(|at| reading::written_time(at).into()))
    }

    fn judge(&self, field: &Field, answer: &Json, _at: &Judging<'_>) -> Result<(), Fault> {
        instant(answer).map_or(Ok(()), |at| limits::day(field, day_of(at)))
    }

    fn value(&self, _field: &Field, answer: &Json, _private: Private) -> Value {
        instant(answer).map_or(Value::Null, Value::Time)
    }

    fn answer(&self, value: &Value) -> Json {
        match value {
            Value::Time(at) => reading::written_time(*at).into(),
            other => values::json_of(other),
        }
    }

    fn control(&self, _offered: usize) -> &'static str {
        "time"
    }

    fn typed(&self, answer: &Json) -> String {
        match instant(answer) {
            Some(at) => minutes(at).replace(' ', "T"),
            None => values::typed(answer),
        }
    }

    fn shown(&self, _field: &Field, answer: &Json, at: &Showing<'_>) -> Shown {
        let Some(when) = instant(answer) else {
            return Shown::Text(values::typed(answer));
        };
        let day = super::date::written(&json!(day_of(when)), at.words);
        let clock = beijing(when).format("%H:%M");
        Shown::Text(format!("{day} {clock}"))
    }

    fn schema(&self, _field: &Field, _words: &dyn Words) -> Json {
        json!({"type": "string", "format": "date-time"})
    }
}

fn instant(answer: &Json) -> Option<Instant> {
    let at = DateTime::parse_from_rfc3339(answer.as_str()?).ok()?;
    Some(at.to_utc())
}

fn minutes(at: Instant) -> String {
    beijing(at).format("%Y-%m-%d %H:%M").to_string()
}

#[cfg(test)]
mod tests {
    use crate::expression::Value;
    use crate::forms::testing::{answer, code, field, kind, shown, value};
    use serde_json::json;

    #[test]
    fn a_time_of_the_page_is_beijing_time() {
        let found = field("found_at", "time");

        let kept = answer(&found, json!("2026-10-18T09:30"));

        assert_eq!(kept, json!("2026-10-18T09:30:00+08:00"));
        assert_eq!(kind("time").typed(&kept), "2026-10-18T09:30");
        assert_eq!(shown(&found, kept), "2026年10月18日 09:30");
    }

    #[test]
    fn expressions_see_the_instant() {
        let at = "2026-10-18T01:30:00Z".parse().unwrap();

        assert_eq!(
            value(&field("found_at", "time"), json!("2026-10-18T09:30")),
            Value::Time(at)
        );
    }

    #[test]
    fn half_a_time_is_no_time() {
        assert_eq!(
            code(&field("found_at", "time"), json!("2026-10-18")),
            "not_time"
        );
        assert_eq!(
            code(&field("found_at", "time"), json!("2026-02-30T10:00")),
            "no_such_day"
        );
        assert_eq!(kind("time").typed(&json!("昨天")), "昨天");
    }
}
