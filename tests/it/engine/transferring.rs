//! Transfer (转办): a task becomes somebody else's, with everything that its seat weighs.

use huiqian::engine::{Event, Input, Rejection, TaskId};

use crate::support::world::{PEOPLE, Row, World, back_to, because, missing, naming, with_stages};

const ONE: &str = "  - {stage: review, title: 审核, who: section_head@applicant}";

fn barred(world: &World, login: &str, why: Rejection) -> Result<(), Rejection> {
    Err(Rejection::PersonBarred {
        person: world.id(login),
        why: Box::new(why),
    })
}

#[test]
fn a_task_that_was_handed_over_is_the_receivers_alone() {
    let mut world = World::filed(&with_stages(ONE));
    world.told();

    world
        .on_with("bob", "transfer", "review", naming("dan"))
        .expect("handed over");

    assert_eq!(world.asked(), ["review: dan"]);
    assert_eq!(world.told(), ["NoLongerNeeded: bea", "Assigned: dan"]);
    for login in ["bob", "bea"] {
        assert_eq!(
            world.on(login, "approve", "review"),
            Err(Rejection::NotAsked("somebody else".into()))
        );
    }
    world.on("dan", "approve", "review").expect("approved");
    assert_eq!(world.end().as_deref(), Some("approved"));
    assert_eq!(world.replayed(), world.case);
}

#[test]
fn the_record_names_who_handed_it_over_to_whom_and_why() {
    let mut world = World::filed(&with_stages(ONE));
    world
        .on_with("bob", "transfer", "review", naming("dan"))
        .expect("handed over");

    let (event, stamp) = world.log.last().expect("an event");
    assert_eq!(
        event,
        &Event::Transferred {
            task: TaskId(1),
            person: world.id("dan"),
            comment: "岗位空缺".into(),
        }
    );
    assert_eq!(stamp.actor, huiqian::engine::Actor::Person(world.id("bob")));
}

#[test]
fn handing_over_needs_a_reason_and_somebody_else_who_is_there() {
    let mut world = World::filed(&with_stages(ONE));
    let silent = Input {
        comment: None,
        ..naming("dan")
    };

    assert_eq!(
        world.on_with("bob", "transfer", "review", silent),
        Err(Rejection::CommentMissing("transfer".into()))
    );
    assert_eq!(
        world.on_with("bob", "transfer", "review", because("出差")),
        Err(Rejection::UnknownPerson(String::new()))
    );
    assert_eq!(
        world.on_with("bob", "transfer", "review", naming("zoe")),
        Err(Rejection::UnknownPerson("zoe".into()))
    );
    assert_eq!(
        world.on_with("bob", "transfer", "review", naming("bob")),
        Err(Rejection::NamesOneself)
    );
    world.staff(&[("dan", "-A", &[])]);
    world.staff(&[
        ("bob", "A", &["section_head"]),
        ("dan", "-A", &["data_security_officer"]),
    ]);
    assert_eq!(
        world.on_with("bob", "transfer", "review", naming("dan")),
        Err(Rejection::UnknownPerson("dan".into())),
        "who has left takes nothing over"
    );
}

#[test]
fn the_receiver_passes_every_bar_of_the_task() {
    let people: &[Row<'_>] = &[
        ("ann", "A", &["applicant"]),
        ("bob", "A", &["section_head"]),
        ("cat", "A", &["share_office_head"]),
        ("dan", "A", &[]),
        ("low2", "A", &[]),
    ];
    let yaml = crate::support::world::with_form(
        "{id: data, type: resources, label: 数据, required: true}",
        "  - {stage: review, title: 审核, who: {one: section_head@applicant, two: share_office_head@applicant}, sign: all, not: ['user:dan']}",
    );
    let mut world = World::among(people, &yaml);
    world
        .act(
            "ann",
            "submit",
            crate::support::world::answering(serde_json::json!({"data": [{"resource": "R3"}]})),
        )
        .expect("submitted");

    let mut refused = |login: &str| world.on_with("bob", "transfer", "review", naming(login));
    let results = [
        refused("ann"),
        refused("dan"),
        refused("low2"),
        refused("cat"),
    ];
    let [applicant, excluded, low, seated] = results;
    assert_eq!(applicant, barred(&world, "ann", Rejection::ApplicantSigns));
    assert_eq!(excluded, barred(&world, "dan", Rejection::Excluded));
    let clearance = Rejection::Clearance {
        level: 3,
        clearance: 2,
    };
    assert_eq!(low, barred(&world, "low2", clearance));
    assert_eq!(
        seated,
        barred(&world, "cat", Rejection::ActedAlready),
        "the only one for the other seat"
    );
}

#[test]
fn nobody_gets_a_second_seat_by_a_transfer() {
    let mut world = World::filed(&with_stages(
        "  - {stage: panel, title: 会签, who: [section_head@applicant, share_office_head@applicant, dept_leader@applicant], sign: all}",
    ));
    world.on("cat", "approve", "panel").expect("approved");

    let refused = world.on_with("eve", "transfer", "panel", naming("cat"));

    assert_eq!(refused, barred(&world, "cat", Rejection::ActedAlready));
}

#[test]
fn a_veto_moves_with_the_seat() {
    let mut world = World::filed(&with_stages(
        "  - {stage: panel, title: 表决, who: {head: share_office_head@applicant, one: section_head@applicant, two: dept_leader@applicant}, sign: {pass: 1, veto: [head]}}",
    ));
    world
        .on_with("cat", "transfer", "panel", naming("dan"))
        .expect("handed over");

    world
        .on_with("dan", "reject", "panel", because("不行"))
        .expect("rejected");

    assert_eq!(world.end().as_deref(), Some("rejected"));
}

#[test]
fn what_was_handed_over_can_be_handed_on_and_back() {
    let mut world = World::filed(&with_stages(ONE));
    for (from, to) in [("bob", "dan"), ("dan", "eve"), ("eve", "bob")] {
        world
            .on_with(from, "transfer", "review", naming(to))
            .expect("handed over");
    }

    world.on("bob", "approve", "review").expect("approved");
    assert_eq!(world.replayed(), world.case);
}

#[test]
fn work_and_notices_can_be_handed_over_as_well() {
    let mut world = World::filed(&with_stages(
        "  - {stage: collect, title: 领取, kind: work, who: section_head@applicant}
  - {stage: inform, title: 阅知, kind: notice, who: share_office_head@applicant}",
    ));
    world
        .on_with("bob", "transfer", "collect", naming("ann"))
        .expect("the applicant may do work");
    world.on("ann", "done", "collect").expect("done");
    world
        .on_with("cat", "transfer", "inform", naming("dan"))
        .expect("handed over");
    world.on("dan", "acknowledge", "inform").expect("read");
}

#[test]
fn what_the_applicant_is_to_bring_stays_with_them() {
    let yaml = crate::support::world::with_form(
        "{id: note, type: text, label: 说明}",
        "  - {stage: review, title: 审核, who: section_head@applicant, supplement: {times: 1}}",
    );
    let mut returned = World::filed(&yaml);
    returned
        .on_with("bob", "return", "review", back_to("applicant"))
        .expect("returned");
    assert_eq!(
        returned.on_with("ann", "transfer", "applicant", naming("dan")),
        Err(Rejection::NotOffered { action: "transfer" })
    );

    let mut asked = World::filed(&yaml);
    asked
        .on_with("bob", "supplement", "review", missing(&["note"]))
        .expect("asked");
    let supply = Input {
        task: Some(TaskId(2)),
        ..naming("dan")
    };
    assert_eq!(
        asked.act("ann", "transfer", supply),
        Err(Rejection::NotOffered { action: "transfer" })
    );
}

#[test]
fn a_stage_may_keep_its_tasks_where_they_are() {
    let mut world = World::filed(&with_stages(
        "  - {stage: review, title: 审核, who: section_head@applicant, deny: [transfer]}",
    ));

    assert!(!world.actions("bob").contains(&"transfer"));
    assert_eq!(
        world.on_with("bob", "transfer", "review", naming("dan")),
        Err(Rejection::NotOffered { action: "transfer" })
    );
}

#[test]
fn a_link_in_a_mail_hands_nothing_over() {
    let world = World::filed(&with_stages(ONE));
    let by_link = huiqian::engine::Context {
        channel: huiqian::engine::Channel::Link,
        ..world.context(huiqian::engine::Actor::Person(world.id("bob")))
    };
    let input = Input {
        task: Some(TaskId(1)),
        ..naming("dan")
    };

    let refused = world.act_in(&by_link, "transfer", input, None);

    assert_eq!(refused.map(drop), Err(Rejection::LoginFirst));
}

#[test]
fn who_took_a_task_over_and_left_leaves_it_to_the_administrator() {
    let mut world = World::filed(&with_stages(ONE));
    world
        .on_with("bob", "transfer", "review", naming("dan"))
        .expect("handed over");
    let mut people: Vec<Row<'_>> = PEOPLE.to_vec();
    people[4] = ("dan", "-A", &["data_security_officer"]);
    world.staff(&people);
    assert_eq!(world.asked(), ["review: "]);

    world
        .on_with("adm", "reassign", "review", naming("bea"))
        .expect("named");

    assert_eq!(world.asked(), ["review: bea"]);
}
