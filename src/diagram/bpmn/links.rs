//! From the lines of a drawing to the flows of a model, with the events and gateways that they need.

use std::collections::BTreeMap;

use super::graph::{Element, Graph, NodeId, Trigger};
use super::nodes::{around, scope_of};
use crate::diagram::plan::{
    Bars, Crossing, EVENT, GATEWAY, Group, ItemId, Plan, Point, Rect, SpaceId, What, Wire,
    WireKind, branch_is_framed,
};
use crate::diagram::sketch::{Tone, Way};

/// Width of an event on or near a border.
const SMALL: i32 = 28;
/// From the middle of an event that ends a line inside a block to the block's border.
const INWARD: i32 = 36;

/// The run itself: from step to step, and between the gateways of parallels.
pub(super) fn flows(plan: &Plan<'_>, graph: &mut Graph) {
    let mut gateways: BTreeMap<SpaceId, Gateways> = BTreeMap::new();
    for bars in &plan.bars {
        let own = self::gateways(plan, graph, bars);
        gateways.insert(bars.space, own);
    }
    for wire in &plan.wires {
        wired(graph, &gateways, wire);
    }
    for space in 0..plan.spaces.len() {
        match plan.spaces[space].bank {
            true => ends_of_bank(plan, graph, gateways.get(&space), space),
            false => ends_of_list(plan, graph, space),
        }
    }
}

/// Where the branches of a parallel part and meet.
struct Gateways {
    part: NodeId,
    meet: NodeId,
    bars: Bars,
}

fn gateways(plan: &Plan<'_>, graph: &mut Graph, bars: &Bars) -> Gateways {
    let scope = scope_of(plan, graph, bars.space);
    let owner = plan.spaces[bars.space].owner;
    let step = owner.and_then(|owner| plan.items[owner].step());
    let some = step.is_some_and(|step| step.inside.iter().any(|branch| branch.when.is_some()));
    let join = step.and_then(|step| step.join.as_ref());
    let name = join.map_or("", |join| join.words.as_str());
    let called = step.map_or("", |step| step.id.as_str());
    let split = match some {
        true => Element::Inclusive,
        false => Element::Parallel,
    };
    let meet = match join {
        Some(join) if !join.all => Element::Complex(join.words.clone()),
        _ => split.clone(),
    };
    let (from, to) = centers(bars);
    let part = graph.add(split, ("Split", called), "", (scope, around(from, GATEWAY)));
    let meet = graph.add(meet, ("Join", called), name, (scope, around(to, GATEWAY)));
    let label = Graph::label((to.0 + 26, to.1 + 26), name);
    graph.nodes[meet].label = label.map(|label| match stands(bars.meet) {
        true => Rect {
            x: to.0 - 26 - label.width,
            ..label
        },
        false => label,
    });
    Gateways {
        part,
        meet,
        bars: *bars,
    }
}

fn stands(bar: Rect) -> bool {
    bar.width < bar.height
}

/// The gateways stand in the middle of bars above and below, at the outer ends of bars beside.
fn centers(bars: &Bars) -> (Point, Point) {
    let (part, meet) = (bars.part, bars.meet);
    let half = GATEWAY / 2;
    match stands(part) {
        true => (
            (part.middle(), part.y + half),
            (meet.middle(), meet.bottom() - half),
        ),
        false => (
            (part.middle(), part.y + half),
            (meet.middle(), meet.y + half),
        ),
    }
}

fn wired(graph: &mut Graph, gateways: &BTreeMap<SpaceId, Gateways>, wire: &Wire) {
    match wire.kind {
        WireKind::Step(from, to) => {
            let (Some(&from), Some(&to)) = (graph.leave.get(&from), graph.entry.get(&to)) else {
                return;
            };
            let flow = graph.flow(from, to, "", None, wire.points.clone());
            graph.nodes[from].default = Some(flow);
        }
        WireKind::Part(space, item) => {
            if let (Some(own), Some(&to)) = (gateways.get(&space), graph.entry.get(&item)) {
                let (from, _) = centers(&own.bars);
                let points = from_gateway(from, stands(own.bars.part), &wire.points);
                graph.flow(own.part, to, "", None, points);
            }
        }
        WireKind::Meet(item, space) => {
            if let (Some(own), Some(&from)) = (gateways.get(&space), graph.leave.get(&item)) {
                let (_, to) = centers(&own.bars);
                let back: Vec<Point> = wire.points.iter().rev().copied().collect();
                let mut points = from_gateway(to, stands(own.bars.meet), &back);
                points.reverse();
                let flow = graph.flow(from, own.meet, "", None, points);
                graph.nodes[from].default = Some(flow);
            }
        }
    }
}

/// A line that begins at a bar, as one that begins at the gateway that stands for the bar.
fn from_gateway((x, y): Point, beside: bool, wire: &[Point]) -> Vec<Point> {
    let half = GATEWAY / 2;
    let Some(first) = wire.first() else {
        return Vec::new();
    };
    let mut points = match beside {
        true => {
            let down = if y < first.1 { half } else { -half };
            vec![(x, y + down), (x, first.1)]
        }
        false if first.0 == x => {
            let down = if y < first.1 { half } else { -half };
            vec![(x, y + down)]
        }
        false => {
            let side = if x < first.0 { half } else { -half };
            vec![(x + side, y), (first.0, y)]
        }
    };
    points.extend(&wire[1..]);
    points
}

/// A list begins and ends with an event; the case's own list ends with its ends.
fn ends_of_list(plan: &Plan<'_>, graph: &mut Graph, space: SpaceId) {
    let own = &plan.spaces[space];
    let is_scope = match own.owner {
        None => true,
        Some(owner) => match plan.items[owner].what {
            What::Branch(_) => branch_is_framed(plan, owner),
            _ => true,
        },
    };
    let mains = own
        .items
        .iter()
        .filter(|item| plan.items[**item].group == Group::Main);
    let mains: Vec<ItemId> = mains.copied().collect();
    let (Some(first), Some(last), true) = (mains.first(), mains.last(), is_scope) else {
        return;
    };
    let scope = scope_of(plan, graph, space);
    let rect = plan.items[*first].rect;
    begin(graph, scope, own.rect.y, (rect.middle(), rect.y), *first);
    let falls = plan.items[*last].step().is_some_and(|step| step.falls);
    if own.owner.is_some() && falls {
        let rect = plan.items[*last].rect;
        let from = (rect.middle(), rect.bottom());
        let Some(&leaves) = graph.leave.get(last) else {
            return;
        };
        finish(graph, scope, leaves, from, rect.bottom() + 20);
    }
}

fn begin(graph: &mut Graph, scope: Option<NodeId>, top: i32, (x, y): Point, first: ItemId) {
    let Some(&to) = graph.entry.get(&first) else {
        return;
    };
    started(graph, scope, top, (x, y), to);
}

fn started(graph: &mut Graph, scope: Option<NodeId>, top: i32, (x, y): Point, to: NodeId) {
    let at = around((x, top + EVENT / 2), EVENT);
    let called = scope.map_or_else(|| "case".to_owned(), |scope| graph.nodes[scope].id.clone());
    let start = graph.add(Element::Start, ("Start", &called), "", (scope, at));
    graph.flow(start, to, "", None, vec![(x, at.bottom()), (x, y)]);
}

fn finish(graph: &mut Graph, scope: Option<NodeId>, from: NodeId, (x, y): Point, top: i32) {
    let at = around((x, top + EVENT / 2), EVENT);
    let called = scope.map_or_else(|| "case".to_owned(), |scope| graph.nodes[scope].id.clone());
    let end = graph.add(Element::End, ("End", &called), "", (scope, at));
    let flow = graph.flow(from, end, "", None, vec![(x, y), (x, at.y)]);
    graph.nodes[from].default = Some(flow);
}

fn ends_of_bank(plan: &Plan<'_>, graph: &mut Graph, own: Option<&Gateways>, space: SpaceId) {
    let Some(own) = own else { return };
    let scope = scope_of(plan, graph, space);
    let (from, to) = centers(&own.bars);
    let half = GATEWAY / 2;
    let top = plan.spaces[space].rect.y;
    started(graph, scope, top, (from.0, from.1 - half), own.part);
    finish(
        graph,
        scope,
        own.meet,
        (to.0, to.1 + half),
        to.1 + half + 20,
    );
}

/// What leads elsewhere.
pub(super) fn nets(plan: &Plan<'_>, graph: &mut Graph) {
    let mut leaving = Leaving {
        plan,
        graph,
        known: BTreeMap::new(),
    };
    for wires in &plan.net_wires {
        let net = &plan.nets[wires.net];
        let Some(&goal) = leaving.graph.entry.get(&net.goal) else {
            continue;
        };
        for (source, (points, crossings)) in net.sources.iter().zip(&wires.ways) {
            let step = plan.items[source.item].step();
            let Some(way) = step.and_then(|step| step.ways.get(source.way)) else {
                continue;
            };
            let start = points.first().copied().unwrap_or_default();
            let from = leaving.origin(source.item, source.way, way, start);
            leaving.lead(wires.net, way, (from, goal), points, crossings);
        }
    }
}

struct Leaving<'a, 'p> {
    plan: &'a Plan<'p>,
    graph: &'a mut Graph,
    /// The event inside a block in which a net ends there, by net, block and height.
    known: BTreeMap<(usize, ItemId, i32), NodeId>,
}

/// A node from which a line starts, how far right of the line's first point, and whether the line needs a condition.
#[derive(Clone, Copy)]
struct Origin {
    node: NodeId,
    shift: i32,
    decides: bool,
}

impl Leaving<'_, '_> {
    /// What a way starts from: the step itself, or an event on its border.
    fn origin(&mut self, item: ItemId, way: usize, own: &Way, at: Point) -> Origin {
        let plain = |node| Origin {
            node,
            shift: 0,
            decides: false,
        };
        if let Some(&event) = self.graph.caught.get(&(item, way)) {
            return plain(event);
        }
        let node = self.graph.leave.get(&item).copied().unwrap_or_default();
        let trigger = match own.tone {
            Tone::Next | Tone::Refused | Tone::Return => {
                return Origin {
                    decides: true,
                    ..plain(node)
                };
            }
            Tone::Late => Trigger::Timer,
            Tone::Signal => {
                self.graph.signals.push(own.text.clone());
                Trigger::Signal(self.graph.signals.len() - 1)
            }
        };
        let boundary = self.boundary(node, trigger, &own.text, at);
        Origin {
            shift: SMALL / 2,
            ..plain(boundary)
        }
    }

    fn boundary(&mut self, on: NodeId, trigger: Trigger, name: &str, at: Point) -> NodeId {
        let called = self.graph.nodes[on].id.clone();
        let scope = self.graph.nodes[on].scope;
        let node = self.graph.add(
            Element::Boundary(on, trigger),
            ("Border", &called),
            name,
            (scope, around(at, SMALL)),
        );
        self.graph.nodes[node].label = Graph::label((at.0 + 15, at.1 - 2), name);
        node
    }

    /// Leads a way to its goal, through the border of every block on the way.
    fn lead(
        &mut self,
        net: usize,
        way: &Way,
        (mut from, goal): (Origin, NodeId),
        points: &[Point],
        crossings: &[Crossing],
    ) {
        let mut rest = points.to_vec();
        for crossing in crossings {
            let framed = match self.plan.items[crossing.frame].what {
                What::Branch(_) => branch_is_framed(self.plan, crossing.frame),
                _ => true,
            };
            let Some(&block) = self.graph.entry.get(&crossing.frame).filter(|_| framed) else {
                continue;
            };
            let (inside, outside) = cut(&rest, crossing.at);
            rest = outside;
            let key = (net, crossing.frame, crossing.at.1);
            let (throw, fresh) = match self.known.get(&key) {
                Some(known) => (*known, false),
                None => (self.throw(block, way, crossing.at), true),
            };
            self.connect(
                from,
                throw,
                way,
                shifted(inside, from.shift, INWARD + SMALL / 2),
            );
            if !fresh {
                return;
            }
            self.known.insert(key, throw);
            let number = self.graph.escalations.len() - 1;
            let trigger = Trigger::Escalation(number);
            let caught = self.boundary(block, trigger, &way.goal_title, crossing.at);
            from = Origin {
                node: caught,
                shift: SMALL / 2,
                decides: false,
            };
        }
        let rest = self.arrived(goal, shifted(rest, from.shift, 0));
        self.connect(from, goal, way, rest);
    }

    /// A line to a wait goes on from the border of its card to the gateway on it.
    fn arrived(&self, goal: NodeId, mut points: Vec<Point>) -> Vec<Point> {
        let node = &self.graph.nodes[goal];
        if node.element != Element::EventBased {
            return points;
        }
        let (x, y) = (node.at.right(), node.at.y + node.at.height / 2);
        if let Some(last) = points.pop() {
            points.extend([(x + 14, last.1), (x + 14, y), (x, y)]);
        }
        points
    }

    fn throw(&mut self, block: NodeId, way: &Way, (x, y): Point) -> NodeId {
        self.graph.escalations.push(way.goal_title.clone());
        let number = self.graph.escalations.len() - 1;
        let called = self.graph.nodes[block].id.clone();
        let at = around((x - INWARD, y), SMALL);
        self.graph.add(
            Element::Throw(number),
            ("Leave", &called),
            "",
            (Some(block), at),
        )
    }

    fn connect(&mut self, from: Origin, to: NodeId, way: &Way, points: Vec<Point>) {
        if !from.decides {
            self.graph.flow(from.node, to, "", None, points);
            return;
        }
        // What is left when no condition holds has none.
        let rest = way.tone == Tone::Next && way.guard.is_none();
        let condition = way.guard.clone().unwrap_or_else(|| way.text.clone());
        let condition = Some(condition).filter(|_| !rest);
        let flow = self.graph.flow(from.node, to, &way.text, condition, points);
        if rest {
            self.graph.nodes[from.node].default = Some(flow);
        }
    }
}

/// A line in two, at a place on it.
fn cut(points: &[Point], at: Point) -> (Vec<Point>, Vec<Point>) {
    let on = points.windows(2).position(|pair| {
        let (low, high) = (pair[0].0.min(pair[1].0), pair[0].0.max(pair[1].0));
        pair[0].1 == at.1 && pair[1].1 == at.1 && low <= at.0 && at.0 <= high
    });
    let Some(on) = on else {
        return (points.to_vec(), vec![at]);
    };
    let mut inside = points[..=on].to_vec();
    inside.push(at);
    let mut outside = vec![at];
    outside.extend(&points[on + 1..]);
    (inside, outside)
}

/// A line that begins so much farther right and ends so much farther left: at the borders of the events there.
fn shifted(mut points: Vec<Point>, begin: i32, end: i32) -> Vec<Point> {
    if let Some(first) = points.first_mut() {
        first.0 += begin;
    }
    if let Some(last) = points.last_mut() {
        last.0 -= end;
    }
    points.dedup();
    points
}
