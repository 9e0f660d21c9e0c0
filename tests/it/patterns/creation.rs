//! Creation: whom the definition names, and by what.

use huiqian::engine::{Input, Rejection};
use serde_json::{Value, json};

use super::table::{Pattern, wrp};
use super::who_may;
use crate::support::app::Fixture;
use crate::support::world::{
    PEOPLE, Row, World, answering, because, definition, naming, with_form, with_stages,
};

pub const ROWS: &[Pattern] = &[
    wrp(1, "Direct Distribution", "直接指派", "`who: user:登录名`"),
    wrp(2, "Role-Based Distribution", "按角色", "`who: 角色@部门`"),
    wrp(3, "Deferred Distribution", "运行时确定", "`who: form.字段`、`each form.字段`"),
    wrp(
        4,
        "Authorization",
        "授权",
        "目录里的岗位（流程管理员可挂起、跳转、改派）；`deny`；`signals` 的 `by`",
    ),
    wrp(5, "Separation of Duties", "职责分离", "`not: [actor(环节)]`、`distinct: true`"),
    wrp(
        6,
        "Case Handling",
        "一人负责到底",
        "第一个环节 `offer: turn`，以后各环节 `offer: same`",
    ),
    wrp(7, "Retain Familiar", "原人办理", "`who: actor(环节)`；`offer: same`：还在岗位上就归他，否则岗位上的人都可以签收"),
    wrp(
        8,
        "Capability-Based Distribution",
        "按能力",
        "人员的数据级别：所选数据的级别决定谁能办",
    )
    .partly(
        "目录只记一种能力（可接触的数据级别），不能自定义技能。",
        "The directory records one capability, the data level a person is cleared for; there are no skills of one's own making.",
    ),
    wrp(9, "History-Based Distribution", "按经历", "`offer: experienced`：一年内这一环节办得最多的人"),
    wrp(
        10,
        "Organisational Distribution",
        "按组织关系",
        "`角色@authority`、`@common(…)`、`@form.字段`",
    ),
    wrp(
        11,
        "Automatic Execution",
        "自动执行",
        "`start` 加 `submit: true`、`record`：没有人参与",
    ),
];

#[test]
fn wrp_01_direct_distribution() {
    let mut world = World::filed(&with_stages(
        "  - {stage: review, title: 审核, who: 'user:dan'}",
    ));

    assert_eq!(who_may(&world, "approve", "review"), ["dan"]);
    world.on("dan", "approve", "review").expect("approved");
    assert_eq!(world.end().as_deref(), Some("approved"));
}

#[test]
fn wrp_02_role_based_distribution() {
    let mut world = World::filed(&with_stages(
        "  - {stage: review, title: 审核, who: section_head@applicant}",
    ));
    assert_eq!(who_may(&world, "approve", "review"), ["bob", "bea"]);

    let mut people: Vec<Row<'_>> = PEOPLE.to_vec();
    people[1] = ("bob", "A", &["finance"]);
    people[4] = ("dan", "A", &["section_head"]);
    world.staff(&people);

    assert_eq!(who_may(&world, "approve", "review"), ["bea", "dan"]);
}

#[test]
fn wrp_03_deferred_distribution() {
    let yaml = with_form(
        "{id: handler, type: person, label: 承办人, required: true}",
        "  - {stage: review, title: 审核, who: form.handler}",
    );

    for chosen in ["dan", "eve"] {
        let world = World::submitted(&yaml, json!({"handler": chosen}));
        assert_eq!(who_may(&world, "approve", "review"), [chosen]);
    }
}

#[test]
fn wrp_04_authorization() {
    let world = World::filed(&with_stages(
        "  - group: handling
    title: 办理
    signals:
      stop: {title: 叫停, by: [dept_leader@applicant], next: rejected}
    stages:
      - {stage: review, title: 审核, who: section_head@applicant, deny: [transfer]}
      - {stage: head, title: 负责人, who: share_office_head@applicant}",
    ));
    let may = |login: &str, action: &str| world.actions(login).contains(&action);

    assert!(may("bob", "approve") && may("bob", "claim") && may("bob", "recuse"));
    assert!(!may("bob", "transfer"), "taken away by the definition");
    assert!(may("eve", "signal") && !may("eve", "approve"));
    assert!(!may("bob", "signal"));
    for action in ["suspend", "jump", "reassign", "terminate"] {
        assert!(may("adm", action), "{action} needs no task of one's own");
        assert!(!may("bob", action), "{action} belongs to another post");
    }
    assert!(!may("adm", "approve"));
}

#[test]
fn wrp_05_separation_of_duties() {
    let mut world = World::filed(&with_stages(
        "  - {stage: draft, title: 拟办, kind: work, who: section_head@applicant}
  - {stage: check, title: 复核, who: section_head@applicant, not: [actor(draft)]}",
    ));
    world.on("bob", "done", "draft").expect("done");

    assert_eq!(who_may(&world, "approve", "check"), ["bea"]);
    assert!(world.on("bob", "approve", "check").is_err());
    assert!(matches!(
        world.on_with("bea", "transfer", "check", naming("bob")),
        Err(Rejection::PersonBarred { .. })
    ));
    world.on("bea", "approve", "check").expect("approved");

    let people: &[Row<'_>] = &[
        ("ann", "A", &["applicant"]),
        ("bob", "A", &["section_head", "dept_leader"]),
        ("eve", "A", &["dept_leader"]),
    ];
    let mut block = World::filed_among(
        people,
        &with_stages(
            "  - group: both
    title: 两道
    distinct: true
    stages:
      - {stage: one, title: 一, who: section_head@applicant}
      - {stage: two, title: 二, who: dept_leader@applicant}",
        ),
    );
    block.on("bob", "approve", "one").expect("approved");
    assert_eq!(who_may(&block, "approve", "two"), ["eve"]);
}

/// Three stages of one post: whoever has the first has them all.
const ONE_HAND: &str =
    "  - {stage: intake, title: 受理, kind: work, who: section_head@applicant, offer: turn}
  - {stage: review, title: 审核, who: section_head@applicant, offer: same}
  - {stage: archive, title: 归档, kind: work, who: section_head@applicant, offer: same}";

#[test]
fn wrp_06_case_handling() {
    for (last, handler, other) in [(None, "bob", "bea"), (Some("bob"), "bea", "bob")] {
        let mut world = World::new(&with_stages(ONE_HAND));
        if let Some(last) = last {
            let line = "intake post:section_head@A".to_owned();
            world.work.turns.insert(line, world.id(last));
        }
        world.act("ann", "submit", Input::default()).expect("filed");
        for (stage, action) in [
            ("intake", "done"),
            ("review", "approve"),
            ("archive", "done"),
        ] {
            assert_eq!(who_may(&world, action, stage), [handler], "{stage}");
            assert!(world.on(other, action, stage).is_err());
            world.on(handler, action, stage).expect("one's own");
        }
        assert_eq!(world.end().as_deref(), Some("approved"));
        assert_eq!(world.replayed(), world.case);
    }
}

#[test]
fn wrp_07_retain_familiar() {
    let mut world = World::filed(&with_stages(
        "  - {stage: review, title: 审核, who: section_head@applicant}
  - {stage: head, title: 负责人, who: share_office_head@applicant}
  - {stage: follow, title: 落实, kind: work, who: actor(review)}",
    ));
    world.on("bea", "approve", "review").expect("approved");
    world.on("cat", "approve", "head").expect("approved");

    assert_eq!(who_may(&world, "done", "follow"), ["bea"]);
    assert!(world.on("bob", "done", "follow").is_err());

    let mut gone = World::filed(&with_stages(
        "  - {stage: review, title: 审核, who: section_head@applicant}
  - {stage: head, title: 负责人, who: share_office_head@applicant}
  - {stage: follow, title: 落实, kind: work, who: section_head@applicant, offer: same}",
    ));
    gone.on("bea", "approve", "review").expect("approved");
    let mut people: Vec<Row<'_>> = PEOPLE.to_vec();
    people[2] = ("bea", "A", &[]);
    people[4] = ("dan", "A", &["section_head"]);
    gone.staff(&people);
    gone.on("cat", "approve", "head").expect("approved");
    assert_eq!(
        who_may(&gone, "done", "follow"),
        ["bob", "dan"],
        "bea has left the post"
    );
}

#[test]
fn wrp_08_capability_based_distribution() {
    let people: &[Row<'_>] = &[
        ("ann", "A", &["applicant"]),
        ("bob2", "A", &["section_head"]),
        ("bea5", "A", &["section_head"]),
    ];
    let yaml = with_form(
        "{id: data, type: resources, label: 数据, pick: resource, required: true}",
        "  - {stage: review, title: 审核, who: section_head@applicant}",
    );
    let asked = |resource: &str| {
        let mut world = World::among(people, &yaml);
        let chosen = answering(json!({"data": [{"resource": resource}]}));
        world.act("ann", "submit", chosen).expect("submitted");
        who_may(&world, "approve", "review")
    };

    assert_eq!(asked("R1"), ["bob2", "bea5"]);
    assert_eq!(asked("R4"), ["bea5"], "who is cleared for it");
}

#[test]
fn wrp_09_history_based_distribution() {
    let yaml = with_stages(
        "  - {stage: review, title: 审核, who: section_head@applicant, offer: experienced}",
    );
    let mut world = World::new(&yaml);
    let (bob, bea) = (world.id("bob"), world.id("bea"));
    world.work.answered = [
        ((bob, "review"), 3),
        ((bea, "review"), 10),
        ((bob, "other"), 99),
    ]
    .into();
    world.act("ann", "submit", Input::default()).expect("filed");
    assert_eq!(who_may(&world, "approve", "review"), ["bea"]);

    Fixture::each(|fixture| {
        let key = fixture.publish(&yaml);
        let given = |case| fixture.case(case).tasks[0].holder;
        let first = fixture.file("ann", &key, json!({}));
        assert_eq!(given(first), Some(fixture.id("bob")), "nobody has any");
        fixture.on("bob", first, "release", "review").expect("back");
        fixture.on("bea", first, "approve", "review").expect("done");

        let second = fixture.file("ann", &key, json!({}));
        assert_eq!(given(second), Some(fixture.id("bea")), "has done one");

        fixture.advance(chrono::TimeDelta::days(400));
        let later = fixture.file("ann", &key, json!({}));
        assert_eq!(given(later), Some(fixture.id("bob")), "long ago");
    });
}

#[test]
fn wrp_10_organisational_distribution() {
    let yaml = with_form(
        "{id: provider, type: department, label: 提供部门, required: true}",
        "  - {stage: theirs, title: 提供部门, who: share_office_head@form.provider}
  - {stage: above, title: 主管部门, who: authority_handler@authority}
  - {stage: between, title: 共同上级, who: 'workflow_admin@common(applicant, form.provider)'}",
    );
    let mut world = World::submitted(&yaml, json!({"provider": "P"}));

    assert_eq!(
        who_may(&world, "approve", "theirs"),
        ["pat"],
        "not cat of A"
    );
    world.on("pat", "approve", "theirs").expect("approved");
    assert_eq!(who_may(&world, "approve", "above"), ["adi"]);
    world.on("adi", "approve", "above").expect("approved");
    assert_eq!(who_may(&world, "approve", "between"), ["adm", "adi"]);

    let own = World::submitted(&yaml, json!({"provider": "A"}));
    assert_eq!(who_may(&own, "approve", "theirs"), ["cat"]);
}

#[test]
fn wrp_11_automatic_execution() {
    Fixture::each(|fixture| {
        let child = definition(
            "",
            "{id: origin, type: text, label: 来自, required: true}",
            "  - {stage: check, title: 核对, who: share_office_head@applicant}",
            "",
        );
        fixture.publish(&child.replace("workflow: trial", "workflow: data-correction"));
        let parent = with_stages(
            "  - {stage: review, title: 审核, who: section_head@applicant, record: {register: grants, status: agreed, set: {requester: case.department}}}
  - {start: correct, title: 校核, workflow: data-correction, with: {origin: case.number}, submit: true, next: head}
  - {stage: head, title: 负责人, who: dept_leader@applicant}",
        );
        let case = fixture.filed(&parent);
        fixture
            .on("bob", case, "approve", "review")
            .expect("approved");
        fixture.let_time_act();

        let parent = fixture.case(case);
        assert_eq!(parent.entries.len(), 1, "the register is written");
        assert_eq!(parent.open_tasks().count(), 0, "nobody is asked to file it");
        let started = fixture.read(|conn| {
            let filter = huiqian::storage::cases::CaseFilter {
                workflow: Some("data-correction".into()),
                ..huiqian::storage::cases::CaseFilter::of(huiqian::storage::cases::Whose::FiledBy(
                    fixture.id("ann"),
                ))
            };
            huiqian::storage::cases::list(conn, &filter, None, 10)
        });
        let started = started.rows[0].ulid;
        let origin = fixture.case(started).answers["origin"].clone();
        assert_eq!(Some(origin), parent.number.map(Value::from));
        fixture
            .on_with("cat", started, "reject", "check", because("不属实"))
            .expect("rejected");
        fixture.let_time_act();
        assert!(fixture.case(case).open_tasks().count() == 1, "it goes on");
    });
}
