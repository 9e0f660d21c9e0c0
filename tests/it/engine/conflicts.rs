//! A command carries the revision that its sender saw: it conflicts only where what they saw has changed.

use huiqian::engine::{Input, Rejection, TaskId};
use serde_json::json;

use crate::support::world::{World, answering, back_to, because, missing, with_form};

fn panel() -> World {
    World::filed(&with_form(
        "{id: note, type: text, label: 说明}",
        "  - {stage: first, title: 一, who: data_security_officer@applicant}
  - {stage: panel, title: 会签, who: [section_head@applicant, share_office_head@applicant, dept_leader@applicant], sign: all, supplement: {times: 1}}",
    ))
}

fn at_panel() -> World {
    let mut world = panel();
    world.on("dan", "approve", "first").expect("approved");
    world
}

fn seeing(world: &mut World, login: &str, action: &str, seen: i64) -> Result<(), Rejection> {
    let task = Some(world.task_of(login, "panel"));
    world.act_seeing(
        login,
        action,
        Input {
            task,
            ..Input::default()
        },
        Some(seen),
    )
}

#[test]
fn other_peoples_signatures_and_comments_do_not_conflict() {
    let mut world = at_panel();
    let seen = world.case.revision;
    world.on("cat", "approve", "panel").expect("approved");
    world
        .act("ann", "comment", because("催一下"))
        .expect("said");

    seeing(&mut world, "eve", "approve", seen).expect("no conflict");
}

#[test]
fn changed_answers_do() {
    let mut world = at_panel();
    let seen = world.case.revision;
    world
        .on_with("cat", "supplement", "panel", missing(&["note"]))
        .expect("asked");
    world
        .on_with("ann", "supply", "panel", answering(json!({"note": "二"})))
        .expect("supplied");
    let now = world.case.revision;

    assert_eq!(
        seeing(&mut world, "eve", "approve", seen),
        Err(Rejection::MovedOn { seen, now })
    );
    seeing(&mut world, "eve", "approve", now).expect("seen anew");
}

#[test]
fn a_new_round_does() {
    let mut world = at_panel();
    let seen = world.case.revision;
    world
        .on_with("cat", "return", "panel", back_to("first"))
        .expect("returned");
    world.on("dan", "approve", "first").expect("approved");
    let now = world.case.revision;

    assert_eq!(
        seeing(&mut world, "eve", "approve", seen),
        Err(Rejection::MovedOn { seen, now })
    );
}

#[test]
fn a_task_that_somebody_else_took_does() {
    let mut world = at_panel();
    let seen = world.case.revision;
    world.on("bob", "claim", "panel").expect("claimed");
    let now = world.case.revision;
    let task = Some(TaskId(2));

    let refused = world.act_seeing(
        "bea",
        "approve",
        Input {
            task,
            ..Input::default()
        },
        Some(seen),
    );

    assert_eq!(refused, Err(Rejection::MovedOn { seen, now }));
}

#[test]
fn of_two_on_one_task_the_first_wins() {
    let mut world = at_panel();
    let seen = world.case.revision;
    let input = Input {
        task: Some(TaskId(2)),
        ..Input::default()
    };
    world
        .act_seeing("bob", "approve", input.clone(), Some(seen))
        .expect("first");

    let second = world.act_seeing("bea", "approve", input.clone(), Some(seen));
    assert_eq!(second.expect_err("second").code(), "moved-on");
    assert_eq!(
        world.act("bea", "approve", input),
        Err(Rejection::TaskClosed(TaskId(2)))
    );
}

#[test]
fn a_refusal_changes_nothing() {
    let mut world = at_panel();
    let (case, log) = (world.case.clone(), world.log.len());

    world.on("eve", "reject", "panel").expect_err("no reason");

    assert_eq!(world.case, case);
    assert_eq!(world.log.len(), log);
}
