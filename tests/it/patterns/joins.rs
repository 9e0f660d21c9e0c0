//! Joins that do not wait for all: the first, or so many of the branches.

use huiqian::engine::LeftAs;
use serde_json::json;

use super::open;
use super::table::{Pattern, wcp};
use crate::support::world::{World, answering, with_form, with_stages};

pub const ROWS: &[Pattern] = &[
    wcp(
        9,
        "Structured Discriminator",
        "结构化鉴别器",
        "`parallel` 里一个分支的 `when` 读其他分支填的内容：先到的一个打开它，其余照办",
    ),
    wcp(28, "Blocking Discriminator", "阻塞鉴别器", "").missing(
        "一个块开着的时候不会再次进入，所以没有要挡住的第二次触发。",
        "A block that is open is not entered a second time, so there is no second activation to hold back.",
    ),
    wcp(29, "Cancelling Discriminator", "取消鉴别器", "`join: any`"),
    wcp(
        30,
        "Structured Partial Join",
        "结构化部分汇合",
        "同 WCP-09，`when` 数到 n 个",
    ),
    wcp(31, "Blocking Partial Join", "阻塞部分汇合", "").missing(
        "同 WCP-28：一个块开着的时候不会再次进入。",
        "As WCP-28: a block that is open is not entered a second time.",
    ),
    wcp(32, "Cancelling Partial Join", "取消部分汇合", "`join: n` 或百分比"),
    wcp(33, "Generalised AND-Join", "一般与汇合", "").missing(
        "汇合与分支成对，写不出不成对的汇合。",
        "A join closes the split that it belongs to; others cannot be written.",
    ),
];

/// Three reviews at once, then the head.
fn three(join: &str) -> World {
    World::filed(&with_stages(&format!(
        "  - parallel: reviews
    title: 会审
    join: {join}
    branches:
      security:
        - {{stage: check, title: 安全, who: data_security_officer@applicant}}
      business:
        - {{stage: first, title: 科室, who: section_head@applicant}}
      leader:
        - {{stage: lead, title: 分管, who: dept_leader@applicant}}
  - {{stage: head, title: 负责人, who: share_office_head@applicant}}"
    )))
}

/// Three views at once, and a summary that begins beside them as soon as `begins` holds.
fn summed(begins: &str) -> World {
    World::filed(&with_form(
        "{id: note, type: text, label: 说明}",
        &format!(
            "  - section: views
    title: 意见
    fields:
      - {{id: safety, type: text, label: 安全, required: true}}
      - {{id: business, type: text, label: 业务, required: true}}
      - {{id: leading, type: text, label: 领导, required: true}}
stages:
  - parallel: reviews
    title: 会审
    branches:
      security:
        - {{stage: check, title: 安全, who: data_security_officer@applicant, fills: [safety]}}
      business:
        - {{stage: first, title: 科室, who: section_head@applicant, fills: [business]}}
      leader:
        - {{stage: lead, title: 分管, who: dept_leader@applicant, fills: [leading]}}
      summary:
        title: 汇总
        when: {begins}
        stages:
          - {{stage: draft, title: 起草, kind: work, who: share_office_head@applicant}}
          - {{stage: archive, title: 归档, kind: work, who: share_office_head@applicant}}
"
        ),
    ))
}

fn view(world: &mut World, login: &str, stage: &str, field: &str) {
    let mut answers = serde_json::Map::new();
    answers.insert(field.to_owned(), json!("同意"));
    world
        .on_with(login, "approve", stage, answering(answers.into()))
        .expect("approved");
}

#[test]
fn wcp_09_structured_discriminator() {
    let mut world = summed("form.safety != null || form.business != null || form.leading != null");
    assert_eq!(open(&world), ["check", "first", "lead"]);

    view(&mut world, "bob", "first", "business");
    assert_eq!(
        open(&world),
        ["check", "lead", "draft"],
        "the first opens it, the rest go on"
    );
    world.on("cat", "done", "draft").expect("done");
    view(&mut world, "dan", "check", "safety");
    assert_eq!(
        open(&world),
        ["lead", "archive"],
        "the second changes nothing"
    );
    world.on("cat", "done", "archive").expect("done");
    assert_eq!(world.end(), None, "not before all have come");
    view(&mut world, "eve", "lead", "leading");

    assert_eq!(world.end().as_deref(), Some("approved"));
    assert_eq!(world.case.stage("draft").rounds, 1);
}

#[test]
fn wcp_29_cancelling_discriminator() {
    let mut world = three("any");

    world.on("dan", "approve", "check").expect("approved");

    assert_eq!(open(&world), ["head"]);
    for stage in ["first", "lead"] {
        assert_eq!(
            world.case.stage(stage).how,
            Some(LeftAs::Abandoned),
            "{stage}"
        );
    }
    assert_eq!(world.case.stage("head").rounds, 1);
}

#[test]
fn wcp_30_structured_partial_join() {
    let mut world = summed(
        "(form.safety != null && form.business != null) || (form.safety != null && form.leading != null) || (form.business != null && form.leading != null)",
    );
    view(&mut world, "eve", "lead", "leading");
    assert_eq!(open(&world), ["check", "first"], "one is too few");

    view(&mut world, "dan", "check", "safety");
    assert_eq!(
        open(&world),
        ["first", "draft"],
        "two open it, the third goes on"
    );
    world.on("cat", "done", "draft").expect("done");
    view(&mut world, "bob", "first", "business");

    assert_eq!(open(&world), ["archive"]);
    assert_eq!(world.case.stage("draft").rounds, 1);
}

#[test]
fn wcp_32_cancelling_partial_join() {
    let mut world = three("2");
    world.on("dan", "approve", "check").expect("approved");
    assert_eq!(open(&world), ["first", "lead"], "one is too few");

    world.on("eve", "approve", "lead").expect("approved");

    assert_eq!(open(&world), ["head"]);
    assert_eq!(world.case.stage("first").how, Some(LeftAs::Abandoned));
}
