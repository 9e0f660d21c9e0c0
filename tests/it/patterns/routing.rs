//! Control flow along one thread: sequence, choices, loops, ends.

use huiqian::engine::{Channel, Input, TaskAsks};
use huiqian::services::cases::By;
use huiqian::services::started;
use serde_json::json;

use super::table::{Pattern, wcp};
use super::{open, who_may};
use crate::support::app::Fixture;
use crate::support::world::{World, choosing, with_form, with_stages};

pub const ROWS: &[Pattern] = &[
    wcp(1, "Sequence", "顺序", "`stages` 的先后"),
    wcp(
        4,
        "Exclusive Choice",
        "排他选择",
        "`next: [{when, goto}, …]`、`when`",
    ),
    wcp(
        5,
        "Simple Merge",
        "简单汇合",
        "几条路的 `next` 指向同一环节",
    ),
    wcp(
        10,
        "Arbitrary Cycles",
        "任意循环",
        "`next` 指向前面的任一环节",
    ),
    wcp(
        11,
        "Implicit Termination",
        "自然结束",
        "列表走完且没有未了的（`await: end`）即结束",
    ),
    wcp(
        21,
        "Structured Loop",
        "结构化循环",
        "`next` 的 `again`；`every` 加 `while`",
    ),
    wcp(
        22,
        "Recursion",
        "递归",
        "`start` 发起本流程自己（先成草稿，由人提交）",
    ),
    wcp(
        43,
        "Explicit Termination",
        "指定结束",
        "任何 `next` 指向一个结束（`ends`），其余的全部取消",
    ),
];

const AMOUNT: &str = "{id: amount, type: integer, label: 数量, required: true}";

fn with_amount(stages: &str, amount: i64) -> World {
    World::submitted(&with_form(AMOUNT, stages), json!({ "amount": amount }))
}

#[test]
fn wcp_01_sequence() {
    let mut world = World::filed(&with_stages(
        "  - {stage: one, title: 一, who: section_head@applicant}
  - {stage: two, title: 二, who: share_office_head@applicant}",
    ));
    assert_eq!(open(&world), ["one"]);

    world.on("bob", "approve", "one").expect("approved");
    assert_eq!(open(&world), ["two"], "after it, and not before");

    world.on("cat", "approve", "two").expect("approved");
    assert_eq!(world.end().as_deref(), Some("approved"));
}

/// One of two ways, and then together again.
const EITHER: &str = "  - {stage: triage, title: 分流, kind: work, who: section_head@applicant, next: [{when: form.amount < 10, goto: small}, {goto: large}]}
  - {stage: small, title: 小额, who: data_security_officer@applicant, next: head}
  - {stage: large, title: 大额, who: dept_leader@applicant}
  - {stage: head, title: 负责人, who: share_office_head@applicant}";

#[test]
fn wcp_04_exclusive_choice() {
    for (amount, way) in [(5, "small"), (50, "large")] {
        let mut world = with_amount(EITHER, amount);

        world.on("bob", "done", "triage").expect("done");

        assert_eq!(open(&world), [way], "this one alone");
    }
}

#[test]
fn wcp_05_simple_merge() {
    for (amount, way, login) in [(5, "small", "dan"), (50, "large", "eve")] {
        let mut world = with_amount(EITHER, amount);
        world.on("bob", "done", "triage").expect("done");

        world.on(login, "approve", way).expect("approved");

        assert_eq!(open(&world), ["head"], "nothing is waited for");
        assert_eq!(world.case.stage("head").rounds, 1);
    }
}

#[test]
fn wcp_10_arbitrary_cycles() {
    let mut world = World::filed(&with_stages(
        "  - {stage: draft, title: 起草, kind: work, who: section_head@applicant}
  - {stage: check, title: 核对, kind: work, who: data_security_officer@applicant, choices: {good: 可以, bad: 重拟}, next: [{when: choice == \"bad\", goto: draft}, {goto: head}]}
  - {stage: head, title: 负责人, kind: work, who: share_office_head@applicant, choices: {good: 可以, recheck: 再核, redraft: 重拟}, next: [{when: choice == \"recheck\", goto: check}, {when: choice == \"redraft\", goto: draft}, {goto: approved}]}",
    ));
    let choose = |world: &mut World, login: &str, stage: &str, choice: &str| {
        world
            .on_with(login, "choose", stage, choosing(choice))
            .expect("chosen");
    };
    world.on("bob", "done", "draft").expect("done");
    choose(&mut world, "dan", "check", "good");
    choose(&mut world, "cat", "head", "recheck");
    assert_eq!(open(&world), ["check"], "into the middle");
    choose(&mut world, "dan", "check", "bad");
    assert_eq!(open(&world), ["draft"], "out of the middle, to the start");
    world.on("bob", "done", "draft").expect("done");
    choose(&mut world, "dan", "check", "good");
    choose(&mut world, "cat", "head", "redraft");
    assert_eq!(open(&world), ["draft"]);
    world.on("bob", "done", "draft").expect("done");
    choose(&mut world, "dan", "check", "good");
    choose(&mut world, "cat", "head", "good");

    assert_eq!(world.end().as_deref(), Some("approved"));
    let rounds = |stage: &str| world.case.stage(stage).rounds;
    assert_eq!(
        (rounds("draft"), rounds("check"), rounds("head")),
        (3, 4, 3)
    );
}

#[test]
fn wcp_11_implicit_termination() {
    let yaml = with_stages(
        "  - {stage: filing, title: 备案, kind: work, who: data_security_officer@applicant, await: end}
  - {stage: check, title: 审核, who: section_head@applicant}",
    );
    let mut filing_last = World::filed(&yaml);
    filing_last.on("bob", "approve", "check").expect("approved");
    assert_eq!(filing_last.end(), None, "something is left to do");
    filing_last.on("dan", "done", "filing").expect("done");
    assert_eq!(filing_last.end().as_deref(), Some("approved"));

    let mut filing_first = World::filed(&yaml);
    filing_first.on("dan", "done", "filing").expect("done");
    assert_eq!(filing_first.end(), None);
    filing_first
        .on("bob", "approve", "check")
        .expect("approved");
    assert_eq!(
        filing_first.end().as_deref(),
        Some("approved"),
        "whichever is the last"
    );
}

#[test]
fn wcp_21_structured_loop() {
    let mut until = World::filed(&with_stages(
        "  - {stage: collect, title: 收集, kind: work, who: section_head@applicant, choices: {more: 还有, enough: 够了}, next: [{when: choice == \"more\", goto: again}, {goto: head}]}
  - {stage: head, title: 负责人, who: share_office_head@applicant}",
    ));
    for round in 1..=3 {
        assert_eq!(open(&until), ["collect"]);
        assert_eq!(until.case.stage("collect").rounds, round);
        let choice = if round < 3 { "more" } else { "enough" };
        until
            .on_with("bob", "choose", "collect", choosing(choice))
            .expect("chosen");
    }
    assert_eq!(open(&until), ["head"]);

    let mut whilst = World::filed(&with_stages(
        "  - parallel: response
    title: 处置
    branches:
      reports:
        - {stage: report, title: 续报, kind: work, who: data_security_officer@applicant, every: 24h, while: '!done(\"contain\")'}
      work:
        - {stage: contain, title: 处置, kind: work, who: section_head@applicant}",
    ));
    whilst.wait_until("2026-03-03 09:00");
    whilst.on("dan", "done", "report").expect("once");
    whilst.wait_until("2026-03-04 09:00");
    whilst.on("dan", "done", "report").expect("twice");
    whilst.on("bob", "done", "contain").expect("contained");
    assert_eq!(
        whilst.end().as_deref(),
        Some("approved"),
        "tested before each round"
    );
}

#[test]
fn wcp_22_recursion() {
    Fixture::each(|fixture| {
        let key = fixture.publish(&with_form(
            "{id: depth, type: integer, label: 层级, required: true}",
            "  - {start: below, title: 下一级, when: form.depth > 0, workflow: trial, with: {depth: form.depth - 1}}
  - {stage: review, title: 审核, who: section_head@applicant}",
        ));
        let by = By::person(fixture.id("ann"), Channel::Page);
        let below = |case| {
            let case = fixture.case(case);
            let mut asked = case.open_tasks().filter(|task| task.asks == TaskAsks::File);
            asked.next().map(|task| task.id)
        };
        let mut cases = vec![fixture.file("ann", &key, json!({"depth": 2}))];
        while let Some(task) = below(cases[cases.len() - 1]) {
            let draft = started::open(&fixture.app, &by, cases[cases.len() - 1], task);
            let draft = draft.expect("opened");
            fixture
                .act("ann", draft, "submit", Input::default())
                .expect("filed");
            fixture.let_time_act();
            cases.push(draft);
        }
        let depths: Vec<_> = cases
            .iter()
            .map(|case| fixture.case(*case).answers["depth"].clone())
            .collect();
        assert_eq!(
            depths,
            [json!(2), json!(1), json!(0)],
            "the innermost starts none"
        );

        for case in cases.iter().rev() {
            let waiting: Vec<_> = cases
                .iter()
                .filter(|case| fixture.case(**case).open_tasks().next().is_some())
                .collect();
            assert_eq!(waiting, [case], "each waits for the one below it");
            fixture
                .on("bob", *case, "approve", "review")
                .expect("approved");
            fixture.let_time_act();
        }
        assert!(cases.iter().all(|case| !fixture.case(*case).is_open()));
    });
}

#[test]
fn wcp_43_explicit_termination() {
    let mut world = World::filed(&with_stages(
        "  - parallel: reviews
    title: 会审
    branches:
      security:
        - {stage: check, title: 安全, who: data_security_officer@applicant, refused: rejected, next: approved}
      business:
        - {stage: first, title: 科室, who: section_head@applicant}
  - {stage: head, title: 负责人, who: share_office_head@applicant}",
    ));
    assert_eq!(who_may(&world, "approve", "first"), ["bob", "bea"]);

    world.on("dan", "approve", "check").expect("approved");

    assert_eq!(world.end().as_deref(), Some("approved"));
    assert_eq!(open(&world), [""; 0], "whatever was open");
    assert!(
        world
            .case
            .tasks
            .iter()
            .any(|task| task.stage == "first" && task.is_cancelled())
    );
}
