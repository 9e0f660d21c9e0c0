//! Advice (征求意见): asked for by whoever has the task, given on record, and deciding nothing.

use huiqian::engine::{
    Actor, Answer, CancelReason, Channel, Context, Event, Input, MOST_CONSULTED, Offered,
    Rejection, TaskAsks, TaskId, TaskState, Why,
};
use serde_json::json;

use crate::support::world::{
    PEOPLE, Row, World, answering, because, naming, with_form, with_stages,
};

const ONE: &str = "  - {stage: review, title: 审核, who: share_office_head@applicant, due: {in: 2wd, remind: [1wd before]}}";

fn asking(people: &[&str]) -> Input {
    Input {
        people: people.iter().map(|login| (*login).to_owned()).collect(),
        ..because("个人信息的范围合适吗？")
    }
}

fn consult(world: &mut World, login: &str, people: &[&str]) {
    world
        .on_with(login, "consult", "review", asking(people))
        .expect("asked");
}

fn advise(world: &mut World, login: &str) -> Result<(), Rejection> {
    world.on_with(login, "advise", "review", because("建议缩小范围"))
}

fn on_task(task: u32, input: Input) -> Input {
    Input {
        task: Some(TaskId(task)),
        ..input
    }
}

#[test]
fn the_task_stays_with_who_asks_while_others_advise() {
    let mut world = World::filed(&with_stages(ONE));
    world.told();

    consult(&mut world, "cat", &["dan", "eve"]);

    assert_eq!(world.asked(), ["review: cat", "review: dan", "review: eve"]);
    assert_eq!(world.told(), ["Assigned: dan", "Assigned: eve"]);
    let asked = world.case.tasks[1].question.as_deref();
    assert_eq!(asked, Some("个人信息的范围合适吗？"));
    advise(&mut world, "dan").expect("advised");
    assert_eq!(world.told(), ["Advised: cat"]);
    assert_eq!(world.end(), None, "advice decides nothing");
    world.on("cat", "approve", "review").expect("approved");
    assert_eq!(world.end().as_deref(), Some("approved"));
    assert_eq!(world.replayed(), world.case);
}

#[test]
fn what_was_advised_is_kept_with_who_said_it() {
    let mut world = World::filed(&with_stages(ONE));
    consult(&mut world, "cat", &["dan"]);
    advise(&mut world, "dan").expect("advised");

    let TaskState::Settled {
        answer,
        by,
        comment,
        ..
    } = &world.case.tasks[1].state
    else {
        panic!("{:?}", world.case.tasks[1]);
    };
    assert_eq!(
        (answer, *by, comment.as_deref()),
        (&Answer::Advised, world.id("dan"), Some("建议缩小范围"))
    );
    assert_eq!(
        world.case.stage("review").actors.get(""),
        None,
        "who advises has not acted in the stage"
    );
}

#[test]
fn whoever_asked_may_decide_without_waiting() {
    let mut world = World::filed(&with_stages(
        "  - {stage: review, title: 审核, who: [share_office_head@applicant, section_head@applicant], sign: all}",
    ));
    consult(&mut world, "cat", &["dan"]);
    world.told();

    world.on("cat", "approve", "review").expect("approved");

    assert_eq!(
        world.asked(),
        ["review: bob bea"],
        "though the stage goes on"
    );
    assert_eq!(world.told(), ["NoLongerNeeded: dan"]);
    assert!(matches!(
        world.case.tasks[2].state,
        TaskState::Cancelled {
            why: CancelReason::Decided,
            ..
        }
    ));
}

#[test]
fn advice_is_closed_when_the_stage_is_left() {
    let mut world = World::filed(&with_stages(
        "  - {stage: review, title: 审核, who: [share_office_head@applicant, dept_leader@applicant], sign: any}
  - {stage: last, title: 终审, who: section_head@applicant}",
    ));
    consult(&mut world, "cat", &["dan"]);

    world.on("eve", "approve", "review").expect("approved");

    assert_eq!(world.asked(), ["last: bob bea"]);
    assert!(advise_is_refused(&mut world));
}

fn advise_is_refused(world: &mut World) -> bool {
    let task = on_task(3, because("建议"));
    world.act("dan", "advise", task) == Err(Rejection::TaskClosed(TaskId(3)))
}

#[test]
fn a_question_needs_words_and_somebody_to_ask() {
    let mut world = World::filed(&with_stages(ONE));
    let silent = Input {
        comment: None,
        ..asking(&["dan"])
    };
    assert_eq!(
        world.on_with("cat", "consult", "review", silent),
        Err(Rejection::CommentMissing("consult".into()))
    );
    assert_eq!(
        world.on_with("cat", "consult", "review", asking(&[])),
        Err(Rejection::PeopleMissing)
    );
    consult(&mut world, "cat", &["dan"]);
    assert_eq!(
        world.on("dan", "advise", "review"),
        Err(Rejection::CommentMissing("advise".into()))
    );
}

#[test]
fn neither_the_applicants_side_nor_who_is_barred_or_not_cleared_advises() {
    let people: &[Row<'_>] = &[
        ("ann", "A", &["applicant"]),
        ("cat", "A", &["share_office_head"]),
        ("eve", "A", &[]),
        ("dan", "A", &[]),
        ("low2", "A", &[]),
        ("par", "A", &[]),
    ];
    let yaml = with_form(
        "{id: data, type: resources, label: 数据, required: true}
{id: partner, type: person, label: 合作人, party: true, required: true}",
        "  - {stage: review, title: 审核, who: share_office_head@applicant, not: ['user:dan']}",
    );
    let mut world = World::among(people, &yaml);
    let answers = json!({"data": [{"resource": "R3"}], "partner": "par"});
    world
        .act("ann", "submit", answering(answers))
        .expect("submitted");

    let mut refused = |login: &str| {
        let refused = world.on_with("cat", "consult", "review", asking(&[login]));
        match refused {
            Err(Rejection::PersonBarred { why, .. }) => *why,
            other => panic!("{login}: {other:?}"),
        }
    };
    assert_eq!(refused("ann"), Rejection::ApplicantSigns);
    assert_eq!(refused("par"), Rejection::ApplicantSigns);
    assert_eq!(refused("dan"), Rejection::Excluded);
    assert_eq!(
        refused("low2"),
        Rejection::Clearance {
            level: 3,
            clearance: 2
        }
    );
    consult(&mut world, "cat", &["eve"]);
}

#[test]
fn nobody_is_asked_twice_at_once_and_not_too_many() {
    let names: Vec<String> = (0..=MOST_CONSULTED).map(|n| format!("p{n}-6")).collect();
    let mut people: Vec<Row<'_>> = PEOPLE.to_vec();
    people.extend(
        names
            .iter()
            .map(|name| (name.as_str(), "A", &[] as &[&str])),
    );
    let mut world = World::filed_among(&people, &with_stages(ONE));
    let all: Vec<&str> = names.iter().map(String::as_str).collect();

    assert_eq!(
        world.on_with("cat", "consult", "review", asking(&all)),
        Err(Rejection::TooManyPeople(MOST_CONSULTED + 1, MOST_CONSULTED))
    );
    consult(&mut world, "cat", &all[1..]);
    assert!(!world.actions("cat").contains(&"consult"));
    advise(&mut world, all[1]).expect("advised");
    let again = world.on_with("cat", "consult", "review", asking(&[all[2]]));
    assert!(
        matches!(again, Err(Rejection::PersonBarred { .. })),
        "{again:?}"
    );
    consult(&mut world, "cat", &[all[1]]);
}

#[test]
fn whoever_is_asked_sees_the_case_and_may_do_nothing_else() {
    let mut world = World::filed(&with_stages(ONE));
    consult(&mut world, "cat", &["dan"]);

    let dan = huiqian::engine::Party::Person(world.id("dan"));
    let involved = world.case.involved.iter();
    let why: Vec<Why> = involved
        .filter(|involvement| involvement.party == dan)
        .map(|involvement| involvement.why)
        .collect();
    assert_eq!(why, [Why::Consulted]);
    assert_eq!(
        world.actions("dan"),
        ["advise", "save_draft", "transfer", "comment"]
    );
    let task = world.task_of("dan", "review");
    let approve = on_task(task.0, Input::default());
    assert_eq!(
        world.act("dan", "approve", approve),
        Err(Rejection::NotOffered { action: "approve" })
    );
}

#[test]
fn somebody_with_a_seat_may_advise_another_and_an_adviser_may_sign_later() {
    let mut world = World::filed(&with_stages(
        "  - stage: review
    title: 审核
    who: [share_office_head@applicant, dept_leader@applicant]
    sign: all
    distinct: true",
    ));
    consult(&mut world, "cat", &["eve"]);
    let advice = on_task(3, because("可以"));
    world.act("eve", "advise", advice).expect("advised");

    let mine = on_task(2, Input::default());
    world
        .act("eve", "approve", mine)
        .expect("advice takes no seat");
}

#[test]
fn the_deadline_is_of_whoever_asks() {
    let mut world = World::filed(&with_stages(ONE));
    consult(&mut world, "cat", &["dan"]);
    world.told();

    world.wait_until("2026-03-04 10:00");

    assert_eq!(world.told(), ["Reminder: cat"]);
}

#[test]
fn an_overdue_task_that_is_moved_takes_no_advice_with_it() {
    let mut world = World::filed(&with_stages(
        "  - {stage: review, title: 审核, who: share_office_head@applicant, due: {in: 1wd, overdue: [{after: 0wd, assign: dept_leader@applicant}]}}",
    ));
    consult(&mut world, "cat", &["dan"]);

    world.wait_until("2026-03-04 10:00");

    assert_eq!(world.asked(), ["review: eve", "review: dan"]);
}

#[test]
fn advice_goes_to_whoever_has_the_task_by_then() {
    let mut world = World::filed(&with_stages(ONE));
    consult(&mut world, "cat", &["dan"]);
    world
        .on_with("cat", "transfer", "review", naming("eve"))
        .expect("handed over");
    world.told();

    advise(&mut world, "dan").expect("advised");

    assert_eq!(world.told(), ["Advised: eve"]);
}

#[test]
fn an_adviser_may_pass_the_question_on() {
    let mut world = World::filed(&with_stages(ONE));
    consult(&mut world, "cat", &["dan"]);

    world
        .on_with("dan", "transfer", "review", naming("eve"))
        .expect("passed on");

    advise(&mut world, "eve").expect("advised");
}

#[test]
fn nobody_is_asked_twice_for_the_same_advice_nor_asked_by_themselves() {
    let mut world = World::filed(&with_stages(ONE));
    consult(&mut world, "cat", &["dan", "eve"]);

    for asked in ["eve", "cat"] {
        assert_eq!(
            world.on_with("dan", "transfer", "review", naming(asked)),
            Err(Rejection::PersonBarred {
                person: world.id(asked),
                why: Box::new(Rejection::ActedAlready),
            })
        );
    }
}

#[test]
fn an_adviser_who_left_holds_nothing_up_and_needs_no_replacement() {
    let mut world = World::filed(&with_stages(ONE));
    consult(&mut world, "cat", &["dan"]);
    let mut people: Vec<Row<'_>> = PEOPLE.to_vec();
    people[4] = ("dan", "-A", &["data_security_officer"]);
    world.staff(&people);
    world.told();

    let advice = world
        .case
        .open_tasks()
        .find(|task| task.asks == TaskAsks::Advise)
        .map(|task| task.id);
    let replaces = |offered: &Offered| offered.action == "reassign" && offered.task == advice;
    assert!(!world.offered("adm").iter().any(replaces));
    world.on("cat", "approve", "review").expect("approved");
    assert_eq!(world.end().as_deref(), Some("approved"));
}

#[test]
fn asking_on_an_offered_task_takes_it() {
    let mut world = World::filed(&with_stages(
        "  - {stage: review, title: 审核, who: section_head@applicant}",
    ));
    consult(&mut world, "bob", &["dan"]);

    assert_eq!(world.asked(), ["review: bob", "review: dan"]);
    assert!(world.kinds().ends_with(&["claimed", "consulted"]));
}

#[test]
fn who_is_recused_takes_their_question_back() {
    let mut world = World::filed(&with_stages(
        "  - {stage: review, title: 审核, who: section_head@applicant}",
    ));
    consult(&mut world, "bob", &["dan"]);

    world
        .on_with("bob", "recuse", "review", because("回避"))
        .expect("recused");

    assert_eq!(world.asked(), ["review: bea"]);
}

#[test]
fn advice_is_neither_asked_for_nor_given_through_a_link_or_where_it_is_denied() {
    let mut world = World::filed(&with_stages(
        "  - {stage: review, title: 审核, who: share_office_head@applicant, deny: [consult]}",
    ));
    assert_eq!(
        world.on_with("cat", "consult", "review", asking(&["dan"])),
        Err(Rejection::NotOffered { action: "consult" })
    );

    let mut world = World::filed(&with_stages(ONE));
    consult(&mut world, "cat", &["dan"]);
    let by_link = Context {
        channel: Channel::Link,
        ..world.context(Actor::Person(world.id("dan")))
    };
    let refused = world.act_in(&by_link, "advise", on_task(2, because("可")), None);
    assert_eq!(refused.map(drop), Err(Rejection::LoginFirst));
}

#[test]
fn the_event_holds_the_question_once() {
    let mut world = World::filed(&with_stages(ONE));
    consult(&mut world, "cat", &["dan", "eve"]);

    let (event, _) = world.log.last().expect("an event");
    let Event::Consulted {
        question, tasks, ..
    } = event
    else {
        panic!("{event:?}");
    };
    assert_eq!(
        (question.as_str(), tasks.len()),
        ("个人信息的范围合适吗？", 2)
    );
}
