//! Where a node stands, as the engine asks it.

use crate::workflow::{Id, Node, Workflow};

impl Workflow {
    /// The ids of the blocks around a node, outermost first.
    pub(super) fn around(&self, id: &str) -> Vec<Id> {
        self.path_to(id)
            .unwrap_or_default()
            .into_iter()
            .map(|block| block.id.clone())
            .collect()
    }

    /// The list that a node stands in.
    pub(super) fn list_of(&self, id: &str) -> &[Node] {
        self.siblings(id).map_or(&[], |(list, _)| list)
    }

    /// The node after this one in its list.
    pub(super) fn following(&self, id: &str) -> Option<&Node> {
        let (list, at) = self.siblings(id)?;
        list.get(at + 1)
    }
}
