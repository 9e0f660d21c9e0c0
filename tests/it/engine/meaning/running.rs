//! Running: rules 1 to 5.

use huiqian::workflow::{Surroundings, read};
use serde_json::json;

use crate::support::definitions::{asked_of, for_each};
use crate::support::world::{World, answering, back_to, because, missing, with_form, with_stages};

#[test]
fn rule_01_a_stage_that_passes_leads_to_its_next_else_to_the_following_one() {
    let mut world = World::filed(&with_stages(
        "  - {stage: one, title: 一, who: section_head@applicant, next: three}
  - {stage: two, title: 二, who: dept_leader@applicant}
  - {stage: three, title: 三, who: share_office_head@applicant, refused: two}
",
    ));
    world.on("bob", "approve", "one").unwrap();
    assert_eq!(world.tasks(), ["three"]);

    world
        .on_with("cat", "reject", "three", because("重来"))
        .unwrap();
    assert_eq!(world.tasks(), ["two"]);
    world.on("eve", "approve", "two").unwrap();
    assert_eq!(world.tasks(), ["three"]);
}

#[test]
fn rule_01_a_refusal_refuses_the_branch_then_the_block_and_at_the_top_the_case() {
    let mut world = World::filed(&with_stages(
        "  - parallel: reviews
    title: 会审
    branches:
      one:
        - group: inner
          title: 块
          stages:
            - {stage: deep, title: 深, who: section_head@applicant}
      two:
        - {stage: flat, title: 浅, who: dept_leader@applicant}
",
    ));

    world
        .on_with("bob", "reject", "deep", because("不行"))
        .unwrap();

    let how = |place: &str| format!("{:?}", world.case.stage(place).how);
    let left = ["deep", "inner", "reviews.one", "reviews"].map(how);
    assert_eq!(left, ["Some(Refused)"; 4]);
    assert_eq!(world.end(), Some("rejected".into()));
}

#[test]
fn rule_01_stages_blocks_and_ends_share_one_namespace() {
    let yaml = with_stages(
        "  - group: approved
    title: 块
    stages:
      - {stage: one, title: 一, who: section_head@applicant}
",
    );
    let findings = read("test.yaml", &yaml, &Surroundings::standard()).findings;
    assert!(
        findings
            .iter()
            .any(|finding| finding.code == "duplicate-id")
    );
}

#[test]
fn rule_02_each_entry_opens_a_new_round_with_fresh_tasks_and_the_old_ones_stay_as_history() {
    let mut world = World::filed(&with_stages(
        "  - {stage: check, title: 初审, who: section_head@applicant}
  - parallel: reviews
    title: 会审
    branches:
      one:
        - {stage: one, title: 一, who: dept_leader@applicant, return: {to: [check]}}
      two:
        - {stage: two, title: 二, who: share_office_head@applicant}
",
    ));
    world.on("bob", "approve", "check").unwrap();
    world.on("cat", "approve", "two").unwrap();
    world
        .on_with("eve", "return", "one", back_to("check"))
        .unwrap();
    world.on("bob", "approve", "check").unwrap();

    for stage in ["check", "reviews", "one", "two"] {
        assert_eq!(world.case.stage(stage).rounds, 2, "{stage}");
    }
    assert_eq!(world.case.round("two", 1).count(), 1);
    assert_eq!(world.case.round("two", 2).count(), 1);
}

#[test]
fn rule_03_when_is_read_at_entry_and_a_block_that_was_passed_over_opens_once_it_comes_true() {
    let yaml = with_form(
        "{id: amount, type: integer, label: 数量, required: true}",
        "  - parallel: reviews
    title: 会审
    when: form.amount > 5
    branches:
      one:
        - {stage: one, title: 一, who: dept_leader@applicant}
      two:
        - {stage: two, title: 二, who: data_security_officer@applicant}
  - {stage: check, title: 审核, who: section_head@applicant, supplement: {times: 1}}
  - {stage: head, title: 负责人, who: share_office_head@applicant}
",
    );
    let mut world = World::submitted(&yaml, json!({"amount": 1}));
    assert_eq!(world.tasks(), ["check"]);

    world
        .on_with("bob", "supplement", "check", missing(&["amount"]))
        .unwrap();
    world
        .on_with("ann", "supply", "check", answering(json!({"amount": 9})))
        .unwrap();
    assert_eq!(world.tasks(), ["check"], "what is open goes first");
    world.on("bob", "approve", "check").unwrap();

    assert_eq!(world.tasks(), ["one", "two"]);
    world.on("eve", "approve", "one").unwrap();
    world.on("dan", "approve", "two").unwrap();
    assert_eq!(world.tasks(), ["head"], "the check is not asked again");
}

#[test]
fn rule_04_a_target_that_is_a_foreach_opens_only_the_branches_that_have_not_passed() {
    let inside = "      - {stage: answer, title: 答复, who: share_office_head@part}\n";
    let yaml = for_each("", inside).replace(
        "who: share_office_head@applicant}",
        "who: share_office_head@applicant, refused: replies}",
    );
    let mut world = asked_of(
        &yaml.replace(
            "    as: part\n",
            "    as: part\n    join: {pass: 1, rest: wait}\n",
        ),
        &["P", "Q"],
    );
    world.on("pat", "approve", "answer[P]").unwrap();
    world
        .on_with("qin", "reject", "answer[Q]", because("不行"))
        .unwrap();
    assert_eq!(world.tasks(), ["head"]);

    world
        .on_with("cat", "reject", "head", because("再答"))
        .unwrap();

    assert_eq!(world.tasks(), ["answer[Q]"]);
}

#[test]
fn rule_04_again_opens_all() {
    let inside = "      - {stage: answer, title: 答复, who: share_office_head@part}\n";
    let more = "    join: {pass: all, rest: wait}\n    refused: again\n";
    let mut world = asked_of(&for_each(more, inside), &["P", "Q"]);
    world.on("pat", "approve", "answer[P]").unwrap();

    world
        .on_with("qin", "reject", "answer[Q]", because("不行"))
        .unwrap();

    assert_eq!(world.tasks(), ["answer[P]", "answer[Q]"]);
}

#[test]
fn rule_04_a_value_that_appears_opens_a_branch_and_one_that_disappears_voids_its_own() {
    let inside = "      - {stage: answer, title: 答复, who: share_office_head@part, supplement: {times: 2}}\n";
    let mut world = asked_of(&for_each("", inside), &["P"]);
    world
        .on_with("pat", "supplement", "answer[P]", missing(&["providers"]))
        .unwrap();
    world
        .on_with(
            "ann",
            "supply",
            "answer[P]",
            answering(json!({"providers": ["P", "Q"]})),
        )
        .unwrap();
    assert_eq!(world.tasks(), ["answer[P]", "answer[Q]"]);

    world
        .on_with("pat", "supplement", "answer[P]", missing(&["providers"]))
        .unwrap();
    world
        .on_with(
            "ann",
            "supply",
            "answer[P]",
            answering(json!({"providers": ["P"]})),
        )
        .unwrap();
    assert_eq!(world.tasks(), ["answer[P]"]);
}

#[test]
fn rule_05_a_guard_that_fails_parks_its_branch_with_the_reason_and_the_others_go_on() {
    let yaml = with_form(
        "{id: amount, type: integer, label: 数量}",
        "  - parallel: reviews
    title: 会审
    branches:
      one:
        - {stage: one, title: 一, when: 10 / form.amount > 1, who: dept_leader@applicant}
      two:
        - {stage: two, title: 二, who: section_head@applicant}
",
    );
    let mut world = World::submitted(&yaml, json!({"amount": 0}));
    assert_eq!(world.asked(), ["parked-case: adm adi", "two: bob bea"]);

    world.on("bob", "approve", "two").unwrap();
    assert_eq!(world.tasks(), ["parked-case"], "not true, and not false");

    world.case.answers.insert("amount".into(), json!(4));
    world.on("adm", "resume", "parked-case").unwrap();
    assert_eq!(world.tasks(), ["one"]);
}

#[test]
fn rule_05_answers_that_are_hidden_are_null() {
    let yaml = with_form(
        "{id: personal, type: yes_no, label: 含个人信息, required: true}
{id: sensitive, type: yes_no, label: 敏感, show_when: form.personal, required: true}",
        "  - {stage: legal, title: 法规, when: form.sensitive != null, who: dept_leader@applicant}
  - {stage: check, title: 审核, who: section_head@applicant}
",
    );
    let hidden = World::submitted(&yaml, json!({"personal": false, "sensitive": true}));
    assert_eq!(hidden.tasks(), ["check"]);

    let shown = World::submitted(&yaml, json!({"personal": true, "sensitive": true}));
    assert_eq!(shown.tasks(), ["legal"]);
}
