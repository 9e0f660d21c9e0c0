//! More time: asked for before it runs out, decided by the named post, capped, told to those who wait.

use huiqian::calendar::{Duration, Unit};
use huiqian::engine::{Input, Rejection, TaskAsks};

use crate::support::world::{
    World, at, back_to, because, definition, missing, naming, with_form, with_stages,
};

/// A review of three working days, which may be extended with these keys.
fn extendable(keys: &str) -> String {
    with_stages(&format!(
        "  - stage: review
    title: 审核
    who: section_head@applicant
    due: {{in: 3wd, remind: [1wd before], overdue: [{{after: 1wd, escalate: dept_leader@applicant}}], extend: {{{keys}}}}}
  - {{stage: head, title: 负责人, who: share_office_head@applicant}}"
    ))
}

fn by_head() -> World {
    World::filed(&extendable(
        "max: 5wd, by: share_office_head@applicant, due: 1wd, copy: [data_security_officer@applicant]",
    ))
}

fn more(time: &str) -> Input {
    Input {
        time: Some(time.into()),
        ..because("材料较多")
    }
}

fn wd(count: u32) -> Duration {
    Duration::new(count, Unit::Wd)
}

fn deadline(world: &World) -> String {
    let clock = world.case.clocks.get("review#0@1").expect("a clock");
    let deadline = clock.deadline(&world.calendar).expect("it runs");
    let beijing = deadline + chrono::TimeDelta::hours(8);
    beijing.format("%m-%d %H:%M").to_string()
}

#[test]
fn without_anybody_named_whoever_holds_the_task_decides_at_once() {
    let mut world = World::filed(&extendable("max: 5wd"));
    world.told();
    assert_eq!(deadline(&world), "03-06 00:00");

    world
        .on_with("bob", "extend", "review", more("2wd"))
        .expect("extended");

    assert_eq!(deadline(&world), "03-10 00:00");
    assert_eq!(world.told(), ["Extended: ann"]);
    assert_eq!(world.asked(), ["review: bob bea"]);
    assert_eq!(world.replayed(), world.case);
}

#[test]
fn the_named_post_is_asked_with_a_deadline_of_its_own_and_the_clock_runs_on() {
    let mut world = by_head();
    world.told();

    world
        .on_with("bob", "extend", "review", more("5"))
        .expect("asked");

    assert_eq!(world.told(), ["Assigned: cat"]);
    assert_eq!(world.asked(), ["review: bob bea", "review: cat"]);
    assert_eq!(deadline(&world), "03-06 00:00", "a request moves nothing");
    assert!(world.case.clocks["review#0@1"].is_running());
    let own = &world.case.clocks["review/extension/0#0@1"];
    assert_eq!(own.deadline(&world.calendar), Some(at("2026-03-04 00:00")));
    assert_eq!(
        world.on("bob", "grant_extension", "review"),
        Err(Rejection::NotOffered {
            action: "grant_extension"
        })
    );
}

#[test]
fn a_granted_request_moves_the_date_and_is_told_to_all_who_wait() {
    let mut world = by_head();
    world
        .on_with("bob", "extend", "review", more("5wd"))
        .expect("asked");
    world.told();

    world
        .on("cat", "grant_extension", "review")
        .expect("granted");

    assert_eq!(deadline(&world), "03-13 00:00");
    assert_eq!(world.told(), ["Extended: ann bob dan"]);
    assert_eq!(world.asked(), ["review: bob bea"]);
    assert!(world.case.clocks["review/extension/0#0@1"].stopped);
    let copied = huiqian::engine::Party::Post(huiqian::directory::Post {
        role: huiqian::directory::RoleCode("data_security_officer".into()),
        department: huiqian::directory::DepartmentCode("A".into()),
    });
    let involved = world.case.involved.iter();
    assert!(involved.clone().any(|one| one.party == copied), "sight");
    assert_eq!(world.replayed(), world.case);
}

#[test]
fn less_may_be_granted_than_was_asked_and_never_more() {
    let mut world = by_head();
    world
        .on_with("bob", "extend", "review", more("4wd"))
        .expect("asked");

    let grant = |time: &str| Input {
        time: Some(time.into()),
        ..Input::default()
    };
    assert_eq!(
        world.on_with("cat", "grant_extension", "review", grant("5wd")),
        Err(Rejection::NoAmount {
            text: "5wd".into(),
            most: wd(4)
        })
    );
    world
        .on_with("cat", "grant_extension", "review", grant("2"))
        .expect("granted");

    assert_eq!(deadline(&world), "03-10 00:00");
    assert_eq!(world.case.clocks["review#0@1"].granted(), Some(wd(2)));
}

#[test]
fn a_refused_request_leaves_the_old_date_and_is_told_to_who_asked() {
    let mut world = by_head();
    world
        .on_with("bob", "extend", "review", more("5wd"))
        .expect("asked");
    world.told();
    assert_eq!(
        world.on("cat", "refuse_extension", "review"),
        Err(Rejection::CommentMissing("refuse_extension".into()))
    );

    world
        .on_with("cat", "refuse_extension", "review", because("不需要"))
        .expect("refused");

    assert_eq!(deadline(&world), "03-06 00:00");
    assert_eq!(world.told(), ["ExtensionRefused: bob"]);
    world
        .on_with("bob", "extend", "review", more("1wd"))
        .expect("a refusal uses nothing up");
}

#[test]
fn it_is_asked_for_before_time_runs_out() {
    let mut world = by_head();
    world.wait_until("2026-03-06 00:00");

    assert_eq!(
        world.on_with("bob", "extend", "review", more("1wd")),
        Err(Rejection::TooLateToExtend)
    );
    assert!(!world.actions("bob").contains(&"extend"));
}

#[test]
fn what_was_asked_for_in_time_may_be_granted_late_counted_from_the_old_date() {
    let mut world = by_head();
    world
        .on_with("bob", "extend", "review", more("2wd"))
        .expect("asked");
    world.wait_until("2026-03-09 10:00");
    assert!(world.steps().contains(&"review#0@1 due".to_owned()));

    world
        .on("cat", "grant_extension", "review")
        .expect("granted");

    assert_eq!(deadline(&world), "03-10 00:00");
    world.wait_until("2026-03-10 08:00");
    let came = world.steps();
    let dues = came.iter().filter(|step| *step == "review#0@1 due");
    assert_eq!(dues.count(), 2, "once for each deadline: {came:?}");
}

#[test]
fn reminders_and_what_follows_a_deadline_come_for_the_new_one() {
    let mut world = World::filed(&extendable("max: 5wd"));
    world.wait_until("2026-03-05 10:00");
    let reminders = |world: &World| {
        let steps = world.steps();
        steps
            .iter()
            .filter(|step| *step == "review#0@1 remind:0")
            .count()
    };
    assert_eq!(reminders(&world), 1);

    world
        .on_with("bob", "extend", "review", more("3wd"))
        .expect("extended");
    world.wait_until("2026-03-06 10:00");
    assert!(!world.steps().contains(&"review#0@1 due".to_owned()));

    world.wait_until("2026-03-10 10:00");
    assert_eq!(reminders(&world), 2, "once more, a day before the new date");
    world.wait_until("2026-03-13 10:00");
    let steps = world.steps();
    let count = |name: &str| steps.iter().filter(|step| *step == name).count();
    assert_eq!(count("review#0@1 due"), 1);
    assert_eq!(count("review#0@1 overdue:0"), 1);
}

#[test]
fn all_extensions_together_are_capped() {
    let mut world = World::filed(&extendable("max: 5wd, times: 2"));
    assert_eq!(
        world.on_with("bob", "extend", "review", more("6wd")),
        Err(Rejection::NoAmount {
            text: "6wd".into(),
            most: wd(5)
        })
    );
    world
        .on_with("bob", "extend", "review", more("2wd"))
        .expect("extended");
    assert_eq!(
        world.on_with("bob", "extend", "review", more("4wd")),
        Err(Rejection::NoAmount {
            text: "4wd".into(),
            most: wd(3)
        })
    );
    world
        .on_with("bob", "extend", "review", more("1wd"))
        .expect("extended");

    assert_eq!(
        world.on_with("bob", "extend", "review", more("1wd")),
        Err(Rejection::ExtensionUsed),
        "as often as may be"
    );
    assert_eq!(deadline(&world), "03-11 00:00");
}

#[test]
fn how_often_counts_for_the_life_of_the_case_in_all_rounds() {
    let mut world = World::filed(&extendable("max: 5wd"));
    world
        .on_with("bob", "extend", "review", more("2wd"))
        .expect("extended");
    world
        .on_with("bob", "return", "review", back_to("applicant"))
        .expect("returned");
    world.act("ann", "submit", Input::default()).expect("again");

    assert_eq!(
        world.on_with("bob", "extend", "review", more("1wd")),
        Err(Rejection::ExtensionUsed)
    );
    let clock = &world.case.clocks["review#0@2"];
    assert_eq!(
        clock.deadline(&world.calendar),
        Some(at("2026-03-06 00:00")),
        "a new round has its own time"
    );
}

#[test]
fn how_much_is_said_in_the_unit_of_the_budget() {
    let mut world = World::filed(&extendable("max: 5wd"));

    for wrong in ["", "0", "soon", "2d", "-1wd"] {
        assert_eq!(
            world.on_with("bob", "extend", "review", more(wrong)),
            Err(Rejection::NoAmount {
                text: wrong.into(),
                most: wd(5)
            }),
            "{wrong}"
        );
    }
}

#[test]
fn one_request_at_a_time() {
    let mut world = by_head();
    world
        .on_with("bob", "extend", "review", more("1wd"))
        .expect("asked");

    assert_eq!(
        world.act(
            "bea",
            "extend",
            Input {
                task: Some(huiqian::engine::TaskId(1)),
                ..more("2wd")
            }
        ),
        Err(Rejection::ExtensionPending)
    );
}

#[test]
fn whoever_asked_does_not_decide_and_neither_does_the_applicant() {
    let people: &[crate::support::world::Row<'_>] = &[
        ("ann", "A", &["applicant", "share_office_head"]),
        ("bob", "A", &["section_head", "share_office_head"]),
        ("cat", "A", &["share_office_head"]),
        ("adm", "Z", &["workflow_admin"]),
    ];
    let mut world = World::filed_among(
        people,
        &extendable("max: 5wd, by: share_office_head@applicant"),
    );
    world
        .on_with("bob", "extend", "review", more("1wd"))
        .expect("asked");
    assert_eq!(world.asked(), ["review: bob", "review: cat"]);

    let people: &[crate::support::world::Row<'_>] = &[
        ("ann", "A", &["applicant", "share_office_head"]),
        ("bob", "A", &["section_head", "share_office_head"]),
        ("dan", "A", &[]),
        ("adm", "Z", &["workflow_admin"]),
    ];
    let mut vacant = World::filed_among(
        people,
        &extendable("max: 5wd, by: share_office_head@applicant"),
    );
    vacant.told();
    vacant
        .on_with("bob", "extend", "review", more("1wd"))
        .expect("asked");
    assert_eq!(vacant.told(), ["Escalated: adm"]);
    let task = vacant
        .case
        .open_tasks()
        .find(|task| task.asks == TaskAsks::Extension)
        .expect("a task")
        .id;
    let name = Input {
        task: Some(task),
        ..naming("dan")
    };
    vacant.act("adm", "reassign", name).expect("named");
    vacant
        .on("dan", "grant_extension", "review")
        .expect("granted");
}

#[test]
fn a_request_lapses_when_the_stage_is_left() {
    let mut world = by_head();
    world
        .on_with("bob", "extend", "review", more("1wd"))
        .expect("asked");
    world.told();
    let task = Some(huiqian::engine::TaskId(1));
    let approve = Input {
        task,
        ..Input::default()
    };

    world.act("bob", "approve", approve).expect("approved");

    assert_eq!(world.asked(), ["head: cat"]);
    assert!(
        world
            .case
            .clocks
            .values()
            .all(|clock| clock.pending().is_none())
    );
    assert!(
        world
            .case
            .clocks
            .iter()
            .filter(|(key, _)| key.contains("extension"))
            .all(|(_, clock)| clock.stopped)
    );
    assert_eq!(world.replayed(), world.case);
}

#[test]
fn changed_answers_keep_what_was_granted() {
    let yaml = with_form(
        "{id: amount, type: integer, label: 数量}",
        "  - stage: review
    title: 审核
    who: section_head@applicant
    supplement: {times: 1, clock: run}
    due: {in: [{when: 'form.amount == 2', then: 6wd}, {then: 3wd}], extend: {max: 5wd}}",
    );
    let mut world = World::filed(&yaml);
    world
        .on_with("bob", "extend", "review", more("2wd"))
        .expect("extended");
    world
        .on_with("bob", "supplement", "review", missing(&["amount"]))
        .expect("asked");

    world
        .on_with(
            "ann",
            "supply",
            "review",
            crate::support::world::answering(serde_json::json!({"amount": 2})),
        )
        .expect("supplied");

    let clock = &world.case.clocks["review#0@1"];
    assert_eq!(
        clock.deadline(&world.calendar),
        Some(at("2026-03-13 00:00"))
    );
}

#[test]
fn a_date_is_extended_by_working_days_too() {
    let yaml = with_form(
        "{id: until, type: date, label: 期限, required: true}",
        "  - stage: review
    title: 审核
    who: section_head@applicant
    due: {at: form.until, extend: {max: 5wd}}",
    );
    let mut world = World::submitted(&yaml, serde_json::json!({"until": "2026-03-05"}));
    let before = world.case.clocks["review#0@1"].deadline(&world.calendar);

    world
        .on_with("bob", "extend", "review", more("2wd"))
        .expect("extended");

    let after = world.case.clocks["review#0@1"].deadline(&world.calendar);
    assert!(before < after, "{before:?} {after:?}");
    assert_eq!(world.replayed(), world.case);
}

#[test]
fn a_statutory_clock_over_a_block_is_extended_from_any_stage_in_it() {
    let yaml = with_stages(
        "  - group: reply
    title: 答复
    due: {in: 10wd, law: 第二十一条, extend: {max: 10wd, by: authority_handler@authority}}
    stages:
      - {stage: intake, title: 受理, who: section_head@applicant}
      - {stage: answer, title: 答复, who: share_office_head@applicant}
  - {stage: late, title: 延期后, when: 'extended(\"reply\") == 4', who: dept_leader@applicant}",
    );
    let mut world = World::filed(&yaml);
    world.on("bob", "approve", "intake").expect("approved");
    world
        .on_with("cat", "extend", "answer", more("4wd"))
        .expect("asked");
    assert_eq!(world.asked(), ["answer: cat", "reply: adi"]);

    world
        .on("adi", "grant_extension", "reply")
        .expect("granted");
    world.on("cat", "approve", "answer").expect("approved");

    assert_eq!(world.asked(), ["late: eve"], "guards read the days");
    assert_eq!(world.replayed(), world.case);
}

#[test]
fn where_nothing_says_so_nothing_is_extended() {
    let mut world = World::filed(&definition(
        "",
        "{id: amount, type: integer, label: 数量}",
        "  - {stage: review, title: 审核, who: section_head@applicant, due: 3wd}",
        "",
    ));

    assert_eq!(
        world.on_with("bob", "extend", "review", more("1wd")),
        Err(Rejection::NotOffered { action: "extend" })
    );
}
