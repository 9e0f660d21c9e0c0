//! A guard that fails all the same parks the case; it never counts as true or false.

use huiqian::engine::{Input, PositionState, Rejection};
use serde_json::json;

use crate::support::world::{World, answering, back_to, because, missing, with_form};

/// A division by an answer of 0 fails when it is evaluated, and no lint can tell.
const FIELDS: &str = "{id: amount, type: integer, label: 数量, required: true}";
const FAILS: &str = "10 / form.amount > 1";

fn submitted(stages: &str, amount: i64) -> World {
    World::submitted(&with_form(FIELDS, stages), json!({ "amount": amount }))
}

fn parked(world: &World) -> Option<String> {
    let position = world.case.position("parked-case")?;
    match &position.state {
        PositionState::Parked { reason, .. } => Some(reason.clone()),
        other => panic!("{other:?}"),
    }
}

#[test]
fn a_failing_when_parks_the_case_with_the_reason() {
    let mut world = submitted(
        &format!("  - {{stage: review, title: 审核, when: {FAILS}, who: section_head@applicant}}"),
        0,
    );

    let reason = parked(&world).expect("parked");
    assert!(reason.contains(FAILS), "{reason}");
    assert_eq!(world.asked(), ["parked-case: adm adi"]);
    assert_eq!(world.told(), ["Escalated: adm adi"]);
    assert_eq!(world.case.stage("review").rounds, 0);
    assert_eq!(world.replayed(), world.case);
}

#[test]
fn what_is_not_mended_parks_again() {
    let mut world = submitted(
        &format!("  - {{stage: review, title: 审核, when: {FAILS}, who: section_head@applicant}}"),
        0,
    );

    world
        .on("adm", "resume", "parked-case")
        .expect("tried again");

    assert!(parked(&world).is_some());
    assert_eq!(world.case.open_tasks().count(), 1);
    assert_eq!(world.replayed(), world.case);
}

#[test]
fn only_administrators_set_it_going_again() {
    let mut world = submitted(
        &format!("  - {{stage: review, title: 审核, when: {FAILS}, who: section_head@applicant}}"),
        0,
    );

    assert_eq!(
        world.on("bob", "resume", "parked-case"),
        Err(Rejection::NotAsked("workflow_admin@Z".into()))
    );
    assert_eq!(
        world.actions("adm"),
        ["resume", "copy", "comment", "suspend", "terminate", "void"],
        "what no one else can mend is not reassigned"
    );
}

#[test]
fn a_failing_next_parks_after_the_stage_and_loses_no_signature() {
    let mut world = submitted(
        &format!(
            "  - stage: review
    title: 审核
    who: [section_head@applicant, dept_leader@applicant]
    sign: any
    next: [{{when: {FAILS}, goto: approved}}, {{goto: last}}]
  - {{stage: last, title: 最后, who: share_office_head@applicant}}"
        ),
        0,
    );
    world.on("bob", "approve", "review").expect("approved");

    assert_eq!(world.open(), ["parked-case"]);
    assert!(world.case.stage("review").done);
    assert_eq!(
        world.case.open_tasks().count(),
        1,
        "nobody else signs a stage that is decided"
    );
}

#[test]
fn once_mended_it_goes_on_where_it_stopped() {
    // How late a stage is can be mended by time: the guard fails on the first day only.
    let mut world = submitted(
        "  - group: block
    title: 块
    due: 1wd
    stages:
      - stage: review
        title: 审核
        who: section_head@applicant
        next: [{when: 10 / late(\"block\") > 100, goto: block}, {goto: last}]
      - {stage: last, title: 最后, who: share_office_head@applicant}",
        1,
    );
    world.on("bob", "approve", "review").expect("approved");
    assert_eq!(
        world.open(),
        ["block", "parked-case"],
        "the block stays open"
    );

    world.wait_until("2026-03-06 10:00");
    world
        .on("adm", "resume", "parked-case")
        .expect("tried again");

    assert_eq!(world.open(), ["block", "last"]);
    assert_eq!(world.case.stage("block").rounds, 1);
    assert_eq!(world.replayed(), world.case);
}

#[test]
fn a_parked_stage_keeps_its_way_back() {
    let mut world = submitted(
        "  - stage: first
    title: 一
    who: section_head@applicant
    due: 1wd
    next: [{when: rounds(\"first\") > 1 && 10 / late(\"first\") > 100, goto: approved}, {goto: middle}]
  - {stage: middle, title: 中, who: share_office_head@applicant}
  - {stage: last, title: 最后, who: dept_leader@applicant, return: {to: [first], resume: here}}",
        1,
    );
    world.on("bob", "approve", "first").expect("approved");
    world.on("cat", "approve", "middle").expect("approved");
    world
        .on_with("eve", "return", "last", back_to("first"))
        .expect("returned");
    world.on("bob", "approve", "first").expect("approved");
    assert_eq!(world.open(), ["parked-case"]);

    world
        .act("adm", "terminate", because("停办"))
        .expect("a parked case can be ended");
    assert!(world.case.open_tasks().next().is_none());
}

#[test]
fn a_failing_seat_guard_parks_before_anybody_is_asked() {
    let world = submitted(
        &format!(
            "  - stage: panel
    title: 会签
    who: {{one: section_head@applicant, two: {{who: dept_leader@applicant, when: {FAILS}}}}}"
        ),
        0,
    );

    assert!(parked(&world).is_some());
    assert_eq!(world.case.stage("panel").rounds, 0);
}

#[test]
fn a_failing_budget_parks_on_entry() {
    let world = submitted(
        &format!(
            "  - {{stage: review, title: 审核, who: section_head@applicant, due: {{in: [{{when: {FAILS}, then: 1wd}}, {{then: 2wd}}]}}}}"
        ),
        0,
    );

    assert!(parked(&world).is_some());
    assert_eq!(world.case.stage("review").rounds, 0);
    assert!(world.case.clocks.is_empty());
}

#[test]
fn a_budget_that_fails_after_the_answers_changed_is_mended_beside_the_run() {
    let mut world = submitted(
        &format!(
            "  - stage: review
    title: 审核
    who: section_head@applicant
    due: {{in: [{{when: {FAILS}, then: 1wd}}, {{then: 2wd}}]}}
    supplement: {{times: 3, clock: run}}"
        ),
        5,
    );
    let supply = |world: &mut World, amount: i64| {
        world
            .on_with("bob", "supplement", "review", missing(&["amount"]))
            .expect("asked");
        let answers = answering(json!({ "amount": amount }));
        world
            .on_with("ann", "supply", "review", answers)
            .expect("supplied");
    };
    supply(&mut world, 0);

    assert_eq!(world.open(), ["review", "parked-case"]);
    assert_eq!(world.asked(), ["review: bob bea", "parked-case: adm adi"]);
    supply(&mut world, 0);
    supply(&mut world, 20);
    world
        .on("adm", "resume", "parked-case")
        .expect("tried again");
    assert_eq!(world.open(), ["review"]);
    world.on("bob", "approve", "review").expect("approved");
    assert_eq!(world.end().as_deref(), Some("approved"));
    assert_eq!(world.replayed(), world.case);
}

#[test]
fn guards_that_lead_in_a_circle_park_the_case() {
    let world = submitted(
        "  - {stage: one, title: 一, when: form.amount > 5, who: section_head@applicant}
  - group: loop
    title: 循环
    next: [{when: form.amount < 5, goto: loop}, {goto: approved}]
    stages:
      - {stage: two, title: 二, when: form.amount > 5, who: section_head@applicant}",
        1,
    );

    let reason = parked(&world).expect("parked");
    assert!(reason.contains("circle"), "{reason}");
}

#[test]
fn a_circle_is_broken_off_before_it_has_filled_the_history() {
    let world = submitted(
        "  - {stage: one, title: 一, await: end, who: section_head@applicant,
       next: [{when: form.amount < 5, goto: one}, {goto: approved}]}",
        1,
    );

    let reason = parked(&world).expect("parked");
    assert!(reason.contains("circle"), "{reason}");
    assert!(world.log.len() < 500, "{} events", world.log.len());
    assert!(world.case.tasks.len() < 100, "{}", world.case.tasks.len());
}

#[test]
fn many_branches_whose_deadlines_come_at_once_are_no_circle() {
    let remind: Vec<String> = (1..=20).map(|step| format!("{}%", step * 4)).collect();
    let rows: Vec<_> = (0..24)
        .map(|row| json!({"name": row.to_string()}))
        .collect();
    let stages = format!(
        "  - foreach: parts
    title: 逐项
    over: form.rows
    as: item
    stages:
      - {{stage: review, title: 审核, who: section_head@applicant, due: {{in: 5wd, remind: [{}]}}}}",
        remind.join(", ")
    );
    let fields = "{id: rows, type: table, label: 清单, required: true, columns: [{id: name, type: text, label: 名称}]}";
    let mut world = World::submitted(&with_form(fields, &stages), json!({ "rows": rows }));

    world.wait_until("2026-06-01 09:00");

    assert_eq!(parked(&world), None);
    assert_eq!(world.asked().len(), 24);
}

#[test]
fn a_failing_check_is_told_to_whoever_signs() {
    let mut world = submitted(
        &format!(
            "  - {{stage: review, title: 审核, who: section_head@applicant, checks: [{{that: {FAILS}, message: 太少}}]}}"
        ),
        0,
    );

    let refused = world.on("bob", "approve", "review").expect_err("fails");
    assert_eq!(refused.code(), "guard");
    assert_eq!(world.open(), ["review"]);
    world
        .act("ann", "withdraw", Input::default())
        .expect("withdrawn");
}
