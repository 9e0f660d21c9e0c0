//! The way of a case: what can be reached, what comes to an end, what goes round for ever.

use std::collections::BTreeSet;

use super::Lint;
use super::ways::{Edges, Ways, circles, closure, is_let_go};
use crate::workflow::{Await, Budget, ClockRule, Kind, Node, Outcome, OverdueAct, Target};

impl<'a> Lint<'a> {
    pub fn flow(&mut self) {
        let workflow = self.workflow;
        let ways = Ways::of(workflow);
        let reached = closure(&ways.all, Ways::start(workflow));
        self.unreachable(&reached);
        self.ends(&ways, &reached);
        self.awaits(&ways);
        self.cycles(&ways.at_once);
        for index in 0..self.map.all().len() {
            let node = self.map.all()[index].node;
            self.spins(node);
            self.endless(node);
        }
    }

    fn unreachable(&mut self, reached: &BTreeSet<&'a str>) {
        for node in self.workflow.nodes() {
            let id = node.id.as_str();
            if reached.contains(id) {
                continue;
            }
            let at = self.of_node(id, &["id"]);
            match node.kind {
                Kind::Aside { .. } => self.note(
                    "unreachable",
                    at,
                    format!("`{id}` 要由别处的去向指名进入，却没有去向通到它"),
                    format!("`{id}` is entered by name only, and nothing names it"),
                ),
                _ => self.note(
                    "unreachable",
                    at,
                    format!("没有去向通到 `{id}`"),
                    format!("nothing leads to `{id}`"),
                ),
            }
        }
    }

    fn ends(&mut self, ways: &Ways<'a>, reached: &BTreeSet<&'a str>) {
        let workflow = self.workflow;
        let mut backwards = Edges::new();
        for (from, targets) in ways.all.iter().chain(&ways.let_go) {
            for to in targets {
                backwards.entry(to).or_default().insert(from);
            }
        }
        let ends = workflow.ends.iter().map(|end| end.id.as_str());
        // What the case does not wait for may stay open when it ends.
        let left_open = self
            .map
            .all()
            .iter()
            .filter(|standing| standing.node.awaits == Await::Never)
            .map(|standing| standing.node.id.as_str());
        let ending = closure(&backwards, ends.chain(left_open));
        for node in workflow.nodes() {
            let id = node.id.as_str();
            if reached.contains(id) && !ending.contains(id) {
                let at = self.of_node(id, &["id"]);
                self.note(
                    "no-end",
                    at,
                    format!("从 `{id}` 出发走不到任何结果"),
                    format!("no way leads from `{id}` to an end"),
                );
            }
        }
        for end in &workflow.ends {
            let standing = matches!(end.outcome, Outcome::Withdrawn | Outcome::Rejected)
                || end.id == "approved";
            if !standing && !reached.contains(end.id.as_str()) {
                let at = self.root.place(&["ends", &end.id]);
                self.note(
                    "unused-end",
                    at,
                    format!("没有去向通到结果 `{}`", end.id),
                    format!("nothing leads to the end `{}`", end.id),
                );
            }
        }
    }

    /// `await: id` of something that does not come after.
    fn awaits(&mut self, ways: &Ways<'a>) {
        for node in self.workflow.nodes() {
            let Await::Before(before) = &node.awaits else {
                continue;
            };
            let next = ways.all.get(node.id.as_str()).into_iter().flatten();
            let comes = closure(&ways.all, next.copied()).contains(before.as_str());
            let seen = self.map.get(&node.id).zip(self.map.get(before));
            let reaches = seen.is_some_and(|(own, other)| own.reaches(other));
            if !(comes && reaches && *before != node.id) {
                let at = self.of_node(&node.id, &["await"]);
                self.note(
                    "await-unreached",
                    at,
                    format!(
                        "从 `{}` 到不了同一列表或外层列表中的 `{before}`，等不出结果",
                        node.id
                    ),
                    format!(
                        "`{before}` does not come after `{}` in its own list or one around it",
                        node.id
                    ),
                );
            }
        }
    }

    /// Nodes that lead to one another without asking anybody.
    fn cycles(&mut self, at_once: &Edges<'a>) {
        let round = circles(at_once);
        let first = self
            .workflow
            .nodes()
            .find(|node| round.contains(node.id.as_str()));
        if let Some(node) = first {
            let at = self.of_node(&node.id, &["id"]);
            self.note(
                "endless-cycle",
                at,
                format!("从 `{}` 出发可以不经任何人、时限或等待又回到这里", node.id),
                format!(
                    "from `{}` a case may come round again without a person, a clock or a wait",
                    node.id
                ),
            );
        }
    }

    /// A clock that runs out at once and leads back to where it began.
    fn spins(&mut self, node: &Node) {
        for (index, clock) in node.due.iter().enumerate() {
            if !may_be_empty(clock) {
                continue;
            }
            for (step, overdue) in clock.overdue.iter().enumerate() {
                let OverdueAct::Next(target) = &overdue.act else {
                    continue;
                };
                let back = match target {
                    Target::Again => true,
                    Target::Node(to) => *to == node.id || self.map.is_before(to, &node.id),
                    _ => false,
                };
                if back && overdue.after.count == 0 {
                    let (index, step) = (index.to_string(), step.to_string());
                    let at = self.of_node(&node.id, &["due", &index, "overdue", &step, "next"]);
                    self.note(
                        "endless-cycle",
                        at,
                        "时限为零又回到前面，会不停地循环".to_owned(),
                        "a clock of zero length that leads back goes round for ever".to_owned(),
                    );
                }
            }
        }
    }

    /// Rounds that come again as long as their block is open, and keep it open.
    fn endless(&mut self, node: &Node) {
        let Some(every) = &node.every else { return };
        if every.holds.is_some() || node.awaits == Await::Never {
            return;
        }
        let Some(standing) = self.map.get(&node.id) else {
            return;
        };
        let closed = standing.around.iter().any(|block| is_closed(block))
            || standing
                .ways
                .iter()
                .any(|(block, branch)| is_let_go(block, branch));
        if !closed {
            let at = self.of_node(&node.id, &["every"]);
            self.note_with(
                "endless-every",
                at,
                (
                    format!("`{}` 一轮接一轮，没有什么使它结束", node.id),
                    format!("`{}` comes again and again, and nothing ends it", node.id),
                ),
                crate::expression::Words::new(
                    "写上 `while`，或者放进由别的分支结束的块里",
                    "write `while`, or put it into a block that another branch ends",
                ),
            );
        }
    }
}

/// Whether something else than what is inside closes a block.
fn is_closed(block: &Node) -> bool {
    let moves = |target: &Target| !matches!(target, Target::Stay | Target::Again);
    let signals = block.signals.iter().flat_map(|signal| &signal.next);
    let overdue = block.due.iter().flat_map(|clock| &clock.overdue);
    let by_clock = overdue.filter_map(|overdue| match &overdue.act {
        OverdueAct::Next(target) => Some(target),
        OverdueAct::Escalate(_) | OverdueAct::Assign(_) => None,
    });
    let joins = match &block.kind {
        Kind::Foreach(foreach) => {
            foreach.join.pass != crate::workflow::JoinPass::All && !foreach.join.wait
        }
        _ => false,
    };
    joins || signals.map(|(_, target)| target).chain(by_clock).any(moves)
}

/// Whether a clock may be over as soon as it begins.
fn may_be_empty(clock: &ClockRule) -> bool {
    match &clock.budget {
        Budget::In(alternatives) => alternatives.iter().any(|(_, budget)| budget.count == 0),
        Budget::At(_) => false,
    }
}
