//! The field types by name.

use std::collections::BTreeMap;

use super::{Field, FieldType, Required};
use crate::expression::Type;

struct Named(&'static str, fn(&Field) -> Type);

impl FieldType for Named {
    fn name(&self) -> &'static str {
        self.0
    }

    fn expression_type(&self, field: &Field) -> Type {
        (self.1)(field)
    }
}

/// Every field type.
pub const ALL: &[&dyn FieldType] = &[
    &Named("text", |_| Type::Text),
    &Named("paragraph", |_| Type::Text),
    &Named("number", |_| Type::Number),
    &Named("integer", |_| Type::Int),
    &Named("money", |_| Type::Number),
    &Named("date", |_| Type::Time),
    &Named("time", |_| Type::Time),
    &Named("period", |_| {
        record([
            ("from", Type::Time),
            ("to", Type::Time),
            ("days", Type::Int),
        ])
    }),
    &Named("yes_no", |_| Type::Bool),
    &Named("choice", |_| Type::Text),
    &Named("choices", |_| Type::list(Type::Text)),
    &Named("person", |_| Type::Text),
    &Named("people", |_| Type::list(Type::Text)),
    &Named("department", |_| Type::Text),
    &Named("departments", |_| Type::list(Type::Text)),
    &Named("contact", |_| Type::Any),
    &Named("phone", |_| Type::Text),
    &Named("file", |_| Type::Any),
    &Named("files", |_| Type::list(Type::Any)),
    &Named("table", |field| {
        let mut parts = BTreeMap::new();
        columns(field, &mut parts);
        Type::list(Type::Record(parts))
    }),
    &Named("resources", |field| {
        let mut parts = BTreeMap::from(
            [
                ("resource", Type::Text),
                ("item", Type::Text),
                ("provider", Type::Text),
                (
                    "sharing",
                    Type::OneOf(
                        ["unconditional", "conditional", "none"]
                            .map(str::to_owned)
                            .to_vec(),
                    ),
                ),
                ("level", Type::Int),
                ("conditions", Type::list(Type::Text)),
            ]
            .map(|(name, of)| (name.to_owned(), of)),
        );
        columns(field, &mut parts);
        Type::list(Type::Record(parts))
    }),
    &Named("case", |_| Type::Text),
    &Named("promise", |_| Type::Bool),
];

/// The field type of that name.
#[must_use]
pub fn field_type(name: &str) -> Option<&'static dyn FieldType> {
    ALL.iter().copied().find(|kind| kind.name() == name)
}

fn record<const N: usize>(parts: [(&str, Type); N]) -> Type {
    Type::Record(parts.map(|(name, of)| (name.to_owned(), of)).into())
}

fn columns(field: &Field, parts: &mut BTreeMap<String, Type>) {
    for column in &field.columns {
        let of = column.kind.0.expression_type(column);
        let always = column.required == Required::Yes && column.show_when.is_none();
        parts.insert(column.id.clone(), if always { of } else { of.maybe() });
    }
}
