//! The way of a case: what can be reached, what comes to an end, where it may go.

use std::collections::{BTreeMap, BTreeSet};

use super::Lint;
use crate::workflow::{
    Asks, Budget, ClockRule, Kind, Next, Node, Outcome, OverdueAct, Stage, Target,
};

/// From the id of a node to the ids of the nodes and ends that may come next.
type Edges<'a> = BTreeMap<&'a str, BTreeSet<&'a str>>;

/// Where it goes when a list runs off or is refused.
#[derive(Clone)]
struct Around<'a> {
    passed: Vec<&'a str>,
    refused: Vec<&'a str>,
}

impl<'a> Lint<'a> {
    pub fn flow(&mut self) {
        let workflow = self.workflow;
        for node in workflow.nodes() {
            self.targets(node);
            self.returns(node);
            self.law_skipped(node);
            self.spins(node);
        }
        self.reach();
    }

    fn reach(&mut self) {
        let workflow = self.workflow;
        let Some(first) = workflow.stages.first() else {
            return;
        };
        let mut edges = Edges::new();
        let top = Around {
            passed: self.first_end(),
            refused: vec!["rejected"],
        };
        self.edges(&workflow.stages, &top, &mut edges);
        let reached = closure(&edges, &[first.id.as_str()]);
        for node in workflow.nodes() {
            if !reached.contains(node.id.as_str()) {
                let at = self.of_node(&node.id, &["id"]);
                self.note(
                    "unreachable",
                    at,
                    format!("没有去向通到 `{}`", node.id),
                    format!("nothing leads to `{}`", node.id),
                );
            }
        }
        self.ends(&edges, &reached);
    }

    fn ends(&mut self, edges: &Edges<'a>, reached: &BTreeSet<&'a str>) {
        let workflow = self.workflow;
        let mut backwards = Edges::new();
        for (from, targets) in edges {
            for to in targets {
                backwards.entry(to).or_default().insert(from);
            }
        }
        let ends: Vec<&str> = workflow.ends.iter().map(|end| end.id.as_str()).collect();
        let ending = closure(&backwards, &ends);
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

    fn first_end(&self) -> Vec<&'a str> {
        self.workflow
            .ends
            .first()
            .map(|end| end.id.as_str())
            .into_iter()
            .collect()
    }

    fn edges(&self, list: &'a [Node], around: &Around<'a>, edges: &mut Edges<'a>) {
        for (index, node) in list.iter().enumerate() {
            let following = match list[index + 1..].iter().find(|node| node.is_on_the_way()) {
                Some(next) => vec![next.id.as_str()],
                None => around.passed.clone(),
            };
            let mut to = BTreeSet::new();
            if node.when.is_some() {
                to.extend(following.iter().copied());
            }
            let passed = match node.next.as_slice() {
                [] => following,
                next => next
                    .iter()
                    .flat_map(|(_, target)| self.leads(node, target))
                    .collect(),
            };
            let refused = match node.refused.as_slice() {
                [] => around.refused.clone(),
                next => next
                    .iter()
                    .flat_map(|(_, target)| self.leads(node, target))
                    .collect(),
            };
            to.extend(self.by_clock(node, &node.due));
            for signal in &node.signals {
                let targets = signal.next.iter();
                to.extend(targets.flat_map(|(_, target)| self.leads(node, target)));
            }
            match &node.kind {
                Kind::Wait(_) | Kind::Start(_) => {
                    to.extend(passed);
                    to.extend(refused);
                }
                Kind::Group { .. } | Kind::Parallel(_) | Kind::Foreach(_) | Kind::Aside { .. } => {
                    let inside = Around { passed, refused };
                    for list in node.lists() {
                        to.extend(list.first().map(|first| first.id.as_str()));
                        self.edges(list, &inside, edges);
                    }
                }
                Kind::Stage(stage) => {
                    to.extend(passed);
                    if may_refuse(node, stage) {
                        to.extend(refused);
                    }
                    to.extend(self.others(node, stage));
                }
            }
            edges.entry(node.id.as_str()).or_default().extend(to);
        }
    }

    /// Besides passing and refusing: undecided, return, a supplement that never came.
    fn others(&self, node: &'a Node, stage: &'a Stage) -> Vec<&'a str> {
        let mut to: Vec<&str> = stage
            .undecided
            .iter()
            .flat_map(|(_, target)| self.leads(node, target))
            .collect();
        if !node.rules.deny.iter().any(|action| action == "return") {
            for target in stage.return_to.iter().flatten() {
                to.extend(self.leads(node, target));
            }
        }
        if let Some(supplement) = &stage.supplement {
            to.extend(self.by_clock(node, &supplement.due));
        }
        to
    }

    fn by_clock(&self, node: &'a Node, clocks: &'a [ClockRule]) -> Vec<&'a str> {
        clocks
            .iter()
            .flat_map(|clock| &clock.overdue)
            .filter_map(|overdue| match &overdue.act {
                OverdueAct::Next(target) => Some(self.leads(node, target)),
                OverdueAct::Escalate(_) | OverdueAct::Assign(_) => None,
            })
            .flatten()
            .collect()
    }

    fn leads(&self, node: &'a Node, target: &'a Target) -> Vec<&'a str> {
        match target {
            Target::Node(id) | Target::End(id) => vec![id.as_str()],
            Target::Passed => self.first_end(),
            Target::Refused => vec!["rejected"],
            Target::Again => vec![node.id.as_str()],
            Target::Applicant => self
                .workflow
                .stages
                .first()
                .map(|first| first.id.as_str())
                .into_iter()
                .collect(),
            Target::Stay | Target::Void => Vec::new(),
        }
    }

    /// Every target of a node stands in its own list or in one around it.
    fn targets(&mut self, node: &Node) {
        let id = node.id.as_str();
        self.next_inside(id, "next", &node.next);
        self.next_inside(id, "refused", &node.refused);
        self.clocks_inside(id, &["due"], &node.due);
        let Kind::Stage(stage) = &node.kind else {
            return;
        };
        self.next_inside(id, "undecided", &stage.undecided);
        for (index, target) in stage.return_to.iter().flatten().enumerate() {
            self.inside(id, target, &["return", "to", &index.to_string()]);
        }
        if let Some(supplement) = &stage.supplement {
            self.clocks_inside(id, &["supplement", "due"], &supplement.due);
        }
    }

    fn next_inside(&mut self, id: &str, key: &str, next: &Next) {
        for (index, (_, target)) in next.iter().enumerate() {
            self.inside(id, target, &[key, &index.to_string(), "goto"]);
        }
    }

    fn clocks_inside(&mut self, id: &str, path: &[&str], clocks: &[ClockRule]) {
        for (index, clock) in clocks.iter().enumerate() {
            for (step, overdue) in clock.overdue.iter().enumerate() {
                if let OverdueAct::Next(target) = &overdue.act {
                    let (index, step) = (index.to_string(), step.to_string());
                    let place = [path, &[index.as_str(), "overdue", &step, "next"]].concat();
                    self.inside(id, target, &place);
                }
            }
        }
    }

    fn inside(&mut self, id: &str, target: &Target, path: &[&str]) {
        let outside = match target {
            Target::Node(to) => {
                self.workflow.node(to).is_some() && !self.around(id).contains(to.as_str())
            }
            Target::Void => self
                .workflow
                .path_to(id)
                .unwrap_or_default()
                .iter()
                .all(|block| !matches!(block.kind, Kind::Foreach(_) | Kind::Parallel(_))),
            _ => false,
        };
        if !outside {
            return;
        }
        let at = self.of_node(id, path);
        match target {
            Target::Node(to) => self.note(
                "target-outside",
                at,
                format!("`{to}` 在另一个块里；`{id}` 只能去同一列表或外层列表中的环节"),
                format!(
                    "`{to}` is inside another block; `{id}` may go to its own list or one around it"
                ),
            ),
            _ => self.note(
                "target-outside",
                at,
                "`void` 只能用在分支里".to_owned(),
                "`void` is for branches only".to_owned(),
            ),
        }
    }

    /// The ids of a node's own list and of those around it.
    fn around(&self, id: &str) -> BTreeSet<&'a str> {
        let mut found: BTreeSet<&str> = self
            .workflow
            .stages
            .iter()
            .map(|node| node.id.as_str())
            .collect();
        for block in self.workflow.path_to(id).unwrap_or_default() {
            found.extend(block.inside().map(|node| node.id.as_str()));
        }
        found
    }

    fn returns(&mut self, node: &Node) {
        let Kind::Stage(stage) = &node.kind else {
            return;
        };
        let id = node.id.as_str();
        for (index, target) in stage.return_to.iter().flatten().enumerate() {
            let back = match target {
                Target::Applicant => true,
                Target::Node(to) => self.is_before(to, id),
                _ => false,
            };
            if !back && self.around_has(id, target) {
                let at = self.of_node(id, &["return", "to", &index.to_string()]);
                self.note(
                    "return-target",
                    at,
                    "只能退回到前面的环节或 `applicant`".to_owned(),
                    "a return goes to an earlier stage or to `applicant`".to_owned(),
                );
            }
        }
        let denied = |action: &str| node.rules.deny.iter().any(|denied| denied == action);
        let returns = stage.return_to.is_some() || stage.resume_here;
        for (offered, action) in [
            (returns, "return"),
            (stage.supplement.is_some(), "supplement"),
        ] {
            if offered && denied(action) {
                let at = self.of_node(id, &[action]);
                self.note(
                    "denied-offer",
                    at,
                    format!("`deny` 已经禁止了 `{action}`，这里写的不起作用"),
                    format!("`deny` forbids `{action}`, so this does nothing"),
                );
            }
        }
    }

    /// A target that is already known to stand outside is told once.
    fn around_has(&self, id: &str, target: &Target) -> bool {
        match target {
            Target::Node(to) => self.around(id).contains(to.as_str()),
            _ => true,
        }
    }

    /// Whether `one` stands before `two` in the definition.
    fn is_before(&self, one: &str, two: &str) -> bool {
        let at = |id: &str| self.workflow.nodes().position(|node| node.id == id);
        at(one).zip(at(two)).is_some_and(|(one, two)| one < two)
    }

    /// A stage required by law, passed over because of what the applicant answered.
    fn law_skipped(&mut self, node: &Node) {
        let workflow = self.workflow;
        let id = node.id.as_str();
        if node.law.is_some() {
            let around = workflow.path_to(id).unwrap_or_default();
            for skipping in around.into_iter().chain([node]) {
                let Some(when) = &skipping.when else { continue };
                if let Some(path) = self.applicants_answer(when) {
                    let at = self.of_node(&skipping.id, &["when"]);
                    self.note(
                        "law-skipped",
                        at,
                        format!("`{id}` 是法定环节，不能因申请人填的 `{path}` 而跳过"),
                        format!("`{id}` is required by law and cannot be skipped by the applicant's `{path}`"),
                    );
                }
            }
        }
        for (index, (when, target)) in node.next.iter().enumerate() {
            let (Some(when), Target::Node(to)) = (when, target) else {
                continue;
            };
            let Some(path) = self.applicants_answer(when) else {
                continue;
            };
            let Some((list, here)) = workflow.siblings(id) else {
                continue;
            };
            let there = list.iter().position(|sibling| sibling.id == *to);
            let over = there.and_then(|there| {
                list.get(here + 1..there)
                    .unwrap_or_default()
                    .iter()
                    .find(|sibling| sibling.law.is_some())
            });
            if let Some(skipped) = over {
                let at = self.of_node(id, &["next", &index.to_string(), "when"]);
                self.note(
                    "law-skipped",
                    at,
                    format!(
                        "这个去向因申请人填的 `{path}` 越过了法定环节 `{}`",
                        skipped.id
                    ),
                    format!(
                        "the applicant's `{path}` makes this pass over `{}`, which is required by law",
                        skipped.id
                    ),
                );
            }
        }
    }

    /// A path of the expression that the applicant fills in, nobody else.
    fn applicants_answer(&self, when: &crate::expression::Expression) -> Option<String> {
        when.reads().into_iter().map(|read| read.path).find(|path| {
            let Some(id) = path.strip_prefix("form.") else {
                return false;
            };
            let id = id.split('.').next().unwrap_or(id);
            let section = self
                .workflow
                .form
                .sections
                .iter()
                .find(|section| section.fields.iter().any(|field| field.id == id));
            section.is_some_and(|section| {
                !self.names.filled.contains_key(id) && !self.names.filled.contains_key(&section.id)
            })
        })
    }

    /// A clock that runs out at once and leads back to where it began.
    fn spins(&mut self, node: &Node) {
        for (index, clock) in node.due.iter().enumerate() {
            let Budget::In(alternatives) = &clock.budget else {
                continue;
            };
            if alternatives.iter().all(|(_, budget)| 0 < budget.count) {
                continue;
            }
            for (step, overdue) in clock.overdue.iter().enumerate() {
                let OverdueAct::Next(target) = &overdue.act else {
                    continue;
                };
                let back = match target {
                    Target::Again => true,
                    Target::Node(to) => *to == node.id || self.is_before(to, &node.id),
                    _ => false,
                };
                if back && overdue.after.count == 0 {
                    let at = self.of_node(
                        &node.id,
                        &[
                            "due",
                            &index.to_string(),
                            "overdue",
                            &step.to_string(),
                            "next",
                        ],
                    );
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
}

/// Whether a stage can come to a refusal at all.
fn may_refuse(node: &Node, stage: &Stage) -> bool {
    if !stage.choices.is_empty() {
        return stage.choices.iter().any(|choice| choice.refuses);
    }
    stage.asks == Asks::Sign && !node.rules.deny.iter().any(|action| action == "reject")
}

fn closure<'a>(edges: &Edges<'a>, from: &[&'a str]) -> BTreeSet<&'a str> {
    let mut found: BTreeSet<&str> = BTreeSet::new();
    let mut waiting: Vec<&str> = from.to_vec();
    while let Some(id) = waiting.pop() {
        if found.insert(id) {
            waiting.extend(edges.get(id).into_iter().flatten().copied());
        }
    }
    found
}
