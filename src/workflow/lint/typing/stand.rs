//! Where an expression is read: in which blocks and branches, after what, with which answers at hand.

use super::Typing;
use crate::workflow::Node;
use crate::workflow::lint::map::Standing;
use crate::workflow::resolve::Site;

/// A place, as far as it decides what can be read.
pub(in crate::workflow::lint) struct Stand<'a> {
    /// The section that it belongs to, for keys of the form.
    pub section: Option<&'a str>,
    /// Whether that section is filled by a later stage.
    pub filled_later: bool,
    /// The foreach blocks in whose branch it stands, outermost first.
    pub inside: Vec<&'a Node>,
    /// The stage whose task's own answers it reads.
    pub task: Option<&'a str>,
    /// What the signal fills that it belongs to.
    pub signal: Vec<&'a str>,
    /// Whether the case has been submitted.
    pub filed: bool,
    /// The node that it is a key of.
    standing: Option<&'a Standing<'a>>,
    /// Stages up to this position have had their turn.
    after: Option<usize>,
}

impl<'a> Stand<'a> {
    pub fn of(typing: &Typing<'a>, site: &Site) -> Self {
        let map = &typing.lint.map;
        let mut stand = Self {
            section: None,
            filled_later: false,
            inside: Vec::new(),
            task: None,
            signal: Vec::new(),
            filed: true,
            standing: None,
            after: None,
        };
        let node = match site {
            Site::Submission => {
                stand.filed = false;
                return stand;
            }
            Site::Section(section) | Site::Field { section, .. } => {
                stand.filed = false;
                if let Some(section) = typing.lint.workflow.section(section) {
                    stand.section = Some(&section.id);
                    stand.filled_later = typing.lint.names.filled.contains_key(&section.id);
                    let inside = typing.sections.get(section.id.as_str());
                    stand.inside = inside.cloned().unwrap_or_default();
                }
                return stand;
            }
            Site::End => return stand,
            Site::Row { inside, .. } => return Self::of(typing, inside),
            Site::Entry(node)
            | Site::Open(node)
            | Site::Verdict(node)
            | Site::Check(node)
            | Site::Signal { node, .. } => node,
        };
        let Some(standing) = map.get(node) else {
            return stand;
        };
        stand.standing = Some(standing);
        stand.inside = standing.foreachs().collect();
        stand.after = match site {
            Site::Verdict(_) | Site::Check(_) => Some(standing.last),
            _ => standing.at.checked_sub(1),
        };
        match site {
            Site::Check(_) => stand.task = Some(&standing.node.id),
            Site::Signal { name, .. } => {
                let signals = standing.node.signals.iter();
                let own = signals.filter(|signal| signal.name == *name);
                stand.signal = own
                    .flat_map(|signal| signal.fills.iter().map(String::as_str))
                    .collect();
            }
            _ => {}
        }
        stand
    }

    /// Whether a stage at this position comes before.
    pub fn is_after(&self, at: usize) -> bool {
        self.after.is_some_and(|after| at <= after)
    }

    /// Whether it is a key of the node `id`, or of one inside.
    pub fn is_at(&self, id: &str) -> bool {
        self.standing.is_some_and(|standing| {
            standing.node.id == id || standing.around.iter().any(|block| block.id == id)
        })
    }

    /// Whether it stands in a branch of the foreach `id`.
    pub fn is_inside(&self, id: &str) -> bool {
        self.inside.iter().any(|block| block.id == id)
    }

    /// The branch of the parallel `id` that it stands in.
    pub fn branch_of(&self, id: &str) -> Option<&'a str> {
        let ways = &self.standing?.ways;
        let (_, branch) = ways.iter().find(|(block, _)| block.id == id)?;
        Some(&branch.name)
    }
}
