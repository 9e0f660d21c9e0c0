//! What the API answers with, as values.

mod branch;
mod case;
mod clock;
mod small;
mod stage;
mod task;

pub use branch::{InBranch, in_branch};
pub use case::CaseBody;
pub use small::{AttachmentBody, CaseRow, CopyBody, DepartmentBody, PartyBody, PersonBody};
