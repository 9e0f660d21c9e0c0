//! From what stands in a drawing to the nodes of a model.

use super::graph::{Element, Graph, Loop, NodeId, Trigger};
use crate::diagram::plan::{
    EVENT, GATEWAY, Item, ItemId, Plan, Rect, SpaceId, What, branch_is_framed, is_event,
};
use crate::diagram::sketch::{Shape, Step, Tone};

/// A square of this size around a place.
pub(super) fn around((x, y): (i32, i32), size: i32) -> Rect {
    Rect {
        x: x - size / 2,
        y: y - size / 2,
        width: size,
        height: size,
    }
}

/// All nodes but those of lines that leave blocks.
pub(super) fn nodes(plan: &Plan<'_>) -> Graph {
    let mut graph = Graph::default();
    // What is inside a block has a higher number than the block, whose node is known by then.
    for (id, item) in plan.items.iter().enumerate() {
        let scope = scope_of(plan, &graph, item.home);
        match item.what {
            What::Card(step) => card(plan, &mut graph, (id, item), step, scope),
            What::Frame(step) => {
                let node = graph.add(
                    Element::Block(repeats(step)),
                    ("Block", &step.id),
                    &step.title,
                    (scope, item.rect),
                );
                graph.nodes[node].about = plan.sketch.about(step);
                stands_for(&mut graph, id, node);
            }
            What::Branch(branch) if branch_is_framed(plan, id) => {
                let title = match branch.title.as_str() {
                    "" => plan.sketch.terms.branch.as_str(),
                    title => title,
                };
                let node = graph.add(
                    Element::Block(Loop::Once),
                    ("Branch", &branch.id),
                    title,
                    (scope, item.rect),
                );
                stands_for(&mut graph, id, node);
            }
            What::Branch(_) => {}
            What::Exit(exit) => {
                let node = graph.add(
                    Element::End,
                    ("End", &exit.id),
                    &exit.title,
                    (scope, item.rect),
                );
                stands_for(&mut graph, id, node);
            }
        }
    }
    // A branch without a frame is what is in it.
    for (id, item) in plan.items.iter().enumerate() {
        let only = item
            .inside
            .and_then(|inside| plan.spaces[inside].items.first());
        if let (What::Branch(_), Some(only), false) = (item.what, only, branch_is_framed(plan, id))
        {
            let (entry, leave) = (
                graph.entry.get(only).copied(),
                graph.leave.get(only).copied(),
            );
            graph.entry.extend(entry.map(|node| (id, node)));
            graph.leave.extend(leave.map(|node| (id, node)));
        }
    }
    graph
}

fn stands_for(graph: &mut Graph, item: ItemId, node: NodeId) {
    graph.entry.insert(item, node);
    graph.leave.insert(item, node);
}

/// The sub-process that what stands in a space belongs to.
pub(super) fn scope_of(plan: &Plan<'_>, graph: &Graph, space: SpaceId) -> Option<NodeId> {
    let mut at = plan.spaces[space].owner;
    while let Some(owner) = at {
        let is_scope = match plan.items[owner].what {
            What::Frame(_) => true,
            What::Branch(_) => branch_is_framed(plan, owner),
            What::Card(_) | What::Exit(_) => false,
        };
        if is_scope {
            return graph.entry.get(&owner).copied();
        }
        at = plan.spaces[plan.items[owner].home].owner;
    }
    None
}

fn repeats(step: &Step) -> Loop {
    match (step.shape, step.in_turn, step.recurs) {
        (Shape::Foreach, true, _) => Loop::EachInTurn,
        (Shape::Foreach, false, _) => Loop::Each,
        (_, _, true) => Loop::Again,
        (_, _, false) => Loop::Once,
    }
}

fn card(
    plan: &Plan<'_>,
    graph: &mut Graph,
    (id, item): (ItemId, &Item<'_>),
    step: &Step,
    scope: Option<NodeId>,
) {
    let element = match step.shape {
        Shape::Wait if is_event(step) => {
            let tone = step.ways.first().map(|way| (way.tone, way.text.as_str()));
            Element::Catch(trigger(graph, tone))
        }
        Shape::Wait => return wait(plan, graph, (id, item), step, scope),
        Shape::Work => Element::ManualTask,
        Shape::Start => Element::Call(step.calls.clone().unwrap_or_default()),
        _ => Element::UserTask,
    };
    let node = graph.add(element, ("Step", &step.id), &step.title, (scope, item.rect));
    graph.nodes[node].about = plan.sketch.about(step);
    stands_for(graph, id, node);
    if is_event(step) {
        graph.caught.insert((id, 0), node);
    }
}

/// What a way out of a wait waits for; the way of the run itself, for time.
fn trigger(graph: &mut Graph, way: Option<(Tone, &str)>) -> Trigger {
    match way {
        None | Some((Tone::Late, _)) => Trigger::Timer,
        Some((Tone::Signal, name)) => {
            graph.signals.push(name.to_owned());
            Trigger::Signal(graph.signals.len() - 1)
        }
        Some((Tone::Next | Tone::Refused | Tone::Return, _)) => Trigger::Condition,
    }
}

/// A wait for several things is a gateway with an event for each.
fn wait(
    plan: &Plan<'_>,
    graph: &mut Graph,
    (id, item): (ItemId, &Item<'_>),
    step: &Step,
    scope: Option<NodeId>,
) {
    let rect = item.rect;
    let top = (rect.middle(), rect.y + GATEWAY / 2);
    let gateway = graph.add(
        Element::EventBased,
        ("Step", &step.id),
        &step.title,
        (scope, around(top, GATEWAY)),
    );
    graph.nodes[gateway].label = Graph::label((top.0 + 20, top.1 - 8), &step.title);
    graph.nodes[gateway].about = plan.sketch.about(step);
    graph.entry.insert(id, gateway);
    graph.leave.insert(id, gateway);
    for (way, own) in step.ways.iter().enumerate() {
        let y = item.port(way);
        let trigger = trigger(graph, Some((own.tone, &own.text)));
        let at = around((rect.right() - EVENT / 2, y), EVENT);
        let called = format!("{}_{way}", step.id);
        let event = graph.add(
            Element::Catch(trigger),
            ("Event", &called),
            &own.text,
            (scope, at),
        );
        graph.nodes[event].label = Graph::label((at.right() + 2, at.y + 6), &own.text);
        graph.caught.insert((id, way), event);
        let points = vec![
            (rect.middle(), rect.y + GATEWAY),
            (rect.middle(), y),
            (at.x, y),
        ];
        graph.flow(gateway, event, "", None, points);
    }
    if step.falls {
        let at = around((rect.middle(), rect.bottom() - EVENT / 2), EVENT);
        let called = format!("{}_time", step.id);
        let words = step.about.join("");
        let timer = graph.add(
            Element::Catch(Trigger::Timer),
            ("Event", &called),
            &words,
            (scope, at),
        );
        graph.nodes[timer].label = Graph::label((at.right() + 2, at.bottom()), &words);
        let points = vec![(rect.middle(), rect.y + GATEWAY), (rect.middle(), at.y)];
        graph.flow(gateway, timer, "", None, points);
        graph.leave.insert(id, timer);
    }
}
