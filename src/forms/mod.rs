//! Forms: what a workflow asks for, and whether an answer will do.
//!
//! An answer travels like this: the pages' pairs are [`decode`]d into [`Answers`] as typed, [`check`] makes them
//! canonical and names what is wrong, [`view`] shows them in controls, [`display`] shows them to readers, and
//! [`scope_value`] shows them to guards.

mod cells;
mod check;
mod decode;
mod display;
mod fault;
mod field_type;
mod fields;
mod limits;
mod lookup;
mod model;
mod part;
mod private;
mod reading;
mod schema;
mod scope;
mod settle;
#[cfg(test)]
mod testing;
mod values;
mod view;
mod words;

pub use check::{CheckContext, Checked, Strictness, check};
pub use decode::{MOST_PAIRS, decode, searches, too_many_pairs};
pub use display::{
    Line, Owned, SectionDisplay, TableDisplay, display, display_of, heading, label_of, sharing,
};
pub use fault::{Fault, InRow, Problem};
pub use field_type::{FieldType, Judging, Offer, Offering, Private, Shape, Showing, Shown};
pub use fields::{ALL, field_type};
pub use limits::pattern;
pub use lookup::{CaseFacts, ChosenResource, DepartmentFacts, FileFacts, Lookup, PersonFacts};
pub use model::*;
pub use part::Part;
pub use private::{has_private, join_private, split_private};
pub use schema::json_schema;
pub use scope::{field_type_of, fields_value, form_type, scope_value};
pub use view::{
    ColumnView, FieldView, OptionView, Page, PartView, ResourceView, RowView, SectionView, view,
};
pub use words::Words;
