//! `period`: from one day to another, both included. The answer is `{"from": "YYYY-MM-DD", "to": "YYYY-MM-DD"}`;
//! expressions see `from`, `to` and `days`.

use chrono::NaiveDate;
use serde_json::{Value as Json, json};

use crate::calendar::day_of;
use crate::expression::{Type, Value};
use crate::forms::{
    Bound, Fault, Field, FieldType, Judging, Private, Shape, Showing, Shown, Words, limits,
    reading, values,
};

/// From one day to another.
pub struct Period;

const PARTS: &[&str] = &["from", "to"];

impl FieldType for Period {
    fn name(&self) -> &'static str {
        "period"
    }

    fn expression_type(&self, _field: &Field) -> Type {
        let parts = [
            ("from", Type::Time),
            ("to", Type::Time),
            ("days", Type::Int),
        ];
        Type::record(parts)
    }

    fn shape(&self) -> Shape {
        Shape::Parts(PARTS)
    }

    fn read(&self, _field: &Field, typed: &Json) -> Result<Option<Json>, Fault> {
        if typed.is_null() {
            return Ok(None);
        }
        let parts = typed.as_object().ok_or_else(|| Fault::new("not_period"))?;
        let read = |part: &'static str| {
            reading::date(parts.get(part).unwrap_or(&Json::Null)).map_err(|fault| fault.at(part))
        };
        match (read("from")?, read("to")?) {
            (None, None) => Ok(None),
            (None, Some(_)) => Err(Fault::new("no_first_day").at("from")),
            (Some(_), None) => Err(Fault::new("no_last_day").at("to")),
            (Some(from), Some(to)) => Ok(Some(json!({"from": from, "to": to}))),
        }
    }

    fn judge(&self, field: &Field, answer: &Json, _at: &Judging<'_>) -> Result<(), Fault> {
        let Some((from, to)) = days(answer) else {
            return Ok(());
        };
        if to < from {
            return Err(Fault::new("backwards").at("to"));
        }
        limits::day(field, from).map_err(|fault| fault.at("from"))?;
        limits::day(field, to).map_err(|fault| fault.at("to"))?;
        let length = length(from, to);
        match (&field.min, &field.max) {
            (Some(Bound::Number(least)), _) if (length as f64) < *least => {
                Err(Fault::new("few_days")
                    .with("least", least)
                    .with("now", length))
            }
            (_, Some(Bound::Number(most))) if *most < length as f64 => Err(Fault::new("many_days")
                .with("most", most)
                .with("now", length)),
            _ => Ok(()),
        }
    }

    fn value(&self, _field: &Field, answer: &Json, _private: Private) -> Value {
        let Some((from, to)) = days(answer) else {
            return Value::Null;
        };
        let parts = [
            ("from", Value::Time(values::midnight(from))),
            ("to", Value::Time(values::midnight(to))),
            ("days", Value::Int(length(from, to))),
        ];
        Value::Record(parts.map(|(name, part)| (name.to_owned(), part)).into())
    }

    fn answer(&self, value: &Value) -> Json {
        let Value::Record(parts) = value else {
            return values::json_of(value);
        };
        let day = |part: &str| match parts.get(part) {
            Some(Value::Time(at)) => json!(day_of(*at)),
            _ => Json::Null,
        };
        json!({"from": day("from"), "to": day("to")})
    }

    fn control(&self, _offered: usize) -> &'static str {
        "period"
    }

    fn shown(&self, _field: &Field, answer: &Json, at: &Showing<'_>) -> Shown {
        let Some((from, to)) = days(answer) else {
            return Shown::Text(values::typed(answer));
        };
        Shown::Text(at.words.say(
            "forms.period",
            &[
                ("from", &super::date::written(&answer["from"], at.words)),
                ("to", &super::date::written(&answer["to"], at.words)),
                ("days", &length(from, to).to_string()),
            ],
        ))
    }

    fn schema(&self, _field: &Field, _words: &dyn Words) -> Json {
        let day = json!({"type": "string", "format": "date"});
        json!({
            "type": "object",
            "properties": {"from": day, "to": day},
            "required": PARTS,
            "additionalProperties": false,
        })
    }
}

fn days(answer: &Json) -> Option<(NaiveDate, NaiveDate)> {
    Some((
        values::day(answer.get("from")?)?,
        values::day(answer.get("to")?)?,
    ))
}

/// Both days count.
fn length(from: NaiveDate, to: NaiveDate) -> i64 {
    (to - from).num_days() + 1
}

#[cfg(test)]
mod tests {
    use crate::expression::Value;
    use crate::forms::testing::{Ask, answer, code, field, path, shown, value};
    use serde_json::json;

    #[test]
    fn a_period_has_two_days_and_counts_both() {
        let period = field("period", "period");
        let year = json!({"from": "2026/11/1", "to": "2027-10-31"});

        assert_eq!(
            answer(&period, year.clone()),
            json!({"from": "2026-11-01", "to": "2027-10-31"})
        );
        let Value::Record(parts) = value(&period, year.clone()) else {
            panic!("a record");
        };
        assert_eq!(parts["days"], Value::Int(365));
        assert_eq!(
            shown(&period, answer(&period, year)),
            "2026年11月1日至2027年10月31日（共 365 天）"
        );
    }

    #[test]
    fn half_a_period_names_the_missing_day() {
        let period = field("period", "period");

        assert_eq!(
            code(&period, json!({"from": "2026-11-01", "to": ""})),
            "no_last_day"
        );
        assert_eq!(path(&period, json!({"from": "2026-11-01"})), "period.to");
        assert_eq!(code(&period, json!({"to": "2026-11-01"})), "no_first_day");
        assert_eq!(
            path(&period, json!({"from": "x", "to": "2026-11-01"})),
            "period.from"
        );
    }

    #[test]
    fn blank_parts_are_no_answer() {
        let period = field("period", "period").required();

        assert_eq!(code(&period, json!({"from": " ", "to": ""})), "fill");
        assert_eq!(code(&period, json!("2026")), "not_period");
    }

    #[test]
    fn the_last_day_is_not_before_the_first() {
        let period = field("period", "period");

        assert_eq!(
            code(&period, json!({"from": "2026-11-01", "to": "2026-10-31"})),
            "backwards"
        );
        assert_eq!(
            path(&period, json!({"from": "2026-11-01", "to": "2026-10-31"})),
            "period.to"
        );
    }

    #[test]
    fn bounds_are_days_of_the_calendar_or_a_count() {
        let typed = json!({"from": "2026-11-01", "to": "2026-11-10"});
        let bounded = |least, most| field("period", "period").bounds(least, most);

        assert_eq!(code(&bounded(11.0, 20.0), typed.clone()), "few_days");
        assert_eq!(code(&bounded(1.0, 9.0), typed.clone()), "many_days");
        assert_eq!(
            path(
                &field("period", "period").days("2026-11-02", "2026-12-31"),
                typed
            ),
            "period.from"
        );
    }
}
