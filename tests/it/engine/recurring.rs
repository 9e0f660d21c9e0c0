//! What comes again and again (`every`, `while`).

use serde_json::json;

use crate::support::world::{World, because, with_form, with_stages};

/// Reports each period while something is being contained, and beside it the containment.
fn reports(every: &str, more: &str) -> World {
    World::filed(&with_stages(&format!(
        "  - parallel: response
    title: 处置
    branches:
      reports:
        - {{stage: report, title: 续报, kind: work, who: data_security_officer@applicant, every: {every}, while: '!done(\"contain\")'{more}}}
      work:
        - {{stage: contain, title: 处置, kind: work, who: section_head@applicant}}
  - {{stage: head, title: 负责人, who: share_office_head@applicant}}
"
    )))
}

#[test]
fn rounds_are_due_at_equal_distances_however_long_each_takes() {
    let mut world = reports("24h", "");
    world.wait_until("2026-03-03 09:00");
    world.wait_until("2026-03-03 17:00");
    world.on("dan", "done", "report").unwrap();

    world.wait_until("2026-03-04 08:59");
    assert_eq!(world.tasks(), ["contain"]);
    world.wait_until("2026-03-04 09:00");

    assert_eq!(world.tasks(), ["contain", "report"]);
}

#[test]
fn a_round_that_came_due_while_the_last_was_open_opens_as_soon_as_that_is_done() {
    let mut world = reports("24h", "");
    world.wait_until("2026-03-03 09:00");
    // Due on the 4th and on the 5th.
    world.wait_until("2026-03-05 12:00");
    assert_eq!(world.case.stage("report").rounds, 1, "one at a time");

    world.on("dan", "done", "report").unwrap();
    assert_eq!(world.tasks(), ["contain", "report"]);
    world.on("dan", "done", "report").unwrap();
    assert_eq!(world.tasks(), ["contain"], "what was missed comes once");

    world.wait_until("2026-03-06 09:00");
    assert_eq!(world.tasks(), ["contain", "report"]);
    assert_eq!(world.replayed(), world.case);
}

#[test]
fn a_period_of_working_days_ends_with_each_day() {
    let mut world = reports("1wd", "");
    world.wait_until("2026-03-04 00:00");
    world.on("dan", "done", "report").unwrap();
    world.wait_until("2026-03-05 00:00");
    world.on("dan", "done", "report").unwrap();
    world.wait_until("2026-03-06 00:00");
    world.on("dan", "done", "report").unwrap();
    // A Saturday.
    world.wait_until("2026-03-07 00:00");
    world.on("dan", "done", "report").unwrap();

    world.wait_until("2026-03-09 23:00");
    assert_eq!(world.tasks(), ["contain"]);
    world.wait_until("2026-03-10 00:00");
    assert_eq!(world.tasks(), ["contain", "report"]);
}

#[test]
fn once_it_comes_no_more_it_leaves_no_further_records_and_the_run_goes_on() {
    let mut world = reports(
        "24h",
        ", record: {register: grants, set: {answered: now}}, copy: [applicant]",
    );
    world.wait_until("2026-03-03 09:00");
    world.on("dan", "done", "report").unwrap();

    world.sleep_until("2026-03-03 15:00");
    world.on("bob", "done", "contain").unwrap();

    assert_eq!(world.tasks(), ["head"]);
    let count = |kind: &str| world.kinds().iter().filter(|known| **known == kind).count();
    assert_eq!((count("recorded"), count("copied")), (1, 1));
}

#[test]
fn an_open_round_that_is_awaited_elsewhere_outlives_its_block_and_is_the_last() {
    let mut world = reports("24h", ", await: end");
    world.wait_until("2026-03-03 09:00");

    world.on("bob", "done", "contain").unwrap();
    assert_eq!(world.tasks(), ["report", "head"]);
    world.on("cat", "approve", "head").unwrap();
    assert_eq!(world.end(), None);
    world.on("dan", "done", "report").unwrap();

    assert_eq!(world.end(), Some("approved".into()));
}

#[test]
fn holding_the_case_up_moves_the_next_round() {
    let mut world = reports("24h", "");
    world.sleep_until("2026-03-02 21:00");
    world.act("adm", "suspend", because("核实")).unwrap();
    world.sleep_until("2026-03-05 21:00");
    world
        .act("adm", "resume", crate::support::world::because("继续"))
        .unwrap();

    world.wait_until("2026-03-06 08:59");
    assert_eq!(world.tasks(), ["contain"]);
    world.wait_until("2026-03-06 09:00");
    assert_eq!(world.tasks(), ["contain", "report"]);
}

#[test]
fn what_was_passed_over_because_it_need_not_come_is_not_called_back() {
    let yaml = with_form(
        "{id: amount, type: integer, label: 数量, required: true}",
        "  - {stage: report, title: 续报, kind: work, who: data_security_officer@applicant, every: 24h, while: form.amount > 5}
  - parallel: both
    title: 同时
    branches:
      one:
        when: form.amount > 5
        stages:
          - {stage: one, title: 一, who: dept_leader@applicant}
      two:
        when: form.amount > 7
        stages:
          - {stage: two, title: 二, who: dept_leader@applicant}
  - {stage: check, title: 审核, who: section_head@applicant}
  - {stage: head, title: 负责人, who: share_office_head@applicant}
",
    );
    let mut world = World::submitted(&yaml, json!({"amount": 1}));

    world.on("bob", "approve", "check").unwrap();

    assert_eq!(world.tasks(), ["head"]);
}
