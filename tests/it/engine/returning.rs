//! Sending a case back: to an earlier stage, or to the applicant.

use huiqian::engine::{Input, Rejection};
use serde_json::json;

use crate::support::world::{World, answering, back_to, because, with_form, with_stages};

const THREE: &str = "  - {stage: first, title: 一, who: section_head@applicant}
  - {stage: second, title: 二, who: share_office_head@applicant}
  - {stage: third, title: 三, who: dept_leader@applicant}";

fn at_third(third: &str) -> World {
    let stages = THREE.replace(
        "{stage: third, title: 三, who: dept_leader@applicant}",
        &format!("{{stage: third, title: 三, who: dept_leader@applicant{third}}}"),
    );
    let mut world = World::filed(&with_stages(&stages));
    world.on("bob", "approve", "first").expect("approved");
    world.on("cat", "approve", "second").expect("approved");
    world
}

#[test]
fn a_return_opens_a_new_round_and_goes_through_all_stages_again() {
    let mut world = at_third("");
    world
        .on_with("eve", "return", "third", back_to("first"))
        .expect("returned");
    assert_eq!(world.open(), ["first"]);
    assert_eq!(world.case.stage("first").rounds, 2);

    world.on("bob", "approve", "first").expect("approved");
    assert_eq!(world.open(), ["second"]);
    world.on("cat", "approve", "second").expect("approved");
    assert_eq!(world.open(), ["third"]);
    assert_eq!(world.replayed(), world.case);
}

#[test]
fn a_return_needs_a_reason_and_a_target_that_is_offered() {
    let mut world = at_third("");

    let silent = Input {
        to: Some("first".into()),
        ..Input::default()
    };
    assert_eq!(
        world.on_with("eve", "return", "third", silent),
        Err(Rejection::CommentMissing("return".into()))
    );
    assert_eq!(
        world.on_with("eve", "return", "third", back_to("third")),
        Err(Rejection::UnknownTarget(
            "third".into(),
            "first, second, applicant".into()
        ))
    );
}

#[test]
fn a_return_without_a_target_goes_to_the_applicant() {
    let mut world = at_third("");
    world
        .on_with("eve", "return", "third", because("请修改"))
        .expect("returned");

    assert_eq!(world.asked(), ["applicant: ann"]);
}

#[test]
fn with_resume_here_the_case_comes_straight_back_to_the_returner() {
    let mut world = at_third(", return: {to: [first, applicant], resume: here}");
    world
        .on_with("eve", "return", "third", back_to("first"))
        .expect("returned");
    world.on("bob", "approve", "first").expect("approved");

    assert_eq!(world.open(), ["third"]);
    assert_eq!(world.case.stage("second").rounds, 1);
}

#[test]
fn whoever_comes_back_by_way_of_another_return_comes_back_all_the_same() {
    let yaml = with_stages(
        "  - {stage: first, title: 一, who: section_head@applicant}
  - {stage: second, title: 二, who: share_office_head@applicant, return: {to: [first, applicant], resume: here}}
  - {stage: middle, title: 中, who: data_security_officer@applicant}
  - {stage: third, title: 三, who: dept_leader@applicant, return: {to: [second], resume: here}}",
    );
    let mut world = World::filed(&yaml);
    for (who, stage) in [("bob", "first"), ("cat", "second"), ("dan", "middle")] {
        world.on(who, "approve", stage).expect(stage);
    }
    world
        .on_with("eve", "return", "third", back_to("second"))
        .expect("returned");
    world
        .on_with("cat", "return", "second", back_to("applicant"))
        .expect("returned");
    world
        .act("ann", "submit", Input::default())
        .expect("submitted");
    assert_eq!(world.open(), ["second"]);
    world.on("cat", "approve", "second").expect("approved");

    assert_eq!(world.open(), ["third"], "without the middle");
}

#[test]
fn a_stage_that_ends_the_case_does_so_on_the_way_back_too() {
    let yaml = with_stages(
        "  - stage: intake
    title: 受理
    who: section_head@applicant
    choices: {take: 受理, decline: 不予受理}
    next: [{when: choice == \"decline\", goto: rejected}, {goto: review}]
  - {stage: review, title: 审核, who: dept_leader@applicant, return: {to: [intake], resume: here}}",
    );
    let mut world = World::filed(&yaml);
    let choose = |world: &mut World, choice| {
        let input = crate::support::world::choosing(choice);
        world
            .on_with("bob", "choose", "intake", input)
            .expect(choice);
    };
    choose(&mut world, "take");
    world
        .on_with("eve", "return", "review", back_to("intake"))
        .expect("returned");
    choose(&mut world, "decline");

    assert_eq!(world.end().as_deref(), Some("rejected"));
}

#[test]
fn the_applicant_revises_and_all_begins_again() {
    let yaml = with_form(
        "{id: amount, type: integer, label: 数量, required: true}",
        THREE,
    );
    let mut world = World::submitted(&yaml, json!({"amount": 1}));
    world.on("bob", "approve", "first").expect("approved");
    world
        .on_with("cat", "return", "second", back_to("applicant"))
        .expect("returned");
    assert_eq!(world.actions("ann"), ["submit", "copy", "comment"]);
    assert_eq!(
        world.act("bob", "submit", Input::default()),
        Err(Rejection::NotAsked("somebody else".into()))
    );

    let wrong = answering(json!({"amount": "viele"}));
    let refused = world.act("ann", "submit", wrong).expect_err("checked");
    assert_eq!(refused.code(), "answers");
    world
        .act("ann", "submit", answering(json!({"amount": 2})))
        .expect("submitted");

    assert_eq!(world.case.answers["amount"], json!(2));
    assert_eq!(world.open(), ["first"]);
}

#[test]
fn with_resume_here_the_revised_request_comes_straight_back() {
    let mut world = at_third(", return: {to: [applicant], resume: here}");
    world
        .on_with("eve", "return", "third", back_to("applicant"))
        .expect("returned");
    world
        .act("ann", "submit", Input::default())
        .expect("submitted");

    assert_eq!(world.open(), ["third"]);
    assert_eq!(world.case.stage("first").rounds, 1);
}

#[test]
fn a_revised_request_passes_over_the_returner_where_its_guard_no_longer_holds() {
    let yaml = with_form(
        "{id: amount, type: integer, label: 数量, required: true}",
        "  - {stage: first, title: 一, who: section_head@applicant}
  - group: large
    title: 大额
    when: form.amount >= 10
    stages:
      - {stage: leader, title: 领导, who: dept_leader@applicant, return: {to: [applicant], resume: here}}
  - {stage: last, title: 最后, who: share_office_head@applicant}",
    );
    let mut world = World::submitted(&yaml, json!({"amount": 50}));
    world.on("bob", "approve", "first").expect("approved");
    world
        .on_with("eve", "return", "leader", back_to("applicant"))
        .expect("returned");

    world
        .act("ann", "submit", answering(json!({"amount": 5})))
        .expect("submitted");

    assert_eq!(world.open(), ["last"]);
}

#[test]
fn from_inside_a_block_only_a_declared_return_leads_out_of_it() {
    let stages = |back: &str| {
        with_stages(&format!(
            "  - {{stage: outer, title: 外, who: section_head@applicant}}
  - group: block
    title: 块
    stages:
      - {{stage: one, title: 一, who: share_office_head@applicant}}
      - {{stage: two, title: 二, who: dept_leader@applicant{back}}}"
        ))
    };
    let at_two = |yaml: &str| {
        let mut world = World::filed(yaml);
        world.on("bob", "approve", "outer").expect("approved");
        world.on("cat", "approve", "one").expect("approved");
        world
    };

    let mut own = at_two(&stages(""));
    assert_eq!(
        own.on_with("eve", "return", "two", back_to("outer")),
        Err(Rejection::UnknownTarget(
            "outer".into(),
            "one, applicant".into()
        ))
    );
    own.on_with("eve", "return", "two", back_to("one"))
        .expect("returned");
    assert_eq!(own.open(), ["block", "one"]);
    assert_eq!(own.case.stage("block").rounds, 1);

    let mut declared = at_two(&stages(", return: {to: [outer], resume: here}"));
    declared
        .on_with("eve", "return", "two", back_to("outer"))
        .expect("returned");
    assert_eq!(declared.open(), ["outer"]);
    declared.on("bea", "approve", "outer").expect("approved");
    assert_eq!(declared.open(), ["block", "two"], "straight back inside");
    assert_eq!(declared.case.stage("block").rounds, 2);
}

#[test]
fn a_return_is_one_persons_decision_and_no_vote() {
    let mut world = World::filed(&with_stages(
        "  - {stage: first, title: 一, who: data_security_officer@applicant}
  - {stage: panel, title: 会签, who: [section_head@applicant, dept_leader@applicant], sign: {pass: 1}}",
    ));
    world.on("dan", "approve", "first").expect("approved");
    world
        .on_with("eve", "return", "panel", back_to("first"))
        .expect("returned");

    assert_eq!(world.open(), ["first"]);
    assert_eq!(world.case.open_tasks().count(), 1);
    let opinions = world.case.round("panel", 1).count();
    assert_eq!(opinions, 2, "history stays");
}

#[test]
fn work_is_sent_back_only_where_the_definition_says_so() {
    let stages = |back: &str| {
        with_stages(&format!(
            "  - {{stage: first, title: 一, who: section_head@applicant}}
  - {{stage: collect, title: 领取, kind: work, who: share_office_head@applicant{back}}}"
        ))
    };

    let mut silent = World::filed(&stages(""));
    silent.on("bob", "approve", "first").expect("approved");
    assert!(!silent.actions("cat").contains(&"return"));

    let mut declared = World::filed(&stages(", return: {to: [first]}"));
    declared.on("bob", "approve", "first").expect("approved");
    declared
        .on_with("cat", "return", "collect", back_to("first"))
        .expect("returned");
    assert_eq!(declared.open(), ["first"]);
}

#[test]
fn what_was_skipped_and_never_entered_is_no_target_by_default() {
    let mut world = World::filed(&with_stages(
        "  - {stage: first, title: 一, who: section_head@applicant, when: form.amount == 1}
  - {stage: second, title: 二, who: dept_leader@applicant}",
    ));

    assert_eq!(
        world.on_with("eve", "return", "second", back_to("first")),
        Err(Rejection::UnknownTarget("first".into(), "applicant".into()))
    );
}
