//! Actions: what each stage lets people do by its kind and its keys. What every stage offers alike (to claim, to comment …)
//! says nothing about a definition and is left out.

use super::{Item, Observed, Part, item};
use crate::trial::play::Taken;
use crate::workflow::place::id_of;
use crate::workflow::{Asks, Node, Sign, Stage, Workflow};

/// An action that a definition gives.
struct Given<'w> {
    /// At this stage or block; `None`: on the case.
    node: Option<&'w Node>,
    action: &'static str,
    /// The choice or the signal.
    which: Option<&'w str>,
}

pub(super) fn items(workflow: &Workflow, seen: &Observed<'_>) -> Vec<Item> {
    let on_case = ["submit", "withdraw"].map(|action| Given {
        node: None,
        action,
        which: None,
    });
    let of_nodes = workflow.nodes().flat_map(|node| of_node(workflow, node));
    on_case
        .into_iter()
        .chain(of_nodes)
        .map(|given| {
            let mut taken = seen.taken.iter();
            let met = taken.any(|taken| given.is(workflow, taken));
            item(Part::Actions, given.name(), met)
        })
        .collect()
}

fn of_node<'w>(workflow: &Workflow, node: &'w Node) -> Vec<Given<'w>> {
    let mut all: Vec<(&'static str, Option<&str>)> = Vec::new();
    if let Some(stage) = node.stage() {
        all.extend(answers(stage));
        if returns(workflow, node, stage) {
            all.push(("return", None));
        }
        if stage.supplement.is_some() {
            all.extend([("supplement", None), ("supply", None)]);
        }
    }
    for extend in node.due.iter().filter_map(|rule| rule.extend.as_ref()) {
        all.push(("extend", None));
        if extend.by.is_some() {
            all.extend([("grant_extension", None), ("refuse_extension", None)]);
        }
    }
    let signals = node.signals.iter();
    all.extend(signals.map(|signal| ("signal", Some(signal.name.as_str()))));
    all.retain(|(action, _)| !node.rules.deny.iter().any(|denied| denied == action));
    all.into_iter()
        .map(|(action, which)| Given {
            node: Some(node),
            action,
            which,
        })
        .collect()
}

fn answers(stage: &Stage) -> Vec<(&'static str, Option<&str>)> {
    let choices = stage.choices.iter();
    let mut all: Vec<_> = choices
        .map(|choice| ("choose", Some(choice.id.as_str())))
        .collect();
    match stage.asks {
        _ if !stage.choices.is_empty() => {}
        Asks::Work => all.push(("done", None)),
        Asks::Notice => all.push(("acknowledge", None)),
        Asks::Sign => all.extend([("approve", None), ("reject", None)]),
    }
    if matches!(&stage.sign, Sign::Vote(vote) if vote.abstain) {
        all.push(("abstain", None));
    }
    all
}

/// Work is sent back only where the definition says so, and out of a branch of a foreach only to an earlier stage of it.
fn returns(workflow: &Workflow, node: &Node, stage: &Stage) -> bool {
    let (list, at) = workflow.siblings(&node.id).unwrap_or((&[], 0));
    let somewhere = workflow.depth_of(&node.id) == 0 || list[..at].iter().any(Node::is_on_the_way);
    match &stage.return_to {
        Some(targets) => !targets.is_empty(),
        None => stage.asks == Asks::Sign && somewhere,
    }
}

impl Given<'_> {
    fn name(&self) -> String {
        let node = self.node.map(|node| node.id.as_str());
        let words = [node, Some(self.action), self.which];
        words.into_iter().flatten().collect::<Vec<_>>().join(" ")
    }

    /// Whether this is what was done; an extension or a signal belongs to the block around the task as well.
    fn is(&self, workflow: &Workflow, taken: &Taken) -> bool {
        if taken.action != self.action || self.which.is_some_and(|which| !taken.names(which)) {
            return false;
        }
        match (self.node, &taken.stage) {
            (None, _) => true,
            (Some(_), None) => self.action == "signal",
            (Some(node), Some(stage)) => {
                let around = workflow.around(stage);
                id_of(stage) == node.id || around.iter().any(|block| id_of(block) == node.id)
            }
        }
    }
}
