//! Private answers that can be erased, and those that were: the case keeps what stood for them, so that its record holds.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::context::Kept;
use super::event::Owner;
use super::{Case, Rejection};
use crate::forms::Answers;

/// A private answer that was erased.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Erased {
    /// Its path: `phone`, `users.0.name`.
    pub path: String,
    /// What stood for it.
    pub sealed: String,
}

/// A private answer that the case points to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Standing {
    /// Whose it is.
    pub of: Owner,
    /// Its path.
    pub path: String,
    /// What stands for it.
    pub sealed: String,
}

impl Standing {
    /// What it is called where answers are named one by one: `phone`, of a branch `providers[PSB]:phone`, on a task `3:phone`.
    #[must_use]
    pub fn key(&self) -> String {
        match &self.of {
            Owner::Case => self.path.clone(),
            Owner::Branch(place) => format!("{place}:{}", self.path),
            Owner::Task(task) => format!("{}:{}", task.0, self.path),
        }
    }

    fn is_called(&self, name: &str) -> bool {
        is_or_is_in(&self.key(), name)
    }
}

/// Whether a path is this one, or a cell of this table or row.
fn is_or_is_in(path: &str, name: &str) -> bool {
    let rest = path.strip_prefix(name);
    rest.is_some_and(|rest| rest.is_empty() || rest.starts_with('.'))
}

/// The field of a path with its column, whatever the row: rows move.
#[must_use]
pub fn column_of(path: &str) -> (&str, Option<&str>) {
    match (path.split_once('.'), path.rsplit_once('.')) {
        (Some((field, _)), Some((_, column))) => (field, Some(column)),
        _ => (path, None),
    }
}

/// What stands for a private answer: the key of its value.
#[must_use]
pub fn sealed_in(stands: &Value) -> Option<&str> {
    stands.get("sealed")?.as_str()
}

impl Case {
    /// The private answers that it points to and that are not erased.
    #[must_use]
    pub fn standing(&self) -> Vec<Standing> {
        let mut all = self.private_answers();
        all.retain(|one| !self.erased.contains(&one.sealed));
        all
    }

    /// Those that it points to and that were erased.
    #[must_use]
    pub fn erased_answers(&self) -> Vec<Standing> {
        let mut all = self.private_answers();
        all.retain(|one| self.erased.contains(&one.sealed));
        all
    }

    fn private_answers(&self) -> Vec<Standing> {
        let branches = self.branches.iter();
        let branches = branches.map(|(place, own)| (Owner::Branch(place.clone()), &own.private));
        let tasks = self.tasks.iter();
        let tasks = tasks.map(|task| (Owner::Task(task.id), &task.private));
        let owners = std::iter::once((Owner::Case, &self.private)).chain(branches);
        owners
            .chain(tasks)
            .flat_map(|(of, private)| pointers(of, private))
            .collect()
    }

    /// The paths among these private answers whose values were erased.
    #[must_use]
    pub fn erased_in(&self, private: &Answers) -> BTreeSet<String> {
        let is_erased =
            |stands: &Value| sealed_in(stands).is_some_and(|sealed| self.erased.contains(sealed));
        let erased = private.iter().filter(|(_, stands)| is_erased(stands));
        erased.map(|(path, _)| path.clone()).collect()
    }
}

fn pointers(of: Owner, private: &Answers) -> impl Iterator<Item = Standing> {
    private.iter().filter_map(move |(path, stands)| {
        Some(Standing {
            of: of.clone(),
            path: path.clone(),
            sealed: sealed_in(stands)?.to_owned(),
        })
    })
}

/// What is to be erased under these names, by whose it is. What stood there earlier, and anywhere in the same column, goes
/// with it: nobody sees it any more, but it is kept.
pub(super) fn named(
    case: &Case,
    kept: &[Kept],
    names: &[String],
) -> Result<Vec<(Owner, Vec<Erased>)>, Rejection> {
    let standing = case.standing();
    let current: BTreeSet<&str> = standing.iter().map(|one| one.sealed.as_str()).collect();
    let is_earlier =
        |one: &&Kept| !current.contains(one.sealed.as_str()) && !case.erased.contains(&one.sealed);
    let earlier: Vec<&Kept> = kept.iter().filter(is_earlier).collect();
    let unknown = |name: &&String| {
        !standing.iter().any(|one| one.is_called(name))
            && !earlier.iter().any(|one| is_or_is_in(&one.path, name))
    };
    if let Some(name) = names.iter().find(unknown) {
        return Err(Rejection::NothingToErase(name.clone()));
    }

    let mut all: Vec<(Owner, Vec<Erased>)> = Vec::new();
    let mut columns: BTreeSet<(&str, Option<&str>)> = BTreeSet::new();
    for one in &standing {
        if names.iter().any(|name| one.is_called(name)) {
            columns.insert(column_of(&one.path));
            add(&mut all, &one.of, &one.path, &one.sealed);
        }
    }
    for one in earlier {
        let named = names.iter().any(|name| is_or_is_in(&one.path, name));
        if named || columns.contains(&column_of(&one.path)) {
            add(&mut all, &Owner::Case, &one.path, &one.sealed);
        }
    }
    Ok(all)
}

fn add(all: &mut Vec<(Owner, Vec<Erased>)>, of: &Owner, path: &str, sealed: &str) {
    let value = Erased {
        path: path.to_owned(),
        sealed: sealed.to_owned(),
    };
    match all.iter_mut().find(|(known, _)| known == of) {
        Some((_, values)) => values.push(value),
        None => all.push((of.clone(), vec![value])),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cell_belongs_to_its_column_whatever_its_row() {
        assert_eq!(column_of("phone"), ("phone", None));
        assert_eq!(column_of("users.12.name"), ("users", Some("name")));
    }

    #[test]
    fn a_name_means_a_field_a_row_or_a_cell() {
        assert!(is_or_is_in("users.1.name", "users"));
        assert!(is_or_is_in("users.1.name", "users.1"));
        assert!(is_or_is_in("phone", "phone"));
        assert!(!is_or_is_in("users.10.name", "users.1"));
        assert!(!is_or_is_in("phones", "phone"));
    }
}
