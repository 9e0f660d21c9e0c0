//! Who is told of what: each person once, and nobody of what is over already.

use serde_json::json;

use crate::support::world::{
    Row, World, answering, back_to, because, missing, with_form, with_stages,
};

#[test]
fn a_new_task_is_told_to_those_who_can_act_on_it() {
    let people: &[Row<'_>] = &[
        ("ann", "A", &["applicant", "section_head"]),
        ("bob", "A", &["section_head"]),
    ];
    let mut world = World::filed_among(
        people,
        &with_stages("  - {stage: review, title: 审核, who: section_head@applicant}"),
    );

    assert_eq!(
        world.told(),
        ["Assigned: bob"],
        "not to the applicant, who never signs"
    );
}

#[test]
fn a_person_with_several_posts_is_told_once() {
    let people: &[Row<'_>] = &[
        ("ann", "A", &["applicant"]),
        ("bob", "A", &["section_head", "dept_leader"]),
        ("eve", "A", &["dept_leader"]),
    ];
    let mut world = World::filed_among(
        people,
        &with_stages(
            "  - {stage: panel, title: 会签, who: {one: section_head@applicant, two: dept_leader@applicant}}",
        ),
    );

    assert_eq!(world.told(), ["Assigned: bob", "Assigned: eve"]);
}

#[test]
fn a_task_that_passes_by_itself_is_told_to_nobody() {
    let people: &[Row<'_>] = &[
        ("ann", "A", &["applicant"]),
        ("bob", "A", &["section_head", "dept_leader"]),
    ];
    let mut world = World::filed_among(
        people,
        &with_stages(
            "  - {stage: one, title: 一, who: section_head@applicant}
  - {stage: two, title: 二, who: dept_leader@applicant, same_person: skip}",
        ),
    );
    world.told();
    world.on("bob", "approve", "one").expect("approved");

    assert_eq!(world.told(), ["Approved: ann"]);
}

#[test]
fn the_outcome_is_told_to_the_applicant() {
    let yaml = with_stages("  - {stage: review, title: 审核, who: section_head@applicant}");
    let mut approved = World::filed(&yaml);
    approved.told();
    approved.on("bob", "approve", "review").expect("approved");
    assert_eq!(approved.told(), ["NoLongerNeeded: bea", "Approved: ann"]);

    let mut rejected = World::filed(&yaml);
    rejected.told();
    rejected
        .on_with("bob", "reject", "review", because("不行"))
        .expect("rejected");
    assert_eq!(rejected.told(), ["NoLongerNeeded: bea", "Rejected: ann"]);

    let mut withdrawn = World::filed(&yaml);
    withdrawn.told();
    withdrawn
        .act("ann", "withdraw", because("不再需要"))
        .expect("withdrawn");
    assert_eq!(withdrawn.told(), ["NoLongerNeeded: bob bea"]);
}

#[test]
fn the_next_turn_of_a_sequence_is_told_when_it_comes() {
    let mut world = World::filed(&with_stages(
        "  - {stage: panel, title: 依次, who: [share_office_head@applicant, dept_leader@applicant], sign: sequence}",
    ));
    assert_eq!(world.told(), ["Assigned: cat"]);
    world.on("cat", "approve", "panel").expect("approved");

    assert_eq!(world.told(), ["Assigned: eve"]);
}

#[test]
fn a_return_tells_who_is_asked_now() {
    let mut world = World::filed(&with_stages(
        "  - {stage: first, title: 一, who: share_office_head@applicant}
  - {stage: second, title: 二, who: [dept_leader@applicant, data_security_officer@applicant], sign: all}",
    ));
    world.on("cat", "approve", "first").expect("approved");
    world.told();

    world
        .on_with("eve", "return", "second", back_to("first"))
        .expect("returned");
    assert_eq!(world.told(), ["Assigned: cat"]);
    world
        .on_with("cat", "return", "first", back_to("applicant"))
        .expect("returned");
    assert_eq!(world.told(), ["Returned: ann"]);
}

#[test]
fn a_supplement_tells_the_applicant_and_then_those_who_wait_for_it() {
    let yaml = with_form(
        "{id: note, type: text, label: 说明}",
        "  - {stage: review, title: 审核, who: share_office_head@applicant, supplement: {times: 1}, due: {in: 5wd, remind: [1wd before]}}",
    );
    let mut world = World::filed(&yaml);
    world.told();
    world
        .on_with("cat", "supplement", "review", missing(&["note"]))
        .expect("asked");
    assert_eq!(world.told(), ["Supplement: ann"]);

    world
        .on_with("ann", "supply", "review", answering(json!({"note": "二"})))
        .expect("supplied");
    assert_eq!(world.told(), ["Assigned: cat"]);
}

#[test]
fn nobody_is_reminded_of_what_waits_for_the_applicant() {
    let yaml = with_form(
        "{id: note, type: text, label: 说明}",
        "  - {stage: review, title: 审核, who: share_office_head@applicant, supplement: {times: 1, clock: run}, due: {in: 5wd, remind: [1wd before]}}",
    );
    let mut world = World::filed(&yaml);
    world
        .on_with("cat", "supplement", "review", missing(&["note"]))
        .expect("asked");
    world.told();

    world.wait_until("2026-03-09 09:00");
    assert!(world.told().is_empty());
}

#[test]
fn who_is_asked_anew_is_not_told_that_the_old_is_gone() {
    let mut world = World::filed(&with_stages(
        "  - {stage: panel, title: 表决, who: [share_office_head@applicant, dept_leader@applicant, data_security_officer@applicant], sign: {pass: 2, quorum: 3, until: due}, due: 1wd}",
    ));
    world.on("cat", "approve", "panel").expect("approved");
    world.told();
    world.wait_until("2026-03-04 00:00");

    assert_eq!(
        world.told(),
        ["Assigned: cat", "Assigned: eve", "Assigned: dan"]
    );
}

/// Something that is in use until a day, inside a group that the department's leader may end.
fn in_use(signals: &str) -> World {
    let yaml = with_form(
        "{id: until, type: date, label: 截止, required: true}",
        &format!(
            "  - group: life
    title: 使用与管理
{signals}    stages:
      - {{wait: in_use, title: 使用期, until: form.until, remind: [7d before, 1d before], signals: {{finish: {{title: 不再需要, by: [applicant], next: closing}}}}}}
      - {{stage: closing, title: 收尾, kind: work, who: section_head@applicant}}
  - {{stage: head, title: 负责人, who: share_office_head@applicant}}
"
        ),
    );
    World::submitted(&yaml, json!({"until": "2026-03-20"}))
}

#[test]
fn the_end_of_a_wait_is_told_to_those_who_may_signal_there_or_at_its_block() {
    let signals = "    signals: {stop: {title: 停用, by: [dept_leader@applicant], next: head}}\n";
    let mut world = in_use(signals);
    world.told();

    world.wait_until("2026-03-13 09:00");
    assert_eq!(world.told(), ["Reminder: ann eve"]);
    world.sleep_until("2026-03-20 09:00");
    world.tick();
    assert_eq!(
        world.told(),
        ["Assigned: bob bea"],
        "with the end a reminder that was missed is not true any more"
    );
}

#[test]
fn where_nobody_may_signal_the_applicant_is_told_of_the_end_of_a_wait() {
    let yaml = with_form(
        "{id: until, type: date, label: 截止, required: true}",
        "  - {wait: pause, title: 等待, until: form.until, remind: [1d before]}
  - {stage: head, title: 负责人, who: share_office_head@applicant}",
    );
    let mut world = World::submitted(&yaml, json!({"until": "2026-03-10"}));
    world.told();

    world.wait_until("2026-03-09 09:00");

    assert_eq!(world.told(), ["Reminder: ann"]);
}
