//! Urging: whoever waits may remind those we wait for, once in two hours for a case.

use huiqian::engine::{Input, Rejection};

use crate::support::world::{World, because, missing, with_form, with_stages};

const TWO: &str = "  - {stage: first, title: 一, who: section_head@applicant}
  - {stage: second, title: 二, who: share_office_head@applicant, supplement: {times: 1}}";

#[test]
fn the_applicant_reminds_those_who_are_asked() {
    let mut world = World::filed(&with_stages(TWO));
    world.told();

    world.act("ann", "urge", Input::default()).expect("urged");

    assert_eq!(world.told(), ["Urged: bob bea"]);
    assert_eq!(world.case.urged, Some(world.now));
    assert_eq!(world.replayed(), world.case);
}

#[test]
fn within_two_hours_nobody_urges_again_whoever_it_was() {
    let mut world = World::filed(&with_stages(TWO));
    world.act("ann", "urge", because("较急")).expect("urged");

    world.sleep_until("2026-03-02 10:59");
    let again = crate::support::world::at("2026-03-02 11:00");
    for login in ["ann", "adm"] {
        assert!(!world.actions(login).contains(&"urge"));
        assert_eq!(
            world.act(login, "urge", Input::default()),
            Err(Rejection::UrgedAlready { again })
        );
    }

    world.sleep_until("2026-03-02 11:00");
    world.act("adm", "urge", Input::default()).expect("urged");
}

#[test]
fn who_acted_before_waits_too_and_may_urge() {
    let mut world = World::filed(&with_stages(TWO));
    world.on("bob", "approve", "first").expect("approved");
    world.told();

    world.act("bob", "urge", Input::default()).expect("urged");

    assert_eq!(world.told(), ["Urged: cat"]);
}

#[test]
fn nobody_urges_others_to_what_they_could_do_themselves() {
    let mut world = World::filed(&with_stages(
        "  - {stage: panel, title: 会签, who: [section_head@applicant, dept_leader@applicant], sign: all}",
    ));
    world.told();
    world.act("bob", "urge", Input::default()).expect("urged");
    assert_eq!(world.told(), ["Urged: eve"], "bea's seat is bob's as well");

    let mut world = World::filed(&with_stages(TWO));
    assert!(!world.actions("bob").contains(&"urge"));
    assert_eq!(
        world.act("bob", "urge", Input::default()),
        Err(Rejection::NotOffered { action: "urge" })
    );
}

#[test]
fn who_has_nothing_to_do_with_a_case_does_not_urge() {
    let mut world = World::filed(&with_stages(TWO));

    for login in ["pat", "dan"] {
        assert_eq!(
            world.act(login, "urge", Input::default()),
            Err(Rejection::NotOffered { action: "urge" })
        );
    }
}

#[test]
fn while_a_supplement_is_out_only_its_bringer_is_reminded() {
    let yaml = with_form("{id: amount, type: integer, label: 数量}", TWO);
    let mut world = World::filed(&yaml);
    world.on("bob", "approve", "first").expect("approved");
    world
        .on_with("cat", "supplement", "second", missing(&["amount"]))
        .expect("asked");
    world.told();

    world.act("cat", "urge", Input::default()).expect("urged");

    assert_eq!(world.told(), ["Urged: ann"]);
}

#[test]
fn an_ended_case_is_not_urged() {
    let mut world = World::filed(&with_stages(TWO));
    world
        .act("ann", "withdraw", Input::default())
        .expect("withdrawn");

    assert_eq!(
        world.act("ann", "urge", Input::default()),
        Err(Rejection::CaseClosed)
    );
}
