//! Return and supplement: rules 12 and 13.

use serde_json::json;

use crate::support::definitions::{asked_of, for_each};
use crate::support::world::{World, answering, back_to, missing, with_form, with_stages};

#[test]
fn rule_12_a_return_cancels_what_is_open_after_the_target_in_the_same_region() {
    let mut world = World::filed(&with_stages(
        "  - {stage: check, title: 初审, who: section_head@applicant}
  - {stage: filing, title: 备案, kind: work, who: data_security_officer@applicant, await: end}
  - {stage: head, title: 负责人, who: share_office_head@applicant}
",
    ));
    world.on("bob", "approve", "check").unwrap();
    assert_eq!(world.tasks(), ["filing", "head"]);

    world
        .on_with("cat", "return", "head", back_to("check"))
        .unwrap();

    assert_eq!(world.tasks(), ["check"]);
    world.on("bob", "approve", "check").unwrap();
    assert_eq!(world.tasks(), ["filing", "head"], "each once");
}

#[test]
fn rule_12_what_stands_before_the_target_is_left_alone() {
    let mut world = World::filed(&with_stages(
        "  - {stage: filing, title: 备案, kind: work, who: data_security_officer@applicant, await: end}
  - {stage: check, title: 初审, who: section_head@applicant}
  - {stage: head, title: 负责人, who: share_office_head@applicant}
",
    ));
    world.on("bob", "approve", "check").unwrap();

    world
        .on_with("cat", "return", "head", back_to("check"))
        .unwrap();

    assert_eq!(world.tasks(), ["filing", "check"]);
    assert_eq!(world.case.stage("filing").rounds, 1);
}

#[test]
fn rule_12_out_of_a_foreach_branch_only_to_a_target_written_down_and_only_that_branch_waits() {
    let yaml = with_form(
        "{id: providers, type: departments, label: 提供部门, required: true}",
        "  - {stage: check, title: 审核, who: section_head@applicant}
  - foreach: replies
    title: 各部门答复
    over: form.providers
    as: part
    stages:
      - {stage: intake, title: 受理, who: provider_intake@part}
      - {stage: answer, title: 答复, who: share_office_head@part, return: {to: [check]}}
",
    );
    let mut world = asked_of(&yaml, &["P", "Q"]);
    world.on("bob", "approve", "check").unwrap();
    assert_eq!(
        world
            .on_with("pia", "return", "intake[P]", back_to("check"))
            .unwrap_err()
            .code(),
        "not-offered",
        "nothing is written at the intake"
    );
    world.on("pia", "approve", "intake[P]").unwrap();

    world
        .on_with("pat", "return", "answer[P]", back_to("check"))
        .unwrap();

    assert_eq!(world.tasks(), ["intake[Q]", "check"]);
}

#[test]
fn rule_12_out_of_a_parallel_it_cancels_every_branch_and_opinions_stay_visible() {
    let mut world = World::filed(&with_stages(
        "  - {stage: check, title: 初审, who: section_head@applicant}
  - parallel: reviews
    title: 会审
    branches:
      one:
        - {stage: one, title: 一, who: dept_leader@applicant, return: {to: [check]}}
      two:
        - {stage: two, title: 二, who: share_office_head@applicant}
      three:
        - {stage: three, title: 三, who: data_security_officer@applicant}
",
    ));
    world.on("bob", "approve", "check").unwrap();
    world.on("dan", "approve", "three").unwrap();

    world
        .on_with("eve", "return", "one", back_to("check"))
        .unwrap();

    assert_eq!(world.tasks(), ["check"]);
    let given = world.case.round("three", 1).next().expect("an opinion");
    assert!(!given.is_live());
}

#[test]
fn rule_12_resume_here_comes_back_to_the_returner() {
    let yaml = for_each(
        "",
        "      - {stage: intake, title: 受理, who: provider_intake@part}
      - {stage: answer, title: 答复, who: share_office_head@part, return: {to: [applicant], resume: here}}
",
    );
    let mut world = asked_of(&yaml, &["P", "Q"]);
    world.on("pia", "approve", "intake[P]").unwrap();
    world
        .on_with("pat", "return", "answer[P]", back_to("applicant"))
        .unwrap();

    world
        .on_with(
            "ann",
            "submit",
            "applicant[P]",
            answering(json!({"providers": ["P", "Q"]})),
        )
        .unwrap();

    assert_eq!(world.tasks(), ["intake[Q]", "answer[P]"]);
}

#[test]
fn rule_13_a_supplement_is_counted_per_stage_and_branch_for_the_life_of_the_case() {
    let inside = "      - {stage: answer, title: 答复, who: share_office_head@part, refused: again, supplement: {times: 1}}\n";
    let mut world = asked_of(&for_each("", inside), &["P", "Q"]);
    let supplemented = |world: &mut World, login: &str, place: &str| {
        world.on_with(login, "supplement", place, missing(&["note"]))?;
        world.on_with("ann", "supply", place, answering(json!({"note": "补"})))
    };
    supplemented(&mut world, "pat", "answer[P]").unwrap();
    supplemented(&mut world, "qin", "answer[Q]").unwrap();

    world
        .on_with(
            "pat",
            "reject",
            "answer[P]",
            crate::support::world::because("再来"),
        )
        .unwrap();
    assert_eq!(world.case.stage("answer[P]").rounds, 2);
    assert_eq!(
        supplemented(&mut world, "pat", "answer[P]")
            .unwrap_err()
            .code(),
        "supplement-used"
    );
}

#[test]
fn rule_13_only_what_is_listed_may_change_and_it_is_offered_only_where_declared() {
    let yaml = with_form(
        "{id: note, type: text, label: 说明}\n{id: more, type: text, label: 补充}",
        "  - {stage: check, title: 审核, who: section_head@applicant, supplement: {times: 1}}
  - {stage: head, title: 负责人, who: share_office_head@applicant}
",
    );
    let mut world = World::filed(&yaml);
    world
        .on_with("bob", "supplement", "check", missing(&["note"]))
        .unwrap();
    let other = world.on_with("ann", "supply", "check", answering(json!({"more": "x"})));
    assert!(other.is_err());
    world
        .on_with("ann", "supply", "check", answering(json!({"note": "x"})))
        .unwrap();
    world.on("bob", "approve", "check").unwrap();

    assert!(!world.actions("cat").contains(&"supplement"));
}
