//! Offered tasks that are given out: in turn, by lot, to whoever has the fewest or the most experience, or to who had it
//! before.

use huiqian::engine::{Event, Input, Rejection};
use huiqian::workflow::Offer;

use crate::support::world::{PEOPLE, Row, World, back_to, because, naming, with_stages};

fn offering(offer: &str) -> String {
    with_stages(&format!(
        "  - {{stage: review, title: 审核, who: section_head@applicant, offer: {offer}}}
  - {{stage: head, title: 负责人, who: share_office_head@applicant}}"
    ))
}

fn line() -> String {
    "review post:section_head@A".to_owned()
}

#[test]
fn in_turn_the_next_one_is_given_the_task_and_told() {
    let mut world = World::new(&offering("turn"));
    let (bob, bea) = (world.id("bob"), world.id("bea"));
    world.act("ann", "submit", Input::default()).expect("filed");

    assert_eq!(world.asked(), ["review: bob"], "the first begins");
    assert_eq!(world.told(), ["Assigned: bob"], "and nobody else is asked");
    assert_eq!(
        world.on("bea", "approve", "review"),
        Err(Rejection::TakenBy {
            task: huiqian::engine::TaskId(1),
            by: bob
        })
    );

    let mut next = World::new(&offering("turn"));
    next.work.turns.insert(line(), bob);
    next.act("ann", "submit", Input::default()).expect("filed");
    assert_eq!(next.asked(), ["review: bea"]);

    let mut again = World::new(&offering("turn"));
    again.work.turns.insert(line(), bea);
    again.act("ann", "submit", Input::default()).expect("filed");
    assert_eq!(again.asked(), ["review: bob"], "after the last the first");
    assert_eq!(again.replayed(), again.case);
}

#[test]
fn the_record_says_who_was_given_it_by_which_rule() {
    let world = World::filed(&offering("turn"));

    let given = world.log.iter().find_map(|(event, _)| match event {
        Event::Allotted { person, how, .. } => Some((*person, *how)),
        _ => None,
    });

    assert_eq!(given, Some((world.id("bob"), Offer::Turn)));
    assert!(world.actions("bob").contains(&"release"));
}

#[test]
fn what_was_given_back_goes_to_the_next_and_not_to_the_same_again() {
    let mut world = World::filed(&offering("turn"));
    world.told();

    world.on("bob", "release", "review").expect("given back");

    assert_eq!(world.asked(), ["review: bea"]);
    assert_eq!(world.told(), ["Assigned: bea"]);
    world.on("bea", "release", "review").expect("given back");
    assert_eq!(
        world.asked(),
        ["review: bob bea"],
        "when all gave it back, whoever takes it has it"
    );
    world.on("bob", "approve", "review").expect("approved");
    assert_eq!(world.replayed(), world.case);
}

#[test]
fn whoever_has_the_fewest_is_given_the_task() {
    let mut world = World::new(&offering("fewest"));
    let (bob, bea) = (world.id("bob"), world.id("bea"));
    world.work.open.insert(bob, 3);
    world.work.open.insert(bea, 2);

    world.act("ann", "submit", Input::default()).expect("filed");

    assert_eq!(world.asked(), ["review: bea"]);
}

#[test]
fn of_several_tasks_at_once_each_goes_to_another() {
    for offer in ["turn", "fewest"] {
        let people: &[Row<'_>] = &[
            ("ann", "A", &["applicant"]),
            ("bob", "A", &["section_head", "dept_leader"]),
            ("bea", "A", &["section_head", "dept_leader"]),
        ];
        let world = World::filed_among(
            people,
            &with_stages(&format!(
                "  - {{stage: panel, title: 会签, who: {{one: section_head@applicant, two: dept_leader@applicant}}, sign: all, offer: {offer}}}"
            )),
        );

        assert_eq!(world.asked(), ["panel: bob", "panel: bea"], "{offer}");
    }
}

#[test]
fn nobody_is_given_a_task_whom_another_seat_needs() {
    let people: &[Row<'_>] = &[
        ("ann", "A", &["applicant"]),
        ("bob", "A", &["section_head", "dept_leader"]),
        ("bea", "A", &["section_head"]),
    ];
    let world = World::filed_among(
        people,
        &with_stages(
            "  - {stage: panel, title: 会签, who: {one: section_head@applicant, two: dept_leader@applicant}, sign: all, offer: turn}",
        ),
    );

    assert_eq!(world.asked(), ["panel: bea", "panel: bob"]);
}

#[test]
fn who_had_it_in_the_round_before_has_it_again() {
    let mut world = World::filed(&offering("same"));
    assert_eq!(
        world.asked(),
        ["review: bob bea"],
        "at first whoever takes it"
    );
    world.on("bea", "approve", "review").expect("approved");

    world
        .on_with("cat", "return", "head", back_to("review"))
        .expect("returned");

    assert_eq!(world.asked(), ["review: bea"]);
    assert!(world.kinds().ends_with(&["tasks_opened", "allotted"]));
    assert_eq!(world.replayed(), world.case);
}

#[test]
fn where_who_had_it_has_left_the_post_whoever_takes_it_has_it() {
    let people: &[Row<'_>] = &[
        ("ann", "A", &["applicant"]),
        ("bob", "A", &["section_head"]),
        ("bea", "A", &["section_head"]),
        ("cat", "A", &["share_office_head"]),
        ("dan", "A", &["section_head"]),
        ("adm", "Z", &["workflow_admin"]),
    ];
    let mut world = World::filed_among(people, &offering("same"));
    world.on("bea", "approve", "review").expect("approved");
    world.directory = crate::support::town::directory(&[
        people[0],
        people[1],
        ("bea", "A", &[]),
        people[3],
        people[4],
        people[5],
    ]);

    world
        .on_with("cat", "return", "head", back_to("review"))
        .expect("returned");

    assert_eq!(world.asked(), ["review: bob dan"]);
}

#[test]
fn whoever_had_the_last_task_of_the_post_has_its_next_in_another_stage() {
    let stages = |who: &str| {
        with_stages(&format!(
            "  - {{stage: draft, title: 拟办, kind: work, who: section_head@applicant}}
  - {{stage: head, title: 负责人, who: share_office_head@applicant}}
  - {{stage: archive, title: 归档, kind: work, offer: same, {who}}}"
        ))
    };
    for (who, asked) in [
        ("who: section_head@applicant", "archive: bea"),
        (
            "who: section_head@applicant, not: [actor(draft)]",
            "archive: bob",
        ),
        (
            "who: {any: [section_head@applicant, dept_leader@applicant]}",
            "archive: bob bea eve",
        ),
    ] {
        let mut world = World::filed(&stages(who));
        world.on("bea", "done", "draft").expect("done");
        world.on("cat", "approve", "head").expect("approved");

        assert_eq!(world.asked(), [asked]);
        assert_eq!(world.replayed(), world.case);
    }
}

#[test]
fn a_lot_is_drawn_the_same_way_again_and_otherwise_after_it_was_given_back() {
    let (one, two) = (
        World::filed(&offering("random")),
        World::filed(&offering("random")),
    );
    assert_eq!(one.asked(), two.asked());
    let mut world = one;
    let first = world.asked();
    let login = first[0].trim_start_matches("review: ").to_owned();

    world.on(&login, "release", "review").expect("given back");

    assert_ne!(world.asked(), first);
    assert_eq!(world.asked().len(), 1);
    assert_eq!(world.replayed(), world.case);
}

#[test]
fn whoever_has_done_the_most_of_this_stage_is_given_the_task_the_first_of_equals() {
    for (bobs, beas, asked) in [(1, 2, "bea"), (2, 2, "bob"), (0, 0, "bob")] {
        let mut world = World::new(&offering("experienced"));
        let (bob, bea) = (world.id("bob"), world.id("bea"));
        world.work.answered = [((bob, "review"), bobs), ((bea, "review"), beas)].into();

        world.act("ann", "submit", Input::default()).expect("filed");

        assert_eq!(world.asked(), [format!("review: {asked}")]);
    }
}

#[test]
fn whoever_is_barred_has_no_turn() {
    let people: &[Row<'_>] = &[
        ("ann", "A", &["applicant", "section_head"]),
        ("bob", "A", &["section_head"]),
        ("bea", "A", &["section_head"]),
    ];
    let mut world = World::filed_among(people, &offering("turn"));
    assert_eq!(world.asked(), ["review: bob"], "not the applicant");

    world
        .on_with("bob", "recuse", "review", because("回避"))
        .expect("recused");

    assert_eq!(world.asked(), ["review: bea"]);
}

#[test]
fn who_loses_the_post_loses_the_task_to_the_next() {
    let mut people: Vec<Row<'_>> = PEOPLE.to_vec();
    people.push(("zoe", "A", &["section_head"]));
    let mut world = World::filed_among(&people, &offering("turn"));
    assert_eq!(world.asked(), ["review: bob"]);
    people[1] = ("bob", "A", &[]);
    world.directory = crate::support::town::directory(&people);

    world.told();
    world
        .act("ann", "comment", because("怎么样了"))
        .expect("said");

    assert_eq!(world.asked(), ["review: bea"]);
    assert_eq!(world.told(), ["Assigned: bea"]);
}

#[test]
fn in_a_sequence_a_task_is_given_out_when_its_turn_comes() {
    let mut world = World::filed(&with_stages(
        "  - {stage: panel, title: 会签, who: [share_office_head@applicant, section_head@applicant], sign: sequence, offer: turn}",
    ));

    world.on("cat", "approve", "panel").expect("approved");

    assert_eq!(world.asked(), ["panel: bob"]);
}

#[test]
fn whoever_was_given_a_task_may_hand_it_over() {
    let mut world = World::filed(&offering("turn"));

    world
        .on_with("bob", "transfer", "review", naming("dan"))
        .expect("handed over");

    assert_eq!(world.asked(), ["review: dan"]);
}

#[test]
fn whoever_takes_a_task_is_not_kept_from_it_by_another_that_is_given_on_with_it() {
    let mut world = World::among(
        &[
            ("ann", "A", &["applicant"]),
            ("bob", "A", &["section_head"]),
            ("bea", "A", &[]),
            ("cat", "A", &["share_office_head"]),
            ("adm", "Z", &["workflow_admin"]),
        ],
        &with_stages(
            "  - {stage: panel, title: 会签, offer: turn, who: {a: section_head@applicant, b: [share_office_head@applicant, section_head@applicant]}}",
        ),
    );
    world.act("ann", "submit", Input::default()).expect("filed");
    assert_eq!(world.asked(), ["panel: bob", "panel: cat"]);

    world.staff(&[
        ("ann", "A", &["applicant"]),
        ("bob", "A", &["section_head"]),
        ("bea", "A", &["section_head"]),
        ("adm", "Z", &["workflow_admin"]),
    ]);
    let first = world.case.open_tasks().next().expect("a seat").id;
    let input = Input {
        task: Some(first),
        ..Input::default()
    };
    world
        .act("bob", "claim", input)
        .expect("it is theirs to take");

    assert_eq!(world.asked(), ["panel: bob", "panel: bea"]);
    assert_eq!(world.replayed(), world.case);
}
