//! Declaring a case void: a running one ends with it, an approval does not hold any more.

use huiqian::engine::{Input, Rejection, Status};

use crate::support::world::{Row, World, because, definition, with_stages};

const ONE: &str = "  - {stage: review, title: 审核, who: section_head@applicant}";

fn approved() -> World {
    let mut world = World::filed(&with_stages(ONE));
    world.on("bob", "approve", "review").expect("approved");
    world.told();
    world
}

#[test]
fn an_approved_case_is_void_and_stays_where_it_ended() {
    let mut world = approved();
    world.sleep_until("2026-03-05 10:00");

    world.act("adm", "void", because("材料失实")).expect("void");

    assert_eq!(world.end().as_deref(), Some("approved"));
    assert_eq!(world.case.voided(), Some(world.now));
    assert_eq!(
        world.told(),
        ["Closed: ann bob bea"],
        "the applicant, and everybody who was asked"
    );
    assert_eq!(world.replayed(), world.case);
}

#[test]
fn it_is_void_once_and_for_all() {
    let mut world = approved();
    world.act("adm", "void", because("材料失实")).expect("void");

    assert!(!world.actions("adm").contains(&"void"));
    assert_eq!(
        world.act("adm", "void", because("再次")),
        Err(Rejection::CaseClosed)
    );
}

#[test]
fn a_running_case_ends_with_it() {
    let yaml = definition(
        "",
        "{id: amount, type: integer, label: 数量}",
        ONE,
        "  dropped: {title: 已作废, outcome: closed}\n",
    );
    let mut world = World::filed(&yaml);
    world.told();

    world.act("adm", "void", because("重复申请")).expect("void");

    assert_eq!(world.end().as_deref(), Some("dropped"));
    assert_eq!(world.case.voided(), Some(world.now));
    assert!(world.case.open_tasks().next().is_none());
    assert_eq!(
        world.told(),
        ["Closed: ann", "Closed: bob bea"],
        "each of the applicant and those who were asked hears it once"
    );
    assert_eq!(world.replayed(), world.case);
}

#[test]
fn the_register_entries_of_a_void_case_stay_with_a_new_status() {
    let yaml = with_stages(
        "  - {stage: review, title: 审核, who: section_head@applicant, record: {register: grants, status: agreed, set: {requester: case.department}}}",
    );
    let mut world = World::filed(&yaml);
    world.on("bob", "approve", "review").expect("approved");
    assert_eq!(
        world.case.entries["grants//"].status.as_deref(),
        Some("agreed")
    );

    world.act("adm", "void", because("材料失实")).expect("void");

    let entry = &world.case.entries["grants//"];
    assert_eq!(entry.status.as_deref(), Some("voided"));
    assert_eq!(entry.values["requester"], serde_json::json!("A"));
    assert_eq!(world.replayed(), world.case);
}

#[test]
fn what_was_refused_has_nothing_to_take_away() {
    let mut world = World::filed(&with_stages(ONE));
    world
        .on_with("bob", "reject", "review", because("不行"))
        .expect("refused");

    assert_eq!(
        world.act("adm", "void", because("作废")),
        Err(Rejection::CaseClosed)
    );
}

#[test]
fn only_a_manager_voids_and_only_with_a_reason_and_never_their_own_case() {
    let people: &[Row<'_>] = &[
        ("ann", "A", &["applicant", "workflow_admin"]),
        ("bob", "A", &["section_head"]),
        ("adm", "Z", &["workflow_admin"]),
    ];
    let mut world = World::filed_among(people, &with_stages(ONE));

    assert_eq!(
        world.act("bob", "void", because("作废")),
        Err(Rejection::MissingPost("workflow_admin".into()))
    );
    assert_eq!(
        world.act("ann", "void", because("作废")),
        Err(Rejection::Excluded)
    );
    assert_eq!(
        world.act("adm", "void", Input::default()),
        Err(Rejection::CommentMissing("void".into()))
    );
    assert!(matches!(world.case.status, Status::Open { .. }));
}
