//! `table`: rows of columns. The answer is a list of objects, one per row, keyed by the columns' ids.

use serde_json::{Value as Json, json};

use crate::expression::{Type, Value};
use crate::forms::cells::ELEMENT;
use crate::forms::{
    Fault, Field, FieldType, Judging, Private, Shape, Showing, Shown, Words, field_type_of, limits,
    schema, values,
};

/// Rows of columns.
pub struct Table;

/// No table has more rows, whatever the definition says.
const MOST_ROWS: usize = 1000;

impl FieldType for Table {
    fn name(&self) -> &'static str {
        "table"
    }

    fn expression_type(&self, field: &Field) -> Type {
        if field.rows.is_some() {
            // Rows also have what their elements have, and that is known only when they are there.
            return Type::List(Box::new(Type::Any));
        }
        let columns = field
            .columns
            .iter()
            .map(|column| (column.id.clone(), field_type_of(column)));
        Type::list(Type::record(columns))
    }

    fn shape(&self) -> Shape {
        Shape::Rows
    }

    fn read(&self, _field: &Field, typed: &Json) -> Result<Option<Json>, Fault> {
        match typed {
            Json::Array(rows) if rows.is_empty() => Ok(None),
            Json::Array(rows) if MOST_ROWS < rows.len() => Err(Fault::new("too_many")
                .with("most", MOST_ROWS)
                .with("now", rows.len())),
            Json::Array(rows) if rows.iter().all(Json::is_object) => Ok(Some(typed.clone())),
            Json::Null => Ok(None),
            Json::String(blank) if blank.is_empty() => Ok(None),
            _ => Err(Fault::new("not_rows")),
        }
    }

    fn missing(&self) -> &'static str {
        "rows"
    }

    fn judge(&self, field: &Field, answer: &Json, _at: &Judging<'_>) -> Result<(), Fault> {
        match field.rows {
            Some(_) => Ok(()),
            None => limits::count(field, answer.as_array().map_or(0, Vec::len)),
        }
    }

    fn value(&self, field: &Field, answer: &Json, private: Private) -> Value {
        let row = |row: &Json| {
            let mut parts = match row.get(ELEMENT).map(values::value_of) {
                Some(Value::Record(parts)) => parts,
                _ => Default::default(),
            };
            parts.extend(columns(field, row, private));
            Value::Record(parts)
        };
        Value::List(answer.as_array().into_iter().flatten().map(row).collect())
    }

    fn answer(&self, value: &Value) -> Json {
        values::json_of(value)
    }

    fn control(&self, _offered: usize) -> &'static str {
        "table"
    }

    fn shown(&self, _field: &Field, answer: &Json, at: &Showing<'_>) -> Shown {
        let rows = answer.as_array().map_or(0, Vec::len).to_string();
        Shown::Text(at.words.say("forms.row_count", &[("rows", &rows)]))
    }

    fn schema(&self, field: &Field, words: &dyn Words) -> Json {
        let row = schema::object(field.columns.iter(), words);
        let mut schema = json!({"type": "array", "items": row});
        super::choices::count_schema(field, &mut schema);
        schema
    }
}

/// The columns of a row as values, every one of them.
pub(super) fn columns<'a>(
    field: &'a Field,
    row: &'a Json,
    private: Private,
) -> impl Iterator<Item = (String, Value)> + 'a {
    field.columns.iter().map(move |column| {
        let kept = column.private && private == Private::Kept;
        let value = match row.get(&column.id) {
            Some(cell) if !kept && !cell.is_null() => column.kind.0.value(column, cell, private),
            _ => Value::Null,
        };
        (column.id.clone(), value)
    })
}
