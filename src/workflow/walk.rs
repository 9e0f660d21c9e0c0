//! Finding one's way in a workflow.

use crate::forms::{Field, Section};

use super::model::{End, Kind, Node, Workflow};

impl Node {
    /// The nodes inside a block, in order; a stage has none.
    #[must_use]
    pub fn inside(&self) -> &[Node] {
        match &self.kind {
            Kind::Stage(_) => &[],
            Kind::Group { stages, .. } => stages,
        }
    }
}

impl Workflow {
    /// Every node, each block before what is inside it, in the order of the definition.
    pub fn nodes(&self) -> impl Iterator<Item = &Node> {
        let mut waiting: Vec<&Node> = self.stages.iter().rev().collect();
        std::iter::from_fn(move || {
            let node = waiting.pop()?;
            waiting.extend(node.inside().iter().rev());
            Some(node)
        })
    }

    /// The stage or block with this id.
    #[must_use]
    pub fn node(&self, id: &str) -> Option<&Node> {
        self.nodes().find(|node| node.id == id)
    }

    /// The blocks around a node, outermost first; `None` when there is no such node.
    #[must_use]
    pub fn path_to(&self, id: &str) -> Option<Vec<&Node>> {
        fn find<'a>(list: &'a [Node], id: &str, path: &mut Vec<&'a Node>) -> bool {
            for node in list {
                if node.id == id {
                    return true;
                }
                path.push(node);
                if find(node.inside(), id, path) {
                    return true;
                }
                path.pop();
            }
            false
        }
        let mut path = Vec::new();
        find(&self.stages, id, &mut path).then_some(path)
    }

    /// The list that a node stands in, with its position there.
    #[must_use]
    pub fn siblings(&self, id: &str) -> Option<(&[Node], usize)> {
        let list = match self.path_to(id)?.last() {
            Some(block) => block.inside(),
            None => &self.stages,
        };
        let at = list.iter().position(|node| node.id == id)?;
        Some((list, at))
    }

    /// The end with this id.
    #[must_use]
    pub fn end(&self, id: &str) -> Option<&End> {
        self.ends.iter().find(|end| end.id == id)
    }

    /// The field with this id, columns excluded.
    #[must_use]
    pub fn field(&self, id: &str) -> Option<&Field> {
        self.form
            .sections
            .iter()
            .flat_map(|section| &section.fields)
            .find(|field| field.id == id)
    }

    /// The section with this id.
    #[must_use]
    pub fn section(&self, id: &str) -> Option<&Section> {
        self.form.sections.iter().find(|section| section.id == id)
    }

    /// Every section or field that some stage or seat fills, so that it is not asked at the start.
    pub fn filled_later(&self) -> impl Iterator<Item = &str> {
        self.nodes().flat_map(|node| {
            let (own, seats) = match &node.kind {
                Kind::Stage(stage) => (stage.fills.as_slice(), stage.seats.as_slice()),
                Kind::Group { .. } => (&[][..], &[][..]),
            };
            own.iter()
                .chain(seats.iter().flat_map(|seat| &seat.fills))
                .map(String::as_str)
        })
    }
}
