//! What depends on the state of the case, and on what happens outside.

use huiqian::engine::{Input, Rejection};
use serde_json::json;

use super::open;
use super::table::{Pattern, wcp};
use crate::support::world::{World, answering, because, definition, with_form, with_stages};

pub const ROWS: &[Pattern] = &[
    wcp(
        16,
        "Deferred Choice",
        "延迟选择",
        "`wait` 的 `until` 和 `signals`：先来的决定",
    ),
    wcp(17, "Interleaved Parallel Routing", "交错并行", "").missing(
        "并行的几条路不能约定“同一时刻只办一项、先后随意”；只有固定先后的 `order: sequence`。",
        "Branches run at once or in a fixed order; they cannot be interleaved one task at a time.",
    ),
    wcp(18, "Milestone", "里程碑", "`withdraw: {until: 环节}`"),
    wcp(
        23,
        "Transient Trigger",
        "瞬时触发",
        "`signals`：块不开着时发出的不作数",
    ),
    wcp(
        24,
        "Persistent Trigger",
        "持久触发",
        "外层块的 `signals` 加 `fills` 记下，`wait` 的 `when`、`until` 读它：先到也不丢",
    ),
    wcp(39, "Critical Section", "临界区", "").missing(
        "两段环节不能约定互斥；`await` 只约定先后。",
        "Two regions cannot exclude each other; `await` only puts one before another.",
    ),
    wcp(
        40,
        "Interleaved Routing",
        "交错办理",
        "`foreach` 的 `order: sequence`",
    )
    .partly(
        "一次只办一项，但先后在申请时就定了，办理时不能换。",
        "One at a time, but in an order that is fixed when the case is filed.",
    ),
];

fn signal(name: &str) -> Input {
    Input {
        signal: Some(name.into()),
        ..Input::default()
    }
}

#[test]
fn wcp_16_deferred_choice() {
    let waiting = || {
        World::submitted(
            &with_form(
                "{id: until, type: date, label: 截止, required: true}",
                "  - wait: in_use
    title: 使用期
    until: form.until
    signals:
      finish: {title: 不再需要, by: [applicant], next: closing}
      renew: {title: 续用, by: [applicant], next: renewal}
  - {stage: archive, title: 到期归档, who: section_head@applicant, next: approved}
  - {stage: closing, title: 收尾, who: share_office_head@applicant, next: approved}
  - {stage: renewal, title: 续用, who: dept_leader@applicant}",
            ),
            json!({"until": "2026-03-10"}),
        )
    };
    for (name, stage) in [("finish", "closing"), ("renew", "renewal")] {
        let mut world = waiting();
        world.act("ann", "signal", signal(name)).expect("signalled");
        assert_eq!(open(&world), [stage]);
        assert!(
            !world.actions("ann").contains(&"signal"),
            "the others are gone"
        );
        world.wait_until("2026-03-11 00:00");
        assert_eq!(open(&world), [stage], "time as well");
    }

    let mut late = waiting();
    late.wait_until("2026-03-11 00:00");
    assert_eq!(open(&late), ["archive"]);
    assert!(late.act("ann", "signal", signal("finish")).is_err());
}

#[test]
fn wcp_18_milestone() {
    let yaml = definition(
        "withdraw: {until: head}\n",
        "{id: note, type: text, label: 说明}",
        "  - {stage: review, title: 审核, who: section_head@applicant}
  - {stage: safety, title: 安全, who: data_security_officer@applicant}
  - {stage: head, title: 负责人, who: share_office_head@applicant}",
        "",
    );
    let mut before = World::filed(&yaml);
    before.on("bob", "approve", "review").expect("approved");
    before
        .act("ann", "withdraw", Input::default())
        .expect("not reached");
    assert_eq!(before.end().as_deref(), Some("withdrawn"));

    let mut after = World::filed(&yaml);
    after.on("bob", "approve", "review").expect("approved");
    after.on("dan", "approve", "safety").expect("approved");
    assert!(!after.actions("ann").contains(&"withdraw"));
    assert_eq!(
        after.act("ann", "withdraw", Input::default()),
        Err(Rejection::TooLateToWithdraw)
    );
}

#[test]
fn wcp_23_transient_trigger() {
    let mut world = World::filed(&with_stages(
        "  - {stage: review, title: 审核, who: section_head@applicant}
  - wait: payment
    title: 等待缴费
    signals:
      paid: {title: 已缴费, by: [applicant], next: head}
  - {stage: head, title: 负责人, who: share_office_head@applicant}",
    ));
    assert!(
        world.act("ann", "signal", signal("paid")).is_err(),
        "nobody waits for it"
    );
    world.on("bob", "approve", "review").expect("approved");
    assert_eq!(world.open(), ["payment"], "it was not kept");

    world
        .act("ann", "signal", signal("paid"))
        .expect("signalled");

    assert_eq!(open(&world), ["head"]);
}

#[test]
fn wcp_24_persistent_trigger() {
    let yaml = with_form(
        "{id: note, type: text, label: 说明}",
        "  - section: receipt
    title: 缴费
    fields:
      - {id: paid, type: date, label: 缴费日期, required: true}
stages:
  - group: handling
    title: 办理
    signals:
      paid: {title: 已缴费, by: [applicant], fills: [receipt], next: stay}
    stages:
      - {stage: review, title: 审核, who: section_head@applicant}
      - {wait: payment, title: 等待缴费, when: form.paid == null, signals: {waive: {title: 免缴, by: [section_head@applicant], next: passed}}, until: form.paid}
      - {stage: head, title: 负责人, who: share_office_head@applicant}
",
    );
    let paid = || Input {
        signal: Some("paid".into()),
        ..answering(json!({"paid": "2026-03-01"}))
    };
    let mut early = World::filed(&yaml);
    early.act("ann", "signal", paid()).expect("kept");
    assert_eq!(
        early.open(),
        ["handling", "review"],
        "nothing waits for it yet"
    );
    early.on("bob", "approve", "review").expect("approved");
    assert_eq!(open(&early), ["head"], "it had come already");

    let mut late = World::filed(&yaml);
    late.on("bob", "approve", "review").expect("approved");
    late.wait_until("2026-03-20 09:00");
    assert_eq!(late.open(), ["handling", "payment"], "however long");
    late.act("ann", "signal", paid()).expect("signalled");
    late.tick();
    assert_eq!(open(&late), ["head"]);
}

#[test]
fn wcp_40_interleaved_routing() {
    let yaml = with_form(
        "{id: offices, type: departments, label: 部门, required: true}",
        "  - foreach: replies
    title: 各部门答复
    over: form.offices
    as: part
    order: sequence
    stages:
      - {stage: answer, title: 答复, who: share_office_head@part}
  - {stage: head, title: 负责人, who: dept_leader@applicant}",
    );
    for offices in [["P", "A"], ["A", "P"]] {
        let mut world = World::submitted(&yaml, json!({ "offices": offices }));
        for office in offices {
            let place = format!("answer[{office}]");
            assert_eq!(open(&world), [&*place], "never two at once");
            let login = if office == "P" { "pat" } else { "cat" };
            world
                .on_with(login, "approve", &place, because("同意"))
                .expect("approved");
        }
        assert_eq!(open(&world), ["head"], "each once");
    }
}
