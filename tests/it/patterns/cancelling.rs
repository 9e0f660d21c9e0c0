//! Cancelling: one stage, a region, the whole case.

use huiqian::engine::{Input, LeftAs};

use super::open;
use super::table::{Pattern, wcp};
use crate::support::world::{World, back_to, because, with_stages};

pub const ROWS: &[Pattern] = &[
    wcp(
        19,
        "Cancel Task",
        "取消环节",
        "块的 `signals`、`overdue` 的 `next`：未办完的任务取消",
    ),
    wcp(20, "Cancel Case", "取消事项", "操作“撤回”“终止”“作废”"),
    wcp(
        25,
        "Cancel Region",
        "取消一片",
        "退回出 `parallel`：块里的全部取消，块外的不动",
    ),
];

fn signal(name: &str) -> Input {
    Input {
        signal: Some(name.into()),
        ..Input::default()
    }
}

#[test]
fn wcp_19_cancel_task() {
    let mut world = World::filed(&with_stages(
        "  - group: visiting
    title: 核查
    signals:
      cancel: {title: 不必核查, by: [share_office_head@applicant], next: head}
    stages:
      - {stage: visit, title: 现场核查, kind: work, who: section_head@applicant}
  - {stage: head, title: 负责人, who: share_office_head@applicant}",
    ));
    world.on("bob", "claim", "visit").expect("under way");
    assert!(world.act("bob", "signal", signal("cancel")).is_err());

    world
        .act("cat", "signal", signal("cancel"))
        .expect("cancelled");

    assert!(world.case.tasks[0].is_cancelled());
    assert_eq!(world.case.stage("visit").how, Some(LeftAs::Abandoned));
    assert_eq!(open(&world), ["head"], "the case goes on");

    let mut late = World::filed(&with_stages(
        "  - {stage: visit, title: 现场核查, kind: work, who: section_head@applicant, due: {in: 1wd, overdue: [{after: 0wd, next: head}]}}
  - {stage: head, title: 负责人, who: share_office_head@applicant}",
    ));
    late.wait_until("2026-03-04 00:00");
    assert!(late.case.tasks[0].is_cancelled());
    assert_eq!(open(&late), ["head"]);
}

#[test]
fn wcp_20_cancel_case() {
    let filed = || {
        World::filed(&with_stages(
            "  - {stage: panel, title: 会签, who: [section_head@applicant, dept_leader@applicant], sign: all, due: 3wd}",
        ))
    };
    for (login, action) in [("ann", "withdraw"), ("adm", "terminate"), ("adm", "void")] {
        let mut world = filed();
        assert!(world.act("bob", action, because("停办")).is_err());

        world
            .act(login, action, because("停办"))
            .expect("cancelled");

        assert!(!world.case.is_open(), "{action}");
        assert!(
            world.case.tasks.iter().all(|task| task.is_cancelled()),
            "{action}"
        );
        let events = world.log.len();
        world.wait_until("2026-03-20 00:00");
        assert_eq!(world.log.len(), events, "no deadline of it comes any more");
        assert!(!world.actions("bob").contains(&"approve"));
    }
}

#[test]
fn wcp_25_cancel_region() {
    let yaml = with_stages(
        "  - {stage: filing, title: 备案, kind: work, who: data_security_officer@applicant, await: end}
  - {stage: before, title: 初审, who: section_head@applicant}
  - parallel: reviews
    title: 会审
    branches:
      security:
        - {stage: check, title: 安全, who: section_head@applicant}
      business:
        - {stage: lead, title: 分管, who: dept_leader@applicant, return: {to: [before]}}
  - {stage: head, title: 负责人, who: share_office_head@applicant}",
    );
    let mut world = World::filed(&yaml);
    world.on("bob", "approve", "before").expect("approved");
    assert_eq!(open(&world), ["filing", "check", "lead"]);

    world
        .on_with("eve", "return", "lead", back_to("before"))
        .expect("returned");

    assert_eq!(
        open(&world),
        ["filing", "before"],
        "the region, and nothing outside of it"
    );
    let cancelled = |stage: &str| {
        let tasks = world.case.tasks.iter().filter(|task| task.stage == stage);
        tasks.filter(|task| task.is_cancelled()).count()
    };
    assert_eq!((cancelled("check"), cancelled("filing")), (1, 0));
    assert_eq!(world.replayed(), world.case);
}
