//! Clocks that a law sets belong to the case, not to the round.

use crate::support::world::{
    World, answering, at, back_to, definition, missing, with_form, with_stages,
};
use huiqian::engine::Input;
use serde_json::json;

fn deadline(world: &World, key: &str) -> Option<huiqian::calendar::Instant> {
    world.case.clocks[key].deadline(&world.calendar)
}

#[test]
fn it_pauses_while_the_work_is_elsewhere_and_goes_on_at_re_entry() {
    let mut world = World::filed(&with_stages(
        "  - {stage: first, title: 一, who: section_head@applicant}
  - {stage: reply, title: 答复, who: dept_leader@applicant, due: {in: 10wd, law: 第二十一条, remind: [50%]}, return: {to: [first, applicant], resume: here}}",
    ));
    world.on("bob", "approve", "first").expect("approved");
    assert_eq!(deadline(&world, "reply#0"), Some(at("2026-03-17 00:00")));

    world.sleep_until("2026-03-04 10:00");
    world
        .on_with("eve", "return", "reply", back_to("applicant"))
        .expect("returned");
    assert_eq!(deadline(&world, "reply#0"), None);

    world.sleep_until("2026-03-11 10:00");
    world
        .act("ann", "submit", Input::default())
        .expect("submitted");
    // 3 March counted; 4 to 11 March did not; nine days are left after 11 March.
    assert_eq!(deadline(&world, "reply#0"), Some(at("2026-03-25 00:00")));
    world.told();

    world.wait_until("2026-03-18 09:00");
    assert_eq!(
        world.told(),
        ["Reminder: eve"],
        "half of it is used only now"
    );
    assert_eq!(world.replayed(), world.case);
}

#[test]
fn of_a_block_it_goes_on_through_another_round() {
    let mut world = World::filed(&with_stages(
        "  - {stage: outer, title: 外, who: share_office_head@applicant}
  - group: reply
    title: 答复
    due: {in: 10wd, law: 第二十一条}
    stages:
      - {stage: intake, title: 受理, who: section_head@applicant}
      - {stage: answer, title: 答复, who: dept_leader@applicant, return: {to: [outer, intake]}}",
    ));
    world.on("cat", "approve", "outer").expect("approved");
    world.sleep_until("2026-03-03 10:00");
    world.on("bob", "approve", "intake").expect("approved");
    world
        .on_with("eve", "return", "answer", back_to("intake"))
        .expect("returned");
    assert_eq!(
        deadline(&world, "reply#0"),
        Some(at("2026-03-17 00:00")),
        "inside the block it never stopped"
    );

    world.on("bob", "approve", "intake").expect("approved");
    world
        .on_with("eve", "return", "answer", back_to("outer"))
        .expect("returned");
    assert_eq!(deadline(&world, "reply#0"), None);
    world.sleep_until("2026-03-05 10:00");
    world.on("cat", "approve", "outer").expect("approved");
    assert_eq!(deadline(&world, "reply#0"), Some(at("2026-03-20 00:00")));
}

#[test]
fn from_may_lie_in_the_past_and_the_time_elsewhere_counts() {
    let mut world = World::filed(&with_stages(
        "  - {stage: first, title: 一, who: section_head@applicant}
  - {stage: reply, title: 答复, who: dept_leader@applicant, due: {in: 5wd, from: case.submitted, law: 第二十一条, remind: [50%]}}",
    ));
    world.sleep_until("2026-03-04 10:00");
    world.on("bob", "approve", "first").expect("approved");
    assert_eq!(deadline(&world, "reply#0"), Some(at("2026-03-10 00:00")));

    world
        .on_with("eve", "return", "reply", back_to("first"))
        .expect("returned");
    assert_eq!(deadline(&world, "reply#0"), None);
    world.sleep_until("2026-03-06 10:00");
    world.on("bob", "approve", "first").expect("approved");
    assert_eq!(deadline(&world, "reply#0"), Some(at("2026-03-10 00:00")));
}

#[test]
fn a_clock_that_counts_from_earlier_is_late_at_once_and_still_accepted() {
    let mut world = World::filed(&with_stages(
        "  - {stage: first, title: 一, who: section_head@applicant}
  - {stage: reply, title: 答复, who: dept_leader@applicant, due: {in: 2wd, from: case.submitted, law: 第二十一条, remind: [50%, 1wd before]}}",
    ));
    world.sleep_until("2026-03-10 10:00");
    world.on("bob", "approve", "first").expect("approved");
    world.told();

    world.tick();

    assert_eq!(
        world.steps(),
        ["reply#0 due"],
        "a reminder from before the stage was open is dropped"
    );
    assert_eq!(world.told(), ["Overdue: eve"]);
    world.on("eve", "approve", "reply").expect("approved");
}

#[test]
fn its_deadline_comes_once_even_through_several_rounds() {
    let mut world = World::filed(&with_stages(
        "  - {stage: first, title: 一, who: section_head@applicant}
  - {stage: reply, title: 答复, who: dept_leader@applicant, due: {in: 2wd, from: case.submitted, law: 第二十一条, overdue: [{after: 0wd, escalate: share_office_head@applicant}]}}",
    ));
    world.on("bob", "approve", "first").expect("approved");
    world.wait_until("2026-03-06 10:00");
    world
        .on_with("eve", "return", "reply", back_to("first"))
        .expect("returned");
    world.on("bob", "approve", "first").expect("approved");
    world.tick();

    assert_eq!(world.steps(), ["reply#0 due", "reply#0 overdue:0"]);
}

#[test]
fn a_pause_for_a_supplement_is_kept_by_a_clock_that_counts_from_earlier() {
    let yaml = with_form(
        "{id: note, type: text, label: 说明}",
        "  - {stage: first, title: 一, who: section_head@applicant}
  - {stage: reply, title: 答复, who: dept_leader@applicant, due: {in: 10wd, from: case.submitted, law: 第二十一条}, supplement: {times: 1}}",
    );
    let mut world = World::filed(&yaml);
    world.on("bob", "approve", "first").expect("approved");
    world
        .on_with("eve", "supplement", "reply", missing(&["note"]))
        .expect("asked");
    world.sleep_until("2026-03-06 10:00");
    world
        .on_with("ann", "supply", "reply", answering(json!({"note": "二"})))
        .expect("supplied");
    let after_supplement = deadline(&world, "reply#0");
    assert_eq!(after_supplement, Some(at("2026-03-21 00:00")));

    world
        .on_with("eve", "return", "reply", back_to("first"))
        .expect("returned");
    world.sleep_until("2026-03-11 10:00");
    world.on("bob", "approve", "first").expect("approved");

    assert_eq!(deadline(&world, "reply#0"), after_supplement);
}

#[test]
fn a_date_that_a_law_sets_rests_while_the_work_is_elsewhere() {
    let yaml = with_form(
        "{id: until, type: date, label: 截止, required: true}",
        "  - {stage: first, title: 一, who: section_head@applicant}
  - {stage: reply, title: 答复, who: dept_leader@applicant, due: {at: form.until, law: 第二十一条, overdue: [{after: 0wd, escalate: share_office_head@applicant}]}}",
    );
    let mut world = World::submitted(&yaml, json!({"until": "2026-03-10"}));
    world.on("bob", "approve", "first").expect("approved");
    world
        .on_with("eve", "return", "reply", back_to("first"))
        .expect("returned");
    world.wait_until("2026-03-12 10:00");
    assert!(world.steps().is_empty());

    world.on("bob", "approve", "first").expect("approved");
    world.tick();
    assert_eq!(world.steps(), ["reply#0 due", "reply#0 overdue:0"]);
}

#[test]
fn how_late_a_stage_was_can_be_read_by_guards() {
    let yaml = definition(
        "",
        "{id: amount, type: integer, label: 数量}",
        "  - {stage: reply, title: 答复, who: dept_leader@applicant, due: {in: 2wd, law: 第二十一条}}
  - {stage: explain, title: 说明, kind: work, who: dept_leader@applicant, when: late(\"reply\") > 1}",
        "",
    );
    let mut in_time = World::filed(&yaml);
    in_time.on("eve", "approve", "reply").expect("approved");
    assert_eq!(in_time.end().as_deref(), Some("approved"));

    let mut late = World::filed(&yaml);
    late.sleep_until("2026-03-06 10:00");
    late.on("eve", "approve", "reply").expect("approved");
    assert_eq!(late.open(), ["explain"]);
}
