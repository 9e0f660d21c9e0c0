//! Splits and their merges: several ways at once, and how one goes on from them.

use huiqian::engine::LeftAs;
use serde_json::json;

use super::open;
use super::table::{Pattern, wcp};
use crate::support::world::{World, answering, because, with_form, with_stages};

pub const ROWS: &[Pattern] = &[
    wcp(2, "Parallel Split", "并行分支", "`parallel`"),
    wcp(3, "Synchronization", "同步", "`parallel` 的 `join: all`（缺省）"),
    wcp(6, "Multi-Choice", "包容选择", "`parallel` 各分支的 `when`"),
    wcp(
        7,
        "Structured Synchronizing Merge",
        "结构化同步汇合",
        "`parallel` 分支有 `when`：只等开了的",
    ),
    wcp(8, "Multi-Merge", "多重汇合", "").missing(
        "块之后的环节只进入一次；要每个分支各走一遍的环节写在分支里。",
        "What follows a block is entered once; what every branch has to run stands in the branch.",
    ),
    wcp(37, "Local Synchronizing Merge", "局部同步汇合", "`await: 环节`：进入该环节前，只等已经开了的"),
    wcp(38, "General Synchronizing Merge", "一般同步汇合", "").missing(
        "引擎不推算一条路以后还会不会走到：块和 `await` 只看已经开了什么。",
        "The engine does not work out whether a way may still be taken: blocks and `await` look at what is open.",
    ),
    wcp(41, "Thread Merge", "线程合并", "`foreach` 的末尾：同一段里的几个分支合成一个"),
    wcp(42, "Thread Split", "线程拆分", "`foreach`：同一段环节同时走几遍"),
];

const BOTH: &str = "  - parallel: reviews
    title: 会审
    branches:
      security:
        - {stage: check, title: 安全, who: data_security_officer@applicant}
      business:
        - {stage: first, title: 科室, who: section_head@applicant}
        - {stage: second, title: 分管, who: dept_leader@applicant}
  - {stage: head, title: 负责人, who: share_office_head@applicant}";

#[test]
fn wcp_02_parallel_split() {
    let mut world = World::filed(&with_stages(BOTH));
    assert_eq!(open(&world), ["check", "first"], "at once");

    world.on("bob", "approve", "first").expect("approved");

    assert_eq!(open(&world), ["check", "second"], "each by itself");
}

#[test]
fn wcp_03_synchronization() {
    let mut world = World::filed(&with_stages(BOTH));
    world.on("dan", "approve", "check").expect("approved");
    world.on("bob", "approve", "first").expect("approved");
    assert_eq!(open(&world), ["second"], "one has come, the other not");

    world.on("eve", "approve", "second").expect("approved");

    assert_eq!(open(&world), ["head"]);
    assert_eq!(world.case.stage("head").rounds, 1);
}

/// Two branches for those who ask for so much.
fn chosen(amount: i64) -> World {
    let yaml = with_form(
        "{id: amount, type: integer, label: 数量, required: true}",
        "  - parallel: reviews
    title: 会审
    branches:
      business: {title: 业务, when: form.amount >= 1, stages: [{stage: first, title: 科室, who: section_head@applicant}]}
      security: {title: 安全, when: form.amount >= 10, stages: [{stage: check, title: 安全, who: data_security_officer@applicant}]}
      leader: {title: 领导, when: form.amount >= 100, stages: [{stage: lead, title: 分管, who: dept_leader@applicant}]}
  - {stage: head, title: 负责人, who: share_office_head@applicant}",
    );
    World::submitted(&yaml, json!({ "amount": amount }))
}

#[test]
fn wcp_06_multi_choice() {
    assert_eq!(open(&chosen(5)), ["first"]);
    assert_eq!(open(&chosen(50)), ["first", "check"]);
    assert_eq!(open(&chosen(500)), ["first", "check", "lead"]);
}

#[test]
fn wcp_07_structured_synchronizing_merge() {
    let mut one = chosen(5);
    one.on("bob", "approve", "first").expect("approved");
    assert_eq!(open(&one), ["head"], "nothing else is waited for");

    let mut two = chosen(50);
    two.on("bob", "approve", "first").expect("approved");
    assert_eq!(open(&two), ["check"], "the other that was opened");
    two.on("dan", "approve", "check").expect("approved");
    assert_eq!(open(&two), ["head"]);
    assert_eq!(two.case.stage("head").rounds, 1);
}

#[test]
fn wcp_37_local_synchronizing_merge() {
    let yaml = with_form(
        "{id: amount, type: integer, label: 数量, required: true}",
        "  - parallel: both
    title: 同时
    branches:
      plan: {title: 预案, when: form.amount >= 10, stages: [{stage: plan, title: 预案, who: dept_leader@applicant, await: closing}]}
      handle:
        - {stage: handle, title: 处置, kind: work, who: section_head@applicant}
  - {stage: middle, title: 复核, who: data_security_officer@applicant}
  - {stage: closing, title: 结案, who: share_office_head@applicant}",
    );
    for (amount, opened) in [(5, false), (50, true)] {
        let mut world = World::submitted(&yaml, json!({ "amount": amount }));
        world.on("bob", "done", "handle").expect("done");
        assert!(
            open(&world).contains(&"middle".to_owned()),
            "the block is left"
        );
        world.on("dan", "approve", "middle").expect("approved");

        if opened {
            assert_eq!(open(&world), ["plan"], "opened, so it is waited for");
            world.on("eve", "approve", "plan").expect("approved");
        }
        assert_eq!(open(&world), ["closing"]);
    }
}

/// The answer of so many offices, each by itself, and the head after them.
fn threads(offices: &[&str], join: &str) -> World {
    let yaml = with_form(
        "{id: offices, type: departments, label: 部门, required: true}",
        &format!(
            "  - foreach: replies
    title: 各部门答复
    over: form.offices
    as: part
    join: {join}
    stages:
      - {{stage: answer, title: 答复, who: share_office_head@part}}
  - {{stage: head, title: 负责人, who: dept_leader@applicant}}"
        ),
    );
    let people = &[
        ("ann", "A", &["applicant"] as &[&str]),
        ("eve", "A", &["dept_leader"]),
        ("pat", "P", &["share_office_head"]),
        ("qin", "Q", &["share_office_head"]),
        ("ron", "R", &["share_office_head"]),
    ];
    let mut world = World::among(people, &yaml);
    world
        .act("ann", "submit", answering(json!({ "offices": offices })))
        .expect("submitted");
    world
}

#[test]
fn wcp_41_thread_merge() {
    let mut world = threads(&["P", "Q", "R"], "all");
    for (login, place) in [("ron", "answer[R]"), ("pat", "answer[P]")] {
        world.on(login, "approve", place).expect("approved");
        assert_eq!(world.case.stage("head").rounds, 0, "not all have come");
    }

    world.on("qin", "approve", "answer[Q]").expect("approved");

    assert_eq!(open(&world), ["head"], "one thread again");
    world.on("eve", "approve", "head").expect("approved");
    assert_eq!(world.end().as_deref(), Some("approved"));

    let mut two = threads(&["P", "Q", "R"], "2");
    two.on("pat", "approve", "answer[P]").expect("approved");
    assert_eq!(two.case.stage("head").rounds, 0);
    two.on("qin", "approve", "answer[Q]").expect("approved");
    assert_eq!(open(&two), ["head"], "so many make one");
}

#[test]
fn wcp_42_thread_split() {
    assert_eq!(open(&threads(&["P"], "all")), ["answer[P]"]);

    let mut world = threads(&["P", "Q", "R"], "all");

    assert_eq!(open(&world), ["answer[P]", "answer[Q]", "answer[R]"]);
    world
        .on_with("qin", "reject", "answer[Q]", because("不同意"))
        .expect("rejected");
    assert_eq!(world.case.stage("answer[Q]").how, Some(LeftAs::Refused));
}
