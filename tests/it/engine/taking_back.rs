//! Taking a verdict back: everything is as it was before, as long as nobody has acted after it.

use huiqian::engine::{Case, Channel, Context, Input, Rejection, TaskState};
use serde_json::json;

use crate::support::world::{
    World, answering, back_to, because, definition, missing, naming, with_form, with_stages,
};

/// A review of three working days, then the head.
fn in_turn() -> World {
    World::filed(&with_stages(
        "  - {stage: review, title: 审核, who: section_head@applicant, due: {in: 3wd, remind: [1wd before]}}
  - {stage: head, title: 负责人, who: share_office_head@applicant, due: {in: 2wd}}",
    ))
}

fn take_back(world: &mut World, login: &str) -> Result<(), Rejection> {
    world.act(login, "take_back", because("看错了"))
}

/// What makes up the run of a case, without the tasks that were opened later.
fn run_of(case: &Case, tasks: usize) -> impl PartialEq + std::fmt::Debug {
    let tasks: Vec<_> = case.tasks[..tasks]
        .iter()
        .map(|task| {
            (
                task.id,
                task.state.clone(),
                task.holder,
                task.offered.clone(),
            )
        })
        .collect();
    (
        case.status.clone(),
        (case.answers.clone(), case.private.clone()),
        case.stages.clone(),
        case.branches.clone(),
        case.clocks.clone(),
        tasks,
    )
}

/// Does this, takes it back, and finds everything as it was; the task is held by whoever took it back.
fn there_and_back(world: &mut World, login: &str, action: &str, stage: &str, input: Input) {
    let claimed = world.task_of(login, stage);
    let post = world
        .case
        .task(claimed)
        .is_some_and(|task| task.holder.is_none());
    if post {
        world.on(login, "claim", stage).expect("claimed");
    }
    let before = world.case.clone();
    let input = Input {
        task: Some(claimed),
        ..input
    };
    world.act(login, action, input).expect("a verdict");
    assert_ne!(
        run_of(&world.case, before.tasks.len()),
        run_of(&before, before.tasks.len())
    );

    take_back(world, login).expect("taken back");

    assert_eq!(
        run_of(&world.case, before.tasks.len()),
        run_of(&before, before.tasks.len())
    );
    let later = &world.case.tasks[before.tasks.len()..];
    assert!(later.iter().all(|task| !task.is_live()), "{later:?}");
    assert_eq!(world.replayed(), world.case);
}

#[test]
fn the_stage_after_it_closes_and_the_task_is_mine_again() {
    let mut world = in_turn();
    world.on("bob", "approve", "review").unwrap();
    world.told();
    assert_eq!(world.asked(), ["head: cat"]);

    take_back(&mut world, "bob").expect("taken back");

    assert_eq!(world.asked(), ["review: bob"]);
    assert_eq!(world.told(), ["NoLongerNeeded: cat"]);
    assert_eq!(world.open(), ["review"]);
    assert_eq!(world.case.stage("review").rounds, 1, "the same round");
    assert_eq!(world.replayed(), world.case);

    world
        .on_with("bob", "reject", "review", because("材料不全"))
        .expect("another verdict");
    assert_eq!(world.end().as_deref(), Some("rejected"));
}

#[test]
fn clocks_are_as_they_were_and_steps_come_once() {
    let mut world = in_turn();
    world.wait_until("2026-03-05 09:00");
    assert_eq!(world.steps(), ["review#0@1 remind:0"]);

    there_and_back(&mut world, "bob", "approve", "review", Input::default());

    world.wait_until("2026-03-05 18:00");
    assert_eq!(world.steps(), ["review#0@1 remind:0"]);
    world.wait_until("2026-03-06 09:00");
    assert_eq!(world.steps(), ["review#0@1 remind:0", "review#0@1 due"]);

    world.on("bob", "approve", "review").unwrap();
    world.wait_until("2026-03-12 09:00");
    assert_eq!(
        world.steps().last().map(String::as_str),
        Some("head#0@1 due")
    );
    take_back(&mut world, "bob").expect("taken back");

    world.on("bob", "approve", "review").unwrap();
    world.wait_until("2026-03-17 09:00");
    assert_eq!(
        world.steps()[2..],
        ["head#0@1 due", "head#0@1 due"],
        "a stage that is entered again has its whole time again"
    );
}

#[test]
fn a_reminder_that_came_due_meanwhile_is_sent_afterwards() {
    let mut world = in_turn();
    world.on("bob", "approve", "review").unwrap();
    world.wait_until("2026-03-05 09:00");
    assert!(world.steps().iter().all(|step| !step.starts_with("review")));

    take_back(&mut world, "bob").expect("taken back");
    world.tick();

    assert_eq!(
        world.steps().last().map(String::as_str),
        Some("review#0@1 remind:0")
    );
}

#[test]
fn the_statutory_clock_goes_on_as_if_nothing_had_been() {
    let mut world = World::filed(&with_stages(
        "  - {stage: review, title: 审核, who: section_head@applicant, due: {in: 10wd, law: 《条例》第九条}}
  - {stage: head, title: 负责人, who: share_office_head@applicant}",
    ));
    world.sleep_until("2026-03-04 10:00");

    there_and_back(&mut world, "bob", "approve", "review", Input::default());
}

#[test]
fn answers_given_with_it_are_as_they_were() {
    let yaml = with_form(
        "{id: amount, type: integer, label: 数量}",
        "
  - section: opinion
    title: 意见
    fields:
      - {id: level, type: integer, label: 等级}
      - {id: phone, type: phone, label: 电话, private: true}
stages:
  - {stage: review, title: 审核, who: section_head@applicant, fills: [opinion]}
  - {stage: head, title: 负责人, who: share_office_head@applicant}",
    );
    let mut world = World::submitted(&yaml, json!({"amount": 3}));

    let filled = answering(json!({"level": 2, "phone": "13800000000"}));
    there_and_back(&mut world, "bob", "approve", "review", filled);

    assert!(!world.case.answers.contains_key("level"));
    assert!(world.case.private.is_empty());
}

#[test]
fn out_of_a_join_only_what_it_changed_is_put_back() {
    let mut world = World::filed(&with_stages(
        "  - parallel: reviews
    title: 会审
    branches:
      security:
        - {stage: check, title: 安全, who: data_security_officer@applicant}
      business:
        - {stage: first, title: 科室, who: section_head@applicant}
  - {stage: head, title: 负责人, who: share_office_head@applicant}",
    ));
    world.on("dan", "approve", "check").unwrap();

    there_and_back(&mut world, "bob", "approve", "first", Input::default());

    assert_eq!(world.asked(), ["first: bob"]);
    let check = &world.case.tasks[0];
    assert!(matches!(check.state, TaskState::Settled { .. }));
}

#[test]
fn whoever_need_not_sign_any_more_is_asked_again() {
    let mut world = World::filed(&with_stages(
        "  - {stage: review, title: 会签, who: [share_office_head@applicant, data_security_officer@applicant], sign: any}
  - {stage: head, title: 负责人, who: dept_leader@applicant}",
    ));
    world.on("cat", "approve", "review").unwrap();
    world.told();
    assert_eq!(world.asked(), ["head: eve"]);

    take_back(&mut world, "cat").expect("taken back");

    assert_eq!(world.asked(), ["review: cat", "review: dan"]);
    assert_eq!(world.told(), ["NoLongerNeeded: eve", "Assigned: dan"]);
}

#[test]
fn in_a_sequence_whoever_is_next_waits_again() {
    let mut world = World::filed(&with_stages(
        "  - {stage: review, title: 会签, who: [share_office_head@applicant, data_security_officer@applicant], sign: sequence}",
    ));
    world.on("cat", "approve", "review").unwrap();
    assert_eq!(world.asked(), ["review: dan"]);
    world.told();

    take_back(&mut world, "cat").expect("taken back");

    assert_eq!(world.asked(), ["review: cat"]);
    assert_eq!(world.case.tasks[1].state, TaskState::Waiting);
    assert_eq!(world.told(), ["NoLongerNeeded: dan"]);
    world.on("cat", "approve", "review").unwrap();
    assert_eq!(world.asked(), ["review: dan"]);
}

#[test]
fn a_register_entry_that_it_made_is_void() {
    let mut world = World::filed(&with_stages(
        "  - {stage: review, title: 审核, who: section_head@applicant, record: {register: grants, status: agreed, set: {requester: case.department}}}
  - {stage: head, title: 负责人, who: share_office_head@applicant, record: {register: grants, status: provided}}",
    ));
    world.on("bob", "approve", "review").unwrap();

    take_back(&mut world, "bob").expect("taken back");
    let status = |world: &World| world.case.entries["grants//"].status.clone();
    assert_eq!(status(&world).as_deref(), Some("voided"));

    world.on("bob", "approve", "review").unwrap();
    assert_eq!(status(&world).as_deref(), Some("agreed"));
    world.on("cat", "approve", "head").unwrap();
    assert_eq!(status(&world).as_deref(), Some("provided"));
    assert_eq!(world.replayed(), world.case);
}

#[test]
fn verdicts_come_back_one_after_the_other() {
    let mut world = World::filed(&with_stages(
        "  - {stage: review, title: 审核, who: section_head@applicant}
  - {stage: head, title: 负责人, who: share_office_head@applicant}
  - {stage: last, title: 领导, who: dept_leader@applicant}",
    ));
    world.on("bob", "approve", "review").unwrap();
    world.on("cat", "approve", "head").unwrap();
    assert_eq!(
        take_back(&mut world, "bob"),
        Err(Rejection::TooLateToTakeBack)
    );

    take_back(&mut world, "cat").expect("taken back");
    take_back(&mut world, "bob").expect("taken back");

    assert_eq!(world.asked(), ["review: bob"]);
    assert_eq!(
        take_back(&mut world, "bob"),
        Err(Rejection::NotOffered {
            action: "take_back"
        }),
        "there is nothing left"
    );
    assert_eq!(world.replayed(), world.case);
}

#[test]
fn what_is_said_besides_is_no_act() {
    let mut world = in_turn();
    world.on("bob", "approve", "review").unwrap();
    world.act("ann", "urge", Input::default()).expect("urged");
    world.act("cat", "comment", because("稍等")).expect("said");
    world
        .act(
            "cat",
            "copy",
            Input {
                people: vec!["dan".into()],
                ..Input::default()
            },
        )
        .expect("copied");

    take_back(&mut world, "bob").expect("taken back");
}

#[test]
fn once_somebody_has_acted_it_stands() {
    let acts: &[(&str, &str, Input)] = &[
        ("cat", "claim", Input::default()),
        ("cat", "supplement", missing(&["amount"])),
        ("adm", "reassign", naming("dan")),
        ("adm", "suspend", because("等一等")),
    ];
    for (login, action, input) in acts {
        let mut world = World::filed(&with_stages(
            "  - {stage: review, title: 审核, who: section_head@applicant}
  - {stage: head, title: 负责人, who: {from: [share_office_head@applicant, dept_leader@applicant]}, supplement: {times: 1}}",
        ));
        world.on("bob", "approve", "review").unwrap();
        assert!(world.actions("bob").contains(&"take_back"));
        let input = Input {
            task: Some(world.task_of(login, "head")),
            ..input.clone()
        };
        world.act(login, action, input).expect(action);

        assert!(!world.actions("bob").contains(&"take_back"), "{action}");
        assert!(take_back(&mut world, "bob").is_err(), "{action}");
    }
}

#[test]
fn time_alone_does_not_stand_in_its_way() {
    let mut world = World::filed(&with_stages(
        "  - {stage: review, title: 审核, who: section_head@applicant}
  - {stage: head, title: 负责人, who: share_office_head@applicant, due: {in: 1wd, overdue: [{after: 0wd, next: last}]}}
  - {stage: last, title: 领导, who: dept_leader@applicant}",
    ));
    world.on("bob", "approve", "review").unwrap();
    world.wait_until("2026-03-10 09:00");
    assert_eq!(world.asked(), ["last: eve"]);

    take_back(&mut world, "bob").expect("taken back");

    assert_eq!(world.asked(), ["review: bob"]);
    assert_eq!(world.open(), ["review"]);
    assert_eq!(world.replayed(), world.case);
}

#[test]
fn only_whoever_gave_it_takes_it_back() {
    let mut world = in_turn();
    world.on("bob", "approve", "review").unwrap();

    for login in ["ann", "bea", "cat", "adm"] {
        assert_eq!(
            take_back(&mut world, login),
            Err(Rejection::NotOffered {
                action: "take_back"
            }),
            "{login}"
        );
    }
}

#[test]
fn whoever_has_left_the_post_does_not_take_it_back() {
    let mut world = in_turn();
    world.on("bob", "approve", "review").unwrap();
    world.staff(&[
        ("ann", "A", &["applicant"]),
        ("bob", "A", &[]),
        ("bea", "A", &["section_head"]),
        ("cat", "A", &["share_office_head"]),
    ]);

    assert!(!world.actions("bob").contains(&"take_back"));
    assert!(matches!(
        take_back(&mut world, "bob"),
        Err(Rejection::NotAsked(_))
    ));
}

#[test]
fn a_return_or_an_end_is_not_taken_back() {
    let mut world = in_turn();
    world
        .on_with("bob", "reject", "review", because("不行"))
        .unwrap();
    assert_eq!(take_back(&mut world, "bob"), Err(Rejection::CaseClosed));

    let mut world = in_turn();
    let input = back_to("applicant");
    world.on_with("bob", "return", "review", input).unwrap();
    assert_eq!(
        take_back(&mut world, "bob"),
        Err(Rejection::NotOffered {
            action: "take_back"
        })
    );
}

#[test]
fn a_definition_may_deny_it() {
    let mut world = World::filed(&with_stages(
        "  - {stage: review, title: 审核, who: section_head@applicant, deny: [take_back]}
  - {stage: head, title: 负责人, who: share_office_head@applicant}",
    ));
    world.on("bob", "approve", "review").unwrap();

    assert!(!world.actions("bob").contains(&"take_back"));
    assert_eq!(
        take_back(&mut world, "bob"),
        Err(Rejection::NotOffered {
            action: "take_back"
        })
    );
}

#[test]
fn it_takes_a_session() {
    let mut world = in_turn();
    world.on("bob", "approve", "review").unwrap();

    let context = world.context(huiqian::engine::Actor::Person(world.id("bob")));
    let by_link = Context {
        channel: Channel::Link,
        ..context
    };
    assert_eq!(
        world
            .act_in(&by_link, "take_back", because("看错了"), None)
            .map(|_| ()),
        Err(Rejection::LoginFirst)
    );
}

#[test]
fn a_case_that_it_has_started_is_there_to_stay() {
    let yaml = definition(
        "",
        "{id: amount, type: integer, label: 数量}",
        "  - {stage: review, title: 审核, who: section_head@applicant}
  - {start: correct, title: 后续, workflow: data-correction}",
        "",
    );
    let mut world = World::filed(&yaml);
    world.on("bob", "approve", "review").unwrap();

    assert_eq!(
        take_back(&mut world, "bob"),
        Err(Rejection::TooLateToTakeBack)
    );
}
