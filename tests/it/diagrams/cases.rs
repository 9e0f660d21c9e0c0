//! A case running through its definition: what is done, what is going on, what is to come.

use huiqian::diagram::{Canvas, FILING, Happened, Mark, Progress, Size};
use huiqian::engine::{Case, Position, PositionState, Region, StageRecord, Status};

use super::{of_all_kinds, sketch};
use crate::support::world::{World, at, back_to, because, with_stages};

const THREE: &str = "  - {stage: first, title: 一, who: section_head@applicant}
  - group: both
    title: 两步
    stages:
      - {stage: second, title: 二, who: share_office_head@applicant}
      - {stage: spare, title: 不办, when: form.amount == 7, who: share_office_head@applicant}
  - {stage: third, title: 三, who: dept_leader@applicant}";

fn marks(world: &World) -> Vec<(String, Mark)> {
    let progress = Progress::of(&world.workflow, &world.case);
    let ids = [FILING, "first", "both", "second", "spare", "third"];
    ids.map(|id| (id.to_owned(), progress.mark(id))).into()
}

fn expect(world: &World, expected: [Mark; 6]) {
    let found: Vec<Mark> = marks(world).into_iter().map(|(_, mark)| mark).collect();
    assert_eq!(found, expected);
}

#[test]
fn what_has_passed_is_done_what_is_open_is_now_the_rest_is_to_come() {
    use Mark::{Done, Now, Skipped, ToCome};
    let mut world = World::filed(&with_stages(THREE));

    expect(&world, [Done, Now, ToCome, ToCome, ToCome, ToCome]);
    world.on("bob", "approve", "first").expect("approved");
    expect(&world, [Done, Done, Now, Now, ToCome, ToCome]);
    world.on("cat", "approve", "second").expect("approved");
    expect(&world, [Done, Done, Done, Done, Skipped, Now]);
}

#[test]
fn what_was_refused_is_red_and_what_was_not_reached_is_not_needed() {
    use Mark::{Done, Refused, Skipped};
    let mut world = World::filed(&with_stages(THREE));
    world.on("bob", "approve", "first").expect("approved");

    world
        .on_with("cat", "reject", "second", because("不同意"))
        .expect("rejected");

    expect(&world, [Done, Done, Refused, Refused, Skipped, Skipped]);
    let progress = Progress::of(&world.workflow, &world.case);
    assert_eq!(progress.end.as_deref(), Some("rejected"));
    let shown = sketch(&world.workflow, Some(&progress)).outline_text();
    assert!(shown.contains("- 不同意"), "{shown}");
}

#[test]
fn a_stage_that_was_returned_is_to_come_again_and_not_refused() {
    use Mark::{Done, Now, Skipped, ToCome};
    let mut world = World::filed(&with_stages(THREE));
    world.on("bob", "approve", "first").expect("approved");
    world.on("cat", "approve", "second").expect("approved");

    world
        .on_with("eve", "return", "third", back_to("first"))
        .expect("returned");

    let (first, third) = (marks(&world)[1].1, marks(&world)[5].1);
    assert_eq!((first, third), (Now, ToCome));
    let to_applicant = back_to("applicant");
    world
        .on_with("bob", "return", "first", to_applicant)
        .expect("returned");
    expect(&world, [Now, ToCome, Done, Done, Skipped, ToCome]);
}

#[test]
fn a_return_is_drawn_from_where_it_was_made() {
    let mut world = World::filed(&with_stages(THREE));
    world.on("bob", "approve", "first").expect("approved");
    let mut progress = Progress::of(&world.workflow, &world.case);
    progress.returns.push(Happened {
        from: "second".into(),
        to: FILING.into(),
        text: "3月2日 退回".into(),
    });

    let sketch = sketch(&world.workflow, Some(&progress));

    let ways: Vec<_> = sketch.steps().flat_map(|step| &step.ways).collect();
    assert_eq!(ways.len(), 1, "{ways:?}");
    assert_eq!(ways[0].goal.as_deref(), Some(FILING));
}

fn record(done: bool, left: bool) -> StageRecord {
    StageRecord {
        rounds: 1,
        entered: Some(at("2026-03-02 09:00")),
        left: left.then(|| at("2026-03-02 10:00")),
        done,
        ..StageRecord::default()
    }
}

fn inside(id: &str, open: Vec<Position>) -> Position {
    Position {
        beside: false,
        id: id.into(),
        round: 1,
        resume: Vec::new(),
        state: PositionState::Inside(Region { open }),
    }
}

fn asked(id: &str) -> Position {
    Position {
        state: PositionState::Asked,
        ..inside(id, Vec::new())
    }
}

/// Three branches of the foreach: A answers, B has passed, C is refused.
fn in_branches(world: &World) -> Case {
    let mut case = world.case.clone();
    for (place, own) in [
        ("section", record(true, true)),
        ("providers", record(false, false)),
        ("providers[A]", record(false, false)),
        ("providers[B]", record(true, true)),
        ("providers[C]", record(false, true)),
        ("reply[A]", record(false, false)),
        ("reply[B]", record(true, true)),
        ("intake[A]", record(true, true)),
        ("intake[B]", record(true, true)),
        ("intake[C]", record(true, true)),
        ("answer[A]", record(false, false)),
        ("answer[B]", record(true, true)),
        ("answer[C]", record(false, true)),
    ] {
        case.stages.insert(place.into(), own);
    }
    let reply = inside("reply[A]", vec![asked("answer[A]")]);
    let branch = inside("providers[A]", vec![reply]);
    case.status = Status::Open {
        at: Region {
            open: vec![inside("providers", vec![branch])],
        },
    };
    case
}

#[test]
fn branches_are_told_apart_and_counted() {
    let world = World {
        workflow: of_all_kinds(),
        ..World::new(&with_stages(THREE))
    };
    let case = in_branches(&world);

    let progress = Progress::of(&world.workflow, &case);

    let branches = &progress.branches["providers"];
    let said: Vec<(&str, Mark, Vec<&str>)> = branches
        .iter()
        .map(|branch| {
            let at = branch.at.iter().map(String::as_str).collect();
            (branch.label.as_str(), branch.mark, at)
        })
        .collect();
    assert_eq!(
        said,
        [
            ("A", Mark::Now, vec!["answer"]),
            ("B", Mark::Done, vec![]),
            ("C", Mark::Refused, vec![]),
        ]
    );
    assert_eq!(progress.mark("providers"), Mark::Now);
    assert_eq!(progress.mark("intake"), Mark::Done);
    assert_eq!(progress.mark("answer"), Mark::Now);
    assert_eq!(progress.nodes["answer"].branches, Some((1, 3)));
    // Nobody has come there yet.
    assert_eq!(progress.mark("in_use"), Mark::ToCome);
}

#[test]
fn branches_of_a_parallel_have_their_marks() {
    let world = World {
        workflow: of_all_kinds(),
        ..World::new(&with_stages(THREE))
    };
    let mut case = world.case.clone();
    case.stages.insert("life.use".into(), record(true, true));
    case.stages.insert("report".into(), record(true, true));
    case.stages
        .insert("life.yearly".into(), record(false, false));
    let yearly = inside("life.yearly", vec![asked("review")]);
    case.status = Status::Open {
        at: Region {
            open: vec![inside("life", vec![yearly])],
        },
    };

    let progress = Progress::of(&world.workflow, &case);

    assert_eq!(progress.mark("life.use"), Mark::Done);
    assert_eq!(progress.mark("life.yearly"), Mark::Now);
    assert_eq!(progress.mark("life"), Mark::Now);
}

#[test]
fn a_case_leaves_out_the_exceptions_that_it_has_nothing_to_do_with() {
    let world = World {
        workflow: of_all_kinds(),
        ..World::new(&with_stages(THREE))
    };
    let mut case = in_branches(&world);
    let without = Progress::of(&world.workflow, &case);
    case.stages.insert("dispute[C]".into(), record(true, true));
    let with = Progress::of(&world.workflow, &case);

    let has = |progress: &Progress, id: &str| {
        let sketch = sketch(&world.workflow, Some(progress));
        sketch.steps().any(|step| step.id == id)
    };
    assert!(!has(&without, "dispute") && !has(&without, "renewal"));
    assert!(has(&with, "dispute") && !has(&with, "renewal"));
    assert!(has(&with, "in_use"));
}

#[test]
fn marks_are_told_by_more_than_colour() {
    let world = World {
        workflow: of_all_kinds(),
        ..World::new(&with_stages(THREE))
    };
    let progress = Progress::of(&world.workflow, &in_branches(&world));
    let canvas = Canvas {
        size: Size {
            width: 1040,
            across: true,
        },
        alone: false,
        id: "flow",
    };

    let (svg, _) = sketch(&world.workflow, Some(&progress)).svg(canvas);

    let steps = svg.matches("class=\"nd ").count() + svg.matches("class=\"fr ").count();
    assert_eq!(svg.matches("class=\"mk\"").count(), steps);
    assert_eq!(svg.matches("class=\"bm ").count(), 3);
    for words in ["已完成", "正在办理", "未开始"] {
        assert!(svg.contains(words), "{words}");
    }
}
