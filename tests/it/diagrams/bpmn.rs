//! BPMN 2.0 of a definition: every reference leads somewhere, and all that is there stands somewhere.

use std::collections::{BTreeMap, BTreeSet};

use roxmltree::{Document, Node};

use super::{of_all_kinds, sketch};
use crate::drafts::{DRAFTS, surroundings};

const MODEL: &str = "http://www.omg.org/spec/BPMN/20100524/MODEL";
/// The gap between the square around an event and the event itself, at most.
const ROUND: i32 = 14;

/// A rectangle, as left, top, right and bottom.
type Bounds = (i32, i32, i32, i32);

fn number(node: Node<'_, '_>, name: &str) -> i32 {
    node.attribute(name)
        .and_then(|value| value.parse().ok())
        .unwrap_or_else(|| panic!("{name} of {:?}", node.tag_name()))
}

fn bounds(shape: Node<'_, '_>) -> Bounds {
    let bounds = shape
        .children()
        .find(|child| child.tag_name().name() == "Bounds")
        .expect("bounds");
    let (x, y) = (number(bounds, "x"), number(bounds, "y"));
    (
        x,
        y,
        x + number(bounds, "width"),
        y + number(bounds, "height"),
    )
}

/// The bounds of every shape, by what it stands for.
fn shapes(document: &Document<'_>) -> BTreeMap<String, Bounds> {
    document
        .descendants()
        .filter(|node| node.tag_name().name() == "BPMNShape")
        .map(|shape| {
            let of = shape.attribute("bpmnElement").expect("an element");
            (of.to_owned(), bounds(shape))
        })
        .collect()
}

/// What can have a shape: all that is in the process but flows and what describes.
fn is_flow_node(node: &Node<'_, '_>) -> bool {
    let name = node.tag_name().name();
    node.tag_name().namespace() == Some(MODEL)
        && ["Event", "Task", "Gateway", "Activity", "subProcess"]
            .iter()
            .any(|kind| name.ends_with(kind))
}

/// The definition with one of each kind, and the drafts of the domain.
fn drawn() -> Vec<String> {
    let drafts = DRAFTS
        .iter()
        .filter_map(|(key, text)| huiqian::workflow::read(key, text, &surroundings()).workflow);
    let all = drafts.chain([of_all_kinds()]);
    let drawn: Vec<String> = all.map(|workflow| sketch(&workflow, None).bpmn()).collect();
    assert_eq!(drawn.len(), DRAFTS.len() + 1);
    drawn
}

fn each_model(check: impl Fn(&Document<'_>)) {
    for text in drawn() {
        check(&Document::parse(&text).expect("well-formed"));
    }
}

#[test]
fn every_id_is_there_once_and_every_reference_is_met() {
    each_model(|document| {
        let mut ids = BTreeSet::new();
        for node in document.descendants() {
            if let Some(id) = node.attribute("id") {
                assert!(ids.insert(id), "{id} twice");
            }
        }

        for node in document.descendants() {
            for name in [
                "sourceRef",
                "targetRef",
                "bpmnElement",
                "attachedToRef",
                "default",
                "signalRef",
                "escalationRef",
            ] {
                if let Some(id) = node.attribute(name) {
                    assert!(ids.contains(id), "{name}={id}");
                }
            }
            if ["incoming", "outgoing"].contains(&node.tag_name().name()) {
                assert!(ids.contains(node.text().expect("an id")));
            }
        }
    });
}

#[test]
fn every_node_has_a_shape_within_its_block_and_every_flow_an_edge() {
    each_model(|document| {
        let shapes = shapes(document);
        let edges: BTreeSet<&str> = document
            .descendants()
            .filter(|node| node.tag_name().name() == "BPMNEdge")
            .filter_map(|edge| edge.attribute("bpmnElement"))
            .collect();
        let nodes: Vec<Node<'_, '_>> = document.descendants().filter(is_flow_node).collect();
        let flows: Vec<&str> = document
            .descendants()
            .filter(|node| node.tag_name().name() == "sequenceFlow")
            .filter_map(|flow| flow.attribute("id"))
            .collect();

        assert_eq!(nodes.len(), shapes.len());
        assert!(flows.iter().all(|flow| edges.contains(flow)));
        assert_eq!(flows.len(), edges.len());
        for node in nodes {
            let id = node.attribute("id").expect("an id");
            let own = shapes[id];
            let parent = node.parent().and_then(|parent| parent.attribute("id"));
            // What hangs on the border of a block stands half outside it.
            let Some(around) = parent.and_then(|parent| shapes.get(parent)) else {
                continue;
            };
            let inside =
                around.0 <= own.0 && around.1 <= own.1 && own.2 <= around.2 && own.3 <= around.3;
            assert!(inside, "{id} {own:?} in {around:?}");
        }
    });
}

#[test]
fn every_flow_stays_in_its_block_and_leads_from_shape_to_shape() {
    each_model(|document| {
        let shapes = shapes(document);
        let scopes: BTreeMap<&str, Option<&str>> = document
            .descendants()
            .filter(is_flow_node)
            .filter_map(|node| {
                let scope = node.parent().and_then(|parent| parent.attribute("id"));
                Some((node.attribute("id")?, scope))
            })
            .collect();
        let flows: BTreeMap<&str, (&str, &str)> = document
            .descendants()
            .filter(|node| node.tag_name().name() == "sequenceFlow")
            .filter_map(|flow| {
                let ends = (flow.attribute("sourceRef")?, flow.attribute("targetRef")?);
                Some((flow.attribute("id")?, ends))
            })
            .collect();

        for (flow, (from, to)) in &flows {
            assert_eq!(scopes[from], scopes[to], "{flow} crosses a border");
        }
        for edge in document
            .descendants()
            .filter(|node| node.tag_name().name() == "BPMNEdge")
        {
            let flow = edge.attribute("bpmnElement").expect("a flow");
            let (from, to) = flows[flow];
            let points: Vec<(i32, i32)> = edge
                .children()
                .filter(|child| child.tag_name().name() == "waypoint")
                .map(|point| (number(point, "x"), number(point, "y")))
                .collect();
            assert!(2 <= points.len(), "{flow}");
            for (id, at) in [(from, points[0]), (to, points[points.len() - 1])] {
                let (left, top, right, bottom) = shapes[id];
                let near =
                    left - 1 <= at.0 && at.0 <= right + 1 && top - 1 <= at.1 && at.1 <= bottom + 1;
                let border = [at.0 - left, right - at.0, at.1 - top, bottom - at.1]
                    .iter()
                    .any(|distance| distance.abs() <= ROUND);
                assert!(near && border, "{flow} at {at:?} of {id} {:?}", shapes[id]);
            }
        }
    });
}

#[test]
fn each_kind_becomes_what_other_tools_know() {
    let text = sketch(&of_all_kinds(), None).bpmn();
    let document = Document::parse(&text).expect("well-formed");
    let count = |name: &str| {
        document
            .descendants()
            .filter(|node| node.tag_name().name() == name)
            .count()
    };
    let called = |id: &str| {
        document
            .descendants()
            .find(|node| node.attribute("id") == Some(id))
            .map(|node| node.tag_name().name())
    };

    assert_eq!(called("Step_section"), Some("userTask"));
    assert_eq!(called("Step_report"), Some("manualTask"));
    assert_eq!(called("Step_destroy"), Some("callActivity"));
    assert_eq!(called("Step_in_use"), Some("eventBasedGateway"));
    assert_eq!(called("Split_life"), Some("inclusiveGateway"));
    assert_eq!(called("Join_life"), Some("complexGateway"));
    assert_eq!(called("Block_providers"), Some("subProcess"));
    assert_eq!(count("multiInstanceLoopCharacteristics"), 1);
    assert_eq!(count("signalEventDefinition"), 1);
    // The end of the use, and a supplement that does not come.
    assert_eq!(count("timerEventDefinition"), 2);
    // What leads out of a block ends in it and is caught at its border.
    assert_eq!(count("escalationEventDefinition"), 2 * count("escalation"));
}
