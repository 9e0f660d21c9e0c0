//! The names of a definition, gathered before anything refers to them.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;

use crate::expression::Words;
use crate::workflow::finding::Note;
use crate::workflow::tree::Tree;

/// The kinds of what stands in `stages`; the key names the kind, its value the id.
pub(in crate::workflow) const KINDS: &[&str] = &[
    "stage", "group", "parallel", "foreach", "aside", "wait", "start",
];
/// The words that a target may be besides an id.
pub(in crate::workflow) const TARGET_WORDS: &[&str] =
    &["passed", "refused", "void", "again", "stay", "applicant"];

/// Every name that something else may refer to.
#[derive(Debug, Default)]
pub(in crate::workflow) struct Names {
    /// The workflow's own key.
    pub key: String,
    /// Stages and blocks.
    pub nodes: BTreeMap<String, Range<usize>>,
    /// Ends written in the definition.
    pub ends: BTreeSet<String>,
    /// Names of shared lists.
    pub lists: BTreeSet<String>,
    /// Fields with their type.
    pub fields: BTreeMap<String, String>,
    /// Sections.
    pub sections: BTreeSet<String>,
    /// Sections and fields that something fills later, with the `as` names that can be read where they are filled.
    pub filled: BTreeMap<String, BTreeSet<String>>,
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
        let own = root.get("workflow").and_then(Tree::text);
        names.key = own.unwrap_or_default().to_owned();
        names.lists = keys("lists").into_iter().collect();
        names.ends = keys("ends").into_iter().collect();
        names.form(root, notes);
        if let Some(stages) = root.get("stages") {
            names.stages(stages, &[], notes);
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

    fn stages(&mut self, list: &Tree, loops: &[&str], notes: &mut Vec<Note>) {
        for node in list.items() {
            for kind in KINDS {
                let Some((id, at)) = named(node, kind) else {
                    continue;
                };
                if self.nodes.insert(id.clone(), at.clone()).is_some() {
                    notes.push(duplicate(&id, at));
                }
            }
            self.fills(node, loops);
            let own = node.get("as").and_then(Tree::text);
            let inside: Vec<&str> = loops.iter().copied().chain(own).collect();
            if let Some(stages) = node.get("stages") {
                self.stages(stages, &inside, notes);
            }
            for branch in node.get("branches").map(Tree::entries).unwrap_or_default() {
                let stages = branch.value.get("stages").unwrap_or(&branch.value);
                self.stages(stages, &inside, notes);
            }
        }
    }

    /// What a node fills: by itself, by its seats, with its signals.
    fn fills(&mut self, node: &Tree, loops: &[&str]) {
        let nested = ["who", "signals"]
            .into_iter()
            .filter_map(|key| node.get(key))
            .flat_map(Tree::entries)
            .filter_map(|entry| entry.value.get("fills"));
        for id in node
            .get("fills")
            .into_iter()
            .chain(nested)
            .flat_map(Tree::items)
            .filter_map(Tree::text)
        {
            let known = self.filled.entry(id.to_owned()).or_default();
            known.extend(loops.iter().map(|name| (*name).to_owned()));
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
