//! The papers that a case leaves besides its approval form: `templates/documents/*.toml`, each with the outcome or the
//! register entries that call for it, so that a new paper is a new file.

use std::sync::LazyLock;

use rust_embed::RustEmbed;
use serde::Deserialize;

use crate::engine::Entry;
use crate::workflow::{Outcome, Text};

/// A kind of paper.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Document {
    /// Its name in addresses: that of its file.
    #[serde(skip)]
    pub key: String,
    /// Which cases leave it.
    pub when: When,
    /// Its heading.
    pub title: Text,
    /// What it says, before the facts.
    pub lead: Text,
    /// What it says after them.
    pub close: Option<Text>,
    /// Whether it is addressed to the applicant's department.
    #[serde(default)]
    pub addressed: bool,
    /// Whether it gives the opinions that refused, with the article behind each where the definition names one.
    #[serde(default)]
    pub reasons: bool,
    /// Values that hold for all entries, each told once.
    #[serde(default)]
    pub facts: Vec<Told>,
    /// Values of which every entry has its own: the columns of the list.
    #[serde(default)]
    pub columns: Vec<Told>,
    /// Who signs it by hand.
    #[serde(default)]
    pub signs: Vec<Text>,
}

/// Which cases leave a paper. `{workflow}`, `{end}`, `{number}`, `{day}` and `{department}` in its texts are the case's,
/// `{branch}` whom the branch is for.
#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum When {
    /// Those that ended so.
    Outcome(Outcome),
    /// Each of its branches that was left so, unless the whole case ended refused.
    Branch(Left),
    /// Those that have written entries in this register, which have one of these statuses now.
    Entries {
        /// The register.
        register: String,
        /// The statuses.
        status: Vec<String>,
    },
}

/// How a branch was left.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Left {
    /// Its department has refused.
    Refused,
}

/// A value of an entry, and how it is read.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Told {
    /// Its name in the entry.
    pub value: String,
    /// What it is called on the paper.
    pub label: Text,
    /// What it is.
    #[serde(default)]
    pub is: ValueKind,
}

/// How a value of an entry is read.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum ValueKind {
    /// As it stands.
    #[default]
    Text,
    /// An option of the field or column of the form that has the value's name.
    Option,
    /// A login.
    Person,
    /// A department's code.
    Department,
    /// A date or time.
    Time,
}

#[derive(RustEmbed)]
#[folder = "templates/documents"]
struct Files;

static ALL: LazyLock<Vec<Document>> = LazyLock::new(|| {
    let mut names: Vec<_> = Files::iter().collect();
    names.sort();
    names.iter().filter_map(|name| read(name)).collect()
});

/// The files are embedded, so a broken one is a fault of the build; a test parses each of them.
fn read(name: &str) -> Option<Document> {
    let file = Files::get(name)?;
    let text = String::from_utf8_lossy(&file.data);
    match toml::from_str::<Document>(&text) {
        Ok(document) => Some(Document {
            key: name.trim_end_matches(".toml").to_owned(),
            ..document
        }),
        Err(error) => {
            tracing::error!(name, %error, "a kind of document cannot be read");
            None
        }
    }
}

/// The papers of a case that ended so and has left these entries.
pub fn of<'e>(
    outcome: Option<Outcome>,
    entries: impl Iterator<Item = &'e Entry> + Clone,
) -> impl Iterator<Item = &'static Document> {
    ALL.iter().filter(move |document| match &document.when {
        When::Outcome(wanted) => outcome == Some(*wanted),
        When::Branch(_) => false,
        When::Entries { .. } => entries.clone().any(|entry| document.tells_of(entry)),
    })
}

/// The papers of a branch that was left so.
pub fn of_branch(left: Left) -> impl Iterator<Item = &'static Document> {
    ALL.iter()
        .filter(move |document| matches!(document.when, When::Branch(wanted) if wanted == left))
}

impl Document {
    /// Whether it is about this entry.
    #[must_use]
    pub fn tells_of(&self, entry: &Entry) -> bool {
        match &self.when {
            When::Outcome(_) | When::Branch(_) => false,
            When::Entries { register, status } => {
                let stands = entry.status.as_ref();
                entry.register == *register && stands.is_some_and(|now| status.contains(now))
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use chrono::DateTime;

    use super::*;
    use crate::forms::Answers;

    fn entry(register: &str, status: &str) -> Entry {
        Entry {
            register: register.to_owned(),
            branch: None,
            element: String::new(),
            status: Some(status.to_owned()),
            values: Answers::new(),
            opened: DateTime::UNIX_EPOCH,
            changed: 1,
        }
    }

    fn keys(outcome: Option<Outcome>, entries: &[Entry]) -> Vec<&'static str> {
        of(outcome, entries.iter())
            .map(|document| document.key.as_str())
            .collect()
    }

    #[test]
    fn every_kind_of_document_is_read() {
        assert_eq!(ALL.len(), Files::iter().count());
    }

    #[test]
    fn a_refused_case_leaves_a_notice_and_an_open_one_nothing() {
        assert_eq!(keys(Some(Outcome::Rejected), &[]), ["refusal"]);
        assert!(keys(None, &[]).is_empty());
        assert!(keys(Some(Outcome::Approved), &[]).is_empty());
    }

    #[test]
    fn a_refused_branch_leaves_a_notice_of_its_own() {
        let left: Vec<&str> = of_branch(Left::Refused)
            .map(|document| document.key.as_str())
            .collect();

        assert_eq!(left, ["refusal-branch"]);
    }

    #[test]
    fn what_was_destroyed_is_listed_at_once_and_certified_with_the_certificate() {
        let destroyed = keys(None, &[entry("destructions", "destroyed")]);
        let certified = keys(
            Some(Outcome::Approved),
            &[entry("destructions", "certified")],
        );

        assert_eq!(destroyed, ["destruction-list"]);
        assert_eq!(certified, ["destruction-certificate", "destruction-list"]);
    }

    #[test]
    fn an_entry_that_was_voided_leaves_nothing() {
        assert!(keys(None, &[entry("destructions", Entry::VOIDED)]).is_empty());
    }
}
