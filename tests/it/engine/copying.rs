//! Copies that people give: sight and nothing else, within the clearance, by those who take part.

use huiqian::engine::{Input, Party, Rejection, Why};
use serde_json::json;

use crate::support::world::{Row, World, answering, with_form, with_stages};

const ONE: &str = "  - {stage: review, title: 审核, who: section_head@applicant}";

fn to(logins: &[&str]) -> Input {
    Input {
        people: logins.iter().map(|login| (*login).into()).collect(),
        ..Input::default()
    }
}

#[test]
fn a_copy_gives_sight_and_is_told_once_to_each() {
    let mut world = World::filed(&with_stages(ONE));
    world.told();

    world
        .act("bob", "copy", to(&["pat", "cat", "pat"]))
        .expect("copied");

    assert_eq!(world.told(), ["Copied: pat cat"]);
    let copied = |login: &str| {
        let party = Party::Person(world.id(login));
        let involved = world.case.involved.iter();
        involved
            .filter(|one| one.party == party)
            .map(|one| one.why)
            .collect::<Vec<_>>()
    };
    assert_eq!(copied("pat"), [Why::Sent]);
    assert_eq!(
        world.asked(),
        ["review: bob bea"],
        "nothing is asked of them"
    );
    assert_eq!(world.replayed(), world.case);
}

#[test]
fn who_only_got_a_copy_does_not_pass_it_on() {
    let mut world = World::filed(&with_stages(ONE));
    world.act("ann", "copy", to(&["pat"])).expect("copied");

    assert_eq!(world.actions("pat"), ["comment"]);
    assert_eq!(
        world.act("pat", "copy", to(&["eve"])),
        Err(Rejection::NotOffered { action: "copy" })
    );
}

#[test]
fn a_case_that_has_ended_can_still_be_copied() {
    let mut world = World::filed(&with_stages(ONE));
    world.on("bob", "approve", "review").expect("approved");

    world.act("bob", "copy", to(&["cat"])).expect("copied");
}

#[test]
fn a_copy_names_people_who_are_there_and_not_oneself() {
    let mut world = World::filed(&with_stages(ONE));

    assert_eq!(
        world.act("ann", "copy", to(&[])),
        Err(Rejection::PeopleMissing)
    );
    assert_eq!(
        world.act("ann", "copy", to(&["pat", "nobody"])),
        Err(Rejection::UnknownPerson("nobody".into()))
    );
    assert_eq!(
        world.act("ann", "copy", to(&["ann"])),
        Err(Rejection::NamesOneself)
    );
    assert_eq!(
        world.kinds().last(),
        Some(&"tasks_opened"),
        "all or nothing"
    );
}

#[test]
fn data_above_the_clearance_is_not_copied() {
    let people: &[Row<'_>] = &[
        ("ann", "A", &["applicant"]),
        ("bob", "A", &["section_head"]),
        ("pat2", "P", &[]),
        ("pit3", "P", &[]),
    ];
    let yaml = with_form(
        "{id: data, type: resources, label: 数据, pick: resource, required: true}",
        ONE,
    );
    let mut world = World::among(people, &yaml);
    let chosen = answering(json!({"data": [{"resource": "R3"}]}));
    world.act("ann", "submit", chosen).expect("submitted");

    assert_eq!(
        world.act("bob", "copy", to(&["pat2"])),
        Err(Rejection::PersonBarred {
            person: world.id("pat2"),
            why: Box::new(Rejection::Clearance {
                level: 3,
                clearance: 2
            })
        })
    );
    world.act("bob", "copy", to(&["pit3"])).expect("copied");
}
