//! `date`: a day. The answer is `"YYYY-MM-DD"`; expressions see its first instant in Beijing.

use serde_json::{Value as Json, json};

use crate::calendar::day_of;
use crate::expression::{Type, Value};
use crate::forms::{
    Bound, Fault, Field, FieldType, Judging, Private, Showing, Shown, Words, limits, reading,
    values,
};

/// A day.
pub struct Date;

impl FieldType for Date {
    fn name(&self) -> &'static str {
        "date"
    }

    fn expression_type(&self, _field: &Field) -> Type {
        Type::Time
    }

    fn read(&self, _field: &Field, typed: &Json) -> Result<Option<Json>, Fault> {
        Ok(reading::date(typed)?.map(|day| json!(day)))
    }

    fn judge(&self, field: &Field, answer: &Json, _at: &Judging<'_>) -> Result<(), Fault> {
        values::day(answer).map_or(Ok(()), |day| limits::day(field, day))
    }

    fn value(&self, _field: &Field, answer: &Json, _private: Private) -> Value {
        value(answer)
    }

    fn answer(&self, value: &Value) -> Json {
        match value {
            Value::Time(at) => json!(day_of(*at)),
            other => values::json_of(other),
        }
    }

    fn control(&self, _offered: usize) -> &'static str {
        "date"
    }

    fn shown(&self, _field: &Field, answer: &Json, at: &Showing<'_>) -> Shown {
        Shown::Text(written(answer, at.words))
    }

    fn schema(&self, field: &Field, _words: &dyn Words) -> Json {
        let mut schema = json!({"type": "string", "format": "date"});
        if let Some(Bound::Date(first)) = field.min {
            schema["formatMinimum"] = json!(first);
        }
        if let Some(Bound::Date(last)) = field.max {
            schema["formatMaximum"] = json!(last);
        }
        schema
    }
}

/// A day as a value.
pub(super) fn value(answer: &Json) -> Value {
    values::day(answer).map_or(Value::Null, |day| Value::Time(values::midnight(day)))
}

/// A day as people write it.
pub(super) fn written(answer: &Json, words: &dyn Words) -> String {
    use chrono::Datelike;
    let Some(day) = values::day(answer) else {
        return values::typed(answer);
    };
    words.say(
        "forms.date",
        &[
            ("year", &day.year().to_string()),
            ("month", &day.month().to_string()),
            ("day", &day.day().to_string()),
            ("iso", &day.to_string()),
        ],
    )
}

#[cfg(test)]
mod tests {
    use crate::expression::Value;
    use crate::forms::testing::{Ask, answer, code, field, sentence, shown, value};
    use serde_json::json;

    #[test]
    fn a_day_is_read_as_people_write_it() {
        let until = field("until", "date");

        assert_eq!(answer(&until, json!("2026年11月1日")), json!("2026-11-01"));
        assert_eq!(answer(&until, json!(null)), json!(null));
        assert_eq!(shown(&until, json!("2026-11-01")), "2026年11月1日");
    }

    #[test]
    fn a_day_that_is_not_is_named() {
        let until = field("until", "date").label("截止日期");

        assert_eq!(
            sentence(&until, json!("2026-02-30")),
            "截止日期写的 2026-02-30 这一天不存在，请核对"
        );
        assert_eq!(code(&until, json!(20261101)), "not_date");
    }

    #[test]
    fn expressions_see_its_first_instant_in_beijing() {
        let at = "2026-10-31T16:00:00Z".parse().unwrap();

        assert_eq!(
            value(&field("until", "date"), json!("2026-11-01")),
            Value::Time(at)
        );
    }

    #[test]
    fn bounds_are_days() {
        let until = field("until", "date").days("2026-01-01", "2026-12-31");

        assert_eq!(code(&until, json!("2025-12-31")), "too_early");
        assert_eq!(code(&until, json!("2027-01-01")), "too_late");
    }
}
