//! From a sketch to items and spaces.

use std::collections::{BTreeMap, BTreeSet};

use super::{
    Face, Gauge, Group, Item, ItemId, Plan, Rect, Size, Space, SpaceId, What, fit, nets, place,
    wires,
};
use crate::diagram::sketch::{Branch, List, Shape, Sketch, Step};

/// Measures and places a sketch.
pub(in crate::diagram) fn plan(sketch: &Sketch, size: Size, gauge: Gauge) -> Plan<'_> {
    let mut plan = Plan {
        sketch,
        gauge,
        across: size.across,
        items: Vec::new(),
        spaces: Vec::new(),
        nets: Vec::new(),
        drawn: BTreeSet::new(),
        width: 0,
        height: 0,
        wires: Vec::new(),
        net_wires: Vec::new(),
        bars: Vec::new(),
    };
    let mut builder = Builder {
        plan: &mut plan,
        names: BTreeMap::new(),
    };
    let root = builder.list(&sketch.list, None);
    let names = std::mem::take(&mut builder.names);
    plan.nets = nets::nets(&plan, &names);
    let room = size.width - 2 * gauge.margin;
    fit::thin(&mut plan, root, room);
    let sources = plan.nets.iter().flat_map(|net| &net.sources);
    plan.drawn = sources.map(|source| (source.item, source.way)).collect();
    fit::space(&mut plan, root, room);
    nets::route(&mut plan);
    place::tracks(&mut plan);
    place::heights(&mut plan);
    place::positions(&mut plan, root);
    wires::draw(&mut plan);
    plan
}

struct Builder<'a, 'p> {
    plan: &'p mut Plan<'a>,
    /// What can be led to, by its id.
    names: BTreeMap<&'a str, ItemId>,
}

impl<'a> Builder<'a, '_> {
    fn space(&mut self, owner: Option<ItemId>, bank: bool) -> SpaceId {
        self.plan.spaces.push(Space {
            owner,
            bank,
            ..Space::default()
        });
        self.plan.spaces.len() - 1
    }

    fn item(&mut self, what: What<'a>, home: SpaceId, group: Group) -> ItemId {
        let id = self.plan.items.len();
        self.plan.items.push(Item {
            what,
            home,
            group,
            inside: None,
            least: 0,
            rect: Rect::default(),
            face: Face::default(),
            line: 0,
            slot: 0,
            gap: Vec::new(),
            entries: Vec::new(),
        });
        self.plan.spaces[home].items.push(id);
        id
    }

    fn list(&mut self, list: &'a List, owner: Option<ItemId>) -> SpaceId {
        let space = self.space(owner, false);
        for step in list.steps.iter().filter(|step| !is_aside(step)) {
            self.step(step, space, Group::Main);
        }
        for (at, exit) in list.exits.iter().enumerate() {
            // A case runs into its first end by itself.
            let group = match owner.is_none() && at == 0 {
                true => Group::Main,
                false => Group::Exit,
            };
            let id = self.item(What::Exit(exit), space, group);
            self.names.insert(&exit.id, id);
        }
        for step in list.steps.iter().filter(|step| is_aside(step)) {
            self.step(step, space, Group::Aside);
        }
        space
    }

    fn step(&mut self, step: &'a Step, space: SpaceId, group: Group) {
        if !step.shape.is_block() {
            let id = self.item(What::Card(step), space, group);
            self.names.insert(&step.id, id);
            return;
        }
        let id = self.item(What::Frame(step), space, group);
        self.names.insert(&step.id, id);
        let inside = match (step.shape, step.inside.as_slice()) {
            (Shape::Parallel, branches) => self.bank(branches, id),
            (_, [only, ..]) => self.list(&only.list, Some(id)),
            (_, []) => self.space(Some(id), false),
        };
        self.plan.items[id].inside = Some(inside);
    }

    fn bank(&mut self, branches: &'a [Branch], owner: ItemId) -> SpaceId {
        let space = self.space(Some(owner), true);
        for branch in branches {
            let id = self.item(What::Branch(branch), space, Group::Main);
            let inside = self.list(&branch.list, Some(id));
            self.plan.items[id].inside = Some(inside);
        }
        // A few branches read best one below the other where the run goes across; many would make a tower.
        self.plan.spaces[space].sideways = self.plan.across && branches.len() <= 3;
        space
    }
}

fn is_aside(step: &Step) -> bool {
    step.shape == Shape::Aside
}
