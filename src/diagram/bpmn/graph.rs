//! The elements of a BPMN model, with where they stand.

use std::collections::{BTreeMap, BTreeSet};

use crate::diagram::plan::{ItemId, Point, Rect};

/// A node's number.
pub(super) type NodeId = usize;

/// A flow node.
#[derive(Debug, Clone)]
pub(super) struct Node {
    pub id: String,
    pub element: Element,
    pub name: String,
    pub about: String,
    /// The sub-process that it stands in; `None` is the process.
    pub scope: Option<NodeId>,
    pub at: Rect,
    /// Where its name stands, unless a tool's own choice will do.
    pub label: Option<Rect>,
    /// The flow that it takes when no other one's condition holds.
    pub default: Option<usize>,
}

/// What a node is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Element {
    Start,
    End,
    /// Ends by an escalation with this number.
    Throw(usize),
    UserTask,
    ManualTask,
    /// Opens a case of another workflow.
    Call(String),
    Block(Loop),
    /// Splits or joins where every branch counts.
    Parallel,
    /// Splits where conditions say which branches there are.
    Inclusive,
    /// Joins when enough branches have passed.
    Complex(String),
    /// The first thing that happens decides.
    EventBased,
    Catch(Trigger),
    Boundary(NodeId, Trigger),
}

/// How often a block runs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Loop {
    Once,
    Again,
    Each,
    EachInTurn,
}

/// What an event waits for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Trigger {
    Timer,
    /// The signal with this number.
    Signal(usize),
    Condition,
    /// The escalation with this number.
    Escalation(usize),
}

/// A sequence flow.
#[derive(Debug, Clone)]
pub(super) struct Flow {
    pub id: String,
    pub from: NodeId,
    pub to: NodeId,
    pub name: String,
    pub condition: Option<String>,
    pub points: Vec<Point>,
}

/// All of a model.
#[derive(Debug, Default)]
pub(super) struct Graph {
    pub nodes: Vec<Node>,
    pub flows: Vec<Flow>,
    /// The names of signals and escalations.
    pub signals: Vec<String>,
    pub escalations: Vec<String>,
    /// Where a flow to an item arrives, and where the run leaves it.
    pub entry: BTreeMap<ItemId, NodeId>,
    pub leave: BTreeMap<ItemId, NodeId>,
    /// The events of a wait, by its ways.
    pub caught: BTreeMap<(ItemId, usize), NodeId>,
    ids: BTreeSet<String>,
}

impl Graph {
    /// Adds a node under an id made of `prefix` and what it is called in the definition.
    pub fn add(
        &mut self,
        element: Element,
        (prefix, called): (&str, &str),
        name: &str,
        (scope, at): (Option<NodeId>, Rect),
    ) -> NodeId {
        let id = self.id(prefix, called);
        self.nodes.push(Node {
            id,
            element,
            name: name.to_owned(),
            about: String::new(),
            scope,
            at,
            label: None,
            default: None,
        });
        self.nodes.len() - 1
    }

    /// Adds a flow.
    pub fn flow(
        &mut self,
        from: NodeId,
        to: NodeId,
        name: &str,
        condition: Option<String>,
        points: Vec<Point>,
    ) -> usize {
        let called = format!("{}_{}", self.nodes[from].id, self.nodes[to].id);
        let id = self.id("Flow", &called);
        self.flows.push(Flow {
            id,
            from,
            to,
            name: name.to_owned(),
            condition,
            points,
        });
        self.flows.len() - 1
    }

    /// The room for the words of a node or flow with their lower left corner here.
    pub fn label((x, y): Point, words: &str) -> Option<Rect> {
        let width = i32::from(u8::try_from(words.chars().count()).unwrap_or(u8::MAX)) * 12;
        (0 < width).then_some(Rect {
            x,
            y: y - 16,
            width: width + 4,
            height: 16,
        })
    }

    /// An id that XML allows and nothing else has.
    fn id(&mut self, prefix: &str, called: &str) -> String {
        let plain = called.chars().map(|letter| match letter {
            letter if letter.is_ascii_alphanumeric() || letter == '-' => letter,
            _ => '_',
        });
        let base = format!("{prefix}_{}", plain.collect::<String>());
        let mut id = base.clone();
        let mut count = 2;
        while !self.ids.insert(id.clone()) {
            id = format!("{base}_{count}");
            count += 1;
        }
        id
    }
}
