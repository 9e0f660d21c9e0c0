//! What the run does not wait for (`await`): it stands beside the run, outlives its block, and moves nothing unless its
//! definition says so.

use serde_json::json;

use crate::support::world::{World, back_to, because, with_form, with_stages};

/// Filing goes on beside a check and the head's signature.
fn filing(filing: &str) -> World {
    World::filed(&with_stages(&format!(
        "  - {{stage: filing, title: 备案, who: data_security_officer@applicant, await: end{filing}}}
  - {{stage: check, title: 审核, who: section_head@applicant}}
  - {{stage: head, title: 负责人, who: share_office_head@applicant}}
"
    )))
}

#[test]
fn a_block_that_outlives_the_block_around_it_runs_on_to_its_end() {
    let mut world = World::filed(&with_stages(
        "  - parallel: both
    title: 同时
    branches:
      plan:
        - group: plan
          title: 预案
          await: end
          stages:
            - {stage: draft, title: 拟稿, kind: work, who: dept_leader@applicant}
            - {stage: issue, title: 签发, who: share_office_head@applicant}
      handle:
        - {stage: handle, title: 处置, kind: work, who: section_head@applicant}
  - {stage: last, title: 归档, who: data_security_officer@applicant}
",
    ));
    world.on("bob", "done", "handle").unwrap();
    assert_eq!(world.tasks(), ["draft", "last"]);

    world.on("eve", "done", "draft").unwrap();
    assert_eq!(world.tasks(), ["last", "issue"]);
    world.on("dan", "approve", "last").unwrap();
    world.on("cat", "approve", "issue").unwrap();

    assert_eq!(world.end(), Some("approved".into()));
}

#[test]
fn going_back_to_what_is_still_open_opens_a_new_round_and_the_run_goes_on_from_it() {
    let mut world = World::filed(&with_stages(
        "  - {stage: filing, title: 备案, kind: work, who: data_security_officer@applicant, await: end}
  - {stage: check, title: 审核, who: section_head@applicant, refused: filing}
",
    ));

    world
        .on_with("bob", "reject", "check", because("不行"))
        .unwrap();

    assert_eq!(world.tasks(), ["filing", "check"]);
    assert_eq!(world.case.stage("filing").rounds, 2);
}

#[test]
fn another_round_of_it_does_not_start_the_run_again() {
    let mut world = filing(", refused: again");
    world.on("bob", "approve", "check").unwrap();

    world
        .on_with("dan", "reject", "filing", because("再来"))
        .unwrap();

    assert_eq!(world.tasks(), ["head", "filing"]);
    assert_eq!(world.case.stage("check").rounds, 1);
}

#[test]
fn a_refusal_is_recorded_and_moves_nothing() {
    let mut world = filing("");
    world
        .on_with("dan", "reject", "filing", because("不行"))
        .unwrap();
    assert_eq!(world.tasks(), ["check"]);
}

#[test]
fn a_refusal_that_leads_somewhere_takes_the_run_with_it() {
    let mut world = filing(", refused: check");
    world.on("bob", "approve", "check").unwrap();

    world
        .on_with("dan", "reject", "filing", because("重审"))
        .unwrap();

    assert_eq!(world.tasks(), ["check"], "the head is not asked meanwhile");
}

#[test]
fn the_run_goes_on_where_next_says() {
    let yaml = with_form(
        "{id: amount, type: integer, label: 数量, required: true}",
        "  - {stage: filing, title: 备案, kind: work, who: data_security_officer@applicant, await: end, next: [{when: form.amount < 5, goto: head}, {goto: check}]}
  - {stage: check, title: 审核, who: section_head@applicant}
  - {stage: head, title: 负责人, who: share_office_head@applicant}
",
    );
    let little = World::submitted(&yaml, json!({"amount": 1}));
    assert_eq!(little.tasks(), ["filing", "head"]);

    let much = World::submitted(&yaml, json!({"amount": 9}));
    assert_eq!(much.tasks(), ["filing", "check"]);
}

#[test]
fn while_an_end_waits_for_it_nothing_else_goes_on() {
    let mut world = World::filed(&with_stages(
        "  - {stage: filing, title: 备案, kind: work, who: data_security_officer@applicant, await: end}
  - parallel: both
    title: 同时
    branches:
      one:
        - {stage: one, title: 一, who: section_head@applicant, next: approved}
      two:
        - {stage: two, title: 二, who: dept_leader@applicant}
",
    ));
    world.on("bob", "approve", "one").unwrap();
    assert_eq!(world.tasks(), ["filing"]);

    world.on("dan", "done", "filing").unwrap();
    assert_eq!(world.end(), Some("approved".into()));
}

#[test]
fn a_return_from_it_to_a_stage_of_its_closed_branch_is_not_offered_and_the_applicant_gets_the_whole_request()
 {
    let mut world = World::filed(&with_stages(
        "  - parallel: both
    title: 同时
    branches:
      plan:
        - {stage: draft, title: 拟稿, kind: work, who: section_head@applicant}
        - {stage: plan, title: 预案, who: dept_leader@applicant, await: end, return: {to: [draft, applicant]}}
      handle:
        - {stage: handle, title: 处置, kind: work, who: section_head@applicant}
  - {stage: last, title: 归档, who: data_security_officer@applicant}
",
    ));
    world.on("bob", "done", "draft").unwrap();
    world.on("bob", "done", "handle").unwrap();
    assert_eq!(world.tasks(), ["plan", "last"]);

    let closed = world.on_with("eve", "return", "plan", back_to("draft"));
    assert_eq!(closed.unwrap_err().code(), "unknown-target");
    world
        .on_with("eve", "return", "plan", back_to("applicant"))
        .unwrap();

    assert_eq!(world.tasks(), ["applicant"]);
}
