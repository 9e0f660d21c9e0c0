//! Substitutes (代理): who acts for the holder of a post between two days, within what both of them may, and with both names.

use huiqian::engine::{Actor, Input, Rejection, TaskId, TaskState};

use crate::support::world::{PEOPLE, World, because, with_stages};

/// The first week of the world.
const WEEK: (&str, &str) = ("2026-03-02", "2026-03-06");
const HEAD: &str = "share_office_head@A";

fn head() -> World {
    let mut world = World::new(&with_stages(
        "  - {stage: head, title: 负责人, who: share_office_head@applicant, due: {in: 3wd, remind: [1wd before]}}
  - {stage: leader, title: 分管领导, who: dept_leader@applicant}",
    ));
    world.substitute("dan", "cat", HEAD, WEEK);
    file(&mut world);
    world
}

fn file(world: &mut World) {
    world.act("ann", "submit", Input::default()).expect("filed");
}

/// A case of these stages among the usual people, where these act for each other in the first week.
fn among(stages: &str, substitutes: &[(&str, &str, &str)]) -> World {
    let mut world = World::new(&with_stages(stages));
    for (substitute, holder, post) in substitutes {
        world.substitute(substitute, holder, post, WEEK);
    }
    file(&mut world);
    world
}

/// Who took the last action, and for whom.
fn last(world: &World) -> (String, Option<String>) {
    let (_, stamp) = world.log.last().expect("something happened");
    let Actor::Person(actor) = stamp.actor else {
        panic!("time did it")
    };
    let on_behalf = stamp.on_behalf.map(|person| world.login(person));
    (world.login(actor), on_behalf)
}

fn for_cat(login: &str) -> (String, Option<String>) {
    (login.to_owned(), Some("cat".to_owned()))
}

#[test]
fn a_substitute_acts_for_the_holder_and_both_are_on_record() {
    let mut world = head();
    assert_eq!(world.able("head"), ["cat", "dan"]);
    assert_eq!(world.asked(), ["head: cat"], "the task stays the holder's");

    world.on("dan", "approve", "head").expect("approved");

    assert_eq!(last(&world), for_cat("dan"));
    let TaskState::Settled { by, on_behalf, .. } = world.case.tasks[0].state else {
        panic!("{:?}", world.case.tasks[0]);
    };
    assert_eq!((by, on_behalf), (world.id("dan"), Some(world.id("cat"))));
    assert_eq!(world.open(), ["leader"]);
    assert_eq!(world.replayed(), world.case);
}

#[test]
fn a_holder_who_is_back_early_acts_in_their_own_name() {
    let mut world = head();

    world.on("cat", "approve", "head").expect("approved");

    assert_eq!(last(&world), ("cat".to_owned(), None));
}

// What other engines lack: steedos#2065, the tasks that are open already come along.
#[test]
fn an_open_task_comes_with_the_first_day_and_goes_with_the_last() {
    let mut world = World::new(&with_stages(
        "  - {stage: head, title: 负责人, who: share_office_head@applicant}",
    ));
    world.substitute("dan", "cat", HEAD, ("2026-03-04", "2026-03-05"));
    file(&mut world);
    for (time, able) in [
        ("2026-03-03 23:59", false),
        ("2026-03-04 00:00", true),
        ("2026-03-05 23:59", true),
        ("2026-03-06 00:00", false),
    ] {
        world.sleep_until(time);
        assert_eq!(world.actions("dan").contains(&"approve"), able, "{time}");
    }
    let refused = world.on("dan", "approve", "head");
    assert_eq!(refused, Err(Rejection::NotAsked(HEAD.into())));
}

#[test]
fn mails_go_to_both_and_whoever_did_not_act_hears_of_it() {
    let mut world = head();
    assert_eq!(world.told(), ["Assigned: cat dan"]);

    world.wait_until("2026-03-05 09:00");
    assert_eq!(world.told(), ["Reminder: cat dan"]);

    world.on("dan", "approve", "head").expect("approved");
    assert_eq!(world.told(), ["NoLongerNeeded: cat", "Assigned: eve"]);
}

#[test]
fn what_bars_one_of_the_two_bars_the_substitute() {
    for not in ["data_security_officer@applicant", "user:cat"] {
        let world = &mut among(
            &format!(
                "  - {{stage: head, title: 负责人, who: share_office_head@applicant, not: [{not}]}}"
            ),
            &[("dan", "cat", HEAD)],
        );
        let refused = world.on("dan", "approve", "head");
        assert_eq!(refused, Err(Rejection::Excluded), "{not}");
    }
}

#[test]
fn the_applicant_stands_in_for_nobody() {
    let stages = |kind: &str| {
        format!(
            "  - {{stage: head, title: 负责人, kind: {kind}, who: share_office_head@applicant}}"
        )
    };
    let ann = &[("ann", "cat", HEAD)];

    let refused = among(&stages("sign"), ann).on("ann", "approve", "head");
    assert_eq!(refused, Err(Rejection::ApplicantSigns));
    let refused = among(&stages("work"), ann).on("ann", "done", "head");
    assert_eq!(refused, Err(Rejection::Excluded));
}

#[test]
fn nobody_decides_two_seats_of_a_stage_as_a_substitute() {
    let mut world = among(
        "  - {stage: panel, title: 会签, who: [share_office_head@applicant, dept_leader@applicant], sign: all}",
        &[("dan", "cat", HEAD), ("dan", "eve", "dept_leader@A")],
    );
    world.on("dan", "approve", "panel").expect("for cat");

    let task = Some(TaskId(2));
    let again = world.act(
        "dan",
        "approve",
        Input {
            task,
            ..Input::default()
        },
    );

    assert_eq!(again, Err(Rejection::ActedAlready));
    world.on("eve", "approve", "panel").expect("herself");
    assert_eq!(world.end().as_deref(), Some("approved"));
}

#[test]
fn what_was_signed_for_a_holder_is_their_one_seat() {
    let people = [
        ("ann", "A", &["applicant"] as &[&str]),
        ("cat", "A", &["share_office_head", "dept_leader"]),
        ("dan", "A", &["data_security_officer"]),
        ("eve", "A", &["dept_leader"]),
    ];
    let mut world = World::among(
        &people,
        &with_stages(
            "  - {stage: panel, title: 会签, who: [share_office_head@applicant, dept_leader@applicant], sign: all}",
        ),
    );
    world.substitute("dan", "cat", HEAD, WEEK);
    file(&mut world);
    world.on("dan", "approve", "panel").expect("for cat");

    assert_eq!(world.asked(), ["panel: eve"], "cat has had her seat");
}

#[test]
fn a_substitute_keeps_to_a_seat_of_their_own_that_nobody_else_could_take() {
    let mut world = among(
        "  - {stage: panel, title: 会签, who: [share_office_head@applicant, data_security_officer@applicant], sign: all}",
        &[("dan", "cat", HEAD)],
    );
    let task = Some(TaskId(1));
    let input = Input {
        task,
        ..Input::default()
    };

    let refused = world.act("dan", "approve", input);

    assert_eq!(refused, Err(Rejection::ActedAlready));
    world.on("dan", "approve", "panel").expect("his own");
    world.on("cat", "approve", "panel").expect("hers");
    assert_eq!(world.end().as_deref(), Some("approved"));
}

#[test]
fn a_substitute_names_nobody_in_turn() {
    let world = among(
        "  - {stage: head, title: 负责人, who: share_office_head@applicant}",
        &[
            ("dan", "cat", HEAD),
            ("eve", "dan", "data_security_officer@A"),
            ("bob", "dan", HEAD),
        ],
    );

    assert_eq!(world.able("head"), ["cat", "dan"]);
}

#[test]
fn what_a_substitute_claims_is_the_holders_and_stays_with_them() {
    let mut world = among(
        "  - {stage: review, title: 审核, who: section_head@applicant}",
        &[("eve", "bob", "section_head@A")],
    );
    let claim = |world: &mut World, action: &str| {
        let task = Some(TaskId(1));
        world.act(
            "eve",
            action,
            Input {
                task,
                ..Input::default()
            },
        )
    };
    assert_eq!(world.able("review"), ["bob", "bea", "eve"]);

    claim(&mut world, "claim").expect("claimed");
    assert_eq!(world.asked(), ["review: bob"]);
    assert_eq!(world.able("review"), ["bob", "eve"]);
    claim(&mut world, "release").expect("released");
    assert_eq!(world.asked(), ["review: bob bea"]);

    claim(&mut world, "claim").expect("claimed again");
    world.sleep_until("2026-03-09 09:00");
    assert_eq!(world.able("review"), ["bob"]);
    world.on("bob", "approve", "review").expect("approved");
    assert_eq!(world.replayed(), world.case);
}

#[test]
fn of_a_task_for_each_holder_a_substitute_gets_their_holders() {
    let mut world = among(
        "  - {stage: review, title: 审核, who: each section_head@applicant, sign: all}",
        &[("eve", "bob", "section_head@A")],
    );
    let theirs: Vec<TaskId> = world
        .offered("eve")
        .into_iter()
        .filter(|offered| offered.action == "approve")
        .filter_map(|offered| offered.task)
        .collect();
    assert_eq!(theirs, [TaskId(1)]);

    world.on("eve", "approve", "review").expect("for bob");

    assert_eq!(last(&world).1.as_deref(), Some("bob"));
    assert_eq!(world.asked(), ["review: bea"]);
}

#[test]
fn a_substitute_takes_their_verdict_back_while_they_stand_in() {
    let mut world = head();
    world.on("dan", "approve", "head").expect("approved");
    let refused = world.act("cat", "take_back", because("她没有给过"));
    assert!(refused.is_err(), "the verdict was not hers");

    world
        .act("dan", "take_back", because("看错了"))
        .expect("back");

    assert_eq!(last(&world), for_cat("dan"));
    assert_eq!(world.asked(), ["head: cat"]);
    assert_eq!(world.case.tasks[0].holder, Some(world.id("cat")));
    assert_eq!(world.replayed(), world.case);

    world.on("dan", "approve", "head").expect("again");
    world.sleep_until("2026-03-09 09:00");
    let refused = world.act("dan", "take_back", because("太晚了"));
    assert_eq!(refused, Err(Rejection::NotAsked(HEAD.into())));
}

#[test]
fn a_substitute_who_may_not_sign_leaves_the_task_to_the_holder() {
    let mut world = head();

    world
        .on_with("dan", "recuse", "head", because("亲属"))
        .expect("recused");

    assert_eq!(world.able("head"), ["cat"]);
}

#[test]
fn later_stages_hold_what_was_signed_against_both() {
    let mut world = among(
        "  - {stage: head, title: 负责人, who: share_office_head@applicant}
  - {stage: check, title: 复核, who: [share_office_head@applicant, data_security_officer@applicant, dept_leader@applicant], sign: any, not: [actor(head)]}",
        &[("dan", "cat", HEAD)],
    );
    world.on("dan", "approve", "head").expect("for cat");

    let asked = world.asked();
    assert_eq!(asked.last().map(String::as_str), Some("check: eve"));
    for login in ["cat", "dan"] {
        assert!(!world.actions(login).contains(&"approve"), "{login}");
    }
}

#[test]
fn agreeing_for_somebody_passes_nobody_over_later() {
    let mut world = among(
        "  - {stage: head, title: 负责人, who: share_office_head@applicant}
  - {stage: second, title: 再签, who: share_office_head@applicant, same_person: skip}",
        &[("dan", "cat", HEAD)],
    );

    world.on("dan", "approve", "head").expect("for cat");

    assert_eq!(world.asked(), ["second: cat"]);
}

#[test]
fn whoever_asked_for_more_time_for_a_holder_does_not_decide_it_nor_does_the_holder() {
    let mut world = among(
        "  - {stage: review, title: 审核, who: section_head@applicant, due: {in: 5wd, extend: {max: 3wd, by: section_head@applicant}}}",
        &[("eve", "bob", "section_head@A")],
    );
    let more = Input {
        time: Some("2wd".into()),
        task: Some(TaskId(1)),
        ..because("量大")
    };
    world.act("eve", "extend", more).expect("asked");

    let asked = world.asked();
    assert!(asked.contains(&"review: bea".to_owned()), "{asked:?}");
    assert!(!world.actions("eve").contains(&"grant_extension"));
    assert_eq!(world.replayed(), world.case);
}

#[test]
fn signers_that_a_substitute_added_can_be_taken_out_by_the_holder() {
    let mut world = head();
    let added = Input {
        how: Some("before".into()),
        people: vec!["eve".into()],
        ..because("请先看")
    };
    world
        .on_with("dan", "add_signer", "head", added)
        .expect("added");
    assert_eq!(last(&world), for_cat("dan"));

    let task = Some(TaskId(2));
    world
        .act(
            "cat",
            "remove_signer",
            Input {
                task,
                ..because("不必")
            },
        )
        .expect("removed");

    assert_eq!(world.asked(), ["head: cat"]);
}

#[test]
fn who_stands_in_for_a_workflow_administrator_manages_in_their_name() {
    let mut world = World::new(&with_stages(
        "  - {stage: head, title: 负责人, who: share_office_head@applicant}",
    ));
    assert_eq!(PEOPLE[7].0, "adm");
    world.substitute("dan", "adm", "workflow_admin@Z", WEEK);
    file(&mut world);

    world
        .act("dan", "suspend", because("系统维护"))
        .expect("held up");
    assert_eq!(last(&world).1.as_deref(), Some("adm"));
    world
        .act("dan", "resume", Input::default())
        .expect("goes on");

    world.sleep_until("2026-03-09 09:00");
    let refused = world.act("dan", "terminate", because("停办"));
    assert_eq!(
        refused,
        Err(Rejection::MissingPost("workflow_admin".into()))
    );
}

#[test]
fn a_post_that_the_holder_has_lost_has_no_substitute_left() {
    let mut world = head();
    let kept = world.directory.substitutions.clone();
    world.staff(&[
        ("dan", "A", &["data_security_officer"]),
        ("eve", "A", &["share_office_head"]),
    ]);
    world.directory.substitutions = kept;

    assert_eq!(world.able("head"), ["eve"]);
}
