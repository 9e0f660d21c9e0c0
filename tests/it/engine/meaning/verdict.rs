//! The verdict: rule 11. That it is total, monotone and decided as soon as it can be is proved beside the code.

use crate::support::definitions::{asked_of, for_each};
use crate::support::world::{World, because, choosing, with_form, with_stages};

/// Three sign, by this rule.
fn three(sign: &str) -> World {
    World::filed(&with_stages(&format!(
        "  - {{stage: many, title: 会签, who: {{a: section_head@applicant, b: data_security_officer@applicant, c: dept_leader@applicant}}, sign: {sign}}}
  - {{stage: head, title: 负责人, who: share_office_head@applicant}}
"
    )))
}

#[test]
fn rule_11_it_is_decided_as_soon_as_no_open_vote_can_change_it() {
    let mut passed = three("{pass: 2/3}");
    passed.on("bob", "approve", "many").unwrap();
    assert_eq!(passed.tasks(), ["many", "many"]);
    passed.on("dan", "approve", "many").unwrap();
    assert_eq!(passed.tasks(), ["head"]);

    let mut refused = three("{pass: 2/3}");
    for login in ["bob", "dan"] {
        refused
            .on_with(login, "reject", "many", because("不行"))
            .unwrap();
    }
    assert_eq!(refused.end(), Some("rejected".into()));
}

#[test]
fn rule_11_a_share_is_of_the_tasks_and_a_count_is_a_count() {
    // 60 % of three is two; a count of one is one.
    for (sign, needed) in [("{pass: 60%}", 2), ("{pass: 1}", 1), ("{pass: 3}", 3)] {
        let mut world = three(sign);
        for login in ["bob", "dan", "eve"].into_iter().take(needed) {
            assert_ne!(world.tasks(), ["head"], "{sign}");
            world.on(login, "approve", "many").unwrap();
        }
        assert_eq!(world.tasks(), ["head"], "{sign}");
    }
}

#[test]
fn rule_11_an_abstention_is_no_pass_and_stays_in_the_denominator() {
    let mut world = three("{pass: 2/3, abstain: true}");
    world.on("bob", "abstain", "many").unwrap();
    world.on("dan", "abstain", "many").unwrap();
    world.on("eve", "approve", "many").unwrap();
    assert_eq!(
        world.end(),
        Some("rejected".into()),
        "one of three is not enough"
    );
}

#[test]
fn rule_11_a_veto_belongs_to_the_seat() {
    let mut world = three("{pass: 1, veto: [c]}");
    world.on("bob", "approve", "many").unwrap();
    assert_ne!(world.tasks(), ["head"], "the veto has not spoken");
    world
        .on_with("eve", "reject", "many", because("不行"))
        .unwrap();
    assert_eq!(world.end(), Some("rejected".into()));
}

#[test]
fn rule_11_a_return_is_no_vote() {
    let mut world = three("{pass: 1/2}");
    world
        .on_with("bob", "return", "many", because("请修改"))
        .unwrap();
    assert_eq!(world.tasks(), ["applicant"]);
}

#[test]
fn rule_11_no_seat_left_means_nobody_never_passed() {
    let inside = "      - {stage: answer, title: 答复, who: legal_reviewer@part}\n";
    let world = asked_of(&for_each("", inside), &["P"]);
    assert_eq!(world.asked(), ["answer[P]: "]);
    assert!(world.actions("adm").contains(&"reassign"));
}

#[test]
fn rule_11_with_choices_the_verdicts_are_counted_and_choice_is_the_verdicts_last() {
    let mut world = World::filed(&with_form(
        "{id: note, type: text, label: 说明}",
        "  - {stage: many, title: 会签, who: [section_head@applicant, data_security_officer@applicant, dept_leader@applicant], sign: {pass: 2/3}, choices: {agree: 同意, partly: 部分同意, none: {title: 不同意, verdict: refused}}, next: [{when: choice == \"partly\", goto: talk}, {goto: head}]}
  - {stage: head, title: 负责人, who: share_office_head@applicant}
  - {stage: talk, title: 协商, kind: work, who: share_office_head@applicant}
",
    ));
    world
        .on_with("bob", "choose", "many", choosing("agree"))
        .unwrap();
    world
        .on_with("dan", "choose", "many", choosing("none"))
        .unwrap();
    world
        .on_with("eve", "choose", "many", choosing("partly"))
        .unwrap();

    assert_eq!(world.tasks(), ["talk"]);
    assert_eq!(world.case.stage("many").choice, Some("partly".into()));
}
