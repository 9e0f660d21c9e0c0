//! Stage maps: how the stages of one version of a definition are called in another.
//!
//! ```yaml
//! from: 3
//! to: 4
//! stages:
//!   intake: precheck       # called otherwise
//!   life.open: life.public # a branch of a parallel
//!   old_check: ~           # has no counterpart any more
//! ```
//!
//! What is not named keeps its id.

use std::collections::{BTreeMap, BTreeSet};

use serde::Deserialize;

use super::model::{Id, Kind, Workflow};
use super::place::{Place, branch_of, id_of};

/// A file may be this long, in bytes.
const MOST_BYTES: usize = 256 * 1024;

/// How the stages of one version are called in another.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct StageMap {
    /// The version that cases run on.
    pub from: u32,
    /// The version that they are to run on.
    pub to: u32,
    /// Stages, blocks and branches by their old names; none: there is no counterpart.
    #[serde(default)]
    pub stages: BTreeMap<Id, Option<Id>>,
}

/// Why a map does not fit the two versions.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Misfit {
    /// It cannot be read.
    #[error("{line}:{column}: {reason}")]
    Unreadable {
        /// From 1.
        line: u64,
        /// From 1.
        column: u64,
        /// Why.
        reason: String,
    },
    /// The old version has no such stage.
    #[error("the old version has no `{0}`")]
    UnknownOld(Id),
    /// The new version has no such stage.
    #[error("the new version has no `{0}`")]
    UnknownNew(Id),
    /// Two stages of the old version would become one.
    #[error("`{first}` and `{second}` would both be called `{name}`")]
    TwoInOne {
        /// One of the old names.
        first: Id,
        /// The other one.
        second: Id,
        /// What both would be called.
        name: Id,
    },
}

impl StageMap {
    /// A map that calls nothing otherwise.
    #[must_use]
    pub fn same(from: u32, to: u32) -> Self {
        Self {
            from,
            to,
            stages: BTreeMap::new(),
        }
    }

    /// Reads a file.
    ///
    /// # Errors
    /// The first thing in it that cannot be read.
    pub fn read(text: &str) -> Result<Self, Misfit> {
        let options = serde_saphyr::options! {
            budget: serde_saphyr::budget! {
                max_depth: 4,
                max_anchors: 0,
                max_aliases: 0,
                max_merge_keys: 0,
                max_documents: 1,
                max_total_scalar_bytes: MOST_BYTES,
            },
            with_snippet: false,
            strict_booleans: true,
            reject_unsupported_tags: true,
        };
        serde_saphyr::from_str_with_options(text, options).map_err(|error| {
            let place = error.location();
            Misfit::Unreadable {
                line: place.as_ref().map_or(1, |at| at.line().max(1)),
                column: place.as_ref().map_or(1, |at| at.column().max(1)),
                reason: error.without_snippet().to_string(),
            }
        })
    }

    /// The same as a file.
    #[must_use]
    pub fn yaml(&self) -> String {
        let mut text = format!("from: {}\nto: {}\n", self.from, self.to);
        if self.stages.is_empty() {
            return text;
        }
        text.push_str("stages:\n");
        for (old, new) in &self.stages {
            let new = new.as_deref().unwrap_or("~");
            text.push_str(&format!("  {old}: {new}\n"));
        }
        text
    }

    /// What keeps the map from fitting these versions.
    #[must_use]
    pub fn misfits(&self, old: &Workflow, new: &Workflow) -> Vec<Misfit> {
        let (before, after) = (old.names(), new.names());
        let unknown_old = self.stages.keys().filter(|name| !before.contains(*name));
        let new_names = self.stages.values().flatten();
        let unknown_new = new_names.filter(|name| !after.contains(*name));
        let mut misfits: Vec<Misfit> = unknown_old
            .map(|name| Misfit::UnknownOld(name.clone()))
            .chain(unknown_new.map(|name| Misfit::UnknownNew(name.clone())))
            .collect();
        let mut taken: BTreeMap<Place, &Id> = BTreeMap::new();
        for name in &before {
            let Some(called) = self.counterpart(name).filter(|name| after.contains(name)) else {
                continue;
            };
            if let Some(first) = taken.insert(called.clone(), name) {
                misfits.push(Misfit::TwoInOne {
                    first: first.clone(),
                    second: name.clone(),
                    name: called,
                });
            }
        }
        misfits
    }

    /// What a stage, block or branch of the old version is called in the new one, whether it is there or not; `None`
    /// where the map says that it has no counterpart.
    #[must_use]
    pub fn counterpart(&self, name: &str) -> Option<Place> {
        if let Some(called) = self.stages.get(name) {
            return called.clone();
        }
        match branch_of(name) {
            Some(branch) => Some(format!("{}.{branch}", self.counterpart(id_of(name))?)),
            None => Some(name.to_owned()),
        }
    }
}

/// A place under the names that the map of old and new names gives; what it does not name stays as it is.
#[must_use]
pub fn renamed(place: &str, names: &BTreeMap<Id, Id>) -> Place {
    let bare = place.split('[').next().unwrap_or(place);
    let keys = &place[bare.len()..];
    let called = match (names.get(bare), branch_of(bare)) {
        (Some(called), _) => called.clone(),
        (None, Some(branch)) => format!("{}.{branch}", renamed(id_of(bare), names)),
        (None, None) => bare.to_owned(),
    };
    called + keys
}

/// The name under which a case keeps what it knows of a stage or branch that its version does not have: no id holds an
/// `@`.
#[must_use]
pub fn retire(name: &str, version: u32) -> Place {
    match branch_of(name) {
        Some(branch) => format!("{}@{version}.{branch}", id_of(name)),
        None => format!("{name}@{version}"),
    }
}

/// The id and the version of a place with such a name.
#[must_use]
pub fn retired(place: &str) -> Option<(&str, u32)> {
    let bare = place.split('[').next().unwrap_or(place);
    let (name, version) = bare.split_once('@')?;
    let version = version.split('.').next().unwrap_or(version);
    Some((id_of(name), version.parse().ok()?))
}

impl Workflow {
    /// Everything that a stage map can name: stages, blocks, and branches of a `parallel` as `life.open`.
    #[must_use]
    pub fn names(&self) -> BTreeSet<Id> {
        let mut names = BTreeSet::new();
        for node in self.nodes() {
            names.insert(node.id.clone());
            if let Kind::Parallel(parallel) = &node.kind {
                let branches = parallel.branches.iter();
                names.extend(branches.map(|branch| format!("{}.{}", node.id, branch.name)));
            }
        }
        names
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::workflow::Node;
    use crate::workflow::testing::sound;

    fn names(pairs: &[(&str, &str)]) -> BTreeMap<Id, Id> {
        pairs
            .iter()
            .map(|(old, new)| ((*old).to_owned(), (*new).to_owned()))
            .collect()
    }

    #[test]
    fn a_place_keeps_its_keys_and_its_branch_under_a_new_name() {
        let names = names(&[
            ("review", "check"),
            ("life", "work"),
            ("life.open", "work.public"),
        ]);

        assert_eq!(renamed("review[340000][a]", &names), "check[340000][a]");
        assert_eq!(renamed("life.open", &names), "work.public");
        assert_eq!(renamed("life.closed[x]", &names), "work.closed[x]");
        assert_eq!(renamed("other", &names), "other");
    }

    #[test]
    fn a_retired_name_tells_its_version() {
        assert_eq!(retired(&retire("look", 3)), Some(("look", 3)));
        assert_eq!(retired("look@12[a@b]"), Some(("look", 12)));
        assert_eq!(retired(&retire("life.open", 3)), Some(("life", 3)));
        assert_eq!(retired("look[a@3]"), None);
        assert_eq!(retired("parked-case"), None);
    }

    #[test]
    fn a_map_is_read_and_written() {
        let text = "from: 3\nto: 4\nstages:\n  a: b\n  old: ~\n";
        let map = StageMap::read(text).expect("a map");

        assert_eq!(map.counterpart("a").as_deref(), Some("b"));
        assert_eq!(map.counterpart("old"), None);
        assert_eq!(map.counterpart("c").as_deref(), Some("c"));
        assert_eq!(map.yaml(), text);
        assert!(matches!(
            StageMap::read("from: 3\nto: 4\nstage: {}\n"),
            Err(Misfit::Unreadable { line: 3, .. })
        ));
    }

    #[test]
    fn a_map_fits_when_it_names_what_there_is_and_no_two_become_one() {
        let stages = |ids: &[&str]| {
            let mut workflow = sound();
            let node = workflow.stages[0].clone();
            let called = |id: &&str| Node {
                id: (*id).to_owned(),
                ..node.clone()
            };
            workflow.stages = ids.iter().map(called).collect();
            workflow
        };
        let (old, new) = (stages(&["a", "b"]), stages(&["b", "c"]));
        let map = |pairs: &[(&str, Option<&str>)]| StageMap {
            stages: pairs
                .iter()
                .map(|(old, new)| ((*old).to_owned(), new.map(str::to_owned)))
                .collect(),
            ..StageMap::same(1, 2)
        };

        assert_eq!(map(&[("a", Some("c"))]).misfits(&old, &new), []);
        assert_eq!(map(&[]).misfits(&old, &new), []);
        assert_eq!(
            map(&[("a", Some("b"))]).misfits(&old, &new),
            [Misfit::TwoInOne {
                first: "a".into(),
                second: "b".into(),
                name: "b".into()
            }]
        );
        assert_eq!(
            map(&[("a", Some("b")), ("b", None)]).misfits(&old, &new),
            []
        );
        assert_eq!(
            map(&[("x", Some("y"))]).misfits(&old, &new),
            [
                Misfit::UnknownOld("x".into()),
                Misfit::UnknownNew("y".into())
            ]
        );
    }
}
