//! Finding one's way in a workflow.

use crate::forms::{Field, Section};

use super::model::{Branch, End, Kind, Node, Stage, Workflow};
use super::place::id_of;

impl Node {
    /// The lists of stages inside a block: one, or one for each branch of a `parallel`; a stage has none.
    pub fn lists(&self) -> impl DoubleEndedIterator<Item = &[Node]> {
        let (one, many): (Option<&[Node]>, &[Branch]) = match &self.kind {
            Kind::Stage(_) | Kind::Wait(_) | Kind::Start(_) => (None, &[]),
            Kind::Group { stages } | Kind::Aside { stages } => (Some(stages), &[]),
            Kind::Foreach(foreach) => (Some(&foreach.stages), &[]),
            Kind::Parallel(parallel) => (None, &parallel.branches),
        };
        one.into_iter()
            .chain(many.iter().map(|branch| branch.stages.as_slice()))
    }

    /// As [`Self::lists`], to be changed.
    pub fn lists_mut(&mut self) -> impl Iterator<Item = &mut Vec<Node>> {
        let (one, many): (Option<&mut Vec<Node>>, &mut [Branch]) = match &mut self.kind {
            Kind::Stage(_) | Kind::Wait(_) | Kind::Start(_) => (None, &mut []),
            Kind::Group { stages } | Kind::Aside { stages } => (Some(stages), &mut []),
            Kind::Foreach(foreach) => (Some(&mut foreach.stages), &mut []),
            Kind::Parallel(parallel) => (None, &mut parallel.branches),
        };
        one.into_iter()
            .chain(many.iter_mut().map(|branch| &mut branch.stages))
    }

    /// The nodes directly inside a block, in order.
    pub fn inside(&self) -> impl DoubleEndedIterator<Item = &Node> {
        self.lists().flatten()
    }

    /// The stage that asks people, if this is one.
    #[must_use]
    pub fn stage(&self) -> Option<&Stage> {
        match &self.kind {
            Kind::Stage(stage) => Some(stage),
            Kind::Group { .. }
            | Kind::Parallel(_)
            | Kind::Foreach(_)
            | Kind::Aside { .. }
            | Kind::Wait(_)
            | Kind::Start(_) => None,
        }
    }

    /// The branch of a `parallel` that a node directly inside it stands in.
    #[must_use]
    pub fn branch_of(&self, id: &str) -> Option<&Branch> {
        match &self.kind {
            Kind::Parallel(parallel) => parallel
                .branches
                .iter()
                .find(|branch| branch.stages.iter().any(|node| node.id == id)),
            _ => None,
        }
    }

    /// The names of sections and fields that are filled in at this node: by the stage, by its seats, with its signals.
    pub fn fills(&self) -> impl Iterator<Item = &str> {
        let stage = self.stage().into_iter();
        let by_stage = stage.flat_map(|stage| {
            let seats = stage.seats.iter().flat_map(|seat| &seat.fills);
            stage.fills.iter().chain(seats)
        });
        let by_signal = self.signals.iter().flat_map(|signal| &signal.fills);
        by_stage.chain(by_signal).map(String::as_str)
    }
}

impl Workflow {
    /// Every node, each block before what is inside it, in the order of the definition.
    pub fn nodes(&self) -> impl Iterator<Item = &Node> {
        let mut waiting: Vec<&Node> = self.stages.iter().rev().collect();
        std::iter::from_fn(move || {
            let node = waiting.pop()?;
            waiting.extend(node.inside().rev());
            Some(node)
        })
    }

    /// The stage or block with this id, or at this place.
    #[must_use]
    pub fn node(&self, place: &str) -> Option<&Node> {
        let id = id_of(place);
        self.nodes().find(|node| node.id == id)
    }

    /// The blocks around a node, given its id or place, outermost first; `None` when there is no such node.
    #[must_use]
    pub fn path_to(&self, place: &str) -> Option<Vec<&Node>> {
        let id = id_of(place);
        fn find<'a>(
            list: impl Iterator<Item = &'a Node>,
            id: &str,
            path: &mut Vec<&'a Node>,
        ) -> bool {
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
        find(self.stages.iter(), id, &mut path).then_some(path)
    }

    /// The list that a node stands in, with its position there, given its id or place.
    #[must_use]
    pub fn siblings(&self, place: &str) -> Option<(&[Node], usize)> {
        let id = id_of(place);
        let path = self.path_to(id)?;
        let mut lists = path.last().map_or_else(
            || vec![self.stages.as_slice()],
            |block| block.lists().collect(),
        );
        lists.retain(|list| list.iter().any(|node| node.id == id));
        let list = lists.pop()?;
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
        self.nodes().flat_map(Node::fills)
    }
}
