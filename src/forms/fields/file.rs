//! `file`: one attachment. The answer is its id, a ULID.

use serde_json::{Value as Json, json};

use crate::expression::{Type, Value};
use crate::forms::{
    Fault, Field, FieldType, Judging, Private, Shape, Showing, Shown, Words, reading, values,
};

/// One attachment.
pub struct File;

impl FieldType for File {
    fn name(&self) -> &'static str {
        "file"
    }

    fn expression_type(&self, _field: &Field) -> Type {
        Type::Text
    }

    fn shape(&self) -> Shape {
        // The page posts the one that is kept and the one that is new; the last is the answer.
        Shape::Many
    }

    fn read(&self, _field: &Field, typed: &Json) -> Result<Option<Json>, Fault> {
        match read(typed)? {
            None => Ok(None),
            Some(ids) => Ok(ids.into_iter().next_back().map(Json::from)),
        }
    }

    fn missing(&self) -> &'static str {
        "upload"
    }

    fn judge(&self, _field: &Field, answer: &Json, at: &Judging<'_>) -> Result<(), Fault> {
        known(answer.as_str().unwrap_or_default(), at)
    }

    fn value(&self, _field: &Field, answer: &Json, _private: Private) -> Value {
        values::text(answer)
    }

    fn control(&self, _offered: usize) -> &'static str {
        "files"
    }

    fn shown(&self, _field: &Field, answer: &Json, at: &Showing<'_>) -> Shown {
        shown(answer.as_str(), at)
    }

    fn schema(&self, _field: &Field, _words: &dyn Words) -> Json {
        schema()
    }
}

/// Ids of attachments in their one spelling.
pub(super) fn read(typed: &Json) -> Result<Option<Vec<String>>, Fault> {
    let Some(words) = reading::words(typed)? else {
        return Ok(None);
    };
    let id = |word: &String| match ulid::Ulid::from_string(word) {
        Ok(id) => Ok(id.to_string()),
        Err(_) => Err(Fault::new("not_file")),
    };
    words.iter().map(id).collect::<Result<_, _>>().map(Some)
}

/// Whether an attachment is still there.
pub(super) fn known(id: &str, at: &Judging<'_>) -> Result<(), Fault> {
    match at.lookup.attachment(id) {
        Some(_) => Ok(()),
        None => Err(Fault::new("no_such_file")),
    }
}

/// The attachments with these ids.
pub(super) fn shown<'a>(ids: impl IntoIterator<Item = &'a str>, at: &Showing<'_>) -> Shown {
    let files = ids.into_iter().filter_map(|id| at.lookup.attachment(id));
    Shown::Files(files.collect())
}

/// The schema of an attachment's id.
pub(super) fn schema() -> Json {
    json!({"type": "string", "pattern": "^[0-9A-HJKMNP-TV-Z]{26}$"})
}

#[cfg(test)]
mod tests {
    use crate::forms::testing::{Ask, FILE, answer, code, field};
    use serde_json::json;

    #[test]
    fn an_attachment_is_named_by_its_id() {
        let letter = field("letter", "file");

        assert_eq!(answer(&letter, json!(FILE.to_lowercase())), json!(FILE));
        assert_eq!(answer(&letter, json!(["", FILE])), json!(FILE));
        assert_eq!(code(&letter, json!("../../etc/passwd")), "not_file");
        assert_eq!(
            code(&letter, json!("01ARZ3NDEKTSV4RRFFQ69G5FAX")),
            "no_such_file"
        );
        assert_eq!(code(&letter.required(), json!([""])), "upload");
    }
}
