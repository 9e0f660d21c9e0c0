//! A case running through its definition: what is done, what is going on, what is to come.

use huiqian::diagram::{Canvas, FILING, Happened, Mark, Progress, Size};
use serde_json::json;

use super::sketch;
use crate::support::world::{Row, World, answering, back_to, because, with_form, with_stages};

const THREE: &str = "  - {stage: first, title: 一, who: section_head@applicant}
  - group: both
    title: 两步
    stages:
      - {stage: second, title: 二, who: share_office_head@applicant}
      - {stage: spare, title: 不办, when: form.amount == 7, who: share_office_head@applicant}
  - {stage: third, title: 三, who: dept_leader@applicant}";

fn marks(world: &World) -> Vec<(String, Mark)> {
    let progress = Progress::of(&world.workflow, &world.case);
    let ids = [FILING, "first", "both", "second", "spare", "third"];
    ids.map(|id| (id.to_owned(), progress.mark(id))).into()
}

fn expect(world: &World, expected: [Mark; 6]) {
    let found: Vec<Mark> = marks(world).into_iter().map(|(_, mark)| mark).collect();
    assert_eq!(found, expected);
}

#[test]
fn what_has_passed_is_done_what_is_open_is_now_the_rest_is_to_come() {
    use Mark::{Done, Now, Skipped, ToCome};
    let mut world = World::filed(&with_stages(THREE));

    expect(&world, [Done, Now, ToCome, ToCome, ToCome, ToCome]);
    world.on("bob", "approve", "first").expect("approved");
    expect(&world, [Done, Done, Now, Now, ToCome, ToCome]);
    world.on("cat", "approve", "second").expect("approved");
    expect(&world, [Done, Done, Done, Done, Skipped, Now]);
}

#[test]
fn what_was_refused_is_red_and_what_was_not_reached_is_not_needed() {
    use Mark::{Done, Refused, Skipped};
    let mut world = World::filed(&with_stages(THREE));
    world.on("bob", "approve", "first").expect("approved");

    world
        .on_with("cat", "reject", "second", because("不同意"))
        .expect("rejected");

    expect(&world, [Done, Done, Refused, Refused, Skipped, Skipped]);
    let progress = Progress::of(&world.workflow, &world.case);
    assert_eq!(progress.end.as_deref(), Some("rejected"));
    let shown = sketch(&world.workflow, Some(&progress)).outline_text();
    assert!(shown.contains("- 不同意"), "{shown}");
}

#[test]
fn a_stage_that_was_returned_is_to_come_again_and_not_refused() {
    use Mark::{Done, Now, Skipped, ToCome};
    let mut world = World::filed(&with_stages(THREE));
    world.on("bob", "approve", "first").expect("approved");
    world.on("cat", "approve", "second").expect("approved");

    world
        .on_with("eve", "return", "third", back_to("first"))
        .expect("returned");

    let (first, third) = (marks(&world)[1].1, marks(&world)[5].1);
    assert_eq!((first, third), (Now, ToCome));
    let to_applicant = back_to("applicant");
    world
        .on_with("bob", "return", "first", to_applicant)
        .expect("returned");
    expect(&world, [Now, ToCome, Done, Done, Skipped, ToCome]);
}

#[test]
fn a_return_is_drawn_from_where_it_was_made() {
    let mut world = World::filed(&with_stages(THREE));
    world.on("bob", "approve", "first").expect("approved");
    let mut progress = Progress::of(&world.workflow, &world.case);
    progress.returns.push(Happened {
        from: "second".into(),
        to: FILING.into(),
        text: "3月2日 退回".into(),
    });

    let sketch = sketch(&world.workflow, Some(&progress));

    let ways: Vec<_> = sketch.steps().flat_map(|step| &step.ways).collect();
    assert_eq!(ways.len(), 1, "{ways:?}");
    assert_eq!(ways[0].goal.as_deref(), Some(FILING));
}

const OFFICES: &[Row<'static>] = &[
    ("ann", "A", &["applicant"]),
    ("bob", "A", &["section_head"]),
    ("cat", "A", &["share_office_head"]),
    ("dan", "A", &["data_security_officer"]),
    ("pat", "P", &["share_office_head"]),
    ("pia", "P", &["provider_intake"]),
    ("qin", "Q", &["share_office_head"]),
    ("qua", "Q", &["provider_intake"]),
    ("ray", "R", &["share_office_head"]),
    ("rob", "R", &["provider_intake"]),
    ("adm", "Z", &["workflow_admin"]),
];

/// Three departments are asked: P answers, Q has agreed, R has refused.
fn in_branches() -> World {
    let yaml = with_form(
        "{id: providers, type: departments, label: 提供部门, required: true}",
        "  - foreach: replies
    title: 各部门答复
    over: form.providers
    as: part
    join: {pass: 1, rest: wait}
    stages:
      - {stage: intake, title: 受理, kind: work, who: provider_intake@part}
      - group: reply
        title: 答复
        stages:
          - {stage: answer, title: 负责人答复, who: share_office_head@part}
  - parallel: checks
    title: 检查
    branches:
      safety: [{stage: safe, title: 安全, who: data_security_officer@applicant}]
      section:
        when: form.providers.size() == 3
        stages: [{stage: look, title: 科室, who: section_head@applicant}]
      spare:
        when: form.providers.size() == 4
        stages: [{stage: spare_look, title: 备用, who: section_head@applicant}]
",
    );
    let mut world = World::among(OFFICES, &yaml);
    let answers = answering(json!({"providers": ["P", "Q", "R"]}));
    world.act("ann", "submit", answers).expect("submitted");
    for (login, place) in [
        ("pia", "intake[P]"),
        ("qua", "intake[Q]"),
        ("rob", "intake[R]"),
    ] {
        world.on(login, "done", place).expect("done");
    }
    world.on("qin", "approve", "answer[Q]").expect("approved");
    world
        .on_with("ray", "reject", "answer[R]", because("不同意"))
        .expect("rejected");
    world
}

#[test]
fn branches_are_told_apart_and_counted() {
    let world = in_branches();

    let progress = Progress::of(&world.workflow, &world.case);

    let branches = &progress.branches["replies"];
    let said: Vec<(&str, Mark, Vec<&str>)> = branches
        .iter()
        .map(|branch| {
            let at = branch.at.iter().map(String::as_str).collect();
            (branch.label.as_str(), branch.mark, at)
        })
        .collect();
    assert_eq!(
        said,
        [
            ("P", Mark::Now, vec!["answer"]),
            ("Q", Mark::Done, vec![]),
            ("R", Mark::Refused, vec![]),
        ]
    );
    let marks = ["replies", "intake", "reply", "answer", "checks", "safe"];
    assert_eq!(
        marks.map(|id| progress.mark(id)),
        [
            Mark::Now,
            Mark::Done,
            Mark::Now,
            Mark::Now,
            Mark::ToCome,
            Mark::ToCome
        ]
    );
    assert_eq!(progress.nodes["answer"].branches, Some((1, 3)));
    let words = sketch(&world.workflow, Some(&progress)).outline_text();
    assert!(words.contains("P：负责人答复"), "{words}");
    assert!(words.contains("1/3 个分支已办"), "{words}");
}

#[test]
fn branches_of_a_parallel_have_their_marks() {
    let mut world = in_branches();
    world.on("pat", "approve", "answer[P]").expect("approved");
    world.on("dan", "approve", "safe").expect("approved");

    let progress = Progress::of(&world.workflow, &world.case);

    let marks = [
        "replies",
        "checks",
        "checks.safety",
        "checks.section",
        "look",
    ];
    assert_eq!(
        marks.map(|id| progress.mark(id)),
        [Mark::Done, Mark::Now, Mark::Done, Mark::Now, Mark::Now]
    );
    // Its condition does not hold.
    assert!([Mark::Skipped, Mark::ToCome].contains(&progress.mark("checks.spare")));
}

#[test]
fn a_case_leaves_out_the_exceptions_that_it_has_nothing_to_do_with() {
    let yaml = with_form(
        "{id: note, type: text, label: 说明}",
        "  - {stage: look, title: 审核, who: section_head@applicant, refused: dispute}
  - {stage: sign, title: 签发, who: share_office_head@applicant, refused: spare}
  - aside: dispute
    title: 争议
    next: sign
    stages:
      - {stage: talk, title: 协商, kind: work, who: share_office_head@applicant}
  - aside: spare
    title: 备用
    next: sign
    stages:
      - {stage: help, title: 帮助, kind: work, who: share_office_head@applicant}
",
    );
    let mut world = World::filed_among(OFFICES, &yaml);
    let has = |world: &World, id: &str| {
        let progress = Progress::of(&world.workflow, &world.case);
        let sketch = sketch(&world.workflow, Some(&progress));
        sketch.steps().any(|step| step.id == id)
    };
    assert!(!has(&world, "dispute") && !has(&world, "spare"));

    world
        .on_with("bob", "reject", "look", because("不同意"))
        .expect("rejected");

    assert!(has(&world, "dispute") && has(&world, "talk"));
    assert!(!has(&world, "spare"));
}

#[test]
fn marks_are_told_by_more_than_colour() {
    let world = in_branches();
    let progress = Progress::of(&world.workflow, &world.case);
    let canvas = Canvas {
        size: Size {
            width: 1040,
            across: true,
        },
        alone: false,
        id: "flow",
    };

    let (svg, _) = sketch(&world.workflow, Some(&progress)).svg(canvas);

    let steps = svg.matches("class=\"nd ").count() + svg.matches("class=\"fr ").count();
    assert_eq!(svg.matches("class=\"mk\"").count(), steps);
    assert_eq!(svg.matches("class=\"bm ").count(), 3);
    for words in ["已完成", "正在办理", "未开始"] {
        assert!(svg.contains(words), "{words}");
    }
}
