//! What differs in the form: sections, fields, columns.

use super::{Aspect, Change, How, Part, Value, all, differing};
use crate::forms::{Field, Form, Options, Required, Section};

const SECTION: &[Aspect<Section>] = &[
    ("title", |section| Value::Words(section.title.clone())),
    ("about", |section| Value::words(section.about.as_ref())),
    ("per", |section| Value::hidden(section.per)),
    ("show_when", |section| {
        Value::guard(section.show_when.as_ref())
    }),
];

const FIELD: &[Aspect<Field>] = &[
    ("label", |field| Value::Words(field.label.clone())),
    ("type", |field| {
        Value::Written(field.kind.0.name().to_owned())
    }),
    ("required", |field| match &field.required {
        Required::No => Value::Switch(false),
        Required::Yes => Value::Switch(true),
        Required::When(guard) => Value::Written(guard.source().to_owned()),
    }),
    ("show_when", |field| Value::guard(field.show_when.as_ref())),
    ("options", |field| match &field.options {
        Options::None => Value::None,
        Options::Fixed(all) => Value::list(all.iter().map(|(_, text)| &text.zh)),
        Options::From(from) => Value::guard(Some(from)),
    }),
    ("value", |field| {
        Value::guard(field.value.as_ref().or(field.default.as_ref()))
    }),
    ("length", |field| {
        Value::hidden((field.min_length, field.max_length))
    }),
    ("bounds", |field| Value::hidden((&field.min, &field.max))),
    ("help", |field| Value::words(field.help.as_ref())),
    ("unit", |field| Value::words(field.unit.as_ref())),
    ("check", |field| Value::guard(field.check.as_ref())),
    ("party", |field| Value::Switch(field.party)),
    ("private", |field| Value::Switch(field.private)),
    ("from", |field| Value::written(field.from.as_ref())),
];

/// Everything that differs between two forms.
pub(super) fn changes(old: &Form, new: &Form) -> Vec<Change> {
    let mut found = Vec::new();
    for section in &new.sections {
        let before = old.sections.iter().find(|other| other.id == section.id);
        let hows = match before {
            None => vec![How::Added],
            Some(before) => differing(SECTION, before, section, || false),
        };
        found.extend(all(&part(section), hows));
        found.extend(fields(section, old));
    }
    for section in &old.sections {
        let there = new.sections.iter().any(|other| other.id == section.id);
        let gone = section.fields.iter();
        let gone = gone.filter(|field| new.field(&field.id).is_none());
        found.extend(gone.map(|field| Change {
            of: Part::Field(field.id.clone(), field.label.clone()),
            how: How::Removed,
        }));
        if !there {
            found.extend(all(&part(section), [How::Removed]));
        }
    }
    found
}

fn part(section: &Section) -> Part {
    Part::Section(section.id.clone(), section.title.clone())
}

/// The fields of a section, wherever they stood before.
fn fields(section: &Section, old: &Form) -> Vec<Change> {
    let mut found = Vec::new();
    for field in &section.fields {
        let of = Part::Field(field.id.clone(), field.label.clone());
        let Some((place, before)) = old.sections.iter().find_map(|other| {
            let field = other.fields.iter().find(|other| other.id == field.id)?;
            Some((other, field))
        }) else {
            found.extend(all(&of, [How::Added]));
            continue;
        };
        if place.id != section.id {
            found.extend(all(&of, [How::Moved]));
        }
        let columns = columns(before, field);
        let same = columns.is_empty();
        found.extend(all(
            &of,
            differing(FIELD, before, field, || same && before != field),
        ));
        found.extend(columns);
    }
    let order = |fields: &[Field], other: &[Field]| -> Vec<String> {
        let known = |id: &str| other.iter().any(|field| field.id == id);
        let ids = fields.iter().map(|field| field.id.clone());
        ids.filter(|id| known(id)).collect()
    };
    let before = old.sections.iter().find(|other| other.id == section.id);
    if let Some(before) = before
        && order(&section.fields, &before.fields) != order(&before.fields, &section.fields)
    {
        found.extend(all(
            &part(section),
            [How::Changed {
                aspect: "order",
                from: Value::Hidden(String::new()),
                to: Value::Hidden(String::new()),
            }],
        ));
    }
    found
}

fn columns(old: &Field, new: &Field) -> Vec<Change> {
    let part =
        |column: &Field| Part::Field(format!("{}.{}", new.id, column.id), column.label.clone());
    let named = |field: &Field, id: &str| -> Option<Field> {
        let mut columns = field.columns.iter();
        columns.find(|column| column.id == id).cloned()
    };
    let mut found = Vec::new();
    for column in &new.columns {
        let hows = match named(old, &column.id) {
            None => vec![How::Added],
            Some(before) => differing(FIELD, &before, column, || before != *column),
        };
        found.extend(all(&part(column), hows));
    }
    let gone = old.columns.iter();
    let gone = gone.filter(|column| named(new, &column.id).is_none());
    found.extend(gone.flat_map(|column| all(&part(column), [How::Removed])));
    found
}

/// The words of the aspects that are looked at.
pub(super) fn words() -> Vec<&'static str> {
    super::words(SECTION).chain(super::words(FIELD)).collect()
}
