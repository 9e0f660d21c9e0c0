//! Nets: all that leads to one item in one tone, drawn as one line with several beginnings.

use std::collections::BTreeMap;

use super::{ItemId, NetId, Plan, SpaceId};
use crate::diagram::sketch::Tone;

/// All that leads to one item in one tone.
#[derive(Debug, Clone)]
pub(in crate::diagram) struct Net {
    pub goal: ItemId,
    pub tone: Tone,
    /// The space that the goal stands in.
    pub space: SpaceId,
    pub sources: Vec<Source>,
    /// Where it turns, once the lines are known.
    pub trunk: Trunk,
    pub entry: Entry,
}

/// Where a net begins.
#[derive(Debug, Clone)]
pub(in crate::diagram) struct Source {
    pub item: ItemId,
    /// Which of its ways.
    pub way: usize,
    /// The item and the blocks around it, up to the one that stands in the net's space.
    pub chain: Vec<ItemId>,
    /// For each of the chain the channel that it is left by; `None`: straight to the right.
    pub hops: Vec<Option<usize>>,
}

/// Where the beginnings of a net come together.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::diagram) enum Trunk {
    /// In a lane beside the lines.
    Lane(i32),
    /// In a channel.
    Channel(usize),
}

/// How a net enters its goal.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::diagram) enum Entry {
    /// From the right.
    Side,
    /// From above, out of this channel.
    Top(usize),
    /// From below, out of this channel.
    Bottom(usize),
}

/// The nets of a plan.
pub(super) fn nets(plan: &Plan<'_>, names: &BTreeMap<&str, ItemId>) -> Vec<Net> {
    let mut found: Vec<Net> = Vec::new();
    let mut known: BTreeMap<(ItemId, Tone), NetId> = BTreeMap::new();
    for (item, own) in plan.items.iter().enumerate() {
        let Some(step) = own.step() else { continue };
        for (way, leads) in step.ways.iter().enumerate() {
            let goal = leads.goal.as_deref().and_then(|goal| names.get(goal));
            let Some(&goal) = goal else { continue };
            let space = plan.items[goal].home;
            let Some(chain) = chain(plan, item, space) else {
                continue;
            };
            let source = Source {
                item,
                way,
                chain,
                hops: Vec::new(),
            };
            let id = *known.entry((goal, leads.tone)).or_insert_with(|| {
                found.push(Net {
                    goal,
                    tone: leads.tone,
                    space,
                    sources: Vec::new(),
                    trunk: Trunk::Lane(0),
                    entry: Entry::Side,
                });
                found.len() - 1
            });
            found[id].sources.push(source);
        }
    }
    found
}

/// The item and the blocks around it up to the one that stands in `space`; `None` when it is not inside that space.
fn chain(plan: &Plan<'_>, item: ItemId, space: SpaceId) -> Option<Vec<ItemId>> {
    let mut chain = vec![item];
    let mut at = item;
    while plan.items[at].home != space {
        at = plan.spaces[plan.items[at].home].owner?;
        chain.push(at);
    }
    Some(chain)
}

impl Net {
    /// The items of its own space that it touches.
    pub fn touches(&self) -> impl Iterator<Item = ItemId> + '_ {
        let outermost = self.sources.iter().filter_map(|source| source.chain.last());
        outermost.copied().chain([self.goal])
    }
}

/// Decides through which channels each net goes, and how it arrives; the lines are known by now.
pub(super) fn route(plan: &mut Plan<'_>) {
    for id in 0..plan.nets.len() {
        let mut net = plan.nets[id].clone();
        let (space, goal) = (net.space, net.goal);
        for source in &mut net.sources {
            source.hops = source
                .chain
                .iter()
                .map(|item| hop(plan, *item, space, goal))
                .collect();
        }
        let goal = &plan.items[net.goal];
        let common = common(&net);
        (net.trunk, net.entry) = match common {
            Some(channel) if channel == goal.line => (Trunk::Channel(channel), Entry::Top(channel)),
            Some(channel) if channel == goal.line + 1 => {
                (Trunk::Channel(channel), Entry::Bottom(channel))
            }
            _ if plan.is_alone(net.goal) => (Trunk::Lane(0), Entry::Side),
            _ => (Trunk::Lane(0), Entry::Top(goal.line)),
        };
        plan.nets[id] = net;
    }
}

/// Through which channel an item is left: none where nothing stands beside it.
fn hop(plan: &Plan<'_>, item: ItemId, space: SpaceId, goal: ItemId) -> Option<usize> {
    if plan.is_alone(item) {
        return None;
    }
    let own = &plan.items[item];
    let upwards = own.home == space && plan.items[goal].line < own.line;
    Some(match upwards {
        true => own.line,
        false => own.line + 1,
    })
}

/// The one channel that all beginnings of a net come to, if they do.
fn common(net: &Net) -> Option<usize> {
    let mut channels = net.sources.iter().map(|source| *source.hops.last()?);
    let first = channels.next()??;
    channels.all(|own| own == Some(first)).then_some(first)
}
