//! Who is asked, and who is not: posts, lists, `each`, `not`, `distinct`, the applicant, clearance, the same person twice.

use huiqian::engine::{Actor, Input, Rejection};
use serde_json::json;

use crate::support::world::{
    PEOPLE, Row, World, answering, back_to, because, missing, naming, with_form, with_stages,
};

#[test]
fn a_task_for_a_post_is_offered_to_all_its_holders() {
    let world = World::filed(&with_stages(
        "  - {stage: review, title: 审核, who: section_head@applicant}",
    ));

    assert_eq!(world.asked(), ["review: bob bea"]);
}

#[test]
fn each_gives_a_task_to_every_holder() {
    let world = World::filed(&with_stages(
        "  - {stage: review, title: 审核, who: each section_head@applicant, sign: all}",
    ));

    assert_eq!(world.asked(), ["review: bob", "review: bea"]);
}

#[test]
fn whoever_loses_the_post_loses_a_task_of_each_at_once() {
    let mut world = World::filed(&with_stages(
        "  - {stage: review, title: 审核, who: each section_head@applicant, sign: all}",
    ));
    world.staff(&[
        ("bea", "A", &["section_head"]),
        ("adm", "Z", &["workflow_admin"]),
    ]);

    assert_eq!(world.asked(), ["review: ", "review: bea"]);
    world
        .on_with("adm", "reassign", "review", naming("cat"))
        .expect("named");
    assert_eq!(world.asked(), ["review: cat", "review: bea"]);
}

#[test]
fn each_of_a_field_asks_the_people_that_were_chosen() {
    let yaml = with_form(
        "{id: experts, type: people, label: 专家, required: true}",
        "  - {stage: opinion, title: 意见, who: each form.experts, sign: all}",
    );

    let world = World::submitted(&yaml, json!({"experts": ["dan", "eve", "dan"]}));

    assert_eq!(world.asked(), ["opinion: dan", "opinion: eve"]);
}

#[test]
fn a_list_is_a_task_each_and_a_seat_with_a_list_one_task_offered_to_all() {
    let list = World::filed(&with_stages(
        "  - {stage: panel, title: 会签, who: [share_office_head@applicant, dept_leader@applicant]}",
    ));
    assert_eq!(list.asked(), ["panel: cat", "panel: eve"]);

    let seat = World::filed(&with_stages(
        "  - {stage: panel, title: 会签, who: {head: [share_office_head@applicant, dept_leader@applicant]}}",
    ));
    assert_eq!(seat.asked(), ["panel: cat eve"]);
}

#[test]
fn someone_named_twice_signs_once() {
    let world = World::filed(&with_stages(
        "  - {stage: panel, title: 会签, who: ['user:dan', share_office_head@applicant, 'user:dan'], sign: all}",
    ));

    assert_eq!(world.asked(), ["panel: dan", "panel: cat"]);
}

#[test]
fn posts_elsewhere_are_found_by_authority_and_by_answers() {
    let yaml = with_form(
        "{id: provider, type: department, label: 提供部门, required: true}",
        "  - {stage: theirs, title: 提供部门, who: share_office_head@form.provider}
  - {stage: above, title: 主管部门, who: authority_handler@authority}",
    );
    let mut world = World::submitted(&yaml, json!({"provider": "P"}));

    assert_eq!(world.asked(), ["theirs: pat"]);
    world.on("pat", "approve", "theirs").expect("approved");
    assert_eq!(world.asked(), ["above: adi"]);
}

#[test]
fn a_later_stage_can_ask_whoever_acted_before() {
    let mut world = World::filed(&with_stages(
        "  - {stage: review, title: 审核, who: section_head@applicant}
  - {stage: follow, title: 落实, kind: work, who: actor(review)}",
    ));
    world.on("bea", "approve", "review").expect("approved");

    assert_eq!(world.asked(), ["follow: bea"]);
}

#[test]
fn the_applicant_never_signs_not_even_by_a_second_post() {
    let people: &[Row<'_>] = &[
        ("ann", "A", &["applicant", "section_head"]),
        ("bob", "A", &["section_head"]),
    ];
    let mut world = World::filed_among(
        people,
        &with_stages("  - {stage: review, title: 审核, who: section_head@applicant}"),
    );

    assert_eq!(world.asked(), ["review: bob"]);
    assert_eq!(
        world.on("ann", "approve", "review"),
        Err(Rejection::ApplicantSigns)
    );
    world.on("bob", "approve", "review").expect("approved");
}

#[test]
fn the_applicant_may_do_work_and_read_notices() {
    let mut world = World::filed(&with_stages(
        "  - {stage: collect, title: 领取, kind: work, who: applicant}
  - {stage: inform, title: 告知, kind: notice, who: applicant}",
    ));
    world.on("ann", "done", "collect").expect("done");
    world.on("ann", "acknowledge", "inform").expect("read");

    assert_eq!(world.end().as_deref(), Some("approved"));
}

#[test]
fn where_the_definition_says_so_the_applicant_does_not_do_the_work_either() {
    let people: &[Row<'_>] = &[
        ("ann", "A", &["applicant", "section_head"]),
        ("bob", "A", &["section_head"]),
    ];
    let yaml = |not: &str| {
        with_stages(&format!(
            "  - {{stage: check, title: 核对, kind: work, who: section_head@applicant{not}}}"
        ))
    };

    assert_eq!(
        World::filed_among(people, &yaml("")).asked(),
        ["check: ann bob"]
    );
    let barred = World::filed_among(people, &yaml(", not: [applicant]"));
    assert_eq!(barred.asked(), ["check: bob"]);
}

#[test]
fn a_party_never_signs() {
    let yaml = with_form(
        "{id: partner, type: person, label: 合作人, party: true, required: true}",
        "  - {stage: review, title: 审核, who: section_head@applicant}",
    );
    let mut world = World::submitted(&yaml, json!({"partner": "bob"}));

    assert_eq!(world.asked(), ["review: bea"]);
    assert_eq!(
        world.on("bob", "approve", "review"),
        Err(Rejection::ApplicantSigns)
    );
}

#[test]
fn a_party_named_by_mail_never_signs_either() {
    let yaml = with_form(
        "{id: partner, type: contact, label: 联系人, party: true, required: true}",
        "  - {stage: review, title: 审核, who: section_head@applicant}",
    );
    let contact = json!({"partner": {"name": "B", "email": "BOB@henan.example"}});
    let world = World::submitted(&yaml, contact);

    assert_eq!(world.asked(), ["review: bea"]);
}

#[test]
fn whoever_is_named_under_not_is_barred_by_whatever_path() {
    let mut world = World::filed(&with_stages(
        "  - {stage: review, title: 审核, who: section_head@applicant}
  - {stage: second, title: 复核, who: [section_head@applicant, dept_leader@applicant], not: [actor(review), 'user:eve'], sign: any}",
    ));
    world.on("bob", "approve", "review").expect("approved");

    assert_eq!(world.asked(), ["second: bea", "second: "]);
    let task = Some(world.task_of("bea", "second"));
    assert_eq!(
        world.act(
            "bob",
            "approve",
            Input {
                task,
                ..Input::default()
            }
        ),
        Err(Rejection::Excluded)
    );
}

#[test]
fn not_bars_everyone_who_acted_in_a_stage() {
    let mut world = World::filed(&with_stages(
        "  - {stage: review, title: 审核, who: each section_head@applicant, sign: all}
  - {stage: second, title: 复核, who: [section_head@applicant, dept_leader@applicant], sign: any, not: [actor(review)]}",
    ));
    world.on("bob", "approve", "review").expect("approved");
    world.on("bea", "approve", "review").expect("approved");

    assert_eq!(world.asked(), ["second: ", "second: eve"]);
}

#[test]
fn a_person_takes_one_seat_per_round() {
    let people: &[Row<'_>] = &[
        ("ann", "A", &["applicant"]),
        ("bob", "A", &["section_head", "dept_leader"]),
        ("bea", "A", &["section_head"]),
        ("adm", "Z", &["workflow_admin"]),
    ];
    let mut world = World::filed_among(
        people,
        &with_stages(
            "  - {stage: panel, title: 会签, who: {one: section_head@applicant, two: dept_leader@applicant}, sign: all}",
        ),
    );
    assert_eq!(world.asked(), ["panel: bob bea", "panel: bob"]);
    world.on("bob", "approve", "panel").expect("approved");

    assert_eq!(world.asked(), ["panel: "], "bob sat on the first seat");
    assert!(world.actions("adm").contains(&"reassign"));
}

#[test]
fn with_distinct_everyone_in_a_block_is_a_different_person() {
    let people: &[Row<'_>] = &[
        ("ann", "A", &["applicant"]),
        ("bob", "A", &["section_head", "dept_leader"]),
        ("bea", "A", &["section_head"]),
        ("eve", "A", &["dept_leader"]),
        ("adm", "Z", &["workflow_admin"]),
    ];
    let yaml = with_stages(
        "  - group: four_eyes
    title: 双人
    distinct: true
    stages:
      - {stage: one, title: 一, who: section_head@applicant}
      - {stage: two, title: 二, who: dept_leader@applicant}",
    );
    let mut world = World::filed_among(people, &yaml);
    world.on("bob", "approve", "one").expect("approved");

    assert_eq!(world.asked(), ["two: eve"]);
    let task = Some(world.task_of("eve", "two"));
    assert_eq!(
        world.act(
            "bob",
            "approve",
            Input {
                task,
                ..Input::default()
            }
        ),
        Err(Rejection::ActedAlready)
    );
    world
        .on_with("eve", "return", "two", back_to("one"))
        .expect("returned");
    assert_eq!(
        world.asked(),
        ["one: bob bea"],
        "coming back to the same seat is no second one"
    );
}

#[test]
fn data_above_the_clearance_is_not_handled() {
    let people: &[Row<'_>] = &[
        ("ann2", "A", &["applicant"]),
        ("bob2", "A", &["section_head"]),
        ("bea4", "A", &["section_head"]),
    ];
    let yaml = with_form(
        "{id: data, type: resources, label: 数据, pick: resource, required: true}",
        "  - {stage: review, title: 审核, who: section_head@applicant}
  - {stage: collect, title: 领取, kind: work, who: applicant}",
    );
    let mut world = World::among(people, &yaml);
    let chosen = answering(json!({"data": [{"resource": "R3"}]}));
    world.act("ann2", "submit", chosen).expect("submitted");

    assert_eq!(world.case.level(), 3);
    assert_eq!(world.asked(), ["review: bea4"]);
    assert_eq!(
        world.on("bob2", "approve", "review"),
        Err(Rejection::Clearance {
            level: 3,
            clearance: 2
        })
    );
    world.on("bea4", "approve", "review").expect("approved");
    world
        .on("ann2", "done", "collect")
        .expect("who filed a case knows what they asked for");
}

/// bob holds both posts, so the second stage would ask him again.
fn asked_twice(second: &str) -> World {
    let people: &[Row<'_>] = &[
        ("ann", "A", &["applicant"]),
        (
            "bob",
            "A",
            &["section_head", "dept_leader", "data_security_officer"],
        ),
        ("adm", "Z", &["workflow_admin"]),
    ];
    let yaml = with_form(
        "{id: note, type: text, label: 说明}",
        &format!(
            "  - {{stage: one, title: 一, who: section_head@applicant, supplement: {{times: 1}}}}
{second}"
        ),
    );
    World::filed_among(people, &yaml)
}

#[test]
fn a_person_who_just_agreed_is_passed_where_the_stage_says_so() {
    let mut world = asked_twice(
        "  - {stage: two, title: 二, who: dept_leader@applicant, same_person: skip}
  - {stage: three, title: 三, who: data_security_officer@applicant, same_person: skip}",
    );
    world.on("bob", "approve", "one").expect("approved");

    assert_eq!(world.end().as_deref(), Some("approved"));
    assert_eq!(
        world.case.stage("three").rounds,
        1,
        "recorded, not left out"
    );
    assert_eq!(world.replayed(), world.case);
}

#[test]
fn the_same_person_is_asked_again_where_it_matters() {
    for second in [
        "same_person: skip, law: 第二十条",
        "same_person: ask",
        "same_person: skip, comment: {approve: required}",
        "same_person: skip, choices: {good: 可, bad: {title: 否, verdict: refused}}",
        "same_person: skip, fills: [note]",
    ] {
        let mut world = asked_twice(&format!(
            "  - {{stage: two, title: 二, who: dept_leader@applicant, {second}}}"
        ));
        world.on("bob", "approve", "one").expect("approved");

        assert_eq!(world.open(), ["two"], "{second}");
    }
}

#[test]
fn the_same_person_is_asked_again_after_the_answers_changed() {
    let people: &[Row<'_>] = &[
        ("ann", "A", &["applicant"]),
        ("bob", "A", &["section_head", "dept_leader"]),
        ("cat", "A", &["share_office_head"]),
        ("adm", "Z", &["workflow_admin"]),
    ];
    let yaml = with_form(
        "{id: note, type: text, label: 说明}",
        "  - {stage: one, title: 一, who: [section_head@applicant, share_office_head@applicant], supplement: {times: 1}}
  - {stage: two, title: 二, who: dept_leader@applicant, same_person: skip}",
    );
    let mut changed = World::filed_among(people, &yaml);
    changed.on("bob", "approve", "one").expect("approved");
    changed
        .on_with("cat", "supplement", "one", missing(&["note"]))
        .expect("asked");
    changed
        .on_with("ann", "supply", "one", answering(json!({"note": "新"})))
        .expect("supplied");
    changed.on("cat", "approve", "one").expect("approved");
    assert_eq!(changed.open(), ["two"]);

    let mut unchanged = World::filed_among(people, &yaml);
    unchanged.on("bob", "approve", "one").expect("approved");
    unchanged.on("cat", "approve", "one").expect("approved");
    assert_eq!(unchanged.end().as_deref(), Some("approved"));
}

#[test]
fn who_refused_did_not_agree() {
    let people: &[Row<'_>] = &[
        ("ann", "A", &["applicant"]),
        ("bob", "A", &["section_head", "dept_leader"]),
    ];
    let mut world = World::filed_among(
        people,
        &with_stages(
            "  - {stage: one, title: 一, who: section_head@applicant, refused: two}
  - {stage: two, title: 二, who: dept_leader@applicant, same_person: skip}",
        ),
    );
    world
        .on_with("bob", "reject", "one", because("不行"))
        .expect("rejected");

    assert_eq!(world.open(), ["two"]);
}

#[test]
fn whoever_left_the_service_can_do_nothing() {
    let mut world = World::filed(&with_stages(
        "  - {stage: review, title: 审核, who: section_head@applicant}",
    ));
    let mut people: Vec<Row<'_>> = PEOPLE.to_vec();
    people[1] = ("bob", "-A", &["section_head"]);
    world.staff(&people);

    assert_eq!(world.asked(), ["review: bea"]);
    assert!(world.on("bob", "approve", "review").is_err());
    let context = world.context(Actor::Person(world.id("bob")));
    let situation = huiqian::engine::Situation::new(&world.workflow, &world.case, &context);
    assert!(situation.offered().is_empty());
}
