//! `phone`: a mobile or landline number. The answer is a string: `13803711234`, `0371-65506886-801`.

use serde_json::{Value as Json, json};

use crate::expression::{Type, Value};
use crate::forms::{
    Fault, Field, FieldType, Judging, Private, Showing, Shown, Words, limits, reading, values,
};

/// A telephone number.
pub struct Phone;

impl FieldType for Phone {
    fn name(&self) -> &'static str {
        "phone"
    }

    fn expression_type(&self, _field: &Field) -> Type {
        Type::Text
    }

    fn read(&self, _field: &Field, typed: &Json) -> Result<Option<Json>, Fault> {
        read(typed)
    }

    fn judge(&self, field: &Field, answer: &Json, _at: &Judging<'_>) -> Result<(), Fault> {
        limits::text(field, answer.as_str().unwrap_or_default())
    }

    fn value(&self, _field: &Field, answer: &Json, _private: Private) -> Value {
        values::text(answer)
    }

    fn control(&self, _offered: usize) -> &'static str {
        "phone"
    }

    fn shown(&self, _field: &Field, answer: &Json, _at: &Showing<'_>) -> Shown {
        Shown::Text(values::typed(answer))
    }

    fn schema(&self, _field: &Field, _words: &dyn Words) -> Json {
        json!({"type": "string", "maxLength": 40})
    }
}

/// A number in its one spelling.
pub(super) fn read(typed: &Json) -> Result<Option<Json>, Fault> {
    let Some(text) = reading::word(typed)? else {
        return Ok(None);
    };
    spelled(&reading::half_width(&text))
        .map(|number| Some(number.into()))
        .ok_or_else(|| Fault::new("not_phone"))
}

fn spelled(written: &str) -> Option<String> {
    let written = written.replace(['转', '#', '*'], "-").replace("ext", "-");
    let written = written.replace(['(', ')', '.', ' ', '/'], "-");
    let written = ["+86", "0086"]
        .iter()
        .find_map(|country| written.strip_prefix(country))
        .unwrap_or(&written);
    let groups: Vec<&str> = written
        .split('-')
        .filter(|group| !group.is_empty())
        .collect();
    let digits = groups
        .iter()
        .all(|group| group.bytes().all(|byte| byte.is_ascii_digit()));
    let joined = groups.concat();
    match (digits, joined.as_bytes()) {
        (false, _) => None,
        (true, [b'1', b'3'..=b'9', ..]) if joined.len() == 11 => Some(joined),
        (true, [b'4' | b'8', b'0', b'0', ..]) if joined.len() == 10 => Some(joined),
        (true, [b'0', ..]) => landline(&groups),
        _ => None,
    }
}

/// Area code, seven or eight digits, and perhaps an extension.
fn landline(groups: &[&str]) -> Option<String> {
    let (first, rest) = groups.split_first()?;
    // 010 and 02x have three digits, all others four.
    let area = match first.as_bytes() {
        [b'0', b'1' | b'2', ..] => 3,
        _ => 4,
    };
    let (area, number) = first.split_at_checked(area)?;
    let (number, rest) = match (number, rest) {
        ("", [number, rest @ ..]) => ((*number).to_owned(), rest),
        ("", []) => return None,
        (number, rest) => (number.to_owned(), rest),
    };
    let (number, rest) = match rest {
        // 6550-6886 is one number in two groups.
        [second, rest @ ..] if number.len() == 4 && second.len() == 4 => (number + second, rest),
        _ => (number, rest),
    };
    let sized = (7..=8).contains(&number.len()) && !number.starts_with('0');
    match rest {
        [] if sized => Some(format!("{area}-{number}")),
        [extension] if sized && extension.len() <= 6 => {
            Some(format!("{area}-{number}-{extension}"))
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use crate::forms::testing::{Ask, answer, code, field};
    use serde_json::json;

    #[test]
    fn numbers_are_kept_in_one_spelling() {
        let spellings = [
            ("１３８ ０３７１ １２３４", "13803711234"),
            ("+86 138-0371-1234", "13803711234"),
            ("0371-65506886", "0371-65506886"),
            ("（0371）65506886转801", "0371-65506886-801"),
            ("037165506886", "0371-65506886"),
            ("010 6550 6886", "010-65506886"),
            ("0371－6550688—12", "0371-6550688-12"),
            ("400-600-1234", "4006001234"),
        ];

        for (typed, kept) in spellings {
            assert_eq!(
                answer(&field("phone", "phone"), json!(typed)),
                json!(kept),
                "{typed}"
            );
        }
    }

    #[test]
    fn what_cannot_be_called_is_refused() {
        let wrong = [
            "65506886",
            "1380371123",
            "138037112345",
            "12803711234",
            "0371-655068",
            "0371",
            "电话",
            "0371-65506886-1234567",
            "13803711234-1",
            "+1 202 555 0100",
        ];

        for typed in wrong {
            assert_eq!(
                code(&field("phone", "phone"), json!(typed)),
                "not_phone",
                "{typed}"
            );
        }
        assert_eq!(
            code(&field("phone", "phone").required(), json!("　")),
            "fill"
        );
        assert_eq!(
            code(&field("phone", "phone"), json!(13_803_711_234_u64)),
            "not_text"
        );
    }
}
