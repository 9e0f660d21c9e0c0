//! The texts of two versions, line by line.

use similar::{ChangeTag, TextDiff};

/// Lines shown around what differs.
const AROUND: usize = 3;

/// Lines that differ, with some around them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Hunk {
    /// The lines, in order.
    pub lines: Vec<Line>,
}

/// A line of one text or of both.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Line {
    /// In which.
    pub kind: LineKind,
    /// Its number in the old text, from 1.
    pub old: Option<usize>,
    /// Its number in the new text.
    pub new: Option<usize>,
    /// What it says.
    pub text: String,
}

/// In which text a line is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LineKind {
    /// In both.
    Same,
    /// In the old one only.
    Gone,
    /// In the new one only.
    Added,
}

/// Where two texts differ.
#[must_use]
pub fn hunks(old: &str, new: &str) -> Vec<Hunk> {
    let diff = TextDiff::from_lines(old, new);
    let groups = diff.grouped_ops(AROUND);
    groups
        .iter()
        .map(|group| Hunk {
            lines: group
                .iter()
                .flat_map(|op| diff.iter_changes(op))
                .map(|change| Line {
                    kind: match change.tag() {
                        ChangeTag::Equal => LineKind::Same,
                        ChangeTag::Delete => LineKind::Gone,
                        ChangeTag::Insert => LineKind::Added,
                    },
                    old: change.old_index().map(|index| index + 1),
                    new: change.new_index().map(|index| index + 1),
                    text: change.value().trim_end_matches(['\n', '\r']).to_owned(),
                })
                .collect(),
        })
        .collect()
}
