//! Returns out of blocks: what is cancelled, what waits, and who comes back where.

use serde_json::json;

use crate::support::definitions::{OFFICES, asked_of, for_each};
use crate::support::world::{World, answering, back_to, choosing, missing, with_form, with_stages};

/// A check, then a branch for each provider, then the head.
fn checked(check: &str, join: &str, answer: &str) -> String {
    with_form(
        "{id: providers, type: departments, label: 提供部门, required: true}
{id: note, type: text, label: 说明}",
        &format!(
            "  - {{stage: check, title: 审核, who: section_head@applicant{check}}}
  - foreach: replies
    title: 各部门答复
    over: form.providers
    as: part
    join: {join}
    stages:
      - {{stage: intake, title: 受理, who: provider_intake@part}}
      - {{stage: answer, title: 答复, who: share_office_head@part, {answer}}}
  - {{stage: head, title: 负责人, who: share_office_head@applicant}}
"
        ),
    )
}

/// Both providers are to answer.
fn answering_both(check: &str, join: &str, answer: &str) -> World {
    let mut world = asked_of(&checked(check, join, answer), &["P", "Q"]);
    let first = if check.contains("choices") {
        "choose"
    } else {
        "approve"
    };
    world
        .on_with("bob", first, "check", choosing("keep"))
        .unwrap();
    world.on("pia", "approve", "intake[P]").unwrap();
    world.on("qua", "approve", "intake[Q]").unwrap();
    world
}

#[test]
fn out_of_a_parallel_the_returner_comes_straight_back_and_the_other_branches_begin_again() {
    let mut world = World::filed(&with_stages(
        "  - {stage: before, title: 初审, who: section_head@applicant}
  - parallel: reviews
    title: 会审
    branches:
      security:
        - {stage: check, title: 安全, who: data_security_officer@applicant}
      business:
        - {stage: first, title: 分管, who: dept_leader@applicant}
        - {stage: lead, title: 主管, who: share_office_head@applicant, return: {to: [before], resume: here}}
  - {stage: last, title: 归档, who: section_head@applicant}
",
    ));
    world.on("bob", "approve", "before").unwrap();
    world.on("dan", "approve", "check").unwrap();
    world.on("eve", "approve", "first").unwrap();
    world
        .on_with("cat", "return", "lead", back_to("before"))
        .unwrap();
    assert_eq!(world.tasks(), ["before"]);

    world.on("bob", "approve", "before").unwrap();
    assert_eq!(world.tasks(), ["lead", "check"]);
    world.on("cat", "approve", "lead").unwrap();
    assert_eq!(world.tasks(), ["check"], "nobody is passed over");
    world.on("dan", "approve", "check").unwrap();

    assert_eq!(world.tasks(), ["last"]);
    assert_eq!(world.replayed(), world.case);
}

#[test]
fn two_branches_that_were_sent_to_one_stage_both_come_straight_back() {
    let mut world = answering_both("", "all", "return: {to: [check], resume: here}");

    world
        .on_with("pat", "return", "answer[P]", back_to("check"))
        .unwrap();
    world
        .on_with("qin", "return", "answer[Q]", back_to("check"))
        .unwrap();
    assert_eq!(world.tasks(), ["check"]);

    world.on("bob", "approve", "check").unwrap();
    assert_eq!(world.tasks(), ["answer[P]", "answer[Q]"]);
}

#[test]
fn a_revision_ends_when_the_block_is_decided_without_that_branch() {
    let mut world = answering_both("", "any", "return: {to: [applicant]}");
    world
        .on_with("pat", "return", "answer[P]", back_to("applicant"))
        .unwrap();
    assert_eq!(world.tasks(), ["answer[Q]", "applicant[P]"]);

    world.on("qin", "approve", "answer[Q]").unwrap();

    assert_eq!(world.tasks(), ["head"]);
}

#[test]
fn a_revision_ends_when_its_branch_disappears() {
    let mut world = answering_both(
        "",
        "all",
        "return: {to: [applicant]}, supplement: {times: 1}",
    );
    world
        .on_with("pat", "return", "answer[P]", back_to("applicant"))
        .unwrap();
    world
        .on_with("qin", "supplement", "answer[Q]", missing(&["providers"]))
        .unwrap();

    world
        .on_with(
            "ann",
            "supply",
            "answer[Q]",
            answering(json!({"providers": ["Q"]})),
        )
        .unwrap();

    assert_eq!(world.tasks(), ["answer[Q]"]);
}

#[test]
fn the_way_by_which_a_branch_was_to_come_back_ends_with_its_block() {
    let mut world = answering_both("", "any", "return: {to: [check]}");
    world
        .on_with("pat", "return", "answer[P]", back_to("check"))
        .unwrap();
    assert_eq!(world.tasks(), ["answer[Q]", "check"]);

    world.on("qin", "approve", "answer[Q]").unwrap();

    assert_eq!(world.tasks(), ["head"]);
}

#[test]
fn a_way_that_leads_past_the_block_leaves_it() {
    let mut world = answering_both(
        ", choices: {keep: 继续, drop: 不再要}, next: [{when: choice == \"drop\", goto: head}, {goto: replies}]",
        "all",
        "return: {to: [check]}",
    );
    world
        .on_with("pat", "return", "answer[P]", back_to("check"))
        .unwrap();

    world
        .on_with("bob", "choose", "check", choosing("drop"))
        .unwrap();

    assert_eq!(world.tasks(), ["head"], "Q is not asked any more");
}

#[test]
fn from_that_way_the_request_as_a_whole_comes_back_to_the_applicant() {
    let mut world = answering_both("", "all", "return: {to: [check]}");
    world
        .on_with("pat", "return", "answer[P]", back_to("check"))
        .unwrap();

    world
        .on_with("bob", "return", "check", back_to("applicant"))
        .unwrap();

    assert_eq!(world.tasks(), ["applicant"]);
}

#[test]
fn a_block_of_which_every_branch_was_sent_back_stands_still() {
    let yaml = for_each(
        "    due: {in: 10wd, law: 《条例》第二十一条}\n",
        "      - {stage: answer, title: 答复, who: share_office_head@part, return: {to: [applicant]}}\n",
    );
    let mut world = asked_of(&yaml, &["P", "Q"]);
    let runs = |world: &World| world.case.clocks["replies#0"].is_running();

    world
        .on_with("pat", "return", "answer[P]", back_to("applicant"))
        .unwrap();
    assert!(runs(&world), "Q is still at work");
    world
        .on_with("qin", "return", "answer[Q]", back_to("applicant"))
        .unwrap();
    assert!(!runs(&world));

    world
        .on_with(
            "ann",
            "submit",
            "applicant[P]",
            answering(json!({"providers": ["P", "Q"]})),
        )
        .unwrap();
    assert!(runs(&world));
}

#[test]
fn branches_of_two_blocks_with_the_same_keys_are_revised_apart() {
    let yaml = with_form(
        "{id: providers, type: departments, label: 提供部门, required: true}",
        "  - parallel: both
    title: 同时
    branches:
      one:
        - foreach: first
          title: 受理
          over: form.providers
          as: part
          stages:
            - {stage: intake, title: 受理, who: provider_intake@part, return: {to: [applicant]}}
      two:
        - foreach: second
          title: 答复
          over: form.providers
          as: part
          stages:
            - {stage: answer, title: 答复, who: share_office_head@part, return: {to: [applicant]}}
",
    );
    let mut world = World::among(OFFICES, &yaml);
    world
        .act("ann", "submit", answering(json!({"providers": ["P"]})))
        .unwrap();
    world
        .on_with("pia", "return", "intake[P]", back_to("applicant"))
        .unwrap();
    world
        .on_with("pat", "return", "answer[P]", back_to("applicant"))
        .unwrap();
    assert_eq!(world.tasks(), ["applicant[P]", "applicant[P][2]"]);

    for revision in ["applicant[P][2]", "applicant[P]"] {
        world
            .on_with(
                "ann",
                "submit",
                revision,
                answering(json!({"providers": ["P"]})),
            )
            .unwrap();
    }
    assert_eq!(world.tasks(), ["answer[P]", "intake[P]"]);
}
