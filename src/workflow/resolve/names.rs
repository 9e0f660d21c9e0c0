//! The names of a definition, gathered before anything refers to them.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;

use crate::expression::Words;
use crate::workflow::finding::Note;
use crate::workflow::tree::{Kind, Tree};

/// The kinds of `stages` that work.
pub(in crate::workflow) const KINDS: &[&str] = &["stage", "group"];
/// Those of the language that do not work yet.
pub(in crate::workflow) const LATER_KINDS: &[&str] =
    &["parallel", "foreach", "aside", "wait", "start"];
/// The words that a target may be besides an id.
pub(in crate::workflow) const TARGET_WORDS: &[&str] =
    &["passed", "refused", "void", "again", "stay", "applicant"];

/// Every name that something else may refer to.
#[derive(Debug, Default)]
pub(in crate::workflow) struct Names {
    /// Stages and blocks, those not supported yet included.
    pub nodes: BTreeMap<String, Range<usize>>,
    /// Ends written in the definition.
    pub ends: BTreeSet<String>,
    /// `as` names of foreach blocks.
    pub loops: BTreeSet<String>,
    /// Names of shared lists.
    pub lists: BTreeSet<String>,
    /// Fields with their type.
    pub fields: BTreeMap<String, String>,
    /// Sections.
    pub sections: BTreeSet<String>,
    /// Sections and fields that something fills later, blocks that are not supported yet included.
    pub filled: BTreeSet<String>,
    /// Whether something is not supported yet, so that rules over the whole have nothing to hold on to.
    pub partial: bool,
}

impl Names {
    pub fn scan(root: &Tree, notes: &mut Vec<Note>) -> Self {
        let mut names = Self::default();
        let keys = |key: &str| -> Vec<String> {
            root.get(key)
                .map(Tree::entries)
                .unwrap_or_default()
                .iter()
                .map(|entry| entry.key.clone())
                .collect()
        };
        names.lists = keys("lists").into_iter().collect();
        names.ends = keys("ends").into_iter().collect();
        names.form(root, notes);
        if let Some(stages) = root.get("stages") {
            names.stages(stages, notes);
            names.fills(stages);
        }
        for entry in root.get("ends").map(Tree::entries).unwrap_or_default() {
            if names.nodes.contains_key(&entry.key) {
                notes.push(duplicate(&entry.key, entry.at.clone()));
            }
        }
        names
    }

    fn form(&mut self, root: &Tree, notes: &mut Vec<Note>) {
        for section in root.get("form").map(Tree::items).unwrap_or_default() {
            if let Some((id, at)) = named(section, "section")
                && !self.sections.insert(id.clone())
            {
                notes.push(duplicate(&id, at));
            }
        }
        for section in root.get("form").map(Tree::items).unwrap_or_default() {
            for field in section.get("fields").map(Tree::items).unwrap_or_default() {
                let Some((id, at)) = named(field, "id") else {
                    continue;
                };
                let kind = field.get("type").and_then(Tree::text).unwrap_or_default();
                // A section may be called like its own single field; answers live under fields only.
                if self.fields.insert(id.clone(), kind.to_owned()).is_some() {
                    notes.push(duplicate(&id, at));
                }
            }
        }
    }

    fn fills(&mut self, tree: &Tree) {
        for entry in tree.entries() {
            if entry.key == "fills" {
                let ids = entry.value.items().iter().filter_map(Tree::text);
                self.filled.extend(ids.map(str::to_owned));
            }
            self.fills(&entry.value);
        }
        for item in tree.items() {
            self.fills(item);
        }
    }

    fn stages(&mut self, list: &Tree, notes: &mut Vec<Note>) {
        for node in list.items() {
            if let Some(name) = node.get("as").and_then(Tree::text) {
                self.loops.insert(name.to_owned());
            }
            for kind in KINDS.iter().chain(LATER_KINDS) {
                let Some((id, at)) = named(node, kind) else {
                    continue;
                };
                if self.nodes.insert(id.clone(), at.clone()).is_some() {
                    notes.push(duplicate(&id, at));
                }
            }
            if let Some(inside) = node.get("stages") {
                self.stages(inside, notes);
            }
            for branch in node.get("branches").map(Tree::entries).unwrap_or_default() {
                match &branch.value.kind {
                    Kind::List(_) => self.stages(&branch.value, notes),
                    _ => {
                        if let Some(inside) = branch.value.get("stages") {
                            self.stages(inside, notes);
                        }
                    }
                }
            }
        }
    }
}

fn named(tree: &Tree, key: &str) -> Option<(String, Range<usize>)> {
    let value = tree.get(key)?;
    Some((value.text()?.to_owned(), value.at.clone()))
}

fn duplicate(id: &str, place: Range<usize>) -> Note {
    Note {
        code: "duplicate-id",
        place,
        message: Words::new(
            format!("`{id}` 已经用过，每个 id 只能用一次"),
            format!("the id `{id}` is used twice"),
        ),
        help: None,
    }
}
