//! Targets: where the definition sends the run, and whether it went there.

use super::{Item, Observed, Part, item};
use crate::engine::{Event, LeftAs};
use crate::workflow::place::id_of;
use crate::workflow::{Node, OverdueAct, Target, Workflow};

/// A target with the key that it is written under.
struct Written<'w> {
    node: &'w Node,
    key: Key,
    target: &'w Target,
}

/// Where a target is written.
enum Key {
    Next,
    Refused,
    Undecided,
    Return,
    /// Of the signal with this name.
    Signal(String),
    /// In a step of a clock, as the engine names the step.
    Overdue {
        clock: String,
        step: String,
    },
}

pub(super) fn items(workflow: &Workflow, seen: &Observed<'_>) -> Vec<Item> {
    let written = workflow.nodes().flat_map(of_node);
    written
        .map(|target| {
            let mut decisions = seen.decisions.iter();
            let met = decisions.any(|events| is_followed(workflow, &target, events));
            item(Part::Targets, target.name(), met)
        })
        .collect()
}

fn of_node(node: &Node) -> Vec<Written<'_>> {
    let mut all = Vec::new();
    all.extend(
        node.next
            .iter()
            .map(|(_, target)| written(node, Key::Next, target)),
    );
    all.extend(
        node.refused
            .iter()
            .map(|(_, target)| written(node, Key::Refused, target)),
    );
    if let Some(stage) = node.stage() {
        let undecided = stage.undecided.iter();
        all.extend(undecided.map(|(_, target)| written(node, Key::Undecided, target)));
        let back = stage.return_to.iter().flatten();
        all.extend(back.map(|target| written(node, Key::Return, target)));
    }
    for signal in &node.signals {
        let next = signal.next.iter();
        all.extend(next.map(|(_, target)| written(node, Key::Signal(signal.name.clone()), target)));
    }
    for (rule, clock) in node.due.iter().enumerate() {
        for (step, overdue) in clock.overdue.iter().enumerate() {
            if let OverdueAct::Next(target) = &overdue.act {
                let key = Key::Overdue {
                    clock: format!("{}#{rule}", node.id),
                    step: format!("overdue:{step}"),
                };
                all.push(written(node, key, target));
            }
        }
    }
    all
}

fn written<'w>(node: &'w Node, key: Key, target: &'w Target) -> Written<'w> {
    Written { node, key, target }
}

impl Written<'_> {
    fn name(&self) -> String {
        let key = match &self.key {
            Key::Next => "next",
            Key::Refused => "refused",
            Key::Undecided => "undecided",
            Key::Return => "return",
            Key::Signal(name) => return format!("{} {name} → {}", self.node.id, word(self.target)),
            Key::Overdue { .. } => "overdue",
        };
        format!("{} {key} → {}", self.node.id, word(self.target))
    }
}

fn word(target: &Target) -> &str {
    match target {
        Target::Node(id) | Target::End(id) => id,
        Target::Passed => "passed",
        Target::Refused => "refused",
        Target::Void => "void",
        Target::Again => "again",
        Target::Stay => "stay",
        Target::Applicant => "applicant",
    }
}

/// Whether one decision went to the target.
fn is_followed(workflow: &Workflow, target: &Written<'_>, events: &[&Event]) -> bool {
    let left_as = match &target.key {
        Key::Return => return events.iter().any(|event| is_return(target, event)),
        Key::Signal(name) => return is_signalled(workflow, target, name, events),
        Key::Overdue { clock, step } => {
            return events.iter().any(|event| is_step(event, clock, step));
        }
        Key::Next => LeftAs::Passed,
        Key::Refused => LeftAs::Refused,
        Key::Undecided => LeftAs::Undecided,
    };
    events.iter().enumerate().any(|(at, event)| match event {
        Event::Left { id, how } if id_of(id) == target.node.id && *how == left_as => {
            leads_to(workflow, target, &events[at + 1..])
        }
        _ => false,
    })
}

fn is_signalled(workflow: &Workflow, target: &Written<'_>, name: &str, events: &[&Event]) -> bool {
    events.iter().enumerate().any(|(at, event)| match event {
        Event::Signalled { id, signal, .. } if id_of(id) == target.node.id && signal == name => {
            *target.target == Target::Stay || leads_to(workflow, target, &events[at + 1..])
        }
        _ => false,
    })
}

fn is_return(target: &Written<'_>, event: &Event) -> bool {
    let Event::Returned { from, to, .. } = event else {
        return false;
    };
    id_of(from) == target.node.id
        && match (to, target.target) {
            (Some(to), Target::Node(id)) => id_of(to) == id,
            (None, Target::Applicant) => true,
            _ => false,
        }
}

/// A clock's key is its node and rule, with the round behind `@`.
fn is_step(event: &Event, clock: &str, step: &str) -> bool {
    let Event::StepCame {
        key, step: came, ..
    } = event
    else {
        return false;
    };
    let rule = key.split('@').next().unwrap_or(key);
    let (node, number) = rule.rsplit_once('#').unwrap_or((rule, ""));
    came == step && format!("{}#{number}", id_of(node)) == clock
}

/// Where the run went after a node was left: what it entered or passed over first, or how else it went on.
fn leads_to(workflow: &Workflow, written: &Written<'_>, rest: &[&Event]) -> bool {
    let arrival = rest.iter().position(|event| {
        matches!(
            event,
            Event::Entered { .. }
                | Event::Skipped { .. }
                | Event::EditAsked { .. }
                | Event::Ended { .. }
        )
    });
    let first = arrival.map(|at| rest[at]);
    let around = workflow.around(&written.node.id);
    let closes = |how: LeftAs| {
        let on_the_way = &rest[..arrival.unwrap_or(rest.len())];
        on_the_way.iter().any(|event| match event {
            Event::Left { id, how: left } => {
                *left == how && around.iter().any(|block| id_of(block) == id_of(id))
            }
            _ => false,
        })
    };
    match written.target {
        Target::Node(id) => enters(first).is_some_and(|entered| {
            entered == id
                || workflow
                    .around(id)
                    .iter()
                    .any(|block| id_of(block) == entered)
        }),
        Target::Again | Target::Stay => enters(first) == Some(&written.node.id),
        Target::End(id) => matches!(first, Some(Event::Ended { id: end }) if end == id),
        Target::Applicant => matches!(first, Some(Event::EditAsked { .. })),
        Target::Passed => closes(LeftAs::Passed) || ends(first),
        Target::Refused => closes(LeftAs::Refused) || ends(first),
        Target::Void => closes(LeftAs::Void) || ends(first),
    }
}

fn enters(event: Option<&Event>) -> Option<&str> {
    match event {
        Some(Event::Entered { id, .. } | Event::Skipped { id, .. }) => Some(id_of(id)),
        _ => None,
    }
}

fn ends(event: Option<&Event>) -> bool {
    matches!(event, Some(Event::Ended { .. }))
}
