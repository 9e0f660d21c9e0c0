//! Recusal (回避): who may not sign makes room; the seat is refilled or leaves the count, and is never passed by being
//! empty.

use huiqian::engine::{CancelReason, Event, Input, Rejection, TaskId, TaskState};

use crate::support::world::{PEOPLE, Row, World, back_to, because, naming, with_stages};

const ONE: &str = "  - {stage: review, title: 审核, who: section_head@applicant}";

fn recused(world: &mut World, login: &str, stage: &str) {
    world
        .on_with(login, "recuse", stage, because("与申请人有亲属关系"))
        .expect("recused");
}

#[test]
fn the_other_holders_of_the_post_sign_instead() {
    let mut world = World::filed(&with_stages(ONE));
    world.told();

    recused(&mut world, "bob", "review");

    assert_eq!(world.asked(), ["review: bea"]);
    assert_eq!(world.told(), Vec::<String>::new(), "bea has been asked");
    assert_eq!(
        world.on("bob", "approve", "review"),
        Err(Rejection::Excluded)
    );
    assert_eq!(world.actions("bob"), ["urge", "copy", "comment"]);
    world.on("bea", "approve", "review").expect("approved");
    assert_eq!(world.replayed(), world.case);
}

#[test]
fn what_was_taken_already_is_offered_to_the_others_again() {
    let mut world = World::filed(&with_stages(ONE));
    world.on("bob", "claim", "review").expect("claimed");
    world.told();

    recused(&mut world, "bob", "review");

    assert_eq!(world.asked(), ["review: bea"]);
    assert_eq!(world.told(), ["Assigned: bea"]);
}

#[test]
fn a_recusal_needs_a_reason_and_is_kept_with_it() {
    let mut world = World::filed(&with_stages(ONE));
    assert_eq!(
        world.on("bob", "recuse", "review"),
        Err(Rejection::CommentMissing("recuse".into()))
    );

    recused(&mut world, "bob", "review");

    let (event, _) = world.log.last().expect("an event");
    let expected = Event::Recused {
        task: TaskId(1),
        comment: "与申请人有亲属关系".into(),
        nobody: Vec::new(),
    };
    assert_eq!(event, &expected);
}

#[test]
fn who_is_recused_is_not_asked_at_this_stage_again() {
    let mut world = World::filed(&with_stages(
        "  - {stage: review, title: 审核, who: section_head@applicant}
  - {stage: head, title: 负责人, who: share_office_head@applicant}",
    ));
    recused(&mut world, "bob", "review");
    world.on("bea", "approve", "review").expect("approved");
    world
        .on_with("cat", "return", "head", back_to("review"))
        .expect("returned");

    assert_eq!(world.asked(), ["review: bea"], "in the next round neither");
}

#[test]
fn nobody_hands_a_task_to_somebody_who_is_recused() {
    let mut world = World::filed(&with_stages(ONE));
    recused(&mut world, "bob", "review");

    let refused = world.on_with("bea", "transfer", "review", naming("bob"));

    assert_eq!(
        refused,
        Err(Rejection::PersonBarred {
            person: world.id("bob"),
            why: Box::new(Rejection::Excluded)
        })
    );
}

#[test]
fn where_nobody_else_holds_the_post_the_administrator_names_somebody() {
    let mut world = World::filed(&with_stages(
        "  - {stage: head, title: 负责人, who: share_office_head@applicant}",
    ));
    world.told();

    recused(&mut world, "cat", "head");

    assert_eq!(world.end(), None, "an empty round is no pass");
    assert_eq!(world.asked(), ["head: "]);
    assert_eq!(world.told(), ["Escalated: adm adi"]);
    world
        .on_with("adm", "reassign", "head", naming("dan"))
        .expect("named");
    world.on("dan", "approve", "head").expect("approved");
    assert_eq!(world.end().as_deref(), Some("approved"));
}

#[test]
fn both_holders_may_be_recused_and_the_task_still_waits_for_somebody() {
    let mut world = World::filed(&with_stages(ONE));
    recused(&mut world, "bob", "review");
    recused(&mut world, "bea", "review");

    assert_eq!(world.end(), None);
    assert_eq!(world.asked(), ["review: "]);
    assert!(world.actions("adm").contains(&"reassign"));
}

#[test]
fn under_all_every_post_of_the_list_must_sign_so_its_seat_is_refilled() {
    let mut world = World::filed(&with_stages(
        "  - {stage: panel, title: 会签, who: [share_office_head@applicant, dept_leader@applicant], sign: all}",
    ));
    world.on("eve", "approve", "panel").expect("approved");
    world.told();

    recused(&mut world, "cat", "panel");

    assert_eq!(world.end(), None);
    assert_eq!(world.told(), ["Escalated: adm adi"]);
}

#[test]
fn one_of_each_leaves_the_count_while_others_are_left() {
    let mut world = World::filed(&with_stages(
        "  - {stage: panel, title: 会签, who: each section_head@applicant, sign: all}",
    ));
    world.on("bob", "approve", "panel").expect("approved");

    recused(&mut world, "bea", "panel");

    assert!(matches!(
        world.case.tasks[1].state,
        TaskState::Cancelled {
            why: CancelReason::Recused,
            ..
        }
    ));
    assert_eq!(world.end().as_deref(), Some("approved"), "bob has signed");
    assert_eq!(world.replayed(), world.case);
}

#[test]
fn the_last_of_each_does_not_leave_an_empty_round_behind() {
    let mut world = World::filed(&with_stages(
        "  - {stage: panel, title: 会签, who: each section_head@applicant, sign: all}",
    ));
    recused(&mut world, "bob", "panel");
    recused(&mut world, "bea", "panel");

    assert_eq!(world.end(), None, "no seat left means nobody, never passed");
    assert_eq!(world.asked(), ["panel: "]);
    assert!(world.actions("adm").contains(&"reassign"));
}

#[test]
fn a_share_is_counted_of_the_seats_that_are_left() {
    let mut world = World::filed(&with_stages(
        "  - {stage: panel, title: 表决, who: [section_head@applicant, share_office_head@applicant, dept_leader@applicant, data_security_officer@applicant], sign: {pass: 2/3}}",
    ));
    world.on("bob", "approve", "panel").expect("approved");
    world.on("eve", "approve", "panel").expect("approved");
    assert_eq!(world.end(), None, "three of four are needed");

    recused(&mut world, "cat", "panel");

    assert_eq!(world.end().as_deref(), Some("approved"), "two of three are");
}

#[test]
fn a_seat_does_not_leave_where_that_would_refuse_the_case() {
    let mut world = World::filed(&with_stages(
        "  - {stage: panel, title: 表决, who: [section_head@applicant, share_office_head@applicant, dept_leader@applicant], sign: {pass: 2}}",
    ));
    world.on("bob", "approve", "panel").expect("approved");
    world
        .on_with("eve", "reject", "panel", because("不行"))
        .expect("rejected");
    world.told();

    recused(&mut world, "cat", "panel");

    assert_eq!(world.end(), None);
    assert_eq!(world.told(), ["Escalated: adm adi"]);
}

#[test]
fn a_seat_that_the_definition_names_never_leaves() {
    let mut world = World::filed(&with_stages(
        "  - {stage: panel, title: 表决, who: {head: share_office_head@applicant, one: section_head@applicant, two: dept_leader@applicant}, sign: {pass: 2, veto: [head]}}",
    ));

    recused(&mut world, "cat", "panel");

    assert_eq!(
        world.asked(),
        ["panel: ", "panel: bob bea", "panel: eve"],
        "it waits for somebody to be named"
    );
}

#[test]
fn in_a_sequence_the_next_one_is_asked_when_one_of_each_leaves() {
    let mut world = World::filed(&with_stages(
        "  - {stage: panel, title: 会签, who: each section_head@applicant, sign: sequence}",
    ));
    assert_eq!(world.asked(), ["panel: bob"]);

    recused(&mut world, "bob", "panel");

    assert_eq!(world.asked(), ["panel: bea"]);
}

#[test]
fn the_only_candidate_of_another_seat_is_not_taken_from_it() {
    let people: &[Row<'_>] = &[
        ("ann", "A", &["applicant"]),
        ("bob", "A", &["section_head"]),
        ("bea", "A", &["section_head", "dept_leader"]),
        ("adm", "Z", &["workflow_admin"]),
    ];
    let mut world = World::filed_among(
        people,
        &with_stages(
            "  - {stage: panel, title: 会签, who: {one: section_head@applicant, two: dept_leader@applicant}, sign: all}",
        ),
    );
    world.told();

    recused(&mut world, "bob", "panel");

    assert_eq!(world.end(), None);
    assert_eq!(world.told(), ["Escalated: adm"]);
    assert!(world.actions("adm").contains(&"reassign"));
}

#[test]
fn neither_a_notice_nor_what_the_applicant_brings_is_recused_from() {
    let mut world = World::filed(&with_stages(
        "  - {stage: inform, title: 阅知, kind: notice, who: share_office_head@applicant}",
    ));

    assert_eq!(
        world.on_with("cat", "recuse", "inform", because("回避")),
        Err(Rejection::NotOffered { action: "recuse" })
    );
}

#[test]
fn a_request_where_nobody_could_name_a_holder_keeps_its_signer() {
    let people: &[Row<'_>] = &[
        ("ann", "A", &["applicant"]),
        ("bob", "A", &["section_head"]),
    ];
    let mut world = World::filed_among(people, &with_stages(ONE));

    assert_eq!(
        world.on_with("bob", "recuse", "review", because("回避")),
        Err(Rejection::NobodyToAsk("review".into()))
    );
    assert_eq!(world.asked(), ["review: bob"]);
}

#[test]
fn the_recused_are_left_out_of_the_next_rounds_each() {
    let mut world = World::filed_among(
        PEOPLE,
        &with_stages(
            "  - {stage: panel, title: 会签, who: each section_head@applicant, sign: all}
  - {stage: head, title: 负责人, who: share_office_head@applicant}",
        ),
    );
    recused(&mut world, "bob", "panel");
    world.on("bea", "approve", "panel").expect("approved");
    world
        .on_with("cat", "return", "head", back_to("panel"))
        .expect("returned");

    assert_eq!(world.asked(), ["panel: bea"]);
    let task = Some(world.task_of("bea", "panel"));
    world
        .act(
            "bea",
            "approve",
            Input {
                task,
                ..Input::default()
            },
        )
        .expect("approved");
}
