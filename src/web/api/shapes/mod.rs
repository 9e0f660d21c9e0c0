//! What the API answers with, as values.

mod case;
mod clock;
mod small;
mod stage;
mod task;

pub use case::CaseBody;
pub use small::{AttachmentBody, CaseRow, CopyBody, DepartmentBody, PartyBody, PersonBody};
