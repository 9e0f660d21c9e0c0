//! Writes a model as XML: the process with what is inside it, then where everything stands.

use super::graph::{Element, Flow, Graph, Loop, NodeId, Trigger};
use crate::diagram::plan::Rect;
use crate::diagram::sketch::Sketch;
use crate::diagram::svg::escape;

const OPEN: &str = r#"<?xml version="1.0" encoding="UTF-8"?>
<definitions xmlns="http://www.omg.org/spec/BPMN/20100524/MODEL" xmlns:bpmndi="http://www.omg.org/spec/BPMN/20100524/DI" xmlns:dc="http://www.omg.org/spec/DD/20100524/DC" xmlns:di="http://www.omg.org/spec/DD/20100524/DI" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" id="Definitions" targetNamespace="urn:huiqian:workflow">
"#;

/// The whole document.
pub(super) fn write(sketch: &Sketch, graph: &Graph) -> String {
    let mut xml = Xml {
        text: OPEN.to_owned(),
        depth: 1,
    };
    for (at, name) in graph.signals.iter().enumerate() {
        xml.empty("signal", &[("id", &signal(at)), ("name", name)]);
    }
    for (at, name) in graph.escalations.iter().enumerate() {
        let id = escalation(at);
        xml.empty(
            "escalation",
            &[("id", &id), ("name", name), ("escalationCode", &id)],
        );
    }
    let writer = Writer::new(graph);
    let attributes = [
        ("id", "Process"),
        ("name", sketch.title.as_str()),
        ("isExecutable", "false"),
    ];
    xml.open("process", &attributes);
    xml.words("documentation", &[], &sketch.key);
    writer.scope(&mut xml, None);
    xml.close("process");
    diagram(&mut xml, graph);
    xml.text.push_str("</definitions>\n");
    xml.text
}

fn signal(at: usize) -> String {
    format!("Signal_{}", at + 1)
}

fn escalation(at: usize) -> String {
    format!("Escalation_{}", at + 1)
}

/// Where everything stands.
fn diagram(xml: &mut Xml, graph: &Graph) {
    xml.open("bpmndi:BPMNDiagram", &[("id", "Diagram")]);
    xml.open(
        "bpmndi:BPMNPlane",
        &[("id", "Plane"), ("bpmnElement", "Process")],
    );
    for node in &graph.nodes {
        let id = format!("{}_di", node.id);
        let mut attributes = vec![("id", id.as_str()), ("bpmnElement", node.id.as_str())];
        if let Element::Block(_) = node.element {
            attributes.push(("isExpanded", "true"));
        }
        xml.open("bpmndi:BPMNShape", &attributes);
        bounds(xml, node.at);
        label(xml, node.label);
        xml.close("bpmndi:BPMNShape");
    }
    for flow in &graph.flows {
        let id = format!("{}_di", flow.id);
        xml.open("bpmndi:BPMNEdge", &[("id", &id), ("bpmnElement", &flow.id)]);
        for (x, y) in &flow.points {
            let (x, y) = (x.to_string(), y.to_string());
            xml.empty("di:waypoint", &[("x", &x), ("y", &y)]);
        }
        let start = flow.points.first().copied().unwrap_or_default();
        label(xml, Graph::label((start.0 + 16, start.1 - 2), &flow.name));
        xml.close("bpmndi:BPMNEdge");
    }
    xml.close("bpmndi:BPMNPlane");
    xml.close("bpmndi:BPMNDiagram");
}

fn label(xml: &mut Xml, at: Option<Rect>) {
    let Some(at) = at else { return };
    xml.open("bpmndi:BPMNLabel", &[]);
    bounds(xml, at);
    xml.close("bpmndi:BPMNLabel");
}

fn bounds(xml: &mut Xml, at: Rect) {
    let values = [at.x, at.y, at.width, at.height].map(|value| value.to_string());
    let [x, y, width, height] = &values;
    xml.empty(
        "dc:Bounds",
        &[("x", x), ("y", y), ("width", width), ("height", height)],
    );
}

/// The process and its sub-processes.
struct Writer<'a> {
    graph: &'a Graph,
    /// By scope, the process itself first: what stands in it.
    inside: Vec<Vec<NodeId>>,
    within: Vec<Vec<&'a Flow>>,
    incoming: Vec<Vec<&'a Flow>>,
    outgoing: Vec<Vec<&'a Flow>>,
}

impl<'a> Writer<'a> {
    fn new(graph: &'a Graph) -> Self {
        let count = graph.nodes.len();
        let mut writer = Self {
            graph,
            inside: vec![Vec::new(); count + 1],
            within: vec![Vec::new(); count + 1],
            incoming: vec![Vec::new(); count],
            outgoing: vec![Vec::new(); count],
        };
        for (id, node) in graph.nodes.iter().enumerate() {
            writer.inside[slot(node.scope)].push(id);
        }
        for flow in &graph.flows {
            writer.within[slot(graph.nodes[flow.from].scope)].push(flow);
            writer.outgoing[flow.from].push(flow);
            writer.incoming[flow.to].push(flow);
        }
        writer
    }

    fn scope(&self, xml: &mut Xml, scope: Option<NodeId>) {
        for id in &self.inside[slot(scope)] {
            self.node(xml, *id);
        }
        for flow in &self.within[slot(scope)] {
            self.flow(xml, flow);
        }
    }

    fn node(&self, xml: &mut Xml, id: NodeId) {
        let node = &self.graph.nodes[id];
        let tag = tag(&node.element);
        let attributes = self.attributes(id);
        let attributes: Vec<(&str, &str)> = attributes
            .iter()
            .map(|(name, value)| (*name, value.as_str()))
            .collect();
        xml.open(tag, &attributes);
        if !node.about.is_empty() {
            xml.words("documentation", &[], &node.about);
        }
        for flow in &self.incoming[id] {
            xml.words("incoming", &[], &flow.id);
        }
        for flow in &self.outgoing[id] {
            xml.words("outgoing", &[], &flow.id);
        }
        self.body(xml, id);
        xml.close(tag);
    }

    fn attributes(&self, id: NodeId) -> Vec<(&'static str, String)> {
        let node = &self.graph.nodes[id];
        let mut all = vec![("id", node.id.clone())];
        if !node.name.is_empty() {
            all.push(("name", node.name.clone()));
        }
        match &node.element {
            Element::Call(workflow) => all.push(("calledElement", workflow.clone())),
            Element::Boundary(on, _) => {
                all.push(("attachedToRef", self.graph.nodes[*on].id.clone()));
            }
            _ => {}
        }
        // A default means something only beside conditions.
        let mut outgoing = self.outgoing[id].iter();
        let decides = outgoing.any(|flow| flow.condition.is_some());
        if let (Some(flow), true) = (node.default, decides) {
            all.push(("default", self.graph.flows[flow].id.clone()));
        }
        all
    }

    fn body(&self, xml: &mut Xml, id: NodeId) {
        let node = &self.graph.nodes[id];
        match &node.element {
            Element::Block(repeats) => {
                match repeats {
                    Loop::Once => {}
                    Loop::Again => xml.empty("standardLoopCharacteristics", &[]),
                    Loop::Each => xml.empty(MULTI, &[("isSequential", "false")]),
                    Loop::EachInTurn => xml.empty(MULTI, &[("isSequential", "true")]),
                }
                self.scope(xml, Some(id));
            }
            Element::Throw(number) => {
                let name = escalation(*number);
                xml.empty("escalationEventDefinition", &[("escalationRef", &name)]);
            }
            Element::Complex(words) => {
                xml.words("activationCondition", EXPRESSION, words);
            }
            Element::Catch(trigger) | Element::Boundary(_, trigger) => {
                definition(xml, *trigger, &node.name);
            }
            Element::Start
            | Element::End
            | Element::UserTask
            | Element::ManualTask
            | Element::Call(_)
            | Element::Parallel
            | Element::Inclusive
            | Element::EventBased => {}
        }
    }

    fn flow(&self, xml: &mut Xml, flow: &Flow) {
        let (from, to) = (
            &self.graph.nodes[flow.from].id,
            &self.graph.nodes[flow.to].id,
        );
        let mut attributes = vec![("id", flow.id.as_str())];
        if !flow.name.is_empty() {
            attributes.push(("name", &flow.name));
        }
        attributes.extend([("sourceRef", from.as_str()), ("targetRef", to.as_str())]);
        match &flow.condition {
            None => xml.empty("sequenceFlow", &attributes),
            Some(condition) => {
                xml.open("sequenceFlow", &attributes);
                xml.words("conditionExpression", EXPRESSION, condition);
                xml.close("sequenceFlow");
            }
        }
    }
}

const MULTI: &str = "multiInstanceLoopCharacteristics";
const EXPRESSION: &[(&str, &str)] = &[("xsi:type", "tFormalExpression")];

fn slot(scope: Option<NodeId>) -> usize {
    scope.map_or(0, |scope| scope + 1)
}

fn tag(element: &Element) -> &'static str {
    match element {
        Element::Start => "startEvent",
        Element::End | Element::Throw(_) => "endEvent",
        Element::UserTask => "userTask",
        Element::ManualTask => "manualTask",
        Element::Call(_) => "callActivity",
        Element::Block(_) => "subProcess",
        Element::Parallel => "parallelGateway",
        Element::Inclusive => "inclusiveGateway",
        Element::Complex(_) => "complexGateway",
        Element::EventBased => "eventBasedGateway",
        Element::Catch(_) => "intermediateCatchEvent",
        Element::Boundary(..) => "boundaryEvent",
    }
}

fn definition(xml: &mut Xml, trigger: Trigger, words: &str) {
    match trigger {
        Trigger::Timer => xml.empty("timerEventDefinition", &[]),
        Trigger::Signal(number) => {
            let name = signal(number);
            xml.empty("signalEventDefinition", &[("signalRef", &name)]);
        }
        Trigger::Condition => {
            xml.open("conditionalEventDefinition", &[]);
            xml.words("condition", EXPRESSION, words);
            xml.close("conditionalEventDefinition");
        }
        Trigger::Escalation(number) => {
            let name = escalation(number);
            xml.empty("escalationEventDefinition", &[("escalationRef", &name)]);
        }
    }
}

/// A text of indented elements.
struct Xml {
    text: String,
    depth: usize,
}

impl Xml {
    fn tag(&mut self, name: &str, attributes: &[(&str, &str)]) {
        self.text.push_str(&"  ".repeat(self.depth));
        self.text.push('<');
        self.text.push_str(name);
        for (name, value) in attributes {
            self.text.push(' ');
            self.text.push_str(name);
            self.text.push_str("=\"");
            escape(value, &mut self.text);
            self.text.push('"');
        }
    }

    fn open(&mut self, name: &str, attributes: &[(&str, &str)]) {
        self.tag(name, attributes);
        self.text.push_str(">\n");
        self.depth += 1;
    }

    fn close(&mut self, name: &str) {
        self.depth -= 1;
        self.text.push_str(&"  ".repeat(self.depth));
        self.end(name);
    }

    fn end(&mut self, name: &str) {
        self.text.push_str("</");
        self.text.push_str(name);
        self.text.push_str(">\n");
    }

    fn empty(&mut self, name: &str, attributes: &[(&str, &str)]) {
        self.tag(name, attributes);
        self.text.push_str("/>\n");
    }

    fn words(&mut self, name: &str, attributes: &[(&str, &str)], words: &str) {
        self.tag(name, attributes);
        self.text.push('>');
        escape(words, &mut self.text);
        self.end(name);
    }
}
