//! Departments, people and posts as one value in memory, so that rules can ask who holds what without a database.

mod above;
mod check;
mod file;
mod lookup;
mod model;
mod plan;
mod reading;
mod roles;
mod substitution;

pub(crate) use check::{is_plain, near};
pub use file::{DirectoryFile, Fault, Password, PersonEntry, PostEntry};
pub use lookup::Directory;
pub use model::{
    Department, DepartmentCode, Holding, Level, Person, PersonId, Post, Role, RoleCode,
};
pub use plan::{Change, Plan};
pub use roles::{is_administrator, standard_roles};
pub use substitution::{MOST_DAYS, StandIn, Substitution, Unfit};
