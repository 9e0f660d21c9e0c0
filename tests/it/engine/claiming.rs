//! Taking an offered task, and giving it back.

use huiqian::engine::{Input, Rejection, TaskId};

use crate::support::world::{PEOPLE, Row, World, with_stages};

fn offered() -> World {
    World::filed(&with_stages(
        "  - {stage: review, title: 审核, who: section_head@applicant}
  - {stage: leader, title: 领导, who: dept_leader@applicant}",
    ))
}

#[test]
fn a_claimed_task_is_its_holders_alone() {
    let mut world = offered();
    world.told();
    world.on("bob", "claim", "review").expect("claimed");

    assert_eq!(world.told(), ["NoLongerNeeded: bea"]);
    assert_eq!(world.asked(), ["review: bob"]);
    let bob = world.id("bob");
    let task = Input {
        task: Some(TaskId(1)),
        ..Input::default()
    };
    for action in ["approve", "claim", "release"] {
        assert_eq!(
            world.act("bea", action, task.clone()),
            Err(Rejection::TakenBy {
                task: TaskId(1),
                by: bob
            }),
            "{action}"
        );
    }
    world.on("bob", "approve", "review").expect("approved");
}

#[test]
fn a_released_task_is_offered_again_to_the_others_first() {
    let mut world = offered();
    world.on("bob", "claim", "review").expect("claimed");
    world.told();
    world.on("bob", "release", "review").expect("released");

    assert_eq!(world.told(), ["Assigned: bea"], "and not to bob");
    assert_eq!(world.asked(), ["review: bob bea"]);
    let bob = world.id("bob");
    assert_eq!(world.case.tasks[0].released_by, [bob]);
    assert_eq!(world.replayed(), world.case);
}

#[test]
fn what_is_offered_to_one_person_needs_no_claim() {
    let mut world = offered();
    world.on("bob", "approve", "review").expect("approved");

    assert_eq!(
        world.on("eve", "claim", "leader"),
        Err(Rejection::NotOffered { action: "claim" })
    );
    assert_eq!(
        world.on("eve", "release", "leader"),
        Err(Rejection::NotOffered { action: "release" })
    );
}

#[test]
fn acting_on_an_offered_task_needs_no_claim() {
    let mut world = offered();
    world.told();
    world.on("bea", "approve", "review").expect("approved");

    assert_eq!(world.told(), ["NoLongerNeeded: bob", "Assigned: eve"]);
}

#[test]
fn who_loses_the_post_loses_the_claim_at_once() {
    let mut world = offered();
    world.on("bob", "claim", "review").expect("claimed");
    let mut people: Vec<Row<'_>> = PEOPLE.to_vec();
    people[1] = ("bob", "A", &["finance"]);
    world.staff(&people);

    assert_eq!(world.asked(), ["review: bea"]);
    assert_eq!(
        world.on("bob", "approve", "review"),
        Err(Rejection::NotAsked("section_head@A".into()))
    );
    world.told();
    world
        .act("ann", "comment", crate::support::world::because("怎么样了"))
        .expect("said");
    assert_eq!(
        world.told(),
        ["Assigned: bea"],
        "the next command writes it down"
    );
    assert_eq!(world.case.tasks[0].holder, None);
    world.on("bea", "approve", "review").expect("approved");
    assert_eq!(world.replayed(), world.case);
}

#[test]
fn a_claim_takes_the_seat() {
    let people: &[Row<'_>] = &[
        ("ann", "A", &["applicant"]),
        ("bob", "A", &["section_head", "dept_leader"]),
        ("bea", "A", &["section_head", "dept_leader"]),
    ];
    let mut world = World::filed_among(
        people,
        &with_stages(
            "  - {stage: panel, title: 会签, who: {one: section_head@applicant, two: dept_leader@applicant}, sign: all}",
        ),
    );
    assert_eq!(world.asked(), ["panel: bob bea", "panel: bob bea"]);

    world.on("bob", "claim", "panel").expect("claimed");

    assert_eq!(world.asked(), ["panel: bob", "panel: bea"]);
}
