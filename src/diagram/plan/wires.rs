//! The lines between what stands.

use std::collections::BTreeMap;

use super::nets::{Entry, Source, Trunk};
use super::{Bars, Group, ItemId, NetId, PORT, Plan, Point, Rect, SpaceId, What, small};
use crate::diagram::progress::Mark;
use crate::diagram::sketch::Shape;

/// A line of the run itself.
#[derive(Debug, Clone)]
pub(in crate::diagram) struct Wire {
    pub kind: WireKind,
    pub points: Vec<Point>,
    /// Whether the run has come this way.
    pub done: bool,
}

/// What a line of the run leads between.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::diagram) enum WireKind {
    /// From one item to the next.
    Step(ItemId, ItemId),
    /// From the bar at which branches part to a branch.
    Part(SpaceId, ItemId),
    /// From a branch to the bar at which they meet.
    Meet(ItemId, SpaceId),
}

/// The lines of a net.
#[derive(Debug, Clone)]
pub(in crate::diagram) struct NetWires {
    pub net: NetId,
    /// For each source the whole way to the goal, and where it leaves blocks.
    pub ways: Vec<(Vec<Point>, Vec<Crossing>)>,
    /// The same without what they have in common twice: what is drawn.
    pub drawn: Vec<Vec<Point>>,
}

/// Where a line leaves a block.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::diagram) struct Crossing {
    /// The block.
    pub frame: ItemId,
    /// On its right side.
    pub at: Point,
}

/// Draws everything.
pub(super) fn draw(plan: &mut Plan<'_>) {
    for space in 0..plan.spaces.len() {
        match plan.spaces[space].bank {
            true => bank(plan, space),
            false => list(plan, space),
        }
    }
    let nets: Vec<NetWires> = (0..plan.nets.len()).map(|net| wires(plan, net)).collect();
    plan.net_wires = nets;
}

/// The run from item to item.
fn list(plan: &mut Plan<'_>, space: SpaceId) {
    let items = plan.spaces[space].items.iter().copied();
    let mains: Vec<ItemId> = items
        .filter(|item| plan.items[*item].group == Group::Main)
        .collect();
    for pair in mains.windows(2) {
        let (from, to) = (pair[0], pair[1]);
        if !plan.items[from].step().is_some_and(|step| step.falls) {
            continue;
        }
        let points = step_points(plan, space, from, to);
        let done = has_passed(plan, from);
        plan.wires.push(Wire {
            kind: WireKind::Step(from, to),
            points,
            done,
        });
    }
}

fn step_points(plan: &Plan<'_>, space: SpaceId, from: ItemId, to: ItemId) -> Vec<Point> {
    let (one, two) = (&plan.items[from], &plan.items[to]);
    if one.line == two.line {
        let y = plan.spaces[space].lines[one.line].y + PORT;
        return vec![(one.rect.right(), y), (two.rect.x, y)];
    }
    let (start, end) = (one.rect.middle(), two.rect.middle());
    let channel = &plan.spaces[space].channels[two.line];
    let turn = channel.y + channel.before;
    straight(vec![
        (start, one.rect.bottom()),
        (start, turn),
        (end, turn),
        (end, two.rect.y),
    ])
}

/// Whether the run has gone on from here.
fn has_passed(plan: &Plan<'_>, item: ItemId) -> bool {
    let mark = match plan.items[item].what {
        What::Card(step) | What::Frame(step) => step.standing.as_ref().map(|own| own.mark),
        What::Branch(branch) => branch.mark,
        What::Exit(exit) => exit.mark,
    };
    matches!(mark, Some(Mark::Done | Mark::Skipped))
}

/// Whether the run has come here.
fn has_begun(plan: &Plan<'_>, item: ItemId) -> bool {
    match plan.items[item].what {
        What::Branch(branch) => {
            matches!(branch.mark, Some(Mark::Done | Mark::Now | Mark::Refused))
        }
        _ => false,
    }
}

/// Whether a branch can come to its end, so that it meets the others.
fn passes(plan: &Plan<'_>, branch: ItemId) -> bool {
    let What::Branch(branch) = plan.items[branch].what else {
        return true;
    };
    let mut steps = branch.list.steps.iter().rev();
    let last = steps.find(|step| step.shape != Shape::Aside);
    last.is_none_or(|last| last.falls)
}

/// The bars of a bank and the lines to and from its branches.
fn bank(plan: &mut Plan<'_>, space: SpaceId) {
    let own = &plan.spaces[space];
    if own.items.is_empty() {
        return;
    }
    match own.is_row() {
        true => bars_above_and_below(plan, space),
        false => bars_beside(plan, space),
    }
}

fn bars_above_and_below(plan: &mut Plan<'_>, space: SpaceId) {
    let own = plan.spaces[space].clone();
    let (Some(first), Some(last)) = (own.items.first(), own.items.last()) else {
        return;
    };
    let left = plan.items[*first].rect.middle() - 18;
    let right = plan.items[*last].rect.middle() + 18;
    let bar = |y: i32| Rect {
        x: left,
        y,
        width: right - left,
        height: plan.gauge.bar,
    };
    let below = own.channels.last().map_or(0, |last| last.y + last.height);
    let gauge = plan.gauge;
    let top = bar(own.rect.y + gauge.events);
    let bottom = bar(below - gauge.events - gauge.bar);
    plan.bars.push(Bars {
        space,
        part: top,
        meet: bottom,
    });
    for item in own.items {
        let rect = plan.items[item].rect;
        let x = rect.middle();
        let part = vec![(x, top.bottom()), (x, rect.y)];
        let meet = vec![(x, rect.bottom()), (x, bottom.y)];
        connect(plan, space, item, part, meet);
    }
}

fn connect(plan: &mut Plan<'_>, space: SpaceId, item: ItemId, part: Vec<Point>, meet: Vec<Point>) {
    plan.wires.push(Wire {
        kind: WireKind::Part(space, item),
        points: part,
        done: has_begun(plan, item),
    });
    if !passes(plan, item) {
        return;
    }
    plan.wires.push(Wire {
        kind: WireKind::Meet(item, space),
        points: meet,
        done: has_passed(plan, item),
    });
}

fn bars_beside(plan: &mut Plan<'_>, space: SpaceId) {
    let own = plan.spaces[space].clone();
    let gauge = plan.gauge;
    let below = own.channels.last().map_or(0, |last| last.y + last.height);
    let bar = |x: i32| Rect {
        x,
        y: own.rect.y + gauge.events,
        width: gauge.bar,
        height: below - own.rect.y - 2 * gauge.events,
    };
    let (left, right) = (
        bar(own.rect.x),
        bar(own.rect.x + 2 * gauge.bus + own.content - gauge.bar),
    );
    plan.bars.push(Bars {
        space,
        part: left,
        meet: right,
    });
    for item in own.items {
        let rect = plan.items[item].rect;
        let line = plan.items[item].line;
        let (above, under) = (&own.channels[line], &own.channels[line + 1]);
        let (part, meet) = match own.sideways {
            true => {
                let y = rect.y + across_port(plan, item);
                (
                    vec![(left.right(), y), (rect.x, y)],
                    vec![(rect.right(), y), (right.x, y)],
                )
            }
            false => {
                let x = rect.middle();
                let enter = above.y + above.height - 18;
                let leave = under.y + 9;
                (
                    vec![(left.right(), enter), (x, enter), (x, rect.y)],
                    vec![(x, rect.bottom()), (x, leave), (right.x, leave)],
                )
            }
        };
        connect(plan, space, item, part, meet);
    }
}

/// Where a branch takes the run up from the side: at the height of its first card, where there is nothing around it.
fn across_port(plan: &Plan<'_>, item: ItemId) -> i32 {
    PORT.min(plan.items[item].rect.height / 2)
}

/// Leaves out points at which nothing turns.
fn straight(points: Vec<Point>) -> Vec<Point> {
    let mut kept: Vec<Point> = Vec::with_capacity(points.len());
    for point in points {
        if kept.last() == Some(&point) {
            continue;
        }
        if let [.., one, two] = kept.as_slice() {
            let in_line =
                (one.0 == two.0 && two.0 == point.0) || (one.1 == two.1 && two.1 == point.1);
            if in_line {
                kept.pop();
            }
        }
        kept.push(point);
    }
    kept
}

/// The way of one source to where the net's beginnings come together, and the blocks that it leaves.
fn stub(plan: &Plan<'_>, net: NetId, source: &Source) -> (Vec<Point>, Vec<Crossing>) {
    let own = &plan.nets[net];
    let start = &plan.items[source.item];
    let (mut x, mut y) = (start.rect.right(), start.port(source.way));
    let mut points = vec![(x, y)];
    let mut crossings = Vec::new();
    for (at, item) in source.chain.iter().enumerate() {
        let rect = plan.items[*item].rect;
        if 0 < at {
            let crossing = Crossing {
                frame: *item,
                at: (rect.right(), y),
            };
            crossings.push(crossing);
        }
        if let Some(channel) = source.hops.get(at).copied().flatten() {
            let home = plan.items[*item].home;
            x = rect.right() + gap_offset(plan, *item, net);
            points.push((x, y));
            y = plan.spaces[home].channels[channel].track(net);
            points.push((x, y));
        }
    }
    if let Trunk::Lane(lane) = own.trunk {
        points.push((lane, y));
    }
    (straight(points), crossings)
}

/// How far right of an item a net turns: the uppermost of its ways the farthest, so that none crosses another.
fn gap_offset(plan: &Plan<'_>, item: ItemId, net: NetId) -> i32 {
    let own = &plan.items[item];
    let line = &plan.spaces[own.home].lines[own.line];
    let room = match line.items.last() == Some(&item) {
        true => plan.gauge.edge + plan.gauge.pitch,
        false => line.gap,
    };
    let count = small(own.gap.len()).max(1);
    let place = own.gap.iter().rposition(|known| *known == net);
    let place = count - 1 - small(place.unwrap_or(0));
    let first = if plan.gauge.events == 0 { 5 } else { 24 };
    let room = room - first - 4;
    let pitch = (room / count).clamp(1, plan.gauge.pitch);
    first + (place * pitch).min(room)
}

/// From the trunk into the goal.
fn head(plan: &Plan<'_>, net: NetId) -> Vec<Point> {
    let own = &plan.nets[net];
    let goal = &plan.items[own.goal];
    let place = goal.entries.iter().position(|known| *known == net);
    let (place, count) = (small(place.unwrap_or(0)), small(goal.entries.len()));
    let channel = |channel: usize| plan.spaces[own.space].channels[channel].track(net);
    let lane = match own.trunk {
        Trunk::Lane(lane) => Some(lane),
        Trunk::Channel(_) => None,
    };
    let half = goal.rect.width / 2;
    let step = ((half - 24) / count.max(1)).clamp(2, 14);
    let x = goal.rect.middle() + 16.min(half / 2) + place * step;
    let points = match own.entry {
        Entry::Side => {
            let room = goal.rect.height.min(goal.face.head.max(24));
            let step = ((room - 16) / count.max(1)).clamp(2, plan.gauge.pitch);
            let y = goal.rect.y + 12.min(goal.rect.height / 2) + place * step;
            vec![(lane.unwrap_or(x), y), (goal.rect.right(), y)]
        }
        Entry::Top(above) => {
            let y = channel(above);
            vec![(lane.unwrap_or(x), y), (x, y), (x, goal.rect.y)]
        }
        Entry::Bottom(below) => {
            let y = channel(below);
            vec![(lane.unwrap_or(x), y), (x, y), (x, goal.rect.bottom())]
        }
    };
    straight(points)
}

/// The lines that go straight down or up into the items of a space: their place and from where to where.
pub(super) fn entries(plan: &Plan<'_>, space: SpaceId) -> Vec<(i32, i32, i32)> {
    let own = plan.nets.iter().enumerate();
    own.filter(|(_, net)| net.space == space && net.entry != Entry::Side)
        .filter_map(|(id, _)| match head(plan, id).as_slice() {
            [.., one, two] => Some((two.0, one.1.min(two.1), one.1.max(two.1))),
            _ => None,
        })
        .collect()
}

/// From where to where a net's lane reaches.
pub(super) fn stretch(plan: &Plan<'_>, net: NetId) -> (i32, i32) {
    let own = &plan.nets[net];
    let ends = own.sources.iter().filter_map(|source| {
        let (points, _) = stub(plan, net, source);
        points.last().map(|last| last.1)
    });
    let goal = head(plan, net).first().map(|first| first.1);
    let all: Vec<i32> = ends.chain(goal).collect();
    let low = all.iter().copied().min().unwrap_or(0);
    (low, all.into_iter().max().unwrap_or(0))
}

fn wires(plan: &Plan<'_>, net: NetId) -> NetWires {
    let own = &plan.nets[net];
    let head = head(plan, net);
    let stubs: Vec<(Vec<Point>, Vec<Crossing>)> = own
        .sources
        .iter()
        .map(|source| stub(plan, net, source))
        .collect();
    let ways: Vec<(Vec<Point>, Vec<Crossing>)> = stubs
        .into_iter()
        .map(|(stub, crossings)| {
            let whole = stub.iter().chain(&head).copied().collect();
            (straight(whole), crossings)
        })
        .collect();
    let drawn = merged(ways.iter().map(|(way, _)| way.clone()).collect());
    NetWires { net, ways, drawn }
}

/// The lines to draw so that no stretch is drawn twice: the longest goes all the way, every other one only to where it
/// meets what is drawn. The first line is the one with the arrow.
fn merged(mut ways: Vec<Vec<Point>>) -> Vec<Vec<Point>> {
    ways.sort_by_key(|way| std::cmp::Reverse(length(way)));
    let mut known = Drawn::default();
    ways.into_iter()
        .map(|way| known.add(way))
        .filter(|way| 1 < way.len())
        .collect()
}

fn length(points: &[Point]) -> i32 {
    let pairs = points.windows(2);
    pairs
        .map(|pair| (pair[1].0 - pair[0].0).abs() + (pair[1].1 - pair[0].1).abs())
        .sum()
}

/// The stretches drawn so far: by x those that go down, by y those that go across.
#[derive(Default)]
struct Drawn {
    down: BTreeMap<i32, Vec<(i32, i32)>>,
    across: BTreeMap<i32, Vec<(i32, i32)>>,
}

impl Drawn {
    /// Adds a line up to where it meets one that is known.
    fn add(&mut self, points: Vec<Point>) -> Vec<Point> {
        let mut kept: Vec<Point> = points.first().copied().into_iter().collect();
        let mut fresh = Vec::new();
        for pair in points.windows(2) {
            let met = self.meeting(pair[0], pair[1]);
            let end = met.unwrap_or(pair[1]);
            kept.push(end);
            fresh.push((pair[0], end));
            if met.is_some() {
                break;
            }
        }
        for (from, to) in fresh {
            match from.0 == to.0 {
                true => join(self.down.entry(from.0).or_default(), from.1, to.1),
                false => join(self.across.entry(from.1).or_default(), from.0, to.0),
            }
        }
        straight(kept)
    }

    /// The first place at which a stretch touches what is drawn.
    fn meeting(&self, from: Point, to: Point) -> Option<Point> {
        let down = from.0 == to.0;
        let (along, beside) = match down {
            true => (&self.down, &self.across),
            false => (&self.across, &self.down),
        };
        // As (position on the stretch, where it lies).
        let turn = |point: Point| if down { (point.1, point.0) } else { point };
        let ((start, at), (end, _)) = (turn(from), turn(to));
        let (low, high) = (start.min(end), start.max(end));
        let same = along.get(&at).into_iter().flatten();
        let overlaps = same
            .filter(|(from, to)| *from <= high && low <= *to)
            .map(|(from, to)| start.clamp(*from, *to));
        let crossed = beside
            .range(low..=high)
            .filter(|(_, stretches)| stretches.iter().any(|(from, to)| *from <= at && at <= *to))
            .map(|(place, _)| *place);
        let nearest = overlaps
            .chain(crossed)
            .min_by_key(|place| (place - start).abs())?;
        Some(turn((nearest, at)))
    }
}

/// Adds a stretch to those of one line, those that touch made one.
fn join(known: &mut Vec<(i32, i32)>, one: i32, two: i32) {
    let mut own = (one.min(two), one.max(two));
    known.retain(|other| {
        let touches = other.0 <= own.1 && own.0 <= other.1;
        if touches {
            own = (own.0.min(other.0), own.1.max(other.1));
        }
        !touches
    });
    known.push(own);
}
