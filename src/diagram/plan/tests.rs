//! What holds for every drawing, whatever its blocks: nothing overlaps, nothing sticks out, no line crosses a box.

use proptest::prelude::*;

use super::*;
use crate::diagram::sketch::{Chip, ChipKind, Join, Leaving, List, Shape, Terms, Tone, Way};

/// Makes nested blocks out of a row of numbers: each decision takes the next.
struct Maker<'a> {
    tape: std::slice::Iter<'a, u8>,
    count: usize,
    /// The ids that can be led to from here: those of the list and of the lists around it.
    goals: Vec<String>,
}

const SHAPES: [Shape; 9] = [
    Shape::Sign,
    Shape::Work,
    Shape::Notice,
    Shape::Wait,
    Shape::Start,
    Shape::Group,
    Shape::Parallel,
    Shape::Foreach,
    Shape::Aside,
];
const TITLES: [&str; 4] = [
    "审核",
    "需求部门政务数据共享工作机构负责人同意",
    "Integrated approval of the responsible department",
    "",
];
const TONES: [Tone; 5] = Tone::ALL;

impl Maker<'_> {
    fn pick(&mut self, most: usize) -> usize {
        self.tape
            .next()
            .map_or(0, |next| usize::from(*next) % most.max(1))
    }

    fn id(&mut self, prefix: &str) -> String {
        self.count += 1;
        format!("{prefix}{}", self.count)
    }

    fn title(&mut self) -> String {
        TITLES[self.pick(TITLES.len())].to_owned()
    }

    fn list(&mut self, depth: usize, whole: bool) -> List {
        let known = self.goals.len();
        let shapes: Vec<(String, Shape)> = (0..1 + self.pick(4))
            .map(|_| {
                let shape = SHAPES[self.pick(SHAPES.len())];
                let flat = depth == 0 && shape.is_block();
                let shape = if flat { Shape::Sign } else { shape };
                (self.id("s"), shape)
            })
            .collect();
        self.goals.extend(shapes.iter().map(|(id, _)| id.clone()));
        let exits: Vec<Exit> = (0..self.pick(3) + usize::from(whole))
            .map(|_| Exit {
                id: self.id("x"),
                title: self.title(),
                outcome: Leaving::Passed,
                mark: None,
            })
            .collect();
        self.goals.extend(exits.iter().map(|exit| exit.id.clone()));
        let steps = shapes
            .into_iter()
            .map(|(id, shape)| self.step(id, shape, depth))
            .collect();
        self.goals.truncate(known);
        List { steps, exits }
    }

    fn step(&mut self, id: String, shape: Shape, depth: usize) -> Step {
        let ways = (0..self.pick(5)).map(|_| self.way()).collect();
        let inside = match shape {
            Shape::Parallel => (0..1 + self.pick(5)).map(|_| self.branch(depth)).collect(),
            shape if shape.is_block() => vec![self.branch(depth)],
            _ => Vec::new(),
        };
        Step {
            id,
            shape,
            kind: "签署".into(),
            title: self.title(),
            when: None,
            about: vec![self.title()],
            chips: (0..self.pick(3))
                .map(|_| Chip {
                    about: ChipKind::Law,
                    text: "10 个工作日 法定".into(),
                })
                .collect(),
            ways,
            falls: self.pick(4) != 0 && shape != Shape::Aside,
            inside,
            join: Some(Join {
                words: "全部通过后继续".into(),
                all: true,
            }),
            standing: None,
            branches: Vec::new(),
            in_turn: false,
            recurs: false,
            calls: None,
            remark: None,
        }
    }

    fn branch(&mut self, depth: usize) -> Branch {
        Branch {
            id: self.id("b"),
            title: self.title(),
            when: None,
            list: self.list(depth.saturating_sub(1), false),
            mark: None,
        }
    }

    fn way(&mut self) -> Way {
        let goal = self.pick(self.goals.len() + 1);
        Way {
            tone: TONES[self.pick(TONES.len())],
            text: ["不同意", "逾期 3 个工作日，其他情况都不满足的时候"][self.pick(2)].into(),
            guard: None,
            goal: self.goals.get(goal).cloned(),
            goal_title: "受理".into(),
        }
    }
}

fn made(tape: &[u8]) -> Sketch {
    let mut maker = Maker {
        tape: tape.iter(),
        count: 0,
        goals: Vec::new(),
    };
    Sketch {
        key: "trial".into(),
        title: "试验".into(),
        list: maker.list(3, true),
        of_case: false,
        terms: Terms {
            heading: String::new(),
            tones: Vec::new(),
            marks: Vec::new(),
            only_when: String::new(),
            exits: String::new(),
            branch: "分支".into(),
            to: "→".into(),
            colon: "：".into(),
            comma: "，".into(),
            and: "、".into(),
            open: "（".into(),
            close: "）".into(),
            stop: "。".into(),
        },
    }
}

fn called(plan: &Plan<'_>, item: ItemId) -> String {
    let own = &plan.items[item];
    let id = match own.what {
        What::Card(step) | What::Frame(step) => &step.id,
        What::Branch(branch) => &branch.id,
        What::Exit(exit) => &exit.id,
    };
    format!("{id} {:?}", own.rect)
}

fn apart(one: Rect, two: Rect) -> bool {
    one.right() <= two.x || two.right() <= one.x || one.bottom() <= two.y || two.bottom() <= one.y
}

fn within(inner: Rect, outer: Rect) -> bool {
    outer.x <= inner.x
        && outer.y <= inner.y
        && inner.right() <= outer.right()
        && inner.bottom() <= outer.bottom()
}

/// Whether a stretch goes through the inside of a rectangle; along its border it may.
fn crosses(rect: Rect, (from, to): (Point, Point)) -> bool {
    let (left, right) = (from.0.min(to.0), from.0.max(to.0));
    let (top, bottom) = (from.1.min(to.1), from.1.max(to.1));
    left.max(rect.x + 1) <= right.min(rect.right() - 1)
        && top.max(rect.y + 1) <= bottom.min(rect.bottom() - 1)
}

fn touches(rect: Rect, (x, y): Point) -> bool {
    let inside = rect.x <= x && x <= rect.right() && rect.y <= y && y <= rect.bottom();
    let border = x == rect.x || x == rect.right() || y == rect.y || y == rect.bottom();
    inside && border
}

fn nothing_overlaps(plan: &Plan<'_>) -> Result<(), TestCaseError> {
    for space in &plan.spaces {
        for (at, one) in space.items.iter().enumerate() {
            for two in &space.items[at + 1..] {
                let free = apart(plan.items[*one].rect, plan.items[*two].rect);
                prop_assert!(free, "{} over {}", called(plan, *one), called(plan, *two));
            }
        }
    }
    Ok(())
}

fn nothing_sticks_out(plan: &Plan<'_>) -> Result<(), TestCaseError> {
    let whole = Rect {
        x: 0,
        y: 0,
        width: plan.width,
        height: plan.height,
    };
    for (item, own) in plan.items.iter().enumerate() {
        let frame = plan.spaces[own.home].owner;
        let frame = frame.map_or(whole, |owner| plan.items[owner].rect);
        prop_assert!(
            within(own.rect, frame),
            "{} in {frame:?}",
            called(plan, item)
        );
    }
    let nets = plan.net_wires.iter().flat_map(|net| &net.ways);
    let lines = plan
        .wires
        .iter()
        .map(|wire| &wire.points)
        .chain(nets.map(|(points, _)| points));
    for (x, y) in lines.flatten() {
        let inside = 0 <= *x && *x <= plan.width && 0 <= *y && *y <= plan.height;
        prop_assert!(inside, "{x} {y} outside {} {}", plan.width, plan.height);
    }
    Ok(())
}

/// Every line is made of straight stretches, and goes through no box but the blocks that it comes out of.
fn no_line_crosses_a_box(plan: &Plan<'_>) -> Result<(), TestCaseError> {
    for wires in &plan.net_wires {
        let net = &plan.nets[wires.net];
        for (source, (points, _)) in net.sources.iter().zip(&wires.ways) {
            let start = points.first().copied().unwrap_or_default();
            let end = points.last().copied().unwrap_or_default();
            let from = plan.items[source.item].rect;
            prop_assert_eq!(start.0, from.right());
            prop_assert!(touches(from, start), "{start:?} at {from:?}");
            let goal = plan.items[net.goal].rect;
            prop_assert!(touches(goal, end), "{end:?} at {goal:?}");
            for pair in points.windows(2) {
                let (one, two) = (pair[0], pair[1]);
                prop_assert!(one.0 == two.0 || one.1 == two.1, "{points:?}");
                for (item, own) in plan.items.iter().enumerate() {
                    let leaves = own
                        .inside
                        .is_some_and(|inside| holds(plan, inside, Some(source.item)));
                    let crossed = !leaves && crosses(own.rect, (one, two));
                    prop_assert!(
                        !crossed,
                        "{points:?} of {} through {}",
                        called(plan, source.item),
                        called(plan, item)
                    );
                }
            }
        }
    }
    Ok(())
}

fn the_run_goes_from_box_to_box(plan: &Plan<'_>) -> Result<(), TestCaseError> {
    for wire in &plan.wires {
        let start = wire.points.first().copied().unwrap_or_default();
        let end = wire.points.last().copied().unwrap_or_default();
        let (from, to) = match wire.kind {
            WireKind::Step(from, to) => (Some(from), Some(to)),
            WireKind::Part(_, to) => (None, Some(to)),
            WireKind::Meet(from, _) => (Some(from), None),
        };
        for (item, at) in [(from, start), (to, end)] {
            let Some(item) = item else { continue };
            let rect = plan.items[item].rect;
            prop_assert!(touches(rect, at), "{at:?} at {}", called(plan, item));
        }
        for pair in wire.points.windows(2) {
            for (item, own) in plan.items.iter().enumerate() {
                let around = own
                    .inside
                    .is_some_and(|inside| holds(plan, inside, from.or(to)));
                let crossed = !around && crosses(own.rect, (pair[0], pair[1]));
                prop_assert!(!crossed, "{:?} through {}", wire.points, called(plan, item));
            }
        }
    }
    Ok(())
}

/// Whether an item stands in a space or further inside it.
fn holds(plan: &Plan<'_>, space: SpaceId, item: Option<ItemId>) -> bool {
    let mut at = item;
    while let Some(item) = at {
        if plan.items[item].home == space {
            return true;
        }
        at = plan.spaces[plan.items[item].home].owner;
    }
    false
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(256))]

    #[test]
    fn every_drawing_is_sound(
        tape in prop::collection::vec(any::<u8>(), 1..400),
        width in prop::sample::select(vec![326, 640, 1040, 1600]),
        across in any::<bool>(),
        model in any::<bool>(),
    ) {
        let sketch = made(&tape);
        let (size, gauge) = match model {
            true => (Size { width, across: false }, Gauge::MODEL),
            false => (Size { width, across }, Gauge::DRAWN),
        };

        let plan = plan(&sketch, size, gauge);

        nothing_overlaps(&plan)?;
        nothing_sticks_out(&plan)?;
        no_line_crosses_a_box(&plan)?;
        the_run_goes_from_box_to_box(&plan)?;
    }
}

#[test]
fn a_list_without_anything_in_it_draws() {
    let mut sketch = made(&[0]);
    sketch.list = List::default();

    for across in [false, true] {
        let size = Size { width: 326, across };
        let drawn = plan(&sketch, size, Gauge::DRAWN);

        assert_eq!((drawn.items.len(), drawn.wires.len()), (0, 0));
    }
}

#[test]
fn few_branches_stand_side_by_side_and_many_in_rows() {
    let branch = |maker: &mut Maker<'_>| maker.branch(0);
    let parallel = |count: usize| {
        let mut maker = Maker {
            tape: [].iter(),
            count: 0,
            goals: Vec::new(),
        };
        let mut sketch = made(&[0, 6]);
        let mut step = maker.step("life".into(), Shape::Parallel, 1);
        step.inside = (0..count).map(|_| branch(&mut maker)).collect();
        sketch.list.steps = vec![step];
        sketch
    };
    let rows = |count: usize, width: i32| {
        let sketch = parallel(count);
        let size = Size {
            width,
            across: false,
        };
        let drawn = plan(&sketch, size, Gauge::DRAWN);
        let bank = drawn.spaces.iter().find(|space| space.bank);
        let lines = bank.map(|bank| bank.lines.iter().map(|line| line.items.len()).collect());
        lines.unwrap_or_else(Vec::new)
    };

    assert_eq!(rows(2, 640), [2]);
    assert_eq!(rows(2, 200), [1, 1]);
    assert_eq!(rows(5, 640), [3, 2]);
}
