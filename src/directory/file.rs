//! The import file of `huiqian directory import`: departments, people, posts and extra roles in YAML.
//!
//! ```yaml
//! complete: false        # true: whoever is not in the file is deactivated, posts not in it end
//! roles:                 # only those beside the standard ones
//!   - {code: data_steward, title: 数据管家, title_en: Data steward, leads: false}
//! departments:
//!   - {code: hn-data, name: 河南省某某局, short: 省某某局, region: '410000', level: province}
//!   - {code: hn-police, name: 河南省公安厅, short: 省公安厅, region: '410000', level: province, authority: hn-data}
//! people:
//!   - {login: wang.jianguo, name: 王建国, email: wang.jianguo@henan.example, department: hn-police, clearance: 3}
//! posts:
//!   - {person: wang.jianguo, role: section_head, department: hn-police, from: 2026-01-01}
//! ```
//!
//! A department without `authority` is itself a 主管部门. What a partial file refers to may be in the database
//! already, so those names are looked up when the import is planned.

use std::fmt;

use super::check;
use super::reading::{self, Reading};
use super::{Department, DepartmentCode, Directory, Post, Role};
use chrono::NaiveDate;

/// Something that keeps a file from being imported.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{line}:{col}: {message}")]
pub struct Fault {
    /// The line, counted from 1.
    pub line: u64,
    /// The column, counted from 1 in characters.
    pub col: u64,
    /// What is wrong and how to mend it.
    pub message: String,
}

/// A password in clear, which never shows in logs.
#[derive(Clone, PartialEq, Eq)]
pub struct Password(pub String);

/// A person as imported.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PersonEntry {
    /// The login, by which a person is known from one import to the next.
    pub login: String,
    /// The name shown.
    pub name: String,
    /// Where mail goes.
    pub email: String,
    /// The department they belong to.
    pub department: DepartmentCode,
    /// The highest data level they are cleared for.
    pub clearance: u8,
    /// The first password, for demonstrations; somebody who exists already keeps the one they have.
    pub password: Option<Password>,
    /// Whether they take part.
    pub active: bool,
}

/// A post as imported.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PostEntry {
    /// Whose, by login.
    pub person: String,
    /// Which.
    pub post: Post,
    /// First day.
    pub from: Option<NaiveDate>,
    /// Last day.
    pub until: Option<NaiveDate>,
}

/// A file that can be read and holds together as far as it shows by itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DirectoryFile {
    /// Whether who and what is missing from it shall go.
    pub complete: bool,
    /// Roles beside the standard ones.
    pub roles: Vec<Role>,
    /// Departments.
    pub departments: Vec<Department>,
    /// People.
    pub people: Vec<PersonEntry>,
    /// Posts.
    pub posts: Vec<PostEntry>,
    /// Names that must exist, with their places.
    pub(super) references: Vec<Reference>,
    /// The place of each post.
    pub(super) posts_at: Vec<Place>,
}

/// What a name refers to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Refers {
    Department,
    Parent,
    Authority,
    Role,
    Person,
}

/// A name that must exist.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Reference {
    pub to: Refers,
    pub name: String,
    /// The code of the department that refers to its parent or authority, else empty.
    pub by: String,
    pub at: Place,
}

/// A place in the file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Place {
    pub line: u64,
    pub col: u64,
}

impl Place {
    pub fn fault(self, message: String) -> Fault {
        Fault {
            line: self.line,
            col: self.col,
            message,
        }
    }
}

impl DirectoryFile {
    /// Reads a file; every fault that can be seen without the database is listed.
    pub fn parse(text: &str) -> Result<Self, Vec<Fault>> {
        let raw = reading::read(text).map_err(|fault| vec![fault])?;
        let mut reading = Reading::default();
        let file = reading.file(raw);
        let mut faults = reading.faults;
        if file.complete && faults.is_empty() {
            faults = check::across(&Directory::default(), &file);
        }
        if faults.is_empty() {
            return Ok(file);
        }
        faults.sort_by_key(|fault| (fault.line, fault.col));
        Err(faults)
    }
}

impl fmt::Debug for Password {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Password(…)")
    }
}

#[cfg(test)]
#[path = "file_tests.rs"]
mod tests;
