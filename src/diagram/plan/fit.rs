//! How wide everything is, and what stands beside what.

use std::collections::BTreeSet;

use super::bare::{self, EVENT, is_event};
use super::face::{self, pill_width};
use super::nets::Net;
use super::{Channel, Group, ItemId, Line, NetId, Plan, SHEET, SpaceId, What, small};

/// How many lanes each gutter needs at most: nets whose stretches do not meet share one.
fn lanes(plan: &mut Plan<'_>) {
    let mut stretches: Vec<Vec<(usize, usize)>> = vec![Vec::new(); plan.spaces.len()];
    let places = places(plan);
    for net in &plan.nets {
        let touched: Vec<usize> = net.touches().map(|item| places[item]).collect();
        let low = touched.iter().copied().min().unwrap_or(0);
        let high = touched.into_iter().max().unwrap_or(0);
        stretches[net.space].push((low, high));
    }
    for (space, mut stretches) in stretches.into_iter().enumerate() {
        stretches.sort_by_key(|(low, high)| (high - low, *low));
        // Several of one row may turn at the same height, so that none can share.
        plan.spaces[space].lanes = match plan.across {
            true => stretches.len(),
            false => share(&stretches)
                .into_iter()
                .max()
                .map_or(0, |most| most + 1),
        };
    }
}

/// Where a drawing would be wider than asked for because of its lanes, the longest lines are left out: their ways say in
/// words where they lead.
pub(super) fn thin(plan: &mut Plan<'_>, root: SpaceId, room: i32) {
    /// So many lanes may stay whatever the width.
    const KEPT: usize = 2;
    loop {
        lanes(plan);
        let excess = least(plan, root) - room;
        let crowded = (0..plan.spaces.len()).max_by_key(|space| plan.spaces[*space].lanes);
        let Some(space) = crowded.filter(|space| KEPT < plan.spaces[*space].lanes) else {
            return;
        };
        if excess <= 0 {
            return;
        }
        let surplus = usize::try_from(excess / plan.gauge.pitch + 1).unwrap_or(1);
        drop_longest(plan, space, surplus.min(plan.spaces[space].lanes - KEPT));
    }
}

fn drop_longest(plan: &mut Plan<'_>, space: SpaceId, count: usize) {
    let places = places(plan);
    let length = |net: &Net| {
        let touched: Vec<usize> = net.touches().map(|item| places[item]).collect();
        let low = touched.iter().min().copied().unwrap_or(0);
        touched.into_iter().max().unwrap_or(0) - low
    };
    let mut own: Vec<(usize, NetId)> = plan
        .nets
        .iter()
        .enumerate()
        .filter(|(_, net)| net.space == space)
        .map(|(id, net)| (length(net), id))
        .collect();
    own.sort_unstable();
    let dropped: BTreeSet<NetId> = own.iter().rev().take(count).map(|(_, id)| *id).collect();
    let mut id = 0;
    plan.nets.retain(|_| {
        id += 1;
        !dropped.contains(&(id - 1))
    });
}

/// For each stretch, in this order, the first lane in which it meets no other.
pub(super) fn share<T: Ord + Copy>(stretches: &[(T, T)]) -> Vec<usize> {
    let mut lanes: Vec<Vec<(T, T)>> = Vec::new();
    let mut own = Vec::with_capacity(stretches.len());
    for (low, high) in stretches {
        let meets = |other: &(T, T)| *low <= other.1 && other.0 <= *high;
        let free = lanes.iter().position(|lane| !lane.iter().any(meets));
        let lane = free.unwrap_or_else(|| {
            lanes.push(Vec::new());
            lanes.len() - 1
        });
        lanes[lane].push((*low, *high));
        own.push(lane);
    }
    own
}

/// The line that each item will stand in, as far as that is known: exits and asides may share lines.
fn places(plan: &Plan<'_>) -> Vec<usize> {
    let mut places = vec![0; plan.items.len()];
    for space in &plan.spaces {
        let mains = space
            .items
            .iter()
            .filter(|item| plan.items[**item].group == Group::Main)
            .count();
        for (at, item) in space.items.iter().enumerate() {
            places[*item] = match plan.items[*item].group {
                Group::Main => at,
                Group::Exit => mains,
                Group::Aside => mains + 1,
            };
        }
    }
    places
}

/// How narrow each item can be, and with it each space.
fn least(plan: &mut Plan<'_>, space: SpaceId) -> i32 {
    let mut widest = 0;
    for item in plan.spaces[space].items.clone() {
        let inside = plan.items[item].inside;
        let inside = inside.map_or(0, |inside| least(plan, inside));
        let own = match plan.items[item].what {
            What::Card(_) => match plan.across {
                true => plan.gauge.card_across,
                false => plan.gauge.card_least,
            },
            What::Exit(exit) => pill_width(exit),
            What::Branch(_) => inside.max(plan.gauge.card_least) + around(plan, item),
            What::Frame(step) => (inside + around(plan, item)).max(step.shape.least()),
        };
        plan.items[item].least = own;
        widest = widest.max(own);
    }
    let own = &plan.spaces[space];
    let bars = match (own.bank, own.items.len() < 2 && !own.sideways) {
        (true, false) => 2 * plan.gauge.bus,
        _ => 0,
    };
    widest + own.gutter(&plan.gauge) + bars
}

/// What an item has around its inside, on both sides together.
pub(super) fn around(plan: &Plan<'_>, item: ItemId) -> i32 {
    let own = &plan.items[item];
    match own.what {
        What::Card(_) | What::Exit(_) => 0,
        What::Branch(_) => match branch_is_framed(plan, item) {
            true => 2 * plan.gauge.branch_pad,
            false => 0,
        },
        What::Frame(_) if own.is_foreach() => 2 * plan.gauge.pad + 2 * SHEET,
        What::Frame(_) => 2 * plan.gauge.pad,
    }
}

/// A branch has a frame of its own where there is something to say of it, or more than one thing in it.
pub(in crate::diagram) fn branch_is_framed(plan: &Plan<'_>, item: ItemId) -> bool {
    match plan.items[item].what {
        What::Branch(branch) => {
            (!branch.title.is_empty() && plan.gauge.events == 0)
                || (branch.own_condition().is_some()
                    && !plan.sketch.of_case
                    && plan.gauge.events == 0)
                || 1 < branch.list.steps.len()
                || !branch.list.exits.is_empty()
        }
        _ => true,
    }
}

/// Gives everything in a space its width and its line, and answers the width of the space.
pub(super) fn space(plan: &mut Plan<'_>, space: SpaceId, room: i32) -> i32 {
    let width = match plan.spaces[space].bank {
        true => bank(plan, space, room),
        false => list(plan, space, room),
    };
    let count = plan.spaces[space].lines.len();
    let own = &mut plan.spaces[space];
    own.rect.width = width;
    own.channels = vec![Channel::default(); count + 1];
    for line in 0..count {
        for (slot, item) in plan.spaces[space].lines[line]
            .items
            .clone()
            .into_iter()
            .enumerate()
        {
            plan.items[item].line = line;
            plan.items[item].slot = slot;
        }
    }
    width
}

fn list(plan: &mut Plan<'_>, space: SpaceId, room: i32) -> i32 {
    let gutter = plan.spaces[space].gutter(&plan.gauge);
    let room = (room - gutter).max(widest(plan, space));
    let mut lines: Vec<Line> = Vec::new();
    for group in [Group::Main, Group::Exit, Group::Aside] {
        // Where the run goes across, ends stand beside the one that it comes to.
        let ends = plan.across
            && group == Group::Exit
            && lines.last().is_some_and(|line| only_exits(plan, line));
        let mut fresh = !ends;
        let (gap, single) = match (group, plan.across) {
            (Group::Main, true) => (plan.gauge.across, false),
            (Group::Main, false) => (0, true),
            (Group::Exit | Group::Aside, _) => (plan.gauge.side, false),
        };
        for item in plan.spaces[space].items.clone() {
            if plan.items[item].group != group {
                continue;
            }
            let own = self::item(plan, item, room);
            let used = lines.last().map_or(0, |line| line.width);
            if fresh || single || room < used + gap + own {
                lines.push(Line {
                    gap,
                    ..Line::default()
                });
                fresh = false;
            }
            if let Some(line) = lines.last_mut() {
                line.width += own + if line.items.is_empty() { 0 } else { line.gap };
                line.items.push(item);
            }
        }
    }
    let content = lines.iter().map(|line| line.width).max().unwrap_or(0);
    let own = &mut plan.spaces[space];
    own.lines = lines;
    own.content = content;
    content + gutter
}

/// The branches of a parallel: side by side as long as they fit, else in several rows with the bars beside them.
fn bank(plan: &mut Plan<'_>, space: SpaceId, room: i32) -> i32 {
    let items = plan.spaces[space].items.clone();
    let widest = widest(plan, space);
    let (sideways, gap) = (plan.spaces[space].sideways, plan.gauge.side);
    let columns = |room: i32| match sideways {
        true => 1,
        false => ((room + gap) / (widest + gap).max(1)).max(1),
    };
    let count = small(items.len()).max(1);
    let in_one = !sideways && count <= columns(room);
    let (room, columns) = match in_one {
        true => (room, count),
        false => {
            let room = room - 2 * plan.gauge.bus;
            // As many in each row as there must be for so many rows.
            let rows = (count + columns(room) - 1) / columns(room);
            (room, (count + rows - 1) / rows)
        }
    };
    let share = ((room - (columns - 1) * gap) / columns).max(widest);
    let mut lines: Vec<Line> = Vec::new();
    for row in items.chunks(usize::try_from(columns).unwrap_or(1).max(1)) {
        let mut line = Line {
            gap,
            ..Line::default()
        };
        for item in row {
            let own = self::item(plan, *item, share);
            line.width += own + if line.items.is_empty() { 0 } else { line.gap };
            line.items.push(*item);
        }
        lines.push(line);
    }
    let content = lines.iter().map(|line| line.width).max().unwrap_or(0);
    let bars = match !sideways && lines.len() < 2 {
        true => 0,
        false => 2 * plan.gauge.bus,
    };
    let own = &mut plan.spaces[space];
    own.lines = lines;
    own.content = content;
    content + bars
}

fn only_exits(plan: &Plan<'_>, line: &Line) -> bool {
    let mut items = line.items.iter();
    items.all(|item| matches!(plan.items[*item].what, What::Exit(_)))
}

fn widest(plan: &Plan<'_>, space: SpaceId) -> i32 {
    let items = plan.spaces[space].items.iter();
    items.map(|item| plan.items[*item].least).max().unwrap_or(0)
}

/// Gives an item and all inside it their widths.
fn item(plan: &mut Plan<'_>, item: ItemId, room: i32) -> i32 {
    let own = &plan.items[item];
    let room = room.max(own.least);
    let width = match (own.what, own.inside) {
        (What::Card(step), _) if 0 < plan.gauge.events && is_event(step) => EVENT,
        (What::Exit(_), _) if 0 < plan.gauge.events => EVENT,
        (What::Card(_), _) if plan.across => plan.gauge.card_across,
        (What::Card(_), _) => room.min(plan.gauge.card),
        (What::Exit(exit), _) => pill_width(exit),
        (What::Branch(_) | What::Frame(_), inside) => {
            let around = around(plan, item);
            let least = own.least;
            let inside = inside.map_or(0, |inside| space(plan, inside, room - around));
            (inside + around).max(least)
        }
    };
    plan.items[item].rect.width = width;
    let own = &plan.items[item];
    let drawn = |way: usize| plan.drawn.contains(&(item, way));
    let face = match plan.gauge.events {
        0 => face::face(plan.sketch, own, width, &drawn),
        _ => bare::face(own),
    };
    plan.items[item].face = face;
    width
}
