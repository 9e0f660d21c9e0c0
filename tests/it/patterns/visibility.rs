//! Visibility, and several at work at once.

use huiqian::engine::Input;
use serde_json::{Value, json};

use super::table::{Pattern, wrp};
use super::who_may;
use crate::support::api::Api;
use crate::support::app::Fixture;
use crate::support::world::{World, because, with_stages};

pub const ROWS: &[Pattern] = &[
    wrp(
        40,
        "Configurable Unallocated Work Item Visibility",
        "未签收任务的可见范围",
        "只有有关的人看得到；`copy: {entered: […]}` 放宽到指定的人",
    ),
    wrp(
        41,
        "Configurable Allocated Work Item Visibility",
        "已签收任务的可见范围",
        "只有有关的人看得到在谁手里；`copy`、`overdue` 的 `escalate` 放宽到指定的人",
    ),
    wrp(
        42,
        "Simultaneous Execution",
        "同时办理",
        "一个人可以同时有几项在办，各有暂存",
    ),
    wrp(
        43,
        "Additional Resources",
        "增加人手",
        "操作“加签”（`add_signer`）、“征求意见”（`consult`）",
    ),
];

/// The first task of a case as somebody sees it; nothing where the case does not exist for them.
fn sees(api: &Api<'_>, login: &str, case: &str) -> Option<Value> {
    let answer = api.get(login, &format!("/api/v1/cases/{case}"));
    match answer.status {
        200 => Some(answer.json["tasks"][0].clone()),
        _ => {
            assert_eq!(answer.problem(404), "not-found");
            None
        }
    }
}

#[test]
fn wrp_40_configurable_unallocated_work_item_visibility() {
    Fixture::each(|fixture| {
        let stage = |copy: &str| {
            with_stages(&format!(
                "  - {{stage: review, title: 审核, who: section_head@applicant{copy}}}"
            ))
        };
        let shut = fixture.filed(&stage("")).to_string();
        let wide = stage(", copy: {entered: [data_security_officer@applicant]}");
        let wide = fixture
            .filed(&wide.replace("workflow: trial", "workflow: wide"))
            .to_string();
        let api = Api::of(fixture);

        for case in [&shut, &wide] {
            let task = sees(&api, "bob", case).expect("offered to bob");
            assert_eq!(
                (&task["state"], &task["holder"]),
                (&json!("open"), &Value::Null)
            );
            assert!(sees(&api, "pat", case).is_none(), "of another department");
        }
        assert!(sees(&api, "dan", &shut).is_none());
        assert!(sees(&api, "dan", &wide).is_some(), "as the definition says");
    });
}

#[test]
fn wrp_41_configurable_allocated_work_item_visibility() {
    Fixture::each(|fixture| {
        let case = fixture.filed(&with_stages(
            "  - {stage: review, title: 审核, who: section_head@applicant, due: {in: 1wd, overdue: [{after: 0wd, escalate: data_security_officer@applicant}]}}",
        ));
        fixture.on("bob", case, "claim", "review").expect("claimed");
        let case = case.to_string();
        let api = Api::of(fixture);
        let holder =
            |login: &str| sees(&api, login, &case).map(|task| task["holder"]["login"].clone());
        assert_eq!(
            holder("bea"),
            Some(json!("bob")),
            "it was offered to bea too"
        );
        assert_eq!(holder("dan"), None);
        assert_eq!(holder("pat"), None);

        fixture.wait_until("2026-03-05 09:00");
        api.forget();
        let copy = json!({"action": "copy", "people": ["pat"], "comment": "请了解"});
        api.act("bob", &case, &copy).expect(200);

        assert_eq!(holder("dan"), Some(json!("bob")), "once it is late");
        assert_eq!(holder("pat"), Some(json!("bob")), "as bob says");
    });
}

#[test]
fn wrp_42_simultaneous_execution() {
    Fixture::each(|fixture| {
        let key = fixture.publish(&with_stages(
            "  - {stage: review, title: 审核, who: section_head@applicant}",
        ));
        let cases: Vec<_> = (0..2)
            .map(|_| fixture.file("ann", &key, json!({})))
            .collect();
        for (case, words) in cases.iter().zip(["第一件", "第二件"]) {
            fixture
                .on("bob", *case, "claim", "review")
                .expect("claimed");
            fixture
                .on_with("bob", *case, "save_draft", "review", because(words))
                .expect("begun");
        }

        let api = Api::of(fixture);
        for (case, words) in cases.iter().zip(["第一件", "第二件"]) {
            let task = sees(&api, "bob", &case.to_string()).expect("bob's");
            assert_eq!(task["draft"]["comment"], words, "both are under way");
        }
        for case in cases {
            fixture
                .on("bob", case, "approve", "review")
                .expect("approved");
        }
    });
}

#[test]
fn wrp_43_additional_resources() {
    let mut world = World::filed(&with_stages(
        "  - {stage: review, title: 审核, who: section_head@applicant}",
    ));
    world.on("bob", "claim", "review").expect("claimed");
    let people = |how: Option<&str>, login: &str| Input {
        how: how.map(str::to_owned),
        people: vec![login.to_owned()],
        ..because("请协助")
    };
    world
        .on_with("bob", "consult", "review", people(None, "dan"))
        .expect("asked for advice");
    assert_eq!(who_may(&world, "advise", "review"), ["dan"]);
    assert_eq!(
        who_may(&world, "approve", "review"),
        ["bob"],
        "the task stays"
    );
    world
        .on_with("bob", "add_signer", "review", people(Some("with"), "eve"))
        .expect("added");

    assert_eq!(who_may(&world, "approve", "review"), ["bob", "eve"]);
    world.on("bob", "approve", "review").expect("approved");
    assert_eq!(world.end(), None, "eve's is needed as well");
    world.on("eve", "approve", "review").expect("approved");
    assert_eq!(world.end().as_deref(), Some("approved"));
}
