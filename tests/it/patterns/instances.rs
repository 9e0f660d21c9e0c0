//! Several instances of the same: how many there are, and when there are enough.

use huiqian::engine::{Input, LeftAs};
use serde_json::json;

use super::open;
use super::table::{Pattern, wcp};
use crate::support::world::{Row, World, answering, missing, with_form, with_stages};

pub const ROWS: &[Pattern] = &[
    wcp(
        12,
        "Multiple Instances without Synchronization",
        "多实例，不同步",
        "`foreach` 加 `await: never`",
    ),
    wcp(
        13,
        "Multiple Instances with a Priori Design-Time Knowledge",
        "多实例，设计时定数",
        "`who` 列出几个席位，`sign: all`",
    ),
    wcp(
        14,
        "Multiple Instances with a Priori Run-Time Knowledge",
        "多实例，运行时定数",
        "`foreach` 的 `over`",
    ),
    wcp(
        15,
        "Multiple Instances without a Priori Run-Time Knowledge",
        "多实例，中途增减",
        "`foreach` 的元素中途出现或消失；加签",
    ),
    wcp(
        26,
        "Cancel Multiple Instance Activity",
        "取消多实例",
        "`foreach` 的 `signals`，`next` 指向别处",
    ),
    wcp(
        27,
        "Complete Multiple Instance Activity",
        "提前完成多实例",
        "`foreach` 的 `signals`，`next` 指向其后；表决一有定论就结束",
    ),
    wcp(
        34,
        "Static Partial Join for Multiple Instances",
        "多实例部分汇合",
        "`parallel` 里一个分支的 `when` 数 `answers(\"环节\")` 有几份：够 n 份就打开，其余照办",
    ),
    wcp(
        35,
        "Cancelling Partial Join for Multiple Instances",
        "多实例部分汇合并取消",
        "票签 `sign: {pass: n}`；`foreach` 的 `join: n`",
    ),
    wcp(
        36,
        "Dynamic Partial Join for Multiple Instances",
        "多实例动态汇合",
        "票签 `sign: {pass: 60%}` 加并加签：分母随人数变",
    ),
];

const OFFICES: &[Row<'static>] = &[
    ("ann", "A", &["applicant"]),
    ("eve", "A", &["dept_leader"]),
    ("pat", "P", &["share_office_head"]),
    ("qin", "Q", &["share_office_head"]),
    ("ron", "R", &["share_office_head"]),
];

/// The answer of each of these offices, then the head.
fn replies(offices: &[&str], more: &str) -> World {
    let yaml = with_form(
        "{id: offices, type: departments, label: 部门, required: true}",
        &format!(
            "  - foreach: replies
    title: 各部门答复
    over: form.offices
    as: part
{SIGNALS}{more}    stages:
      - {{stage: answer, title: 答复, who: share_office_head@part, supplement: {{times: 2}}}}
  - {{stage: head, title: 负责人, who: dept_leader@applicant}}
  - aside: stopped
    title: 停办
    next: rejected
    stages:
      - {{stage: explain, title: 说明, kind: work, who: dept_leader@applicant}}"
        ),
    );
    let mut world = World::among(OFFICES, &yaml);
    world
        .act("ann", "submit", answering(json!({ "offices": offices })))
        .expect("submitted");
    world
}

fn yes(world: &mut World, login: &str, place: &str) {
    world.on(login, "approve", place).expect("approved");
}

#[test]
fn wcp_12_multiple_instances_without_synchronization() {
    let mut world = replies(&["P", "Q"], "    await: never\n");
    assert_eq!(
        open(&world),
        ["head", "answer[P]", "answer[Q]"],
        "the run has gone on"
    );

    yes(&mut world, "qin", "answer[Q]");
    yes(&mut world, "eve", "head");

    assert_eq!(
        world.end().as_deref(),
        Some("approved"),
        "and waits for none"
    );
}

#[test]
fn wcp_13_multiple_instances_with_a_priori_design_time_knowledge() {
    let mut world = World::filed(&with_stages(
        "  - {stage: panel, title: 会签, who: [section_head@applicant, data_security_officer@applicant, dept_leader@applicant], sign: all}
  - {stage: head, title: 负责人, who: share_office_head@applicant}",
    ));
    assert_eq!(open(&world), ["panel", "panel", "panel"]);

    yes(&mut world, "eve", "panel");
    yes(&mut world, "bob", "panel");
    assert_eq!(open(&world), ["panel"], "all three are needed");
    yes(&mut world, "dan", "panel");

    assert_eq!(open(&world), ["head"]);
}

#[test]
fn wcp_14_multiple_instances_with_a_priori_run_time_knowledge() {
    for offices in [&["P"] as &[&str], &["P", "Q", "R"]] {
        let mut world = replies(offices, "");
        assert_eq!(open(&world).len(), offices.len());

        for (login, office) in [("pat", "P"), ("qin", "Q"), ("ron", "R")] {
            if offices.contains(&office) {
                assert_eq!(world.case.stage("head").rounds, 0);
                yes(&mut world, login, &format!("answer[{office}]"));
            }
        }

        assert_eq!(open(&world), ["head"]);
    }
}

#[test]
fn wcp_15_multiple_instances_without_a_priori_run_time_knowledge() {
    let mut world = replies(&["P", "Q"], "");
    world
        .on_with("pat", "supplement", "answer[P]", missing(&["offices"]))
        .expect("asked");
    let task = world.case.open_tasks().last().map(|task| task.id);
    let input = Input {
        task,
        ..answering(json!({"offices": ["P", "R"]}))
    };
    world.act("ann", "supply", input).expect("supplied");
    assert_eq!(
        open(&world),
        ["answer[P]", "answer[R]"],
        "one more, one fewer"
    );
    assert_eq!(world.case.stage("replies[Q]").how, Some(LeftAs::Gone));
    yes(&mut world, "pat", "answer[P]");
    yes(&mut world, "ron", "answer[R]");
    assert_eq!(open(&world), ["head"]);

    let mut panel = World::filed(&with_stages(
        "  - {stage: panel, title: 会签, who: [section_head@applicant, dept_leader@applicant], sign: all}",
    ));
    yes(&mut panel, "bob", "panel");
    added(&mut panel, "eve", "dan");
    yes(&mut panel, "eve", "panel");
    assert_eq!(panel.end(), None, "the one who came later counts");
    yes(&mut panel, "dan", "panel");
    assert_eq!(panel.end().as_deref(), Some("approved"));
}

/// Somebody adds a signer beside themselves.
fn added(world: &mut World, login: &str, signer: &str) {
    let input = Input {
        how: Some("with".into()),
        people: vec![signer.to_owned()],
        ..Input::default()
    };
    world
        .on_with(login, "add_signer", "panel", input)
        .expect("added");
}

fn signal(name: &str) -> Input {
    Input {
        signal: Some(name.into()),
        ..Input::default()
    }
}

const SIGNALS: &str = "    signals:
      stop: {title: 停办, by: [applicant], next: stopped}
      enough: {title: 够了, by: [applicant], next: head}
";

#[test]
fn wcp_26_cancel_multiple_instance_activity() {
    let mut world = replies(&["P", "Q", "R"], "");
    yes(&mut world, "pat", "answer[P]");
    assert!(world.act("pat", "signal", signal("stop")).is_err());

    world
        .act("ann", "signal", signal("stop"))
        .expect("signalled");

    assert_eq!(
        open(&world),
        ["explain"],
        "every instance, and what would follow"
    );
    assert_eq!(world.case.stage("head").rounds, 0);
    for place in ["answer[Q]", "answer[R]"] {
        assert_eq!(
            world.case.stage(place).how,
            Some(LeftAs::Abandoned),
            "{place}"
        );
    }
}

#[test]
fn wcp_27_complete_multiple_instance_activity() {
    let mut world = replies(&["P", "Q", "R"], "");
    yes(&mut world, "pat", "answer[P]");

    world
        .act("ann", "signal", signal("enough"))
        .expect("signalled");

    assert_eq!(
        open(&world),
        ["head"],
        "the rest is withdrawn, the run goes on"
    );
    assert_eq!(
        world.case.stage("answer[P]").how,
        Some(LeftAs::Passed),
        "what was given stays"
    );

    let mut vote = World::filed(&with_stages(
        "  - {stage: panel, title: 票签, who: [section_head@applicant, data_security_officer@applicant, dept_leader@applicant], sign: {pass: 2}}
  - {stage: head, title: 负责人, who: share_office_head@applicant}",
    ));
    yes(&mut vote, "bob", "panel");
    yes(&mut vote, "dan", "panel");
    assert_eq!(open(&vote), ["head"], "no open vote can change it");
    assert!(vote.case.tasks[2].is_cancelled());
}

#[test]
fn wcp_34_static_partial_join_for_multiple_instances() {
    let yaml = with_form(
        "{id: experts, type: people, label: 专家, required: true}",
        "  - section: reply
    title: 意见
    per: task
    fields:
      - {id: view, type: text, label: 意见, required: true}
stages:
  - parallel: asking
    title: 征求意见
    branches:
      experts:
        - {stage: panel, title: 专家意见, who: each form.experts, sign: all, fills: [reply]}
      summary:
        title: 汇总
        when: size(answers(\"panel\")) >= 2
        stages:
          - {stage: draft, title: 起草, kind: work, who: share_office_head@applicant}
",
    );
    let mut world = World::submitted(&yaml, json!({"experts": ["bob", "dan", "eve"]}));
    let given = |world: &mut World, login: &str| {
        let view = answering(json!({"view": "同意"}));
        world
            .on_with(login, "approve", "panel", view)
            .expect("approved");
    };
    given(&mut world, "bob");
    assert_eq!(open(&world), ["panel", "panel"], "one is too few");

    given(&mut world, "eve");
    assert_eq!(
        open(&world),
        ["panel", "draft"],
        "two open it, the third goes on"
    );
    world.on("cat", "done", "draft").expect("done");
    given(&mut world, "dan");

    assert_eq!(world.end().as_deref(), Some("approved"));
    assert_eq!(world.case.stage("draft").rounds, 1);
}

#[test]
fn wcp_35_cancelling_partial_join_for_multiple_instances() {
    let mut world = replies(&["P", "Q", "R"], "    join: 2\n");
    yes(&mut world, "ron", "answer[R]");
    assert_eq!(open(&world), ["answer[P]", "answer[Q]"], "one is too few");

    yes(&mut world, "pat", "answer[P]");

    assert_eq!(open(&world), ["head"]);
    assert_eq!(world.case.stage("answer[Q]").how, Some(LeftAs::Abandoned));
}

#[test]
fn wcp_36_dynamic_partial_join_for_multiple_instances() {
    let panel = || {
        World::filed(&with_stages(
            "  - {stage: panel, title: 票签, who: [section_head@applicant, dept_leader@applicant], sign: {pass: 60%}}",
        ))
    };
    let mut two = panel();
    yes(&mut two, "bob", "panel");
    assert_eq!(two.end(), None, "of two both are needed");

    let mut five = panel();
    for signer in ["dan", "cat", "bea"] {
        added(&mut five, "eve", signer);
    }
    yes(&mut five, "bob", "panel");
    yes(&mut five, "dan", "panel");
    assert_eq!(five.end(), None, "of five three are needed");
    yes(&mut five, "cat", "panel");
    assert_eq!(five.end().as_deref(), Some("approved"));
    assert_eq!(open(&five), [""; 0], "the rest is not waited for");
}
