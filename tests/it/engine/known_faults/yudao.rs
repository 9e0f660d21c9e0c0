//! Yudao (ruoyi-vue-pro): returns, reminders, several signers.

use huiqian::engine::{Answer, Input, TaskState};
use serde_json::json;

use crate::support::definitions::{asked_of, for_each, reviewed};
use crate::support::world::{PEOPLE, World, answering, back_to, because, with_form, with_stages};

/// yudao#867: no return inside parallel branches.
#[test]
fn yudao_867_a_branch_of_a_parallel_returns_within_itself_and_the_other_goes_on() {
    let mut world = World::filed(&with_stages(
        "  - parallel: reviews
    title: 会审
    branches:
      one:
        - {stage: first, title: 分管, who: dept_leader@applicant}
        - {stage: second, title: 主管, who: share_office_head@applicant}
      two:
        - {stage: other, title: 安全, who: data_security_officer@applicant}
",
    ));
    world.on("eve", "approve", "first").unwrap();

    world
        .on_with("cat", "return", "second", back_to("first"))
        .unwrap();

    assert_eq!(world.tasks(), ["other", "first"]);
}

/// yudao#668: a return by one of several signers lost the others' tasks, and with them the stage.
#[test]
fn yudao_668_a_return_by_one_of_several_signers_asks_all_of_them_again() {
    let mut world = World::filed(&with_stages(
        "  - {stage: check, title: 初审, who: section_head@applicant}
  - {stage: many, title: 会签, who: [data_security_officer@applicant, dept_leader@applicant], sign: all}
",
    ));
    world.on("bob", "approve", "check").unwrap();
    world.on("dan", "approve", "many").unwrap();
    world
        .on_with("eve", "return", "many", back_to("check"))
        .unwrap();

    world.on("bob", "approve", "check").unwrap();

    assert_eq!(world.asked(), ["many: dan", "many: eve"]);
}

/// yudao#727: a stage with several signers could not be returned to.
#[test]
fn yudao_727_a_stage_with_several_signers_can_be_returned_to() {
    let mut world = World::filed(&with_stages(
        "  - {stage: many, title: 会签, who: [section_head@applicant, data_security_officer@applicant], sign: all}
  - {stage: head, title: 负责人, who: share_office_head@applicant}
",
    ));
    world.on("bob", "approve", "many").unwrap();
    world.on("dan", "approve", "many").unwrap();

    world
        .on_with("cat", "return", "head", back_to("many"))
        .unwrap();

    assert_eq!(world.asked(), ["many: bob bea", "many: dan"]);
}

/// yudao#1018: after a return and re-entry the reminder was gone.
#[test]
fn yudao_1018_reminders_are_armed_again_when_a_stage_is_entered_again() {
    let mut world = World::filed(&with_stages(
        "  - {stage: check, title: 初审, who: section_head@applicant}
  - {stage: head, title: 负责人, who: share_office_head@applicant, due: {in: 2wd, remind: [1wd before]}}
",
    ));
    world.on("bob", "approve", "check").unwrap();
    world.wait_until("2026-03-04 10:00");
    assert_eq!(world.steps(), ["head#0@1 remind:0"]);

    world
        .on_with("cat", "return", "head", back_to("check"))
        .unwrap();
    world.on("bob", "approve", "check").unwrap();
    world.wait_until("2026-03-06 10:00");

    assert_eq!(world.steps(), ["head#0@1 remind:0", "head#0@2 remind:0"]);
}

/// yudao#1018 in a branch that was sent back: the branch's own reminders come again, the others' only once.
#[test]
fn yudao_1018_reminders_of_a_branch_are_armed_again_when_it_comes_back() {
    let yaml = for_each(
        "",
        "      - {stage: answer, title: 答复, who: share_office_head@part, due: {in: 2wd, remind: [1wd before]}, return: {to: [applicant], resume: here}}\n",
    );
    let mut world = asked_of(&yaml, &["P", "Q"]);
    world
        .on_with("pat", "return", "answer[P]", back_to("applicant"))
        .unwrap();
    world.wait_until("2026-03-04 10:00");
    assert_eq!(world.steps(), ["answer[Q]#0@1 remind:0"]);

    world
        .on_with(
            "ann",
            "submit",
            "applicant[P]",
            answering(json!({"providers": ["P", "Q"]})),
        )
        .unwrap();
    world.wait_until("2026-03-06 10:00");

    assert!(world.steps().contains(&"answer[P]#0@2 remind:0".to_owned()));
}

/// yudao#1128: back to whoever filed.
#[test]
fn yudao_1128_the_applicant_gets_the_request_back_and_files_it_again() {
    let mut world = World::filed(&reviewed());
    world
        .on_with("bob", "return", "review", back_to("applicant"))
        .unwrap();
    assert_eq!(world.asked(), ["applicant: ann"]);

    world.act("ann", "submit", Input::default()).unwrap();

    assert_eq!(world.tasks(), ["review"]);
}

/// yudao#167: a refusal did nothing but end.
#[test]
fn yudao_167_a_refusal_goes_where_the_definition_says() {
    let mut world = World::filed(&with_stages(
        "  - {stage: check, title: 初审, who: section_head@applicant}
  - {stage: head, title: 负责人, who: share_office_head@applicant, refused: check}
",
    ));
    world.on("bob", "approve", "check").unwrap();
    world
        .on_with("cat", "reject", "head", because("重审"))
        .unwrap();
    assert_eq!(world.tasks(), ["check"]);
}

/// yudao#917, #1061: stages that any or all must sign did not start where several people were meant.
#[test]
fn yudao_917_any_and_all_start_with_whoever_is_there() {
    for (sign, asked) in [("any", "bob bea"), ("all", "bob bea")] {
        let world = World::filed(&with_stages(&format!(
            "  - {{stage: many, title: 会签, who: [section_head@applicant, legal_reviewer@applicant], sign: {sign}}}
"
        )));
        // Nobody holds the second post: an administrator is to name somebody.
        assert_eq!(world.asked(), [format!("many: {asked}"), "many: ".into()]);
        assert!(world.actions("adm").contains(&"reassign"));
    }
}

/// yudao#788: what was approved automatically left no record.
#[test]
fn yudao_788_an_automatic_approval_is_on_record_with_its_reason() {
    let world = {
        let mut world = World::filed(&with_stages(
            "  - {stage: check, title: 初审, who: share_office_head@applicant}
  - {stage: second, title: 复审, who: share_office_head@applicant, same_person: skip}
  - {stage: last, title: 归档, who: dept_leader@applicant}
",
        ));
        world.on("cat", "approve", "check").unwrap();
        world
    };
    assert_eq!(world.tasks(), ["last"]);

    let task = world.case.round("second", 1).next().expect("a task");
    let TaskState::Settled {
        answer, automatic, ..
    } = &task.state
    else {
        panic!("{task:?}");
    };
    assert_eq!((answer, automatic), (&Answer::Approved, &true));
}

/// yudao#806: after a delay the candidates of the next stage were not found.
#[test]
fn yudao_806_after_a_wait_the_next_people_are_those_who_hold_the_post_then() {
    let yaml = with_form(
        "{id: until, type: date, label: 截止, required: true}",
        "  - {wait: pause, title: 等待, until: form.until}
  - {stage: check, title: 审核, who: section_head@applicant}
",
    );
    let mut world = World::submitted(&yaml, json!({"until": "2026-03-04"}));
    let mut people = PEOPLE.to_vec();
    people.retain(|(login, ..)| *login != "bob" && *login != "bea");
    people.push(("bea", "A", &["section_head"]));
    world.staff(&people);

    world.wait_until("2026-03-05 00:00");

    assert_eq!(world.asked(), ["check: bea"]);
}
