//! Private answers apart from the others: they are kept encrypted, and can be erased while the rest stands.

use serde_json::Value as Json;

use super::{Answers, Field, Form};

/// Splits answers into those that anyone who sees the case may see, and the private ones by their paths: `phone`,
/// `users.0.name`.
#[must_use]
pub fn split_private(form: &Form, answers: &Answers) -> (Answers, Answers) {
    let mut open = answers.clone();
    let mut private = Answers::new();
    for field in form.fields() {
        if field.private {
            if let Some(answer) = open.remove(&field.id) {
                private.insert(field.id.clone(), answer);
            }
            continue;
        }
        let Some(Json::Array(rows)) = open.get_mut(&field.id) else {
            continue;
        };
        for (position, row) in rows.iter_mut().enumerate() {
            for column in private_columns(field) {
                if let Some(cell) = row.as_object_mut().and_then(|row| row.remove(&column.id)) {
                    private.insert(path(field, position, column), cell);
                }
            }
        }
    }
    (open, private)
}

/// Whether the form asks for private answers at all.
#[must_use]
pub fn has_private(form: &Form) -> bool {
    let mut fields = form.sections.iter().flat_map(|section| &section.fields);
    fields.any(|field| field.private || private_columns(field).next().is_some())
}

/// Puts private answers, by their paths, back among the others.
#[must_use]
pub fn join_private(form: &Form, answers: &Answers, private: &Answers) -> Answers {
    let mut all = answers.clone();
    for field in form.fields() {
        if let Some(answer) = private.get(&field.id).filter(|_| field.private) {
            all.insert(field.id.clone(), answer.clone());
        }
        let Some(Json::Array(rows)) = all.get_mut(&field.id) else {
            continue;
        };
        for (position, row) in rows.iter_mut().enumerate() {
            for column in private_columns(field) {
                let cell = private.get(&path(field, position, column));
                if let (Some(cell), Some(row)) = (cell, row.as_object_mut()) {
                    row.insert(column.id.clone(), cell.clone());
                }
            }
        }
    }
    all
}

fn private_columns(field: &Field) -> impl Iterator<Item = &Field> {
    field.columns.iter().filter(|column| column.private)
}

fn path(field: &Field, position: usize, column: &Field) -> String {
    format!("{}.{position}.{}", field.id, column.id)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::super::testing::*;
    use super::super::*;

    #[test]
    fn private_answers_are_split_off_by_path_and_joined_again() {
        let form = form(vec![
            field("office", "text"),
            field("phone", "phone").private(),
            field("users", "table")
                .columns(vec![field("name", "text").private(), field("post", "text")]),
        ]);
        let all = answers(json!({
            "office": "数据科",
            "phone": "13803711234",
            "users": [{"name": "甲", "post": "一"}, {"post": "二"}, {"name": "丙"}],
        }));

        let (open, private) = split_private(&form, &all);

        assert_eq!(
            open,
            answers(json!({"office": "数据科", "users": [{"post": "一"}, {"post": "二"}, {}]}))
        );
        assert_eq!(
            private,
            answers(json!({"phone": "13803711234", "users.0.name": "甲", "users.2.name": "丙"}))
        );
        assert_eq!(join_private(&form, &open, &private), all);
    }
}
