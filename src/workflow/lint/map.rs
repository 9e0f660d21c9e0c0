//! Where each stage and block stands: looked up once, because every rule asks for it.

use std::collections::HashMap;

use crate::workflow::{Branch, Kind, Node, Workflow};

/// Where one node stands.
pub struct Standing<'a> {
    pub node: &'a Node,
    /// Its position in the order of the definition.
    pub at: usize,
    /// The position of the last node inside it; its own if there is none.
    pub last: usize,
    /// The blocks around it, outermost first.
    pub around: Vec<&'a Node>,
    /// The branches of a `parallel` that it stands in, each with its block.
    pub ways: Vec<(&'a Node, &'a Branch)>,
    /// The list that it stands in.
    pub list: &'a [Node],
    /// Its position there.
    pub index: usize,
}

/// All nodes by their ids, and in order.
pub struct Map<'a> {
    standings: Vec<Standing<'a>>,
    by_id: HashMap<&'a str, usize>,
}

impl<'a> Map<'a> {
    pub fn of(workflow: &'a Workflow) -> Self {
        let mut map = Self {
            standings: Vec::new(),
            by_id: HashMap::new(),
        };
        map.add(&workflow.stages, &[], &[]);
        map
    }

    fn add(&mut self, list: &'a [Node], around: &[&'a Node], ways: &[(&'a Node, &'a Branch)]) {
        for (index, node) in list.iter().enumerate() {
            let at = self.standings.len();
            self.by_id.entry(&node.id).or_insert(at);
            self.standings.push(Standing {
                node,
                at,
                last: at,
                around: around.to_vec(),
                ways: ways.to_vec(),
                list,
                index,
            });
            let inside = [around, &[node]].concat();
            match &node.kind {
                Kind::Parallel(parallel) => {
                    for branch in &parallel.branches {
                        let ways = [ways, &[(node, branch)]].concat();
                        self.add(&branch.stages, &inside, &ways);
                    }
                }
                _ => node.lists().for_each(|list| self.add(list, &inside, ways)),
            }
            self.standings[at].last = self.standings.len() - 1;
        }
    }

    pub fn get(&self, id: &str) -> Option<&Standing<'a>> {
        self.standings.get(*self.by_id.get(id)?)
    }

    /// In the order of the definition.
    pub fn all(&self) -> &[Standing<'a>] {
        &self.standings
    }

    /// Whether `one` stands before `two` in the definition.
    pub fn is_before(&self, one: &str, two: &str) -> bool {
        let at = |id| self.get(id).map(|standing| standing.at);
        at(one).zip(at(two)).is_some_and(|(one, two)| one < two)
    }
}

impl<'a> Standing<'a> {
    /// The foreach blocks around it, outermost first.
    pub fn foreachs(&self) -> impl DoubleEndedIterator<Item = &'a Node> {
        self.around
            .iter()
            .copied()
            .filter(|block| matches!(block.kind, Kind::Foreach(_)))
    }

    /// Whether a node stands in its own list or in one around it.
    pub fn reaches(&self, to: &Standing<'a>) -> bool {
        to.around.len() <= self.around.len()
            && std::iter::zip(&to.around, &self.around).all(|(one, two)| one.id == two.id)
            && to.ways.iter().all(|(block, way)| {
                self.ways
                    .iter()
                    .any(|(own, branch)| own.id == block.id && branch.name == way.name)
            })
    }
}
