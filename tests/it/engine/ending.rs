//! How a case ends otherwise: withdrawn, terminated; and what is said and copied on the way.

use huiqian::engine::{CancelReason, Input, Party, Rejection, TaskState, Why};

use crate::support::world::{World, back_to, because, definition, with_stages};

const TWO: &str =
    "  - {stage: first, title: 一, who: [section_head@applicant, dept_leader@applicant], sign: all}
  - {stage: second, title: 二, who: share_office_head@applicant}";

#[test]
fn the_applicant_withdraws_until_the_first_verdict() {
    let mut early = World::filed(&with_stages(TWO));
    early.on("bob", "approve", "first").expect("one signature");
    early.told();
    early
        .act("ann", "withdraw", because("不再需要"))
        .expect("a single signature is no verdict");
    assert_eq!(early.end().as_deref(), Some("withdrawn"));
    assert_eq!(early.told(), ["NoLongerNeeded: eve"]);

    let mut late = World::filed(&with_stages(TWO));
    late.on("bob", "approve", "first").expect("approved");
    late.on("eve", "approve", "first").expect("approved");
    assert_eq!(
        late.act("ann", "withdraw", Input::default()),
        Err(Rejection::TooLateToWithdraw)
    );
    assert!(!late.actions("ann").contains(&"withdraw"));
}

#[test]
fn after_a_return_it_can_still_be_withdrawn() {
    let mut world = World::filed(&with_stages(TWO));
    world
        .on_with("bob", "return", "first", back_to("applicant"))
        .expect("returned");

    world
        .act("ann", "withdraw", Input::default())
        .expect("a return is no verdict");
}

#[test]
fn or_until_a_milestone_is_entered_or_passed_over() {
    let until = |milestone: &str, guard: &str| {
        definition(
            &format!("withdraw: {{until: {milestone}}}\n"),
            "{id: amount, type: integer, label: 数量}",
            &format!(
                "  - {{stage: first, title: 一, who: section_head@applicant}}
  - {{stage: second, title: 二, who: share_office_head@applicant{guard}}}
  - {{stage: third, title: 三, who: dept_leader@applicant}}"
            ),
            "",
        )
    };
    let mut before = World::filed(&until("third", ""));
    before.on("bob", "approve", "first").expect("approved");
    before
        .act("ann", "withdraw", Input::default())
        .expect("withdrawn");

    let mut entered = World::filed(&until("second", ""));
    entered.on("bob", "approve", "first").expect("approved");
    assert_eq!(
        entered.act("ann", "withdraw", Input::default()),
        Err(Rejection::TooLateToWithdraw)
    );

    let mut passed_over = World::filed(&until("second", ", when: form.amount == 1"));
    passed_over.on("bob", "approve", "first").expect("approved");
    assert_eq!(
        passed_over.act("ann", "withdraw", Input::default()),
        Err(Rejection::TooLateToWithdraw)
    );
}

#[test]
fn only_the_applicant_withdraws() {
    let mut world = World::filed(&with_stages(TWO));

    assert_eq!(
        world.act("bob", "withdraw", Input::default()),
        Err(Rejection::OnlyApplicant)
    );
}

#[test]
fn a_workflow_administrator_terminates_with_a_reason() {
    let mut world = World::filed(&with_stages(TWO));
    assert_eq!(
        world.act("adm", "terminate", Input::default()),
        Err(Rejection::CommentMissing("terminate".into()))
    );
    assert_eq!(
        world.act("cat", "terminate", because("停办")),
        Err(Rejection::MissingPost("workflow_admin".into()))
    );
    world.told();

    world
        .act("adm", "terminate", because("事项取消"))
        .expect("terminated");

    assert_eq!(world.end().as_deref(), Some("withdrawn"));
    assert_eq!(
        world.told(),
        [
            "NoLongerNeeded: bob bea",
            "NoLongerNeeded: eve",
            "Closed: ann"
        ]
    );
    assert_eq!(world.replayed(), world.case);
}

#[test]
fn terminating_reaches_the_closed_end_where_there_is_one() {
    let mut world = World::filed(&definition(
        "",
        "{id: amount, type: integer, label: 数量}",
        TWO,
        "  stopped: {title: 已终止, outcome: closed}\n",
    ));
    world
        .act("adm", "terminate", because("事项取消"))
        .expect("terminated");

    assert_eq!(world.end().as_deref(), Some("stopped"));
}

#[test]
fn after_the_end_nothing_is_open_and_no_clock_runs() {
    let mut world = World::filed(&with_stages(
        "  - group: block
    title: 块
    due: {in: 10wd, law: 第二十一条}
    stages:
      - {stage: first, title: 一, who: [section_head@applicant, dept_leader@applicant], sign: all, due: 2wd}",
    ));
    world
        .act("ann", "withdraw", Input::default())
        .expect("withdrawn");

    assert!(world.open().is_empty());
    for task in &world.case.tasks {
        let cancelled =
            matches!(task.state, TaskState::Cancelled { why, .. } if why == CancelReason::Ended);
        assert!(cancelled, "{task:?}");
    }
    assert!(world.case.clocks.values().all(|clock| clock.stopped));
    world.wait_until("2026-06-01 00:00");
    assert!(world.steps().is_empty());
}

#[test]
fn copies_are_given_when_a_stage_is_entered_passed_or_refused_and_at_the_end() {
    let yaml = definition(
        "",
        "{id: amount, type: integer, label: 数量}",
        "  - {stage: first, title: 一, who: section_head@applicant, copy: {entered: [dept_leader@applicant], passed: [applicant], refused: [share_office_head@applicant]}}",
        "",
    )
    .replace(
        "approved: {title: 已办结}",
        "approved: {title: 已办结, copy: [data_security_officer@applicant, data_security_officer@applicant]}",
    );
    let copied = |world: &World| -> Vec<String> {
        let copies = world
            .case
            .involved
            .iter()
            .filter(|involved| involved.why == Why::Copied);
        copies
            .map(|involved| match &involved.party {
                Party::Post(post) => post.role.0.clone(),
                Party::Person(person) => world.login(*person),
                Party::Department(code) => code.0.clone(),
            })
            .collect()
    };

    let mut passed = World::filed(&yaml);
    assert_eq!(copied(&passed), ["dept_leader"]);
    passed.on("bob", "approve", "first").expect("approved");
    assert_eq!(
        copied(&passed),
        ["ann", "data_security_officer", "dept_leader"]
    );

    let mut refused = World::filed(&yaml);
    refused
        .on_with("bob", "reject", "first", because("不行"))
        .expect("rejected");
    assert_eq!(copied(&refused), ["dept_leader", "share_office_head"]);
}

#[test]
fn whoever_has_to_do_with_a_case_may_comment() {
    let mut world = World::filed(&with_stages(TWO));
    let revision = world.case.revision;

    world
        .act("ann", "comment", because("材料已备齐"))
        .expect("said");
    world.act("bea", "comment", because("收到")).expect("said");

    assert_eq!(world.case.revision, revision + 2);
    assert_eq!(
        world.act("pat", "comment", because("路过")),
        Err(Rejection::NotOffered { action: "comment" })
    );
    assert_eq!(
        world.act("ann", "comment", Input::default()),
        Err(Rejection::CommentMissing("comment".into()))
    );
}

#[test]
fn only_the_applicant_of_an_ended_case_begins_another_one_from_it() {
    let mut world = World::filed(&with_stages(TWO));
    assert_eq!(
        world.act("ann", "resubmit", Input::default()),
        Err(Rejection::NotOffered { action: "resubmit" })
    );
    world
        .act("ann", "withdraw", Input::default())
        .expect("ended");
    assert_eq!(
        world.act("bob", "resubmit", Input::default()),
        Err(Rejection::OnlyApplicant)
    );
    let before = world.case.clone();

    assert!(world.actions("ann").contains(&"resubmit"));
    world
        .act("ann", "resubmit", Input::default())
        .expect("begun");

    assert_eq!(
        world.log.last().map(|(event, _)| event.kind()),
        Some("ended")
    );
    assert_eq!(world.case.status, before.status);
    world.staff(&[("ann", "A", &["section_head"])]);
    assert_eq!(
        world.act("ann", "resubmit", Input::default()),
        Err(Rejection::MayNotFile("applicant".into()))
    );
}
