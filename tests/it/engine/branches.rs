//! Branches that are opened, void, refused and opened again.

use serde_json::json;

use crate::support::definitions::{asked_of, for_each};
use crate::support::world::{World, answering, because, missing, signalling, with_form};

#[test]
fn a_branch_that_left_uncounted_does_not_keep_its_block_and_does_not_come_again() {
    let inside = "      - {stage: answer, title: 答复, who: share_office_head@part, refused: void, supplement: {times: 1}}\n";
    let mut world = asked_of(&for_each("", inside), &["P", "Q"]);
    world
        .on_with("pat", "reject", "answer[P]", because("无此数据"))
        .unwrap();
    assert_eq!(world.tasks(), ["answer[Q]"]);

    world
        .on_with("qin", "supplement", "answer[Q]", missing(&["note"]))
        .unwrap();
    world
        .on_with(
            "ann",
            "supply",
            "answer[Q]",
            answering(json!({"note": "补"})),
        )
        .unwrap();
    assert_eq!(world.tasks(), ["answer[Q]"]);

    world.on("qin", "approve", "answer[Q]").unwrap();
    assert_eq!(world.tasks(), ["head"]);
}

#[test]
fn a_block_of_void_branches_only_is_void_and_the_case_withdrawn() {
    let inside =
        "      - {stage: answer, title: 答复, who: share_office_head@part, refused: void}\n";
    let mut world = asked_of(&for_each("", inside), &["P", "Q"]);
    world
        .on_with("pat", "reject", "answer[P]", because("无此数据"))
        .unwrap();

    world
        .on_with("qin", "reject", "answer[Q]", because("无此数据"))
        .unwrap();

    assert_eq!(world.end(), Some("withdrawn".into()));
}

/// Three reviews one after another, of which two must pass; the applicant may take it back to the check.
fn in_turn() -> World {
    let yaml = with_form(
        "{id: kinds, type: choices, label: 类别, required: true, options: {a: 甲, b: 乙, c: 丙}}",
        "  - {stage: check, title: 审核, who: dept_leader@applicant}
  - foreach: reviews
    title: 分别审查
    over: form.kinds
    as: part
    order: sequence
    join: 2
    signals: {back: {title: 重审, by: [applicant], next: check}}
    stages:
      - {stage: review, title: 审查, who: section_head@applicant}
  - {stage: head, title: 负责人, who: share_office_head@applicant}
",
    );
    let mut world = World::submitted(&yaml, json!({"kinds": ["a", "b", "c"]}));
    world.on("eve", "approve", "check").unwrap();
    world
}

#[test]
fn a_block_that_is_entered_again_asks_in_turn_whoever_has_not_passed() {
    let mut world = in_turn();
    world
        .on_with("bob", "reject", "review[a]", because("不行"))
        .unwrap();
    assert_eq!(world.tasks(), ["review[b]"]);
    world.act("ann", "signal", signalling("back")).unwrap();
    world.on("eve", "approve", "check").unwrap();
    assert_eq!(world.tasks(), ["review[a]"]);

    world.on("bob", "approve", "review[a]").unwrap();
    assert_eq!(world.tasks(), ["review[b]"], "b was broken off, not passed");
    world.on("bob", "approve", "review[b]").unwrap();

    assert_eq!(world.tasks(), ["head"]);
}

#[test]
fn who_has_passed_is_not_asked_again_when_the_block_is_entered_again() {
    let mut world = in_turn();
    world.on("bob", "approve", "review[a]").unwrap();
    world.act("ann", "signal", signalling("back")).unwrap();
    world.on("eve", "approve", "check").unwrap();

    assert_eq!(world.tasks(), ["review[b]"]);
}

#[test]
fn again_opens_every_branch_of_a_sequence_once_more() {
    let yaml = with_form(
        "{id: kinds, type: choices, label: 类别, required: true, options: {a: 甲, b: 乙}}",
        "  - foreach: reviews
    title: 分别审查
    over: form.kinds
    as: part
    order: sequence
    signals: {again: {title: 全部重来, by: [applicant], next: again}}
    stages:
      - {stage: review, title: 审查, who: section_head@applicant}
",
    );
    let mut world = World::submitted(&yaml, json!({"kinds": ["a", "b"]}));
    world.on("bob", "approve", "review[a]").unwrap();

    world.act("ann", "signal", signalling("again")).unwrap();
    assert_eq!(world.tasks(), ["review[a]"]);
    world.on("bob", "approve", "review[a]").unwrap();
    assert_eq!(world.tasks(), ["review[b]"]);
    world.on("bob", "approve", "review[b]").unwrap();

    assert_eq!(world.end(), Some("approved".into()));
}

#[test]
fn a_branch_that_time_leaves_uncounted_does_not_hold_its_block_open() {
    let inside = "      - stage: answer
        title: 答复
        who: share_office_head@part
        supplement: {times: 1, clock: pause, due: {in: 2d, overdue: [{after: 1d, next: void}]}}\n";
    let left_alone = |first: bool| {
        let mut world = asked_of(&for_each("", inside), &["P", "Q"]);
        world
            .on_with("pat", "supplement", "answer[P]", missing(&["note"]))
            .unwrap();
        if first {
            world.on("qin", "approve", "answer[Q]").unwrap();
        }
        world.wait_until("2026-03-09 09:00");
        world
    };

    let mut before = left_alone(false);
    assert_eq!(before.tasks(), ["answer[Q]"], "nothing is left to supply");
    before.on("qin", "approve", "answer[Q]").unwrap();
    assert_eq!(before.tasks(), ["head"]);

    let after = left_alone(true);
    assert_eq!(after.tasks(), ["head"]);
    assert_eq!(after.replayed(), after.case);
}
