//! Deadlines, reminders, and what silence leads to.

use huiqian::engine::{Involvement, Notice, Party, Why, next_wake, readings};
use serde_json::json;

use crate::support::world::{
    PEOPLE, Row, World, answering, at, back_to, missing, naming, with_form, with_stages,
};

fn timed(due: &str) -> World {
    let mut world = World::filed(&with_stages(&format!(
        "  - {{stage: review, title: 审核, who: section_head@applicant, due: {due}}}
  - {{stage: leader, title: 领导, who: dept_leader@applicant}}"
    )));
    world.told();
    world
}

#[test]
fn reminders_and_the_deadline_come_at_their_times_each_once() {
    let mut world = timed("{in: 10wd, remind: [50%, 2wd before]}");
    // Day 0 is 2 March, the tenth day is 16 March.
    for (time, told) in [
        ("2026-03-10 08:59", vec![]),
        ("2026-03-10 09:00", vec!["Reminder: bob bea"]),
        ("2026-03-10 09:01", vec![]),
        ("2026-03-13 09:00", vec!["Reminder: bob bea"]),
        ("2026-03-16 23:59", vec![]),
        ("2026-03-17 00:00", vec!["Overdue: bob bea"]),
        ("2026-03-17 00:01", vec![]),
    ] {
        world.wait_until(time);
        assert_eq!(world.told(), told, "{time}");
    }
    assert_eq!(
        world.steps(),
        [
            "review#0@1 remind:0",
            "review#0@1 remind:1",
            "review#0@1 due"
        ]
    );
    world
        .on("bob", "approve", "review")
        .expect("late, and accepted");
    assert_eq!(world.replayed(), world.case);
}

#[test]
fn a_reminder_outside_the_actual_budget_is_dropped() {
    let yaml = with_form(
        "{id: amount, type: integer, label: 数量, required: true}",
        "  - {stage: review, title: 审核, who: section_head@applicant, due: {in: [{when: form.amount < 10, then: 1wd}, {then: 10wd}], remind: [5wd before]}}",
    );
    let mut small = World::submitted(&yaml, json!({"amount": 5}));
    small.wait_until("2026-03-05 09:00");
    assert_eq!(small.steps(), ["review#0@1 due"]);

    let mut large = World::submitted(&yaml, json!({"amount": 50}));
    large.wait_until("2026-03-11 09:00");
    assert_eq!(large.steps(), ["review#0@1 remind:0"]);
}

#[test]
fn reminders_recur_while_it_is_late() {
    let mut world = timed("{in: 1wd, remind: [every 1wd after]}");
    world.wait_until("2026-03-04 00:00");
    assert_eq!(world.told(), ["Overdue: bob bea"]);
    world.wait_until("2026-03-05 00:00");
    assert_eq!(world.told(), ["Overdue: bob bea"]);
    world.wait_until("2026-03-06 00:00");
    assert_eq!(world.told(), ["Overdue: bob bea"]);

    world.on("bob", "approve", "review").expect("approved");
    world.told();
    world.wait_until("2026-03-20 00:00");
    assert!(world.told().is_empty());
}

#[test]
fn after_three_days_of_downtime_each_step_comes_once_and_in_order() {
    let mut world = timed(
        "{in: 2wd, remind: [50%, 1wd before, every 1wd after], overdue: [{after: 0wd, escalate: share_office_head@applicant}, {after: 1wd, escalate: dept_leader@applicant}]}",
    );

    world.wait_until("2026-03-09 10:00");

    assert_eq!(
        world.steps(),
        [
            "review#0@1 remind:0",
            "review#0@1 remind:1",
            "review#0@1 due",
            "review#0@1 overdue:0",
            "review#0@1 recur:2",
            "review#0@1 overdue:1",
        ]
    );
    assert_eq!(
        world.told(),
        ["Overdue: bob bea", "Escalated: cat", "Escalated: eve"],
        "each is told once, and of a deadline that has passed nobody is told that it comes near"
    );
    let log = world.log.len();
    world.tick();
    assert_eq!(world.log.len(), log, "harmless if it runs twice");
    let next = next_wake(&world.workflow, &world.case, &world.calendar);
    assert_eq!(
        next,
        Some(at("2026-03-10 00:00")),
        "recurring jumps past now"
    );
}

#[test]
fn escalating_informs_and_gives_sight() {
    let mut world =
        timed("{in: 1wd, overdue: [{after: 1wd, escalate: share_office_head@applicant}]}");
    world.wait_until("2026-03-04 00:00");
    world.told();
    world.wait_until("2026-03-05 00:00");

    assert_eq!(world.told(), ["Escalated: cat"]);
    let sees = |involved: &Involvement| {
        involved.why == Why::Escalated
            && matches!(&involved.party, Party::Post(post) if post.role.0 == "share_office_head")
    };
    assert!(world.case.involved.iter().any(sees));
    assert_eq!(world.asked(), ["review: bob bea"], "the task stays");
}

#[test]
fn escalating_to_a_vacant_post_tells_the_administrators() {
    let mut world = timed("{in: 1wd, overdue: [{after: 0wd, escalate: legal_reviewer@applicant}]}");
    world.wait_until("2026-03-04 00:00");

    assert_eq!(world.told(), ["Overdue: bob bea", "Escalated: adm adi"]);
}

#[test]
fn assigning_moves_the_task() {
    let mut world =
        timed("{in: 1wd, overdue: [{after: 0wd, assign: share_office_head@applicant}]}");
    world.wait_until("2026-03-04 00:00");

    assert_eq!(
        world.told(),
        ["Overdue: cat", "NoLongerNeeded: bob bea", "Assigned: cat"]
    );
    assert_eq!(world.asked(), ["review: cat"]);
    assert!(world.on("bob", "approve", "review").is_err());
    world.on("cat", "approve", "review").expect("approved");
}

#[test]
fn assigning_to_nobody_who_can_act_leaves_the_task_where_it_is() {
    let mut vacant = timed("{in: 1wd, overdue: [{after: 0wd, assign: legal_reviewer@applicant}]}");
    vacant.wait_until("2026-03-04 00:00");
    assert_eq!(vacant.told(), ["Overdue: bob bea", "Escalated: adm adi"]);
    assert_eq!(vacant.asked(), ["review: bob bea"]);

    let mut barred = timed("{in: 1wd, overdue: [{after: 0wd, assign: applicant}]}");
    barred.wait_until("2026-03-04 00:00");
    assert_eq!(barred.asked(), ["review: bob bea"]);
}

#[test]
fn of_several_tasks_one_person_is_assigned_one() {
    let mut world = World::filed(&with_stages(
        "  - {stage: panel, title: 会签, who: each section_head@applicant, sign: all, due: {in: 1wd, overdue: [{after: 0wd, assign: share_office_head@applicant}]}}",
    ));
    world.wait_until("2026-03-04 00:00");

    assert_eq!(world.asked(), ["panel: cat", "panel: bea"]);
}

#[test]
fn silence_may_lead_elsewhere() {
    let mut world = timed("{in: 1wd, overdue: [{after: 1wd, next: leader}]}");
    world.wait_until("2026-03-05 00:00");

    assert_eq!(world.open(), ["leader"]);
    assert_eq!(world.asked(), ["leader: eve"]);
    assert!(!world.case.stage("review").done);
}

#[test]
fn silence_may_end_the_case() {
    let yaml = with_stages(
        "  - {stage: review, title: 审核, who: section_head@applicant, due: {in: 1wd, overdue: [{after: 0wd, next: lapsed}]}}",
    ) + "  lapsed: {title: 已失效}\n";
    let mut world = World::filed(&yaml);
    world.told();
    world.wait_until("2026-03-04 00:00");

    assert_eq!(world.end().as_deref(), Some("lapsed"));
    assert_eq!(world.told(), ["NoLongerNeeded: bob bea", "Closed: ann"]);
}

#[test]
fn a_blocks_clock_runs_over_all_inside() {
    let mut world = World::filed(&with_stages(
        "  - group: reply
    title: 答复
    due: {in: 2wd, remind: [1wd before], overdue: [{after: 0wd, next: late}]}
    next: approved
    stages:
      - {stage: one, title: 一, who: section_head@applicant}
      - {stage: two, title: 二, who: dept_leader@applicant}
  - {stage: late, title: 逾期处理, who: share_office_head@applicant}",
    ));
    world.on("bob", "approve", "one").expect("approved");
    world.told();
    world.wait_until("2026-03-04 09:00");
    assert_eq!(world.told(), ["Reminder: eve"]);

    let task = world.case.open_tasks().next().expect("two").clone();
    let read = readings(&world.workflow, &world.case, &task, &world.calendar);
    assert_eq!(read.len(), 1);
    assert_eq!(read[0].node, "reply");
    assert_eq!(read[0].deadline, Some(at("2026-03-05 00:00")));

    world.wait_until("2026-03-05 00:00");
    assert_eq!(world.open(), ["late"]);
    assert_eq!(world.case.open_tasks().count(), 1);
}

#[test]
fn each_round_has_its_own_internal_clock() {
    let mut world = World::filed(&with_stages(
        "  - {stage: first, title: 一, who: section_head@applicant, due: {in: 2wd, remind: [1wd before]}}
  - {stage: second, title: 二, who: dept_leader@applicant}",
    ));
    world.sleep_until("2026-03-03 10:00");
    world.on("bob", "approve", "first").expect("approved");
    world
        .on_with("eve", "return", "second", back_to("first"))
        .expect("returned");
    world.told();

    let clock = &world.case.clocks["first#0@2"];
    assert_eq!(
        clock.deadline(&world.calendar),
        Some(at("2026-03-06 00:00"))
    );
    world.wait_until("2026-03-05 09:00");
    assert_eq!(world.told(), ["Reminder: bob bea"], "re-armed on re-entry");
}

#[test]
fn a_budget_is_read_again_when_the_answers_change() {
    let yaml = with_form(
        "{id: urgent, type: yes_no, label: 紧急, required: true}",
        "  - stage: review
    title: 审核
    who: section_head@applicant
    due: {in: [{when: form.urgent, then: 2wd}, {then: 10wd}], overdue: [{after: 0wd, escalate: dept_leader@applicant}]}
    supplement: {times: 2, clock: run}",
    );
    let mut world = World::submitted(&yaml, json!({"urgent": true}));
    world.wait_until("2026-03-05 09:00");
    assert_eq!(world.steps(), ["review#0@1 due", "review#0@1 overdue:0"]);

    world
        .on_with("bob", "supplement", "review", missing(&["urgent"]))
        .expect("asked");
    world
        .on_with(
            "ann",
            "supply",
            "review",
            answering(json!({"urgent": false})),
        )
        .expect("supplied");
    let clock = &world.case.clocks["review#0@1"];
    assert_eq!(
        clock.deadline(&world.calendar),
        Some(at("2026-03-17 00:00"))
    );

    world.wait_until("2026-03-17 00:00");
    assert_eq!(
        world.steps().len(),
        4,
        "a deadline that was moved comes again at its new time"
    );
}

#[test]
fn a_date_stands_whatever_pauses() {
    let yaml = with_form(
        "{id: until, type: date, label: 截止, required: true}
{id: note, type: text, label: 说明}",
        "  - {stage: review, title: 审核, who: section_head@applicant, due: {at: form.until, remind: [1wd before]}, supplement: {times: 1}}",
    );
    let mut world = World::submitted(&yaml, json!({"until": "2026-03-10"}));
    world.told();
    world
        .on_with("bob", "supplement", "review", missing(&["note"]))
        .expect("asked");
    world.sleep_until("2026-03-05 10:00");
    world
        .on_with("ann", "supply", "review", answering(json!({"note": "二"})))
        .expect("supplied");
    world.told();

    world.wait_until("2026-03-09 09:00");
    assert_eq!(world.told(), ["Reminder: bob bea"]);
    world.wait_until("2026-03-10 00:00");
    assert_eq!(world.told(), ["Overdue: bob bea"]);
}

#[test]
fn a_task_that_was_moved_is_reminded_where_it_is() {
    let mut world = World::filed(&with_stages(
        "  - {stage: review, title: 审核, who: legal_reviewer@applicant, due: {in: 2wd, remind: [1wd before]}}",
    ));
    world
        .on_with("adm", "reassign", "review", naming("dan"))
        .expect("named");
    world.told();

    world.wait_until("2026-03-04 09:00");
    assert_eq!(world.told(), ["Reminder: dan"]);
}

#[test]
fn a_reminder_for_a_task_that_lost_its_holder_reaches_the_administrators() {
    let mut world = timed("{in: 2wd, remind: [1wd before]}");
    let mut people: Vec<Row<'_>> = PEOPLE.to_vec();
    people[1] = ("bob", "A", &["finance"]);
    people[2] = ("bea", "A", &["finance"]);
    world.staff(&people);

    world.wait_until("2026-03-04 09:00");
    assert_eq!(world.told(), ["Escalated: adm adi"]);
}

#[test]
fn a_deadline_that_leads_back_without_any_time_does_not_run_for_ever() {
    let yaml = with_form(
        "{id: until, type: date, label: 截止, required: true}",
        "  - {stage: review, title: 审核, who: section_head@applicant, due: {at: form.until, overdue: [{after: 0wd, next: again}]}}",
    );
    let mut world = World::submitted(&yaml, json!({"until": "2026-02-02"}));
    world.tick();

    assert_eq!(world.open(), ["parked-case"]);
    assert_eq!(world.replayed(), world.case);
    let notice = world.effects.last().expect("told");
    let huiqian::engine::Effect::Notify { notice, .. } = notice;
    assert_eq!(*notice, Notice::Escalated);
}

#[test]
fn copies_go_out_when_it_is_overdue() {
    let mut world = World::filed(&with_stages(
        "  - {stage: review, title: 审核, who: section_head@applicant, due: 1wd, copy: {overdue: [dept_leader@applicant]}}",
    ));
    world.wait_until("2026-03-04 00:00");

    assert!(world.kinds().contains(&"copied"));
}
