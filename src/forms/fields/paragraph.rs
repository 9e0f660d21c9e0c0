//! `paragraph`: several lines. The answer is a string whose line ends are `\n`.

use serde_json::Value as Json;

use crate::expression::{Type, Value};
use crate::forms::reading::{self, Breaks};
use crate::forms::{
    Fault, Field, FieldType, Judging, Private, Showing, Shown, Words, limits, values,
};

/// Several lines of text.
pub struct Paragraph;

impl FieldType for Paragraph {
    fn name(&self) -> &'static str {
        "paragraph"
    }

    fn expression_type(&self, _field: &Field) -> Type {
        Type::Text
    }

    fn read(&self, _field: &Field, typed: &Json) -> Result<Option<Json>, Fault> {
        Ok(reading::text(typed, Breaks::Kept)?.map(Json::from))
    }

    fn judge(&self, field: &Field, answer: &Json, _at: &Judging<'_>) -> Result<(), Fault> {
        limits::text(field, answer.as_str().unwrap_or_default())
    }

    fn value(&self, _field: &Field, answer: &Json, _private: Private) -> Value {
        values::text(answer)
    }

    fn control(&self, _offered: usize) -> &'static str {
        "paragraph"
    }

    fn shown(&self, _field: &Field, answer: &Json, _at: &Showing<'_>) -> Shown {
        Shown::Paragraph(values::typed(answer))
    }

    fn schema(&self, field: &Field, _words: &dyn Words) -> Json {
        super::text::schema(field)
    }
}

#[cfg(test)]
mod tests {
    use crate::forms::testing::{Ask, answer, code, field, sentence};
    use serde_json::json;

    #[test]
    fn lines_and_tabs_are_kept_with_one_kind_of_line_end() {
        let purpose = field("purpose", "paragraph");

        assert_eq!(
            answer(&purpose, json!("一\r\n\t二\r三\n")),
            json!("一\n\t二\n三")
        );
        assert_eq!(code(&purpose, json!("一\u{0}二")), "control");
        assert_eq!(code(&purpose, json!("一\u{202E}二")), "direction");
    }

    #[test]
    fn too_short_says_by_how_much() {
        let purpose = field("purpose", "paragraph")
            .label("使用场景")
            .lengths(30, 1000);

        assert_eq!(
            sentence(&purpose, json!("办理出生医学证明时核验。")),
            "使用场景至少写 30 个字，现在是 12 个字"
        );
    }

    #[test]
    fn no_paragraph_is_longer_than_four_thousand_characters() {
        let purpose = field("purpose", "paragraph");

        assert_eq!(code(&purpose, json!("字".repeat(4001))), "too_long");
    }
}
