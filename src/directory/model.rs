//! The words of the directory: departments, people, roles, posts and who holds them.

use std::fmt;

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

/// A department's code, the same in YAML, API and tables.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct DepartmentCode(pub String);

/// A role's code, such as `share_office_head`.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct RoleCode(pub String);

/// A person's key in the database.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct PersonId(pub i64);

/// A role held in a department, written `role@department`.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Post {
    /// The role.
    pub role: RoleCode,
    /// Where it is held.
    pub department: DepartmentCode,
}

impl fmt::Display for DepartmentCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl fmt::Display for RoleCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl fmt::Display for PersonId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl fmt::Display for Post {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}@{}", self.role, self.department)
    }
}

/// The level of government a department belongs to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Level {
    /// 省
    Province,
    /// 市
    City,
    /// 县
    County,
}

/// A department (部门).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Department {
    /// Its code.
    pub code: DepartmentCode,
    /// Its full name, for print: 河南省公安厅.
    pub name: String,
    /// Its short name, for the screen: 省公安厅.
    pub short_name: String,
    /// Its parent in the tree.
    pub parent: Option<DepartmentCode>,
    /// The region it serves, a 行政区划代码 such as `410000`.
    pub region: String,
    /// The level of government.
    pub level: Level,
    /// Its 主管部门; `None` for an authority itself.
    pub authority: Option<DepartmentCode>,
    /// Whether it takes part.
    pub active: bool,
}

/// A person (人员).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Person {
    /// The key.
    pub id: PersonId,
    /// The login name, unique.
    pub login: String,
    /// The name shown.
    pub name: String,
    /// Where mail goes.
    pub email: String,
    /// The department they belong to.
    pub department: DepartmentCode,
    /// The highest data level they are cleared for: 1–4, 5 重要, 6 核心.
    pub clearance: u8,
    /// A deactivated person can do nothing.
    pub active: bool,
}

/// A person's hold on a post, between two days (both included).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Holding {
    /// Who.
    pub person: PersonId,
    /// First day.
    pub from: Option<NaiveDate>,
    /// Last day.
    pub until: Option<NaiveDate>,
}

/// A role (角色).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Role {
    /// Its code.
    pub code: RoleCode,
    /// Its Chinese title.
    pub title: String,
    /// Its English title.
    #[serde(default)]
    pub title_en: String,
    /// Whether its holders see the cases of their whole department.
    #[serde(default)]
    pub leads: bool,
    /// Whether its holders act for a whole region: they see all of it in the registers that name them.
    #[serde(default)]
    pub region: bool,
}

impl Holding {
    /// Whether it holds on `day`.
    #[must_use]
    pub fn covers(&self, day: NaiveDate) -> bool {
        self.from.is_none_or(|from| from <= day) && self.until.is_none_or(|until| day <= until)
    }

    /// Whether there is a day on which both hold.
    #[must_use]
    pub fn overlaps(&self, other: &Self) -> bool {
        let before = |until: Option<NaiveDate>, from: Option<NaiveDate>| {
            until.zip(from).is_some_and(|(until, from)| until < from)
        };
        !before(self.until, other.from) && !before(other.until, self.from)
    }
}
