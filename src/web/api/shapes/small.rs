//! People, departments, posts, files, and rows of lists.

use serde::Serialize;
use utoipa::ToSchema;

use crate::directory::{DepartmentCode, Directory, PersonId, Post};
use crate::engine::Party;
use crate::messages::Language;
use crate::storage::attachments::Attachment;
use crate::storage::cases::CaseSummary;
use crate::storage::copies::Copy;
use chrono::{DateTime, Utc};

/// A person.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct PersonBody {
    /// The login name; null for somebody who is not known any more.
    pub login: Option<String>,
    /// The name.
    pub name: String,
}

/// A department.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct DepartmentBody {
    /// Its code.
    pub code: String,
    /// Its short name.
    pub name: String,
}

/// Somebody that a task is offered to.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct PartyBody {
    /// `person`, `post` or `department`.
    pub kind: &'static str,
    /// The login of a person, `role@department` of a post, the code of a department.
    pub code: String,
    /// What people call it.
    pub name: String,
}

/// A file.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct AttachmentBody {
    /// Its id, to be used in answers and to fetch it.
    pub id: String,
    /// Its name.
    pub name: String,
    /// Its type.
    pub media_type: String,
    /// Its bytes.
    pub size: i64,
    /// SHA-256 of its content, in hex.
    pub sha256: String,
    /// Who added it.
    pub by: PersonBody,
    /// When.
    pub at: DateTime<Utc>,
}

/// A read-only copy and its receipt.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct CopyBody {
    /// Who got it.
    pub person: PersonBody,
    /// The stage or end that gave it; null when somebody did.
    pub stage: Option<String>,
    /// Who gave it; null when the workflow did.
    pub by: Option<PersonBody>,
    /// When.
    pub at: DateTime<Utc>,
    /// When it was first read.
    pub read_at: Option<DateTime<Utc>>,
}

/// A case in a list.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct CaseRow {
    /// Its id.
    pub id: String,
    /// Its number, for people.
    pub number: Option<String>,
    /// The workflow's key.
    pub workflow: String,
    /// Its title.
    pub title: String,
    /// `open`, `in_force`, `suspended` or `ended`.
    pub status: String,
    /// How it ended: `approved`, `rejected`, `withdrawn`, `lapsed`, `closed`.
    pub outcome: Option<String>,
    /// Who filed it.
    pub applicant: PersonBody,
    /// For which department.
    pub department: DepartmentBody,
    /// The highest level of the data in it.
    pub level: u8,
    /// The nearest deadline.
    pub due_at: Option<DateTime<Utc>>,
    /// When it was filed.
    pub submitted_at: DateTime<Utc>,
    /// When it last changed.
    pub updated_at: DateTime<Utc>,
    /// When it ended.
    pub ended_at: Option<DateTime<Utc>>,
}

impl PersonBody {
    /// The person with this key.
    #[must_use]
    pub fn of(id: PersonId, directory: &Directory) -> Self {
        match directory.person(id) {
            Some(person) => Self {
                login: Some(person.login.clone()),
                name: person.name.clone(),
            },
            None => Self {
                login: None,
                name: String::new(),
            },
        }
    }
}

impl CopyBody {
    /// A copy.
    #[must_use]
    pub fn of(copy: &Copy, directory: &Directory) -> Self {
        let by = copy.sent_by();
        Self {
            person: PersonBody::of(copy.person_id, directory),
            stage: by.is_none().then(|| copy.reason.clone()),
            by: by.map(|by| PersonBody::of(by, directory)),
            at: copy.at,
            read_at: copy.read_at,
        }
    }
}

impl DepartmentBody {
    /// The department with this code.
    #[must_use]
    pub fn of(code: &DepartmentCode, directory: &Directory) -> Self {
        let known = directory.department(code);
        Self {
            code: code.0.clone(),
            name: known.map_or_else(|| code.0.clone(), |known| known.short_name.clone()),
        }
    }
}

impl PartyBody {
    /// A party.
    #[must_use]
    pub fn of(party: &Party, directory: &Directory, language: Language) -> Self {
        match party {
            Party::Person(id) => {
                let person = PersonBody::of(*id, directory);
                Self {
                    kind: "person",
                    code: person.login.unwrap_or_default(),
                    name: person.name,
                }
            }
            Party::Post(post) => Self {
                kind: "post",
                code: post.to_string(),
                name: post_name(post, directory, language),
            },
            Party::Department(code) => {
                let department = DepartmentBody::of(code, directory);
                Self {
                    kind: "department",
                    code: department.code,
                    name: department.name,
                }
            }
        }
    }
}

fn post_name(post: &Post, directory: &Directory, language: Language) -> String {
    let department = DepartmentBody::of(&post.department, directory).name;
    let role = directory.role(&post.role);
    let title = role.map_or(post.role.0.as_str(), |role| match language {
        Language::En if !role.title_en.is_empty() => &role.title_en,
        _ => &role.title,
    });
    let values = [("role", title), ("department", department.as_str())];
    crate::messages::text(language, "rejection.post", &values)
}

impl AttachmentBody {
    /// A file's row.
    #[must_use]
    pub fn of(file: &Attachment, directory: &Directory) -> Self {
        Self {
            id: file.ulid.to_string(),
            name: file.file_name.clone(),
            media_type: file.media_type.clone(),
            size: file.size,
            sha256: file.digest.clone(),
            by: PersonBody::of(file.uploader_id, directory),
            at: file.created_at,
        }
    }
}

impl CaseRow {
    /// A case's row.
    #[must_use]
    pub fn of(row: &CaseSummary, directory: &Directory) -> Self {
        Self {
            id: row.ulid.to_string(),
            number: row.number.clone(),
            workflow: row.workflow_key.clone(),
            title: row.title.clone(),
            status: row.status.clone(),
            outcome: row.outcome.clone(),
            applicant: PersonBody::of(row.applicant_id, directory),
            department: DepartmentBody::of(&row.department, directory),
            level: row.level,
            due_at: row.due_at,
            submitted_at: row.submitted_at,
            updated_at: row.updated_at,
            ended_at: row.ended_at,
        }
    }
}
