//! The field types, one file each, and the list of them.

use super::FieldType;

mod case;
mod choice;
mod choices;
mod contact;
mod date;
mod department;
mod departments;
mod file;
mod files;
mod integer;
mod money;
mod number;
mod paragraph;
mod people;
mod period;
mod person;
mod phone;
mod promise;
pub(super) mod resources;
mod table;
mod text;
mod time;
mod yes_no;

/// Every field type, in the order in which the reference lists them.
pub const ALL: &[&dyn FieldType] = &[
    &text::Text,
    &paragraph::Paragraph,
    &number::Number,
    &integer::Integer,
    &money::Money,
    &date::Date,
    &time::Time,
    &period::Period,
    &yes_no::YesNo,
    &choice::Choice,
    &choices::Choices,
    &person::Person,
    &people::People,
    &department::Department,
    &departments::Departments,
    &contact::Contact,
    &phone::Phone,
    &file::File,
    &files::Files,
    &table::Table,
    &resources::Resources,
    &case::Case,
    &promise::Promise,
];

/// The field type with this name.
#[must_use]
pub fn field_type(name: &str) -> Option<&'static dyn FieldType> {
    ALL.iter().copied().find(|kind| kind.name() == name)
}
