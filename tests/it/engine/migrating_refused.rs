//! What keeps a case from moving to another version: it is said, and the case stays as it was.

use huiqian::engine::{Actor, Obstacle, gone_past, migrate, reason_given};
use serde_json::json;

use crate::support::world::{PEOPLE, World, missing, with_form, with_stages, workflow};

fn line(stages: &[&str]) -> String {
    with_stages(&stages.join("\n"))
}

const FIRST: &str = "  - {stage: first, title: 一, who: section_head@applicant}";
const SECOND: &str = "  - {stage: second, title: 二, who: share_office_head@applicant}";

fn obstacles(world: &World, yaml: &str, stages: &[(&str, &str)]) -> Vec<Obstacle> {
    match world.migration(&workflow(yaml), stages) {
        Ok(decision) => panic!("moved: {:?}", decision.events),
        Err(obstacles) => obstacles,
    }
}

#[test]
fn an_open_stage_needs_a_counterpart_of_the_same_kind_in_the_same_blocks() {
    let world = World::filed(&line(&[FIRST, SECOND]));
    let first = || "first".to_owned();

    assert_eq!(
        obstacles(&world, &line(&[SECOND]), &[]),
        [Obstacle::NoCounterpart(first())]
    );
    let work = FIRST.replace("title: 一", "title: 一, kind: work");
    assert_eq!(
        obstacles(&world, &line(&[&work, SECOND]), &[]),
        [Obstacle::OtherKind(first())]
    );
    let block = "  - group: first\n    title: 块\n    stages:\n      - {stage: inner, title: 内, who: section_head@applicant}";
    assert_eq!(
        obstacles(&world, &line(&[block, SECOND]), &[]),
        [Obstacle::OtherKind(first())]
    );
    let around = "  - group: block\n    title: 块\n    stages:\n      - {stage: first, title: 一, who: section_head@applicant}";
    assert_eq!(
        obstacles(&world, &line(&[around, SECOND]), &[]),
        [Obstacle::OtherBlocks(first())]
    );
    assert_eq!(
        obstacles(
            &world,
            &line(&[FIRST, SECOND]),
            &[("first", ""), ("second", "first")]
        ),
        [Obstacle::NoCounterpart(first())],
        "what the map says goes before what is called alike"
    );
}

#[test]
fn a_stage_that_is_not_open_may_be_gone() {
    let mut world = World::filed(&line(&[FIRST, SECOND]));
    world.on("bob", "approve", "first").expect("approved");

    world.migrate(&line(&[SECOND]), &[]).expect("moved");

    assert_eq!(world.open(), ["second"]);
}

#[test]
fn seats_that_wait_must_be_there_and_none_may_be_new() {
    let seats = |who: &str| {
        with_stages(&format!(
            "  - {{stage: review, title: 会签, sign: all, who: {{{who}}}}}"
        ))
    };
    let (office, security) = (
        "office: share_office_head@applicant",
        "security: data_security_officer@applicant",
    );
    let seat = |seat: &str| ("review".to_owned(), seat.to_owned());
    let mut world = World::filed(&seats(&format!("{office}, {security}")));

    let (stage, name) = seat("security");
    assert_eq!(
        obstacles(&world, &seats(office), &[]),
        [Obstacle::SeatGone { stage, seat: name }]
    );
    let (stage, name) = seat("leader");
    let three = seats(&format!(
        "{office}, {security}, leader: dept_leader@applicant"
    ));
    assert_eq!(
        obstacles(&world, &three, &[]),
        [Obstacle::SeatAdded { stage, seat: name }]
    );
    let never = seats(&format!(
        "{office}, {security}, leader: {{who: dept_leader@applicant, when: form.amount != null}}"
    ));
    world
        .migrate(&never, &[])
        .expect("a seat that nobody is asked for now is none");

    world.on("dan", "approve", "review").expect("approved");
    world
        .migrate(&seats(office), &[])
        .expect("who has signed has signed");
}

#[test]
fn a_stage_required_by_law_is_never_left_out() {
    let mut world = World::filed(&line(&[FIRST, SECOND]));
    world.on("bob", "approve", "first").expect("approved");
    let law = "  - {stage: legal, title: 法制审核, law: 第十五条, who: legal_reviewer@applicant}";

    assert_eq!(
        obstacles(&world, &line(&[FIRST, law, SECOND]), &[]),
        [Obstacle::StatuteLeftOut("legal".into())]
    );
    world
        .migrate(&line(&[FIRST, SECOND, law]), &[])
        .expect("it is still to come");
    world.on("cat", "approve", "second").expect("approved");
    assert_eq!(world.open(), ["legal"]);
}

#[test]
fn what_it_goes_past_without_a_law_is_told() {
    let mut world = World::filed(&line(&[FIRST, SECOND]));
    world.on("bob", "approve", "first").expect("approved");
    let extra = "  - {stage: extra, title: 复核, who: dept_leader@applicant}";
    let new = workflow(&line(&[FIRST, extra, SECOND]));
    let past = |world: &World| {
        let context = world.context(Actor::System);
        gone_past(
            &world.workflow,
            &new,
            &world.map(&[]),
            &world.case,
            &context,
        )
    };

    assert_eq!(past(&world), ["extra"]);
    assert_eq!(past(&World::filed(&line(&[FIRST, SECOND]))), [""; 0]);
}

#[test]
fn a_statutory_clock_does_not_vanish() {
    let clock = |due: &str| {
        with_stages(&format!(
            "  - {{stage: review, title: 审核, who: section_head@applicant{due}}}"
        ))
    };
    let world = World::filed(&clock(", due: {in: 10wd, law: 第二十一条}"));

    assert_eq!(
        obstacles(&world, &clock(", due: 10wd"), &[]),
        [Obstacle::StatutoryClock("review".into())]
    );
    let internal = World::filed(&clock(", due: 10wd"));
    assert!(internal.migration(&workflow(&clock("")), &[]).is_ok());
}

#[test]
fn what_had_to_be_answered_by_now_must_be_and_in_the_same_way() {
    let form = |fields: &str| with_form(fields, FIRST);
    let world = World::submitted(
        &form("{id: amount, type: integer, label: 数量}"),
        json!({"amount": 3}),
    );
    let found = |fields: &str| obstacles(&world, &form(fields), &[]);
    let amount = "{id: amount, type: integer, label: 数量}";

    assert_eq!(
        found(&format!(
            "{amount}\n{{id: why, type: text, label: 理由, required: true}}"
        )),
        [Obstacle::FieldMissing("why".into())]
    );
    assert_eq!(
        found("{id: amount, type: text, label: 数量}"),
        [Obstacle::FieldChanged("amount".into())]
    );
    assert_eq!(
        found("{id: amount, type: integer, label: 数量, private: true}"),
        [Obstacle::FieldChanged("amount".into())]
    );
    let shown_never = "{id: why, type: text, label: 理由, required: true, show_when: form.amount != null && form.amount > 5}";
    let fields = format!("{amount}\n{shown_never}\n{{id: more, type: text, label: 补充}}");
    assert!(world.migration(&workflow(&form(&fields)), &[]).is_ok());
}

#[test]
fn a_supplement_that_is_out_must_be_able_to_come_back() {
    let stage = |supplement: &str, fields: &str| {
        with_form(
            fields,
            &format!("  - {{stage: intake, title: 受理, who: section_head@applicant{supplement}}}"),
        )
    };
    let amount = "{id: amount, type: integer, label: 数量}";
    let mut world = World::filed(&stage(", supplement: {times: 1, clock: pause}", amount));
    world
        .on_with("bob", "supplement", "intake", missing(&["amount"]))
        .expect("asked");

    assert_eq!(
        obstacles(&world, &stage("", amount), &[]),
        [Obstacle::SupplementOut("intake".into())]
    );
    let other = stage(
        ", supplement: {times: 1, clock: pause}",
        "{id: other, type: text, label: 其他}",
    );
    assert_eq!(
        obstacles(&world, &other, &[]),
        [Obstacle::SupplementField("amount".into())]
    );
}

#[test]
fn the_run_must_find_the_way_back() {
    let third = "  - {stage: third, title: 三, who: dept_leader@applicant, return: {to: [first, applicant], resume: here}}";
    let mut world = World::filed(&line(&[FIRST, SECOND, third]));
    world.on("bob", "approve", "first").expect("approved");
    world.on("cat", "approve", "second").expect("approved");
    world
        .on_with(
            "eve",
            "return",
            "third",
            crate::support::world::back_to("first"),
        )
        .expect("returned");

    assert_eq!(
        obstacles(&world, &line(&[FIRST, SECOND]), &[]),
        [Obstacle::NoWayBack("third".into())]
    );
}

#[test]
fn a_guard_that_fails_in_the_new_version_does_not_park_the_case() {
    let due = |due: &str| {
        with_form(
            "{id: amount, type: integer, label: 数量, required: true}",
            &format!("  - {{stage: review, title: 审核, who: section_head@applicant, due: {due}}}"),
        )
    };
    let world = World::submitted(&due("1wd"), json!({"amount": 0}));

    let found = obstacles(
        &world,
        &due("{in: [{when: '10 / form.amount > 1', then: 1wd}, {then: 2wd}]}"),
        &[],
    );

    assert!(
        matches!(&found[..], [Obstacle::Guard(reason)] if reason.contains("10 /")),
        "{found:?}"
    );
    assert_eq!(world.open(), ["review"]);
}

#[test]
fn only_running_cases_move_and_nobody_moves_their_own() {
    let mut world = World::filed(&line(&[FIRST]));
    let new = workflow(&line(&[FIRST, SECOND]));
    let map = world.map(&[]);
    let context = world.context(Actor::Person(world.id("ann")));
    assert_eq!(
        migrate(&world.workflow, &new, &map, &world.case, "理由", &context).map(|_| ()),
        Err(vec![Obstacle::OwnCase])
    );

    world.on("bob", "approve", "first").expect("approved");

    assert_eq!(
        world.migration(&new, &[]).map(|_| ()),
        Err(vec![Obstacle::NotOpen])
    );
    assert_eq!(PEOPLE[0].0, "ann");
}

#[test]
fn everything_in_the_way_is_told_at_once() {
    let world = World::submitted(
        &with_form("{id: amount, type: integer, label: 数量}", FIRST),
        json!({"amount": 3}),
    );

    let found = obstacles(
        &world,
        &with_form("{id: amount, type: text, label: 数量}", SECOND),
        &[],
    );

    assert_eq!(
        found,
        [
            Obstacle::NoCounterpart("first".into()),
            Obstacle::FieldChanged("amount".into())
        ]
    );
}

#[test]
fn a_move_needs_a_reason() {
    assert_eq!(reason_given(" 条例修订 ").as_deref(), Ok("条例修订"));
    assert!(reason_given("  ").is_err());
    assert!(reason_given(&"长".repeat(5000)).is_err());
}
