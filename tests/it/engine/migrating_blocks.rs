//! Moving a case that is in several places at once: no branch loses a task.

use huiqian::engine::{Input, LeftAs, Obstacle};
use serde_json::json;

use crate::support::world::{
    Row, World, answering, back_to, because, with_form, with_stages, workflow,
};

const REVIEWS: &str = "  - parallel: reviews
    title: 会审
    branches:
      security:
        - {stage: check, title: 安全, who: data_security_officer@applicant}
      business:
        - {stage: first, title: 科室, who: section_head@applicant}
        - {stage: second, title: 分管, who: dept_leader@applicant}
  - {stage: head, title: 负责人, who: share_office_head@applicant}
";

/// The same with every name another.
fn called_otherwise() -> String {
    [
        ("reviews", "joint"),
        ("security:", "safety:"),
        ("business:", "trade:"),
        ("stage: check", "stage: audit"),
        ("stage: first", "stage: one"),
        ("stage: second", "stage: two"),
    ]
    .iter()
    .fold(REVIEWS.to_owned(), |text, (old, new)| {
        text.replace(old, new)
    })
}

const NAMES: &[(&str, &str)] = &[
    ("reviews", "joint"),
    ("reviews.security", "joint.safety"),
    ("reviews.business", "joint.trade"),
    ("check", "audit"),
    ("first", "one"),
    ("second", "two"),
];

fn open(world: &World) -> Vec<String> {
    let tasks = world.case.open_tasks();
    tasks.map(|task| task.stage.clone()).collect()
}

// What other engines lose: flowable#2559 (a parallel sub-process).
#[test]
fn every_branch_keeps_its_tasks_and_they_come_together() {
    let mut world = World::filed(&with_stages(REVIEWS));
    world.on("bob", "approve", "first").unwrap();

    world
        .migrate(&with_stages(&called_otherwise()), NAMES)
        .expect("moved");

    assert_eq!(
        world.open(),
        ["joint", "joint.safety", "audit", "joint.trade", "two"]
    );
    assert_eq!(world.asked(), ["audit: dan", "two: eve"]);
    world.on("eve", "approve", "two").unwrap();
    assert_eq!(
        world.asked(),
        ["audit: dan"],
        "the join waits for the other branch"
    );
    world.on("dan", "approve", "audit").unwrap();
    assert_eq!(world.asked(), ["head: cat"]);
    assert_eq!(world.replayed(), world.case);
}

#[test]
fn the_clock_around_the_branches_is_no_clock_of_a_branch() {
    let timed = |yaml: &str| yaml.replace("    branches:", "    due: 5wd\n    branches:");
    let mut world = World::filed(&with_stages(&timed(REVIEWS)));

    world
        .migrate(&with_stages(&timed(&called_otherwise())), NAMES)
        .expect("moved");

    let clocks = world.case.clocks.values();
    let clocks: Vec<&str> = clocks.map(|clock| clock.node.as_str()).collect();
    assert_eq!(clocks, ["joint"]);
}

#[test]
fn a_case_in_several_places_moves_again_and_back() {
    let mut world = World::filed(&with_stages(REVIEWS));
    let back: Vec<(&str, &str)> = NAMES.iter().map(|(old, new)| (*new, *old)).collect();

    for _ in 0..3 {
        world
            .migrate(&with_stages(&called_otherwise()), NAMES)
            .expect("moved");
        world
            .migrate(&with_stages(REVIEWS), &back)
            .expect("and back");
    }

    assert_eq!(world.asked(), ["check: dan", "first: bob bea"]);
    assert_eq!(world.case.tasks.len(), 2);
    assert_eq!(world.replayed(), world.case);
}

#[test]
fn a_branch_that_is_new_opens_and_one_that_is_open_must_be_there() {
    let more = REVIEWS.replace(
        "      business:",
        "      law:\n        - {stage: legal, title: 法制, who: legal_reviewer@applicant, nobody: workflow_admin@authority}\n      business:",
    );
    let mut world = World::filed(&with_stages(REVIEWS));
    world.on("dan", "approve", "check").unwrap();

    world.migrate(&with_stages(&more), &[]).expect("moved");
    assert_eq!(open(&world), ["first", "legal"]);
    assert_eq!(world.replayed(), world.case);

    // Back again: the branch that was opened has nowhere to go.
    let found = world.migration(&workflow(&with_stages(REVIEWS)), &[]);
    assert_eq!(
        found.map(|_| ()),
        Err(vec![
            Obstacle::NoCounterpart("reviews.law".into()),
            Obstacle::NoCounterpart("legal".into())
        ])
    );
}

#[test]
fn a_branch_that_has_passed_may_be_gone_and_counts_no_more() {
    let without = REVIEWS.replace(
        "      security:\n        - {stage: check, title: 安全, who: data_security_officer@applicant}\n",
        "      more:\n        - {stage: third, title: 复核, who: dept_leader@applicant}\n",
    );
    let mut world = World::filed(&with_stages(REVIEWS));
    world.on("dan", "approve", "check").unwrap();

    world.migrate(&with_stages(&without), &[]).expect("moved");

    assert_eq!(open(&world), ["first", "third"]);
    assert_eq!(
        world.case.stage("reviews@1.security").how,
        Some(LeftAs::Passed)
    );
    world.on("bob", "approve", "first").unwrap();
    world.on("eve", "approve", "second").unwrap();
    assert_eq!(open(&world), ["third"], "the new branch is waited for");
    world.on("eve", "approve", "third").unwrap();
    assert_eq!(open(&world), ["head"]);
    assert_eq!(world.replayed(), world.case);
}

#[test]
fn a_join_that_the_new_rule_decides_comes_together_at_once() {
    let mut world = World::filed(&with_stages(REVIEWS));
    world.on("dan", "approve", "check").unwrap();

    let any = REVIEWS.replace("    branches:", "    join: any\n    branches:");
    world.migrate(&with_stages(&any), &[]).expect("moved");

    assert_eq!(open(&world), ["head"]);
    assert_eq!(world.replayed(), world.case);
}

const OFFICES: &[Row<'static>] = &[
    ("ann", "A", &["applicant"]),
    ("cat", "A", &["share_office_head"]),
    ("bob", "A", &["section_head"]),
    ("pat", "P", &["share_office_head"]),
    ("pia", "P", &["provider_intake"]),
    ("qin", "Q", &["share_office_head"]),
    ("qua", "Q", &["provider_intake"]),
    ("adm", "Z", &["workflow_admin"]),
];

/// One branch for each provider, with answers of its own.
fn replies(over: &str) -> String {
    with_form(
        "{id: providers, type: departments, label: 提供部门, required: true}
{id: others, type: departments, label: 其他部门}",
        &format!(
            "  - section: reply
    title: 答复
    per: branch
    fields:
      - {{id: verdict, type: text, label: 结论, required: true}}
stages:
  - {{stage: check, title: 审核, who: section_head@applicant}}
  - foreach: replies
    title: 各部门答复
    over: form.{over}
    as: part
    due: {{in: 10wd, law: 《条例》第二十一条}}
    stages:
      - {{stage: intake, title: 受理, who: provider_intake@part, fills: [reply]}}
      - {{stage: answer, title: 答复, who: share_office_head@part, return: {{to: [check]}}}}
  - {{stage: head, title: 负责人, who: share_office_head@applicant}}
"
        ),
    )
}

fn asked_of(yaml: &str, providers: &[&str]) -> World {
    let mut world = World::among(OFFICES, yaml);
    world
        .act("ann", "submit", answering(json!({"providers": providers})))
        .unwrap();
    world.on("bob", "approve", "check").unwrap();
    world
}

#[test]
fn every_provider_keeps_its_branch_its_answers_and_the_one_clock_around_them() {
    let old = replies("providers");
    let new = old
        .replace("foreach: replies", "foreach: parts")
        .replace("stage: intake", "stage: accept")
        .replace("stage: answer", "stage: decide");
    let names = &[
        ("replies", "parts"),
        ("intake", "accept"),
        ("answer", "decide"),
    ];
    let mut world = asked_of(&old, &["P", "Q"]);
    world
        .on_with(
            "pia",
            "approve",
            "intake[P]",
            answering(json!({"verdict": "可以"})),
        )
        .unwrap();
    let deadline = world.case.clocks["replies#0"].deadline(&world.calendar);

    world.migrate(&new, names).expect("moved");

    assert_eq!(world.asked(), ["accept[Q]: qua", "decide[P]: pat"]);
    assert_eq!(world.case.branches["parts[P]"].answers["verdict"], "可以");
    assert_eq!(
        world.case.clocks["parts#0"].deadline(&world.calendar),
        deadline
    );
    world.on("pat", "approve", "decide[P]").unwrap();
    world
        .on_with(
            "qua",
            "approve",
            "accept[Q]",
            answering(json!({"verdict": "可以"})),
        )
        .unwrap();
    world.on("qin", "approve", "decide[Q]").unwrap();
    assert_eq!(open(&world), ["head"]);
    assert_eq!(world.replayed(), world.case);
}

#[test]
fn a_branch_that_was_sent_back_is_found_again() {
    let old = replies("providers");
    let new = old.replace("foreach: replies", "foreach: parts");
    let mut world = asked_of(&old, &["P", "Q"]);
    world
        .on_with(
            "pia",
            "approve",
            "intake[P]",
            answering(json!({"verdict": "可以"})),
        )
        .unwrap();
    world
        .on_with("pat", "return", "answer[P]", back_to("check"))
        .unwrap();
    assert_eq!(open(&world), ["intake[Q]", "check"]);

    world.migrate(&new, &[("replies", "parts")]).expect("moved");
    world.on("bob", "approve", "check").unwrap();

    assert_eq!(open(&world), ["intake[Q]", "intake[P]"]);
    assert_eq!(world.replayed(), world.case);
}

#[test]
fn branches_that_the_new_version_would_close_keep_the_case_where_it_is() {
    let world = asked_of(&replies("providers"), &["P", "Q"]);

    let found = world.migration(&workflow(&replies("others")), &[]);

    assert_eq!(
        found.map(|_| ()),
        Err(vec![
            Obstacle::NoCounterpart("replies[P]".into()),
            Obstacle::NoCounterpart("replies[Q]".into())
        ])
    );
}

#[test]
fn a_stage_required_by_law_inside_the_branches_is_not_left_out() {
    let law = replies("providers").replace(
        "      - {stage: answer",
        "      - {stage: secrecy, title: 保密审查, law: 第十五条, who: share_office_head@part}\n      - {stage: answer",
    );
    let mut world = asked_of(&replies("providers"), &["P", "Q"]);
    assert!(
        world.migration(&workflow(&law), &[]).is_ok(),
        "still to come in both"
    );
    world
        .on_with(
            "pia",
            "approve",
            "intake[P]",
            answering(json!({"verdict": "可以"})),
        )
        .unwrap();

    let found = world.migration(&workflow(&law), &[]);

    assert_eq!(
        found.map(|_| ()),
        Err(vec![Obstacle::StatuteLeftOut("secrecy".into())])
    );
}

#[test]
fn a_wait_goes_on_to_its_time_and_hears_its_signal() {
    let yaml = |wait: &str| {
        with_form(
            "{id: until, type: date, label: 截止, required: true}",
            &format!(
                "  - wait: {wait}
    title: 使用期
    until: form.until
    signals:
      finish: {{title: 不再需要, by: [applicant], next: closing}}
  - {{stage: after, title: 归档, who: section_head@applicant, next: approved}}
  - {{stage: closing, title: 收尾, who: share_office_head@applicant}}
"
            ),
        )
    };
    let waiting = || {
        let mut world = World::submitted(&yaml("in_use"), json!({"until": "2026-03-10"}));
        world
            .migrate(&yaml("in_force"), &[("in_use", "in_force")])
            .expect("moved");
        world
    };

    let mut world = waiting();
    world.wait_until("2026-03-11 00:00");
    assert_eq!(open(&world), ["after"]);
    assert_eq!(world.replayed(), world.case);
    let mut world = waiting();
    let signal = Some("finish".into());
    world
        .act(
            "ann",
            "signal",
            Input {
                signal,
                ..Input::default()
            },
        )
        .unwrap();
    assert_eq!(open(&world), ["closing"]);
}

#[test]
fn what_the_run_has_gone_on_from_and_what_it_is_held_by_are_carried_along() {
    let yaml = |plan: &str| {
        with_stages(&format!(
            "  - parallel: both
    title: 同时
    branches:
      plan:
        - {{stage: {plan}, title: 预案, who: dept_leader@applicant, await: closing}}
      handle:
        - {{stage: handle, title: 处置, kind: work, who: section_head@applicant}}
  - {{stage: closing, title: 结案, who: share_office_head@applicant}}
"
        ))
    };
    let mut world = World::filed(&yaml("plan"));
    world.on("bob", "done", "handle").unwrap();
    assert_eq!(open(&world), ["plan"]);

    world
        .migrate(&yaml("draft"), &[("plan", "draft")])
        .expect("moved");

    assert_eq!(open(&world), ["draft"]);
    world.on("eve", "approve", "draft").unwrap();
    assert_eq!(open(&world), ["closing"]);
    assert_eq!(world.replayed(), world.case);
}

#[test]
fn rounds_that_come_again_go_on_coming() {
    let yaml = |report: &str, every: &str| {
        with_stages(&format!(
            "  - parallel: response
    title: 处置
    branches:
      reports:
        - {{stage: {report}, title: 续报, kind: work, who: data_security_officer@applicant{every}}}
      work:
        - {{stage: contain, title: 处置, kind: work, who: section_head@applicant}}
  - {{stage: head, title: 负责人, who: share_office_head@applicant}}
"
        ))
    };
    let every = ", every: 24h, while: '!done(\"contain\")'";
    let mut world = World::filed(&yaml("report", every));

    world
        .migrate(&yaml("update", every), &[("report", "update")])
        .expect("moved");
    world.wait_until("2026-03-03 09:00");
    assert_eq!(open(&world), ["contain", "update"]);
    assert_eq!(world.replayed(), world.case);

    let between = World::filed(&yaml("report", every));
    let found = between.migration(&workflow(&yaml("report", "")), &[]);
    assert_eq!(
        found.map(|_| ()),
        Err(vec![Obstacle::OtherKind("report".into())]),
        "nothing would open it any more"
    );
}

#[test]
fn a_case_that_is_held_up_moves_and_decides_nothing_meanwhile() {
    let mut world = World::filed(&with_stages(REVIEWS));
    world.on("dan", "approve", "check").unwrap();
    world.act("adm", "suspend", because("等待核查")).unwrap();

    let any = REVIEWS.replace("    branches:", "    join: any\n    branches:");
    world.migrate(&with_stages(&any), &[]).expect("moved");

    assert!(world.case.is_suspended());
    assert_eq!(open(&world), ["first"]);
    assert!(world.case.clocks.values().all(|clock| !clock.is_running()));
    assert_eq!(world.replayed(), world.case);
}

#[test]
fn the_same_stages_out_of_their_branch_are_other_stages() {
    let flat = "  - {stage: check, title: 安全, who: data_security_officer@applicant}
  - {stage: first, title: 科室, who: section_head@applicant}
  - {stage: head, title: 负责人, who: share_office_head@applicant}
";
    let world = World::filed(&with_stages(REVIEWS));

    let found = world.migration(&workflow(&with_stages(flat)), &[]);

    assert_eq!(
        found.map(|_| ()),
        Err(vec![
            Obstacle::NoCounterpart("reviews".into()),
            Obstacle::NoCounterpart("reviews.security".into()),
            Obstacle::OtherBlocks("check".into()),
            Obstacle::NoCounterpart("reviews.business".into()),
            Obstacle::OtherBlocks("first".into()),
        ])
    );
}
