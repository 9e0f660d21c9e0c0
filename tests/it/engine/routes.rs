//! Where the run goes: `when`, `next`, `refused`, blocks, and stages that answers call back.

use serde_json::json;

use crate::support::world::{World, answering, because, choosing, missing, with_form, with_stages};

const AMOUNT: &str = "{id: amount, type: integer, label: 数量, required: true}";

#[test]
fn a_stage_whose_guard_does_not_hold_is_passed_over_and_recorded_so() {
    let yaml = with_form(
        AMOUNT,
        "  - {stage: small, title: 小额, when: form.amount < 10, who: section_head@applicant}
  - {stage: large, title: 大额, when: form.amount >= 10, who: dept_leader@applicant}",
    );

    let world = World::submitted(&yaml, json!({"amount": 50}));

    assert_eq!(world.open(), ["large"]);
    assert_eq!(world.case.stage("small").rounds, 0);
    assert!(world.case.stage("small").skipped.is_some());
    assert!(world.kinds().contains(&"skipped"));
}

#[test]
fn a_case_whose_stages_are_all_passed_over_reaches_the_first_end() {
    let yaml = with_form(
        AMOUNT,
        "  - {stage: large, title: 大额, when: form.amount >= 10, who: dept_leader@applicant}",
    );

    let world = World::submitted(&yaml, json!({"amount": 5}));

    assert_eq!(world.end().as_deref(), Some("approved"));
}

#[test]
fn seats_are_asked_only_while_their_guard_holds() {
    let yaml = with_form(
        AMOUNT,
        "  - stage: panel
    title: 会签
    who:
      one: section_head@applicant
      two: {who: dept_leader@applicant, when: form.amount >= 10}
    sign: all",
    );

    let small = World::submitted(&yaml, json!({"amount": 5}));
    assert_eq!(small.asked(), ["panel: bob bea"]);
    let large = World::submitted(&yaml, json!({"amount": 50}));
    assert_eq!(large.asked(), ["panel: bob bea", "panel: eve"]);
}

#[test]
fn a_stage_without_a_single_seat_is_passed_over() {
    let yaml = with_form(
        AMOUNT,
        "  - stage: panel
    title: 会签
    who: {two: {who: dept_leader@applicant, when: form.amount >= 10}}
  - {stage: last, title: 最后, who: section_head@applicant}",
    );

    let world = World::submitted(&yaml, json!({"amount": 5}));

    assert_eq!(world.open(), ["last"]);
}

#[test]
fn next_leads_where_its_first_guard_holds() {
    let yaml = with_form(
        AMOUNT,
        "  - stage: review
    title: 审核
    who: section_head@applicant
    next: [{when: form.amount < 10, goto: approved}, {when: form.amount < 100, goto: middle}, {goto: leader}]
  - {stage: middle, title: 中间, who: share_office_head@applicant, when: form.amount < 1000}
  - {stage: leader, title: 领导, who: dept_leader@applicant}",
    );

    let mut small = World::submitted(&yaml, json!({"amount": 5}));
    small.on("bob", "approve", "review").expect("approved");
    assert_eq!(small.end().as_deref(), Some("approved"));

    let mut large = World::submitted(&yaml, json!({"amount": 5000}));
    large.on("bob", "approve", "review").expect("approved");
    assert_eq!(large.open(), ["leader"], "the middle is jumped over");
}

#[test]
fn a_choice_decides_where_it_goes() {
    let yaml = with_stages(
        "  - stage: triage
    title: 分流
    kind: work
    who: section_head@applicant
    choices: {short: 简易, full: 完整}
    next: [{when: choice == \"short\", goto: approved}, {goto: review}]
  - {stage: review, title: 审核, who: dept_leader@applicant, when: choice(\"triage\") == \"full\"}",
    );

    let mut short = World::filed(&yaml);
    short
        .on_with("bob", "choose", "triage", choosing("short"))
        .expect("chosen");
    assert_eq!(short.end().as_deref(), Some("approved"));

    let mut full = World::filed(&yaml);
    full.on_with("bob", "choose", "triage", choosing("full"))
        .expect("chosen");
    assert_eq!(full.open(), ["review"]);
}

#[test]
fn next_may_lead_back_and_opens_a_new_round() {
    let yaml = with_stages(
        "  - {stage: draft, title: 起草, kind: work, who: section_head@applicant}
  - stage: review
    title: 审核
    who: dept_leader@applicant
    choices: {good: 可以, again: 重拟}
    next: [{when: choice == \"again\", goto: draft}, {goto: approved}]",
    );
    let mut world = World::filed(&yaml);
    world.on("bob", "done", "draft").expect("done");
    world
        .on_with("eve", "choose", "review", choosing("again"))
        .expect("chosen");

    assert_eq!(world.open(), ["draft"]);
    assert_eq!(world.case.stage("draft").rounds, 2);
    world.on("bea", "done", "draft").expect("done");
    assert_eq!(world.case.stage("review").rounds, 2);
}

#[test]
fn a_refusal_goes_where_the_stage_says() {
    let yaml = with_stages(
        "  - {stage: review, title: 审核, who: section_head@applicant, refused: leader}
  - {stage: leader, title: 领导, who: dept_leader@applicant}",
    );
    let mut world = World::filed(&yaml);
    world
        .on_with("bob", "reject", "review", because("不行"))
        .expect("rejected");

    assert_eq!(world.open(), ["leader"]);
}

#[test]
fn a_refusal_may_ask_the_applicant_to_revise() {
    let yaml = with_stages(
        "  - {stage: review, title: 审核, who: section_head@applicant, refused: applicant}",
    );
    let mut world = World::filed(&yaml);
    world
        .on_with("bob", "reject", "review", because("不行"))
        .expect("rejected");
    assert_eq!(world.asked(), ["applicant: ann"]);

    world
        .act("ann", "submit", answering(json!({"amount": 2})))
        .expect("submitted again");
    assert_eq!(world.open(), ["review"]);
    assert_eq!(world.case.stage("review").rounds, 2);
}

#[test]
fn a_refusal_without_a_way_of_its_own_refuses_the_block_around() {
    let yaml = with_stages(
        "  - group: reply
    title: 答复
    refused: leader
    next: approved
    stages:
      - {stage: review, title: 审核, who: section_head@applicant}
      - {stage: head, title: 负责人, who: share_office_head@applicant}
  - {stage: leader, title: 领导, who: dept_leader@applicant}",
    );

    let mut refused = World::filed(&yaml);
    assert_eq!(refused.open(), ["reply", "review"]);
    refused
        .on_with("bob", "reject", "review", because("不行"))
        .expect("rejected");
    assert_eq!(refused.open(), ["leader"]);
    assert!(!refused.case.stage("reply").done);

    let mut passed = World::filed(&yaml);
    passed.on("bob", "approve", "review").expect("approved");
    assert_eq!(passed.open(), ["reply", "head"]);
    passed.on("cat", "approve", "head").expect("approved");
    assert_eq!(passed.end().as_deref(), Some("approved"));
}

#[test]
fn the_word_refused_speaks_of_the_case_whatever_block_it_stands_in() {
    let yaml = with_stages(
        "  - group: reply
    title: 答复
    refused: leader
    stages:
      - {stage: review, title: 审核, who: section_head@applicant, refused: refused}
      - {stage: head, title: 负责人, who: share_office_head@applicant}
  - {stage: leader, title: 领导, who: dept_leader@applicant}",
    );
    let mut world = World::filed(&yaml);
    world
        .on_with("bob", "reject", "review", because("不行"))
        .expect("rejected");

    assert_eq!(world.end().as_deref(), Some("rejected"));
}

#[test]
fn a_way_out_of_a_block_closes_it() {
    let yaml = with_stages(
        "  - group: reply
    title: 答复
    stages:
      - {stage: review, title: 审核, who: section_head@applicant, next: [{when: form.amount == 1, goto: head}, {goto: leader}]}
      - {stage: head, title: 负责人, who: share_office_head@applicant}
  - {stage: leader, title: 领导, who: dept_leader@applicant}",
    );
    let mut world = World::filed(&yaml);
    world.on("bob", "approve", "review").expect("approved");

    assert_eq!(world.open(), ["leader"]);
    assert!(world.case.stage("reply").done);
}

#[test]
fn a_block_whose_guard_does_not_hold_is_passed_over_whole() {
    let yaml = with_form(
        AMOUNT,
        "  - group: extra
    title: 加审
    when: form.amount >= 10
    stages:
      - {stage: inner, title: 内部, who: dept_leader@applicant}
  - {stage: last, title: 最后, who: section_head@applicant}",
    );

    let small = World::submitted(&yaml, json!({"amount": 5}));
    assert_eq!(small.open(), ["last"]);
    let large = World::submitted(&yaml, json!({"amount": 50}));
    assert_eq!(large.open(), ["extra", "inner"]);
}

/// A supplement of the amount at `review` may call the stage or block before it back.
fn called_back(before: &str) -> World {
    let yaml = with_form(
        AMOUNT,
        &format!(
            "{before}
  - {{stage: review, title: 审核, who: section_head@applicant, supplement: {{times: 1}}}}
  - {{stage: last, title: 最后, who: share_office_head@applicant}}"
        ),
    );
    let mut world = World::submitted(&yaml, json!({"amount": 5}));
    assert_eq!(world.open(), ["review"]);
    world
        .on_with("bob", "supplement", "review", missing(&["amount"]))
        .expect("asked");
    world
        .on_with("ann", "supply", "review", answering(json!({"amount": 50})))
        .expect("supplied");
    world.on("bob", "approve", "review").expect("approved");
    world
}

#[test]
fn a_stage_that_changed_answers_ask_for_opens_next() {
    let mut world = called_back(
        "  - {stage: leader, title: 领导, when: form.amount >= 10, who: dept_leader@applicant}",
    );

    assert_eq!(world.open(), ["leader"]);
    world.on("eve", "approve", "leader").expect("approved");
    assert_eq!(world.open(), ["last"], "not through review again");
    world.on("cat", "approve", "last").expect("approved");
    assert_eq!(world.end().as_deref(), Some("approved"));
}

#[test]
fn of_several_such_stages_each_opens_in_its_turn() {
    let mut world = called_back(
        "  - {stage: leader, title: 领导, when: form.amount >= 10, who: dept_leader@applicant}
  - {stage: safety, title: 安全, when: form.amount >= 20, who: data_security_officer@applicant}",
    );

    assert_eq!(world.open(), ["leader"]);
    world.on("eve", "approve", "leader").expect("approved");
    assert_eq!(world.open(), ["safety"]);
    world.on("dan", "approve", "safety").expect("approved");
    assert_eq!(world.open(), ["last"]);
}

#[test]
fn a_stage_inside_an_earlier_block_is_called_back_too() {
    let mut world = called_back(
        "  - group: checks
    title: 检查
    stages:
      - {stage: always, title: 必经, kind: notice, who: applicant, when: form.amount < 0}
      - {stage: leader, title: 领导, when: form.amount >= 10, who: dept_leader@applicant}",
    );

    assert_eq!(world.open(), ["checks", "leader"]);
    world.on("eve", "approve", "leader").expect("approved");
    assert_eq!(world.open(), ["last"]);
}

#[test]
fn a_seat_that_changed_answers_ask_for_calls_its_stage_back() {
    let world = called_back(
        "  - stage: panel
    title: 会签
    who: {leader: {who: dept_leader@applicant, when: form.amount >= 10}}",
    );

    assert_eq!(world.open(), ["panel"]);
}

#[test]
fn a_stage_that_was_jumped_over_on_the_present_way_is_not_called_back() {
    let yaml = with_form(
        AMOUNT,
        "  - stage: triage
    title: 分流
    kind: work
    who: section_head@applicant
    choices: {full: 完整, short: 简易}
    next: [{when: choice == \"short\", goto: review}, {goto: extra}]
  - {stage: extra, title: 加审, when: form.amount >= 10, who: dept_leader@applicant}
  - {stage: review, title: 审核, who: share_office_head@applicant, supplement: {times: 1}}
  - {stage: last, title: 最后, who: section_head@applicant}",
    );
    let mut world = World::submitted(&yaml, json!({"amount": 5}));
    world
        .on_with("bob", "choose", "triage", choosing("full"))
        .expect("full");
    assert_eq!(world.open(), ["review"], "extra was passed over");
    let back = crate::support::world::back_to("triage");
    world
        .on_with("cat", "return", "review", back)
        .expect("back");
    world
        .on_with("bob", "choose", "triage", choosing("short"))
        .expect("short");
    world
        .on_with("cat", "supplement", "review", missing(&["amount"]))
        .expect("asked");
    world
        .on_with("ann", "supply", "review", answering(json!({"amount": 50})))
        .expect("supplied");

    world.on("cat", "approve", "review").expect("approved");

    assert_eq!(world.open(), ["last"]);
}

#[test]
fn coming_straight_back_forgets_no_stage_that_answers_ask_for_meanwhile() {
    let yaml = with_form(
        AMOUNT,
        "  - section: answer
    title: 意见
    fields:
      - {id: size, type: integer, label: 规模}
stages:
  - {stage: first, title: 一, who: section_head@applicant, fills: [answer]}
  - {stage: extra, title: 加审, when: form.size != null && form.size >= 10, who: data_security_officer@applicant}
  - group: block
    title: 块
    stages:
      - {stage: inner, title: 内, when: form.size != null && form.size >= 20, who: share_office_head@applicant}
      - {stage: last, title: 最后, who: dept_leader@applicant, return: {to: [first], resume: here}}",
    );
    let mut world = World::submitted(&yaml, json!({"amount": 1}));
    let sized = |world: &mut World, size: i64| {
        let input = answering(json!({ "size": size }));
        world
            .on_with("bob", "approve", "first", input)
            .expect("approved");
    };
    sized(&mut world, 5);
    let back = crate::support::world::back_to("first");
    world.on_with("eve", "return", "last", back).expect("back");
    sized(&mut world, 50);
    assert_eq!(world.open(), ["block", "last"]);

    world.on("eve", "approve", "last").expect("approved");
    assert_eq!(world.open(), ["block", "inner"], "passed over in the block");
    world.on("cat", "approve", "inner").expect("approved");
    assert_eq!(world.open(), ["extra"], "and before it");
    world.on("dan", "approve", "extra").expect("approved");
    assert_eq!(world.end().as_deref(), Some("approved"));
}
