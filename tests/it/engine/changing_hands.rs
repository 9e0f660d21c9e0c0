//! People who leave, and posts that change hands, while a case runs: nothing is signed by who may not, nothing waits for
//! nobody.

use huiqian::engine::{Input, Rejection};

use crate::support::town::directory;
use crate::support::world::{PEOPLE, Row, World, back_to, because, naming, with_stages};

const ONE: &str = "  - {stage: review, title: 审核, who: section_head@applicant}";

/// As [`PEOPLE`], with one of them changed.
fn with(changed: Row<'static>) -> Vec<Row<'static>> {
    PEOPLE
        .iter()
        .map(|row| match row.0 == changed.0 {
            true => changed,
            false => *row,
        })
        .collect()
}

#[test]
fn a_post_that_changes_hands_takes_its_task_along() {
    let mut world = World::filed(&with_stages(
        "  - {stage: head, title: 负责人, who: share_office_head@applicant}",
    ));
    let mut people = with(("cat", "A", &[]));
    people.push(("new", "A", &["share_office_head"]));
    world.directory = directory(&people);

    assert_eq!(world.asked(), ["head: new"]);
    assert_eq!(
        world.on("cat", "approve", "head"),
        Err(Rejection::NotAsked("share_office_head@A".into()))
    );
    world.on("new", "approve", "head").expect("approved");
    assert_eq!(world.replayed(), world.case);
}

#[test]
fn whoever_took_a_task_and_leaves_loses_it() {
    let mut world = World::filed(&with_stages(ONE));
    world.on("bob", "claim", "review").expect("claimed");
    world.directory = directory(&with(("bob", "-A", &["section_head"])));

    assert_eq!(world.asked(), ["review: bea"]);
    world.on("bea", "approve", "review").expect("approved");
    assert!(world.kinds().contains(&"claim_lost"));
    assert_eq!(world.replayed(), world.case);
}

#[test]
fn the_next_tick_writes_down_that_a_claim_was_lost() {
    let mut world = World::filed(&with_stages(
        "  - {stage: review, title: 审核, who: section_head@applicant, due: {in: 2wd, remind: [1wd before]}}",
    ));
    world.on("bob", "claim", "review").expect("claimed");
    world.directory = directory(&with(("bob", "-A", &["section_head"])));
    world.told();

    world.wait_until("2026-03-04 10:00");

    assert_eq!(world.told(), ["Assigned: bea", "Reminder: bea"]);
}

#[test]
fn a_post_without_a_holder_gets_the_task_of_its_next_holder_by_itself() {
    let mut world = World::filed(&with_stages(ONE));
    let mut people = with(("bob", "A", &[]));
    people[2] = ("bea", "A", &[]);
    world.directory = directory(&people);
    assert_eq!(world.asked(), ["review: "]);
    people[4] = ("dan", "A", &["section_head"]);
    world.directory = directory(&people);

    assert_eq!(world.asked(), ["review: dan"]);
}

#[test]
fn whoever_named_a_holder_cannot_be_handed_the_task_to_sign() {
    let mut world = World::filed(&with_stages(
        "  - {stage: review, title: 审核, who: legal_reviewer@applicant, nobody: authority_handler@authority}",
    ));
    world
        .on_with("adi", "reassign", "review", naming("dan"))
        .expect("named");
    world.on("dan", "approve", "review").expect("approved");

    assert_eq!(world.end().as_deref(), Some("approved"));
    let signer = world.case.stage("review").actors.get("").copied();
    assert_eq!(signer, Some(world.id("dan")));
}

#[test]
fn somebody_who_was_deactivated_is_neither_asked_nor_told() {
    let mut world = World::filed(&with_stages(
        "  - {stage: review, title: 审核, who: section_head@applicant}
  - {stage: head, title: 负责人, who: share_office_head@applicant}",
    ));
    world.on("bob", "approve", "review").expect("approved");
    world.directory = directory(&with(("bob", "-A", &["section_head"])));
    world.told();

    world
        .on_with("cat", "return", "head", back_to("review"))
        .expect("returned");

    assert_eq!(world.asked(), ["review: bea"]);
    assert_eq!(world.told(), ["Assigned: bea"]);
}

#[test]
fn who_acted_and_left_the_post_has_acted_all_the_same() {
    let mut world = World::filed(&with_stages(
        "  - {stage: review, title: 审核, who: section_head@applicant}
  - {stage: second, title: 复核, who: dept_leader@applicant, not: [actor(review)]}",
    ));
    world.on("bob", "approve", "review").expect("approved");
    let mut people = with(("bob", "A", &["dept_leader"]));
    people[5] = ("eve", "A", &["dept_leader"]);
    world.directory = directory(&people);

    assert_eq!(world.asked(), ["second: eve"], "by a second post neither");
}

#[test]
fn added_signers_and_advisers_hold_no_post_and_stay_until_they_leave() {
    let mut world = World::filed(&with_stages(
        "  - {stage: head, title: 负责人, who: share_office_head@applicant}",
    ));
    let with_dan = Input {
        how: Some("with".into()),
        people: vec!["dan".into()],
        ..because("一起看")
    };
    world
        .on_with("cat", "add_signer", "head", with_dan)
        .expect("added");
    world.directory = directory(&with(("dan", "A", &[])));
    assert_eq!(world.asked(), ["head: cat", "head: dan"]);

    world.directory = directory(&with(("dan", "-A", &[])));

    assert_eq!(world.asked(), ["head: cat", "head: "]);
    assert_eq!(world.end(), None);
    let second = Input {
        task: Some(huiqian::engine::TaskId(2)),
        ..naming("eve")
    };
    world.act("adm", "reassign", second).expect("named");
    world.on("eve", "approve", "head").expect("approved");
    world.on("cat", "approve", "head").expect("approved");
    assert_eq!(world.end().as_deref(), Some("approved"));
}
