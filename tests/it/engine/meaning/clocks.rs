//! Clocks: rules 14 to 18.

use huiqian::calendar::Instant;
use huiqian::engine::{Notice, readings};
use huiqian::workflow::{Surroundings, read};
use serde_json::json;

use crate::support::definitions::{asked_of, for_each};
use crate::support::world::{World, answering, at, back_to, missing, with_form, with_stages};

fn deadline(world: &World, key: &str) -> Option<Instant> {
    world.case.clocks[key].deadline(&world.calendar)
}

/// One stage, entered at this time.
fn entered(time: &str, due: &str) -> World {
    let mut world = World::new(&with_stages(&format!(
        "  - {{stage: review, title: 审核, who: section_head@applicant, due: {due}, supplement: {{times: 1}}}}\n"
    )));
    world.sleep_until(time);
    world.act("ann", "submit", answering(json!({}))).unwrap();
    world
}

#[test]
fn rule_14_receipt_is_day_0_and_the_end_is_24_00_of_the_last_day() {
    // A Monday; a Saturday, whose day 0 is the Monday after.
    for (received, end) in [
        ("2026-03-02 09:00", "2026-03-05 00:00"),
        ("2026-03-02 23:00", "2026-03-05 00:00"),
        ("2026-03-07 10:00", "2026-03-12 00:00"),
    ] {
        let world = entered(received, "2wd");
        assert_eq!(deadline(&world, "review#0@1"), Some(at(end)), "{received}");
    }
}

#[test]
fn rule_14_neither_the_day_of_a_pause_nor_that_of_its_end_counts() {
    let mut world = entered("2026-03-02 09:00", "3wd");
    assert_eq!(deadline(&world, "review#0@1"), Some(at("2026-03-06 00:00")));

    world.sleep_until("2026-03-04 10:00");
    world
        .on_with("bob", "supplement", "review", missing(&["amount"]))
        .unwrap();
    world.sleep_until("2026-03-05 10:00");
    world
        .on_with("ann", "supply", "review", answering(json!({"amount": 1})))
        .unwrap();

    // The third counted; the fourth and the fifth did not; the sixth and the ninth will.
    assert_eq!(deadline(&world, "review#0@1"), Some(at("2026-03-10 00:00")));
}

#[test]
fn rule_14_working_hours_are_the_calendars_and_other_units_exact() {
    for (due, end) in [
        ("4wh", "2026-03-02 14:30"),
        ("8wh", "2026-03-03 10:00"),
        ("24h", "2026-03-03 09:00"),
        ("30min", "2026-03-02 09:30"),
        ("1mo", "2026-04-02 09:00"),
    ] {
        let world = entered("2026-03-02 09:00", due);
        assert_eq!(deadline(&world, "review#0@1"), Some(at(end)), "{due}");
    }
}

#[test]
fn rule_15_a_statutory_clock_belongs_to_the_case_and_branch_and_rests_while_the_work_is_elsewhere()
{
    let yaml = for_each(
        "",
        "      - {stage: answer, title: 答复, who: share_office_head@part, due: {in: 10wd, law: 《条例》第二十一条}, return: {to: [applicant], resume: here}}\n",
    );
    let mut world = asked_of(&yaml, &["P", "Q"]);
    world.sleep_until("2026-03-04 10:00");
    world
        .on_with("pat", "return", "answer[P]", back_to("applicant"))
        .unwrap();
    assert_eq!(deadline(&world, "answer[P]#0"), None);
    assert_eq!(
        deadline(&world, "answer[Q]#0"),
        Some(at("2026-03-17 00:00"))
    );

    world.sleep_until("2026-03-11 10:00");
    world
        .on_with(
            "ann",
            "submit",
            "applicant[P]",
            answering(json!({"providers": ["P", "Q"]})),
        )
        .unwrap();

    assert_eq!(world.case.stage("answer[P]").rounds, 2);
    assert_eq!(
        deadline(&world, "answer[P]#0"),
        Some(at("2026-03-25 00:00"))
    );
}

#[test]
fn rule_16_a_pause_stops_the_clocks_around_it_not_its_siblings_and_around_branches_only_when_all_pause()
 {
    let yaml = for_each(
        "    due: {in: 10wd, law: 《条例》第二十一条}\n",
        "      - {stage: answer, title: 答复, who: share_office_head@part, due: 5wd, supplement: {times: 1}}\n",
    );
    let mut world = asked_of(&yaml, &["P", "Q"]);
    let running = |world: &World| {
        let keys = ["answer[P]#0@1", "answer[Q]#0@1", "replies#0"];
        keys.map(|key| world.case.clocks[key].is_running())
    };
    assert_eq!(running(&world), [true, true, true]);
    world
        .on_with("pat", "supplement", "answer[P]", missing(&["note"]))
        .unwrap();
    assert_eq!(running(&world), [false, true, true]);
    world
        .on_with("qin", "supplement", "answer[Q]", missing(&["note"]))
        .unwrap();
    assert_eq!(running(&world), [false, false, false]);
    world
        .on_with(
            "ann",
            "supply",
            "answer[Q]",
            answering(json!({"note": "补"})),
        )
        .unwrap();
    assert_eq!(running(&world), [false, true, true]);
}

#[test]
fn rule_16_the_deadline_of_a_task_is_the_earliest_of_its_clocks_and_all_are_shown() {
    let world = World::filed(&with_stages(
        "  - group: block
    title: 块
    due: {in: 2wd, law: 《条例》第二十一条}
    stages:
      - {stage: review, title: 审核, who: section_head@applicant, due: [10wd, {in: 3wd, title: 内部}]}
",
    ));
    let task = world.case.open_tasks().next().expect("a task");
    let shown = readings(&world.workflow, &world.case, task, &world.calendar);

    let mut clocks: Vec<(bool, Option<Instant>)> = shown
        .iter()
        .map(|reading| (reading.clock.law, reading.deadline))
        .collect();
    clocks.sort();
    assert_eq!(
        clocks,
        [
            (false, Some(at("2026-03-06 00:00"))),
            (false, Some(at("2026-03-17 00:00"))),
            (true, Some(at("2026-03-05 00:00"))),
        ]
    );
}

#[test]
fn rule_17_a_reminder_outside_the_actual_budget_is_dropped() {
    let yaml = with_form(
        "{id: amount, type: integer, label: 数量, required: true}",
        "  - {stage: review, title: 审核, who: section_head@applicant, due: {in: [{when: form.amount < 10, then: 1wd}, {then: 10wd}], remind: [5wd before]}}",
    );
    let mut little = World::submitted(&yaml, json!({"amount": 1}));
    little.wait_until("2026-03-03 23:00");
    assert_eq!(little.steps(), Vec::<String>::new());

    let mut much = World::submitted(&yaml, json!({"amount": 50}));
    much.wait_until("2026-03-11 09:00");
    assert_eq!(much.steps(), ["review#0@1 remind:0"]);
}

#[test]
fn rule_17_escalate_informs_and_gives_sight_and_assign_moves_the_task() {
    let mut world = World::filed(&with_stages(
        "  - {stage: review, title: 审核, who: section_head@applicant, due: {in: 1wd, overdue: [{after: 0wd, escalate: dept_leader@applicant}, {after: 1wd, assign: share_office_head@applicant}]}}
",
    ));
    world.told();
    world.wait_until("2026-03-04 00:00");
    assert!(
        world
            .told()
            .contains(&format!("{:?}: eve", Notice::Escalated))
    );
    assert_eq!(world.asked(), ["review: bob bea"]);

    world.wait_until("2026-03-05 00:00");
    assert_eq!(world.asked(), ["review: cat"]);
}

#[test]
fn rule_18_silence_never_passes_a_clock_of_the_law() {
    let codes = |due: &str| {
        let yaml = with_stages(&format!(
            "  - group: block
    title: 块
    due: {{in: 10wd, law: 《条例》第二十一条}}
    stages:
      - {{stage: review, title: 审核, who: section_head@applicant, due: {due}}}
"
        ));
        let findings = read("test.yaml", &yaml, &Surroundings::standard()).findings;
        findings.iter().any(|finding| finding.code == "silent-pass")
    };
    assert!(codes("{in: 1wd, overdue: [{after: 0wd, next: passed}]}"));
    assert!(!codes("{in: 1wd, overdue: [{after: 0wd, next: refused}]}"));

    let mut world = World::filed(&with_stages(
        "  - {stage: review, title: 审核, who: section_head@applicant, due: {in: 1wd, law: 《条例》第二十一条}}
",
    ));
    world.wait_until("2026-12-01 09:00");
    assert_eq!(world.tasks(), ["review"]);
}
