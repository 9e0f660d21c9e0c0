//! `text`: one line. The answer is a string.

use serde_json::{Value as Json, json};

use crate::expression::{Type, Value};
use crate::forms::reading::{self, Breaks};
use crate::forms::{
    Fault, Field, FieldType, Judging, Private, Showing, Shown, Words, limits, values,
};

/// One line of text.
pub struct Text;

impl FieldType for Text {
    fn name(&self) -> &'static str {
        "text"
    }

    fn expression_type(&self, _field: &Field) -> Type {
        Type::Text
    }

    fn read(&self, _field: &Field, typed: &Json) -> Result<Option<Json>, Fault> {
        Ok(reading::text(typed, Breaks::Refused)?.map(Json::from))
    }

    fn judge(&self, field: &Field, answer: &Json, _at: &Judging<'_>) -> Result<(), Fault> {
        limits::text(field, answer.as_str().unwrap_or_default())
    }

    fn value(&self, _field: &Field, answer: &Json, _private: Private) -> Value {
        values::text(answer)
    }

    fn control(&self, _offered: usize) -> &'static str {
        "text"
    }

    fn shown(&self, _field: &Field, answer: &Json, _at: &Showing<'_>) -> Shown {
        Shown::Text(values::typed(answer))
    }

    fn schema(&self, field: &Field, _words: &dyn Words) -> Json {
        schema(field)
    }
}

/// The schema of a text with its lengths and pattern.
pub(super) fn schema(field: &Field) -> Json {
    let most = reading::MOST_CHARACTERS;
    let mut schema = json!({"type": "string", "maxLength": most});
    if let Some(least) = field.min_length {
        schema["minLength"] = json!(least);
    }
    if let Some(most) = field.max_length {
        schema["maxLength"] = json!(most);
    }
    if let Some(pattern) = &field.pattern {
        schema["pattern"] = json!(format!("^(?:{pattern})$"));
    }
    schema
}

#[cfg(test)]
mod tests {
    use crate::forms::testing::{Ask, answer, code, field};
    use serde_json::json;

    #[test]
    fn a_line_of_text_is_trimmed_and_kept() {
        let office = field("office", "text");

        assert_eq!(answer(&office, json!("　数据科 ")), json!("数据科"));
        assert_eq!(code(&office, json!("数据科\n二科")), "line_break");
        assert_eq!(code(&office, json!(12)), "not_text");
        assert_eq!(code(&office, json!({"a": []})), "not_text");
    }

    #[test]
    fn blank_is_unanswered() {
        assert_eq!(
            answer(&field("office", "text"), json!(" \t　")),
            json!(null)
        );
        assert_eq!(
            code(&field("office", "text").required(), json!("  ")),
            "fill"
        );
    }

    #[test]
    fn lengths_are_counted_in_characters() {
        let purpose = field("purpose", "text").lengths(3, 4);

        assert_eq!(code(&purpose, json!("𠮷𠮷")), "too_short");
        assert_eq!(code(&purpose, json!("𠮷𠮷𠮷𠮷𠮷")), "too_long");
        assert_eq!(answer(&purpose, json!("𠮷𠮷𠮷")), json!("𠮷𠮷𠮷"));
    }

    #[test]
    fn the_whole_text_matches_the_pattern() {
        let code_field = field("code", "text").pattern("[0-9]{6}");

        assert_eq!(code(&code_field, json!("4100001")), "pattern");
        assert_eq!(answer(&code_field, json!("410000")), json!("410000"));
        assert_eq!(
            code(&field("code", "text").pattern("("), json!("a")),
            "pattern_broken"
        );
    }

    #[test]
    fn markup_and_templates_are_only_text() {
        let typed = "<script>{{t \"x\"}}</script>'; DROP TABLE cases; --%_";

        assert_eq!(answer(&field("office", "text"), json!(typed)), json!(typed));
    }
}
