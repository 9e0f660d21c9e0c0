//! What a case cannot get round: the stages and blocks without which it does not come to an approval.

use std::collections::{BTreeMap, BTreeSet};

use crate::workflow::lint::map::{Map, Standing};
use crate::workflow::lint::ways::{Edges, Ways};
use crate::workflow::{Branch, JoinPass, Kind, Node, Outcome, Share, Workflow};

/// The ids of all of them. A stage inside a branch is one when its branch cannot pass without it and the block cannot
/// come together without that branch.
pub(super) fn unavoidable<'a>(workflow: &'a Workflow, map: &Map<'a>) -> BTreeSet<&'a str> {
    let ways = Ways::counted(workflow).all;
    let approved = workflow
        .ends
        .iter()
        .filter(|end| end.outcome == Outcome::Approved);
    let goals: BTreeSet<&str> = approved.map(|end| end.id.as_str()).collect();
    let whole = Region {
        ways: &ways,
        leaves: Box::new(|id| goals.contains(id)),
        holds: Box::new(|_| true),
    };
    let mut found = whole.passed_by_all(&Ways::start(workflow));
    // Each block comes before what is inside it, so whether it is unavoidable itself is known by then.
    for standing in map.all() {
        if !matches!(standing.node.kind, Kind::Parallel(_) | Kind::Foreach(_)) {
            continue;
        }
        for list in standing.node.lists() {
            let inside = in_region(list, standing, map, &ways, &goals);
            let own: BTreeSet<&str> = inside_of(list).collect();
            found.retain(|id| !own.contains(id));
            let entered = found.contains(standing.node.id.as_str());
            if entered && standing.node.when.is_none() && needs(standing.node, list) {
                found.extend(inside);
            }
        }
    }
    // What has a guard is come to, and may be passed over.
    found.retain(|id| map.get(id).is_some_and(|at| at.node.when.is_none()));
    found
}

/// What one branch cannot pass without.
fn in_region<'a>(
    list: &'a [Node],
    block: &Standing<'a>,
    map: &Map<'a>,
    ways: &Edges<'a>,
    goals: &BTreeSet<&'a str>,
) -> BTreeSet<&'a str> {
    let own: BTreeSet<&str> = inside_of(list).collect();
    // Out of the branch and forward, or to an approval; back, or to a refusal, is no passing.
    let passes = |id: &str| {
        goals.contains(id)
            || map
                .get(id)
                .is_some_and(|to| block.last < to.at && to.node.is_on_the_way())
    };
    let region = Region {
        ways,
        leaves: Box::new(passes),
        holds: Box::new(|id| own.contains(id)),
    };
    let first = Workflow::first_of(list);
    region.passed_by_all(
        &first
            .map(|node| node.id.as_str())
            .into_iter()
            .collect::<Vec<_>>(),
    )
}

fn inside_of(list: &[Node]) -> impl Iterator<Item = &str> {
    let mut waiting: Vec<&Node> = list.iter().collect();
    std::iter::from_fn(move || {
        let node = waiting.pop()?;
        waiting.extend(node.inside());
        Some(node.id.as_str())
    })
}

/// Whether a block comes together only when this branch of it passes. Each branch of a foreach stands for itself.
fn needs(block: &Node, list: &[Node]) -> bool {
    let Kind::Parallel(parallel) = &block.kind else {
        return true;
    };
    let is_own = |branch: &&Branch| std::ptr::eq(branch.stages.as_ptr(), list.as_ptr());
    let Some(branch) = parallel.branches.iter().find(is_own) else {
        return false;
    };
    if branch.when.is_some() {
        return false;
    }
    match &parallel.join.pass {
        JoinPass::All => true,
        JoinPass::Share(Share::Of(part, whole)) => part == whole,
        JoinPass::Share(Share::Count(count)) => {
            usize::try_from(*count).is_ok_and(|count| parallel.branches.len() <= count)
        }
        JoinPass::Named(names) => names.contains(&branch.name),
    }
}

/// A part of the ways with what is reached when it is left.
struct Region<'r, 'a> {
    ways: &'r Edges<'a>,
    leaves: Box<dyn Fn(&str) -> bool + 'r>,
    holds: Box<dyn Fn(&str) -> bool + 'r>,
}

impl<'a> Region<'_, 'a> {
    fn next(&self, id: &str) -> impl Iterator<Item = &'a str> {
        self.ways.get(id).into_iter().flatten().copied()
    }

    /// What lies on every way from the start to where the region is left: the points of one way that no detour from
    /// before them gets past.
    fn passed_by_all(&self, start: &[&'a str]) -> BTreeSet<&'a str> {
        let Some(way) = self.one_way(start) else {
            return BTreeSet::new();
        };
        let at: BTreeMap<&str, usize> = way.iter().enumerate().map(|(at, id)| (*id, at)).collect();
        let mut found = BTreeSet::new();
        let mut seen: BTreeSet<&str> = BTreeSet::new();
        let mut farthest = 0;
        for (index, id) in way.iter().enumerate() {
            if farthest <= index {
                found.insert(*id);
            }
            let mut waiting = vec![*id];
            while let Some(from) = waiting.pop() {
                for to in self.next(from) {
                    match at.get(to) {
                        Some(place) => farthest = farthest.max(*place),
                        None if (self.leaves)(to) => farthest = way.len(),
                        None if (self.holds)(to) && seen.insert(to) => waiting.push(to),
                        None => {}
                    }
                }
            }
        }
        found
    }

    /// The shortest way through.
    fn one_way(&self, start: &[&'a str]) -> Option<Vec<&'a str>> {
        let mut before: BTreeMap<&str, Option<&str>> = start.iter().map(|id| (*id, None)).collect();
        let mut waiting: std::collections::VecDeque<&str> = start.iter().copied().collect();
        while let Some(id) = waiting.pop_front() {
            for to in self.next(id) {
                if (self.leaves)(to) {
                    let mut way = vec![id];
                    while let Some(Some(earlier)) = way.last().and_then(|id| before.get(id)) {
                        way.push(earlier);
                    }
                    way.reverse();
                    return Some(way);
                }
                if (self.holds)(to) && !before.contains_key(to) {
                    before.insert(to, Some(id));
                    waiting.push_back(to);
                }
            }
        }
        None
    }
}
