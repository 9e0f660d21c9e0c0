//! Whom something is meant for: a person, the holders of a post, one of them, or a department.

use std::fmt;
use std::str::FromStr;

use crate::directory::{DepartmentCode, PersonId, Post, RoleCode};

/// A person, a post, one of its holders or a department, written `person:12`, `post:section_head@HN-WJW`,
/// `held:12/section_head@HN-WJW` or `department:HN-WJW`.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Addressee {
    /// A person.
    Person(PersonId),
    /// Whoever holds the post.
    Post(Post),
    /// A person as the holder of a post: where who acts for them looks.
    Held(PersonId, Post),
    /// A whole department.
    Department(DepartmentCode),
}

/// The text names nobody.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` names no person, post or department")]
pub struct BadAddressee(String);

impl fmt::Display for Addressee {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Person(person) => write!(f, "person:{person}"),
            Self::Post(post) => write!(f, "post:{post}"),
            Self::Held(person, post) => write!(f, "held:{person}/{post}"),
            Self::Department(department) => write!(f, "department:{department}"),
        }
    }
}

impl FromStr for Addressee {
    type Err = BadAddressee;

    fn from_str(text: &str) -> Result<Self, BadAddressee> {
        let bad = || BadAddressee(text.to_owned());
        match text.split_once(':').ok_or_else(bad)? {
            ("person", id) => Ok(Self::Person(person(id).ok_or_else(bad)?)),
            ("post", name) => Ok(Self::Post(post(name).ok_or_else(bad)?)),
            ("held", held) => {
                let (id, name) = held.split_once('/').ok_or_else(bad)?;
                let person = person(id).ok_or_else(bad)?;
                Ok(Self::Held(person, post(name).ok_or_else(bad)?))
            }
            ("department", code) => Ok(Self::Department(DepartmentCode(code.to_owned()))),
            _ => Err(bad()),
        }
    }
}

fn person(id: &str) -> Option<PersonId> {
    id.parse().ok().map(PersonId)
}

fn post(name: &str) -> Option<Post> {
    let (role, department) = name.split_once('@')?;
    Some(Post {
        role: RoleCode(role.to_owned()),
        department: DepartmentCode(department.to_owned()),
    })
}

impl TryFrom<String> for Addressee {
    type Error = BadAddressee;

    fn try_from(text: String) -> Result<Self, BadAddressee> {
        text.parse()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_addressee_is_read_back_from_its_text() {
        for text in [
            "person:12",
            "post:section_head@HN-WJW",
            "held:12/section_head@HN-WJW",
            "department:HN-WJW",
        ] {
            assert_eq!(
                text.parse::<Addressee>().map(|read| read.to_string()),
                Ok(text.to_owned())
            );
        }
    }

    #[test]
    fn a_text_that_names_nobody_is_refused() {
        for text in [
            "",
            "12",
            "person:x",
            "post:section_head",
            "held:12",
            "held:x/a@b",
            "group:1",
        ] {
            assert!(text.parse::<Addressee>().is_err(), "{text}");
        }
    }
}
