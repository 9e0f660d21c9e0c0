//! Pull: how people take, choose and begin what is there for them.

use huiqian::engine::Rejection;
use serde_json::{Value, json};

use super::table::{Pattern, wrp};
use super::who_may;
use crate::support::api::Api;
use crate::support::app::{Fixture, reason};
use crate::support::office::request;
use crate::support::visitor::Site;
use crate::support::world::{World, because, with_form, with_stages};

pub const ROWS: &[Pattern] = &[
    wrp(
        21,
        "Resource-Initiated Allocation",
        "自行签收",
        "操作“签收”（`claim`）：先占下，以后再办",
    ),
    wrp(
        22,
        "Resource-Initiated Execution - Allocated Work Item",
        "办理已分配的任务",
        "自己的任务随时开始：暂存（`save_draft`）、办结，先后由本人定",
    ),
    wrp(
        23,
        "Resource-Initiated Execution - Offered Work Item",
        "直接办理未签收的任务",
        "不签收直接办，办即签收",
    ),
    wrp(
        24,
        "System-Determined Work Queue Content",
        "系统排序的待办",
        "待办按期限先后，只列本人能办的",
    ),
    wrp(
        25,
        "Resource-Determined Work Queue Content",
        "自行筛选的待办",
        "待办页的关键词、流程、期限筛选，地址可以收藏",
    ),
    wrp(
        26,
        "Selection Autonomy",
        "自选先后",
        "待办里任选一件，不必按顺序",
    ),
];

const REVIEW: &str = "  - {stage: review, title: 审核, who: section_head@applicant}";

#[test]
fn wrp_21_resource_initiated_allocation() {
    let mut world = World::filed(&with_stages(REVIEW));

    world.on("bea", "claim", "review").expect("committed");

    assert_eq!(world.case.tasks[0].holder, Some(world.id("bea")));
    assert!(world.case.tasks[0].is_open(), "not begun");
    assert!(matches!(
        world.on("bob", "approve", "review"),
        Err(Rejection::TakenBy { .. })
    ));
    world.sleep_until("2026-03-05 09:00");
    world.on("bea", "approve", "review").expect("days later");
}

#[test]
fn wrp_22_resource_initiated_execution_allocated_work_item() {
    let mut world = World::filed(&with_stages(
        "  - {stage: report, title: 报告, kind: work, who: section_head@applicant, offer: turn}",
    ));
    assert_eq!(
        world.case.tasks[0].holder,
        Some(world.id("bob")),
        "allocated"
    );

    world.sleep_until("2026-03-03 15:00");
    world
        .on_with("bob", "save_draft", "report", because("初稿"))
        .expect("begun when its holder chose to");
    assert!(
        world
            .on_with("bea", "save_draft", "report", because("初稿"))
            .is_err()
    );
    assert!(world.on("bea", "done", "report").is_err());
    world.on("bob", "done", "report").expect("done");
}

#[test]
fn wrp_23_resource_initiated_execution_offered_work_item() {
    let mut world = World::filed(&with_stages(REVIEW));
    assert_eq!(who_may(&world, "approve", "review"), ["bob", "bea"]);

    world
        .on("bea", "approve", "review")
        .expect("without a claim");

    assert!(!world.kinds().contains(&"claimed"));
    assert_eq!(world.end().as_deref(), Some("approved"));
    assert_eq!(
        who_may(&world, "approve", "review"),
        [""; 0],
        "nor bob's any more"
    );
}

/// The cases in somebody's inbox, in its order.
fn inbox(api: &Api<'_>, login: &str) -> Vec<Value> {
    let page = api.get(login, "/api/v1/tasks").expect(200);
    let items = page["items"].as_array().expect("tasks");
    items
        .iter()
        .map(|item| item["case"]["id"].clone())
        .collect()
}

#[test]
fn wrp_24_system_determined_work_queue_content() {
    Fixture::each(|fixture| {
        let key = fixture.publish(&with_form(
            "{id: days, type: integer, label: 天数, required: true}",
            "  - {stage: review, title: 审核, who: section_head@applicant, due: {in: [{when: form.days < 3, then: 2wd}, {then: 20wd}]}}",
        ));
        let slow = fixture.file("ann", &key, json!({"days": 20})).to_string();
        let urgent = fixture.file("ann", &key, json!({"days": 1})).to_string();
        let api = Api::of(fixture);

        assert_eq!(inbox(&api, "bob"), [json!(urgent), json!(slow)]);
        assert_eq!(inbox(&api, "cat"), [] as [Value; 0], "not asked");
    });
}

#[test]
fn wrp_25_resource_determined_work_queue_content() {
    let site = Site::open();
    for subject in ["申请使用定点医药机构名录", "申请核对参保单位"] {
        site.office
            .file(request(json!({"subject": subject})))
            .expect("filed");
    }
    let visitor = site.visitor("zhang.huimin");
    let shown = |path: &str| visitor.get(path).attributes(".ti a", "href").len();
    let all = shown("/inbox");

    assert_eq!(
        shown("/inbox?k=%E5%8C%BB%E8%8D%AF%E6%9C%BA%E6%9E%84&workflow=data-sharing"),
        all
    );
    assert_eq!(
        shown("/inbox?k=%E5%8F%82%E4%BF%9D%E5%8D%95%E4%BD%8D") * 2,
        all,
        "half of them"
    );
    assert_eq!(shown("/inbox?due=late"), 0);
    assert_eq!(shown("/inbox?due=soon"), all);
    site.office.until("2026-03-05 10:00");
    let visitor = site.visitor("zhang.huimin");
    assert!(visitor.get("/inbox?due=late").has(".ti"));
    assert!(!visitor.get("/inbox?due=soon").has(".ti"));
}

#[test]
fn wrp_26_selection_autonomy() {
    Fixture::each(|fixture| {
        let key = fixture.publish(&with_stages(
            "  - {stage: review, title: 审核, who: section_head@applicant, due: 5wd}",
        ));
        let cases: Vec<_> = (0..3)
            .map(|_| fixture.file("ann", &key, json!({})))
            .collect();
        let api = Api::of(fixture);
        assert_eq!(inbox(&api, "bob").len(), 3);

        for at in [2, 0, 1] {
            fixture
                .on_with("bob", cases[at], "approve", "review", reason("同意"))
                .expect("in whatever order");
        }

        assert_eq!(inbox(&api, "bob"), [] as [Value; 0]);
    });
}
