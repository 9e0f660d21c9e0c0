//! How high everything is and where it stands.

use super::face::Face;
use super::fit::branch_is_framed;
use super::nets::{Entry, Trunk};
use super::{Group, ItemId, Line, NetId, PORT, Plan, Rect, SHEET, SpaceId, What, small};
use crate::diagram::text::wrap;

/// Tells each channel, gap and goal which nets come by.
pub(super) fn tracks(plan: &mut Plan<'_>) {
    for id in 0..plan.nets.len() {
        let net = plan.nets[id].clone();
        for source in &net.sources {
            for (item, hop) in source.chain.iter().zip(&source.hops) {
                let Some(channel) = hop else { continue };
                let home = plan.items[*item].home;
                note(&mut plan.items[*item].gap, id);
                note(&mut plan.spaces[home].channels[*channel].nets, id);
            }
        }
        let channels = &mut plan.spaces[net.space].channels;
        match (net.trunk, net.entry) {
            (Trunk::Channel(channel), _) | (_, Entry::Top(channel) | Entry::Bottom(channel)) => {
                note(&mut channels[channel].nets, id);
            }
            (Trunk::Lane(_), Entry::Side) => {}
        }
        note(&mut plan.items[net.goal].entries, id);
    }
}

fn note(known: &mut Vec<NetId>, net: NetId) {
    if !known.contains(&net) {
        known.push(net);
    }
}

/// Heights, from the inside out: what is inside a block has a higher number than the block.
pub(super) fn heights(plan: &mut Plan<'_>) {
    for item in (0..plan.items.len()).rev() {
        let inside = plan.items[item].inside;
        let inside = inside.map_or(0, |inside| space_height(plan, inside));
        let own = &plan.items[item];
        let Face { head, foot, .. } = own.face;
        let height = match own.what {
            What::Card(_) => match foot {
                0 => head,
                foot => head + foot,
            },
            What::Exit(_) => head,
            What::Branch(_) => match branch_is_framed(plan, item) {
                true => head.max(plan.gauge.branch_under) + inside + plan.gauge.branch_under,
                false => inside,
            },
            What::Frame(_) => {
                let sheets = if own.is_foreach() { 2 * SHEET } else { 0 };
                head + inside + plan.gauge.under + foot + sheets
            }
        };
        plan.items[item].rect.height = height;
    }
    if !plan.spaces.is_empty() {
        space_height(plan, 0);
    }
}

/// The height of a space whose items are measured; sets those of its lines and channels.
fn space_height(plan: &mut Plan<'_>, space: SpaceId) -> i32 {
    let count = plan.spaces[space].lines.len();
    for line in 0..count {
        let items = plan.spaces[space].lines[line].items.iter();
        let height = items
            .map(|item| plan.items[*item].rect.height + lowered(plan, *item))
            .max();
        plan.spaces[space].lines[line].height = height.unwrap_or(0);
    }
    caption(plan, space);
    for channel in 0..=count {
        let (before, after) = room(plan, space, channel);
        let pitch = plan.gauge.pitch;
        let turn = i32::from(turns(plan, space, channel)) * pitch;
        let own = &mut plan.spaces[space].channels[channel];
        own.turn = turn;
        own.pitch = pitch;
        own.before = before;
        own.height = before + own.tracks() + after;
    }
    let own = &mut plan.spaces[space];
    let lines: i32 = own.lines.iter().map(|line| line.height).sum();
    let channels: i32 = own.channels.iter().map(|channel| channel.height).sum();
    let caption = small(own.caption.len()) * CAPTION;
    own.rect.height = lines + channels + caption;
    own.rect.height
}

/// Height of a line of words below the bar that ends a bank.
pub(in crate::diagram) const CAPTION: i32 = 18;

/// The words below the bar at which branches meet.
fn caption(plan: &mut Plan<'_>, space: SpaceId) {
    let own = &plan.spaces[space];
    let owner = own.owner.filter(|_| own.bank);
    let step = owner.and_then(|owner| plan.items[owner].step());
    let join = step.and_then(|step| step.join.as_ref());
    let Some(join) = join.filter(|_| plan.gauge.events == 0) else {
        return;
    };
    let room = i16::try_from(own.rect.width).unwrap_or(i16::MAX);
    plan.spaces[space].caption = wrap(&join.words, (f32::from(room) / 12.0).max(4.0));
}

/// The room of a channel above and below its tracks.
fn room(plan: &Plan<'_>, space: SpaceId, channel: usize) -> (i32, i32) {
    let (before, after) = bare_room(plan, space, channel);
    let own = &plan.spaces[space];
    if own.bank {
        return (before, after);
    }
    // The event at which a list begins stands above its first line, the one at which it ends below the run's last.
    let is_main = |line: &&Line| {
        let first = line.items.first();
        first.is_some_and(|item| plan.items[*item].group == Group::Main)
    };
    let mains = own.lines.iter().filter(is_main).count();
    // A branch without a frame is the one thing in it.
    let plain = own
        .owner
        .is_some_and(|owner| !branch_is_framed(plan, owner));
    let here = !plain && (channel == 0 || (channel == mains && own.owner.is_some()));
    (before + if here { plan.gauge.events } else { 0 }, after)
}

fn bare_room(plan: &Plan<'_>, space: SpaceId, channel: usize) -> (i32, i32) {
    let gauge = plan.gauge;
    let own = &plan.spaces[space];
    let (first, last) = (channel == 0, channel == own.lines.len());
    let crowded = !own.channels[channel].nets.is_empty();
    if own.bank {
        // Gateways stand at the ends of the bars, clear of the branches.
        let beside = match gauge.events {
            0 => 0,
            events => events + gauge.bar + 10,
        };
        return match (own.is_row(), first, last) {
            (_, true, true) => (0, 0),
            (true, true, _) => (gauge.events + gauge.bar, 24),
            (true, _, true) => (10, 12 + gauge.bar + gauge.events),
            // Branches stacked: a line in from the left above each, a line out to the right below each.
            (false, true, _) if own.sideways => (0, 4),
            (false, _, true) if own.sideways => (4, if crowded { 6 } else { 0 }),
            (false, ..) if own.sideways => (8, 10),
            (false, true, _) => (beside, 26),
            (false, _, true) => (18, 4 + beside),
            (true | false, ..) => (20, 28),
        };
    }
    if first || last {
        return match (crowded, first) {
            (false, _) => (0, 0),
            (true, true) => (4, 14),
            (true, false) => (14, 2),
        };
    }
    // A gap without an arrow in it sets what is beside the run's way apart.
    let below = own.lines[channel].items.first();
    let group = below.map_or(Group::Main, |item| plan.items[*item].group);
    let rows = if plan.across {
        gauge.across
    } else {
        gauge.down
    };
    match (group, crowded) {
        (Group::Main, false) => (rows / 2, rows - rows / 2),
        (Group::Main, true) => (14, 20),
        (Group::Exit, _) => (14, 16),
        (Group::Aside, _) => (20, 20),
    }
}

/// Whether the run turns here on its way from the end of a row to the beginning of the next.
fn turns(plan: &Plan<'_>, space: SpaceId, channel: usize) -> bool {
    let own = &plan.spaces[space];
    let below = own.lines.get(channel).and_then(|line| line.items.first());
    let main = below.is_some_and(|item| plan.items[*item].group == Group::Main);
    plan.across && !own.bank && 0 < channel && main
}

/// Places, from the outside in.
pub(super) fn positions(plan: &mut Plan<'_>, root: SpaceId) {
    let own = plan.spaces[root].rect;
    plan.width = own.width + 2 * plan.gauge.margin;
    plan.height = own.height + 2 * plan.gauge.margin;
    let margin = plan.gauge.margin;
    spread(plan, root, margin, margin, own.width);
    lanes(plan);
}

/// Sets a space down with its upper left corner here, in this much width.
fn spread(plan: &mut Plan<'_>, space: SpaceId, x: i32, y: i32, width: i32) {
    let gauge = plan.gauge;
    let own = &mut plan.spaces[space];
    own.rect.x = x;
    own.rect.y = y;
    own.rect.width = width.max(own.rect.width);
    let row = own.is_row();
    let bars = if own.bank && !row { gauge.bus } else { 0 };
    let gutter = own.gutter(&gauge);
    let room = plan.spaces[space].rect.width - gutter - 2 * bars;
    let mut top = y;
    for line in 0..plan.spaces[space].lines.len() {
        let own = &mut plan.spaces[space];
        own.channels[line].y = top;
        top += own.channels[line].height;
        own.lines[line].y = top;
        let start = match plan.across && (!own.bank || own.sideways) {
            true => 0,
            false => (room - own.lines[line].width).max(0) / 2,
        };
        let (mut left, gap) = (x + bars + start, own.lines[line].gap);
        for item in own.lines[line].items.clone() {
            set(plan, item, left, top);
            left += plan.items[item].rect.width + gap;
        }
        top += plan.spaces[space].lines[line].height;
    }
    if let Some(last) = plan.spaces[space].channels.last_mut() {
        last.y = top;
    }
}

/// A pill stands so that a run that goes across, which comes at the height of the cards' ports, meets its middle.
fn lowered(plan: &Plan<'_>, item: ItemId) -> i32 {
    match (plan.items[item].what, plan.across) {
        (What::Exit(_), true) => (PORT - plan.items[item].rect.height / 2).max(0),
        _ => 0,
    }
}

fn set(plan: &mut Plan<'_>, item: ItemId, x: i32, y: i32) {
    let framed = branch_is_framed(plan, item);
    let lowered = lowered(plan, item);
    let own = &mut plan.items[item];
    own.rect.x = x;
    own.rect.y = y + lowered;
    let Some(inside) = own.inside else { return };
    let (pad, branch_pad) = (plan.gauge.pad, plan.gauge.branch_pad);
    let (rect, head) = (own.rect, own.face.head);
    let (left, top, width) = match own.what {
        What::Branch(_) if framed => (
            rect.x + branch_pad,
            rect.y + head.max(plan.gauge.branch_under),
            rect.width - 2 * branch_pad,
        ),
        What::Branch(_) => (rect.x, rect.y, rect.width),
        _ if own.is_foreach() => (
            rect.x + pad,
            rect.y + head + 2 * SHEET,
            rect.width - 2 * pad - 2 * SHEET,
        ),
        _ => (rect.x + pad, rect.y + head, rect.width - 2 * pad),
    };
    spread(plan, inside, left, top, width);
}

/// Gives each net its lane: as near to the lines that it passes as the others leave room, the shortest first.
fn lanes(plan: &mut Plan<'_>) {
    let mut of: Vec<Vec<(i32, i32, NetId)>> = vec![Vec::new(); plan.spaces.len()];
    for (id, net) in plan.nets.iter().enumerate() {
        if let Trunk::Lane(_) = net.trunk {
            let (low, high) = super::wires::stretch(plan, id);
            of[net.space].push((low, high, id));
        }
    }
    for (space, mut nets) in of.into_iter().enumerate() {
        nets.sort_by_key(|(low, high, id)| (high - low, *low, *id));
        let mut taken = super::wires::entries(plan, space);
        for (low, high, id) in nets {
            let (from, to) = (
                beside(plan, space, low, high),
                plan.spaces[space].rect.right() - 2,
            );
            let pitch = plan.gauge.pitch;
            let x = free(pitch, &taken, (low - pitch, high + pitch), from, to);
            taken.push((x, low, high));
            plan.nets[id].trunk = Trunk::Lane(x);
        }
    }
}

/// How far to the right the lines of a space reach at these heights.
fn beside(plan: &Plan<'_>, space: SpaceId, low: i32, high: i32) -> i32 {
    let own = &plan.spaces[space];
    let passed = own
        .lines
        .iter()
        .filter(|line| line.y <= high && low <= line.y + line.height);
    let rights = passed.filter_map(|line| line.items.last().map(|last| plan.items[*last].rect));
    let right = rights.map(Rect::right).max().unwrap_or(own.rect.x);
    right + plan.gauge.edge + if plan.across { plan.gauge.pitch } else { 0 }
}

/// The first place from `from` on where a line down from `low` to `high` keeps its distance from those that are taken;
/// where there is none, a smaller distance will do.
fn free(pitch: i32, taken: &[(i32, i32, i32)], (low, high): (i32, i32), from: i32, to: i32) -> i32 {
    let mut near: Vec<i32> = taken
        .iter()
        .filter(|(_, top, bottom)| *top <= high && low <= *bottom)
        .map(|(x, _, _)| *x)
        .collect();
    near.sort_unstable();
    for distance in [pitch, pitch * 2 / 3, pitch / 3, 1] {
        let mut x = from;
        for other in &near {
            if (other - x).abs() < distance {
                x = other + distance;
            }
        }
        if x <= to {
            return x;
        }
    }
    to
}
