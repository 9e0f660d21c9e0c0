//! What forms ask of the directory, the catalogue, the attachments and the other cases.

use crate::workflow::Who;

use super::Pick;

/// Answers questions about things outside the form. A service fills it from storage before it checks.
pub trait Lookup {
    /// The active person with this login.
    fn person(&self, login: &str) -> Option<PersonFacts>;

    /// Whether `from` of the field lets this person be chosen.
    fn may_choose(&self, login: &str, from: &Who) -> bool;

    /// Who may be chosen, for a list on the page; empty when they are too many to list, then the login is asked for.
    fn people(&self, from: Option<&Who>) -> Vec<PersonFacts>;

    /// The department with this code.
    fn department(&self, code: &str) -> Option<DepartmentFacts>;

    /// The departments to choose from; empty when they are too many to list, then the code is asked for.
    fn departments(&self) -> Vec<DepartmentFacts>;

    /// A resource of the data catalogue, or one of its items.
    fn resource(&self, resource: &str, item: Option<&str>) -> Option<ChosenResource>;

    /// What the catalogue's search finds: resources or, for `Pick::Item`, items.
    fn search(&self, words: &str, pick: Pick) -> Vec<ChosenResource>;

    /// An attachment of this case or draft.
    fn attachment(&self, id: &str) -> Option<FileFacts>;

    /// A case that the person who fills in the form may see, by its id or its number.
    fn case(&self, id_or_number: &str) -> Option<CaseFacts>;
}

/// A person, as forms show one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PersonFacts {
    /// The login: the answer.
    pub login: String,
    /// The name.
    pub name: String,
    /// The short name of their department.
    pub department: String,
}

/// A department, as forms show one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DepartmentFacts {
    /// The code: the answer.
    pub code: String,
    /// The full name.
    pub name: String,
    /// The short name, for the screen.
    pub short_name: String,
}

/// A resource or one of its items, with the attributes that an answer copies at submission.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ChosenResource {
    /// The resource's code.
    pub resource: String,
    /// The item's code; none for a whole resource.
    pub item: Option<String>,
    /// The resource's title.
    pub title: String,
    /// The item's title.
    pub item_title: Option<String>,
    /// The code of the department that provides it.
    pub provider: String,
    /// `unconditional`, `conditional` or `none`.
    pub sharing: String,
    /// 1–4, 5 重要, 6 核心.
    pub level: u8,
    /// The conditions that the catalogue lists.
    pub conditions: Vec<String>,
}

/// An attachment, as forms show one.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct FileFacts {
    /// Its id: the answer.
    pub id: String,
    /// Its file name.
    pub name: String,
    /// Its size in bytes.
    pub size: u64,
}

/// Another case, as forms show one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CaseFacts {
    /// Its id: the answer.
    pub id: String,
    /// Its number.
    pub number: String,
    /// Its title.
    pub title: String,
    /// Its workflow's key.
    pub workflow: String,
}
