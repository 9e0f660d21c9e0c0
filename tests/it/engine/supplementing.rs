//! 补正: everything missing is listed once, the clock pauses, the case goes on at the same task.

use huiqian::engine::{Input, Rejection, Status, TaskId};
use serde_json::json;

use crate::support::world::{World, answering, because, missing, with_form};

const FIELDS: &str = "{id: amount, type: integer, label: 数量, required: true}
{id: note, type: text, label: 说明}
{id: double, type: integer, label: 两倍, value: form.amount * 2}";

fn reviewed(supplement: &str, due: &str) -> World {
    let yaml = with_form(
        FIELDS,
        &format!(
            "  - stage: intake
    title: 受理
    who: section_head@applicant
    supplement: {supplement}
    due: {due}"
        ),
    );
    World::submitted(&yaml, json!({"amount": 1, "note": "第一次"}))
}

fn ask(world: &mut World, fields: &[&str]) -> Result<(), Rejection> {
    world.on_with("bob", "supplement", "intake", missing(fields))
}

#[test]
fn the_applicant_supplies_and_the_case_goes_on_at_the_same_task() {
    let mut world = reviewed("{times: 1}", "10wd");
    ask(&mut world, &["note"]).expect("asked");
    assert_eq!(world.asked(), ["intake: bob bea", "intake: ann"]);

    world
        .on_with(
            "ann",
            "supply",
            "intake",
            answering(json!({"note": "第二次"})),
        )
        .expect("supplied");

    assert_eq!(world.case.answers["note"], json!("第二次"));
    assert_eq!(world.asked(), ["intake: bob bea"]);
    assert_eq!(world.case.stage("intake").rounds, 1);
    world.on("bob", "approve", "intake").expect("approved");
    assert_eq!(world.replayed(), world.case);
}

#[test]
fn nothing_is_decided_while_a_supplement_is_out() {
    let mut world = reviewed("{times: 1}", "10wd");
    ask(&mut world, &["note"]).expect("asked");

    let task = Input {
        task: Some(TaskId(1)),
        ..because("理由")
    };
    for action in ["approve", "reject", "return", "supplement"] {
        assert_eq!(
            world.act("bob", action, task.clone()),
            Err(Rejection::WaitingForSupplement),
            "{action}"
        );
    }
}

#[test]
fn it_says_what_is_missing_and_why() {
    let mut world = reviewed("{times: 1}", "10wd");

    assert_eq!(ask(&mut world, &[]), Err(Rejection::FieldsMissing));
    assert_eq!(
        ask(&mut world, &["colour"]),
        Err(Rejection::UnknownField("colour".into()))
    );
    assert_eq!(
        ask(&mut world, &["double"]),
        Err(Rejection::UnknownField("double".into())),
        "nobody fills in what is computed"
    );
    let silent = Input {
        comment: None,
        ..missing(&["note"])
    };
    assert_eq!(
        world.on_with("bob", "supplement", "intake", silent),
        Err(Rejection::CommentMissing("supplement".into()))
    );
}

#[test]
fn it_is_asked_so_many_times_for_the_life_of_the_case() {
    let mut world = reviewed("{times: 1}", "10wd");
    ask(&mut world, &["note"]).expect("asked");
    world
        .on_with("ann", "supply", "intake", answering(json!({"note": "二"})))
        .expect("supplied");

    assert_eq!(
        ask(&mut world, &["note"]),
        Err(Rejection::SupplementUsed(1))
    );
    assert!(!world.actions("bob").contains(&"supplement"));

    world
        .on_with("bob", "return", "intake", because("请修改"))
        .expect("returned");
    world
        .act("ann", "submit", Input::default())
        .expect("submitted");
    assert_eq!(
        ask(&mut world, &["note"]),
        Err(Rejection::SupplementUsed(1)),
        "a new round counts on"
    );
}

#[test]
fn a_stage_that_declares_none_offers_none() {
    let yaml = with_form(
        FIELDS,
        "  - {stage: intake, title: 受理, who: section_head@applicant}",
    );
    let mut world = World::submitted(&yaml, json!({"amount": 1}));

    assert_eq!(
        ask(&mut world, &["note"]),
        Err(Rejection::NotOffered {
            action: "supplement"
        })
    );
}

#[test]
fn only_the_listed_fields_may_change() {
    let mut world = reviewed("{times: 1}", "10wd");
    ask(&mut world, &["note"]).expect("asked");

    let other = answering(json!({"note": "二", "amount": 9}));
    let refused = world
        .on_with("ann", "supply", "intake", other)
        .expect_err("not listed");
    let Rejection::Answers(problems) = refused else {
        panic!("{refused:?}")
    };
    assert_eq!(problems[0].path, "amount");
    assert_eq!(world.case.answers["amount"], json!(1));
}

#[test]
fn what_is_supplied_is_checked() {
    let mut world = reviewed("{times: 1}", "10wd");
    ask(&mut world, &["amount"]).expect("asked");

    let wrong = answering(json!({"amount": "viele"}));
    let refused = world
        .on_with("ann", "supply", "intake", wrong)
        .expect_err("no number");
    assert_eq!(refused.code(), "answers");
    assert_eq!(
        world.on("bob", "supply", "intake"),
        Err(Rejection::NotOffered { action: "supply" })
    );
}

#[test]
fn the_clock_stands_still_meanwhile() {
    let mut world = reviewed("{times: 1, clock: pause}", "10wd");
    let deadline = |world: &World| {
        let clock = &world.case.clocks["intake#0@1"];
        clock.deadline(&world.calendar).map(|at| at.to_rfc3339())
    };
    let before = deadline(&world).expect("runs");
    world.sleep_until("2026-03-03 10:00");
    ask(&mut world, &["note"]).expect("asked");
    assert_eq!(deadline(&world), None);

    world.sleep_until("2026-03-05 10:00");
    world
        .on_with("ann", "supply", "intake", answering(json!({"note": "二"})))
        .expect("supplied");

    let after = deadline(&world).expect("runs again");
    // Day 0 is 2 March; 3, 4 and 5 March do not count.
    assert_eq!(before, "2026-03-16T16:00:00+00:00");
    assert_eq!(after, "2026-03-19T16:00:00+00:00");
}

#[test]
fn or_runs_on_or_begins_again() {
    let after = |clock: &str| {
        let mut world = reviewed(&format!("{{times: 1, clock: {clock}}}"), "10wd");
        world.sleep_until("2026-03-03 10:00");
        ask(&mut world, &["note"]).expect("asked");
        world.sleep_until("2026-03-05 10:00");
        world
            .on_with("ann", "supply", "intake", answering(json!({"note": "二"})))
            .expect("supplied");
        let clock = &world.case.clocks["intake#0@1"];
        clock.deadline(&world.calendar).expect("runs").to_rfc3339()
    };

    assert_eq!(after("run"), "2026-03-16T16:00:00+00:00");
    assert_eq!(after("restart"), "2026-03-19T16:00:00+00:00");
}

#[test]
fn the_clock_of_the_block_around_stands_still_too_and_begins_again_too() {
    let world = |clock: &str| {
        let yaml = with_form(
            FIELDS,
            &format!(
                "  - group: reply
    title: 答复
    due: {{in: 10wd, law: 第二十一条}}
    stages:
      - {{stage: intake, title: 受理, who: section_head@applicant, supplement: {{clock: {clock}}}}}"
            ),
        );
        let mut world = World::submitted(&yaml, json!({"amount": 1}));
        world.sleep_until("2026-03-03 10:00");
        ask(&mut world, &["note"]).expect("asked");
        world
    };

    let paused = world("pause");
    assert!(!paused.case.clocks["reply#0"].is_running());

    let mut restarted = world("restart");
    restarted.sleep_until("2026-03-16 10:00");
    restarted
        .on_with("ann", "supply", "intake", answering(json!({"note": "二"})))
        .expect("supplied");
    let deadline = restarted.case.clocks["reply#0"].deadline(&restarted.calendar);
    assert_eq!(
        deadline.expect("runs").to_rfc3339(),
        "2026-03-30T16:00:00+00:00"
    );
}

#[test]
fn a_supplement_that_never_comes_leads_where_the_definition_says() {
    let mut world = reviewed(
        "{times: 1, due: {in: 5wd, remind: [1wd before], overdue: [{after: 2wd, next: rejected}]}}",
        "10wd",
    );
    ask(&mut world, &["note"]).expect("asked");
    world.told();

    world.wait_until("2026-03-09 09:00");
    assert_eq!(world.told(), ["Reminder: ann"]);
    world.wait_until("2026-03-10 00:00");
    assert_eq!(world.told(), ["Overdue: ann"]);
    world.wait_until("2026-03-12 00:00");

    assert_eq!(world.end().as_deref(), Some("rejected"));
}

#[test]
fn its_deadline_is_gone_once_it_has_come() {
    let mut world = reviewed(
        "{times: 2, due: {in: 5wd, law: 第二十一条, overdue: [{after: 0wd, next: rejected}]}}",
        "30wd",
    );
    ask(&mut world, &["note"]).expect("asked");
    world.sleep_until("2026-03-06 10:00");
    world
        .on_with("ann", "supply", "intake", answering(json!({"note": "二"})))
        .expect("supplied");
    world.wait_until("2026-03-20 10:00");
    assert!(matches!(world.case.status, Status::Open { .. }));

    ask(&mut world, &["note"]).expect("asked again");
    world.wait_until("2026-03-27 23:00");
    assert!(
        matches!(world.case.status, Status::Open { .. }),
        "each request has its own five days"
    );
    world.wait_until("2026-03-28 00:00");
    assert_eq!(world.end().as_deref(), Some("rejected"));
}

#[test]
fn the_other_signers_wait_as_well_and_keep_their_tasks() {
    let yaml = with_form(
        FIELDS,
        "  - stage: intake
    title: 受理
    who: [section_head@applicant, dept_leader@applicant]
    sign: all
    supplement: {times: 1}",
    );
    let mut world = World::submitted(&yaml, json!({"amount": 1}));
    world.on("eve", "approve", "intake").expect("approved");
    ask(&mut world, &["note"]).expect("asked");
    world
        .on_with("ann", "supply", "intake", answering(json!({"note": "二"})))
        .expect("supplied");
    world.on("bob", "approve", "intake").expect("approved");

    assert_eq!(world.end().as_deref(), Some("approved"));
}
