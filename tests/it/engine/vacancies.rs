//! What no one can hold: the workflow administrator names a holder, and never signs it.

use huiqian::engine::{Input, Rejection};
use serde_json::json;

use crate::support::world::{PEOPLE, Row, World, because, missing, naming, with_form, with_stages};

const VACANT: &str = "  - {stage: review, title: 审核, who: legal_reviewer@applicant}";

#[test]
fn a_task_for_a_post_that_nobody_holds_goes_to_the_administrator_to_name_a_holder() {
    let mut world = World::filed(&with_stages(VACANT));
    assert_eq!(world.asked(), ["review: "]);
    assert_eq!(world.told(), ["Escalated: adm adi"]);
    assert_eq!(
        world.actions("adm"),
        [
            "reassign",
            "copy",
            "comment",
            "suspend",
            "terminate",
            "void"
        ]
    );

    world
        .on_with("adm", "reassign", "review", naming("dan"))
        .expect("named");
    assert_eq!(world.told(), ["Assigned: dan"]);
    assert_eq!(world.asked(), ["review: dan"]);
    world.on("dan", "approve", "review").expect("approved");

    assert_eq!(world.end().as_deref(), Some("approved"));
    assert_eq!(world.replayed(), world.case);
}

#[test]
fn whoever_names_the_holder_never_signs() {
    let mut world = World::filed(&with_stages(VACANT));

    assert_eq!(
        world.on_with("adm", "reassign", "review", naming("adm")),
        Err(Rejection::NamesOneself)
    );
    assert_eq!(
        world.on("adm", "approve", "review"),
        Err(Rejection::NotAsked("legal_reviewer@A".into()))
    );
}

#[test]
fn the_holder_named_must_be_somebody_who_may_sign() {
    let mut world = World::filed(&with_stages(VACANT));

    assert_eq!(
        world.on_with("adm", "reassign", "review", naming("ann")),
        Err(Rejection::PersonBarred {
            person: world.id("ann"),
            why: Box::new(Rejection::ApplicantSigns)
        })
    );
    assert_eq!(
        world.on_with("adm", "reassign", "review", naming("zoe")),
        Err(Rejection::UnknownPerson("zoe".into()))
    );
    let silent = Input {
        comment: None,
        ..naming("dan")
    };
    assert_eq!(
        world.on_with("adm", "reassign", "review", silent),
        Err(Rejection::CommentMissing("reassign".into()))
    );
}

#[test]
fn only_the_administrator_names_a_holder() {
    let mut vacant = World::filed(&with_stages(VACANT));
    assert_eq!(
        vacant.on_with("cat", "reassign", "review", naming("dan")),
        Err(Rejection::MissingPost("workflow_admin".into()))
    );

    let mut held = World::filed(&with_stages(
        "  - {stage: review, title: 审核, who: section_head@applicant}",
    ));
    assert_eq!(
        held.on_with("bob", "reassign", "review", naming("dan")),
        Err(Rejection::MissingPost("workflow_admin".into()))
    );
}

#[test]
fn a_task_that_somebody_holds_can_be_given_to_somebody_else_as_well() {
    let mut world = World::filed(&with_stages(
        "  - {stage: review, title: 审核, who: section_head@applicant}",
    ));
    world.on("bob", "claim", "review").expect("claimed");
    world.told();

    world
        .on_with("adm", "reassign", "review", naming("dan"))
        .expect("reassigned");

    assert_eq!(world.told(), ["NoLongerNeeded: bob", "Assigned: dan"]);
    assert_eq!(world.asked(), ["review: dan"]);
    assert_eq!(
        world.on("bob", "approve", "review"),
        Err(Rejection::NotAsked("somebody else".into()))
    );
    assert_eq!(world.replayed(), world.case);
}

#[test]
fn nobody_is_given_a_request_to_revise_that_they_have_signed() {
    let mut world = World::filed(&with_stages(
        "  - {stage: first, title: 一, who: section_head@applicant}
  - {stage: second, title: 二, who: share_office_head@applicant}",
    ));
    world.on("bob", "approve", "first").expect("approved");
    world
        .on_with("cat", "return", "second", because("请修改"))
        .expect("returned");

    assert_eq!(
        world.on_with("adm", "reassign", "applicant", naming("bob")),
        Err(Rejection::PersonBarred {
            person: world.id("bob"),
            why: Box::new(Rejection::Excluded)
        })
    );
    world
        .on_with("adm", "reassign", "applicant", naming("dan"))
        .expect("somebody who has not");
}

#[test]
fn the_stage_may_say_who_names_a_holder() {
    let mut world = World::filed(&with_stages(
        "  - {stage: review, title: 审核, who: legal_reviewer@applicant, nobody: authority_handler@authority}",
    ));
    assert_eq!(world.told(), ["Escalated: adi"]);

    assert_eq!(
        world.on_with("eve", "reassign", "review", naming("dan")),
        Err(Rejection::MissingPost("workflow_admin".into()))
    );
    world
        .on_with("adi", "reassign", "review", naming("dan"))
        .expect("named");
}

#[test]
fn a_post_that_loses_its_last_holder_later_can_be_filled_as_well() {
    let mut world = World::filed(&with_stages(
        "  - {stage: review, title: 审核, who: section_head@applicant}",
    ));
    world.staff(&[
        ("dan", "A", &["data_security_officer"]),
        ("adm", "Z", &["workflow_admin"]),
    ]);
    assert_eq!(world.asked(), ["review: "]);

    world
        .on_with("adm", "reassign", "review", naming("dan"))
        .expect("named");

    assert_eq!(world.asked(), ["review: dan"]);
}

#[test]
fn whoever_takes_up_the_post_meanwhile_has_the_task() {
    let mut world = World::filed(&with_stages(VACANT));
    let mut people: Vec<Row<'_>> = PEOPLE.to_vec();
    people[4] = ("dan", "A", &["legal_reviewer"]);
    world.staff(&people);

    assert_eq!(world.asked(), ["review: dan"]);
    world.on("dan", "approve", "review").expect("approved");
}

#[test]
fn one_person_for_two_seats_leaves_one_of_them_vacant() {
    let people: &[Row<'_>] = &[
        ("ann", "A", &["applicant"]),
        ("bob", "A", &["section_head", "dept_leader"]),
        ("dan", "A", &[]),
        ("adm", "Z", &["workflow_admin"]),
    ];
    let mut world = World::filed_among(
        people,
        &with_stages(
            "  - {stage: panel, title: 会签, who: {one: section_head@applicant, two: dept_leader@applicant}, sign: all}",
        ),
    );
    assert_eq!(world.told(), ["Assigned: bob", "Escalated: adm"]);

    let second = Input {
        task: Some(huiqian::engine::TaskId(2)),
        ..naming("dan")
    };
    world.act("adm", "reassign", second).expect("named");
    world.on("bob", "approve", "panel").expect("approved");
    world.on("dan", "approve", "panel").expect("approved");

    assert_eq!(world.end().as_deref(), Some("approved"));
}

#[test]
fn a_request_that_would_find_neither_signer_nor_administrator_is_not_taken() {
    let people: &[Row<'_>] = &[("ann", "A", &["applicant"])];
    let mut world = World::among(people, &with_stages(VACANT));

    assert_eq!(
        world.act("ann", "submit", Input::default()),
        Err(Rejection::NobodyToAsk("legal_reviewer@A".into()))
    );
    assert_eq!(world.case.revision, 0);
}

#[test]
fn administrators_elsewhere_help_where_the_authority_has_none() {
    let people: &[Row<'_>] = &[
        ("ann", "A", &["applicant"]),
        ("dan", "A", &[]),
        ("pam", "P", &["workflow_admin"]),
    ];
    let mut world = World::filed_among(people, &with_stages(VACANT));

    world
        .on_with("pam", "reassign", "review", naming("dan"))
        .expect("named");
}

#[test]
fn nobody_administers_a_case_of_their_own() {
    let people: &[Row<'_>] = &[
        ("ann", "A", &["applicant", "workflow_admin"]),
        ("dan", "A", &[]),
        ("pam", "P", &["workflow_admin"]),
    ];
    let world = World::filed_among(people, &with_stages(VACANT));

    assert_eq!(world.actions("ann"), ["copy", "comment", "withdraw"]);
    assert_eq!(
        world.actions("pam"),
        [
            "reassign",
            "copy",
            "comment",
            "suspend",
            "terminate",
            "void"
        ]
    );
}

#[test]
fn a_revision_whose_applicant_has_left_can_be_given_to_somebody_else() {
    let mut world = World::filed(&with_stages(
        "  - {stage: review, title: 审核, who: section_head@applicant}",
    ));
    world
        .on_with("bob", "return", "review", because("请修改"))
        .expect("returned");
    let mut people: Vec<Row<'_>> = PEOPLE.to_vec();
    people[0] = ("ann", "-A", &["applicant"]);
    world.staff(&people);
    assert_eq!(world.asked(), ["applicant: "]);

    world
        .on_with("adm", "reassign", "applicant", naming("bea"))
        .expect("named");
    world
        .on("bea", "submit", "applicant")
        .expect("submitted again");

    assert_eq!(
        world.asked(),
        ["review: bob"],
        "whoever revised the request does not sign it"
    );
}

#[test]
fn a_supplement_whose_giver_has_left_can_be_given_to_somebody_else() {
    let yaml = with_form(
        "{id: note, type: text, label: 说明}",
        "  - {stage: review, title: 审核, who: section_head@applicant, supplement: {times: 1}}",
    );
    let mut world = World::filed(&yaml);
    let mut people: Vec<Row<'_>> = PEOPLE.to_vec();
    people[0] = ("ann", "-A", &["applicant"]);
    world.staff(&people);
    world.told();
    world
        .on_with("bob", "supplement", "review", missing(&["note"]))
        .expect("asked");
    assert_eq!(world.told(), ["Escalated: adm adi"]);

    let supply = Input {
        task: Some(huiqian::engine::TaskId(2)),
        ..naming("dan")
    };
    world.act("adm", "reassign", supply).expect("named");
    world
        .on_with(
            "dan",
            "supply",
            "review",
            crate::support::world::answering(json!({"note": "二"})),
        )
        .expect("supplied");
    assert_eq!(world.asked(), ["review: bob bea"]);
}
