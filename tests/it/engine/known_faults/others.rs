//! JeecgBoot, viewflow, spiff-arena, steedos, StarByte and the registers of government deadlines.

use huiqian::engine::{Answer, Input, Party, TaskState};
use serde_json::json;

use super::several_at_once;
use crate::support::definitions::reviewed;
use crate::support::world::{
    World, answering, at, back_to, because, missing, naming, with_form, with_stages,
};

/// jeecg#7460: a return wrote the signatures of a stage into its history twice.
#[test]
fn jeecg_7460_after_a_return_the_history_holds_each_signature_once() {
    let mut world = several_at_once("");
    world.on("dan", "approve", "many").unwrap();
    world
        .on_with("bob", "return", "many", back_to("check"))
        .unwrap();
    world.on("bea", "approve", "check").unwrap();

    let first: Vec<&TaskState> = world
        .case
        .round("many", 1)
        .map(|task| &task.state)
        .collect();
    assert_eq!(first.len(), 2);
    let answers = first.iter().filter_map(|state| match state {
        TaskState::Settled { answer, .. } => Some(answer),
        _ => None,
    });
    assert_eq!(
        answers.collect::<Vec<_>>(),
        [&Answer::Returned, &Answer::Approved]
    );
}

/// viewflow#193: the person for a task could not be found out at run time.
#[test]
fn viewflow_193_who_is_asked_is_read_from_the_answers() {
    let yaml = with_form(
        "{id: handler, type: person, label: 经办人, required: true}",
        "  - {stage: handle, title: 办理, kind: work, who: form.handler}
",
    );
    let world = World::submitted(&yaml, json!({"handler": "dan"}));
    assert_eq!(world.asked(), ["handle: dan"]);
}

/// spiff-arena#678: a task that was given to somebody else disappeared later.
#[test]
fn spiff_678_a_reassigned_task_stays_where_it_is_through_supplements_and_deadlines() {
    let mut world = World::filed(&with_stages(
        "  - {stage: review, title: 审核, who: legal_reviewer@applicant, supplement: {times: 1}, due: {in: 1wd, remind: [50%]}}
",
    ));
    world
        .on_with("adm", "reassign", "review", naming("dan"))
        .unwrap();

    world
        .on_with("dan", "supplement", "review", missing(&["amount"]))
        .unwrap();
    world
        .on_with("ann", "supply", "review", answering(json!({"amount": 3})))
        .unwrap();
    world.wait_until("2026-03-09 09:00");

    assert_eq!(world.asked(), ["review: dan"]);
}

/// spiff-arena#1961: an activity was passed over although the run should have come to it.
#[test]
fn spiff_1961_nothing_between_two_stages_is_passed_over_without_a_record() {
    let yaml = with_form(
        "{id: amount, type: integer, label: 数量, required: true}",
        "  - {stage: one, title: 一, who: section_head@applicant}
  - {stage: two, title: 二, when: form.amount > 5, who: share_office_head@applicant}
  - {stage: three, title: 三, who: dept_leader@applicant}
",
    );
    let mut world = World::submitted(&yaml, json!({"amount": 1}));
    world.on("bob", "approve", "one").unwrap();

    assert!(world.kinds().contains(&"skipped"));
    assert!(world.case.stage("two").skipped.is_some());
}

/// steedos#1531: time moves the case on by itself, and says so where there is no single way.
#[test]
fn steedos_1531_a_deadline_moves_the_case_on() {
    let mut world = World::filed(&with_stages(
        "  - {stage: opinion, title: 征求意见, who: section_head@applicant, due: {in: 1wd, overdue: [{after: 0wd, next: head}]}}
  - {stage: head, title: 负责人, who: share_office_head@applicant}
",
    ));
    world.wait_until("2026-03-04 00:00");
    assert_eq!(world.tasks(), ["head"]);
}

/// steedos#1965: several sign one after another.
#[test]
fn steedos_1965_signers_are_asked_in_their_order() {
    let mut world = World::filed(&with_stages(
        "  - {stage: many, title: 会签, who: [dept_leader@applicant, section_head@applicant], sign: sequence}
",
    ));
    assert_eq!(world.asked(), ["many: eve"]);
    world.on("eve", "approve", "many").unwrap();
    assert_eq!(world.asked(), ["many: bob bea"]);
}

/// steedos-platform#6998: a refusal took the copies away from those who had been given one.
#[test]
fn steedos_6998_a_refusal_leaves_the_copies() {
    let mut world = World::filed(&with_stages(
        "  - {stage: check, title: 初审, who: section_head@applicant, copy: {entered: [dept_leader@applicant]}}
",
    ));
    let involved = world.case.involved.clone();
    world
        .on_with("bob", "reject", "check", because("不行"))
        .unwrap();

    assert_eq!(world.end(), Some("rejected".into()));
    assert!(world.case.involved.is_superset(&involved));
}

/// StarByte#99: a stage that all must sign was left before all had signed.
#[test]
fn starbyte_99_a_stage_that_all_must_sign_is_not_left_before() {
    let mut world = World::filed(&with_stages(
        "  - {stage: many, title: 会签, who: [section_head@applicant, data_security_officer@applicant, dept_leader@applicant], sign: all}
  - {stage: head, title: 负责人, who: share_office_head@applicant}
",
    ));
    world.on("dan", "approve", "many").unwrap();
    world.on("eve", "approve", "many").unwrap();
    assert_eq!(world.tasks(), ["many"]);

    world.on("bob", "approve", "many").unwrap();
    assert_eq!(world.tasks(), ["head"]);
}

/// StarByte#99: an inclusive gateway forgot a branch whose condition held.
#[test]
fn starbyte_99_every_branch_whose_guard_holds_is_opened_and_waited_for() {
    let yaml = with_form(
        "{id: amount, type: integer, label: 数量, required: true}",
        "  - parallel: reviews
    title: 会审
    branches:
      small:
        when: form.amount < 3
        stages:
          - {stage: small, title: 小, who: section_head@applicant}
      middle:
        when: form.amount > 1
        stages:
          - {stage: middle, title: 中, who: data_security_officer@applicant}
      large:
        when: form.amount > 5
        stages:
          - {stage: large, title: 大, who: dept_leader@applicant}
  - {stage: head, title: 负责人, who: share_office_head@applicant}
",
    );
    let mut world = World::submitted(&yaml, json!({"amount": 2}));
    assert_eq!(world.tasks(), ["small", "middle"]);
    world.on("bob", "approve", "small").unwrap();
    assert_eq!(world.tasks(), ["middle"]);
    world.on("dan", "approve", "middle").unwrap();
    assert_eq!(world.tasks(), ["head"]);
}

/// openregister#3272, #3350, open-zaak#885: pauses were not on the ledger of the deadline.
#[test]
fn openregister_3272_a_pause_is_on_the_ledger_and_moves_the_deadline_by_its_length() {
    let mut world = World::filed(&with_stages(
        "  - {stage: review, title: 审核, who: section_head@applicant, due: 48h, supplement: {times: 1}}
",
    ));
    world.sleep_until("2026-03-02 19:00");
    world
        .on_with("bob", "supplement", "review", missing(&["amount"]))
        .unwrap();
    world.sleep_until("2026-03-05 19:00");
    world
        .on_with("ann", "supply", "review", answering(json!({"amount": 1})))
        .unwrap();

    let clock = &world.case.clocks["review#0@1"];
    assert_eq!(
        clock.deadline(&world.calendar),
        Some(at("2026-03-07 09:00"))
    );
    assert!(world.kinds().contains(&"clock_paused"));
}

/// viewflow#21, #194: what was done could not be undone, an opinion not be kept before it was given.
#[test]
fn viewflow_21_a_verdict_is_taken_back_while_nobody_has_acted_after_it() {
    let mut world = World::filed(&reviewed());
    world.on("bob", "approve", "review").unwrap();
    assert_eq!(world.tasks(), ["head"]);

    world.act("bob", "take_back", because("看错了")).unwrap();

    assert_eq!(world.asked(), ["review: bob"]);
}

/// spiff-arena#1973: an activity that a new version put behind the open one was passed over after the migration.
#[test]
fn spiff_1973_a_stage_that_is_new_behind_the_open_one_is_come_to_after_a_migration() {
    let mut world = World::filed(&with_stages(
        "  - {stage: review, title: 审核, who: section_head@applicant}",
    ));
    let longer = with_stages(
        "  - {stage: review, title: 审核, who: section_head@applicant}
  - {stage: legal, title: 法制审核, who: legal_reviewer@applicant}",
    );

    world.migrate(&longer, &[]).expect("moved");
    world.on("bob", "approve", "review").unwrap();

    assert_eq!(world.tasks(), ["legal"]);
}

/// steedos#1444: nobody could be reminded, or everybody without end.
#[test]
fn steedos_1444_those_who_are_waited_for_are_urged_and_not_twice_at_once() {
    let mut world = World::filed(&reviewed());
    world.told();

    world.act("ann", "urge", Input::default()).unwrap();

    assert_eq!(world.told(), ["Urged: bob bea"]);
    assert!(world.act("ann", "urge", Input::default()).is_err());
}

/// steedos#1890: copies of a step had to be sent by hand.
#[test]
fn steedos_1890_copies_go_out_when_a_step_passes() {
    let mut world = World::filed(&with_stages(
        "  - {stage: review, title: 审核, who: section_head@applicant, copy: [dept_leader@applicant]}
  - {stage: head, title: 负责人, who: share_office_head@applicant}",
    ));
    assert!(!world.kinds().contains(&"copied"));

    world.on("bob", "approve", "review").unwrap();

    assert!(world.kinds().contains(&"copied"));
}

/// StarByte#99: signers who were added, and delegations, were in no history.
#[test]
fn starbyte_99_who_was_added_and_who_handed_over_stays_on_record() {
    let mut world = World::filed(&reviewed());
    let adding = Input {
        how: Some("before".into()),
        people: vec!["dan".into()],
        ..Input::default()
    };
    world
        .on_with("bob", "add_signer", "review", adding)
        .unwrap();
    world.on("dan", "approve", "review").unwrap();
    world
        .on_with("bob", "transfer", "review", naming("bea"))
        .unwrap();
    world.on("bea", "approve", "review").unwrap();

    let kinds = world.kinds();
    for kind in ["signers_added", "turn_came", "transferred"] {
        assert!(kinds.contains(&kind), "{kind} in {kinds:?}");
    }
    assert_eq!(world.tasks(), ["head"]);
}

/// steedos-platform#6985: a refusal took the case away from those to whom it had been passed on for reading.
#[test]
fn steedos_6985_a_refusal_takes_the_case_from_nobody_who_was_given_a_copy() {
    let mut world = World::filed(&with_stages(
        "  - {stage: check, title: 审核, who: section_head@applicant, copy: {entered: ['user:dan']}}
",
    ));
    let sees = |world: &World| {
        let dan = Party::Person(world.id("dan"));
        world.case.involved.iter().any(|one| one.party == dan)
    };
    assert!(sees(&world));

    world
        .on_with("bob", "return", "check", back_to("applicant"))
        .unwrap();
    assert!(sees(&world), "sent back");
    world.act("ann", "submit", Input::default()).unwrap();
    world
        .on_with("bob", "reject", "check", because("不符合"))
        .unwrap();

    assert_eq!(world.end().as_deref(), Some("rejected"));
    assert!(sees(&world));
}

/// steedos#27: a request could be sent back step by step only.
#[test]
fn steedos_27_any_later_stage_sends_the_request_back_to_its_applicant_at_once() {
    let mut world = World::filed(&with_stages(
        "  - {stage: check, title: 审核, who: section_head@applicant}
  - {stage: head, title: 负责人, who: share_office_head@applicant}
  - {stage: leader, title: 分管领导, who: dept_leader@applicant}
",
    ));
    world.on("bob", "approve", "check").unwrap();
    world.on("cat", "approve", "head").unwrap();

    world
        .on_with("eve", "return", "leader", back_to("applicant"))
        .unwrap();

    assert!(world.actions("ann").contains(&"submit"));
    assert_eq!(world.tasks().len(), 1, "nobody else is asked meanwhile");
}

/// viewflow#137: a task could be given to people, not to a role.
#[test]
fn viewflow_137_whoever_holds_the_role_today_is_asked() {
    let mut world = World::filed(&with_stages(
        "  - {stage: check, title: 审核, who: data_security_officer@applicant}
",
    ));
    assert_eq!(world.asked(), ["check: dan"]);

    world.staff(&[
        ("ann", "A", &["applicant"]),
        ("eve", "A", &["data_security_officer"]),
        ("adm", "Z", &["workflow_admin"]),
    ]);

    assert_eq!(world.asked(), ["check: eve"]);
}

/// jeecg#4832: a case could not be started where a stage had no deadline, person or title of its own.
#[test]
fn jeecg_4832_what_check_accepts_starts() {
    let world = World::filed(&with_stages(
        "  - {stage: check, title: 审核, who: legal_reviewer@applicant}\n",
    ));
    assert_eq!(world.case.open_tasks().count(), 1);
    assert!(
        world.actions("adm").contains(&"reassign"),
        "nobody holds the post, so somebody is named"
    );
}
