//! Departments, people and posts as one value in memory, so that rules can ask who holds what without a database.

use std::collections::{BTreeMap, BTreeSet, HashMap};
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
}

/// The whole directory at one revision.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Directory {
    /// Counts up with every change.
    pub revision: i64,
    /// Departments by code.
    pub departments: BTreeMap<DepartmentCode, Department>,
    /// People by key.
    pub people: HashMap<PersonId, Person>,
    /// Roles by code.
    pub roles: BTreeMap<RoleCode, Role>,
    /// Who holds which post, and when.
    pub holdings: HashMap<Post, Vec<Holding>>,
}

impl Directory {
    /// The active people who hold `post` on `day`, in the order of their keys.
    #[must_use]
    pub fn holders(&self, post: &Post, day: NaiveDate) -> BTreeSet<PersonId> {
        self.holdings
            .get(post)
            .into_iter()
            .flatten()
            .filter(|held| {
                held.covers(day) && self.person(held.person).is_some_and(|person| person.active)
            })
            .map(|held| held.person)
            .collect()
    }

    /// Whether `person` is active and holds `post` on `day`.
    #[must_use]
    pub fn holds(&self, person: PersonId, post: &Post, day: NaiveDate) -> bool {
        self.holders(post, day).contains(&person)
    }

    /// The posts that `person` holds on `day`, sorted.
    #[must_use]
    pub fn posts_of(&self, person: PersonId, day: NaiveDate) -> Vec<Post> {
        let mut posts: Vec<Post> = self
            .holdings
            .iter()
            .filter(|(_, holdings)| {
                holdings
                    .iter()
                    .any(|held| held.person == person && held.covers(day))
            })
            .map(|(post, _)| post.clone())
            .collect();
        posts.sort();
        posts
    }

    /// The person with this key.
    #[must_use]
    pub fn person(&self, id: PersonId) -> Option<&Person> {
        self.people.get(&id)
    }

    /// The person with this login.
    #[must_use]
    pub fn by_login(&self, login: &str) -> Option<&Person> {
        self.people.values().find(|person| person.login == login)
    }

    /// The department with this code.
    #[must_use]
    pub fn department(&self, code: &DepartmentCode) -> Option<&Department> {
        self.departments.get(code)
    }
}

impl Holding {
    fn covers(&self, day: NaiveDate) -> bool {
        self.from.is_none_or(|from| from <= day) && self.until.is_none_or(|until| day <= until)
    }
}
