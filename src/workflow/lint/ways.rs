//! The ways of a case: from each stage, block and end to what may come next.

use std::collections::{BTreeMap, BTreeSet};

use crate::workflow::{
    Asks, Await, Branch, ClockRule, JoinPass, Kind, Node, OverdueAct, Stage, Target, Workflow,
};

/// From the id of a node to the ids of the nodes and ends that may come next.
pub type Edges<'a> = BTreeMap<&'a str, BTreeSet<&'a str>>;

/// Where every node leads.
#[derive(Default)]
pub struct Ways<'a> {
    /// What may come next, whatever happens.
    pub all: Edges<'a>,
    /// What may come next with no person, no clock and no wait in between.
    pub at_once: Edges<'a>,
    /// What need not come to an end by itself, and where it goes when something else closes it.
    pub let_go: Edges<'a>,
}

/// Where it goes from the end of a list.
#[derive(Clone, Default)]
struct Around<'a> {
    passed: Vec<&'a str>,
    /// After passing, when nobody was asked anything.
    passed_at_once: Vec<&'a str>,
    refused: Vec<&'a str>,
    /// `passed`, `refused` and `void` of the branch around, else of the case.
    branch_passed: Vec<&'a str>,
    branch_refused: Vec<&'a str>,
    branch_void: Vec<&'a str>,
}

/// Where it goes from one node.
struct Exits<'a> {
    passed: Vec<&'a str>,
    passed_at_once: Vec<&'a str>,
    refused: Vec<&'a str>,
}

impl<'a> Ways<'a> {
    pub fn of(workflow: &'a Workflow) -> Self {
        Self::walked(workflow, true)
    }

    /// Without those of a branch that leaves uncounted: nothing is decided by them.
    pub fn counted(workflow: &'a Workflow) -> Self {
        Self::walked(workflow, false)
    }

    fn walked(workflow: &'a Workflow, voids: bool) -> Self {
        let end = workflow.ends.first().map(|end| end.id.as_str());
        let end: Vec<&str> = end.into_iter().collect();
        let top = Around {
            passed: end.clone(),
            passed_at_once: end.clone(),
            refused: vec!["rejected"],
            branch_passed: end,
            branch_refused: vec!["rejected"],
            branch_void: vec!["withdrawn"],
        };
        let mut ways = Self::default();
        Walk {
            workflow,
            voids,
            ways: &mut ways,
        }
        .list(&workflow.stages, &top);
        ways
    }

    /// What is entered first.
    pub fn start(workflow: &'a Workflow) -> Vec<&'a str> {
        let first = Workflow::first_of(&workflow.stages);
        first.map(|node| node.id.as_str()).into_iter().collect()
    }
}

/// Everything that can be come to.
pub fn closure<'a>(
    edges: &Edges<'a>,
    from: impl IntoIterator<Item = &'a str>,
) -> BTreeSet<&'a str> {
    let mut found: BTreeSet<&str> = BTreeSet::new();
    let mut waiting: Vec<&str> = from.into_iter().collect();
    while let Some(id) = waiting.pop() {
        if found.insert(id) {
            waiting.extend(edges.get(id).into_iter().flatten().copied());
        }
    }
    found
}

/// What lies on circles, or between two of them.
pub fn circles<'a>(edges: &Edges<'a>) -> BTreeSet<&'a str> {
    let mut backwards = Edges::new();
    let mut inner = Edges::new();
    for (from, to) in edges {
        // Ends lead nowhere and are on no circle.
        for to in to.iter().filter(|to| edges.contains_key(*to)) {
            inner.entry(from).or_default().insert(to);
            backwards.entry(to).or_default().insert(from);
        }
    }
    let mut left: BTreeSet<&str> = edges.keys().copied().collect();
    for (one_way, other_way) in [(&inner, &backwards), (&backwards, &inner)] {
        let count = |id: &str| {
            let to = one_way.get(id).into_iter().flatten();
            to.filter(|to| left.contains(*to)).count()
        };
        let mut open: BTreeMap<&str, usize> = left.iter().map(|id| (*id, count(id))).collect();
        let mut done: Vec<&str> = left.iter().copied().filter(|id| open[id] == 0).collect();
        while let Some(id) = done.pop() {
            left.remove(id);
            for before in other_way.get(id).into_iter().flatten() {
                if let Some(open) = open.get_mut(before) {
                    *open -= 1;
                    if *open == 0 {
                        done.push(before);
                    }
                }
            }
        }
    }
    left
}

struct Walk<'a, 'w> {
    workflow: &'a Workflow,
    /// Whether a branch that leaves uncounted leads on.
    voids: bool,
    ways: &'w mut Ways<'a>,
}

impl<'a> Walk<'a, '_> {
    fn list(&mut self, list: &'a [Node], around: &Around<'a>) {
        // From the back, so that each node finds the one after it.
        let mut following: Option<&'a Node> = None;
        for node in list.iter().rev() {
            let (next, next_at_once) = match following {
                Some(next) => (vec![next.id.as_str()], vec![next.id.as_str()]),
                None => (around.passed.clone(), around.passed_at_once.clone()),
            };
            self.node(node, around, next, next_at_once);
            if node.is_on_the_way() {
                following = Some(node);
            }
        }
    }

    fn node(
        &mut self,
        node: &'a Node,
        around: &Around<'a>,
        following: Vec<&'a str>,
        following_at_once: Vec<&'a str>,
    ) {
        let id = node.id.as_str();
        let exits = Exits {
            passed: match node.next.as_slice() {
                [] => following.clone(),
                next => self.next(node, next, around),
            },
            passed_at_once: match node.next.as_slice() {
                [] => following_at_once.clone(),
                // A guard may lead out of the circle in the next turn.
                [(None, target)] => self.leads(node, target, around),
                _ => Vec::new(),
            },
            refused: self.refused(node, around),
        };
        let mut to: BTreeSet<&str> = BTreeSet::new();
        let mut at_once: BTreeSet<&str> = BTreeSet::new();
        if node.when.is_some() {
            to.extend(&following);
            at_once.extend(&following_at_once);
        }
        if node.awaits != Await::Here {
            to.extend(&exits.passed);
            at_once.extend(&exits.passed_at_once);
        }
        if node.every.is_some() {
            to.extend(&exits.passed);
        }
        to.extend(self.by_clock(node, &node.due, around));
        for signal in &node.signals {
            to.extend(self.next(node, &signal.next, around));
        }
        match &node.kind {
            Kind::Stage(stage) => {
                to.extend(&exits.passed);
                if may_refuse(node, stage) {
                    to.extend(&exits.refused);
                }
                to.extend(self.others(node, stage, around));
            }
            Kind::Wait(wait) => {
                // One that waits for nothing is told of as such.
                if wait.until.is_some() || node.signals.is_empty() {
                    to.extend(&exits.passed);
                }
            }
            Kind::Start(_) => {
                to.extend(&exits.passed);
                to.extend(&exits.refused);
            }
            Kind::Group { .. } | Kind::Aside { .. } | Kind::Parallel(_) | Kind::Foreach(_) => {
                self.block(node, around, &exits, &mut to, &mut at_once);
            }
        }
        self.ways.all.entry(id).or_default().extend(to);
        self.ways.at_once.entry(id).or_default().extend(at_once);
    }

    fn block(
        &mut self,
        node: &'a Node,
        around: &Around<'a>,
        exits: &Exits<'a>,
        to: &mut BTreeSet<&'a str>,
        at_once: &mut BTreeSet<&'a str>,
    ) {
        let inside = self.inside(node, around, exits);
        for list in node.lists() {
            match Workflow::first_of(list) {
                Some(first) => {
                    to.insert(&first.id);
                    at_once.insert(&first.id);
                }
                None => to.extend(&exits.passed),
            }
            self.list(list, &inside);
        }
        match &node.kind {
            // There may be no element, or no branch whose guard holds.
            Kind::Foreach(_) => {
                to.extend(&exits.passed);
                at_once.extend(&exits.passed_at_once);
            }
            Kind::Parallel(parallel) => {
                if parallel.branches.iter().all(may_be_passed_over) {
                    to.extend(&exits.passed);
                    at_once.extend(&exits.passed_at_once);
                }
                for branch in parallel.branches.iter().filter(|one| is_let_go(node, one)) {
                    for inner in all_inside(&branch.stages) {
                        let ends = self.ways.let_go.entry(&inner.id).or_default();
                        ends.extend(&exits.passed);
                    }
                }
            }
            _ => {}
        }
    }

    fn inside(&self, node: &'a Node, around: &Around<'a>, exits: &Exits<'a>) -> Around<'a> {
        let mut refused = exits.refused.clone();
        let join = match &node.kind {
            Kind::Parallel(parallel) => &parallel.join,
            Kind::Foreach(foreach) => &foreach.join,
            _ => {
                return Around {
                    passed: exits.passed.clone(),
                    passed_at_once: exits.passed_at_once.clone(),
                    refused,
                    ..around.clone()
                };
            }
        };
        // Where not all must pass, the others may after one is refused.
        if join.pass != JoinPass::All {
            refused.extend(&exits.passed);
        }
        let void = exits
            .passed
            .iter()
            .chain(&exits.refused)
            .chain(&around.branch_void);
        Around {
            passed: exits.passed.clone(),
            // Whether branches that ask nobody bring a block together, is told by the block.
            passed_at_once: Vec::new(),
            branch_passed: exits.passed.clone(),
            branch_refused: refused.clone(),
            branch_void: void.filter(|_| self.voids).copied().collect(),
            refused,
        }
    }

    fn refused(&self, node: &'a Node, around: &Around<'a>) -> Vec<&'a str> {
        match node.refused.as_slice() {
            // A refusal of what the run did not wait for is recorded and moves nothing.
            [] if node.awaits != Await::Here => Vec::new(),
            [] => around.refused.clone(),
            next => self.next(node, next, around),
        }
    }

    /// Besides passing and refusing: undecided, return, a supplement that never came.
    fn others(&self, node: &'a Node, stage: &'a Stage, around: &Around<'a>) -> Vec<&'a str> {
        let mut to = self.next(node, &stage.undecided, around);
        if !node.rules.deny.iter().any(|action| action == "return") {
            for target in stage.return_to.iter().flatten() {
                to.extend(self.leads(node, target, around));
            }
        }
        if let Some(supplement) = &stage.supplement {
            to.extend(self.by_clock(node, &supplement.due, around));
        }
        to
    }

    fn by_clock(
        &self,
        node: &'a Node,
        clocks: &'a [ClockRule],
        around: &Around<'a>,
    ) -> Vec<&'a str> {
        let acts = clocks.iter().flat_map(|clock| &clock.overdue);
        acts.flat_map(|overdue| match &overdue.act {
            OverdueAct::Next(target) => self.leads(node, target, around),
            OverdueAct::Escalate(_) | OverdueAct::Assign(_) => Vec::new(),
        })
        .collect()
    }

    fn next(
        &self,
        node: &'a Node,
        next: &'a [(Option<crate::expression::Expression>, Target)],
        around: &Around<'a>,
    ) -> Vec<&'a str> {
        next.iter()
            .flat_map(|(_, target)| self.leads(node, target, around))
            .collect()
    }

    fn leads(&self, node: &'a Node, target: &'a Target, around: &Around<'a>) -> Vec<&'a str> {
        match target {
            Target::Node(id) | Target::End(id) => vec![id.as_str()],
            Target::Passed => around.branch_passed.clone(),
            Target::Refused => around.branch_refused.clone(),
            Target::Void => around.branch_void.clone(),
            Target::Again => vec![node.id.as_str()],
            Target::Applicant => Ways::start(self.workflow),
            Target::Stay => Vec::new(),
        }
    }
}

/// Whether a stage can come to a refusal at all.
pub fn may_refuse(node: &Node, stage: &Stage) -> bool {
    if !stage.choices.is_empty() {
        return stage.choices.iter().any(|choice| choice.refuses);
    }
    stage.asks == Asks::Sign && !node.rules.deny.iter().any(|action| action == "reject")
}

fn may_be_passed_over(branch: &Branch) -> bool {
    branch.when.is_some()
        || branch
            .stages
            .iter()
            .all(|node| node.when.is_some() || !node.is_on_the_way())
}

/// Whether a block closes this branch once others have decided.
pub fn is_let_go(block: &Node, branch: &Branch) -> bool {
    let Kind::Parallel(parallel) = &block.kind else {
        return false;
    };
    match &parallel.join.pass {
        JoinPass::All => false,
        JoinPass::Share(_) => !parallel.join.wait,
        JoinPass::Named(names) => !names.contains(&branch.name),
    }
}

fn all_inside(list: &[Node]) -> Vec<&Node> {
    let mut found: Vec<&Node> = Vec::new();
    let mut waiting: Vec<&Node> = list.iter().collect();
    while let Some(node) = waiting.pop() {
        found.push(node);
        waiting.extend(node.inside());
    }
    found
}
