//! What differs in the stages and blocks.

use std::collections::{BTreeMap, BTreeSet};
use std::mem::discriminant;

use super::value::consequences;
use super::{Aspect, Change, How, Part, Value, all, differing};
use crate::workflow::model::{Id, Kind, Next, Node, Seat, Stage, Workflow};

const NODE: &[Aspect<Node>] = &[
    ("title", |node| Value::Words(node.title.clone())),
    ("about", |node| Value::words(node.about.as_ref())),
    ("basis", |node| Value::words(node.basis.as_ref())),
    ("law", |node| Value::written(node.law.as_ref())),
    ("when", |node| Value::guard(node.when.as_ref())),
    ("due", |node| Value::clocks(&node.due)),
    ("clock_rules", |node| consequences(&node.due)),
    ("next", |node| targets(&node.next)),
    ("refused", |node| targets(&node.refused)),
    ("copy", |node| Value::hidden(&node.copy)),
    ("not", |node| Value::list(&node.rules.not)),
    ("nobody", |node| Value::written(node.rules.nobody.as_ref())),
    ("deny", |node| Value::list(&node.rules.deny)),
    ("comment", |node| Value::list(&node.rules.comment)),
    ("email_link", |node| Value::hidden(&node.rules.email_link)),
    ("same_person", |node| {
        Value::Switch(node.rules.skip_same_person)
    }),
    ("distinct", |node| Value::Switch(node.distinct)),
    ("await", |node| Value::hidden(&node.awaits)),
    ("every", |node| Value::hidden(&node.every)),
    ("record", |node| Value::hidden(&node.record)),
    ("signals", |node| Value::hidden(&node.signals)),
];

const STAGE: &[Aspect<Stage>] = &[
    ("kind", |stage| Value::hidden(stage.asks)),
    ("who", |stage| Value::list(stage.seats.iter().map(seat))),
    ("seats", |stage| Value::hidden(&stage.seats)),
    ("sign", |stage| Value::Written(stage.sign.to_string())),
    ("offer", |stage| Value::hidden(stage.offer)),
    ("choices", |stage| {
        Value::list(stage.choices.iter().map(|choice| &choice.title.zh))
    }),
    ("fills", |stage| Value::list(&stage.fills)),
    ("checks", |stage| Value::hidden(&stage.checks)),
    ("undecided", |stage| targets(&stage.undecided)),
    ("supplement", |stage| Value::hidden(&stage.supplement)),
    ("return", |stage| {
        Value::hidden((&stage.return_to, stage.resume_here))
    }),
];

const BLOCK: &[Aspect<Node>] = &[
    ("branches", |node| match &node.kind {
        Kind::Parallel(parallel) => {
            let branches = parallel.branches.iter();
            Value::list(branches.map(|branch| &branch.title.zh))
        }
        Kind::Foreach(foreach) => Value::Written(foreach.over.source().to_owned()),
        _ => Value::None,
    }),
    ("join", |node| match &node.kind {
        Kind::Parallel(parallel) => Value::hidden(&parallel.join),
        Kind::Foreach(foreach) => {
            Value::hidden((&foreach.join, &foreach.by, foreach.in_turn, &foreach.name))
        }
        _ => Value::None,
    }),
    ("until", |node| match &node.kind {
        Kind::Wait(wait) => Value::hidden(wait),
        _ => Value::None,
    }),
    ("start", |node| match &node.kind {
        Kind::Start(start) => Value::hidden(start),
        _ => Value::None,
    }),
];

fn seat(seat: &Seat) -> String {
    let who: Vec<String> = seat.who.iter().map(ToString::to_string).collect();
    match &seat.name {
        Some(name) => format!("{name}: {}", who.join(" / ")),
        None => who.join(" / "),
    }
}

fn targets(next: &Next) -> Value {
    Value::list(next.iter().map(|(when, target)| match when {
        Some(when) => format!("{} → {target}", when.source()),
        None => target.to_string(),
    }))
}

/// Everything that differs between the stages and blocks of two versions.
pub(super) fn changes(old: &Workflow, new: &Workflow) -> Vec<Change> {
    let renames = renames(old, new);
    let before: BTreeMap<&str, &Node> = old
        .nodes()
        .map(|node| (called(&node.id, &renames), node))
        .collect();
    let moved = moved(old, new, &renames);
    let mut differing = Differing::new();
    for node in new.nodes() {
        if let Some(earlier) = before.get(node.id.as_str()) {
            let mut hows = aspects(earlier, node);
            // That a stage is called otherwise says already that whoever names it does.
            hows.retain(|how| !follows(how, &renames));
            differing.insert(&node.id, hows);
        }
    }
    let everywhere = everywhere(&differing);
    let mut found = all(&Part::Workflow, everywhere.clone());
    for node in new.nodes() {
        let of = part(node);
        let Some(earlier) = before.get(node.id.as_str()) else {
            found.extend(all(&of, [How::Added]));
            continue;
        };
        if earlier.id != node.id {
            let from = earlier.id.clone();
            found.extend(all(&of, [How::Renamed { from }]));
        }
        if moved.contains(node.id.as_str()) {
            found.extend(all(&of, [How::Moved]));
        }
        let around = new.path_to(&node.id).unwrap_or_default();
        let of_block = |how: &How| {
            let mut around = around.iter();
            around.any(|block| {
                differing
                    .get(block.id.as_str())
                    .is_some_and(|all| all.contains(how))
            })
        };
        let own = differing.get(node.id.as_str()).cloned().unwrap_or_default();
        let told = |how: &How| is_handed_down(how) && (everywhere.contains(how) || of_block(how));
        let own: Vec<How> = own.into_iter().filter(|how| !told(how)).collect();
        found.extend(all(&of, own));
    }
    let gone = old.nodes();
    let gone = gone.filter(|node| new.node(called(&node.id, &renames)).is_none());
    found.extend(gone.flat_map(|node| all(&part(node), [How::Removed])));
    found
}

/// How each node differs, by its id in the new version.
type Differing<'n> = BTreeMap<&'n str, Vec<How>>;

/// What a node has from the block around it, or from the defaults, unless it says otherwise.
const HANDED_DOWN: &[&str] = &[
    "not",
    "nobody",
    "deny",
    "comment",
    "email_link",
    "same_person",
];

fn is_handed_down(how: &How) -> bool {
    HANDED_DOWN.iter().any(|aspect| is_of(how, aspect))
}

/// What differs in all nodes alike, because a default does.
fn everywhere(differing: &Differing<'_>) -> Vec<How> {
    let mut each = differing.values();
    let (Some(first), 1..) = (each.next(), each.len()) else {
        return Vec::new();
    };
    let in_all = |how: &&How| is_handed_down(how) && each.clone().all(|hows| hows.contains(how));
    first.iter().filter(in_all).cloned().collect()
}

/// Whether a difference is only that stages are called otherwise.
fn follows(how: &How, renames: &BTreeMap<Id, Id>) -> bool {
    match how {
        How::Changed { from, to, .. } => from.renamed(renames) == *to,
        _ => false,
    }
}

fn part(node: &Node) -> Part {
    let (id, title) = (node.id.clone(), node.title.clone());
    match node.stage() {
        Some(_) => Part::Stage(id, title),
        None => Part::Block(id, title),
    }
}

fn called<'a>(id: &'a str, renames: &'a BTreeMap<Id, Id>) -> &'a str {
    renames.get(id).map_or(id, String::as_str)
}

fn aspects(old: &Node, new: &Node) -> Vec<How> {
    let mut found = differing(NODE, old, new, || false);
    match (&old.kind, &new.kind) {
        (Kind::Stage(old), Kind::Stage(new)) => {
            found.extend(differing(STAGE, &**old, &**new, || false));
            // Who is asked says it already.
            if found.iter().any(|how| is_of(how, "who")) {
                found.retain(|how| !is_of(how, "seats"));
            }
        }
        (a, b) if discriminant(a) != discriminant(b) => found.push(How::Changed {
            aspect: "kind",
            from: Value::Hidden(String::new()),
            to: Value::Hidden(String::new()),
        }),
        _ => found.extend(differing(BLOCK, old, new, || false)),
    }
    if found.is_empty() && hollow(old) != hollow(new) {
        found.push(How::Changed {
            aspect: "other",
            from: Value::Hidden(String::new()),
            to: Value::Hidden(String::new()),
        });
    }
    found
}

fn is_of(how: &How, wanted: &str) -> bool {
    matches!(how, How::Changed { aspect, .. } if *aspect == wanted)
}

/// A node without what is inside it, under no name.
fn hollow(node: &Node) -> Node {
    let mut hollow = node.clone();
    hollow.id = Id::new();
    match &mut hollow.kind {
        Kind::Group { stages } | Kind::Aside { stages } => stages.clear(),
        Kind::Foreach(foreach) => foreach.stages.clear(),
        Kind::Parallel(parallel) => {
            for branch in &mut parallel.branches {
                branch.stages.clear();
            }
        }
        Kind::Stage(_) | Kind::Wait(_) | Kind::Start(_) => {}
    }
    hollow
}

/// Stages and blocks that only one version has, and that are of the same kind and title in both.
pub(super) fn renames(old: &Workflow, new: &Workflow) -> BTreeMap<Id, Id> {
    let only = |one: &Workflow, other: &Workflow| -> Vec<Node> {
        let nodes = one.nodes();
        let nodes = nodes.filter(|node| other.node(&node.id).is_none());
        nodes.cloned().collect()
    };
    let mut added = only(new, old);
    let mut renames = BTreeMap::new();
    for gone in only(old, new) {
        let alike = |node: &Node| {
            node.title.zh == gone.title.zh && discriminant(&node.kind) == discriminant(&gone.kind)
        };
        if let Some(at) = added.iter().position(alike) {
            renames.insert(gone.id, added.remove(at).id);
        }
    }
    renames
}

/// The ids, in the new version, of what stands in another list or in another order than before.
fn moved<'n>(old: &Workflow, new: &'n Workflow, renames: &BTreeMap<Id, Id>) -> BTreeSet<&'n str> {
    let before: Vec<(String, String)> = old
        .nodes()
        .map(|node| {
            (
                list_of(old, node, renames),
                called(&node.id, renames).to_owned(),
            )
        })
        .filter(|(_, id)| new.node(id).is_some())
        .collect();
    let known: BTreeSet<&str> = before.iter().map(|(_, id)| id.as_str()).collect();
    let none = BTreeMap::new();
    let after: Vec<(String, String)> = new
        .nodes()
        .filter(|node| known.contains(node.id.as_str()))
        .map(|node| (list_of(new, node, &none), node.id.clone()))
        .collect();
    let diff = similar::capture_diff_slices(similar::Algorithm::Myers, &before, &after);
    let changed: BTreeSet<&str> = diff
        .iter()
        .filter(|op| op.tag() != similar::DiffTag::Equal)
        .flat_map(|op| &after[op.new_range()])
        .map(|(_, id)| id.as_str())
        .collect();
    new.nodes()
        .map(|node| node.id.as_str())
        .filter(|id| changed.contains(id))
        .collect()
}

/// The block and branch that a node stands in, by the names of the new version.
fn list_of(workflow: &Workflow, node: &Node, renames: &BTreeMap<Id, Id>) -> String {
    let path = workflow.path_to(&node.id).unwrap_or_default();
    let Some(block) = path.last() else {
        return String::new();
    };
    let branch = block.branch_of(&node.id).map(|branch| branch.name.as_str());
    format!(
        "{}.{}",
        called(&block.id, renames),
        branch.unwrap_or_default()
    )
}

/// The words of the aspects that are looked at.
pub(super) fn words() -> Vec<&'static str> {
    super::words(NODE)
        .chain(super::words(STAGE))
        .chain(super::words(BLOCK))
        .collect()
}
